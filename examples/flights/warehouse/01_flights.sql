-- The five data sets as typed tables. An empty cell or NA in a file is NULL here already.

CREATE CATALOG raw COMMENT 'As delivered by the sources';
CREATE SCHEMA raw.flights COMMENT 'Departures from New York, first week of January 2013';

CREATE TABLE raw.flights.airlines (
  carrier CHAR(2) NOT NULL COMMENT 'IATA code',
  name STRING NOT NULL
) COMMENT 'Carriers by their code';

INSERT INTO raw.flights.airlines
SELECT carrier, name FROM csv.`airlines.csv`;

CREATE TABLE raw.flights.airports (
  faa CHAR(3) NOT NULL COMMENT 'FAA code',
  name STRING NOT NULL,
  location STRUCT<lat: DOUBLE, lon: DOUBLE, alt_ft: INT> COMMENT 'WGS 84 degrees, feet above the sea',
  tz_offset TINYINT COMMENT 'Hours from UTC',
  dst CHAR(1) COMMENT 'A: US rule, U: unknown, N: none',
  tzone STRING COMMENT 'IANA name'
) COMMENT 'Airports and where they are';

INSERT INTO raw.flights.airports
SELECT faa, name,
       named_struct('lat', CAST(lat AS DOUBLE), 'lon', CAST(lon AS DOUBLE), 'alt_ft', CAST(alt AS INT)),
       tz, dst, tzone
FROM csv.`airports.csv`;

CREATE TABLE raw.flights.flights (
  flight_date DATE NOT NULL COMMENT 'Scheduled, local',
  sched_dep_time SMALLINT NOT NULL COMMENT 'HHMM, local',
  dep_time SMALLINT COMMENT 'HHMM, local; NULL for a cancelled flight',
  dep_delay INT COMMENT 'Minutes; negative is early',
  sched_arr_time SMALLINT NOT NULL COMMENT 'HHMM, local',
  arr_time SMALLINT COMMENT 'HHMM, local',
  arr_delay INT COMMENT 'Minutes; negative is early',
  carrier CHAR(2) NOT NULL,
  flight INT NOT NULL COMMENT 'Flight number',
  tailnum STRING COMMENT 'Plane, see planes',
  origin CHAR(3) NOT NULL,
  dest CHAR(3) NOT NULL,
  air_time_min INT,
  distance_mi INT NOT NULL,
  time_hour TIMESTAMP NOT NULL COMMENT 'Scheduled hour; joins weather'
) COMMENT 'One row for each scheduled departure' PARTITIONED BY (flight_date);

INSERT INTO raw.flights.flights
SELECT CAST(concat(year, '-', lpad(month, 2, '0'), '-', lpad(day, 2, '0')) AS DATE),
       sched_dep_time, dep_time, dep_delay, sched_arr_time, arr_time, arr_delay,
       carrier, flight, tailnum, origin, dest, air_time, distance, time_hour
FROM csv.`flights.csv`;

CREATE TABLE raw.flights.planes (
  tailnum STRING NOT NULL,
  built SMALLINT COMMENT 'Year',
  type STRING NOT NULL,
  manufacturer STRING NOT NULL,
  model STRING NOT NULL,
  engines TINYINT NOT NULL,
  seats SMALLINT NOT NULL,
  speed_mph SMALLINT,
  engine STRING NOT NULL
) COMMENT 'Planes by tail number';

INSERT INTO raw.flights.planes
SELECT tailnum, year, type, manufacturer, model, engines, seats, speed, engine
FROM csv.`planes.csv`;

CREATE TABLE raw.flights.weather (
  origin CHAR(3) NOT NULL,
  time_hour TIMESTAMP NOT NULL,
  temp_f DECIMAL(5, 2),
  dewpoint_f DECIMAL(5, 2),
  humidity_pct DECIMAL(5, 2),
  wind_dir_deg SMALLINT,
  wind_speed_mph DOUBLE,
  wind_gust_mph DOUBLE,
  precip_in DECIMAL(4, 2),
  pressure_mb DECIMAL(6, 1),
  visibility_mi DECIMAL(4, 2)
) COMMENT 'Hourly observations at the three airports';

INSERT INTO raw.flights.weather
SELECT origin, time_hour, temp, dewp, humid, wind_dir, wind_speed, wind_gust, precip, pressure, visib
FROM csv.`weather.csv`;

CREATE VIEW raw.flights.delays_by_carrier (
  carrier COMMENT 'IATA code',
  name,
  flights COMMENT 'Scheduled departures',
  cancelled,
  mean_dep_delay COMMENT 'Minutes'
) COMMENT 'How late each carrier departs' AS
SELECT f.carrier, a.name, count(*), count(*) - count(f.dep_time), avg(f.dep_delay)
FROM raw.flights.flights f JOIN raw.flights.airlines a ON f.carrier = a.carrier
GROUP BY f.carrier, a.name;
