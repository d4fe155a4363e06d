-- What did each nation of Asia sell within itself?
SELECT "N_NAME", SUM(l_extendedprice * (1 - l_discount)) AS "Revenue"
FROM region
JOIN nation ON n_regionkey = r_regionkey
JOIN customer ON c_nationkey = n_nationkey
JOIN orders ON o_custkey = c_custkey
JOIN lineitem ON l_orderkey = o_orderkey
JOIN supplier ON s_suppkey = l_suppkey AND s_nationkey = c_nationkey
WHERE r_name = 'ASIA'
  AND o_orderdate >= TO_DATE('1994-01-01')
  AND o_orderdate < DATEADD(YEAR, 1, TO_DATE('1994-01-01'))
GROUP BY 1
ORDER BY "Revenue" DESC
