-- Whether a plane was late because it came in late: each flight beside the one that the same plane flew before it.
WITH legs AS (
  SELECT
    tailnum,
    time_hour,
    flight,
    origin,
    dest,
    dep_delay,
    lag(flight) OVER plane AS previous_flight,
    lag(arr_delay) OVER plane AS previous_arr_delay,
    lag(time_hour) OVER plane AS previous_time_hour
  FROM departures
  WHERE tailnum IS NOT NULL AND NOT cancelled
  WINDOW plane AS (PARTITION BY tailnum ORDER BY time_hour)
)
SELECT *, previous_arr_delay > 15 AND dep_delay > 15 AS handed_on
FROM legs
WHERE previous_time_hour > time_hour - INTERVAL 1 DAY
