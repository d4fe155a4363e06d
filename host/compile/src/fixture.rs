//! Tables and models for tests, from compact texts.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use rocky_schema::{Column, IdentifierRules, SchemaName, TableName};

use crate::{Analysis, Catalog, Described, Dialect, Found, Home, Model, Relation, Workspace};

/// A catalog that knows the tables of `main.shop` and nothing else.
#[derive(Debug)]
pub(crate) struct Shop {
    tables: BTreeMap<String, Arc<Relation>>,
    rules: IdentifierRules,
    /// Every table that was asked for.
    pub(crate) asked: Mutex<Vec<TableName>>,
}

pub(crate) fn described() -> Described {
    Described {
        plugin: "test".to_owned(),
        principal: Some("analyst".to_owned()),
        at_millis: 0,
        fresh: true,
        pinned: false,
        complete: true,
    }
}

/// The tables that most tests read, in each dialect's types.
fn tables(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Databricks => {
            "customers: id BIGINT!, name STRING, email STRING, created_at TIMESTAMP!, address STRUCT<street: STRING, city: STRING>
             orders: id BIGINT!, customer_id BIGINT!, amount DECIMAL(10,2), status STRING, ordered_on DATE!, tags ARRAY<STRING>, items ARRAY<STRUCT<sku: STRING, quantity: INT>>, props MAP<STRING, STRING>, raw STRING"
        }
        Dialect::BigQuery => {
            "customers: id INT64!, name STRING, email STRING, created_at TIMESTAMP!, address STRUCT<street STRING, city STRING>
             orders: id INT64!, customer_id INT64!, amount NUMERIC, status STRING, ordered_on DATE!, tags ARRAY<STRING>, items ARRAY<STRUCT<sku STRING, quantity INT64>>, raw JSON"
        }
        Dialect::Snowflake => {
            "CUSTOMERS: ID NUMBER(38,0)!, NAME VARCHAR(100), EMAIL VARCHAR(100), CREATED_AT TIMESTAMP_NTZ(9)!, ADDRESS OBJECT
             ORDERS: ID NUMBER(38,0)!, CUSTOMER_ID NUMBER(38,0)!, AMOUNT NUMBER(10,2), STATUS VARCHAR(20), ORDERED_ON DATE!, TAGS ARRAY, RAW VARIANT"
        }
    }
}

/// Splits at commas that are not within brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, sign) in text.char_indices() {
        match sign {
            '(' | '<' => depth += 1,
            ')' | '>' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

impl Shop {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self::of(dialect, tables(dialect))
    }

    /// A line for each table: `name: column TYPE!, …`, where `!` is NOT NULL.
    pub(crate) fn of(dialect: Dialect, text: &str) -> Self {
        let rules = dialect.identifier_rules();
        let schema = schema(dialect);
        let mut tables = BTreeMap::new();
        for line in text.lines() {
            let (name, columns) = line
                .trim()
                .split_once(':')
                .expect("a line is `name: columns`");
            let column = |text: &str| {
                let (name, data_type) = text.split_once(' ').expect("a column is `name TYPE`");
                match data_type.strip_suffix('!') {
                    Some(data_type) => Column::new(name, data_type).required(),
                    None => Column::new(name, data_type),
                }
            };
            let relation = Relation {
                name: schema.table(name),
                kind: "table".to_owned(),
                columns: split(columns).into_iter().map(column).collect(),
                comment: None,
                described: described(),
            };
            tables.insert(rules.tables.key(name).into_owned(), Arc::new(relation));
        }
        Self {
            tables,
            rules,
            asked: Mutex::default(),
        }
    }
}

fn schema(dialect: Dialect) -> SchemaName {
    match dialect {
        Dialect::Snowflake => SchemaName::new("MAIN", "SHOP"),
        _ => SchemaName::new("main", "shop"),
    }
}

impl Catalog for Shop {
    fn table(&self, _: &str, name: &TableName) -> Found {
        self.asked.lock().expect("nobody panics").push(name.clone());
        let is_here = name.schema.catalog.eq_ignore_ascii_case("main")
            && name.schema.schema.eq_ignore_ascii_case("shop");
        if !is_here {
            return Found::NotCached;
        }
        match self.tables.get(self.rules.tables.key(&name.table).as_ref()) {
            Some(relation) => Found::Known(relation.clone()),
            None => Found::NotVisible(described()),
        }
    }

    fn catalogs(&self, _: &str) -> Vec<String> {
        self.tables
            .values()
            .take(1)
            .map(|table| table.name.schema.catalog.clone())
            .collect()
    }

    fn schemas(&self, _: &str, catalog: &str) -> Vec<String> {
        let schemas = self.tables.values().take(1).map(|table| &table.name.schema);
        schemas
            .filter(|it| it.catalog == catalog)
            .map(|it| it.schema.clone())
            .collect()
    }

    fn tables(&self, _: &str, schema: &SchemaName) -> Vec<(String, String)> {
        let tables = self
            .tables
            .values()
            .filter(|table| table.name.schema == *schema);
        tables
            .map(|table| (table.name.table.clone(), table.kind.clone()))
            .collect()
    }
}

pub(crate) fn home(dialect: Dialect) -> Arc<Home> {
    let schema = schema(dialect);
    Arc::new(Home {
        adapter: "wh".to_owned(),
        dialect,
        rules: dialect.identifier_rules(),
        catalog: Some(schema.catalog),
        schema: Some(schema.schema),
    })
}

pub(crate) fn model(dialect: Dialect, name: &str, sql: &str) -> Model {
    Model {
        name: name.to_owned(),
        path: format!("models/{name}.sql"),
        text: sql.into(),
        query: 0..sql.len(),
        home: home(dialect),
        target: None,
        description: None,
        check: true,
    }
}

pub(crate) const ONE: NonZeroUsize = NonZeroUsize::MIN;

/// A workspace of models, each `(name, sql)`, up to date.
pub(crate) fn workspace(dialect: Dialect, models: &[(&str, &str)]) -> Workspace {
    let mut workspace = Workspace::new();
    let models = models.iter().map(|(name, sql)| model(dialect, name, sql));
    workspace.set_models(models.collect());
    workspace.update(&Shop::new(dialect), ONE);
    workspace
}

/// The analysis of one model that reads the tables of the shop.
pub(crate) fn analysis(dialect: Dialect, sql: &str) -> Arc<Analysis> {
    let workspace = workspace(dialect, &[("m", sql)]);
    workspace
        .analysis("models/m.sql")
        .expect("it was analysed")
        .clone()
}

/// The columns of a query as `name TYPE!, …`, where `!` is NOT NULL, `?` an unknown type, and `…` stands for those that nobody knows.
pub(crate) fn columns(dialect: Dialect, analysis: &Analysis) -> String {
    let output = |output: &crate::Output| {
        let data_type = output
            .data_type
            .text(dialect)
            .unwrap_or_else(|| match output.data_type {
                crate::Type::Null => "NULL".to_owned(),
                _ => "?".to_owned(),
            });
        let required = if output.nullable { "" } else { "!" };
        format!("{} {data_type}{required}", output.name)
    };
    let mut columns: Vec<String> = analysis.outputs.iter().map(output).collect();
    if !analysis.exact {
        columns.push("…".to_owned());
    }
    columns.join(", ")
}

/// What is wrong with a query, a line for each as `code at text`.
pub(crate) fn problems(analysis: &Analysis, sql: &str) -> String {
    let problem = |it: &crate::Diagnostic| format!("{} at `{}`", it.code, &sql[it.span.clone()]);
    analysis
        .diagnostics
        .iter()
        .map(problem)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Checks the columns of a query with which nothing is wrong.
pub(crate) fn check_columns(dialect: Dialect, sql: &str, expected: &str) {
    let analysis = analysis(dialect, sql);
    assert_eq!(analysis.diagnostics, [], "{sql}");
    assert_eq!(columns(dialect, &analysis), expected, "{sql}");
}

/// Checks what is wrong with a query.
pub(crate) fn check_problems(dialect: Dialect, sql: &str, expected: &str) {
    assert_eq!(problems(&analysis(dialect, sql), sql), expected, "{sql}");
}
