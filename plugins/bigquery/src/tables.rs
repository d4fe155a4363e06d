//! From what the API answers of a single table to a table.

use rocky_adapter_sdk::{Attributes, Column, Entry, Error, ErrorCode, Result, Table};

use crate::names::Dataset;
use crate::page::{Field, Partitioning, TableResource};
use crate::shards::Shard;
use crate::types::{self, Nested};

/// The entry of a table.
pub fn of_resource(name: &str, resource: TableResource<'_>) -> Entry {
    let fields = resource
        .schema
        .as_ref()
        .map_or(&[][..], |schema| &schema.fields);
    let columns: Result<Vec<Column>> = fields.iter().map(column).collect();
    let mut columns = match columns {
        Ok(columns) => columns,
        Err(error) => return Entry::Failed(name.to_owned(), error),
    };
    let partitioning = resource
        .time_partitioning
        .as_ref()
        .or(resource.range_partitioning.as_ref());
    if let Some(field) = partitioning.and_then(|it| it.field.as_deref()) {
        index(&mut columns, field, "partition_index", 0);
    }
    let clustering = resource.clustering.as_ref().map(|it| it.fields.iter());
    for (at, field) in clustering.into_iter().flatten().enumerate() {
        index(&mut columns, field, "clustering_index", at);
    }
    let mut table = Table::new(name, kind(&resource)).with_comment(resource.description);
    table.columns = columns;
    table.revision = resource.etag.map(Into::into);
    let hidden = resource.time_partitioning.as_ref().map(hidden_columns);
    set_facts(&mut table.attributes, name, hidden.unwrap_or_default());
    Entry::Table(table)
}

/// The facts of a table that its columns do not tell.
pub fn set_facts(facts: &mut Attributes, name: &str, hidden: &[impl AsRef<str>]) {
    if let Some(shard) = Shard::of(name) {
        facts.set("shard_family", shard.family());
        facts.set("shard", shard.day);
    }
    if !hidden.is_empty() {
        let hidden: Vec<&str> = hidden.iter().map(AsRef::as_ref).collect();
        facts.set("pseudo_columns", hidden.join(", "));
    }
}

/// Columns that can be queried and are not part of the table: the time at which its rows arrived.
fn hidden_columns(partitioning: &Partitioning<'_>) -> &'static [&'static str] {
    match (partitioning.field.as_deref(), partitioning.unit.as_deref()) {
        (Some(_), _) => &[],
        (None, Some("DAY") | None) => &["_PARTITIONDATE", "_PARTITIONTIME"],
        (None, Some(_)) => &["_PARTITIONTIME"],
    }
}

fn index(columns: &mut [Column], name: &str, fact: &str, at: usize) {
    let mut columns = columns.iter_mut();
    if let Some(column) = columns.find(|column| column.name.eq_ignore_ascii_case(name)) {
        column.attributes.set(fact, at.to_string());
    }
}

fn column(field: &Field<'_>) -> Result<Column> {
    let data_type = types::text(field)?;
    let mut column = Column::new(&*field.name, data_type)
        .with_nullable(types::is_nullable(field))
        .with_comment(field.description.as_deref());
    let collation = field.collation.as_deref().filter(|it| !it.is_empty());
    column.attributes.set_if_some("collation", collation);
    let default = field.default_value_expression.as_deref();
    column.attributes.set_if_some("default", default);
    let nested = Nested::of(field);
    set_descriptions(&mut column, nested.descriptions);
    if !nested.required.is_empty() {
        let required = nested.required.join(", ");
        column.attributes.set("required_fields", required);
    }
    Ok(column)
}

/// What the owner wrote about the fields within a column, as a JSON object of their paths.
pub fn set_descriptions(column: &mut Column, descriptions: Vec<(String, String)>) {
    if descriptions.is_empty() {
        return;
    }
    let object: serde_json::Map<String, serde_json::Value> = descriptions
        .into_iter()
        .map(|(path, text)| (path, text.into()))
        .collect();
    let text = serde_json::Value::from(object).to_string();
    column.attributes.set("field_descriptions", text);
}

/// What a table is. Most are tables; a clone calls itself one.
fn kind(resource: &TableResource<'_>) -> String {
    match resource.kind.as_deref() {
        None | Some("TABLE" | "") if resource.clone_definition.is_some() => "clone".to_owned(),
        None | Some("") => "table".to_owned(),
        Some(other) => other.to_ascii_lowercase(),
    }
}

/// Says what was attempted, on which dataset; or that there is no such dataset.
pub fn explained(error: Error, dataset: &Dataset, attempted: &str) -> Error {
    let name = dataset.quoted();
    match error.code {
        ErrorCode::NotFound => error.context(format_args!(
            "dataset {name} does not exist, is in another location, or is hidden from this principal"
        )),
        _ => error.context(format_args!("{attempted} of dataset {name}")),
    }
}
