# What would be lost a year if small orders were not filled?
WITH sold AS (
  SELECT l_extendedprice, l_quantity, AVG(l_quantity) OVER (PARTITION BY l_partkey) AS usual
  FROM lineitem
  JOIN part ON p_partkey = l_partkey
  WHERE p_brand = 'Brand#23' AND p_container = 'MED BOX'
)
SELECT SUM(l_extendedprice) / 7 AS avg_yearly
FROM sold
WHERE l_quantity < usual / 5
