# What share of America's market does Brazil have?
SELECT
  EXTRACT(YEAR FROM o_orderdate) AS o_year,
  SAFE_DIVIDE(
    SUM(IF(n2.n_name = 'BRAZIL', l_extendedprice * (1 - l_discount), 0)),
    SUM(l_extendedprice * (1 - l_discount))
  ) AS mkt_share
FROM part
JOIN lineitem ON p_partkey = l_partkey
JOIN supplier ON s_suppkey = l_suppkey
JOIN orders ON o_orderkey = l_orderkey
JOIN customer ON c_custkey = o_custkey
JOIN nation AS n1 ON n1.n_nationkey = c_nationkey
JOIN region ON r_regionkey = n1.n_regionkey
JOIN nation AS n2 ON n2.n_nationkey = s_nationkey
WHERE r_name = 'AMERICA'
  AND o_orderdate BETWEEN '1995-01-01' AND '1996-12-31'
  AND p_type = 'ECONOMY ANODIZED STEEL'
GROUP BY o_year
ORDER BY o_year
