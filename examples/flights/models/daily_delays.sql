-- How each day went at each of the three airports.
SELECT
  flight_date,
  origin,
  count(*) AS flights,
  count_if(cancelled) AS cancelled_flights,
  count_if(late) AS late_flights,
  round(100.0 * late_flights / flights, 1) AS late_percent,
  avg(dep_delay) AS mean_dep_delay,
  percentile_approx(dep_delay, 0.9) AS dep_delay_90
FROM departures
GROUP BY ALL
