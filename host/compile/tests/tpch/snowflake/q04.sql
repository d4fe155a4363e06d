-- How many orders of a quarter had an item that came late?
SELECT o.o_orderpriority, COUNT(*) AS order_count
FROM orders AS o
WHERE DATE_TRUNC('QUARTER', o.o_orderdate) = '1993-07-01'
  AND EXISTS (
    SELECT 1 FROM lineitem AS l
    WHERE l.l_orderkey = o.o_orderkey AND l.l_commitdate < l.l_receiptdate
  )
GROUP BY o.o_orderpriority
ORDER BY o.o_orderpriority
