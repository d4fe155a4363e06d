-- What share of a month's revenue came from promotions?
WITH sold AS (
  SELECT
    l_extendedprice * (1 - l_discount) AS revenue,
    CASE WHEN startswith(p_type, 'PROMO') THEN revenue ELSE 0 END AS promo
  FROM lineitem JOIN part ON p_partkey = l_partkey
  WHERE l_shipdate >= DATE'1995-09-01' AND l_shipdate < DATE'1995-10-01'
)
SELECT 100.00 * sum(promo) / sum(revenue) AS promo_revenue FROM sold
