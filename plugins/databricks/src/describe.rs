//! What `DESCRIBE TABLE EXTENDED` answers, as JSON or as rows.

use rocky_adapter_sdk::{Column, Error, Result, Table, json};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{tables, type_json};

/// The column of the answer as JSON.
pub const AS_JSON: [&str; 1] = ["json_metadata"];

/// The columns of the answer as rows.
pub const AS_ROWS: [&str; 3] = ["col_name", "data_type", "comment"];

#[derive(Deserialize)]
struct Document {
    columns: Vec<ColumnJson>,
    #[serde(rename = "type")]
    kind: Option<String>,
    provider: Option<String>,
    comment: Option<String>,
    #[serde(default)]
    partition_columns: Vec<String>,
}

#[derive(Deserialize)]
struct ColumnJson {
    name: String,
    #[serde(rename = "type")]
    data_type: Value,
    nullable: Option<bool>,
    comment: Option<String>,
    default: Option<String>,
}

/// The table of an answer as JSON. It tells everything.
pub fn of_json(name: &str, document: &str) -> Result<Table> {
    let document: Document = json::decode(document.as_bytes())?;
    let mut table =
        Table::new(name, tables::kind(document.kind.as_deref())).with_comment(document.comment);
    let format = document.provider.map(|it| it.to_uppercase());
    table.attributes.set_if_some("format", format);
    for (place, item) in document.columns.into_iter().enumerate() {
        if item.name.is_empty() {
            return Err(Error::protocol(format!("column {place} has no name")));
        }
        table.columns.push(column(item)?);
    }
    partition(
        &mut table,
        document.partition_columns.iter().map(String::as_str),
    );
    Ok(table)
}

fn column(item: ColumnJson) -> Result<Column> {
    let data_type = type_json::text(&item.data_type).map_err(|error| {
        error.context(format_args!(
            "the type of column `{}` is not understood",
            item.name
        ))
    })?;
    let descriptions = type_json::descriptions(&item.name, &item.data_type);
    let mut column = Column::new(item.name, data_type)
        .with_nullable(item.nullable.unwrap_or(true))
        .with_comment(item.comment);
    column.attributes.set_if_some("default", item.default);
    if !descriptions.is_empty() {
        let descriptions = descriptions.into_iter();
        let object: Map<String, Value> = descriptions
            .map(|(path, text)| (path, text.into()))
            .collect();
        let text = Value::from(object).to_string();
        column.attributes.set("field_descriptions", text);
    }
    Ok(column)
}

/// The table of an answer as rows: columns, then sections under headings. It tells nothing of nullability, and the types of wide
/// structs are cut short; a table that has one cannot be described so.
pub fn of_rows(name: &str, rows: &[[Option<String>; 3]]) -> Result<Table> {
    let end = rows.iter().position(ends_columns).unwrap_or(rows.len());
    let (columns, sections) = rows.split_at(end);
    if columns.is_empty() {
        return Err(Error::protocol("DESCRIBE tells no column of the table"));
    }
    let mut table = Table::new(name, "table");
    for [column, data_type, comment] in columns {
        let column = column.clone().unwrap_or_default();
        let data_type = data_type.clone().unwrap_or_default();
        if tables::is_shortened(&data_type) {
            return Err(Error::protocol(format!(
                "DESCRIBE shortens the type of column `{column}`, and does not answer as JSON here, which would be whole"
            )));
        }
        table
            .columns
            .push(Column::new(column, data_type).with_comment(comment.clone()));
    }
    read_sections(&mut table, sections);
    Ok(table)
}

/// Whether a row is none of a column: an empty one, or a heading, which has no type. A column may begin with `#` too.
fn ends_columns([name, data_type, _]: &[Option<String>; 3]) -> bool {
    let (name, data_type) = (name.as_deref(), data_type.as_deref());
    matches!(
        (name, data_type.unwrap_or_default()),
        (_, "") | (Some("# col_name"), "data_type")
    )
}

fn read_sections(table: &mut Table, sections: &[[Option<String>; 3]]) {
    let mut section = String::new();
    let mut partitions = Vec::new();
    for [first, second, _] in sections {
        let (first, second) = (
            first.clone().unwrap_or_default(),
            second.clone().unwrap_or_default(),
        );
        match (section.as_str(), first.as_str()) {
            (_, "# col_name") | (_, "") => {}
            (_, heading) if heading.starts_with("# ") && second.is_empty() => {
                section = heading.to_owned();
            }
            ("# Partition Information" | "# Partitioning", _) => partitions.push(first),
            ("# Detailed Table Information", "Type") => table.kind = tables::kind(Some(&second)),
            ("# Detailed Table Information", "Comment") => {
                table.comment = Some(second).filter(|comment| !comment.is_empty());
            }
            ("# Detailed Table Information", "Provider") => {
                table.attributes.set("format", second.to_uppercase());
            }
            _ => {}
        }
    }
    partition(table, partitions.iter().map(String::as_str));
}

fn partition<'a>(table: &mut Table, names: impl Iterator<Item = &'a str>) {
    for (index, name) in names.enumerate() {
        let mut columns = table.columns.iter_mut();
        if let Some(column) = columns.find(|column| column.name.eq_ignore_ascii_case(name)) {
            column.attributes.set("partition_index", index.to_string());
        }
    }
}
