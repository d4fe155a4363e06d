//! `rocky schema export`: the cache as a tree of files.

use std::fs;

use insta::assert_snapshot;
use rocky_schema::{Coverage, Entry, SchemaName, Summary, Table};

use crate::filled::{EXACT, Filled, column, table, view};
use crate::project::{Output, Project};

const AT: &str = "2020-01-01T08:00:00.250Z";

/// Two adapters, one with names that a file system might take for equal.
fn cached() -> Project {
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
        &[Entry::Table(orders), view("recent orders", &["id"])],
    );
    lake.describe("empty", AT, &[]);
    let snow = Filled::with_rules(&project, "snow", EXACT);
    let truncated = Summary {
        coverage: Coverage::Truncated,
        note: Some("cut".to_owned()),
        ..Summary::exhausted()
    };
    let tables = ["Orders", "ORDERS", "orders", "con", "a/b", "..", ".git"];
    let tables: Vec<Entry> = tables.iter().map(|name| table(name, &["X"])).collect();
    snow.describe_as(SchemaName::new("C", "PUBLIC"), AT, &tables, &truncated);
    project
}

fn export(project: &Project, arguments: &[&str]) -> Output {
    project.rocky(&[&["schema", "export", "tree"], arguments].concat())
}

/// How many files an export has added, changed and removed.
fn counts(output: &Output) -> [u64; 3] {
    let json = output.json();
    ["added", "changed", "removed"].map(|count| json["total"][count].as_u64().unwrap())
}

#[test]
fn the_same_cache_makes_the_same_tree() {
    let project = cached();
    let first = export(&project, &["--output", "table"]);
    assert_eq!(
        (first.code, first.stderr.as_str()),
        (Some(0), ""),
        "{first}"
    );
    first.has("Exported 3 schemas with 9 tables to tree: files 12 added, 0 changed, 0 removed.");
    let tree = project.tree("tree");
    let text = |(path, text): (&String, &String)| format!("=== {path}\n{text}");
    let all: Vec<String> = tree.iter().map(text).collect();
    assert_snapshot!("tree", all.concat());
    let again = export(&project, &["--output", "table"]);
    again.has("tree is what the cache holds: 3 schemas with 9 tables.");
    assert_eq!(project.tree("tree"), tree);
    project.rocky(&["schema", "export", "other"]);
    assert_eq!(project.tree("other"), tree);
}

#[test]
fn another_description_that_says_the_same_is_no_difference() {
    let project = cached();
    export(&project, &[]);
    let tree = project.tree("tree");
    Filled::new(&project, "lake").describe("empty", "2020-01-02T08:00:00Z", &[]);
    assert_eq!(export(&project, &["--check"]).code, Some(0));
    assert_eq!(counts(&export(&project, &[])), [0, 0, 0]);
    assert_eq!(project.tree("tree"), tree);
}

#[test]
fn a_check_says_what_differs_and_writes_nothing() {
    let project = cached();
    let missing = export(&project, &["--check"]);
    assert_eq!((missing.code, counts(&missing)), (Some(1), [12, 0, 0]));
    assert!(!project.path("tree").exists());
    export(&project, &[]);
    let tree = project.tree("tree");
    Filled::new(&project, "lake").describe(
        "sales",
        "2020-01-02T08:00:00Z",
        &[table("orders", &["id"]), table("new", &["x"])],
    );
    let differs = export(&project, &["--check", "--output", "table"]);
    assert_eq!(differs.code, Some(1), "{differs}");
    assert_snapshot!(differs.redacted());
    assert_eq!(project.tree("tree"), tree);
    assert_eq!(counts(&export(&project, &[])), [1, 2, 1]);
    assert_eq!(export(&project, &["--check"]).code, Some(0));
}

#[test]
fn only_what_an_export_wrote_is_removed() {
    let project = cached();
    export(&project, &[]);
    project.write("tree/lake/c/sales/README.md", "mine");
    project.write("tree/lake/c/sales/notes.json", "mine");
    project.write("tree/README.md", "mine");
    // A cache that holds nothing of what the tree does.
    fs::remove_file(project.cache()).unwrap();
    Filled::new(&project, "lake").describe("other", AT, &[table("t", &["x"])]);
    assert_eq!(counts(&export(&project, &["--in", "c.other"])), [2, 0, 0]);
    assert_eq!(counts(&export(&project, &["--adapter", "lake"])), [0, 0, 4]);
    assert_eq!(counts(&export(&project, &[])), [0, 0, 8]);
    let left: Vec<String> = project.tree("tree").into_keys().collect();
    let expected = [
        "README.md",
        "lake/c/other.json",
        "lake/c/other/t.json",
        "lake/c/sales/README.md",
        "lake/c/sales/notes.json",
    ];
    assert_eq!(left, expected);
    assert!(!project.path("tree/snow").exists());
}

#[test]
fn what_is_in_the_way_is_not_replaced() {
    for (path, text, expected) in [
        (
            "tree/lake/c/sales/orders.json",
            "{}",
            "orders.json is in the way",
        ),
        (
            "tree/lake/c/sales.json",
            "<<<<<<< ours\n",
            "sales.json:1:1: expected value",
        ),
        (
            "tree/lake/c/sales.json",
            "{\"format\": 2}",
            "it is of format 2, and this version",
        ),
        (
            "tree/lake/c/sales.json",
            "{\"format\": 1}",
            "sales.json:1:13: missing field `adapter`",
        ),
    ] {
        let project = cached();
        fs::create_dir_all(project.path("tree/lake/c/sales")).unwrap();
        project.write(path, text);
        let output = export(&project, &[]);
        output.failed_with(1);
        output.has(expected);
        assert_eq!(fs::read_to_string(project.path(path)).unwrap(), text);
    }
}

#[cfg(unix)]
#[test]
fn links_in_a_tree_are_not_followed() {
    use std::os::unix::fs::symlink;

    let project = cached();
    project.write("outside.json", "mine");
    fs::create_dir_all(project.path("tree/lake/c/sales")).unwrap();
    symlink(
        project.path("outside.json"),
        project.path("tree/lake/c/sales/orders.json"),
    )
    .unwrap();
    let output = export(&project, &[]);
    output.failed_with(1);
    output.has("it is no regular file");
    fs::remove_dir_all(project.path("tree")).unwrap();
    fs::create_dir_all(project.path("tree/lake/c")).unwrap();
    fs::create_dir(project.path("elsewhere")).unwrap();
    symlink(project.path("elsewhere"), project.path("tree/lake/c/sales")).unwrap();
    let output = export(&project, &[]);
    output.failed_with(1);
    output.has("is no directory, or a link to one; remove it");
    assert!(project.tree("elsewhere").is_empty());
    assert_eq!(
        fs::read_to_string(project.path("outside.json")).unwrap(),
        "mine"
    );
}

#[test]
fn many_tables_are_written_once_each() {
    let project = Project::without_config();
    let names: Vec<String> = (0..2000).map(|index| format!("T{index:04}")).collect();
    let tables: Vec<Entry> = names.iter().map(|name| table(name, &["x", "y"])).collect();
    Filled::new(&project, "lake").describe("s", AT, &tables);
    assert_eq!(counts(&export(&project, &[])), [2001, 0, 0]);
    assert_eq!(counts(&export(&project, &["--check"])), [0, 0, 0]);
}

#[test]
fn tables_are_printed_for_programs_and_for_people() {
    let project = Project::without_config();
    let lake = Filled::new(&project, "lake");
    let mut id = column("id", "bigint").required();
    id.comment = Some("two\nlines".to_owned());
    let orders = Table {
        comment: Some("What was ordered".to_owned()),
        attributes: [("format".to_owned(), "DELTA".to_owned())].into(),
        ..Table::new("orders", vec![id, column("a`b", "struct<a: int>")])
    };
    lake.describe(
        "sales",
        AT,
        &[Entry::Table(orders), view("recent", &["id"])],
    );
    lake.describe("other", AT, &[table("t", &["x"])]);
    for (format, form) in [("json", "table"), ("ddl", "json")] {
        let arguments = ["schema", "export", "--format", format, "--in", "c.sales"];
        let output = project.rocky(&[&arguments[..], &["--output", form]].concat());
        assert_eq!(
            (output.code, output.stderr.as_str()),
            (Some(0), ""),
            "{output}"
        );
        assert_snapshot!(format!("format_{format}"), output.redacted());
    }
    let all = project
        .rocky(&["schema", "export", "--format", "json"])
        .json();
    let names = all["tables"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|it| it["table"].as_str().unwrap()).collect();
    assert_eq!(names, ["t", "orders", "recent"]);
    for arguments in [
        &[][..],
        &["tree", "--format", "json"],
        &["--format", "json", "--check"],
        &["--format", "xml"],
    ] {
        let output = project.rocky(&[&["schema", "export"], arguments].concat());
        assert_eq!(output.code, Some(2), "{output}");
    }
}
