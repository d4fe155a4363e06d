use std::io::{self, Write};

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use rocky_cache::Cached;
use rocky_schema::{Column, TableName};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::schema::{Place, adapters, schemas_named};
use crate::commands::{cache_config, open_cache};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human::count_of;
use crate::names::{self, printable};
use crate::output::{self, Report, Style};

/// Find tables and columns by a part of their names or comments, in any letter case.
///
/// All cached schemas are searched. A text with `*` or `?` has to match a whole name, and is not looked for in comments. Finding nothing
/// is no failure.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky schema search tail                   # tables and columns with `tail` in a name or a comment
  rocky schema search '*_id'                 # names that match a pattern
  rocky schema search price --in 'raw.*'     # in some schemas only")]
pub struct SearchArgs {
    /// What to look for; with `*` or `?` a pattern of whole names
    #[arg(value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    text: String,
    /// Only in these schemas; a name or a pattern such as `raw.*`
    #[arg(long = "in", value_name = "CATALOG.SCHEMA")]
    within: Option<String>,
    /// Only what this adapter described
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
}

pub fn search(context: &Context, args: &SearchArgs) -> Result<Status, CommandError> {
    let place = args.within.as_deref().map(Place::schema).transpose()?;
    let sought = Sought::new(&args.text);
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let snapshot = open_cache(&config)?.snapshot()?;
    let mut matches = Vec::new();
    for adapter in adapters(&snapshot, args.adapter.as_deref())? {
        for info in schemas_named(&snapshot, &adapter, place.as_ref())? {
            for table in snapshot.described(&adapter, &info.name)? {
                sought.collect(&adapter, &table?, &mut matches);
            }
        }
    }
    output::print(context, &SearchReport { matches })?;
    Ok(Status::Done)
}

/// What is looked for, without letter case.
struct Sought {
    text: String,
    is_pattern: bool,
}

impl Sought {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_lowercase(),
            is_pattern: names::is_pattern(text),
        }
    }

    fn is_name(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        match self.is_pattern {
            true => names::matches(&self.text, &name),
            false => name.contains(&self.text),
        }
    }

    /// A pattern is of names; no comment as a whole is like one.
    fn is_in(&self, comment: Option<&String>) -> bool {
        !self.is_pattern
            && comment.is_some_and(|comment| comment.to_lowercase().contains(&self.text))
    }

    fn collect(&self, adapter: &str, cached: &Cached, matches: &mut Vec<Match>) {
        let table = &cached.table;
        let found = |matched, column: Option<&Column>| Match {
            adapter: adapter.to_owned(),
            name: cached.name.clone(),
            kind: table.kind.clone(),
            matched,
            column: column.map(|column| column.name.clone()),
            data_type: column.map(|column| column.data_type.clone()),
            comment: column
                .map_or(&table.comment, |column| &column.comment)
                .clone(),
        };
        let what = [
            (Matched::Table, self.is_name(&table.name)),
            (Matched::TableComment, self.is_in(table.comment.as_ref())),
        ];
        let what = what.into_iter().find(|(_, is_match)| *is_match);
        matches.extend(what.map(|(matched, _)| found(matched, None)));
        for column in &table.columns {
            if self.is_name(&column.name) {
                matches.push(found(Matched::Column, Some(column)));
            } else if self.is_in(column.comment.as_ref()) {
                matches.push(found(Matched::ColumnComment, Some(column)));
            }
        }
    }
}

/// Where a text was found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SearchReport {
    /// The tables and columns that match.
    matches: Vec<Match>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Match {
    /// The adapter that described the table.
    adapter: String,
    #[serde(flatten)]
    name: TableName,
    /// What it is: `table`, `view` or another word of the adapter.
    kind: String,
    /// Where the text is.
    matched: Matched,
    /// The column that matches; left out where it is the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// The column's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_type: Option<String>,
    /// The comment of the column or the table that matches.
    comment: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Matched {
    /// In the name of the table.
    Table,
    /// In the comment of the table, and not in its name.
    TableComment,
    /// In the name of the column.
    Column,
    /// In the comment of the column, and not in its name.
    ColumnComment,
}

impl Report for SearchReport {
    const COMMAND: &'static str = "schema search";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        if self.matches.is_empty() {
            return writeln!(out, "Nothing in the cache is called that.");
        }
        let mut table = style.table(&["adapter", "table", "column", "type", "comment"], 0..0);
        for found in &self.matches {
            let text = |text: &Option<String>| printable(text.as_deref().unwrap_or_default());
            let kind = match &found.data_type {
                Some(data_type) => printable(data_type),
                None => format!("({})", printable(&found.kind)),
            };
            table.row([
                found.adapter.clone(),
                found.name.to_string(),
                text(&found.column),
                kind,
                text(&found.comment),
            ]);
        }
        table.write(out)?;
        let tables = self.matches.iter().filter(|found| found.column.is_none());
        let tables = tables.count() as u64;
        let columns = self.matches.len() as u64 - tables;
        let [tables, columns] = [count_of(tables, "table"), count_of(columns, "column")];
        writeln!(out, "\n{tables}, {columns}.")
    }
}
