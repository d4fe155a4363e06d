-- Where every airport is that somebody flies to or from, and whether it observes the weather.
SELECT
  a.faa,
  a.name,
  a.location.lat AS latitude,
  a.location.lon AS longitude,
  CAST(round(a.location.alt_ft * 0.3048) AS INT) AS altitude_m,
  a.tzone,
  s.station IS NOT NULL AS has_station,
  s.first_seen,
  s.last_seen
FROM raw.flights.airports AS a
LEFT JOIN raw.src__noaa.stations AS s ON s.station = a.faa
WHERE EXISTS (SELECT 1 FROM raw.flights.flights AS f WHERE a.faa IN (f.origin, f.dest))
