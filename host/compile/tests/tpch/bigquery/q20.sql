# Which suppliers in Canada have too much of forest parts?
WITH shipped AS (
  SELECT l_partkey, l_suppkey, SUM(l_quantity) AS quantity
  FROM lineitem
  WHERE EXTRACT(YEAR FROM l_shipdate) = 1994
  GROUP BY l_partkey, l_suppkey
)
SELECT s_name, s_address
FROM supplier
JOIN nation ON s_nationkey = n_nationkey AND n_name = 'CANADA'
WHERE s_suppkey IN (
  SELECT ps.ps_suppkey
  FROM partsupp AS ps
  JOIN shipped AS sh ON (sh.l_partkey, sh.l_suppkey) = (ps.ps_partkey, ps.ps_suppkey)
  JOIN part AS p ON p.p_partkey = ps.ps_partkey
  WHERE p.p_name LIKE 'forest%' AND ps.ps_availqty > sh.quantity / 2
)
ORDER BY s_name
