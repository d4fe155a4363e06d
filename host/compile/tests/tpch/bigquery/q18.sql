# Who places large orders?
SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, SUM(l_quantity) AS quantity
FROM customer
JOIN orders ON c_custkey = o_custkey
JOIN lineitem ON o_orderkey = l_orderkey
GROUP BY ALL
HAVING quantity > 300
ORDER BY o_totalprice DESC, o_orderdate
LIMIT 100
