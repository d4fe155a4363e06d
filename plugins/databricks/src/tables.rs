//! From what Databricks answers to tables.

use rocky_adapter_sdk::json::Text;
use rocky_adapter_sdk::{Column, DescribeRequest, Entry, Error, ErrorCode, Outbox, Result, Table};

use crate::page::{ColumnItem, TableItem, TablesPage};

/// Reads a page of Unity Catalog's list of tables into entries: all of the work that is done per page, for benchmarks.
pub fn parse_tables_page(body: &[u8]) -> Result<Vec<Entry>> {
    Ok(of_page(TablesPage::parse(body)?, &DescribeRequest::default()).collect())
}

/// The entries of a page.
pub fn of_page<'a>(
    page: TablesPage<'a>,
    request: &'a DescribeRequest,
) -> impl Iterator<Item = Entry> + use<'a> {
    let broken = page
        .broken
        .into_iter()
        .map(|(name, error)| Entry::Failed(name.into(), error));
    page.tables
        .into_iter()
        .map(|item| of_item(item, request))
        .chain(broken)
}

/// The revision of a table.
pub fn revision(item: &TableItem<'_>) -> Option<String> {
    let id = item.table_id.as_deref().unwrap_or_default();
    item.updated_at.map(|time| format!("{id}@{}", time.0))
}

/// The entry of a table that Unity Catalog has described.
pub fn of_item(item: TableItem<'_>, request: &DescribeRequest) -> Entry {
    let revision = revision(&item);
    if request.knows(&item.name, revision.as_deref()) {
        return Entry::Unchanged(item.name.into());
    }
    let columns = match item.columns {
        Some(columns) => columns_of(columns),
        None => Err(Error::protocol(
            "Databricks lists the table without columns; they may be hidden from this principal",
        )),
    };
    let columns = match columns {
        Ok(columns) => columns,
        Err(error) => return Entry::Failed(item.name.into(), error),
    };
    let mut table =
        Table::new(item.name, kind(item.table_type.as_deref())).with_comment(item.comment);
    table.columns = columns;
    table.revision = revision;
    table
        .attributes
        .set_if_some("format", item.data_source_format);
    table.attributes.set_if_some("table_id", item.table_id);
    Entry::Table(table)
}

fn columns_of(mut items: Vec<ColumnItem<'_>>) -> Result<Vec<Column>> {
    // They come in order; if they do not, their position tells.
    if !items.is_sorted_by_key(|item| item.position) {
        items.sort_by_key(|item| item.position);
    }
    // Collecting into a result would not know how many there are, and move them again and again.
    let mut columns = Vec::with_capacity(items.len());
    for (place, item) in items.into_iter().enumerate() {
        let name = item
            .name
            .ok_or_else(|| Error::protocol(format!("column {place} has no `name`")))?;
        let data_type = data_type(&name, item.type_text, "type_text")?;
        let mut column = Column::new(name, data_type)
            .with_nullable(item.nullable.unwrap_or(true))
            .with_comment(item.comment);
        let partition_index = item.partition_index.map(|index| index.0.to_string());
        column
            .attributes
            .set_if_some("partition_index", partition_index);
        columns.push(column);
    }
    Ok(columns)
}

/// The whole type, or why it cannot be had.
fn data_type(column: &str, text: Option<Text<'_>>, member: &str) -> Result<String> {
    match text {
        None => Err(Error::protocol(format!(
            "column `{column}` has no `{member}`"
        ))),
        Some(text) if text.is_empty() => Err(Error::protocol(format!(
            "column `{column}` has an empty `{member}`"
        ))),
        Some(text) if is_shortened(&text) => Err(Error::protocol(format!(
            "the type of column `{column}` was shortened by Databricks and is not the whole type"
        ))),
        Some(text) => Ok(text.into()),
    }
}

/// Whether some of a type's fields were left out: `struct<a: int, ... 12 more fields>`.
pub fn is_shortened(data_type: &str) -> bool {
    let counts = |rest: &str| {
        let tail = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        tail.len() < rest.len()
            && [" more fields>", " more field>"]
                .iter()
                .any(|end| tail.starts_with(end))
    };
    // Only a struct can be, and most types are not one: searching all of them would be a fifth of all work.
    data_type.ends_with('>') && data_type.split("... ").skip(1).any(counts)
}

/// What a table is. Most tables are managed ones, so those are simply tables.
pub fn kind(table_type: Option<&str>) -> String {
    match table_type {
        None | Some("MANAGED" | "") => "table".to_owned(),
        Some(other) => other.to_ascii_lowercase(),
    }
}

/// A name as Databricks quotes it.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Says what was attempted, on which schema; or that there is no such schema.
pub fn explained(error: Error, request: &DescribeRequest, attempted: &str) -> Error {
    let schema = format!("{}.{}", quoted(&request.catalog), quoted(&request.schema));
    match error.code {
        ErrorCode::NotFound => error.context(format_args!(
            "schema {schema} does not exist, or is hidden from this principal"
        )),
        _ => error.context(format_args!("{attempted} of schema {schema}")),
    }
}

/// The columns of the statement's result, by name; [`Assembly::add`] takes the cells in this order.
pub const COLUMNS: [&str; 16] = [
    "principal",
    "table_name",
    "table_type",
    "data_source_format",
    "table_comment",
    "last_altered",
    "column_name",
    "ordinal_position",
    "full_data_type",
    "is_nullable",
    "column_default",
    "partition_index",
    "identity_generation",
    "generation_expression",
    "is_identity",
    "column_comment",
];

/// Tables under assembly, from rows of one column each that come sorted by table.
#[derive(Debug)]
pub struct Assembly {
    request: DescribeRequest,
    /// Whether there was a row, so that there is a schema.
    exists: bool,
    principal: Option<String>,
    current: Option<Current>,
}

/// The table that the last row belonged to.
#[derive(Debug)]
enum Current {
    /// With the ordinal position of each column.
    Whole(Table, Vec<Option<i64>>),
    /// Its other rows do not matter any more.
    Settled(Entry),
    /// Nobody asked for it.
    Unwanted(String),
}

impl Current {
    fn name(&self) -> &str {
        match self {
            Self::Whole(table, _) => &table.name,
            Self::Settled(entry) => entry.name(),
            Self::Unwanted(name) => name,
        }
    }
}

impl Assembly {
    /// Nothing yet.
    pub fn new(request: DescribeRequest) -> Self {
        Self {
            request,
            exists: false,
            principal: None,
            current: None,
        }
    }

    /// Takes a row. Tables that it completes go to the outbox.
    pub fn add(
        &mut self,
        cells: [Option<Text<'_>>; COLUMNS.len()],
        outbox: &mut Outbox,
    ) -> Result<()> {
        let [
            principal,
            table,
            table_type,
            format,
            comment,
            altered,
            column @ ..,
        ] = cells;
        if !self.exists {
            self.exists = true;
            self.principal = principal.map(Into::into);
        }
        // A schema without tables has one row without a table.
        let Some(name) = table else { return Ok(()) };
        if self
            .current
            .as_ref()
            .is_none_or(|current| current.name() != &*name)
        {
            self.complete(outbox);
            self.current = Some(self.begin(name, table_type, format, comment, altered));
        }
        if let Some(Current::Whole(table, positions)) = &mut self.current
            && let Err(error) = add_column(table, positions, column)
        {
            self.current = Some(Current::Settled(Entry::Failed(
                std::mem::take(&mut table.name),
                error,
            )));
        }
        Ok(())
    }

    fn begin(
        &self,
        name: Text<'_>,
        table_type: Option<Text<'_>>,
        format: Option<Text<'_>>,
        comment: Option<Text<'_>>,
        altered: Option<Text<'_>>,
    ) -> Current {
        let is_wanted = self
            .request
            .only
            .as_ref()
            .is_none_or(|names| names.iter().any(|wanted| **wanted == *name));
        if !is_wanted {
            return Current::Unwanted(name.into());
        }
        if self.request.knows(&name, altered.as_deref()) {
            return Current::Settled(Entry::Unchanged(name.into()));
        }
        let mut table = Table::new(name, kind(table_type.as_deref())).with_comment(comment);
        table.revision = altered.map(Into::into);
        table.attributes.set_if_some("format", format);
        Current::Whole(table, Vec::new())
    }

    /// The last row has come. Returns who asked. The last table of a truncated result may lack columns, so it has failed.
    pub fn finish(&mut self, truncated: bool, outbox: &mut Outbox) -> Result<Option<String>> {
        if truncated && let Some(Current::Whole(table, _)) = &mut self.current {
            let error = Error::new(
                ErrorCode::TooLarge,
                "Databricks cut the statement's result short within this table",
            );
            self.current = Some(Current::Settled(Entry::Failed(
                std::mem::take(&mut table.name),
                error,
            )));
        }
        self.complete(outbox);
        if self.exists || truncated {
            Ok(self.principal.take())
        } else {
            Err(Error::not_found(
                "information_schema.schemata does not list it",
            ))
        }
    }

    fn complete(&mut self, outbox: &mut Outbox) {
        match self.current.take() {
            Some(Current::Whole(mut table, positions)) => {
                in_order(&mut table.columns, &positions);
                outbox.push(Entry::Table(table));
            }
            Some(Current::Settled(entry)) => outbox.push(entry),
            Some(Current::Unwanted(_)) | None => {}
        }
    }

    /// Says what was attempted.
    pub fn explained(&self, error: Error) -> Error {
        explained(error, &self.request, "cannot read the information_schema")
    }
}

/// Adds the column of a row. A table without columns has one row without a column.
fn add_column(
    table: &mut Table,
    positions: &mut Vec<Option<i64>>,
    cells: [Option<Text<'_>>; 10],
) -> Result<()> {
    let [
        name,
        position,
        full_data_type,
        is_nullable,
        default,
        partition_index,
        identity_generation,
        generation_expression,
        is_identity,
        comment,
    ] = cells;
    let Some(name) = name else { return Ok(()) };
    let data_type = data_type(&name, full_data_type, "full_data_type")?;
    let nullable = !is_nullable.is_some_and(|answer| answer.eq_ignore_ascii_case("NO"));
    let mut column = Column::new(name, data_type)
        .with_nullable(nullable)
        .with_comment(comment);
    column.attributes.set_if_some("default", default);
    column
        .attributes
        .set_if_some("partition_index", partition_index);
    column
        .attributes
        .set_if_some("generated_as", generation_expression);
    if is_identity.is_some_and(|answer| answer.eq_ignore_ascii_case("YES")) {
        let generation = identity_generation.map_or_else(|| "ALWAYS".to_owned(), Into::into);
        column.attributes.set("identity", generation);
    }
    table.columns.push(column);
    positions.push(position.and_then(|position| position.parse().ok()));
    Ok(())
}

/// Puts columns into the order of their positions. They come so; this costs nothing then.
fn in_order(columns: &mut Vec<Column>, positions: &[Option<i64>]) {
    if !positions.is_sorted() {
        let mut pairs: Vec<_> = positions.iter().zip(std::mem::take(columns)).collect();
        pairs.sort_by_key(|(position, _)| **position);
        *columns = pairs.into_iter().map(|(_, column)| column).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortened_type_is_told_from_a_whole_one() {
        for shortened in [
            "struct<a:int,... 12 more fields>",
            "array<struct<a: int, ... 1 more field>>",
        ] {
            assert!(is_shortened(shortened), "{shortened}");
        }
        for whole in [
            "struct<a: int COMMENT '... and 3 more fields>'>",
            "struct<a: int>",
            "map<string,array<int>>",
            "... ",
        ] {
            assert!(!is_shortened(whole), "{whole}");
        }
    }

    #[test]
    fn kinds_are_lower_case_and_managed_tables_are_tables() {
        for (table_type, expected) in [
            (Some("MANAGED"), "table"),
            (None, "table"),
            (Some("EXTERNAL"), "external"),
            (Some("STREAMING_TABLE"), "streaming_table"),
            (Some("SOMETHING_NEW"), "something_new"),
        ] {
            assert_eq!(kind(table_type), expected);
        }
    }

    #[test]
    fn a_struct_two_hundred_levels_deep_passes_through() {
        let deep = format!("{}int{}", "struct<a:".repeat(200), ">".repeat(200));
        let body = format!(
            r#"{{"tables":[{{"name":"t","columns":[{{"name":"c","type_text":"{deep}"}}]}}]}}"#
        );
        let entries = parse_tables_page(body.as_bytes()).unwrap();
        let Entry::Table(table) = &entries[0] else {
            panic!("{entries:?}")
        };
        assert_eq!(table.columns, [Column::new("c", deep)]);
    }
}
