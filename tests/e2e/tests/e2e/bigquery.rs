//! BigQuery, as a user meets it: both sources, every failure, names, sign-in, days of one table.

use std::collections::BTreeMap;
use std::path::Path;

use rocky_emulator::emulator::DEFAULT_TOKEN;
use rocky_emulator::{Action, Emulator, Fault, RawColumn, RawTable, RawTables, Rule, Shape};
use serde_json::{Value, json};

use crate::project::{Lake, Output, Project};

const REST: &str = "source = \"rest\"";
const SQL: &str = "source = \"information_schema\"";

/// A project whose adapter `lake` describes the dataset `p.s` of this warehouse.
fn lake(emulator: Emulator, more: &str) -> Lake {
    let auth = format!("type = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"");
    lake_with(emulator, more, &auth, "p", &["s"])
}

/// The same for these datasets of a project, signed in like this.
pub fn lake_with(
    emulator: Emulator,
    more: &str,
    auth: &str,
    project: &str,
    datasets: &[&str],
) -> Lake {
    let datasets = json!(datasets);
    let config = format!(
        "[adapter.lake]\nplugin = \"bigquery\"\napi_endpoint = \"URL\"\n{more}\n[adapter.lake.auth]\n{auth}\n\
         [pipeline.p]\nsource = {{ adapter = \"lake\", catalog = \"{project}\", schemas = {datasets} }}\n"
    );
    Lake::with_config(emulator, &config)
}

/// Adds tables to the dataset `p.s`.
pub fn add(emulator: &Emulator, tables: Vec<RawTable>) {
    emulator.add_tables(RawTables {
        catalog: "p".to_owned(),
        schema: "s".to_owned(),
        tables,
    });
}

/// A warehouse with three tables of one column each.
fn three_tables() -> Emulator {
    let emulator = Emulator::builder().start().unwrap();
    let table = |name| RawTable::new(name, vec![RawColumn::new("x", "INT64")]);
    add(&emulator, ["t1", "t2", "t3"].map(table).to_vec());
    emulator
}

/// What the cache holds of a dataset's tables, as programs see it, without what only one of the sources tells.
fn described(project: &Project, dataset: &str) -> BTreeMap<String, Value> {
    let listed = project.json(&["schema", "ls", dataset]);
    let tables = listed["tables"].as_array().unwrap();
    let table = |table: &Value| {
        let name = table["table"].as_str().unwrap();
        let quoted = format!("{dataset}.\"{}\"", name.replace('"', "\"\""));
        let shown = project.json(&["schema", "show", &quoted]);
        let mut columns = shown["columns"].clone();
        for column in columns.as_array_mut().unwrap() {
            let facts = column["attributes"].as_object_mut();
            facts.and_then(|facts| facts.remove("required_fields"));
        }
        let told = json!([
            shown["kind"],
            shown["comment"],
            shown["attributes"],
            columns
        ]);
        (name.to_owned(), told)
    };
    tables.iter().map(table).collect()
}

/// Every form of type that there is, with and without parameters, nested and repeated.
const TYPES: [&str; 24] = [
    "INT64",
    "FLOAT64",
    "BOOL",
    "NUMERIC",
    "NUMERIC(12, 2)",
    "BIGNUMERIC",
    "BIGNUMERIC(60, 30)",
    "STRING",
    "STRING(12)",
    "BYTES",
    "BYTES(3)",
    "DATE",
    "TIME",
    "DATETIME",
    "TIMESTAMP",
    "INTERVAL",
    "GEOGRAPHY",
    "JSON",
    "RANGE<DATE>",
    "RANGE<TIMESTAMP>",
    "ARRAY<STRING(5)>",
    "STRUCT<a INT64, b STRUCT<c ARRAY<DATE>, d NUMERIC(10, 3)>>",
    "ARRAY<STRUCT<sku STRING NOT NULL OPTIONS(description='what'), at STRUCT<x INT64, y JSON>>>",
    "STRUCT<`a b` INT64>",
];

#[test]
fn rest_and_information_schema_tell_the_same_of_every_type() {
    let shape = Shape {
        schemas: 1,
        tables: 12,
        columns: 40,
    };
    let emulator = Emulator::builder().generate(shape).start().unwrap();
    let columns = (0..).zip(TYPES).map(|(at, data_type)| RawColumn {
        nullable: at % 2 == 0,
        comment: (at % 3 == 0).then(|| format!("it's \"{data_type}\"")),
        ..RawColumn::new(&format!("c{at}"), data_type)
    });
    let mut typed = RawTable::new("Typed", columns.collect());
    typed.comment = Some("every \"type\"\nand \\ a line".to_owned());
    emulator.add_tables(RawTables {
        catalog: "gen".to_owned(),
        schema: "s0001".to_owned(),
        tables: vec![typed],
    });
    let auth = format!("type = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"");
    let lake = lake_with(emulator, "", &auth, "gen", &["s0001"]);
    let of = |source: &str| {
        let run = lake.rocky(&["run", "--set", source]);
        assert_eq!(run.code, Some(0), "{run}");
        described(&lake, "gen.s0001")
    };
    let (rest, sql) = (of("source=rest"), of("source=information_schema"));
    assert_eq!(rest.len(), 13);
    assert_eq!(rest, sql);
    let types = rest["Typed"][3].as_array().unwrap();
    let found: Vec<&str> = types
        .iter()
        .map(|it| it["data_type"].as_str().unwrap())
        .collect();
    assert_eq!(found[..22], TYPES[..22]);
    assert_eq!(
        found[22],
        "ARRAY<STRUCT<sku STRING, at STRUCT<x INT64, y JSON>>>"
    );
    let nested = &types[22]["attributes"]["field_descriptions"];
    assert_eq!(nested, r#"{"c22.sku":"what"}"#);
}

/// The run fails and says why, and nothing is cached.
#[track_caller]
fn check_told(lake: &Lake, run: &Output, code: &str, words: &[&str]) {
    assert_eq!(run.code, Some(1), "{run}");
    let error = run.schema("s")["error"].take();
    assert_eq!(error["code"], code, "{run}");
    let told = error.to_string();
    for word in words {
        assert!(told.contains(word), "lacks {word:?}: {run}");
    }
    assert_eq!(lake.cached_tables("p.s"), None);
}

/// An error in the words of the API.
fn refusal(status: u16, reason: &str) -> Action {
    let body = json!({"error": {"code": status, "message": format!("because {reason}"),
        "errors": [{"reason": reason, "message": "x", "domain": "global"}]}});
    Action::Status {
        status,
        headers: BTreeMap::new(),
        body: Some(body.to_string()),
    }
}

#[test]
fn every_failure_is_told_and_nothing_is_half_written() {
    let places = [(REST, "/datasets/s/tables"), (SQL, "/queries")];
    let faults: [(Action, &str, &[&str]); 8] = [
        (
            Action::status(401),
            "unauthenticated",
            &["[adapter.lake.auth]"],
        ),
        (
            refusal(403, "accessDenied"),
            "permission-denied",
            &["because accessDenied"],
        ),
        (
            refusal(403, "quotaExceeded"),
            "quota-exceeded",
            &["because quotaExceeded"],
        ),
        (
            refusal(403, "rateLimitExceeded"),
            "rate-limited",
            &["because rateLimitExceeded"],
        ),
        (
            refusal(503, "backendError"),
            "unavailable",
            &["because backendError"],
        ),
        (Action::Html, "protocol", &["HTML"]),
        (Action::InvalidJson, "protocol", &["JSON"]),
        (Action::DropConnection, "unavailable", &[]),
    ];
    for (source, path) in places {
        let lake = lake(three_tables(), &format!("{source}\nretry_seconds = 1"));
        for (action, code, words) in &faults {
            lake.emulator.clear_faults();
            lake.emulator
                .fault(Fault::on(path, action.clone()).forever());
            check_told(&lake, &lake.run(), code, words);
        }
        // What passes is waited for.
        lake.emulator.clear_faults();
        lake.emulator
            .fault(Fault::on(path, refusal(403, "rateLimitExceeded")));
        let run = lake.rocky(&["run", "--output", "json", "--set", "retry_seconds=30"]);
        assert_eq!(run.counts("s"), Some([3, 0, 0]), "{run}");
    }
}

#[test]
fn a_page_that_fails_in_the_middle_fails_the_dataset_or_is_got_over() {
    for (source, setting) in [(REST, "/datasets/s/tables"), (SQL, "/queries/")] {
        let emulator = three_tables();
        emulator.settings(|settings| {
            settings.list_page_size = 1;
            settings.chunk_rows = 1;
        });
        let lake = lake(emulator, &format!("{source}\nretry_seconds = 20"));
        let second = || Fault::on(setting, Action::status(503)).query("pageToken=");
        lake.emulator.fault(second());
        assert_eq!(lake.run().counts("s"), Some([3, 0, 0]), "{source}");
        // The table that a token pointed at is dropped: only a list can begin again.
        lake.emulator
            .fault(Fault::on(setting, refusal(404, "notFound")).query("pageToken="));
        let run = lake.run();
        let is_rest = source == REST;
        assert_eq!(run.code, Some(if is_rest { 0 } else { 1 }), "{run}");
        assert_eq!(lake.cached_tables("p.s").unwrap().len(), 3);
    }
}

#[test]
fn a_query_that_takes_long_is_waited_for_and_cancelled_when_nobody_waits() {
    let lake = lake(three_tables(), SQL);
    lake.emulator
        .settings(|settings| settings.pending_polls = 2);
    assert_eq!(lake.run().counts("s"), Some([3, 0, 0]));
    lake.emulator
        .settings(|settings| settings.pending_polls = u32::MAX);
    let auth = format!("type = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"");
    let limited = format!("{SQL}\n[adapter.lake.limits]\ntotal_seconds = 3");
    let lake = lake_with(lake_emulator(), &limited, &auth, "p", &["s"]);
    let run = lake.run();
    check_told(&lake, &run, "limit", &["total_seconds"]);
    assert_eq!(
        lake.emulator.requests().to("/cancel"),
        1,
        "{:?}",
        lake.emulator.requests()
    );
}

/// A warehouse whose queries never end.
fn lake_emulator() -> Emulator {
    let emulator = three_tables();
    emulator.settings(|settings| settings.pending_polls = u32::MAX);
    emulator
}

#[test]
fn an_empty_dataset_a_missing_one_and_a_forbidden_one_are_three_things() {
    for source in [REST, SQL, "source = \"auto\""] {
        let emulator = Emulator::builder().start().unwrap();
        emulator
            .sql("CREATE CATALOG p; CREATE SCHEMA p.s; CREATE SCHEMA p.vault; CREATE TABLE p.vault.t (a INT)")
            .unwrap();
        emulator.add_rule(Rule::deny("*", "p.vault"));
        let lake = lake(emulator, source);
        let run = lake.run();
        assert_eq!(
            (run.code, run.counts("s")),
            (Some(0), Some([0, 0, 0])),
            "{run}"
        );
        let run = |dataset| {
            let run = lake.rocky(&[
                "run",
                "--output",
                "json",
                "--catalog",
                "p",
                "--schema",
                dataset,
            ]);
            (run.code, run.schema(dataset)["error"].take(), run)
        };
        let (code, error, told) = run("nowhere");
        assert_eq!(
            (code, &error["code"]),
            (Some(1), &json!("not-found")),
            "{told}"
        );
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("dataset `p.nowhere`"),
            "{told}"
        );
        let (code, error, told) = run("vault");
        assert_eq!(
            (code, &error["code"]),
            (Some(1), &json!("permission-denied")),
            "{told}"
        );
        let (code, error, told) = run("s`; DROP");
        assert_eq!(
            (code, &error["code"]),
            (Some(1), &json!("not-found")),
            "{told}"
        );
    }
}

#[test]
fn names_that_nobody_should_choose_are_described_by_both_sources() {
    let names = [
        "two words",
        "dash-ed",
        "Orders",
        "ORDERS",
        "orders",
        "名前",
        "é",
        "e\u{301}",
        "it's",
        "\"quoted\"",
        "`back`",
        "back\\slash",
        "--",
        "$(id)",
        "a/b",
        "x.y",
        "%2F",
        "{}",
        "null",
    ];
    let emulator = Emulator::builder().start().unwrap();
    let table = |name| {
        let columns = [name, "Größe", "`"].map(|name| RawColumn::new(name, "STRING"));
        RawTable::new(name, columns.to_vec())
    };
    add(&emulator, names.map(table).to_vec());
    let lake = lake(emulator, "");
    let mut expected: Vec<&str> = names.to_vec();
    expected.sort_unstable();
    for source in ["source=rest", "source=information_schema"] {
        let run = lake.rocky(&["run", "--set", source]);
        assert_eq!(run.code, Some(0), "{run}");
        let mut cached = lake.cached_tables("p.s").unwrap();
        cached.sort_unstable();
        assert_eq!(cached, expected, "{source}");
        let shown = lake.json(&["schema", "show", "p.s.\"it's\""]);
        assert_eq!(shown["columns"][0]["name"], "it's");
    }
}

#[test]
fn days_of_one_table_are_one_line_and_the_newest_can_be_enough() {
    let emulator = Emulator::builder().start().unwrap();
    let names = [
        "e_20260101",
        "e_20260102",
        "e_20260103",
        "other",
        "x_20269999",
    ];
    let table = |name| RawTable::new(name, vec![RawColumn::new("a", "INT64")]);
    add(&emulator, names.map(table).to_vec());
    let lake = lake(emulator, "");
    let run = lake.run();
    assert_eq!(run.counts("s"), Some([5, 0, 0]), "{run}");
    let listed = lake.rocky(&["schema", "ls", "p.s", "--output", "table"]);
    insta::assert_snapshot!("days_of_one_table", listed.redacted());
    let listed = lake.json(&["schema", "ls", "p.s"]);
    assert_eq!(listed["tables"][0]["family"], "e_*");
    assert_eq!(listed["tables"][4].get("family"), None);
    for source in ["source=rest", "source=information_schema"] {
        let run = lake.rocky(&[
            "run",
            "--output",
            "json",
            "--set",
            "shards=newest",
            "--set",
            source,
        ]);
        assert_eq!(run.schema("s")["tables"], 3, "{run}");
        run.has("2 tables are older days of others");
        // They are left out, and not gone.
        assert_eq!(lake.cached_tables("p.s").unwrap().len(), 5);
    }
}

#[test]
fn the_report_tells_the_source_and_what_it_costs() {
    let lake = lake(three_tables(), "");
    let run = lake.run();
    let facts = &run.schema("s")["facts"];
    assert_eq!(facts["source"], "rest", "{run}");
    assert_eq!(facts["source_reason"], "3 tables are few, and REST is free");
    let run = lake.rocky(&[
        "run",
        "--output",
        "json",
        "--set",
        SQL.replace([' ', '"'], "").as_str(),
    ]);
    assert_eq!(
        run.schema("s")["facts"]["bytes_billed"],
        "10485760",
        "{run}"
    );
    let run = lake.rocky(&[
        "run",
        "--output",
        "table",
        "--set",
        "source=information_schema",
    ]);
    run.has("The warehouse bills 10.0 MiB for the queries of 1 schema.");
    let limited = [
        "--set",
        "source=information_schema",
        "--set",
        "maximum_bytes_billed=1000",
    ];
    let run = lake.rocky(&[&["run", "--output", "json"], &limited[..]].concat());
    assert_eq!(run.schema("s")["error"]["code"], "too-large", "{run}");
    run.has("bytesBilledLimitExceeded");
}

#[test]
fn the_flights_are_described_through_bigquery_as_well() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flights/warehouse");
    let emulator = Emulator::builder().load_dir(example).start().unwrap();
    let auth = format!("type = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"");
    let lake = lake_with(emulator, "", &auth, "raw", &["flights", "src__*"]);
    let run = lake.run();
    assert_eq!(run.code, Some(0), "{run}");
    let planes = lake.rocky(&["schema", "show", "raw.flights.planes", "--output", "table"]);
    insta::assert_snapshot!("planes_through_bigquery", planes.redacted());
}
