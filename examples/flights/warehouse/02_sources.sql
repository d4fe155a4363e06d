-- Two more schemas, named by their source, for patterns such as src__* to match.

CREATE SCHEMA raw.src__faa COMMENT 'Aircraft registry';

CREATE TABLE raw.src__faa.models COMMENT 'Models that are registered' AS
SELECT manufacturer, model, max(seats) AS seats, count(*) AS planes
FROM raw.flights.planes
GROUP BY manufacturer, model;

CREATE SCHEMA raw.src__noaa COMMENT 'Weather stations';

CREATE TABLE raw.src__noaa.stations COMMENT 'Stations at airports' AS
SELECT w.origin AS station, a.location, min(w.time_hour) AS first_seen, max(w.time_hour) AS last_seen
FROM raw.flights.weather w JOIN raw.flights.airports a ON a.faa = w.origin
GROUP BY w.origin, a.location;
