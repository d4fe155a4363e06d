# What would some discounts have brought?
SELECT SUM(l_extendedprice * l_discount) AS revenue
FROM lineitem
WHERE l_shipdate >= '1994-01-01'
  AND l_shipdate < DATE_ADD(DATE '1994-01-01', INTERVAL 1 YEAR)
  AND l_discount BETWEEN NUMERIC '0.05' AND NUMERIC '0.07'
  AND l_quantity < 24
