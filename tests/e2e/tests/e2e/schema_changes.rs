//! `rocky schema diff` and `rocky schema history`.

use insta::assert_snapshot;
use rocky_schema::{Column, Entry, Table};

use crate::filled::{EXACT, Filled, column, table, view};
use crate::project::{Lake, Project, add_tables, empty_warehouse};

/// A schema in three descriptions, a day apart.
fn changed() -> Project {
    let project = Project::without_config();
    let cache = Filled::new(&project, "lake");
    let orders = |columns: &[Column]| Entry::Table(Table::new("orders", columns.to_vec()));
    let first = orders(&[
        column("id", "int").required(),
        column("note", "string"),
        column("old", "int"),
    ]);
    cache.describe(
        "sales",
        "2020-01-01T08:00:00Z",
        &[first, table("gone", &["x"]), table("same", &["x"])],
    );
    let second = orders(&[
        column("note", "string"),
        column("id", "bigint"),
        column("größe", "struct<a: int>"),
    ]);
    cache.describe(
        "sales",
        "2020-01-02T08:00:00Z",
        &[second.clone(), table("same", &["x"])],
    );
    cache.describe(
        "sales",
        "2020-01-03T08:00:00Z",
        &[second, view("same", &["x"]), table("gone", &["x", "y"])],
    );
    project
}

#[test]
fn a_table_has_a_history_also_after_it_is_gone() {
    let project = changed();
    for (name, arguments) in [
        ("history", &["schema", "history", "c.sales.orders"][..]),
        ("history_of_a_view", &["schema", "history", "c.sales.same"]),
        ("history_with_a_gap", &["schema", "history", "C.Sales.GONE"]),
    ] {
        for form in ["table", "json"] {
            let output = project.rocky(&[arguments, &["--output", form]].concat());
            assert_eq!(
                (output.code, output.stderr.as_str()),
                (Some(0), ""),
                "{output}"
            );
            assert_snapshot!(format!("{name}_{form}"), output.redacted());
        }
    }
    let unknown = project.rocky(&["schema", "history", "c.sales.order"]);
    unknown.failed_with(1);
    unknown.has("did you mean c.sales.orders?");
}

#[test]
fn what_has_changed_since_a_moment_is_told() {
    let project = changed();
    // From before the first description on, only what came later is known.
    let early = project.rocky(&[
        "schema",
        "diff",
        "c.sales",
        "--since",
        "2020-01-01",
        "--output",
        "table",
    ]);
    early.has("c.sales is known only since 2020-01-01T08:00:00Z: whatever was there before counts as added");
    early.has("3 added, 0 altered, 0 removed since 2020-01-01T00:00:00Z.");
    for (name, since) in [
        ("first", "2020-01-01T08:00:00Z"),
        ("second", "2020-01-02T10:00:00+01:00"),
    ] {
        for form in ["table", "json"] {
            let arguments = ["schema", "diff", "--since", since, "--output", form];
            let output = project.rocky(&arguments);
            assert_eq!(output.code, Some(0), "{output}");
            assert_snapshot!(format!("diff_since_{name}_{form}"), output.redacted());
        }
    }
    let count = |arguments: &[&str]| {
        let output = project.json(&[&["schema", "diff"], arguments].concat());
        output["tables"].as_array().unwrap().len()
    };
    assert_eq!(
        count(&["c.sales.orders", "--since", "2020-01-01T08:00:00Z"]),
        1
    );
    assert_eq!(
        count(&["C.Sales.Orders", "--since", "2020-01-02T08:00:00Z"]),
        0
    );
    assert_eq!(
        count(&[
            "c.s*",
            "--since",
            "2020-01-01T08:00:00Z",
            "--adapter",
            "lake"
        ]),
        3
    );
    assert_eq!(count(&["c.x*", "--since", "2020-01-01T08:00:00Z"]), 0);
}

#[test]
fn two_schemas_and_two_adapters_are_compared() {
    let project = Project::without_config();
    let (lake, pond) = (Filled::new(&project, "lake"), Filled::new(&project, "pond"));
    let at = "2020-01-01T08:00:00Z";
    lake.describe(
        "sales",
        at,
        &[
            table("a", &["x", "y"]),
            table("b", &["x"]),
            table("Same", &["x"]),
        ],
    );
    lake.describe(
        "staging",
        at,
        &[
            table("A", &["x", "z"]),
            table("same", &["x"]),
            table("c", &["x"]),
        ],
    );
    pond.describe("sales", at, &[table("a", &["x", "y"]), view("b", &["x"])]);
    pond.describe("other", at, &[table("d", &["x"])]);
    for (name, arguments) in [
        ("schemas", &["c.sales", "c.staging"][..]),
        ("adapters", &["--adapter", "lake", "--adapter", "pond"]),
        ("tables", &["c.sales.a", "c.staging.c"]),
        ("nothing", &["c.sales.a", "c.sales.a"]),
    ] {
        let output =
            project.rocky(&[&["schema", "diff"], arguments, &["--output", "table"]].concat());
        assert_eq!(
            (output.code, output.stderr.as_str()),
            (Some(0), ""),
            "{output}"
        );
        assert_snapshot!(format!("diff_{name}"), output.redacted());
    }
    for (arguments, code) in [(["c.sales", "c.staging"], 1), (["c.sales", "c.sales"], 0)] {
        let output = project.rocky(&[&["schema", "diff", "--exit-code"][..], &arguments].concat());
        assert_eq!(output.code, Some(code), "{output}");
    }
}

#[test]
fn between_warehouses_that_read_names_differently_case_does_not_count() {
    let project = Project::without_config();
    let at = "2020-01-01T08:00:00Z";
    let snow = Filled::with_rules(&project, "snow", EXACT);
    Filled::new(&project, "lake").describe("sales", at, &[table("orders", &["id"])]);
    snow.describe("SALES", at, &[table("ORDERS", &["ID"])]);
    snow.describe(
        "EXACT",
        at,
        &[table("Orders", &["id"]), table("ORDERS", &["id"])],
    );
    snow.describe("ALSO", at, &[table("ORDERS", &["ID"])]);
    for (arguments, differences) in [
        (&["c.sales", "c.SALES"][..], 0),
        (&["--adapter", "lake", "--adapter", "snow", "c.sales"], 0),
        (&["c.EXACT", "c.ALSO"], 2),
    ] {
        let output = project.json(&[&["schema", "diff"], arguments].concat());
        let tables = output["tables"].as_array().unwrap();
        assert_eq!(tables.len(), differences, "{arguments:?}: {output}");
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let project = changed();
    for (arguments, code, expected) in [
        (
            &[][..],
            2,
            "give --since TIME, a second schema, or --adapter twice",
        ),
        (&["c.sales"], 2, "nothing says what to compare with"),
        (&["--since", "yesterday"], 2, "`yesterday` is not a time"),
        (
            &["--since", "2999-01-01"],
            2,
            "`2999-01-01` is in the future",
        ),
        (&["c.sales", "c.s*"], 2, "two patterns cannot be compared"),
        (
            &["c.sales", "c.sales.orders"],
            2,
            "a table cannot be compared with a schema",
        ),
        (
            &["--since", "1d", "--adapter", "a", "--adapter", "b"],
            2,
            "--since compares one adapter with itself",
        ),
        (
            &["c.sales", "c.sales", "--since", "1d"],
            2,
            "cannot be used with",
        ),
        (
            &["c.nothing", "--since", "1d"],
            1,
            "the cache does not hold the schema c.nothing",
        ),
        (
            &["c.sales.order", "--since", "1d"],
            1,
            "did you mean c.sales.orders?",
        ),
        (
            &["c.sales", "c.nothing"],
            1,
            "the cache does not hold the schema c.nothing",
        ),
        (
            &["--since", "1d", "--adapter", "pond"],
            1,
            "the cache holds nothing of an adapter `pond`",
        ),
    ] {
        let output = project.rocky(&[&["schema", "diff"], arguments].concat());
        assert_eq!(output.code, Some(code), "{arguments:?}: {output}");
        assert!(output.stderr.contains(expected), "{arguments:?}: {output}");
    }
    let forgotten = project.rocky(&["schema", "diff", "--since", "2020-01-01T08:00:00Z"]);
    let is_forgotten = !forgotten.warnings().is_empty();
    assert!(is_forgotten, "{forgotten}");
    forgotten.has("the cache remembers 90 days");
}

#[test]
fn a_run_leaves_what_diff_and_history_tell() {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let lake = Lake::new(emulator, &["s"], "");
    assert_eq!(lake.run().code, Some(0));
    add_tables(&lake.emulator, "s", &[("t", &[("x", "bigint")])]);
    assert_eq!(lake.run().code, Some(0));
    let history = lake.json(&["schema", "history", "c.s.t"]);
    let changes = history["changes"].as_array().unwrap();
    let told: Vec<&str> = changes
        .iter()
        .map(|it| it["change"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["altered", "added"]);
    assert_eq!(changes[0]["columns"][0]["after"]["data_type"], "bigint");
    let since = lake.json(&["schema", "diff", "--since", "1h"]);
    assert_eq!(since["total"]["added"], 1);
}
