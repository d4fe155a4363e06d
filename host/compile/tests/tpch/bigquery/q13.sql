# How many customers have how many orders?
WITH counted AS (
  SELECT c_custkey, COUNT(o_orderkey) AS c_count
  FROM customer
  LEFT JOIN orders ON o_custkey = c_custkey AND NOT REGEXP_CONTAINS(o_comment, r'special.*requests')
  GROUP BY c_custkey
)
SELECT c_count, COUNT(*) AS custdist
FROM counted
GROUP BY c_count
ORDER BY custdist DESC, c_count DESC
