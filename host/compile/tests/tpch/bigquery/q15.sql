# Which supplier brought the most in a quarter?
SELECT s_suppkey, s_name, s_address, s_phone, total_revenue
FROM supplier
JOIN (
  SELECT l_suppkey AS supplier_no, SUM(l_extendedprice * (1 - l_discount)) AS total_revenue
  FROM lineitem
  WHERE l_shipdate >= '1996-01-01' AND l_shipdate < DATE_ADD('1996-01-01', INTERVAL 3 MONTH)
  GROUP BY supplier_no
) ON supplier_no = s_suppkey
WHERE TRUE
QUALIFY total_revenue = MAX(total_revenue) OVER ()
ORDER BY s_suppkey
