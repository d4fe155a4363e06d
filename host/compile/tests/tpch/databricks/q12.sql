-- Do cheap ways of shipping make urgent orders late?
SELECT
  l_shipmode,
  count_if(o_orderpriority IN ('1-URGENT', '2-HIGH')) AS high_line_count,
  count_if(o_orderpriority NOT IN ('1-URGENT', '2-HIGH')) AS low_line_count
FROM orders
JOIN lineitem ON l_orderkey = o_orderkey
WHERE l_shipmode IN ('MAIL', 'SHIP')
  AND l_shipdate < l_commitdate
  AND l_commitdate < l_receiptdate
  AND date_trunc('YEAR', l_receiptdate) = DATE'1994-01-01'
GROUP BY l_shipmode
ORDER BY l_shipmode
