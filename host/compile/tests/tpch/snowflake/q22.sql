-- Which customers with money have not ordered?
SELECT LEFT(c_phone, 2) AS cntrycode, COUNT(*) AS numcust, SUM(c_acctbal) AS totacctbal
FROM customer
WHERE cntrycode IN ('13', '31', '23', '29', '30', '18', '17')
  AND c_acctbal > (
    SELECT AVG(c_acctbal) FROM customer
    WHERE c_acctbal > 0.00 AND SUBSTRING(c_phone, 1, 2) IN ('13', '31', '23', '29', '30', '18', '17')
  )
  AND NOT EXISTS (SELECT 1 FROM orders WHERE o_custkey = c_custkey)
GROUP BY cntrycode
ORDER BY cntrycode
