-- What share of a month's revenue came from promotions?
SELECT
  SUM(l_extendedprice * (1 - l_discount)) AS revenue,
  SUM(IFF(STARTSWITH(p_type, 'PROMO'), l_extendedprice * (1 - l_discount), 0)) AS promo,
  100 * promo / NULLIFZERO(revenue) AS promo_revenue
FROM lineitem
JOIN part ON p_partkey = l_partkey
WHERE l_shipdate >= '1995-09-01'::DATE AND l_shipdate < ADD_MONTHS('1995-09-01'::DATE, 1)
