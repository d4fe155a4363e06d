# Who sent back the most?
SELECT
  c.* EXCEPT (c_nationkey, c_mktsegment),
  n_name,
  r.revenue
FROM (
  SELECT o_custkey, SUM(l_extendedprice * (1 - l_discount)) AS revenue
  FROM orders JOIN lineitem ON l_orderkey = o_orderkey
  WHERE o_orderdate >= '1993-10-01' AND o_orderdate < '1994-01-01' AND l_returnflag = 'R'
  GROUP BY o_custkey
) AS r
JOIN customer AS c ON c.c_custkey = r.o_custkey
JOIN nation ON n_nationkey = c.c_nationkey
ORDER BY revenue DESC
LIMIT 20
