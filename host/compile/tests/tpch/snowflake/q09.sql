-- What profit did green parts bring, by nation and year?
SELECT
  n_name AS nation,
  DATE_PART(YEAR, o_orderdate) AS o_year,
  SUM(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) AS sum_profit
FROM lineitem
JOIN part ON p_partkey = l_partkey AND CONTAINS(p_name, 'green')
JOIN supplier ON s_suppkey = l_suppkey
JOIN partsupp ON ps_suppkey = l_suppkey AND ps_partkey = l_partkey
JOIN orders ON o_orderkey = l_orderkey
JOIN nation ON n_nationkey = s_nationkey
GROUP BY nation, o_year
ORDER BY nation, o_year DESC
