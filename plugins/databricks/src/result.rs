//! The rows of a statement's result, chunk by chunk.

use rocky_adapter_sdk::json::{Int64, Text};
use rocky_adapter_sdk::{Client, Error, Progress, Response, Result, Waited, ready};

use crate::chunks::Chunks;
use crate::request::{self, Disposition, Execute};
use crate::rows::{Chunk, Executed, Layout, Tally};
use crate::statement::Statement;

/// The cells of a row, in the order of the columns that were asked for.
pub type Row<'a, const N: usize> = [Option<Text<'a>>; N];

/// A result that is being read.
#[derive(Debug)]
pub struct Rows<const N: usize> {
    statement_id: String,
    layout: Layout<N>,
    chunks: Chunks,
    total_rows: Option<u64>,
    truncated: bool,
    tally: Tally,
}

impl<const N: usize> Rows<N> {
    /// Begins to read the result of a statement that has succeeded. Gives `take` the rows that came with that answer.
    pub fn begin(
        client: &Client,
        response: &Response,
        columns: [&str; N],
        take: impl FnMut(Row<'_, N>) -> Result<()>,
    ) -> Result<Self> {
        let executed: Executed = response.json()?;
        let manifest = &executed.manifest;
        let total = |count: Option<_>| count.and_then(|Int64(count)| u64::try_from(count).ok());
        let total_chunks = total(manifest.total_chunk_count).unwrap_or(1);
        let mut rows = Self {
            layout: Layout::find(columns, &manifest.schema)?,
            chunks: Chunks::new(client, &executed.statement_id, total_chunks),
            statement_id: executed.statement_id.into(),
            total_rows: total(manifest.total_row_count),
            truncated: manifest.truncated,
            tally: Tally::default(),
        };
        let first = executed.result;
        let links = first
            .as_ref()
            .and_then(|chunk| chunk.external_links.as_ref());
        if let Some(links) = links.filter(|links| !links.is_empty()) {
            rows.chunks.begin_with_links(links)?;
            rows.chunks.ask(0);
            return Ok(rows);
        }
        // The other chunks are on their way while the first is read.
        rows.chunks.ask(0);
        if let Some(chunk) = first {
            rows.read(chunk, take)?;
        }
        Ok(rows)
    }

    /// Gives `take` the rows of the next chunk; false when there is none left, and the result was whole.
    pub fn next(&mut self, take: impl FnMut(Row<'_, N>) -> Result<()>) -> Result<Waited<bool>> {
        let arrived = match self.chunks.next() {
            Waited::Ready(Some(arrived)) => arrived?,
            Waited::Ready(None) => {
                self.tally.check(self.total_rows)?;
                return Ok(Waited::Ready(false));
            }
            Waited::Waiting(progress) => {
                let progress: Progress =
                    progress.with_count(self.tally.chunks(), self.chunks.total());
                return Ok(Waited::Waiting(progress));
            }
        };
        self.read(arrived.chunk()?, take)?;
        Ok(Waited::Ready(true))
    }

    fn read(
        &mut self,
        chunk: Chunk<'_>,
        mut take: impl FnMut(Row<'_, N>) -> Result<()>,
    ) -> Result<()> {
        self.tally.count(&chunk)?;
        // A successor that was not announced counts too.
        if let Some(next) = chunk.next_chunk_index {
            if u64::try_from(next.0) != Ok(self.tally.chunks()) {
                return Err(Error::protocol(format!(
                    "chunk {} is followed by chunk {}",
                    self.tally.chunks() - 1,
                    next.0
                )));
            }
            self.chunks.announce(self.tally.chunks() + 1);
        }
        for row in chunk.data_array.unwrap_or_default() {
            take(self.layout.cells(row)?)?;
        }
        self.chunks.ask(self.tally.chunks());
        Ok(())
    }

    /// The statement.
    pub fn statement_id(&self) -> &str {
        &self.statement_id
    }

    /// Whether Databricks cut rows off.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// How many rows have come.
    pub fn count(&self) -> u64 {
        self.tally.rows()
    }
}

/// A statement with a small result, which is collected.
#[derive(Debug)]
pub struct Query<const N: usize> {
    client: Client,
    columns: [&'static str; N],
    stage: Stage<N>,
    collected: Vec<[Option<String>; N]>,
}

#[derive(Debug)]
enum Stage<const N: usize> {
    Running(Box<Statement>),
    Reading(Box<Rows<N>>),
}

impl<const N: usize> Query<N> {
    /// Sends the statement, which has no parameters. Of its result these columns count.
    pub fn start(
        client: &Client,
        warehouse_id: &str,
        statement: &str,
        columns: [&'static str; N],
    ) -> Self {
        let execute = Execute {
            statement,
            warehouse_id,
            parameters: Vec::new(),
        };
        let execute = request::execute(&execute, Disposition::Inline);
        Self {
            client: client.clone(),
            columns,
            stage: Stage::Running(Box::new(Statement::start(client, execute))),
            collected: Vec::new(),
        }
    }

    /// All rows, once they have come.
    pub fn next(&mut self) -> Result<Waited<Vec<[Option<String>; N]>>> {
        let collected = &mut self.collected;
        let mut take = |row: Row<'_, N>| {
            collected.push(row.map(|cell| cell.map(Into::into)));
            Ok(())
        };
        loop {
            match &mut self.stage {
                Stage::Running(statement) => {
                    let response = ready!(statement.next()?);
                    let rows = Rows::begin(&self.client, &response, self.columns, &mut take)?;
                    self.stage = Stage::Reading(Box::new(rows));
                }
                Stage::Reading(rows) => {
                    if ready!(rows.next(&mut take)?) {
                        continue;
                    }
                    if rows.is_truncated() {
                        return Err(Error::protocol(
                            "Databricks cut the statement's result short",
                        ));
                    }
                    return Ok(Waited::Ready(std::mem::take(&mut self.collected)));
                }
            }
        }
    }

    /// The statement, while it runs.
    pub fn statement(&mut self) -> Option<&mut Statement> {
        match &mut self.stage {
            Stage::Running(statement) => Some(statement),
            Stage::Reading(_) => None,
        }
    }

    /// Blocks until all rows have come: for the calls that have no way to say that they wait.
    pub fn finish(mut self) -> Result<Vec<[Option<String>; N]>> {
        loop {
            if let Waited::Ready(rows) = self.next()? {
                return Ok(rows);
            }
        }
    }
}
