# Which customers with money have not ordered?
WITH candidates AS (
  SELECT *, SUBSTR(c_phone, 1, 2) AS cntrycode
  FROM customer
  WHERE SUBSTR(c_phone, 1, 2) IN ('13', '31', '23', '29', '30', '18', '17')
)
SELECT cntrycode, COUNT(*) AS numcust, SUM(c_acctbal) AS totacctbal
FROM candidates AS c
WHERE c_acctbal > (SELECT AVG(c_acctbal) FROM candidates WHERE c_acctbal > 0)
  AND NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.o_custkey = c.c_custkey)
GROUP BY cntrycode
ORDER BY cntrycode
