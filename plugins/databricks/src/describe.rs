//! What `DESCRIBE TABLE EXTENDED` answers, as JSON or as rows.

use rocky_adapter_sdk::{Column, Error, Result, Table, json};
use serde::Deserialize;

use crate::tables;
use crate::type_json::TypeJson;

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
    data_type: TypeJson,
    nullable: Option<bool>,
    comment: Option<String>,
    default: Option<String>,
}

/// The table of an answer as JSON. It tells everything.
pub fn of_json(name: &str, document: &str) -> Result<Table> {
    let document: Document = json::decode(document.as_bytes())?;
    let mut table =
        Table::new(name, tables::kind(document.kind.as_deref())).with_comment(document.comment);
    table
        .attributes
        .set_if_some("format", document.provider.map(|it| it.to_uppercase()));
    for item in document.columns {
        let data_type = item.data_type.text().map_err(|error| {
            error.context(format_args!(
                "the type of column `{}` is not understood",
                item.name
            ))
        })?;
        let mut column = Column::new(item.name, data_type)
            .with_nullable(item.nullable.unwrap_or(true))
            .with_comment(item.comment);
        column.attributes.set_if_some("default", item.default);
        table.columns.push(column);
    }
    partition(
        &mut table,
        document.partition_columns.iter().map(String::as_str),
    );
    Ok(table)
}

/// The table of an answer as rows: columns, then sections that begin with `#`. It tells nothing of nullability, and the types of
/// wide structs are cut short; a table that has one cannot be described so.
pub fn of_rows(name: &str, rows: &[[Option<String>; 3]]) -> Result<Table> {
    let cells = |row: &[Option<String>; 3], at: usize| row[at].clone().unwrap_or_default();
    let ends = |row: &[Option<String>; 3]| {
        let first = cells(row, 0);
        first.is_empty() || first.starts_with('#')
    };
    let end = rows.iter().position(ends).unwrap_or(rows.len());
    let (columns, sections) = rows.split_at(end);
    let mut table = Table::new(name, "table");
    for row in columns {
        let column = cells(row, 0);
        let data_type = cells(row, 1);
        if tables::is_shortened(&data_type) {
            return Err(Error::protocol(format!(
                "DESCRIBE shortens the type of column `{column}`, and does not answer as JSON here, which would be whole"
            )));
        }
        if data_type.is_empty() {
            return Err(Error::protocol(format!("column `{column}` has no type")));
        }
        table
            .columns
            .push(Column::new(column, data_type).with_comment(row[2].clone()));
    }
    let mut section = String::new();
    let mut partitions = Vec::new();
    for row in sections {
        let (first, second) = (cells(row, 0), cells(row, 1));
        match (section.as_str(), first.as_str()) {
            (_, "# col_name") | (_, "") => {}
            (_, heading) if heading.starts_with('#') => section = heading.to_owned(),
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
    partition(&mut table, partitions.iter().map(String::as_str));
    Ok(table)
}

fn partition<'a>(table: &mut Table, names: impl Iterator<Item = &'a str>) {
    for (index, name) in names.enumerate() {
        let mut columns = table.columns.iter_mut();
        if let Some(column) = columns.find(|column| column.name.eq_ignore_ascii_case(name)) {
            column.attributes.set("partition_index", index.to_string());
        }
    }
}
