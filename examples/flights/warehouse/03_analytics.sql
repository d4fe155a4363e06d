-- What the models of the example write to.

CREATE CATALOG main COMMENT 'Models';
CREATE SCHEMA main.analytics COMMENT 'For reports';

CREATE TABLE main.analytics.route_stats (
  origin CHAR(3) NOT NULL,
  dest CHAR(3) NOT NULL,
  flights BIGINT NOT NULL,
  mean_arr_delay DOUBLE COMMENT 'Minutes',
  distance_mi INT NOT NULL
) COMMENT 'Routes and how late they arrive';

INSERT INTO main.analytics.route_stats
SELECT origin, dest, count(*), avg(arr_delay), min(distance_mi)
FROM raw.flights.flights
GROUP BY origin, dest;
