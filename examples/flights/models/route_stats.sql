-- Routes and how late they arrive: what main.analytics.route_stats holds.
SELECT
  origin,
  dest,
  count(*) AS flights,
  avg(arr_delay) AS mean_arr_delay,
  min(distance_mi) AS distance_mi
FROM raw.flights.flights
GROUP BY origin, dest
