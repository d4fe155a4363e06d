# Which supplier in Europe is the cheapest for each brass part of size 15?
SELECT s_acctbal, s_name, n_name, p_partkey, p_mfgr, s_address, s_phone, s_comment
FROM `acme-dev.tpch.part`
JOIN `acme-dev.tpch.partsupp` ON ps_partkey = p_partkey
JOIN `acme-dev.tpch.supplier` ON s_suppkey = ps_suppkey
JOIN `acme-dev.tpch.nation` ON n_nationkey = s_nationkey
JOIN `acme-dev.tpch.region` ON r_regionkey = n_regionkey
WHERE p_size = 15 AND ENDS_WITH(p_type, 'BRASS') AND r_name = 'EUROPE'
QUALIFY RANK() OVER (PARTITION BY p_partkey ORDER BY ps_supplycost) = 1
ORDER BY s_acctbal DESC, n_name, s_name, p_partkey
LIMIT 100
