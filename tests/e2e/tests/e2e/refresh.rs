//! Describing again: what has not changed is not asked for, told so, and not believed for ever.

use rocky_emulator::emulator::DEFAULT_TOKEN;
use rocky_emulator::{Action, Emulator, Fault};
use serde_json::{Value, json};

use crate::bigquery::lake_with;
use crate::project::{Lake, Output, Project, add_tables, config, empty_warehouse};

/// Sixty tables, which are two pages with columns.
fn lake() -> Lake {
    Lake::new(warehouse(), &["s"], "")
}

fn warehouse() -> Emulator {
    let emulator = empty_warehouse();
    let names: Vec<String> = (0..60).map(|n| format!("t{n:02}")).collect();
    let tables: Vec<(&str, &[(&str, &str)])> = names
        .iter()
        .map(|name| (name.as_str(), &[("a", "INT"), ("b", "STRING")][..]))
        .collect();
    emulator.sql("CREATE CATALOG c; CREATE SCHEMA c.s").unwrap();
    add_tables(&emulator, "s", &tables);
    emulator
}

fn skipped(run: &Output) -> Value {
    run.schema("s")["skipped"].clone()
}

fn tables(count: u64) -> Value {
    json!({"tables": count, "reason": "table-revisions"})
}

#[test]
fn only_what_has_changed_is_described_again() {
    let lake = lake();
    let first = lake.run();
    assert_eq!(first.counts("s"), Some([60, 0, 0]));
    assert_eq!(skipped(&first), Value::Null);

    let second = lake.run();
    assert_eq!(second.counts("s"), Some([0, 60, 0]));
    assert_eq!(skipped(&second), tables(60));
    let schema = second.schema("s");
    assert_eq!(
        (&schema["tables"], &schema["columns"]),
        (&json!(60), &json!(120))
    );
    assert_eq!(schema["requests"], 2, "one list, and who asks");

    lake.emulator
        .sql(
            "ALTER TABLE c.s.t07 ADD COLUMN c DATE; DROP TABLE c.s.t08; CREATE TABLE c.s.u (x INT)",
        )
        .unwrap();
    let third = lake.run();
    assert_eq!(third.counts("s"), Some([2, 58, 1]));
    assert_eq!(skipped(&third), tables(58));
    let shown = lake.json(&["schema", "show", "c.s.t07"]);
    assert_eq!(shown["columns"].as_array().unwrap().len(), 3);
    let shown = lake.rocky(&["run", "--output", "table"]);
    insta::assert_snapshot!("run_that_skips", shown.redacted());
}

#[test]
fn refresh_describes_everything() {
    let lake = lake();
    lake.run();
    let arguments: [&[&str]; 2] = [
        &["run", "--refresh", "--output", "json"],
        &[
            "discover",
            "--with-schemas",
            "--refresh",
            "--output",
            "json",
        ],
    ];
    for arguments in arguments {
        let before = lake.emulator.requests().to("/tables");
        let output = lake.rocky(arguments);
        assert_eq!(output.code, Some(0), "{output}");
        assert!(
            lake.emulator.requests().to("/tables") >= before + 2,
            "{output}"
        );
    }
    let output = lake.rocky(&["discover", "--refresh"]);
    assert_eq!(output.code, Some(2), "{output}");
}

#[test]
fn after_ten_runs_that_believed_the_next_one_looks() {
    let lake = lake();
    let full = |run: &Output| skipped(run).is_null();
    assert!(full(&lake.run()));
    for _ in 0..10 {
        assert!(!full(&lake.run()));
    }
    assert!(full(&lake.run()), "the eleventh in a row");
    assert!(!full(&lake.run()));
}

#[test]
fn what_was_cleared_or_imported_is_described_from_the_start() {
    let lake = lake();
    lake.run();
    lake.rocky(&["state", "clear-schema-cache"]);
    assert!(skipped(&lake.run()).is_null());
    lake.rocky(&["schema", "export", "tree"]);
    lake.rocky(&["state", "clear-schema-cache"]);
    let imported = lake.rocky(&["schema", "import", "tree"]);
    assert_eq!(imported.code, Some(0), "{imported}");
    assert!(skipped(&lake.run()).is_null());
    assert_eq!(skipped(&lake.run()), tables(60));
}

#[test]
fn a_changed_table_that_cannot_be_described_keeps_what_is_known_of_it() {
    let lake = lake();
    lake.run();
    lake.emulator
        .sql("ALTER TABLE c.s.t07 ADD COLUMN c DATE")
        .unwrap();
    lake.emulator
        .fault(Fault::on("/tables/c.s.t07", Action::status(403)));
    let run = lake.run();
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(run.schema("s")["failed_tables"][0]["table"], "t07");
    assert_eq!(skipped(&run), tables(59));
    let shown = lake.json(&["schema", "show", "c.s.t07"]);
    assert_eq!(shown["columns"].as_array().unwrap().len(), 2);
}

#[test]
fn another_warehouse_is_asked_from_the_start() {
    let lake = lake();
    lake.run();
    let other = warehouse();
    lake.write("rocky.toml", config(&other.url(), &["s"], ""));
    assert!(skipped(&lake.run()).is_null());
}

#[test]
fn bigquery_sends_a_known_table_only_if_it_has_changed() {
    let emulator = Emulator::builder().start().unwrap();
    emulator
        .sql("CREATE CATALOG p; CREATE SCHEMA p.d; CREATE TABLE p.d.t (a INT); CREATE TABLE p.d.u (a INT)")
        .unwrap();
    let auth = format!("type = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"");
    let lake = lake_with(emulator, "", &auth, "p", &["d"]);
    assert_eq!(lake.run().counts("d"), Some([2, 0, 0]));
    lake.emulator
        .sql("ALTER TABLE p.d.u ADD COLUMN b DATE")
        .unwrap();
    let run = lake.run();
    assert_eq!(run.counts("d"), Some([1, 1, 0]));
    let skipped = &run.schema("d")["skipped"];
    assert_eq!(*skipped, tables(1));
}

/// A project whose adapter tells this of a schema's revision.
fn lab(behaviour: &str) -> Project {
    let project = Project::without_config();
    behave(&project, behaviour);
    project
}

fn behave(project: &Project, behaviour: &str) {
    let config = format!(
        "[adapter.lab]\nplugin = \"probe\"\nhost = \"http://127.0.0.1:9\"\nbehaviour = \"{behaviour}\"\n"
    );
    project.write("rocky.toml", config);
}

fn run(project: &Project, schema: &str) -> Value {
    let arguments = [
        "run",
        "--catalog",
        "c",
        "--schema",
        schema,
        "--output",
        "json",
    ];
    let output = project.rocky(&arguments);
    assert_eq!(output.code, Some(0), "{output}");
    output.json()
}

#[test]
fn a_schema_whose_revision_is_known_is_skipped_whole() {
    // Known from the list, which a pattern needs, or said by the adapter that was asked.
    for (behaviour, pattern) in [("listed", "s*"), ("revised", "s")] {
        let project = lab(&format!("{behaviour}-1"));
        let first = run(&project, pattern);
        assert_eq!(first["schemas"][0]["status"], "described");
        let second = run(&project, pattern);
        let schema = &second["schemas"][0];
        assert_eq!(schema["status"], "unchanged", "{behaviour}");
        assert_eq!(
            schema["skipped"],
            json!({"tables": 1, "reason": "schema-revision"})
        );
        assert_eq!(
            (&schema["tables"], &schema["columns"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(second["total"]["unchanged"], 1);
        assert_eq!(second["total"]["described"], 0);

        behave(&project, &format!("{behaviour}-2"));
        assert_eq!(run(&project, pattern)["schemas"][0]["status"], "described");
        assert_eq!(run(&project, pattern)["schemas"][0]["status"], "unchanged");
        let shown = project.rocky(&[
            "run",
            "--catalog",
            "c",
            "--schema",
            pattern,
            "--output",
            "table",
        ]);
        shown.has("1 schema is as described before");
    }
}

#[test]
fn a_skip_renews_the_time_of_the_description() {
    let project = lab("listed-1");
    run(&project, "s*");
    let described_at = || {
        let schemas = project.json(&["schema", "ls"]);
        schemas["schemas"][0]["described_at_ms"].as_u64().unwrap()
    };
    let first = described_at();
    run(&project, "s*");
    assert!(described_at() > first);
}
