-- Carriers, the most punctual first. Those with a handful of flights would win by luck.
WITH totals AS (
  SELECT
    carrier,
    carrier_name,
    count(*) AS flights,
    count_if(NOT late AND NOT cancelled) AS on_time,
    sum(greatest(dep_delay, 0)) AS minutes_lost
  FROM departures
  GROUP BY carrier, carrier_name
  HAVING flights >= 20
)
SELECT
  rank() OVER (ORDER BY on_time / flights DESC) AS place,
  carrier,
  carrier_name,
  flights,
  on_time / flights AS on_time_share,
  minutes_lost
FROM totals
