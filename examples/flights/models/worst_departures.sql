-- The three latest departures of each airport and day.
SELECT
  flight_date,
  origin,
  row_number() OVER (PARTITION BY flight_date, origin ORDER BY dep_delay DESC, flight) AS place,
  flight,
  carrier_name,
  dest,
  a.name AS dest_name,
  dep_delay,
  conditions
FROM weather_at_departure
LEFT JOIN airport_directory AS a ON a.faa = dest
WHERE dep_delay IS NOT NULL
QUALIFY place <= 3
