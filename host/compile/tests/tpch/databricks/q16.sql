-- How many suppliers of whom nobody complained can deliver which parts?
SELECT p_brand, p_type, p_size, count(DISTINCT ps_suppkey) AS supplier_cnt
FROM partsupp
JOIN part ON p_partkey = ps_partkey
LEFT ANTI JOIN (SELECT s_suppkey FROM supplier WHERE s_comment LIKE '%Customer%Complaints%') AS complained ON s_suppkey = ps_suppkey
WHERE p_brand <> 'Brand#45'
  AND p_type NOT LIKE 'MEDIUM POLISHED%'
  AND p_size IN (49, 14, 23, 45, 19, 3, 36, 9)
GROUP BY ALL
ORDER BY supplier_cnt DESC, p_brand, p_type, p_size
