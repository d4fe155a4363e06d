-- What the weather was when a flight should have left; without an observation the weather is NULL.
SELECT
  d.*,
  w.temp_f,
  (w.temp_f - 32) * 5 / 9 AS temp_c,
  w.wind_speed_mph,
  coalesce(w.wind_gust_mph, w.wind_speed_mph) AS gust_mph,
  w.precip_in,
  w.visibility_mi,
  CASE
    WHEN w.origin IS NULL THEN 'not observed'
    WHEN w.visibility_mi < 1 THEN 'fog'
    WHEN w.precip_in > 0 AND w.temp_f <= 32 THEN 'snow'
    WHEN w.precip_in > 0 THEN 'rain'
    WHEN gust_mph >= 30 THEN 'wind'
    ELSE 'fair'
  END AS conditions
FROM departures AS d
LEFT JOIN raw.flights.weather AS w ON w.origin = d.origin AND w.time_hour = d.time_hour
