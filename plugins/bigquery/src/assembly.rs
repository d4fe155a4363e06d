//! From the rows of a query to tables.

use std::collections::HashSet;

use rocky_adapter_sdk::json::Text;
use rocky_adapter_sdk::{Column, Entry, Error, Outbox, Result, Table};

use crate::tables;

/// The columns of the query's result, by name; [`Assembly::add`] takes the cells in this order.
pub const COLUMNS: [&str; 14] = [
    "principal",
    "table_name",
    "table_type",
    "table_description",
    "column_name",
    "data_type",
    "is_nullable",
    "column_default",
    "is_hidden",
    "is_partitioning_column",
    "clustering_ordinal_position",
    "collation_name",
    "field_path",
    "field_description",
];

/// Tables under assembly, from rows that come sorted by table and column: one for each column, or one for each of its fields that has
/// a description.
#[derive(Debug)]
pub struct Assembly {
    /// Just these tables, if not all.
    wanted: Option<HashSet<String>>,
    principal: Option<String>,
    exists: bool,
    current: Option<Current>,
}

/// The table that the last row belonged to.
#[derive(Debug)]
struct Current {
    table: Table,
    is_wanted: bool,
    hidden: Vec<String>,
    /// The column that the last row belonged to, and what is known of its fields.
    column: Option<(Column, Vec<(String, String)>)>,
    problem: Option<Error>,
}

impl Assembly {
    /// Nothing yet.
    pub fn new(wanted: Option<HashSet<String>>) -> Self {
        Self {
            wanted,
            principal: None,
            exists: false,
            current: None,
        }
    }

    /// Takes a row. Tables that it completes go to the outbox.
    pub fn add(
        &mut self,
        cells: [Option<Text<'_>>; COLUMNS.len()],
        outbox: &mut Outbox,
    ) -> Result<()> {
        let [principal, table, kind, description, column @ ..] = cells;
        if !self.exists {
            self.exists = true;
            self.principal = principal.map(Into::into);
        }
        // A dataset without tables may have one row without a table.
        let Some(name) = table else { return Ok(()) };
        let is_current = |current: &Current| *current.table.name == *name;
        if !self.current.as_ref().is_some_and(is_current) {
            self.complete(outbox);
            self.current = Some(self.begin(name, kind, description)?);
        }
        if let Some(current) = self.current.as_mut().filter(|it| it.is_wanted) {
            current.add(column);
        }
        Ok(())
    }

    fn begin(
        &self,
        name: Text<'_>,
        kind: Option<Text<'_>>,
        description: Option<Text<'_>>,
    ) -> Result<Current> {
        let is_wanted = self
            .wanted
            .as_ref()
            .is_none_or(|wanted| wanted.contains(&*name));
        let description = description.as_deref().map(literal).transpose()?;
        Ok(Current {
            table: Table::new(name, of_type(kind.as_deref())).with_comment(description),
            is_wanted,
            hidden: Vec::new(),
            column: None,
            problem: None,
        })
    }

    /// The last row has come. Returns who asked, and whether there was a row at all.
    pub fn finish(&mut self, outbox: &mut Outbox) -> (Option<String>, bool) {
        self.complete(outbox);
        (self.principal.take(), self.exists)
    }

    fn complete(&mut self, outbox: &mut Outbox) {
        let Some(mut current) = self.current.take().filter(|it| it.is_wanted) else {
            return;
        };
        current.complete_column();
        let mut table = current.table;
        if let Some(error) = current.problem {
            outbox.push(Entry::Failed(table.name, error));
            return;
        }
        let name = table.name.clone();
        current.hidden.sort_unstable();
        tables::set_facts(&mut table.attributes, &name, &current.hidden);
        outbox.push(Entry::Table(table));
    }
}

impl Current {
    fn add(&mut self, cells: [Option<Text<'_>>; 10]) {
        let [
            name,
            data_type,
            is_nullable,
            default,
            is_hidden,
            is_partitioning,
            clustering,
            collation,
            path,
            description,
        ] = cells;
        // A table without columns has one row without a column.
        let Some(name) = name else { return };
        let says_yes =
            |cell: Option<Text<'_>>| cell.is_some_and(|it| it.eq_ignore_ascii_case("YES"));
        if says_yes(is_hidden) {
            if !self.hidden.iter().any(|hidden| **hidden == *name) {
                self.hidden.push(name.into());
            }
            return;
        }
        let is_current = |current: &(Column, _)| *current.0.name == *name;
        if !self.column.as_ref().is_some_and(is_current) {
            self.complete_column();
            let Some(data_type) = data_type.filter(|it| !it.is_empty()) else {
                let problem = format!("column `{name}` has no type");
                self.problem.get_or_insert(Error::protocol(problem));
                return;
            };
            let mut column = begin_column(name, data_type, is_nullable);
            let facts = &mut column.attributes;
            // Some say NULL in words.
            let default = default.filter(|it| !it.eq_ignore_ascii_case("NULL"));
            facts.set_if_some("default", default);
            if says_yes(is_partitioning) {
                facts.set("partition_index", "0");
            }
            let clustering = clustering.and_then(|it| it.parse::<u32>().ok()?.checked_sub(1));
            facts.set_if_some("clustering_index", clustering.map(|it| it.to_string()));
            let collation =
                collation.filter(|it| !it.is_empty() && !it.eq_ignore_ascii_case("NULL"));
            facts.set_if_some("collation", collation);
            self.column = Some((column, Vec::new()));
        }
        let Some((column, fields)) = &mut self.column else {
            return;
        };
        match (path, description) {
            (Some(path), Some(text)) if *path == *column.name => {
                column.comment = Some(text.into()).filter(|it: &String| !it.is_empty());
            }
            (Some(path), Some(text)) => fields.push((path.into(), text.into())),
            _ => {}
        }
    }

    fn complete_column(&mut self) {
        if let Some((mut column, fields)) = self.column.take() {
            tables::set_descriptions(&mut column, fields);
            self.table.columns.push(column);
        }
    }
}

/// An array is never NULL: a missing one is stored as an empty one.
fn begin_column(name: Text<'_>, data_type: Text<'_>, is_nullable: Option<Text<'_>>) -> Column {
    let says_no = is_nullable.is_some_and(|it| it.eq_ignore_ascii_case("NO"));
    let is_array = data_type.starts_with("ARRAY<");
    Column::new(name, data_type).with_nullable(!says_no && !is_array)
}

/// What a table is, in the words of the REST API.
fn of_type(table_type: Option<&str>) -> String {
    match table_type {
        None | Some("BASE TABLE" | "") => "table".to_owned(),
        Some(other) => other.to_ascii_lowercase().replace(' ', "_"),
    }
}

/// The text of an option, which is told as a literal of SQL.
///
/// # Errors
/// When it is none.
fn literal(text: &str) -> Result<String> {
    let malformed = || Error::protocol(format!("the description {text} is no literal of SQL"));
    let quote = text.chars().next().filter(|it| matches!(it, '"' | '\''));
    let quote = quote.ok_or_else(malformed)?;
    let inner = text
        .strip_prefix(quote)
        .and_then(|rest| rest.strip_suffix(quote))
        .ok_or_else(malformed)?;
    let mut out = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.push(escaped(&mut letters).ok_or_else(malformed)?),
            _ if letter == quote => return Err(malformed()),
            _ => out.push(letter),
        }
    }
    Ok(out)
}

/// The letter that an escape stands for, of which the backslash was read.
fn escaped(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let number = |letters: &mut std::str::Chars<'_>, digits: usize, radix| {
        let text: String = letters.take(digits).collect();
        let is_whole = text.chars().count() == digits;
        let number = is_whole.then(|| u32::from_str_radix(&text, radix).ok())??;
        char::from_u32(number)
    };
    match letters.next()? {
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        'x' | 'X' => number(letters, 2, 16),
        'u' => number(letters, 4, 16),
        'U' => number(letters, 8, 16),
        letter @ ('\\' | '?' | '"' | '\'' | '`') => Some(letter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn literals_are_read_with_their_escapes() {
        for (text, expected) in [
            (r#""plain""#, Some("plain")),
            (r#"'it is "x"'"#, Some(r#"it is "x""#)),
            (
                r#""a \"quote\", a \\ and a \n line""#,
                Some("a \"quote\", a \\ and a \n line"),
            ),
            (r#""\u00e9\U0001F980\x41""#, Some("é🦀A")),
            (r#""""#, Some("")),
            ("plain", None),
            (r#""open"#, None),
            (r#"""#, None),
            (r#""a"b""#, None),
            (r#""\q""#, None),
            (r#""\u12""#, None),
        ] {
            assert_eq!(literal(text).ok().as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_that_is_quoted_reads_back(text in any::<String>()) {
            let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
            prop_assert_eq!(literal(&format!("\"{quoted}\"")).unwrap(), text);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = literal(&text);
        }
    }
}
