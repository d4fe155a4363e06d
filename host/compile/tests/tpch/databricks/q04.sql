-- How many orders of a quarter had an item that came late?
SELECT o_orderpriority, count(*) AS order_count
FROM orders
LEFT SEMI JOIN lineitem ON l_orderkey = o_orderkey AND l_commitdate < l_receiptdate
WHERE o_orderdate >= DATE'1993-07-01' AND o_orderdate < add_months(DATE'1993-07-01', 3)
GROUP BY o_orderpriority
ORDER BY o_orderpriority
