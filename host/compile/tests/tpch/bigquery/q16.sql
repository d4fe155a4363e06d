# How many suppliers of whom nobody complained can deliver which parts?
SELECT p_brand, p_type, p_size, COUNT(DISTINCT ps_suppkey) AS supplier_cnt
FROM partsupp
JOIN part ON p_partkey = ps_partkey
WHERE p_brand != 'Brand#45'
  AND NOT STARTS_WITH(p_type, 'MEDIUM POLISHED')
  AND p_size IN UNNEST([49, 14, 23, 45, 19, 3, 36, 9])
  AND ps_suppkey NOT IN (
    SELECT s_suppkey FROM supplier WHERE s_comment LIKE '%Customer%Complaints%'
  )
GROUP BY p_brand, p_type, p_size
ORDER BY supplier_cnt DESC, p_brand, p_type, p_size
