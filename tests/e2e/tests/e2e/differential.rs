//! Two ways to ask the same warehouse come to the same tables: every type of the grammar, column by column.

use std::collections::{BTreeMap, BTreeSet};

use rocky_emulator::emulator::{DEFAULT_TOKEN, DEFAULT_WAREHOUSE};
use rocky_emulator::{Emulator, RawColumn, RawTable, RawTables, Shape};
use serde_json::Value;

use crate::project::Project;

const SCHEMAS: usize = 2;
const TABLES: usize = 12;
const COLUMNS: usize = 40;

/// The columns of every table, as one adapter has described them: name, type, nullability, comment, place among the partitions.
fn described(project: &Project, adapter: &str) -> BTreeMap<String, Vec<String>> {
    let mut tables = BTreeMap::new();
    for schema in 1..=SCHEMAS {
        let name = format!("gen.s{schema:04}");
        let listed = project.json(&["schema", "ls", &name, "--adapter", adapter]);
        for table in listed["tables"].as_array().unwrap() {
            let name = format!("{name}.{}", table["table"].as_str().unwrap());
            let shown = project.json(&["schema", "show", &name, "--adapter", adapter]);
            let columns = shown["columns"]
                .as_array()
                .unwrap()
                .iter()
                .map(column)
                .collect();
            tables.insert(
                format!("{name} {} {}", shown["kind"], shown["comment"]),
                columns,
            );
        }
    }
    tables
}

/// The two sources write types with their own letter case and spaces, and mean the same.
fn column(column: &Value) -> String {
    let of_type = column["data_type"]
        .as_str()
        .unwrap()
        .to_lowercase()
        .replace(' ', "");
    format!(
        "{} {of_type} {} {} {}",
        column["name"],
        column["nullable"],
        column["comment"],
        column["attributes"]["partition_index"]
    )
}

#[test]
fn rest_and_sql_describe_the_same_tables() {
    let shape = Shape {
        schemas: SCHEMAS,
        tables: TABLES,
        columns: COLUMNS,
    };
    let emulator = Emulator::builder().generate(shape).start().unwrap();
    let url = emulator.url();
    let adapter = |name: &str, source: &str| {
        format!(
            "[adapter.{name}]\nplugin = \"databricks\"\nhost = \"{url}\"\nsource = \"{source}\"\nwarehouse_id = \"{DEFAULT_WAREHOUSE}\"\n\
             [adapter.{name}.auth]\ntype = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"\n\
             [pipeline.{name}]\nsource = {{ adapter = \"{name}\", catalog = \"gen\", schemas = [\"s*\"] }}\n"
        )
    };
    let project = Project::new(&(adapter("rest", "rest") + &adapter("sql", "information_schema")));
    let run = project.rocky(&["run"]);
    assert_eq!(run.code, Some(0), "{run}");
    let (rest, sql) = (described(&project, "rest"), described(&project, "sql"));
    assert_eq!(rest.len(), SCHEMAS * TABLES);
    let types: BTreeSet<&str> = rest
        .values()
        .flatten()
        .filter_map(|column| column.split(' ').nth(1)?.split(['<', '(']).next())
        .collect();
    assert!(types.len() > 15, "{types:?}");
    assert_eq!(rest, sql);
}

/// Every form of type that there is.
const TYPES: [&str; 34] = [
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "decimal(38,18)",
    "string",
    "string collate UNICODE_CI",
    "char(3)",
    "varchar(200)",
    "binary",
    "date",
    "timestamp",
    "timestamp_ntz",
    "time",
    "time(3)",
    "void",
    "variant",
    "object",
    "interval year",
    "interval year to month",
    "interval day",
    "interval day to second",
    "interval minute to second",
    "geography(4326)",
    "geography(any)",
    "geometry(0)",
    "array<int>",
    "map<string,array<decimal(10,2)>>",
    "struct<>",
    "struct<a:int not null,`b ``c`:string,d:struct<e:array<map<int,date>>>>",
    "array<struct<x:varchar(5),y:interval month>>",
];

#[test]
fn the_hive_metastore_as_json_tells_the_same_types() {
    let emulator = Emulator::builder().start().unwrap();
    emulator.settings(|settings| settings.hive_as_json = true);
    let columns = (0..).zip(TYPES).map(|(at, data_type)| RawColumn {
        nullable: at % 2 == 0,
        comment: (at % 3 == 0).then(|| format!("it's \"{data_type}\"")),
        partition_index: (at == 3).then_some(0),
        ..RawColumn::new(&format!("c{at}"), data_type)
    });
    let table = RawTable::new("every_type", columns.collect());
    for catalog in ["hive_metastore", "c"] {
        emulator.add_tables(RawTables {
            catalog: catalog.to_owned(),
            schema: "s".to_owned(),
            tables: vec![table.clone()],
        });
    }
    let url = emulator.url();
    let pipelines = ["hive_metastore", "c"].map(|catalog| {
        format!("[pipeline.{catalog}]\nsource = {{ adapter = \"lake\", catalog = \"{catalog}\", schemas = [\"s\"] }}\n")
    });
    let project = Project::new(&format!(
        "[adapter.lake]\nplugin = \"databricks\"\nhost = \"{url}\"\nwarehouse_id = \"{DEFAULT_WAREHOUSE}\"\n\
         [adapter.lake.auth]\ntype = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"\n{}",
        pipelines.concat()
    ));
    let run = project.rocky(&["run"]);
    assert_eq!(run.code, Some(0), "{run}");
    let [hive, unity] = ["hive_metastore", "c"].map(|catalog| {
        let shown = project.json(&["schema", "show", &format!("{catalog}.s.every_type")]);
        let columns = shown["columns"].as_array().unwrap();
        columns.iter().map(column).collect::<Vec<_>>()
    });
    assert_eq!(hive.len(), TYPES.len());
    assert_eq!(hive, unity);
}
