-- Do cheap ways of shipping make urgent orders late?
SELECT
  l_shipmode,
  COUNT_IF(o_orderpriority IN ('1-URGENT', '2-HIGH')) AS high_line_count,
  SUM(CASE WHEN o_orderpriority NOT IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END) AS low_line_count
FROM orders
JOIN lineitem ON l_orderkey = o_orderkey
WHERE l_shipmode IN ('MAIL', 'SHIP')
  AND l_shipdate < l_commitdate
  AND l_commitdate < l_receiptdate
  AND l_receiptdate >= '1994-01-01'
  AND l_receiptdate < '1994-01-01'::DATE + INTERVAL '1 year'
GROUP BY l_shipmode
ORDER BY l_shipmode
