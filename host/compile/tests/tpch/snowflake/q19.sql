-- What did three kinds of parts bring that were sent by air and handed over?
SELECT SUM(l.l_extendedprice * (1 - l.l_discount)) AS revenue
FROM lineitem l
JOIN part p ON p.p_partkey = l.l_partkey
JOIN (VALUES ('Brand#12', 'SM %', 1, 11, 5), ('Brand#23', 'MED %', 10, 20, 10), ('Brand#34', 'LG %', 20, 30, 15))
  AS wanted (brand, container, least_quantity, most_quantity, most_size)
  ON p.p_brand = wanted.brand
  AND p.p_container LIKE wanted.container
  AND l.l_quantity BETWEEN wanted.least_quantity AND wanted.most_quantity
  AND p.p_size BETWEEN 1 AND wanted.most_size
WHERE l.l_shipmode IN ('AIR', 'AIR REG') AND l.l_shipinstruct = 'DELIVER IN PERSON'
