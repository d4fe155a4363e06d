# What profit did green parts bring, by nation and year?
WITH profit AS (
  SELECT
    n_name AS nation,
    EXTRACT(YEAR FROM o_orderdate) AS o_year,
    l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity AS amount
  FROM lineitem
  JOIN part ON p_partkey = l_partkey
  JOIN supplier ON s_suppkey = l_suppkey
  JOIN partsupp ON ps_suppkey = l_suppkey AND ps_partkey = l_partkey
  JOIN orders ON o_orderkey = l_orderkey
  JOIN nation ON n_nationkey = s_nationkey
  WHERE CONTAINS_SUBSTR(p_name, 'green')
)
SELECT nation, o_year, SUM(amount) AS sum_profit
FROM profit
GROUP BY ALL
ORDER BY nation, o_year DESC
