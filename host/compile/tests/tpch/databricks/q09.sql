-- What profit did green parts bring, by nation and year?
SELECT
  n_name AS nation,
  year(o_orderdate) AS o_year,
  sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) AS sum_profit
FROM lineitem
JOIN part ON p_partkey = l_partkey AND p_name LIKE '%green%'
JOIN supplier ON s_suppkey = l_suppkey
JOIN partsupp ON (ps_partkey, ps_suppkey) = (l_partkey, l_suppkey)
JOIN orders ON o_orderkey = l_orderkey
JOIN nation ON n_nationkey = s_nationkey
GROUP BY 1, 2
ORDER BY nation, o_year DESC
