# Do cheap ways of shipping make urgent orders late?
SELECT
  l_shipmode,
  COUNTIF(o_orderpriority IN ('1-URGENT', '2-HIGH')) AS high_line_count,
  COUNTIF(o_orderpriority NOT IN UNNEST(['1-URGENT', '2-HIGH'])) AS low_line_count
FROM orders
JOIN lineitem ON o_orderkey = l_orderkey
WHERE l_shipmode IN ('MAIL', 'SHIP')
  AND l_shipdate < l_commitdate
  AND l_commitdate < l_receiptdate
  AND EXTRACT(YEAR FROM l_receiptdate) = 1994
GROUP BY l_shipmode
ORDER BY l_shipmode
