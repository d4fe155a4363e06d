//! The example warehouse, and loading in general.

use crate::client::{Client, pluck};
use rocky_emulator::Emulator;
use serde_json::json;
use std::path::Path;

fn flights() -> (Emulator, Client) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flights/warehouse");
    let emulator = Emulator::builder()
        .token("t", "t")
        .load_dir(directory)
        .start()
        .unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

#[test]
fn the_flights_are_typed_and_filled() {
    let (_emulator, client) = flights();
    let names = |schema: &str| {
        let path = format!("/api/2.1/unity-catalog/tables?catalog_name=raw&schema_name={schema}");
        pluck(&client.get_json(&path)["tables"], "name")
    };
    assert_eq!(
        names("flights"),
        [
            "airlines",
            "airports",
            "delays_by_carrier",
            "flights",
            "planes",
            "weather"
        ]
    );
    assert_eq!(names("src__noaa"), ["stations"]);
    let catalogs = client.get_json("/api/2.1/unity-catalog/catalogs");
    assert_eq!(
        pluck(&catalogs["catalogs"], "name"),
        ["main", "raw", "system"]
    );
    let airports = client.get_json("/api/2.1/unity-catalog/tables/raw.flights.airports");
    assert_eq!(
        airports["columns"][2]["type_text"],
        "struct<lat:double,lon:double,alt_ft:int>"
    );
    assert_eq!(
        client.rows(
            "SELECT count(*), count(dep_time), min(flight_date), max(time_hour) FROM raw.flights.flights"
        ),
        json!([["6099", "6064", "2013-01-01", "2013-01-08T04:00:00.000Z"]])
    );
    assert_eq!(
        client.rows("SELECT location.alt_ft FROM raw.flights.airports WHERE faa = 'JFK'"),
        json!([["13"]])
    );
    assert_eq!(
        client.rows(
            "SELECT temp_f, wind_gust_mph FROM raw.flights.weather ORDER BY time_hour LIMIT 1"
        ),
        json!([["39.02", null]])
    );
    let late =
        "SELECT name, flights FROM raw.flights.delays_by_carrier ORDER BY flights DESC LIMIT 1";
    assert_eq!(client.rows(late)[0][0], "JetBlue Airways");
    let routes = client.rows("SELECT sum(flights) FROM main.analytics.route_stats");
    assert_eq!(routes, json!([["6099"]]));
}

#[test]
fn a_script_that_fails_is_named_with_its_statement() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("numbers.csv", "N,word\n1,\"a,b\"\nNA,\n");
    write(
        "1.sql",
        "CREATE CATALOG c; CREATE TABLE c.default.n AS SELECT CAST(n AS INT) AS n, word FROM csv.`numbers.csv`",
    );
    let start = || {
        Emulator::builder()
            .token("t", "t")
            .load_dir(directory.path())
            .start()
    };
    let emulator = start().unwrap();
    let client = Client::new(&emulator, "t");
    assert_eq!(
        client.rows("SELECT * FROM c.default.n"),
        json!([["1", "a,b"], [null, null]])
    );
    let message = client.failure("SELECT * FROM csv.`numbers.csv`");
    assert!(
        message.starts_with("[TABLE_OR_VIEW_NOT_FOUND]"),
        "{message}"
    );
    write("2.sql", "SELECT 1;\nSELECT * FROM c.default.no;");
    let error = start().unwrap_err().to_string();
    assert!(
        error.contains("2.sql, statement 2: [TABLE_OR_VIEW_NOT_FOUND]"),
        "{error}"
    );
    assert!(error.ends_with("SELECT * FROM c.default.no"), "{error}");
}
