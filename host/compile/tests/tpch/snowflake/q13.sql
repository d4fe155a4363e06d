-- How many customers have how many orders?
WITH c_orders (c_custkey, c_count) AS (
  SELECT c_custkey, COUNT(o_orderkey)
  FROM customer
  LEFT JOIN orders ON o_custkey = c_custkey AND o_comment NOT LIKE '%special%requests%'
  GROUP BY c_custkey
)
SELECT c_count, COUNT(*) AS custdist
FROM c_orders
GROUP BY c_count
ORDER BY custdist DESC, c_count DESC
