-- How delays grow over the day, by airport and over all.
SELECT
  coalesce(origin, 'all') AS airport,
  sched_hour,
  grouping(origin) = 1 AS is_total,
  count(*) AS flights,
  avg(dep_delay) AS mean_dep_delay
FROM departures
GROUP BY GROUPING SETS ((origin, sched_hour), (sched_hour))
HAVING count(*) > 5
