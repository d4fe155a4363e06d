# What did each nation of Asia sell within itself?
WITH asia AS (
  SELECT n_nationkey, n_name FROM nation JOIN region ON n_regionkey = r_regionkey WHERE r_name = 'ASIA'
)
SELECT a.n_name, SUM(l.l_extendedprice * (1 - l.l_discount)) AS revenue
FROM asia AS a
JOIN customer AS c ON c.c_nationkey = a.n_nationkey
JOIN orders AS o ON o.o_custkey = c.c_custkey
JOIN lineitem AS l ON l.l_orderkey = o.o_orderkey
JOIN supplier AS s ON s.s_suppkey = l.l_suppkey AND s.s_nationkey = a.n_nationkey
WHERE o.o_orderdate BETWEEN '1994-01-01' AND '1994-12-31'
GROUP BY a.n_name
ORDER BY revenue DESC
