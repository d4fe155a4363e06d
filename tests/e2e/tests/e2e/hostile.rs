//! Names and types that nobody should choose survive to the cache and back, and cannot drive a terminal.

use rocky_emulator::{RawColumn, RawTable, RawTables};
use serde_json::{Value, json};

use crate::project::{Lake, Output, add_tables, config, empty_warehouse, through_sql};

fn names() -> Vec<String> {
    let short = [
        "dots.in.the.name",
        "\"",
        "a\"b",
        "`back`",
        "it's",
        "two words",
        " padded ",
        "🛫 départ",
        "名前",
        "e\u{301}",
        "é",
        "Orders",
        "ORDERS",
        "orders",
        "*",
        "?",
        "a*b",
        "%2F",
        "a/b",
        "..",
        "\\",
        "--",
        "-x",
        "$(id)",
        "${HOME}",
        "{}",
        "<b>",
        "null",
        "\u{1b}[31mred\u{1b}[0m",
        "line\nbreak",
        "tab\tbed\r",
        "bell\u{7}",
        "\u{9b}31m",
        "\u{202e}rtl",
        "\u{200b}",
        "\u{feff}bom",
    ];
    let long = ["x".repeat(255), "ß".repeat(255)];
    short
        .iter()
        .map(|&name| name.to_owned())
        .chain(long)
        .collect()
}

/// A name as a user writes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A terminal obeys control characters; the line break and nothing else belongs to the layout.
#[track_caller]
fn check_printable(output: &Output) {
    assert_eq!(output.code, Some(0), "{output}");
    let control = output.stdout.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None, "{:?}", output.stdout);
}

fn check_names(catalog: &str, schema: &str, more: &str) {
    let emulator = empty_warehouse();
    let table = |name: &String| RawTable {
        comment: Some(format!("comment of {name}")),
        ..RawTable::new(
            name,
            vec![RawColumn {
                comment: Some(name.clone()),
                ..RawColumn::new(name, "int")
            }],
        )
    };
    let tables: Vec<RawTable> = names().iter().map(table).collect();
    let count = tables.len();
    emulator.add_tables(RawTables {
        catalog: catalog.to_owned(),
        schema: schema.to_owned(),
        tables,
    });
    let text = config(&emulator.url(), &[schema], more)
        .replace("catalog = \"c\"", &format!("catalog = {}", json!(catalog)));
    let lake = Lake::with_config(emulator, &text);
    let run = lake.run();
    assert_eq!(
        (run.code, run.counts(schema)),
        (Some(0), Some([count as u64, 0, 0])),
        "{run}"
    );

    let place = format!("{}.{}", quoted(catalog), quoted(schema));
    let mut expected = names();
    expected.sort();
    let mut listed = lake.cached_tables(&place).unwrap();
    listed.sort();
    assert_eq!(listed, expected);
    for name in names() {
        let shown = lake.json(&["schema", "show", &format!("{place}.{}", quoted(&name))]);
        let found = [
            &shown["table"],
            &shown["columns"][0]["name"],
            &shown["columns"][0]["comment"],
        ];
        assert_eq!(found, [&json!(name); 3]);
        assert_eq!(
            [&shown["catalog"], &shown["schema"]],
            [&json!(catalog), &json!(schema)]
        );
        assert_eq!(shown["comment"], format!("comment of {name}"));
    }
    for name in ["\u{1b}[31mred\u{1b}[0m", "line\nbreak", "\u{9b}31m"] {
        let table = format!("{place}.{}", quoted(name));
        check_printable(&lake.rocky(&["schema", "show", &table, "--output", "table"]));
        let mistaken = lake.rocky(&[
            "schema",
            "show",
            &format!("{place}.{}", quoted(&format!("{name}x"))),
        ]);
        assert_eq!(
            mistaken
                .stderr
                .chars()
                .find(|c| c.is_control() && *c != '\n'),
            None,
            "{:?}",
            mistaken.stderr
        );
    }
    for arguments in [
        &["run"][..],
        &["schema", "ls"],
        &["schema", "ls", &place],
        &["state"],
    ] {
        check_printable(&lake.rocky(&[arguments, &["--output", "table"]].concat()));
    }
}

#[test]
fn hostile_names_survive_to_the_cache_and_back() {
    check_names("c", "s", "");
}

#[test]
fn hostile_names_survive_information_schema_too() {
    check_names("c", "s", &through_sql());
}

#[test]
fn hostile_names_of_schemas_and_catalogs_survive_too() {
    check_names("we\"ird.`c`", "a.b \u{1b}[1m'ö'", "");
    check_names("we\"ird.`c`", "a.b \u{1b}[1m'ö'", &through_sql());
}

/// The columns of `c.s.t`, as the warehouse has them and as the cache shows them.
fn check_columns(columns: &[(String, String)], more: &str) {
    let emulator = empty_warehouse();
    let borrowed: Vec<(&str, &str)> = columns
        .iter()
        .map(|(name, kind)| (name.as_str(), kind.as_str()))
        .collect();
    add_tables(&emulator, "s", &[("t", &borrowed)]);
    let lake = Lake::new(emulator, &["s"], more);
    let run = lake.run();
    assert_eq!(
        (run.code, run.counts("s")),
        (Some(0), Some([1, 0, 0])),
        "{run}"
    );
    let shown = lake.json(&["schema", "show", "c.s.t"]);
    let pair = |column: &Value| {
        ["name", "data_type"].map(|member| column[member].as_str().unwrap().to_lowercase())
    };
    let found: Vec<[String; 2]> = shown["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(pair)
        .collect();
    let expected: Vec<[String; 2]> = columns
        .iter()
        .map(|(name, kind)| [name.to_lowercase(), kind.to_lowercase()])
        .collect();
    assert!(
        found == expected,
        "{} columns, expected {}",
        found.len(),
        expected.len()
    );
    check_printable(&lake.rocky(&["schema", "show", "c.s.t", "--output", "table"]));
}

#[test]
fn a_table_with_ten_thousand_columns_breaks_nothing() {
    let columns: Vec<(String, String)> = (0..10_000)
        .map(|index| (format!("c{index}"), "decimal(38,18)".to_owned()))
        .collect();
    check_columns(&columns, "");
    check_columns(&columns, &through_sql());
}

#[test]
fn a_type_two_hundred_levels_deep_breaks_nothing() {
    let deep = format!("{}int{}", "struct<a:".repeat(200), ">".repeat(200));
    let columns = [
        ("c".to_owned(), deep),
        (
            "long".to_owned(),
            format!("struct<{}z:int>", "field_of_a_struct:string,".repeat(4_000)),
        ),
    ];
    check_columns(&columns, "");
    check_columns(&columns, &through_sql());
}
