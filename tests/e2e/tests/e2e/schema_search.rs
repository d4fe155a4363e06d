//! `rocky schema search`.

use insta::assert_snapshot;
use rocky_schema::{Column, Entry, Table};

use crate::filled::{Filled, column, table};
use crate::project::Project;

fn searched() -> Project {
    let project = Project::without_config();
    let at = "2020-01-01T08:00:00Z";
    let planes = Table {
        comment: Some("Planes by tail number".to_owned()),
        ..Table::new(
            "planes",
            vec![
                Column {
                    comment: Some("as painted on the TAIL".to_owned()),
                    ..column("number", "string")
                },
                column("Tail_Number", "string"),
                column("owner_id", "struct<a: int>"),
            ],
        )
    };
    let lake = Filled::new(&project, "lake");
    lake.describe(
        "flights",
        at,
        &[Entry::Table(planes), table("tails", &["id"])],
    );
    lake.describe("other", at, &[table("ÄHREN", &["größe", "a*b"])]);
    Filled::new(&project, "pond").describe("flights", at, &[table("tails", &["plane_id"])]);
    project
}

#[test]
fn tables_and_columns_are_found_by_parts_of_names_and_comments() {
    let project = searched();
    for form in ["table", "json"] {
        let output = project.rocky(&["schema", "search", "Tail", "--output", form]);
        assert_eq!(
            (output.code, output.stderr.as_str()),
            (Some(0), ""),
            "{output}"
        );
        assert_snapshot!(format!("search_{form}"), output.redacted());
    }
    let count = |arguments: &[&str]| {
        let output = project.json(&[&["schema", "search"], arguments].concat());
        output["matches"].as_array().unwrap().len()
    };
    for (arguments, expected) in [
        (&["*_id"][..], 2),
        (&["*id"], 3),
        (&["tail*"], 3),
        (&["?d"], 1),
        (&["*painted*"], 0),
        (&["PAINTED"], 1),
        (&["ähr"], 1),
        (&["GRÖ"], 1),
        (&["id", "--adapter", "pond"], 1),
        (&["tail", "--in", "c.o*"], 0),
        (&["tail", "--in", "c.flights", "--adapter", "pond"], 1),
        (&["nowhere"], 0),
    ] {
        assert_eq!(count(arguments), expected, "{arguments:?}");
    }
    project
        .rocky(&["schema", "search", "nowhere", "--output", "table"])
        .has("Nothing in the cache is called that.");
    assert_eq!(project.rocky(&["schema", "search", ""]).code, Some(2));
}

#[test]
fn a_large_schema_is_searched_to_its_end() {
    let project = Project::without_config();
    let names: Vec<String> = (0..1000).map(|index| format!("t{index:03}")).collect();
    let tables: Vec<Entry> = names.iter().map(|name| table(name, &["x"])).collect();
    Filled::new(&project, "lake").describe("s", "2020-01-01T08:00:00Z", &tables);
    let output = project.json(&["schema", "search", "x"]);
    let found = output["matches"].as_array().unwrap();
    let found: Vec<&str> = found
        .iter()
        .map(|it| it["table"].as_str().unwrap())
        .collect();
    assert_eq!(found, names);
}
