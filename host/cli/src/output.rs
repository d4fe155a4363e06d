//! Results on standard output: a table for people, one JSON object for programs.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::OutputForm;
use crate::context::Context;
use crate::error::CommandError;

/// The version of every JSON output; grows when a field changes its meaning or goes away, not when one is added.
pub const JSON_VERSION: u32 = 1;

/// What every JSON output starts with.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Envelope<T> {
    /// The version of the format.
    version: u32,
    /// The command that printed it.
    command: &'static str,
    #[serde(flatten)]
    body: T,
}

/// Something that a command prints.
pub trait Report: Serialize + JsonSchema {
    /// The name under which JSON output announces it.
    const COMMAND: &'static str;

    /// Writes it for a person.
    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()>;
}

/// Prints a report in the form that was asked for.
pub fn print<R: Report>(context: &Context, report: &R) -> Result<(), CommandError> {
    let written = match context.output() {
        OutputForm::Table => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            let color = context.color_stdout();
            report
                .write_human(&mut out, Style { color })
                .and_then(|()| out.flush())
        }
        OutputForm::Json => print_json(R::COMMAND, report),
    };
    self::written(written)
}

/// What became of writing to standard output.
pub fn written(written: io::Result<()>) -> Result<(), CommandError> {
    match written {
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(anyhow::Error::new(error)
            .context("cannot write to standard output")
            .into()),
        Ok(()) => Ok(()),
    }
}

/// Prints one JSON object on standard output.
pub fn print_json(command: &'static str, body: &impl Serialize) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let envelope = Envelope {
        version: JSON_VERSION,
        command,
        body,
    };
    serde_json::to_writer_pretty(&mut out, &envelope)?;
    writeln!(out)?;
    out.flush()
}

/// How human output looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    color: bool,
}

impl Style {
    /// Emphasised text.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Text of less weight.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// Text that tells of a failure.
    pub fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// Text that tells of something new.
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Text that tells of something that is not what it was.
    pub fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// Whether there are colours.
    pub fn is_colored(self) -> bool {
        self.color
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self.color {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    /// An empty table with a header; the columns in `numbers` are right-aligned.
    pub fn table(self, header: &[&str], numbers: std::ops::Range<usize>) -> Grid {
        Grid {
            style: self,
            header: header.iter().map(|&title| title.to_owned()).collect(),
            numbers,
            rows: Vec::new(),
        }
    }
}

/// A table of texts in aligned columns, without lines.
#[derive(Debug)]
pub struct Grid {
    style: Style,
    header: Vec<String>,
    numbers: std::ops::Range<usize>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Writes it.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new();
        table
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(&self.header);
        table.add_rows(&self.rows);
        for index in self.numbers.clone() {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        if let Some(first) = table.column_mut(0) {
            first.set_padding((0, 1));
        }
        for (index, line) in table.lines().enumerate() {
            let line = line.trim_end();
            match index {
                0 => writeln!(out, "{}", self.style.bold(line))?,
                _ => writeln!(out, "{line}")?,
            }
        }
        Ok(())
    }
}
