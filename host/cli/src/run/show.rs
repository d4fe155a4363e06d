//! The report of a run, as people read it.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use rocky_schema::{Coverage, SchemaName};

use crate::check::{Findings, write_findings};
use crate::human;
use crate::names::printable;
use crate::output::{Report, Style};
use crate::run::known::SkipReason;
use crate::run::report::{RunReport, SchemaRun, SchemaStatus, Total};

impl Report for RunReport {
    const COMMAND: &'static str = "run";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let header = [
            "adapter",
            "schema",
            "tables",
            "columns",
            "written",
            "unchanged",
            "removed",
            "requests",
            "time",
            "",
        ];
        let mut table = style.table(&header, 2..9);
        self.schemas
            .iter()
            .for_each(|schema| table.row(schema.row(style)));
        if !self.schemas.is_empty() {
            table.write(out)?;
            writeln!(out)?;
        }
        self.write_outcome(out, style)
    }
}

/// Of so many failures of one adapter and code the whole message is shown to people: the rest say the same.
const SHOWN_OF_A_KIND: usize = 3;

impl RunReport {
    /// Everything but the table of schemas.
    pub fn write_outcome(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        self.write_failures(out, style)?;
        if self.show_network {
            self.write_network(out, style)?;
        }
        let Total {
            described,
            unchanged,
            tables,
            columns,
            duration_ms,
            ..
        } = self.total;
        let summary = format!(
            "Described {} with {} and {} in {}",
            human::count_of(described + unchanged, "schema"),
            human::count_of(tables, "table"),
            human::count_of(columns, "column"),
            human::duration(Duration::from_millis(duration_ms)),
        );
        let cache = match &self.cache.path {
            None => "the cache is disabled".to_owned(),
            Some(_) if described + unchanged == 0 => "the cache is as it was".to_owned(),
            Some(_) if self.cache.warnings.is_empty() => format!("cached in {}", self.cache.shown),
            Some(_) => format!("not all cached in {}", self.cache.shown),
        };
        writeln!(out, "{}; {cache}.", style.bold(&summary))?;
        self.write_skipped(out)?;
        self.write_bill(out)?;
        self.write_check(out, style)
    }

    /// What the models break on. Warnings are for `rocky compile`: most are of what was never meant to be described.
    fn write_check(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let Some(Findings { diagnostics, total }) = &self.check else {
            return Ok(());
        };
        if total.errors > 0 {
            writeln!(out)?;
            let errors = diagnostics.iter().filter(|finding| finding.is_error());
            write_findings(out, errors, SystemTime::now().into(), style)?;
        }
        let models = human::count_of(total.models, "model");
        writeln!(out, "Checked {models}: {}.", total.verdict(style))
    }

    fn write_failures(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let mut of_a_kind: HashMap<(&str, &str), usize> = HashMap::new();
        for schema in &self.schemas {
            if let Some(error) = &schema.error {
                let count = of_a_kind.entry((&schema.adapter, &error.code)).or_default();
                *count += 1;
                if *count <= SHOWN_OF_A_KIND {
                    let message = printable(&error.message);
                    writeln!(out, "{}: {message}", style.red("failed"))?;
                }
            }
            for table in &schema.failed_tables {
                let name = schema.name().table(&table.table);
                writeln!(
                    out,
                    "{}: {name}: {}",
                    style.red("failed"),
                    printable(&table.message)
                )?;
            }
            if let Some(note) = &schema.note {
                writeln!(
                    out,
                    "{}: {}: {}",
                    style.bold("note"),
                    schema.name(),
                    printable(note)
                )?;
            }
        }
        let mut untold: Vec<_> = of_a_kind.into_iter().collect();
        untold.sort_unstable();
        for ((adapter, code), count) in untold {
            if let Some(more) = count.checked_sub(SHOWN_OF_A_KIND).filter(|more| *more > 0) {
                let schemas = human::count_of(more as u64, "more schema");
                writeln!(
                    out,
                    "{}: {schemas} of adapter `{adapter}` with the same code, {code}; --output json tells of each",
                    style.red("failed")
                )?;
            }
        }
        let mut told = HashSet::new();
        for hint in self.hints.iter().filter(|hint| told.insert(*hint)) {
            writeln!(out, "  {}: {}", style.bold("hint"), printable(hint))?;
        }
        let any = self
            .schemas
            .iter()
            .any(|s| s.error.is_some() || s.note.is_some() || !s.failed_tables.is_empty());
        if any { writeln!(out) } else { Ok(()) }
    }
}

impl RunReport {
    /// What was not described again, and why.
    fn write_skipped(&self, out: &mut dyn Write) -> io::Result<()> {
        let of = |reason: SkipReason| {
            let skipped = self.schemas.iter().filter_map(|schema| schema.skipped);
            skipped.filter(move |skipped| skipped.reason == reason)
        };
        let tables: u64 = of(SkipReason::TableRevisions).map(|it| it.tables).sum();
        let schemas = of(SkipReason::SchemaRevision).count() as u64;
        for (count, what) in [(tables, "table"), (schemas, "schema")] {
            if count > 0 {
                let (are, their) = match count {
                    1 => ("is", "its revision is the one"),
                    _ => ("are", "their revisions are those"),
                };
                writeln!(
                    out,
                    "{} {are} as described before: {their} in the cache. --refresh describes all again.",
                    human::count_of(count, what)
                )?;
            }
        }
        Ok(())
    }

    /// What the queries cost, where the warehouse says so.
    fn write_bill(&self, out: &mut dyn Write) -> io::Result<()> {
        let billed = self.schemas.iter().filter_map(|schema| {
            let bytes = schema.facts.get("bytes_billed")?;
            bytes.parse::<u64>().ok()
        });
        let (mut queries, mut bytes) = (0, 0_u64);
        for of_schema in billed {
            queries += 1;
            bytes = bytes.saturating_add(of_schema);
        }
        match queries {
            0 => Ok(()),
            _ => writeln!(
                out,
                "The warehouse bills {} for the queries of {}.",
                human::bytes(bytes),
                human::count_of(queries, "schema")
            ),
        }
    }

    fn write_network(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let mut table = style.table(&["adapter", "contacted", "requests", "received"], 2..4);
        for contact in &self.network {
            table.row([
                contact.adapter.clone(),
                contact.origin.clone(),
                contact.requests.to_string(),
                human::bytes(contact.response_bytes),
            ]);
        }
        table.write(out)?;
        writeln!(out)
    }
}

impl SchemaRun {
    fn name(&self) -> SchemaName {
        SchemaName::new(&self.catalog, &self.schema)
    }

    fn row(&self, style: Style) -> Vec<String> {
        let state = match self.status {
            SchemaStatus::Described if self.coverage == Some(Coverage::Truncated) => {
                "incomplete".to_owned()
            }
            SchemaStatus::Described => String::new(),
            SchemaStatus::Unchanged => "not asked again".to_owned(),
            SchemaStatus::Partial => style.red(&human::count_of(
                self.failed_tables.len() as u64,
                "failed table",
            )),
            SchemaStatus::Absent => "not there yet".to_owned(),
            SchemaStatus::Failed => style.red("failed"),
        };
        let described = !matches!(self.status, SchemaStatus::Absent | SchemaStatus::Failed);
        let number = |number: Option<u64>| {
            number
                .filter(|_| described)
                .map_or_else(|| "-".to_owned(), |n| n.to_string())
        };
        vec![
            self.adapter.clone(),
            self.name().to_string(),
            number(Some(self.tables)),
            number(Some(self.columns)),
            number(self.cache.map(|cache| cache.written)),
            number(self.cache.map(|cache| cache.unchanged)),
            number(self.cache.map(|cache| cache.removed)),
            number(Some(self.requests)),
            if described {
                human::duration(Duration::from_millis(self.duration_ms))
            } else {
                "-".to_owned()
            },
            state,
        ]
    }
}
