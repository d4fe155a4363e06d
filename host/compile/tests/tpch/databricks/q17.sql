-- What would be lost a year if small orders were not filled?
SELECT sum(l.l_extendedprice) / 7.0 AS avg_yearly
FROM lineitem AS l
JOIN part AS p ON p.p_partkey = l.l_partkey
WHERE p.p_brand = 'Brand#23'
  AND p.p_container = 'MED BOX'
  AND l.l_quantity < (SELECT 0.2 * avg(i.l_quantity) FROM lineitem AS i WHERE i.l_partkey = p.p_partkey)
