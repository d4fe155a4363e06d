-- What each kind of weather costs.
SELECT
  conditions,
  count(*) AS flights,
  avg(dep_delay) AS mean_dep_delay,
  avg(dep_delay) - avg(avg(dep_delay)) OVER () AS against_mean,
  count(*) FILTER (WHERE cancelled) AS cancelled_flights,
  max(gust_mph) AS strongest_gust_mph
FROM weather_at_departure
GROUP BY conditions
ORDER BY mean_dep_delay DESC NULLS LAST
