//! A catalog that is written down in TOML.

use std::collections::BTreeMap;
use std::sync::Arc;

use rocky_compile::{Catalog, Described, Dialect, Found, Home, Relation};
use rocky_schema::{Column, SchemaName, TableName};

/// What a cache would hold of one warehouse.
#[derive(Clone)]
pub struct Warehouse {
    pub home: Arc<Home>,
    pub target: SchemaName,
    schemas: BTreeMap<SchemaName, Described>,
    tables: BTreeMap<TableName, Arc<Relation>>,
}

impl Warehouse {
    /// Reads `home`, `target`, `schemas` and `tables`.
    pub fn read(dialect: &str, document: &toml::Table) -> Self {
        let text = |key: &str| document[key].as_str().unwrap();
        let home = schema_name(text("home"));
        let sql = Dialect::from_name(dialect).unwrap();
        let mut warehouse = Self {
            target: schema_name(text("target")),
            home: Arc::new(Home {
                adapter: "warehouse".to_owned(),
                dialect: sql,
                rules: sql.identifier_rules(),
                catalog: Some(home.catalog),
                schema: Some(home.schema),
            }),
            schemas: BTreeMap::new(),
            tables: BTreeMap::new(),
        };
        for (name, state) in document["schemas"].as_table().unwrap() {
            let described = described(dialect, state.as_str().unwrap());
            let key = warehouse.schema_key(&schema_name(name));
            assert_eq!(warehouse.schemas.insert(key, described), None, "{name}");
        }
        for (name, columns) in document["tables"].as_table().unwrap() {
            let columns = columns.as_array().unwrap().iter();
            let columns = columns.map(|column| column_of(column.as_str().unwrap()));
            warehouse.add(name, columns.collect());
        }
        warehouse
    }

    /// Adds a table to a schema that has been described.
    pub fn add(&mut self, name: &str, columns: Vec<Column>) {
        let (schema, table) = name.rsplit_once('.').unwrap();
        let name = schema_name(schema).table(table);
        let described = self.schemas.get(&self.schema_key(&name.schema));
        let described = described.unwrap_or_else(|| panic!("{schema} is in no state"));
        let relation = Relation {
            name: name.clone(),
            kind: "table".to_owned(),
            columns,
            comment: None,
            described: described.clone(),
        };
        let key = self.key(&name);
        let before = self.tables.insert(key, Arc::new(relation));
        assert!(before.is_none(), "{name} is there twice");
    }

    fn schema_key(&self, name: &SchemaName) -> SchemaName {
        let key = |part: &str| self.home.rules.tables.key(part).into_owned();
        SchemaName::new(key(&name.catalog), key(&name.schema))
    }

    fn key(&self, name: &TableName) -> TableName {
        let table = self.home.rules.tables.key(&name.table);
        self.schema_key(&name.schema).table(table)
    }
}

impl Catalog for Warehouse {
    fn table(&self, _adapter: &str, name: &TableName) -> Found {
        let name = self.key(name);
        if let Some(relation) = self.tables.get(&name) {
            return Found::Known(Arc::clone(relation));
        }
        match self.schemas.get(&name.schema) {
            Some(described) if described.complete && described.fresh => {
                Found::NotVisible(described.clone())
            }
            _ => Found::NotCached,
        }
    }

    fn catalogs(&self, _adapter: &str) -> Vec<String> {
        let mut catalogs: Vec<String> = self.schemas.keys().map(|it| it.catalog.clone()).collect();
        catalogs.dedup();
        catalogs
    }

    fn schemas(&self, _adapter: &str, catalog: &str) -> Vec<String> {
        let schemas = self.schemas.keys().filter(|it| it.catalog == catalog);
        schemas.map(|it| it.schema.clone()).collect()
    }

    fn tables(&self, _adapter: &str, schema: &SchemaName) -> Vec<(String, String)> {
        let relations = self.tables.values().filter(|it| it.name.schema == *schema);
        relations
            .map(|it| (it.name.table.clone(), it.kind.clone()))
            .collect()
    }
}

/// `name TYPE`, or `name TYPE not null`; a name that is no plain word stands in quotes.
pub fn column_of(text: &str) -> Column {
    let (name, rest) = name_and_rest(text);
    match rest.strip_suffix(" not null") {
        Some(data_type) => Column::new(name, data_type).required(),
        None => Column::new(name, rest),
    }
}

/// The name that `text` begins with, and what follows it.
pub fn name_and_rest(text: &str) -> (&str, &str) {
    let quoted = text.strip_prefix('"').and_then(|it| it.split_once("\" "));
    quoted.or_else(|| text.split_once(' ')).unwrap_or_else(|| {
        panic!("`{text}` is no name and type");
    })
}

fn schema_name(text: &str) -> SchemaName {
    let (catalog, schema) = text.split_once('.').unwrap();
    SchemaName::new(catalog, schema)
}

fn described(plugin: &str, state: &str) -> Described {
    assert!(["complete", "partial", "stale"].contains(&state), "{state}");
    Described {
        plugin: plugin.to_owned(),
        principal: Some("analyst".to_owned()),
        at_millis: 1_760_000_000_000,
        fresh: state != "stale",
        pinned: false,
        complete: state != "partial",
    }
}
