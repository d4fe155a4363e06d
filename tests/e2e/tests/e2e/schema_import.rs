//! `rocky schema import`: from a tree of files back into a cache.

use std::fs;

use insta::assert_snapshot;
use rocky_schema::{Coverage, Entry, SchemaName, Summary, Table};

use crate::filled::{EXACT, Filled, column, table, view};
use crate::project::{Lake, Output, Project, add_tables, empty_warehouse};

const AT: &str = "2020-01-01T08:00:00Z";

/// A project with an exported tree, and no cache any more.
fn exported() -> Project {
    let project = Project::without_config();
    let lake = Filled::new(&project, "lake");
    let orders = Table {
        comment: Some("What was ordered".to_owned()),
        attributes: [("format".to_owned(), "DELTA".to_owned())].into(),
        ..Table::new(
            "orders",
            vec![
                column("id", "bigint").required(),
                column("größe", "struct<a: int>"),
            ],
        )
    };
    lake.describe(
        "sales",
        AT,
        &[Entry::Table(orders), view("Recent", &["id"])],
    );
    let truncated = Summary {
        coverage: Coverage::Truncated,
        note: Some("cut".to_owned()),
        ..Summary::exhausted()
    };
    let snow = Filled::with_rules(&project, "snow", EXACT);
    let tables = [
        table("Orders", &["x"]),
        table("ORDERS", &["y"]),
        table(&"long".repeat(100), &["z"]),
    ];
    snow.describe_as(SchemaName::new("C", "PUBLIC"), AT, &tables, &truncated);
    assert_eq!(project.rocky(&["schema", "export", "tree"]).code, Some(0));
    fs::remove_file(project.cache()).unwrap();
    project
}

fn import(project: &Project, arguments: &[&str]) -> Output {
    project.rocky(&[&["schema", "import", "tree"], arguments].concat())
}

#[test]
fn what_was_exported_comes_back_as_it_was_and_pinned() {
    let project = exported();
    let tree = project.tree("tree");
    let output = import(&project, &["--output", "table"]);
    assert_eq!(
        (output.code, output.stderr.as_str()),
        (Some(0), ""),
        "{output}"
    );
    assert_snapshot!("import", output.redacted());
    // As stale as can be, and yet fresh.
    for (name, arguments) in [
        ("imported_ls", &["schema", "ls", "--cache-ttl", "0"][..]),
        (
            "imported_show",
            &["schema", "show", "c.sales.ORDERS", "--cache-ttl", "0"],
        ),
    ] {
        for form in ["table", "json"] {
            let output = project.rocky(&[arguments, &["--output", form]].concat());
            assert_snapshot!(format!("{name}_{form}"), output.redacted());
        }
    }
    assert_eq!(
        project.json(&["schema", "show", "C.PUBLIC.\"Orders\""])["columns"][0]["name"],
        "x"
    );
    assert_eq!(
        project.json(&["state", "--cache-ttl", "0"])["adapters"][0]["fresh"],
        1
    );
    project.rocky(&["schema", "export", "again"]);
    assert_eq!(project.tree("again"), tree);
    assert_eq!(
        project.rocky(&["schema", "export", "tree", "--check"]).code,
        Some(0)
    );
}

#[test]
fn a_later_description_is_kept_unless_told_otherwise() {
    let project = exported();
    let lake = Filled::new(&project, "lake");
    lake.describe("sales", "2020-01-02T08:00:00Z", &[table("later", &["x"])]);
    let statuses = |arguments: &[&str]| {
        let output = project.json(&[&["schema", "import", "tree"], arguments].concat());
        let schemas = output["schemas"].as_array().unwrap().clone();
        let status = |it: &serde_json::Value| it["status"].as_str().unwrap().to_owned();
        schemas.iter().map(status).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&[]), ["kept", "imported"]);
    assert_eq!(project.cached_tables("c.sales").unwrap(), ["later"]);
    assert_eq!(statuses(&["--in", "c.sale?"]), ["kept"]);
    assert_eq!(statuses(&["--adapter", "snow"]), ["imported"]);
    assert_eq!(statuses(&["--replace"]), ["imported", "imported"]);
    assert_eq!(
        project.cached_tables("c.sales").unwrap(),
        ["Recent", "orders"]
    );
    // What is pinned is no description of a warehouse.
    assert_eq!(statuses(&[]), ["imported", "imported"]);
    let history = project.json(&["schema", "history", "c.sales.later"]);
    assert_eq!(history["exists"], false);
}

#[test]
fn a_run_replaces_what_is_pinned() {
    let emulator = empty_warehouse();
    add_tables(
        &emulator,
        "s",
        &[("t", &[("x", "int")]), ("u", &[("x", "int")])],
    );
    add_tables(&emulator, "other", &[("t", &[("x", "int")])]);
    let lake = Lake::new(emulator, &["s", "other"], "");
    assert_eq!(lake.run().code, Some(0));
    assert_eq!(lake.rocky(&["schema", "export", "tree"]).code, Some(0));
    fs::remove_file(lake.cache()).unwrap();
    lake.emulator.reset_requests();
    assert_eq!(import(&lake, &[]).code, Some(0));
    assert_eq!(lake.emulator.requests().total, 0);
    let pinned = |schema: &str| {
        let output = lake.json(&["schema", "ls", schema, "--stale", "--cache-ttl", "0"]);
        output["schemas"].as_array().unwrap().is_empty()
    };
    assert!(pinned("c.s") && pinned("c.other"));
    add_tables(&lake.emulator, "s", &[("v", &[("x", "bigint")])]);
    let run = lake.rocky(&[
        "run",
        "--adapter",
        "lake",
        "--catalog",
        "c",
        "--schema",
        "s",
        "--output",
        "json",
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!pinned("c.s") && pinned("c.other"));
    assert!(lake.cached_tables("c.s").unwrap().contains(&"v".to_owned()));
    let check = lake.rocky(&["schema", "export", "tree", "--check"]);
    assert_eq!(check.code, Some(1));
    check.has("lake/c/s/v.json");
}

#[test]
fn a_malformed_tree_is_refused_as_a_whole() {
    let orders = "tree/lake/c/sales/orders.json";
    for (path, text, expected) in [
        (
            orders,
            "{\n  \"table\": \"orders\",\n}",
            "tree/lake/c/sales/orders.json:3:1: trailing comma",
        ),
        (orders, "<<<<<<< ours\n", "orders.json:1:1: expected value"),
        (
            orders,
            "{\"kind\": \"table\",\n \"table\": \"x\", \"columns\": []}",
            "orders.json:2:2: it is of the table `x`",
        ),
        (
            orders,
            "{\"table\": \"orders\", \"kind\": \"table\", \"columns\": [{\"name\": 1}]}",
            "orders.json:1:59: invalid type",
        ),
        (
            "tree/lake/c/sales.json",
            "{}",
            "sales.json:1:2: missing field `format`",
        ),
        (
            "tree/snow/other/x.json",
            "{}",
            "x.json:1:2: missing field `format`",
        ),
    ] {
        let project = exported();
        fs::create_dir_all(project.path("tree/snow/other")).unwrap();
        project.write(path, text);
        let output = import(&project, &[]);
        output.failed_with(1);
        output.has(expected);
        output.has("repair it, or export the tree anew; nothing was imported");
        assert!(!project.cache().exists());
    }
    let project = exported();
    fs::remove_file(project.path(orders)).unwrap();
    let output = import(&project, &[]);
    output.failed_with(1);
    output.has("orders.json, though the manifest of c.sales lists it");
    fs::rename(project.path("tree/lake"), project.path("tree/pond")).unwrap();
    import(&project, &[]).has("which belongs into");
}

#[test]
fn what_no_manifest_lists_is_left_out_with_a_warning() {
    let project = exported();
    let text = "{\"table\": \"more\", \"kind\": \"table\", \"columns\": []}";
    project.write("tree/lake/c/sales/more.json", text);
    project.write("tree/lake/c/sales/Notes.json", "mine");
    let output = import(&project, &[]);
    assert_eq!(output.code, Some(0), "{output}");
    let warning =
        "tree/lake/c/sales/more.json is left out: the manifest of c.sales does not list it";
    assert_eq!(output.warnings(), [warning]);
    assert_eq!(
        project.cached_tables("c.sales").unwrap(),
        ["Recent", "orders"]
    );
}

#[test]
fn what_cannot_be_imported_is_told_with_what_to_do() {
    let project = exported();
    let nowhere = project.rocky(&["schema", "import", "nowhere"]);
    nowhere.failed_with(1);
    nowhere.has("there is no exported schema in nowhere");
    let unmatched = import(&project, &["--in", "x.y"]);
    unmatched.failed_with(1);
    unmatched.has("no schema of the tree in tree is one of those");
    project.write("rocky.toml", "[cache.schemas]\nenabled = false\n");
    import(&project, &[]).has("the schema cache is disabled");
    fs::remove_file(project.path("rocky.toml")).unwrap();
    let manifest = fs::read_to_string(project.path("tree/lake/c/sales.json")).unwrap();
    import(&project, &[]);
    project.write(
        "tree/lake/c/sales.json",
        manifest.replace("\"plugin\": \"databricks\"", "\"plugin\": \"bigquery\""),
    );
    let other = import(&project, &[]);
    other.failed_with(1);
    other.has(
        "adapter `lake` of the tree has the plugin bigquery, and that of the cache databricks",
    );
}
