# What share of a month's revenue came from promotions?
SELECT
  100 * SUM(CASE WHEN STARTS_WITH(p_type, 'PROMO') THEN l_extendedprice * (1 - l_discount) END)
    / NULLIF(SUM(l_extendedprice * (1 - l_discount)), 0) AS promo_revenue
FROM lineitem
JOIN part ON p_partkey = l_partkey
WHERE l_shipdate BETWEEN '1995-09-01' AND LAST_DAY(DATE '1995-09-01')
