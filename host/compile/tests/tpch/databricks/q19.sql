-- What did three kinds of parts bring that were sent by air and handed over?
SELECT sum(l_extendedprice * (1 - l_discount)) AS revenue
FROM lineitem
JOIN part ON p_partkey = l_partkey
JOIN VALUES
  ('Brand#12', 'SM', 1, 11, 5),
  ('Brand#23', 'MED', 10, 20, 10),
  ('Brand#34', 'LG', 20, 30, 15)
  AS wanted (brand, container, least_quantity, most_quantity, most_size)
  ON p_brand = brand
  AND p_container LIKE concat(container, ' %')
  AND l_quantity BETWEEN least_quantity AND most_quantity
  AND p_size BETWEEN 1 AND most_size
WHERE l_shipmode IN ('AIR', 'AIR REG') AND l_shipinstruct = 'DELIVER IN PERSON'
