//! What an answer changes in the cache: compared row by row, so that only what differs is written.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use redb::ReadableTable;
use rocky_schema::{Coverage, Summary};

use crate::buffer::{Answer, ContentKind, ContentsError, Described, Record, Said};
use crate::codec::{ContentHash, RowKey, seal, unseal};
use crate::fault::Fault;
use crate::format::{HistoryRow, Later, SchemaRow, TableRow, rows_of};
use crate::report::Written;
use crate::tables::Tables;
use crate::time::Timestamp;
use crate::writer::Job;

/// Replaces what the cache holds of a schema by what `answer` says.
pub(crate) fn replace(
    tables: &mut Tables<'_>,
    job: &Job,
    answer: &mut Answer,
    summary: &Summary,
    history_days: u32,
) -> Result<Written, ContentsError> {
    let connection = tables.connection_id(&job.connection)?;
    let stored = tables.schema(connection, &job.name)?;
    let new = stored.is_none();
    let id = match &stored {
        Some(row) => row.id,
        None => tables.new_schema_id(connection, &job.name)?,
    };
    // What was described elsewhere is new here when it comes here, and the history stays in order.
    let at = job.pin.map_or(job.cost.described_at, |pin| pin.at);

    let packed = tables
        .revisions
        .get(id)?
        .map(|packed| packed.value().to_vec());
    let known = unpack_revisions(id, packed.as_deref())?;
    let plan = Plan::compare(tables, id, &answer.records, &known, at, summary.coverage)?;
    let Plan {
        steps,
        mut contents,
        revisions,
        counts,
        ghosts,
        ..
    } = plan;
    if let Some(first) = ghosts.first() {
        tracing::warn!(
            schema = %job.name, tables = ghosts.len(), first,
            "the adapter calls tables unchanged that the cache does not hold; they count as failed"
        );
    }
    write_steps(tables, id, steps, at.days_before(history_days))?;
    write_revisions(tables, id, &revisions, packed.as_deref())?;
    if !contents.is_empty() {
        answer.contents.each(|kind, hash, bytes| {
            if contents.remove(&(kind, hash)) {
                put_content(tables, kind, hash, bytes)?;
            }
            Ok(())
        })?;
    }
    let row = SchemaRow {
        renewals: renewals(stored, &answer.records),
        ..schema_row(id, job, summary, &counts)
    };
    tables.put_schema(connection, &job.name, &row, new)?;
    Ok(counts)
}

/// How many answers in a row have left out what had not changed.
fn renewals(stored: Option<SchemaRow>, records: &[Record]) -> u32 {
    let leaves_out = |record: &Record| matches!(record.said, Said::Unchanged);
    let before = stored.filter(|_| records.iter().any(leaves_out));
    before.map_or(0, |row| row.renewals.saturating_add(1))
}

/// What is known of a schema as a whole after it was described.
fn schema_row(id: u32, job: &Job, summary: &Summary, counts: &Written) -> SchemaRow {
    SchemaRow {
        id,
        cost: job.cost,
        coverage: summary.coverage,
        principal: summary.principal.clone(),
        note: summary.note.clone(),
        revision: summary.revision.clone(),
        attributes: summary.attributes.clone(),
        tables: counts.tables,
        columns: counts.columns,
        failed: counts.failed + job.pin.map_or(0, |pin| pin.failed),
        renewals: 0,
        provenance: job.provenance.as_ref().clone(),
        pinned: Later(job.pin.map(|pin| pin.at)),
    }
}

/// Renews a schema that the adapter called unchanged; `None` when the cache does not hold it.
pub(crate) fn renew(tables: &mut Tables<'_>, job: &Job) -> Result<Option<Written>, Fault> {
    let connection = tables.connection_id(&job.connection)?;
    let Some(mut row) = tables.schema(connection, &job.name)? else {
        return Ok(None);
    };
    row.cost = job.cost;
    row.renewals = row.renewals.saturating_add(1);
    // The warehouse itself has confirmed it.
    row.pinned = Later(None);
    tables.put_schema(connection, &job.name, &row, false)?;
    Ok(Some(Written {
        tables: row.tables,
        columns: row.columns,
        unchanged: row.tables,
        ..Written::default()
    }))
}

/// One table's change.
struct Step<'a> {
    name: Cow<'a, str>,
    /// What is to be stored; none removes the table.
    row: Option<Vec<u8>>,
    /// What goes into the history.
    before: Option<HistoryRow<'static>>,
    /// Whether the cache did not hold the table.
    new: bool,
}

/// What is to be written, found by walking the stored tables and the answer side by side.
struct Plan<'a> {
    id: u32,
    at: Timestamp,
    coverage: Coverage,
    known: &'a [(&'a str, &'a str)],
    steps: Vec<Step<'a>>,
    contents: HashSet<(ContentKind, ContentHash)>,
    revisions: Vec<(&'a str, &'a str)>,
    counts: Written,
    /// Tables that the adapter calls unchanged and the cache does not hold.
    ghosts: Vec<&'a str>,
}

impl<'a> Plan<'a> {
    fn compare(
        tables: &Tables<'_>,
        id: u32,
        records: &'a [Record],
        known: &'a [(&'a str, &'a str)],
        at: Timestamp,
        coverage: Coverage,
    ) -> Result<Self, Fault> {
        let mut plan = Plan {
            id,
            at,
            coverage,
            known,
            steps: Vec::new(),
            contents: HashSet::new(),
            revisions: Vec::new(),
            counts: Written::default(),
            ghosts: Vec::new(),
        };
        let mut said = records.iter().peekable();
        for stored in tables.tables.range(rows_of(id))? {
            let (key, value) = stored?;
            let (_, name) = key.value();
            let row: TableRow<'_> = unseal("table", &RowKey(id, &[name]), value.value())?;
            while let Some(record) = said.next_if(|record| *record.name < *name) {
                plan.unheld(record)?;
            }
            match said.next_if(|record| *record.name == *name) {
                Some(record) => plan.held(record, &row)?,
                None => plan.absent(name, &row),
            }
        }
        for record in said {
            plan.unheld(record)?;
        }
        Ok(plan)
    }

    /// The answer names a table that the cache does not hold.
    fn unheld(&mut self, record: &'a Record) -> Result<(), Fault> {
        match &record.said {
            Said::Table(table) => self.store(&record.name, table, None)?,
            Said::Unchanged => {
                self.counts.failed += 1;
                self.ghosts.push(&record.name);
            }
            Said::Failed => self.counts.failed += 1,
        }
        Ok(())
    }

    /// The answer names a table that the cache holds.
    fn held(&mut self, record: &'a Record, row: &TableRow<'_>) -> Result<(), Fault> {
        match &record.said {
            Said::Table(table) if table.facts == row.facts && same_shape(table, row) => {
                self.counts.unchanged += 1;
                self.count(row.columns);
                self.revise(&record.name, table);
            }
            Said::Table(table) => self.store(&record.name, table, Some(row))?,
            Said::Unchanged => {
                self.counts.unchanged += 1;
                self.keep(&record.name, row);
            }
            Said::Failed => {
                self.counts.failed += 1;
                self.keep(&record.name, row);
            }
        }
        Ok(())
    }

    /// The answer does not name a table that the cache holds.
    fn absent(&mut self, name: &str, row: &TableRow<'_>) {
        if self.coverage == Coverage::Truncated {
            self.keep(name, row);
            return;
        }
        self.counts.removed += 1;
        self.steps.push(Step {
            name: Cow::Owned(name.to_owned()),
            row: None,
            before: Some(before(row, self.at, true)),
            new: false,
        });
    }

    /// The stored row stays as it is, and so does its revision.
    fn keep(&mut self, name: &str, row: &TableRow<'_>) {
        self.count(row.columns);
        if let Ok(index) = self.known.binary_search_by(|(known, _)| (*known).cmp(name)) {
            self.revisions.push(self.known[index]);
        }
    }

    /// A new table, or one that differs from the row it has.
    fn store(
        &mut self,
        name: &'a str,
        table: &'a Described,
        held: Option<&TableRow<'_>>,
    ) -> Result<(), Fault> {
        let reshaped = held.filter(|row| !same_shape(table, row));
        let row = TableRow {
            layout: table.layout,
            facts: table.facts,
            kind: Cow::Borrowed(&table.kind),
            columns: table.columns,
            first_seen: held.map_or(self.at, |row| row.first_seen),
            last_changed: match (held, reshaped) {
                (Some(row), None) => row.last_changed,
                _ => self.at,
            },
        };
        self.steps.push(Step {
            name: Cow::Borrowed(name),
            row: Some(seal(&RowKey(self.id, &[name]), &row)?),
            before: reshaped.map(|row| before(row, self.at, false)),
            new: held.is_none(),
        });
        self.counts.written += 1;
        self.count(table.columns);
        self.revise(name, table);
        self.contents.insert((ContentKind::Layout, table.layout));
        self.contents
            .extend(table.facts.map(|facts| (ContentKind::Facts, facts)));
        Ok(())
    }

    fn revise(&mut self, name: &'a str, table: &'a Described) {
        if let Some(revision) = &table.revision {
            self.revisions.push((name, revision));
        }
    }

    fn count(&mut self, columns: u32) {
        self.counts.tables += 1;
        self.counts.columns += u64::from(columns);
    }
}

/// Whether queries cannot tell the two apart.
fn same_shape(table: &Described, row: &TableRow<'_>) -> bool {
    table.layout == row.layout && *table.kind == *row.kind
}

fn before(row: &TableRow<'_>, at: Timestamp, dropped: bool) -> HistoryRow<'static> {
    HistoryRow {
        at,
        dropped,
        layout: row.layout,
        kind: Cow::Owned(row.kind.clone().into_owned()),
        first_seen: Later(Some(row.first_seen)),
    }
}

fn write_steps(
    tables: &mut Tables<'_>,
    id: u32,
    steps: Vec<Step<'_>>,
    oldest: Timestamp,
) -> Result<(), Fault> {
    for step in steps {
        let name = step.name.as_ref();
        match &step.row {
            Some(row) => tables.tables.insert((id, name), row.as_slice())?,
            None => tables.tables.remove((id, name))?,
        };
        if step.new {
            tables.add_name(id, name)?;
        } else if step.row.is_none() {
            tables.remove_name(id, name)?;
        }
        if let Some(before) = step.before {
            tables.remember(id, name, &before, oldest)?;
        }
    }
    Ok(())
}

/// The stored revisions, sorted by table.
pub(crate) fn unpack_revisions(id: u32, packed: Option<&[u8]>) -> Result<Vec<(&str, &str)>, Fault> {
    packed.map_or_else(
        || Ok(Vec::new()),
        |packed| unseal("revisions", &RowKey(id, &[]), packed),
    )
}

/// Stores the revisions when they differ. They have a row of their own: a lookup need not read them.
fn write_revisions(
    tables: &mut Tables<'_>,
    id: u32,
    revisions: &[(&str, &str)],
    stored: Option<&[u8]>,
) -> Result<(), Fault> {
    debug_assert!(revisions.is_sorted_by(|a, b| a.0.cmp(b.0) == Ordering::Less));
    if revisions.is_empty() {
        if stored.is_some() {
            tables.revisions.remove(id)?;
        }
        return Ok(());
    }
    let packed = seal(&RowKey(id, &[]), &revisions)?;
    if stored != Some(&packed) {
        tables.revisions.insert(id, packed.as_slice())?;
    }
    Ok(())
}

/// Stores a content unless another table has it already.
fn put_content(
    tables: &mut Tables<'_>,
    kind: ContentKind,
    hash: ContentHash,
    bytes: &[u8],
) -> Result<(), Fault> {
    let contents = match kind {
        ContentKind::Layout => &mut tables.layouts,
        ContentKind::Facts => &mut tables.facts,
    };
    if contents.get(hash)?.is_none() {
        contents.insert(hash, bytes)?;
    }
    Ok(())
}
