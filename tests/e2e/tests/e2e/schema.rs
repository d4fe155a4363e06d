//! `rocky schema ls` and `rocky schema show`.

use insta::assert_snapshot;
use rocky_emulator::{RawColumn, RawTable, RawTables};
use rocky_schema::{Coverage, SchemaName, Summary};

use crate::filled::{Filled, table};
use crate::project::{Lake, Project, add_tables, empty_warehouse};

/// Two schemas with tables of every look.
fn lake() -> Lake {
    let emulator = empty_warehouse();
    let column = |name: &str, data_type: &str, nullable, comment: Option<&str>| RawColumn {
        nullable,
        comment: comment.map(str::to_owned),
        ..RawColumn::new(name, data_type)
    };
    let orders = RawTable {
        comment: Some("What was ordered".to_owned()),
        ..RawTable::new(
            "orders",
            vec![
                column("id", "bigint", false, Some("Ascending")),
                column("größe", "struct<a: int, b: array<string>>", true, None),
            ],
        )
    };
    let view = RawTable {
        table_type: Some("VIEW".to_owned()),
        ..RawTable::new("recent orders", vec![column("id", "bigint", true, None)])
    };
    emulator.add_tables(RawTables {
        catalog: "c".to_owned(),
        schema: "sales".to_owned(),
        tables: vec![orders, view],
    });
    add_tables(&emulator, "empty.one", &[]);
    let lake = Lake::new(emulator, &["sales", "empty.one"], "");
    assert_eq!(lake.run().code, Some(0));
    lake
}

#[test]
fn what_is_cached_is_listed_and_shown() {
    let lake = lake();
    for (name, arguments) in [
        ("schema_ls", &["schema", "ls"][..]),
        ("schema_ls_tables", &["schema", "ls", "c.sales"]),
        ("schema_show", &["schema", "show", "c.sales.orders"]),
    ] {
        for form in ["table", "json"] {
            let output = lake.rocky(&[arguments, &["--output", form]].concat());
            assert_eq!(
                (output.code, output.stderr.as_str()),
                (Some(0), ""),
                "{output}"
            );
            assert_snapshot!(format!("{name}_{form}"), output.redacted());
        }
    }
    lake.rocky(&["schema", "ls", "c.\"empty.one\"", "--output", "table"])
        .has("The schema c.\"empty.one\" is cached and has no tables.");
}

#[test]
fn names_match_as_they_do_in_the_warehouse_and_patterns_as_in_a_shell() {
    let lake = lake();
    for name in [
        "c.sales.orders",
        "C.Sales.ORDERS",
        "\"c\".`sales`.\"orders\"",
        "c.sales.\"Recent Orders\"",
    ] {
        let shown = lake.json(&["schema", "show", name]);
        assert_eq!(shown["schema"], "sales", "{name}");
    }
    let schemas = |pattern: &str| {
        lake.json(&["schema", "ls", pattern])["schemas"]
            .as_array()
            .unwrap()
            .len()
    };
    let counts = ["c.*", "c", "*.s?les", "c.x*", "C.*"].map(schemas);
    assert_eq!(counts, [2, 2, 1, 0, 2]);
    lake.rocky(&["schema", "ls", "c.x*", "--output", "table"])
        .has("No schema is cached under that name.");
}

#[test]
fn a_name_that_is_not_there_is_told_with_a_suggestion() {
    let lake = lake();
    for (arguments, code, expected) in [
        (
            &["show", "c.sales.order"][..],
            1,
            &[
                "c.sales.order is not visible to dev@example.com",
                "did you mean c.sales.orders?",
            ][..],
        ),
        (
            &["show", "c.sales.\"recent order\""],
            1,
            &["did you mean c.sales.\"recent orders\"?"],
        ),
        (
            &["show", "c.sales.customers"],
            1,
            &["list its tables with `rocky schema ls c.sales`"],
        ),
        (
            &["show", "c.sale.orders"],
            1,
            &[
                "the cache does not hold the schema c.sale",
                "`rocky schema ls`",
            ],
        ),
        (
            &["ls", "c.sale"],
            1,
            &[
                "the cache does not hold the schema c.sale",
                "describe it with `rocky run`",
            ],
        ),
        (
            &["ls", "--adapter", "lak"],
            1,
            &[
                "the cache holds nothing of an adapter `lak`",
                "it knows: lake",
            ],
        ),
        (
            &["show", "orders"],
            2,
            &[
                "`orders` is not CATALOG.SCHEMA.TABLE",
                "`rocky schema ls CATALOG.SCHEMA`",
            ],
        ),
        (
            &["show", "c.sales.a.b"],
            2,
            &["`c.sales.a.b` is not CATALOG.SCHEMA.TABLE"],
        ),
        (&["show", "c.sales.\"a"], 2, &["the quote \" is not closed"]),
        (&["show", "c..orders"], 2, &["a part of the name is empty"]),
        (
            &["ls", "c.sales.orders"],
            2,
            &[
                "`c.sales.orders` is not CATALOG.SCHEMA",
                "`rocky schema show`",
            ],
        ),
    ] {
        let output = lake.rocky(&[&["schema"], arguments].concat());
        output.failed_with(code);
        assert!(output.stderr.starts_with("error: "), "{output}");
        expected.iter().for_each(|text| output.has(text));
    }
}

#[test]
fn where_there_is_no_cache_the_error_says_how_to_fill_it() {
    let project = Project::without_config();
    for arguments in [&["schema", "ls"][..], &["schema", "show", "a.b.c"]] {
        let output = project.rocky(arguments);
        assert_eq!(output.code, Some(1));
        output.has(&format!(
            "there is no schema cache at {}",
            project.cache().display()
        ));
        output.has("fill it with `rocky run`");
    }
    assert_eq!(project.files(), [""; 0]);
}

#[test]
fn the_cache_never_asks_the_warehouse() {
    let lake = lake();
    lake.emulator.reset_requests();
    for arguments in [
        &["schema", "ls"][..],
        &["schema", "show", "c.sales.orders"],
        &["state"],
    ] {
        lake.json(arguments);
    }
    assert_eq!(lake.emulator.requests().total, 0);
}

#[test]
fn two_adapters_of_one_warehouse_keep_to_themselves() {
    let lake = lake();
    let second = crate::project::config(&lake.emulator.url(), &["sales"], "")
        .replace("lake", "pond")
        .replace("pipeline.p", "pipeline.q");
    let first = std::fs::read_to_string(lake.path("rocky.toml")).unwrap();
    lake.write("rocky.toml", first + &second);
    assert_eq!(lake.run().code, Some(0));
    let of = |adapter: &str| {
        lake.json(&["schema", "ls", "--adapter", adapter])["schemas"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((of("lake"), of("pond")), (2, 1));
    let shown = lake.json(&["schema", "show", "c.sales.orders", "--adapter", "pond"]);
    assert_eq!(shown["adapter"], "pond");
}

#[test]
fn stale_schemas_can_be_listed_alone() {
    let project = Project::without_config();
    let cache = Filled::new(&project, "lake");
    cache.describe("old", "2020-01-01T08:00:00Z", &[table("a", &["x"])]);
    let stale = |ttl: &str, arguments: &[&str]| {
        let arguments = [&["schema", "ls", "--stale", "--cache-ttl", ttl], arguments].concat();
        let schemas = project.json(&arguments)["schemas"].take();
        schemas.as_array().unwrap().len()
    };
    let for_ever = u64::MAX.to_string();
    assert_eq!((stale("60", &[]), stale(&for_ever, &[])), (1, 0));
    assert_eq!((stale("60", &["c.old"]), stale("60", &["c.new"])), (1, 0));
    project
        .rocky(&[
            "schema",
            "ls",
            "--stale",
            "--cache-ttl",
            &for_ever,
            "--output",
            "table",
        ])
        .has("No stale schema is cached under that name.");
}

#[test]
fn what_an_incomplete_description_does_not_name_may_be_there() {
    let project = Project::without_config();
    let cache = Filled::new(&project, "lake");
    let truncated = Summary {
        coverage: Coverage::Truncated,
        ..Summary::exhausted()
    };
    let name = SchemaName::new("c", "part");
    cache.describe_as(
        name,
        "2020-01-01T08:00:00Z",
        &[table("a", &["x"])],
        &truncated,
    );
    let shown = project.json(&["schema", "show", "c.part.a"]);
    assert_eq!(
        (&shown["complete"], &shown["coverage"]),
        (&false.into(), &"truncated".into())
    );
    project
        .rocky(&["schema", "show", "c.part.a", "--output", "table"])
        .has(", stale, its schema not completely");
    let missing = project.rocky(&["schema", "show", "c.part.zebra"]);
    missing.failed_with(1);
    missing.has("the cache does not hold c.part.zebra, and its schema is not described completely");
}
