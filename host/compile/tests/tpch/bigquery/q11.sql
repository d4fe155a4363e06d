# Which parts in Germany's stock are worth the most?
WITH stock AS (
  SELECT ps_partkey, SUM(ps_supplycost * ps_availqty) AS value
  FROM partsupp, supplier, nation
  WHERE s_suppkey = ps_suppkey AND n_nationkey = s_nationkey AND n_name = 'GERMANY'
  GROUP BY ps_partkey
)
SELECT ps_partkey, value
FROM stock
WHERE value > (SELECT SUM(value) FROM stock) / 10000
ORDER BY value DESC
