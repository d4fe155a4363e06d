-- Which suppliers kept orders waiting on their own?
WITH late AS (
  SELECT
    l_orderkey,
    l_suppkey,
    BOOLOR_AGG(l_receiptdate > l_commitdate) AS is_late,
    COUNT_IF(l_receiptdate > l_commitdate) AS late_items
  FROM lineitem
  GROUP BY l_orderkey, l_suppkey
)
SELECT s_name, SUM(late_items) AS numwait
FROM (
  SELECT *
  FROM late
  QUALIFY COUNT(*) OVER (PARTITION BY l_orderkey) > 1 AND COUNT_IF(is_late) OVER (PARTITION BY l_orderkey) = 1
)
JOIN orders ON o_orderkey = l_orderkey
JOIN supplier ON s_suppkey = l_suppkey
JOIN nation ON n_nationkey = s_nationkey
WHERE is_late AND o_orderstatus = 'F' AND n_name = 'SAUDI ARABIA'
GROUP BY s_name
ORDER BY numwait DESC, s_name
LIMIT 100
