//! What a run writes, finds unchanged and removes.

use std::fs;

use insta::assert_snapshot;
use rocky_emulator::emulator::{DEFAULT_PRINCIPAL, DEFAULT_TOKEN};
use rocky_emulator::{Action, Emulator, Fault};
use serde_json::{Value, json};

use crate::project::{Lake, Project, add_tables, components, config, empty_warehouse, through_sql};

const SCHEMAS: [&str; 4] = ["flights", "src__faa", "src__noaa", "analytics"];

#[test]
fn the_first_run_writes_everything_and_later_runs_only_what_has_changed() {
    let lake = Lake::flights();
    let first = lake.rocky(&["run", "--output", "table"]);
    assert_snapshot!("run_first", first.redacted());

    let second = lake.run();
    assert_eq!(second.code, Some(0), "{second}");
    let counts = SCHEMAS.map(|schema| second.counts(schema).unwrap());
    assert_eq!(counts, [[0, 6, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0]]);

    let change = "ALTER TABLE raw.flights.planes ADD COLUMN owner STRING COMMENT 'Who'; \
                  DROP TABLE raw.src__noaa.stations; CREATE TABLE raw.flights.gates (gate STRING)";
    lake.emulator.sql(change).unwrap();
    let third = lake.run();
    let counts = SCHEMAS.map(|schema| third.counts(schema).unwrap());
    assert_eq!(counts, [[2, 5, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]]);
    let planes = lake.json(&["schema", "show", "raw.flights.planes"]);
    let owner = planes["columns"].as_array().unwrap().last().unwrap();
    let expected =
        json!({"name": "owner", "data_type": "string", "nullable": true, "comment": "Who"});
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&owner[member], value, "{owner}");
    }
    assert_eq!(lake.cached_tables("raw.src__noaa"), Some(Vec::new()));

    lake.emulator
        .sql("DROP SCHEMA raw.src__faa CASCADE")
        .unwrap();
    let fourth = lake.rocky(&["run", "--output", "table"]);
    assert_snapshot!("run_after_changes", fourth.redacted());
}

#[test]
fn the_report_says_who_asked_and_what_it_cost() {
    let lake = Lake::flights();
    let report = lake.run();
    assert_snapshot!(report.redacted());
    let total = &report.json()["total"];
    let sent = lake.emulator.requests();
    assert_eq!(total["requests"], sent.total - sent.to("/schemas"));
}

#[test]
fn information_schema_tells_the_same_as_rest() {
    let lake = Lake::flights();
    lake.emulator
        .sql(
            "CREATE TABLE raw.flights.nested (a MAP<STRING, ARRAY<STRUCT<x: DECIMAL(10,2), y: TIMESTAMP_NTZ>>> COMMENT 'it''s', b VARCHAR(7) NOT NULL)",
        )
        .unwrap_or_else(|error| panic!("{error}"));
    let rest = described(&lake, "rest.redb", &[]);
    let warehouse = format!(
        "warehouse_id={}",
        rocky_emulator::emulator::DEFAULT_WAREHOUSE
    );
    let set = ["--set", "source=information_schema", "--set", &warehouse];
    let sql = described(&lake, "sql.redb", &set);
    assert_eq!(rest.len(), 10, "{rest:#?}");
    for (of_rest, of_sql) in rest.iter().zip(&sql) {
        assert_eq!(of_rest, of_sql);
    }
    assert_eq!(rest.len(), sql.len());
}

/// Every table that a run caches in this state file, without what depends on when and how it was described.
fn described(lake: &Lake, state: &str, settings: &[&str]) -> Vec<Value> {
    let state = ["--state-path", state];
    lake.json(&[&["run"], &state[..], settings].concat());
    let listed = lake.json(&[&["schema", "ls"], &state[..]].concat());
    let mut tables = Vec::new();
    for schema in listed["schemas"].as_array().unwrap() {
        let [catalog, name] = ["catalog", "schema"].map(|member| schema[member].as_str().unwrap());
        let schema = format!("{catalog}.{name}");
        let listed = lake.json(&[&["schema", "ls", &schema], &state[..]].concat());
        for table in listed["tables"].as_array().unwrap() {
            let name = format!("{schema}.{}", table["table"].as_str().unwrap());
            let shown = lake.json(&[&["schema", "show", &name], &state[..]].concat());
            tables.push(comparable(&shown));
        }
    }
    tables
}

fn comparable(table: &Value) -> Value {
    let column = |column: &Value| {
        let data_type = column["data_type"].as_str().unwrap().to_lowercase();
        json!([
            column["name"],
            data_type,
            column["nullable"],
            column["comment"]
        ])
    };
    let columns: Vec<Value> = table["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(column)
        .collect();
    json!([
        table["schema"],
        table["table"],
        table["kind"],
        table["comment"],
        columns
    ])
}

#[test]
fn a_pattern_stands_for_the_schemas_that_match_it() {
    let emulator = empty_warehouse();
    for schema in ["src__a", "src__b", "src_c", "SRC__D", "other"] {
        add_tables(&emulator, schema, &[("t", &[("x", "int")])]);
    }
    let lake = Lake::new(emulator, &["src__*", "o?her", "none*"], "");
    let run = lake.run();
    assert_eq!(run.code, Some(0), "{run}");
    let report = run.json();
    let schemas = report["schemas"].as_array().unwrap().iter();
    let mut names: Vec<&str> = schemas
        .map(|schema| schema["schema"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["other", "src__a", "src__b", "src__d"]);
    assert_eq!(
        run.warnings(),
        ["no schema of catalog `c` that adapter `lake` may see matches `none*`"]
    );
}

#[test]
fn a_target_that_is_not_there_yet_is_no_failure() {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let target = "target = { adapter = \"lake\", catalog = \"c\", schemas = [\"later\"] }\n";
    let text = format!("{}{target}", config("URL", &["s"], ""));
    let lake = Lake::with_config(emulator, &text);
    let run = lake.run();
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.schema("later")["status"], "absent");
    assert_eq!(run.counts("s"), Some([1, 0, 0]));
    lake.rocky(&["run", "--output", "table"])
        .has("not there yet");

    // What one pipeline reads and another writes must be there.
    let reader =
        "[pipeline.q]\nsource = { adapter = \"lake\", catalog = \"c\", schemas = [\"later\"] }\n";
    lake.write(
        "rocky.toml",
        text.replace("URL", &lake.emulator.url()) + reader,
    );
    let run = lake.run();
    assert_eq!(
        (run.code, &run.schema("later")["status"]),
        (Some(3), &json!("failed"))
    );
}

#[test]
fn a_target_in_a_catalog_that_does_not_exist_is_a_failure() {
    for more in ["", &through_sql()] {
        let emulator = empty_warehouse();
        add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
        let target = "target = { adapter = \"lake\", catalog = \"mian\", schemas = [\"later\"] }\n";
        let text = format!("{}{target}", config("URL", &["s"], more));
        let run = Lake::with_config(emulator, &text).run();
        let later = run.schema("later");
        assert_eq!(
            (run.code, &later["status"]),
            (Some(3), &json!("failed")),
            "{run}"
        );
        assert!(
            later["error"]["message"]
                .as_str()
                .unwrap()
                .contains("catalog `mian`"),
            "{run}"
        );
    }
}

#[test]
fn equal_failures_of_many_schemas_are_told_a_few_times_and_counted() {
    let schemas = ["a", "b", "c", "d", "e"];
    let lake = Lake::new(empty_warehouse(), &schemas, "");
    lake.emulator
        .fault(Fault::on("", Action::status(403)).forever());
    let run = lake.rocky(&["run", "--output", "table"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.stdout.matches("could not describe").count(), 3, "{run}");
    run.has("failed: 2 more schemas of adapter `lake` with the same code, permission-denied");
    assert_eq!(run.stdout.matches("hint: ").count(), 1, "{run}");
    let json = lake.run().json();
    let told = json["schemas"].as_array().unwrap().iter();
    assert!(
        told.clone()
            .all(|schema| schema["error"]["message"].is_string())
    );
    assert_eq!(told.count(), schemas.len());
}

#[test]
fn one_schema_that_fails_does_not_stop_the_others_and_all_of_them_are_a_failure() {
    let emulator = empty_warehouse();
    for schema in ["a", "b"] {
        add_tables(&emulator, schema, &[("t", &[("x", "int")])]);
    }
    let lake = Lake::new(emulator, &["a", "missing", "b", "forbidden*"], "");
    let forbidden = Fault::on("/schemas", Action::status(403)).forever();
    lake.emulator.fault(forbidden);
    let run = lake.run();
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.counts("a"), Some([1, 0, 0]));
    assert_eq!(run.counts("b"), Some([1, 0, 0]));
    assert_snapshot!(
        "run_in_part",
        lake.rocky(&["run", "--output", "table"]).redacted()
    );
    lake.write("rocky.toml", config(&lake.emulator.url(), &["missing"], ""));
    assert_eq!(lake.run().code, Some(1));
}

#[test]
fn a_table_that_cannot_be_described_makes_its_schema_partial() {
    let emulator = empty_warehouse();
    add_tables(
        &emulator,
        "s",
        &[
            ("whole", &[("x", "int")]),
            ("shortened", &[("x", "struct<a:int,... 12 more fields>")]),
        ],
    );
    let lake = Lake::new(emulator, &["s"], "");
    let run = lake.run();
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.schema("s")["status"], "partial");
    assert_eq!(run.schema("s")["failed_tables"][0]["table"], "shortened");
    assert_eq!(lake.cached_tables("c.s"), Some(vec!["whole".to_owned()]));
    let human = lake.rocky(&["run", "--output", "table"]);
    human.has("1 failed table");
    human.has("failed: c.s.shortened: the type of column `x` was shortened");
    lake.rocky(&["schema", "ls", "--output", "table"])
        .has("incomplete");
}

#[test]
fn without_a_project_the_command_line_says_everything() {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let project = Project::without_config();
    let host = format!("host={}", emulator.url());
    let arguments = [
        "run",
        "--plugin",
        "databricks",
        "--set",
        &host,
        "--catalog",
        "c",
        "--schema",
        "s",
        "--output",
        "json",
    ];
    let run = project.finish(
        project
            .command(&arguments)
            .env("DATABRICKS_TOKEN", DEFAULT_TOKEN),
    );
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    let schema = run.schema("s");
    assert_eq!(
        (&schema["adapter"], &schema["principal"]),
        (&json!("databricks"), &json!(DEFAULT_PRINCIPAL))
    );
    assert_eq!(project.files(), [".rocky-state.redb"]);
    assert_eq!(project.cached_tables("c.s"), Some(vec!["t".to_owned()]));

    let run = project.rocky(&arguments);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(
        run.warnings(),
        ["DATABRICKS_TOKEN is not set: requests go out without a credential"]
    );
    assert_eq!(run.schema("s")["error"]["code"], "unauthenticated");
}

#[test]
fn a_plugin_that_is_a_file_cannot_choose_a_secret_of_the_environment() {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let project = Project::without_config();
    let host = format!("host={}", emulator.url());
    let file = components().join("databricks.wasm");
    let file = file.to_str().unwrap();
    let usual = ["run", "--plugin", file, "--set", &host, "--catalog", "c"];
    let arguments = |more: &[&'static str]| {
        let mut arguments = usual.to_vec();
        arguments.extend(["--schema", "s", "--output", "json"]);
        arguments.extend(more);
        arguments
    };
    // It calls itself databricks, and could call itself anything.
    let mut command = project.command(&arguments(&[]));
    let run = project.finish(command.env("DATABRICKS_TOKEN", DEFAULT_TOKEN));
    assert_eq!(run.code, Some(1), "{run}");
    run.has("--token-env names the environment variable");
    assert_eq!(run.schema("s")["error"]["code"], "unauthenticated");

    let mut command = project.command(&arguments(&["--token-env", "MINE"]));
    let run = project.finish(command.env("MINE", DEFAULT_TOKEN));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    let run = project.rocky(&arguments(&["--token-env", "MINE"]));
    run.failed_with(2);
    run.has("--token-env MINE: this environment variable is not set");
}

#[test]
fn a_plugin_that_the_project_does_not_use_cannot_take_the_place_of_an_adapter() {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let lake = Lake::new(emulator, &["s"], "");
    let host = format!("host={}", lake.emulator.url());
    let run = |file: &str| {
        fs::copy(components().join("databricks.wasm"), lake.path(file)).unwrap();
        let plugin = format!("./{file}");
        let arguments = ["run", "--plugin", &plugin, "--set", &host, "--catalog", "c"];
        lake.rocky(&[&arguments[..], &["--schema", "s"]].concat())
    };
    // It calls itself databricks, and could call itself lake.
    assert_eq!(run("stranger.wasm").schema("s")["adapter"], "stranger");
    let refused = run("lake.wasm");
    refused.failed_with(2);
    refused
        .has("the project has another adapter `lake`, whose tables in the cache would be replaced");
}

#[test]
fn an_adapter_can_be_chosen_and_given_other_settings_and_schemas() {
    let emulator = empty_warehouse();
    for schema in ["s", "other"] {
        add_tables(&emulator, schema, &[("t", &[("x", "int")])]);
    }
    let lake = Lake::new(emulator, &["s"], &through_sql());
    let check = |arguments: &[&str], expected: &str| {
        lake.emulator.reset_requests();
        let run = lake.rocky(&[&["run", "--output", "json"], arguments].concat());
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(run.json()["schemas"][0]["schema"], expected);
        lake.emulator.requests()
    };
    assert_eq!(check(&["--adapter", "lake"], "s").to("/tables"), 0);
    assert_eq!(check(&["--plugin", "databricks"], "s").to("/statements"), 1);
    assert_eq!(check(&["--set", "source=rest"], "s").to("/tables"), 1);
    check(&["--catalog", "C", "--schema", "Other"], "other");
}

#[test]
fn names_in_the_configuration_are_those_of_the_warehouse_whatever_their_case() {
    let emulator = Emulator::builder().start().unwrap();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let lake = Lake::new(emulator, &["S", "s"], "");
    let run = lake.run();
    assert_eq!(run.json()["total"]["schemas"], 1, "{run}");
    assert_eq!(run.schema("s")["status"], "described");
}

#[test]
fn where_rest_is_not_permitted_the_sql_warehouse_is_asked() {
    let emulator = empty_warehouse();
    add_tables(
        &emulator,
        "s",
        &[("t", &[("x", "decimal(10,2)")]), ("u", &[("y", "int")])],
    );
    let forbidden = Fault::on("/unity-catalog/tables", Action::status(403)).forever();
    let more = format!(
        "warehouse_id = \"{}\"\nexclude = [\"u*\"]",
        rocky_emulator::emulator::DEFAULT_WAREHOUSE
    );
    let lake = Lake::new(emulator, &["s"], &more);
    lake.emulator.fault(forbidden.clone());
    let run = lake.run();
    assert_eq!(
        (run.code, run.counts("s")),
        (Some(0), Some([1, 0, 0])),
        "{run}"
    );
    assert_eq!(run.schema("s")["coverage"], "truncated");
    assert_eq!(
        run.schema("s")["note"],
        "the settings ask for no tables like u*"
    );
    let table = lake.json(&["schema", "show", "c.s.t"]);
    assert_eq!(table["columns"][0]["data_type"], "decimal(10,2)");

    let without = Lake::new(empty_warehouse(), &["s"], "");
    without.emulator.fault(forbidden);
    without
        .run()
        .has("with a `warehouse_id` its information_schema would be asked instead");
}
