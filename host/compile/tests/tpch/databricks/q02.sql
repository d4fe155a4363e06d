-- Which supplier in Europe is the cheapest for each brass part of size 15?
WITH offers AS (
  SELECT s.*, n_name, p_partkey, p_mfgr, ps_supplycost
  FROM part
  JOIN partsupp ON ps_partkey = p_partkey
  JOIN supplier AS s ON s_suppkey = ps_suppkey
  JOIN nation ON n_nationkey = s_nationkey
  JOIN region ON r_regionkey = n_regionkey
  WHERE p_size = 15 AND p_type LIKE '%BRASS' AND r_name = 'EUROPE'
)
SELECT s_acctbal, s_name, n_name, p_partkey, p_mfgr, s_address, s_phone, s_comment
FROM offers
QUALIFY ps_supplycost = min(ps_supplycost) OVER (PARTITION BY p_partkey)
ORDER BY s_acctbal DESC, n_name, s_name, p_partkey
LIMIT 100
