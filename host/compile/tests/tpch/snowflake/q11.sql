-- Which parts in Germany's stock are worth the most?
SELECT ps_partkey, SUM(ps_supplycost * ps_availqty) AS value
FROM partsupp
JOIN supplier ON s_suppkey = ps_suppkey
JOIN nation ON n_nationkey = s_nationkey
WHERE n_name = 'GERMANY'
GROUP BY ps_partkey
QUALIFY RATIO_TO_REPORT(value) OVER () > 0.0001
ORDER BY value DESC
