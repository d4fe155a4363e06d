# What did three kinds of parts bring that were sent by air and handed over?
SELECT SUM(l_extendedprice * (1 - l_discount)) AS revenue
FROM lineitem
JOIN part ON p_partkey = l_partkey
CROSS JOIN UNNEST([
  STRUCT('Brand#12' AS brand, ['SM CASE', 'SM BOX', 'SM PACK', 'SM PKG'] AS containers, 1 AS least, 11 AS most, 5 AS size),
  STRUCT('Brand#23', ['MED BAG', 'MED BOX', 'MED PKG', 'MED PACK'], 10, 20, 10),
  STRUCT('Brand#34', ['LG CASE', 'LG BOX', 'LG PACK', 'LG PKG'], 20, 30, 15)
]) AS wanted
WHERE p_brand = wanted.brand
  AND p_container IN UNNEST(wanted.containers)
  AND l_quantity BETWEEN wanted.least AND wanted.most
  AND p_size BETWEEN 1 AND wanted.size
  AND l_shipmode IN ('AIR', 'AIR REG')
  AND l_shipinstruct = 'DELIVER IN PERSON'
