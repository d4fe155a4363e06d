//! Names and types of every kind, on their way into the cache and back, and how names find their tables.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use proptest::prelude::*;
use rocky_cache::{CacheConfig, Lookup, Tap};
use rocky_schema::{Column, Entry, Matching, SchemaName, Summary, Table};
use support::*;
use tempfile::tempdir;

#[test]
fn ten_thousand_columns_and_deep_types_come_back_as_they_were() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let deep = format!("{}INT{}", "STRUCT<a: ".repeat(200), ">".repeat(200));
    let columns = (0..10_000).map(|i| Column::new(format!("c{i}"), deep.clone()));
    let wide = Table::new("wide", columns.collect());
    refresh(
        &config,
        &[Entry::Table(wide.clone()), entry("empty", &[])],
        1,
    );
    assert_eq!(cached(&config, "wide").unwrap(), wide);
    assert_eq!(cached(&config, "empty").unwrap(), table("empty", &[]));
}

const ODD_NAMES: &[&str] = &[
    "",
    " ",
    "a.b",
    "\"quoted\"",
    "`tick`",
    "two words",
    "🛩️",
    "ORDERS",
    "Orders",
    "orders",
    "İ",
    "ß",
    "SS",
    "\0",
    "a\0b",
    "a",
    "\u{200b}",
    "\u{fffd}",
    "line\nbreak",
    "../../etc",
    "'; DROP TABLE x; --",
];

#[test]
fn odd_names_survive_as_catalogs_schemas_tables_and_columns() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let long = "é".repeat(255);
    let names: Vec<&str> = ODD_NAMES.iter().copied().chain([long.as_str()]).collect();
    let entries: Vec<_> = names.iter().map(|name| entry(name, &names)).collect();
    let tap = Tap::start(&config);
    let mut schemas = Vec::new();
    for (index, name) in names.iter().enumerate() {
        schemas.push(SchemaName::new(*name, names[names.len() - 1 - index]));
    }
    for name in &schemas {
        let mut schema = tap.schema(&connection(Matching::Exact), &provenance(), name.clone());
        schema.page(&entries);
        schema.done(&Summary::exhausted(), cost(1));
    }
    assert_eq!(tap.finish().failures().count(), 0);
    let snapshot = snapshot(&config);
    for schema in &schemas {
        for name in &names {
            let found = snapshot
                .table(ADAPTER, &schema.table(*name), at(1), 60)
                .unwrap();
            assert_eq!(found.table().unwrap().table, table(name, &names));
        }
        assert_eq!(snapshot.tables(ADAPTER, schema).unwrap().len(), names.len());
    }
}

/// A cache whose connection ignores letter case, holding `stored`.
fn ignoring_case(config: &CacheConfig, name: &SchemaName, stored: &[&str], seconds: u64) {
    let tap = Tap::start(config);
    let mut schema = tap.schema(
        &connection(Matching::IgnoreCase),
        &provenance(),
        name.clone(),
    );
    let entries: Vec<_> = stored.iter().map(|name| entry(name, &["x"])).collect();
    schema.page(&entries);
    schema.done(&Summary::exhausted(), cost(seconds));
    tap.finish();
}

#[test]
fn names_match_in_any_letter_case_where_the_warehouse_says_so() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    ignoring_case(
        &config,
        &SchemaName::new("Raw", "Äpfel"),
        &["Orders", "lower", "TWIN", "Twin"],
        1,
    );
    let snapshot = support::snapshot(&config);
    let find = |catalog: &str, schema: &str, name: &str| {
        let name = SchemaName::new(catalog, schema).table(name);
        let found = snapshot.table(ADAPTER, &name, at(1), 60).unwrap().table();
        found.map(|cached| cached.name.to_string())
    };
    assert_eq!(find("RAW", "äPFEL", "oRDERS").unwrap(), "Raw.Äpfel.Orders");
    assert_eq!(find("raw", "äpfel", "LOWER").unwrap(), "Raw.Äpfel.lower");
    assert_eq!(
        find("Raw", "Äpfel", "Twin").unwrap(),
        "Raw.Äpfel.Twin",
        "the exact name wins"
    );
    assert_eq!(find("Raw", "Äpfel", "twin").unwrap(), "Raw.Äpfel.TWIN");
    assert_eq!(find("raw", "äpfel", "missing"), None);

    ignoring_case(&config, &SchemaName::new("Raw", "Äpfel"), &["Twin"], 2);
    let snapshot = support::snapshot(&config);
    let find = |name: &str| {
        let name = SchemaName::new("raw", "äpfel").table(name);
        snapshot.table(ADAPTER, &name, at(2), 60).unwrap()
    };
    assert!(matches!(find("orders"), Lookup::NotVisible { .. }));
    assert_eq!(find("TWIN").table().unwrap().name.table, "Twin");
}

#[test]
fn names_match_exactly_where_the_warehouse_says_so_and_rules_may_change() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("Orders", &["x"])], 1);
    assert!(matches!(
        lookup(&config, "orders"),
        Lookup::NotVisible { .. }
    ));
    ignoring_case(&config, &SchemaName::new("raw", "other"), &[], 2);
    assert_eq!(cached(&config, "orders").unwrap().name, "Orders");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_table_comes_back_as_it_was(names in proptest::collection::btree_set(".{0,40}", 1..8), types in ".*") {
        let directory = tempdir().unwrap();
        let config = config(directory.path());
        let tables: Vec<_> = names.iter().map(|name| {
            let columns = names.iter().map(|column| Column::new(column.clone(), types.clone()).required());
            let mut table = Table::new(name.clone(), columns.collect());
            table.kind = types.clone();
            table.comment = Some(name.clone());
            table
        }).collect();
        let entries: Vec<_> = tables.iter().cloned().map(Entry::Table).collect();
        refresh(&config, &entries, 1);
        let snapshot = support::snapshot(&config);
        for table in tables {
            let name = flights().table(table.name.clone());
            let found = snapshot.table(ADAPTER, &name, at(1), 60).unwrap();
            prop_assert_eq!(found.table().unwrap().table, table);
        }
    }
}
