-- The planes that each carrier flew, with what the registry knows of their models.
SELECT
  d.carrier,
  p.manufacturer,
  p.model,
  count(DISTINCT d.tailnum) AS planes,
  any_value(m.seats) AS seats,
  sum(d.distance_mi) AS miles,
  min(p.built) AS oldest_built,
  sort_array(collect_set(p.tailnum)) AS tailnums
FROM departures AS d
JOIN raw.flights.planes AS p USING (tailnum)
LEFT JOIN raw.src__faa.models AS m ON (m.manufacturer, m.model) = (p.manufacturer, p.model)
GROUP BY d.carrier, p.manufacturer, p.model
