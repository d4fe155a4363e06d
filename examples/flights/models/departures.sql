-- One row for each scheduled departure, with the names that reports show.
SELECT
  f.flight_date,
  f.time_hour,
  f.carrier,
  a.name AS carrier_name,
  concat(f.carrier, ' ', f.flight) AS flight,
  f.tailnum,
  f.origin,
  f.dest,
  CAST(floor(f.sched_dep_time / 100) AS INT) AS sched_hour,
  f.dep_time IS NULL AS cancelled,
  f.dep_delay,
  f.arr_delay,
  coalesce(f.dep_delay > 15, false) AS late,
  f.air_time_min,
  f.distance_mi
FROM raw.flights.flights AS f
JOIN raw.flights.airlines AS a ON a.carrier = f.carrier
