# Which suppliers kept orders waiting on their own?
WITH by_order AS (
  SELECT
    l_orderkey,
    ARRAY_AGG(DISTINCT l_suppkey) AS suppliers,
    ARRAY_AGG(DISTINCT IF(l_receiptdate > l_commitdate, l_suppkey, NULL) IGNORE NULLS) AS late
  FROM lineitem
  GROUP BY l_orderkey
)
SELECT s_name, COUNT(*) AS numwait
FROM by_order AS b
JOIN orders ON o_orderkey = b.l_orderkey AND o_orderstatus = 'F'
JOIN supplier ON s_suppkey = b.late[SAFE_OFFSET(0)]
JOIN nation ON n_nationkey = s_nationkey AND n_name = 'SAUDI ARABIA'
JOIN lineitem AS l ON l.l_orderkey = b.l_orderkey AND l.l_suppkey = s_suppkey AND l.l_receiptdate > l.l_commitdate
WHERE ARRAY_LENGTH(b.suppliers) > 1 AND ARRAY_LENGTH(b.late) = 1
GROUP BY s_name
ORDER BY numwait DESC, s_name
LIMIT 100
