//! The rows of a SHOW and its columns, whose names are in lower case.

use super::{Show, Shown, What, bytes, row_count, table_kind};
use crate::catalog::{Catalog, Content, Facts, Table};
use crate::sql::error::SqlError;
use crate::sql::information::cells::{Builder, Cell};
use crate::sql::snowflake::describe::default_text;
use crate::sql::snowflake::names::{Found, column_name};
use crate::sql::snowflake::relations::INFORMATION_SCHEMA;
use crate::sql::snowflake::{SnowflakeColumn, SnowflakeRows, SnowflakeStatement};
use crate::types::snowflake::{SnowflakeType, json, of_column, to_arrow};
use std::borrow::Cow;
use std::collections::HashMap;

const DATABASES: &[&str] = &[
    "created_on time",
    "name",
    "is_default",
    "is_current",
    "origin",
    "owner",
    "comment",
    "options",
    "retention_time",
    "kind",
    "budget",
    "owner_role_type",
];
const SCHEMAS: &[&str] = &[
    "created_on time",
    "name",
    "is_default",
    "is_current",
    "database_name",
    "owner",
    "comment",
    "options",
    "retention_time",
    "owner_role_type",
    "budget",
];
const TABLES: &[&str] = &[
    "created_on time",
    "name",
    "database_name",
    "schema_name",
    "kind",
    "comment",
    "cluster_by",
    "rows number",
    "bytes number",
    "owner",
    "retention_time",
    "automatic_clustering",
    "change_tracking",
    "is_external",
    "enable_schema_evolution",
    "owner_role_type",
    "is_event",
    "budget",
    "is_hybrid",
    "is_iceberg",
    "is_dynamic",
    "is_immutable",
];
const VIEWS: &[&str] = &[
    "created_on time",
    "name",
    "reserved",
    "database_name",
    "schema_name",
    "owner",
    "comment",
    "text",
    "is_secure",
    "is_materialized",
    "owner_role_type",
    "change_tracking",
];
const OBJECTS: &[&str] = &[
    "created_on time",
    "name",
    "database_name",
    "schema_name",
    "kind",
    "comment",
    "cluster_by",
    "rows number",
    "bytes number",
    "owner",
    "retention_time",
    "owner_role_type",
    "budget",
    "is_hybrid",
    "is_iceberg",
    "is_dynamic",
];
const TERSE: &[&str] = &[
    "created_on time",
    "name",
    "kind",
    "database_name",
    "schema_name",
];
const COLUMNS: &[&str] = &[
    "table_name",
    "schema_name",
    "column_name",
    "data_type",
    "null?",
    "default",
    "kind",
    "expression",
    "comment",
    "database_name",
    "autoincrement",
    "schema_evolution_record",
];
const KEYS: &[&str] = &[
    "created_on time",
    "database_name",
    "schema_name",
    "table_name",
    "column_name",
    "key_sequence number",
    "constraint_name",
    "rely",
    "comment",
];
const FOREIGN_KEYS: &[&str] = &[
    "created_on time",
    "pk_database_name",
    "pk_schema_name",
    "pk_table_name",
    "pk_column_name",
    "fk_database_name",
    "fk_schema_name",
    "fk_table_name",
    "fk_column_name",
    "key_sequence number",
    "update_rule",
    "delete_rule",
    "fk_name",
    "pk_name",
    "deferrability",
    "rely",
    "comment",
];
const PARAMETERS: &[&str] = &["key", "value", "default", "level", "description", "type"];
const WAREHOUSES: &[&str] = &["name", "state", "type", "size", "is_default", "is_current"];

/// Rows on their way.
pub(super) struct Collected<'a> {
    show: &'a Show,
    statement: &'a SnowflakeStatement,
    names: Vec<&'static str>,
    columns: Vec<SnowflakeColumn>,
    builders: Vec<Builder>,
    count: usize,
    /// The JSON of types that were shown: most columns share theirs with others.
    types: HashMap<(SnowflakeType, bool), String>,
    limit: usize,
    /// Whether the row that FROM names has been passed.
    begun: bool,
}

fn owned(text: impl Into<String>) -> Cell<'static> {
    Cell::Text(Cow::Owned(text.into()))
}

fn count(number: Option<usize>) -> Cell<'static> {
    let number = number.and_then(|number| i64::try_from(number).ok());
    number.map_or(Cell::Null, Cell::Number)
}

fn yes(yes: bool) -> Cell<'static> {
    owned(if yes { "Y" } else { "N" })
}

impl<'a> Collected<'a> {
    pub fn new(show: &'a Show, statement: &'a SnowflakeStatement) -> Self {
        let names = match show.what {
            What::Databases | What::Schemas | What::Tables | What::Views | What::Objects
                if show.terse =>
            {
                TERSE
            }
            What::Databases => DATABASES,
            What::Schemas => SCHEMAS,
            What::Tables => TABLES,
            What::Views => VIEWS,
            What::Objects => OBJECTS,
            What::Columns => COLUMNS,
            What::Keys("primary" | "unique") => KEYS,
            What::Keys(_) => FOREIGN_KEYS,
            What::Parameters => PARAMETERS,
            What::Warehouses => WAREHOUSES,
        };
        let most = statement.limits.show_rows;
        let columns: Vec<SnowflakeColumn> = names.iter().map(column).collect();
        let builder = |column: &SnowflakeColumn| Builder::for_type(&to_arrow(&column.data_type));
        Self {
            show,
            statement,
            names: names
                .iter()
                .map(|text| text.split(' ').next().unwrap_or(text))
                .collect(),
            builders: columns.iter().map(builder).collect(),
            columns,
            count: 0,
            types: HashMap::new(),
            limit: show.limit.map_or(most, |limit| limit.min(most)),
            begun: show.selection.from.is_none(),
        }
    }

    pub fn what(&self) -> What {
        self.show.what
    }

    /// True when no further row would be kept.
    pub fn is_full(&self) -> bool {
        self.count >= self.limit
    }

    /// Adds a row under this name, if it is asked for: `cell` knows its values by their columns.
    fn row<'b>(&mut self, name: &str, cell: impl Fn(&str) -> Cell<'b>) {
        let selection = &self.show.selection;
        if self.is_full() || !selection.covers(name) || !self.reached(name) {
            return;
        }
        for (builder, column) in self.builders.iter_mut().zip(&self.names) {
            builder.append(cell(column));
        }
        self.count += 1;
    }

    /// Rows come behind the first one whose name begins as FROM says.
    fn reached(&mut self, name: &str) -> bool {
        let from = self.show.selection.from.as_deref();
        let Some(from) = from.filter(|_| !self.begun) else {
            return true;
        };
        let is_it = name.starts_with(from);
        self.begun = is_it || name > from;
        self.begun && !is_it
    }

    pub fn add(&mut self, shown: Shown<'_>) {
        match (self.what(), shown.table) {
            (What::Columns, Some(table)) => self.add_columns(shown, table),
            (What::Tables, Some(table)) if table.object.kind.is_view() => {}
            (What::Views, Some(table)) if !table.object.kind.is_view() => {}
            (_, Some(table)) => {
                self.row(&table.name, |column| table_cell(shown, table, column));
            }
            (_, None) => self.add_container(shown),
        }
    }

    fn add_container(&mut self, shown: Shown<'_>) {
        let context = &self.statement.context;
        let database = &*shown.database.name;
        let is_current = match shown.schema {
            None => context.database.as_deref() == Some(database),
            Some(schema) => {
                context.database.as_deref() == Some(database)
                    && context.schema.as_deref() == Some(&*schema.name)
            }
        };
        let (name, facts) = match shown.schema {
            None => (database, &shown.database.object.facts),
            Some(schema) => (&*schema.name, &schema.object.facts),
        };
        self.row(name, |column| match column {
            "name" => owned(name),
            "is_current" => yes(is_current),
            "kind" if shown.schema.is_none() => "STANDARD".into(),
            "database_name" if shown.schema.is_some() => owned(database),
            other => facts_cell(facts, other),
        });
    }

    /// The schema that every database has.
    pub fn add_information_schema(&mut self, database: &Found<'_, Catalog>) {
        self.row(INFORMATION_SCHEMA, |column| match column {
            "name" => INFORMATION_SCHEMA.into(),
            "is_current" => "N".into(),
            "database_name" => owned(&*database.name),
            "owner" => "".into(),
            "comment" => "Views describing the contents of schemas in this database".into(),
            other => facts_cell(&database.object.facts, other),
        });
    }

    fn add_columns(&mut self, shown: Shown<'_>, found: &Found<'_, std::sync::Arc<Table>>) {
        let table = found.object;
        for described in table.layout.columns() {
            let name = column_name(table, described);
            let key = (of_column(described), described.nullable);
            let shown_type = match self.types.get(&key) {
                Some(text) => text.clone(),
                None => {
                    let text = json(&key.0, key.1).to_string();
                    self.types.insert(key, text.clone());
                    text
                }
            };
            self.row(&name, |column| match column {
                "table_name" => owned(&*found.name),
                "column_name" => owned(&*name),
                "data_type" => shown_type.as_str().into(),
                "null?" => if described.nullable { "true" } else { "false" }.into(),
                "default" => owned(default_text(described).unwrap_or_default()),
                "kind" => "COLUMN".into(),
                "expression" | "autoincrement" => "".into(),
                "comment" => owned(described.comment.as_deref().unwrap_or_default()),
                other => place_cell(shown, other),
            });
        }
    }

    pub fn finish(self) -> Result<SnowflakeRows, SqlError> {
        SnowflakeRows::of_columns(self.columns, self.builders, self.count)
    }
}

/// A column from its name and, behind a space, what it holds.
fn column(text: &&str) -> SnowflakeColumn {
    let (name, kind) = text.split_once(' ').unwrap_or((text, ""));
    let data_type = match kind {
        "time" => SnowflakeType::TimestampLtz(3),
        "number" => SnowflakeType::INTEGER,
        _ => SnowflakeType::TEXT,
    };
    SnowflakeColumn::new(name, data_type)
}

fn facts_cell(facts: &Facts, column: &str) -> Cell<'static> {
    match column {
        "created_on" => Cell::Time(facts.created_at),
        "is_default" => "N".into(),
        "owner" => owned(&*facts.owner),
        "comment" => owned(facts.comment.as_deref().unwrap_or_default()),
        "retention_time" => "1".into(),
        "owner_role_type" => "ROLE".into(),
        "origin" | "options" => "".into(),
        _ => Cell::Null,
    }
}

fn place_cell(shown: Shown<'_>, column: &str) -> Cell<'static> {
    match (column, shown.schema) {
        ("database_name", _) => owned(&*shown.database.name),
        ("schema_name", Some(schema)) => owned(&*schema.name),
        _ => Cell::Null,
    }
}

fn table_cell(
    shown: Shown<'_>,
    found: &Found<'_, std::sync::Arc<Table>>,
    column: &str,
) -> Cell<'static> {
    let table = found.object;
    let kind = table_kind(table);
    match column {
        "created_on" => Cell::Time(table.created_at),
        "name" => owned(&*found.name),
        "kind" => owned(kind.show),
        "comment" => owned(table.comment.as_deref().unwrap_or_default()),
        "cluster_by" | "reserved" => "".into(),
        "rows" => count(row_count(table)),
        "bytes" => count(bytes(table)),
        "owner" => owned(&*table.owner),
        "retention_time" if !table.kind.is_view() => "1".into(),
        "text" => match &table.content {
            Content::Query { definition, .. } => owned(&**definition),
            _ => "".into(),
        },
        "is_secure" => "false".into(),
        "is_materialized" => owned((kind.information == "MATERIALIZED VIEW").to_string()),
        "automatic_clustering" | "change_tracking" => "OFF".into(),
        "owner_role_type" => "ROLE".into(),
        "is_external" => yes(kind.rest == "EXTERNAL"),
        "is_event" => yes(kind.rest == "EVENT"),
        "is_hybrid" => yes(kind.hybrid),
        "is_iceberg" => yes(kind.iceberg),
        "is_dynamic" => yes(kind.dynamic),
        "enable_schema_evolution" | "is_immutable" => yes(false),
        other => place_cell(shown, other),
    }
}

/// Parameters of the session that clients look at.
pub(super) fn parameters(out: &mut Collected<'_>) {
    for (key, value, kind) in [
        ("QUOTED_IDENTIFIERS_IGNORE_CASE", "false", "BOOLEAN"),
        ("STATEMENT_TIMEOUT_IN_SECONDS", "172800", "NUMBER"),
        ("TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_NTZ", "STRING"),
        ("TIMEZONE", "UTC", "STRING"),
    ] {
        out.row(key, |column| match column {
            "key" => key.into(),
            "value" | "default" => value.into(),
            "type" => kind.into(),
            _ => "".into(),
        });
    }
}

/// The warehouse of the session.
pub(super) fn warehouses(out: &mut Collected<'_>, statement: &SnowflakeStatement) {
    let Some(name) = &statement.context.warehouse else {
        return;
    };
    out.row(name, |column| match column {
        "name" => owned(name.as_str()),
        "state" => "STARTED".into(),
        "type" => "STANDARD".into(),
        "size" => "X-Small".into(),
        _ => "Y".into(),
    });
}
