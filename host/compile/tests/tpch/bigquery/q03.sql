# Which unshipped orders are worth the most?
SELECT
  L.l_orderkey,
  SUM(L.l_extendedprice * (1 - L.l_discount)) AS revenue,
  O.o_orderdate,
  O.o_shippriority
FROM customer AS C, orders AS O, lineitem AS L
WHERE c.c_mktsegment = 'BUILDING'
  AND c.c_custkey = o.o_custkey
  AND l.l_orderkey = o.o_orderkey
  AND o.o_orderdate < '1995-03-15'
  AND l.l_shipdate > '1995-03-15'
GROUP BY 1, 3, 4
ORDER BY revenue DESC, o_orderdate
LIMIT 10
