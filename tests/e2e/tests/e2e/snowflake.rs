//! Snowflake, as a user meets it: every source, every failure, names, schemas of any size.

use std::collections::BTreeMap;
use std::path::Path;

use rocky_emulator::emulator::DEFAULT_TOKEN;
use rocky_emulator::{Action, Emulator, Fault, RawColumn, RawTable, RawTables, Rule, Shape};
use serde_json::{Value, json};

use crate::project::{Lake, Output, Project};

pub const SHOW: &str = "source = \"show\"";
const REST: &str = "source = \"rest\"";
pub const SQL: &str = "source = \"information_schema\"";

/// A project whose adapter `lake` describes the schema `D.S` of this warehouse.
pub fn lake(emulator: Emulator, more: &str) -> Lake {
    lake_of(emulator, more, "D", &["S"])
}

/// The same for these schemas of a database.
fn lake_of(emulator: Emulator, more: &str, database: &str, schemas: &[&str]) -> Lake {
    let auth = format!("type = \"snowflake-pat\"\ntoken = \"{DEFAULT_TOKEN}\"");
    lake_with(emulator, more, &auth, database, schemas)
}

/// The same, signed in like this.
pub fn lake_with(
    emulator: Emulator,
    more: &str,
    auth: &str,
    database: &str,
    schemas: &[&str],
) -> Lake {
    let (database, schemas) = (json!(database), json!(schemas));
    let config = format!(
        "[adapter.lake]\nplugin = \"snowflake\"\nhost = \"URL\"\n{more}\n[adapter.lake.auth]\n{auth}\n\
         [pipeline.p]\nsource = {{ adapter = \"lake\", catalog = {database}, schemas = {schemas} }}\n"
    );
    Lake::with_config(emulator, &config)
}

/// Adds tables to the schema `D.S`.
pub fn add(emulator: &Emulator, tables: Vec<RawTable>) {
    emulator.add_tables(RawTables {
        catalog: "D".to_owned(),
        schema: "S".to_owned(),
        tables,
    });
}

fn table(name: &str) -> RawTable {
    RawTable::new(name, vec![RawColumn::new("X", "NUMBER(38,0)")])
}

/// A warehouse with three tables of one column each.
pub fn three_tables() -> Emulator {
    let emulator = Emulator::builder().start().unwrap();
    add(&emulator, ["T1", "T2", "T3"].map(table).to_vec());
    emulator
}

/// What the cache holds of a schema's tables, as programs see it, without what only one of the sources tells.
fn described(project: &Project, schema: &str) -> BTreeMap<String, Value> {
    let listed = project.json(&["schema", "ls", schema]);
    let tables = listed["tables"].as_array().unwrap();
    let table = |table: &Value| {
        let name = table["table"].as_str().unwrap();
        let quoted = format!("{schema}.\"{}\"", name.replace('"', "\"\""));
        let shown = project.json(&["schema", "show", &quoted]);
        let told = json!([
            shown["kind"],
            shown["comment"],
            shown["attributes"],
            shown["columns"]
        ]);
        (name.to_owned(), told)
    };
    tables.iter().map(table).collect()
}

/// Every form of type that there is, with and without parameters, structured and not.
pub const TYPES: [&str; 27] = [
    "NUMBER(38,0)",
    "NUMBER(12,2)",
    "FLOAT",
    "DECFLOAT",
    "VARCHAR(16777216)",
    "VARCHAR(40)",
    "BINARY(8388608)",
    "BINARY(3)",
    "BOOLEAN",
    "DATE",
    "TIME(9)",
    "TIME(0)",
    "TIMESTAMP_NTZ(9)",
    "TIMESTAMP_NTZ(3)",
    "TIMESTAMP_LTZ(6)",
    "TIMESTAMP_TZ(9)",
    "VARIANT",
    "OBJECT",
    "OBJECT(a NUMBER(38,0), b VARCHAR(7) NOT NULL, \"c d\" ARRAY(DATE))",
    "ARRAY",
    "ARRAY(NUMBER(38,0) NOT NULL)",
    "MAP(VARCHAR(16777216), TIMESTAMP_NTZ(9))",
    "VECTOR(FLOAT, 256)",
    "VECTOR(INT, 3)",
    "GEOGRAPHY",
    "GEOMETRY",
    "FILE",
];

pub fn every_type() -> RawTable {
    let columns = (0..).zip(TYPES).map(|(at, data_type)| RawColumn {
        nullable: at % 2 == 0,
        comment: (at % 3 == 0).then(|| format!("it's \"{data_type}\"")),
        ..RawColumn::new(&format!("C{at}"), data_type)
    });
    let mut typed = RawTable::new("Typed", columns.collect());
    typed.comment = Some("every \"type\"\nand \\ a line".to_owned());
    typed
}

#[test]
fn all_sources_tell_the_same_of_every_type_and_of_names_that_differ_in_case() {
    let shape = Shape {
        schemas: 1,
        tables: 12,
        columns: 40,
    };
    let emulator = Emulator::builder().generate(shape).start().unwrap();
    let twins = ["Orders", "ORDERS", "orders"].map(|name| {
        let columns = [name, "id", "ID"].map(|name| RawColumn::new(name, "DATE"));
        RawTable::new(name, columns.to_vec())
    });
    let mut view = RawTable::new("V", vec![RawColumn::new("A", "ARRAY(DATE)")]);
    view.table_type = Some("VIEW".to_owned());
    emulator.add_tables(RawTables {
        catalog: "gen".to_owned(),
        schema: "s0001".to_owned(),
        tables: twins.into_iter().chain([every_type(), view]).collect(),
    });
    let lake = lake_of(emulator, "", "gen", &["s0001"]);
    let of = |source: &str| {
        let run = lake.rocky(&["run", "--set", source]);
        assert_eq!(run.code, Some(0), "{run}");
        described(&lake, "GEN.S0001")
    };
    let show = of("source=show");
    assert_eq!(show.len(), 17);
    for source in ["source=rest", "source=information_schema", "source=auto"] {
        assert_eq!(of(source), show, "{source}");
    }
    let types = show["Typed"][3].as_array().unwrap();
    let found: Vec<&str> = types
        .iter()
        .map(|it| it["data_type"].as_str().unwrap())
        .collect();
    assert_eq!(found, TYPES);
    for name in ["Orders", "ORDERS", "orders"] {
        assert_eq!(show[name][3][0]["name"], name);
    }
}

#[test]
fn kinds_are_told_by_every_source() {
    let emulator = Emulator::builder().start().unwrap();
    let kinds = [
        ("TABLE", "table"),
        ("TRANSIENT", "transient"),
        ("DYNAMIC", "dynamic"),
        ("ICEBERG", "iceberg"),
        ("HYBRID", "hybrid"),
        ("EXTERNAL", "external"),
        ("EVENT", "event"),
        ("VIEW", "view"),
        ("MATERIALIZED VIEW", "materialized_view"),
    ];
    let of_kind = |(kind, _)| RawTable {
        table_type: Some(String::from(kind)),
        ..table(kind)
    };
    add(&emulator, kinds.map(of_kind).to_vec());
    let lake = lake(emulator, "");
    for source in ["source=show", "source=rest", "source=information_schema"] {
        let run = lake.rocky(&["run", "--set", source]);
        assert_eq!(run.code, Some(0), "{run}");
        let listed = lake.json(&["schema", "ls", "D.S"]);
        let listed = listed["tables"].as_array().unwrap();
        for (name, kind) in kinds {
            let found = listed.iter().find(|it| it["table"] == name).unwrap();
            // The lists of the REST API have one word for both.
            let kind = match (source, kind) {
                ("source=rest", "materialized_view") => "view",
                _ => kind,
            };
            assert_eq!(found["kind"], kind, "{source}");
        }
    }
}

/// The run fails and says why, and nothing is cached.
#[track_caller]
pub fn check_told(lake: &Lake, run: &Output, code: &str, words: &[&str]) {
    assert_eq!(run.code, Some(1), "{run}");
    let error = run.schema("S")["error"].take();
    assert_eq!(error["code"], code, "{run}");
    let told = error.to_string();
    for word in words {
        assert!(told.contains(word), "lacks {word:?}: {run}");
    }
    assert_eq!(lake.cached_tables("D.S"), None);
}

/// An error in the words of the API.
pub fn refusal(status: u16, code: &str) -> Action {
    let body = json!({"code": code, "message": format!("because {code}"), "sqlState": "00000"});
    Action::Status {
        status,
        headers: BTreeMap::new(),
        body: Some(body.to_string()),
    }
}

#[test]
fn every_failure_is_told_and_nothing_is_half_written() {
    let places = [
        (SHOW, "/statements"),
        (REST, "/schemas/S/tables"),
        (SQL, "/statements"),
    ];
    let faults: [(Action, &str, &[&str]); 9] = [
        (
            Action::status(401),
            "unauthenticated",
            &["[adapter.lake.auth]"],
        ),
        (
            refusal(403, "390422"),
            "permission-denied",
            &["because 390422"],
        ),
        (
            refusal(422, "003001"),
            "permission-denied",
            &["because 003001"],
        ),
        (refusal(429, "390505"), "rate-limited", &["because 390505"]),
        (
            refusal(422, "100132"),
            "statement-failed",
            &["because 100132"],
        ),
        (Action::status(503), "unavailable", &[]),
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
        for passing in [refusal(429, "390505"), Action::status(502)] {
            lake.emulator.clear_faults();
            lake.emulator.fault(Fault::on(path, passing));
            let run = lake.rocky(&["run", "--output", "json", "--set", "retry_seconds=30"]);
            assert_eq!(run.code, Some(0), "{run}");
        }
        assert_eq!(lake.cached_tables("D.S").unwrap().len(), 3);
    }
}

#[test]
fn an_empty_schema_a_missing_one_and_a_hidden_one_are_told() {
    for source in [SHOW, REST, SQL, "source = \"auto\""] {
        let emulator = Emulator::builder().start().unwrap();
        emulator
            .sql("CREATE CATALOG d; CREATE SCHEMA d.s; CREATE SCHEMA d.vault; CREATE TABLE d.vault.t (a INT)")
            .unwrap();
        emulator.add_rule(Rule::deny("*", "d.vault"));
        let lake = lake(emulator, source);
        let run = lake.run();
        let told = (run.code, run.counts("S"));
        assert_eq!(told, (Some(0), Some([0, 0, 0])), "{run}");
        // Snowflake does not say whether something is missing or forbidden.
        for (catalog, schema) in [
            ("D", "NOWHERE"),
            ("D", "VAULT"),
            ("NOWHERE", "S"),
            ("D", "S\"; DROP"),
        ] {
            let place = ["--catalog", catalog, "--schema", schema];
            let run = lake.rocky(&[&["run", "--output", "json"], &place[..]].concat());
            assert_eq!(run.code, Some(1), "{run}");
            let error = &run.json()["schemas"][0]["error"];
            assert_eq!(error["code"], "not-found", "{source} {place:?}: {run}");
            assert!(
                error["message"]
                    .as_str()
                    .unwrap()
                    .contains("does not exist, or is hidden from this role"),
                "{run}"
            );
        }
    }
}

#[test]
fn names_that_nobody_should_choose_are_described_by_every_source() {
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
        "--",
        "$(id)",
        "a/b",
        "x.y",
        "%2F",
        "{}",
        "null",
        ";",
        "/* */",
        "?",
    ];
    let emulator = Emulator::builder().start().unwrap();
    let odd = |name| {
        let columns = [name, "Größe", "\""].map(|name| RawColumn::new(name, "ARRAY(DATE)"));
        RawTable::new(name, columns.to_vec())
    };
    add(&emulator, names.map(odd).to_vec());
    let lake = lake(emulator, "");
    let mut expected: Vec<&str> = names.to_vec();
    expected.sort_unstable();
    for source in ["source=show", "source=rest", "source=information_schema"] {
        let run = lake.rocky(&["run", "--set", source]);
        assert_eq!(run.code, Some(0), "{run}");
        let mut cached = lake.cached_tables("D.S").unwrap();
        cached.sort_unstable();
        assert_eq!(cached, expected, "{source}");
        let shown = lake.json(&["schema", "show", "D.S.\"it's\""]);
        assert_eq!(shown["columns"][0]["name"], "it's");
    }
}

#[test]
fn names_are_read_as_sql_reads_them() {
    let emulator = three_tables();
    let quoted = |catalog: &str, schema: &str, name| RawTables {
        catalog: catalog.to_owned(),
        schema: schema.to_owned(),
        tables: vec![table(name)],
    };
    emulator.add_tables(quoted("D", "my schema", "Orders"));
    emulator.add_tables(quoted("D", "S", "ORDERS"));
    let lake = lake_of(emulator, "", "d", &["s", "\"my schema\""]);
    assert_eq!(lake.run().code, Some(0));
    let shown = |name: &str| lake.json(&["schema", "show", name])["schema"].take();
    assert_eq!(shown("d.s.orders"), "S");
    assert_eq!(shown("D.S.ORDERS"), "S");
    assert_eq!(shown("d.\"my schema\".\"Orders\""), "my schema");
    let listed = lake.json(&["schema", "ls", "d.s"]);
    assert_eq!(listed["tables"].as_array().unwrap().len(), 4);
    let listed = lake.json(&["schema", "ls", "d.*"]);
    assert_eq!(listed["schemas"].as_array().unwrap().len(), 2);
    let missing = lake.rocky(&["schema", "show", "d.s.\"orders\""]);
    assert_eq!(missing.code, Some(1), "{missing}");
    // A pattern is a name too, and finds no more than the name would.
    let lake = lake_of(three_tables(), "", "d", &["s*"]);
    assert_eq!(lake.run().counts("S"), Some([3, 0, 0]));
}

#[test]
fn a_change_is_found_and_the_time_of_the_last_ddl_is_the_revision() {
    let emulator = Emulator::builder().start().unwrap();
    emulator
        .sql("CREATE CATALOG d; CREATE SCHEMA d.s; CREATE TABLE d.s.t (a INT); CREATE TABLE d.s.u (a INT)")
        .unwrap();
    let lake = lake(emulator, SQL);
    assert_eq!(lake.run().counts("S"), Some([2, 0, 0]));
    let revision = || lake.json(&["schema", "show", "d.s.t"])["revision"].take();
    assert!(revision().is_null(), "a change of this minute");
    lake.emulator
        .settings(|settings| settings.clock_ahead_seconds = 100);
    lake.run();
    let ddl = revision();
    assert!(ddl.as_str().unwrap().ends_with("000000"), "{ddl}");
    lake.emulator
        .sql("ALTER TABLE d.s.t ADD COLUMN b DATE; DROP TABLE d.s.u")
        .unwrap();
    assert_eq!(lake.run().counts("S"), Some([1, 0, 1]));
    assert_ne!(revision(), ddl);
    lake.emulator
        .settings(|settings| settings.hide_last_ddl = true);
    assert_eq!(lake.run().counts("S"), Some([0, 1, 0]));
    assert!(revision().is_string());
}

#[test]
fn the_flights_are_described_through_snowflake_as_well() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flights/warehouse");
    let emulator = Emulator::builder().load_dir(example).start().unwrap();
    let lake = lake_of(emulator, "", "raw", &["flights", "src__*"]);
    let run = lake.run();
    assert_eq!(run.code, Some(0), "{run}");
    let planes = lake.rocky(&["schema", "show", "raw.flights.planes", "--output", "table"]);
    insta::assert_snapshot!("planes_through_snowflake", planes.redacted());
}
