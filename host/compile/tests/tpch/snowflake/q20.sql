-- Which suppliers in Canada have too much of forest parts?
WITH forest AS (
  SELECT ps_suppkey, ps_availqty, ps_partkey
  FROM partsupp
  WHERE ps_partkey IN (SELECT p_partkey FROM part WHERE STARTSWITH(p_name, 'forest'))
)
SELECT s_name, s_address
FROM supplier
JOIN nation ON n_nationkey = s_nationkey
WHERE n_name = 'CANADA'
  AND s_suppkey IN (
    SELECT f.ps_suppkey
    FROM forest AS f
    WHERE f.ps_availqty > (
      SELECT 0.5 * SUM(l_quantity)
      FROM lineitem
      WHERE l_partkey = f.ps_partkey
        AND l_suppkey = f.ps_suppkey
        AND l_shipdate BETWEEN '1994-01-01'::DATE AND LAST_DAY('1994-01-01'::DATE, 'year')
    )
  )
ORDER BY s_name
