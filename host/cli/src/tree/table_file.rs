//! One table as a file: JSON in a fixed order, with a line for each column, so that a difference reads well.

use std::collections::HashSet;
use std::fmt::{self, Write};

use rocky_schema::{Attributes, Column, Table};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

/// The file of a table. Its revision is left out: it may change where nothing that it says does.
pub fn render(table: &Table) -> String {
    let mut text = String::with_capacity(128 + table.columns.len() * 64);
    // Writing to a text does not fail.
    let _ = write_table(&mut text, table);
    text
}

fn write_table(text: &mut String, table: &Table) -> fmt::Result {
    writeln!(text, "{{")?;
    writeln!(text, "  \"table\": {},", quoted(&table.name))?;
    writeln!(text, "  \"kind\": {},", quoted(&table.kind))?;
    if let Some(comment) = &table.comment {
        writeln!(text, "  \"comment\": {},", quoted(comment))?;
    }
    if !table.attributes.is_empty() {
        writeln!(text, "  \"attributes\": {{")?;
        let lines = table.attributes.iter();
        let lines = lines.map(|(name, value)| format!("    {}: {}", quoted(name), quoted(value)));
        writeln!(text, "{}", lines.collect::<Vec<_>>().join(",\n"))?;
        writeln!(text, "  }},")?;
    }
    write!(text, "  \"columns\": [")?;
    let mut separator = "\n";
    for column in &table.columns {
        text.push_str(separator);
        separator = ",\n";
        write_column(text, column)?;
    }
    if !table.columns.is_empty() {
        text.push_str("\n  ");
    }
    writeln!(text, "]\n}}")
}

fn write_column(text: &mut String, column: &Column) -> fmt::Result {
    write!(
        text,
        "    {{\"name\": {}, \"data_type\": {}, \"nullable\": {}",
        quoted(&column.name),
        quoted(&column.data_type),
        column.nullable
    )?;
    if let Some(comment) = &column.comment {
        write!(text, ", \"comment\": {}", quoted(comment))?;
    }
    if !column.attributes.is_empty() {
        let facts = column.attributes.iter();
        let facts = facts.map(|(name, value)| format!("{}: {}", quoted(name), quoted(value)));
        let facts: Vec<String> = facts.collect();
        write!(text, ", \"attributes\": {{{}}}", facts.join(", "))?;
    }
    text.push('}');
    Ok(())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Reads the file of a table.
///
/// # Errors
///
/// With line and column, when it is no JSON, or is not what [`render`] writes of a table: an unknown or missing field,
/// a column without name or type, two columns of one name.
pub fn parse(text: &str) -> Result<Table, serde_json::Error> {
    let file: TableFile = serde_json::from_str(text)?;
    Ok(Table {
        name: file.table.0,
        kind: file.kind.0,
        columns: file.columns.0,
        comment: file.comment,
        revision: None,
        attributes: file.attributes,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    table: Filled,
    kind: Filled,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    attributes: Attributes,
    columns: Columns,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnLine {
    name: Filled,
    data_type: Filled,
    nullable: bool,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    attributes: Attributes,
}

/// A text that is not empty.
struct Filled(String);

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.is_empty() {
            true => Err(D::Error::custom("this text must not be empty")),
            false => Ok(Self(text)),
        }
    }
}

/// Columns, each of another name. Read one by one, so that the error about the second of a name has its place.
struct Columns(Vec<Column>);

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ColumnsVisitor)
    }
}

struct ColumnsVisitor;

impl<'de> Visitor<'de> for ColumnsVisitor {
    type Value = Columns;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of columns")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Columns, A::Error> {
        let mut columns: Vec<Column> = Vec::new();
        let mut names = HashSet::new();
        while let Some(line) = lines.next_element::<ColumnLine>()? {
            let name = line.name.0;
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("a second column `{name}`")));
            }
            columns.push(Column {
                name,
                data_type: line.data_type.0,
                nullable: line.nullable,
                comment: line.comment,
                attributes: line.attributes,
            });
        }
        Ok(Columns(columns))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_looks_like_this() {
        let mut id = Column::new("id", "bigint").required();
        id.comment = Some("say \"hi\"\n".to_owned());
        id.attributes
            .insert("partition_index".to_owned(), "0".to_owned());
        let mut table = Table::new("orders", vec![id, Column::new("größe", "struct<a: int>")]);
        let expected = r#"{
  "table": "orders",
  "kind": "table",
  "columns": [
    {"name": "id", "data_type": "bigint", "nullable": false, "comment": "say \"hi\"\n", "attributes": {"partition_index": "0"}},
    {"name": "größe", "data_type": "struct<a: int>", "nullable": true}
  ]
}
"#;
        assert_eq!(render(&table), expected);
        table.columns.clear();
        table.comment = Some("None".to_owned());
        table
            .attributes
            .insert("format".to_owned(), "DELTA".to_owned());
        let expected = r#"{
  "table": "orders",
  "kind": "table",
  "comment": "None",
  "attributes": {
    "format": "DELTA"
  },
  "columns": []
}
"#;
        assert_eq!(render(&table), expected);
    }

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        for (text, expected) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            ("<<<<<<< ours\n", "expected value at line 1 column 1"),
            (
                "{\"table\": \"\"}",
                "this text must not be empty at line 1 column 13",
            ),
            (
                "{\"table\": \"t\", \"kind\": \"table\", \"columns\": [\n{\"name\": \"a\", \"nullable\": true}]}",
                "missing field `data_type` at line 2 column",
            ),
            (
                "{\"table\": \"t\", \"kind\": \"table\", \"columns\": [\n{\"name\": \"a\", \"data_type\": \"x\", \"nullable\": true},\n\
                 {\"name\": \"a\", \"data_type\": \"x\", \"nullable\": true}]}",
                "a second column `a` at line 3",
            ),
            ("{\"tabel\": \"t\"}", "unknown field `tabel`"),
            (
                "{\"table\": \"t\", \"table\": \"t\"}",
                "duplicate field `table`",
            ),
        ] {
            let error = parse(text).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    fn columns() -> impl Strategy<Value = Vec<Column>> {
        let facts = || proptest::collection::btree_map(".{0,5}", ".{0,5}", 0..3);
        let column = (".{1,8}", any::<bool>(), any::<Option<String>>(), facts());
        let columns = proptest::collection::btree_map(".{1,8}", column, 0..8);
        columns.prop_map(|columns| {
            let column = |(name, (data_type, nullable, comment, attributes))| Column {
                name,
                data_type,
                nullable,
                comment,
                attributes,
            };
            columns.into_iter().map(column).collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(name in ".{1,8}", columns in columns(), comment: Option<String>,
                                   attributes in proptest::collection::btree_map(".{0,5}", ".*", 0..3)) {
            let table = Table { comment, attributes, ..Table::new(name, columns) };
            let text = render(&table);
            prop_assert_eq!(parse(&text).unwrap(), table.clone());
            let columns = text.lines().filter(|line| line.starts_with("    {"));
            prop_assert_eq!(columns.count(), table.columns.len());
        }

        #[test]
        fn what_is_no_table_is_no_panic(text in "\\PC*|[{}\\[\\]\":,a-z]*") {
            let _ = parse(&text);
        }
    }
}
