-- What would some discounts have brought?
SELECT SUM(l_extendedprice * l_discount) AS revenue
FROM lineitem
WHERE YEAR(l_shipdate) = 1994 AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24
