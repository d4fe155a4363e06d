-- Which customers with money have not ordered?
WITH candidates AS (
  SELECT c_custkey, left(c_phone, 2) AS cntrycode, c_acctbal
  FROM customer
  WHERE left(c_phone, 2) IN ('13', '31', '23', '29', '30', '18', '17')
)
SELECT cntrycode, count(*) AS numcust, sum(c_acctbal) AS totacctbal
FROM candidates AS c
LEFT ANTI JOIN orders AS o ON o.o_custkey = c.c_custkey
WHERE c_acctbal > (SELECT avg(c_acctbal) FROM candidates WHERE c_acctbal > 0.00)
GROUP BY cntrycode
ORDER BY cntrycode
