# How many orders of a quarter had an item that came late?
SELECT o_orderpriority, COUNT(*) AS order_count
FROM orders
WHERE DATE_TRUNC(o_orderdate, QUARTER) = '1993-07-01'
  AND EXISTS (SELECT 1 FROM lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
GROUP BY o_orderpriority
ORDER BY o_orderpriority
