//! Cached tables as one stream on standard output, for programs and for people.

use std::cell::RefCell;
use std::io::{self, Write};

use clap::ValueEnum;
use rocky_cache::{Cached, Connection, SchemaInfo, Snapshot};
use rocky_schema::{Attributes, Column, TableName};
use schemars::JsonSchema;
use serde::Serialize;
use serde::ser::{Error as _, SerializeSeq, Serializer};

use crate::context::Context;
use crate::error::CommandError;
use crate::names::printable;
use crate::output;

/// How tables are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One documented object with all tables and columns
    Json,
    /// Statements that would make such tables, with types in the words of their warehouse
    Ddl,
    /// An Arrow IPC stream with a row for each column of each table
    Arrow,
}

/// The schemas to print, each with who described it.
pub type Chosen<'a> = Vec<(&'a Connection, SchemaInfo)>;

/// Prints all tables of the schemas, a few hundred in memory at a time.
pub fn print(format: Format, snapshot: &Snapshot, chosen: &Chosen<'_>) -> Result<(), CommandError> {
    // What fails is either the cache or the output; the latter has to pass through the former's walk, or the other way round.
    let failed = RefCell::new(None);
    let tables = Tables {
        snapshot,
        chosen,
        failed: &failed,
    };
    let written = match format {
        Format::Json => output::print_json("schema export", &Document { tables }),
        Format::Ddl => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            let written = tables.each(|connection, cached| write_ddl(&mut out, connection, cached));
            written.and_then(|()| out.flush())
        }
        Format::Arrow => arrow(&tables),
    };
    match failed.into_inner() {
        Some(error) => Err(error),
        None => output::written(written),
    }
}

/// Fails where nothing can be printed in a form, or what a person could not read would be printed to one.
pub fn admit(context: &Context, format: Format) -> Result<(), CommandError> {
    if format != Format::Arrow {
        return Ok(());
    }
    if !cfg!(feature = "arrow") {
        return Err(
            CommandError::failed("this rocky was built without `--format arrow`")
                .hint("build it with its feature `arrow`, or use --format json"),
        );
    }
    if context.terminal {
        return Err(CommandError::usage(
            "an Arrow stream is binary, and standard output is a terminal",
        )
        .hint(
            "send it to a file or a program: rocky schema export --format arrow > columns.arrows",
        ));
    }
    Ok(())
}

#[cfg(feature = "arrow")]
fn arrow(tables: &Tables<'_>) -> io::Result<()> {
    let mut columns = super::arrow::Columns::start(io::BufWriter::new(io::stdout().lock()))?;
    tables.each(|connection, cached| columns.table(&connection.adapter, cached))?;
    columns.finish()
}

/// Never called: [`admit`] has refused it.
#[cfg(not(feature = "arrow"))]
fn arrow(_: &Tables<'_>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The tables of the chosen schemas, read while they are printed.
struct Tables<'a> {
    snapshot: &'a Snapshot,
    chosen: &'a Chosen<'a>,
    /// Why the cache could not be read.
    failed: &'a RefCell<Option<CommandError>>,
}

impl Tables<'_> {
    fn each(&self, mut each: impl FnMut(&Connection, &Cached) -> io::Result<()>) -> io::Result<()> {
        for (connection, info) in self.chosen {
            let tables = self.snapshot.described(&connection.adapter, &info.name);
            for table in tables.map_err(|error| self.note(error.into()))? {
                let table = table.map_err(|error| self.note(error.into()))?;
                each(connection, &table)?;
            }
        }
        Ok(())
    }

    fn note(&self, error: CommandError) -> io::Error {
        self.failed.replace(Some(error));
        io::Error::other("the cache cannot be read")
    }
}

/// All tables with their columns, as `--format json` prints them.
#[derive(Serialize, JsonSchema)]
pub struct Document<'a> {
    /// The cached tables, in the order of adapter, catalog, schema and name.
    #[schemars(with = "Vec<TableItem<'a>>")]
    tables: Tables<'a>,
}

impl Serialize for Tables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        // The serializer's own error keeps what the output said, which tells a closed pipe from a full disk.
        let mut stopped = None;
        let walked = self.each(|connection, cached| {
            let table = TableItem::new(connection, cached);
            list.serialize_element(&table).map_err(|error| {
                stopped = Some(error);
                io::Error::other("the output is closed")
            })
        });
        match (stopped, walked) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(S::Error::custom(error)),
            (None, Ok(())) => list.end(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct TableItem<'a> {
    /// The adapter that described the table.
    adapter: &'a str,
    #[serde(flatten)]
    name: &'a TableName,
    /// What it is: `table`, `view` or another word of the adapter.
    kind: &'a str,
    /// Its comment.
    comment: &'a Option<String>,
    /// Further facts, in the adapter's own words.
    attributes: &'a Attributes,
    /// Its columns, in the order of the table.
    columns: &'a [Column],
}

impl<'a> TableItem<'a> {
    fn new(connection: &'a Connection, cached: &'a Cached) -> Self {
        Self {
            adapter: &connection.adapter,
            name: &cached.name,
            kind: &cached.table.kind,
            comment: &cached.table.comment,
            attributes: &cached.table.attributes,
            columns: &cached.table.columns,
        }
    }
}

fn write_ddl(out: &mut dyn Write, connection: &Connection, cached: &Cached) -> io::Result<()> {
    let quote = connection.rules.quote;
    let quoted = |name: &str| {
        let doubled = String::from_iter([quote, quote]);
        let name = printable(name).replace(quote, &doubled);
        format!("{quote}{name}{quote}")
    };
    let TableName { schema, table } = &cached.name;
    let name = [&schema.catalog, &schema.schema, table].map(|part| quoted(part));
    if cached.table.kind != "table" {
        writeln!(out, "-- {}", printable(&cached.table.kind))?;
    }
    if let Some(comment) = &cached.table.comment {
        writeln!(out, "-- {}", printable(comment))?;
    }
    writeln!(out, "CREATE TABLE {} (", name.join("."))?;
    let mut columns = cached.table.columns.iter().peekable();
    while let Some(column) = columns.next() {
        let null = if column.nullable { "" } else { " NOT NULL" };
        let comma = if columns.peek().is_some() { "," } else { "" };
        let (name, data_type) = (quoted(&column.name), printable(&column.data_type));
        write!(out, "  {name} {data_type}{null}{comma}")?;
        match &column.comment {
            Some(comment) => writeln!(out, " -- {}", printable(comment))?,
            None => writeln!(out)?,
        }
    }
    writeln!(out, ");\n")
}
