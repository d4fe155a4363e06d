//! The rows of a statement's result, part by part.

use rocky_adapter_sdk::json::Int64;
use rocky_adapter_sdk::{Client, Error, ErrorCode, Pipeline, Progress, Result, Waited, ready};

use crate::request::{self, Session, Statement};
use crate::rows::{Layout, Partition, ResultSet, Row, Rows};
use crate::statement::Execution;

/// How many parts of a result are fetched at a time.
const AT_ONCE: usize = 4;

/// A statement and its result, which is handed over as it comes.
#[derive(Debug)]
pub struct Query<const N: usize> {
    client: Client,
    columns: [&'static str; N],
    stage: Stage<N>,
}

#[derive(Debug)]
enum Stage<const N: usize> {
    Running(Execution),
    Reading(Box<Reading<N>>),
    Over(u64),
}

/// A result under way.
#[derive(Debug)]
struct Reading<const N: usize> {
    layout: Layout<N>,
    parts: Pipeline<usize>,
    /// How many rows each part has, where Snowflake says so.
    announced: Vec<Option<u64>>,
    total: Option<u64>,
    rows: u64,
}

impl<const N: usize> Query<N> {
    /// Sends the statement. Of its result these columns count.
    pub fn start(
        client: &Client,
        session: &Session,
        statement: &Statement,
        columns: [&'static str; N],
    ) -> Self {
        Self {
            client: client.clone(),
            columns,
            stage: Stage::Running(Execution::start(client, session, statement)),
        }
    }

    /// Gives `take` the rows that have come; false when there are no more, and the result was whole.
    pub fn next(&mut self, mut take: impl FnMut(Row<'_, N>) -> Result<()>) -> Result<Waited<bool>> {
        match &mut self.stage {
            Stage::Running(execution) => {
                let response = ready!(execution.next()?);
                let mut result: ResultSet = response.json()?;
                if result.is_running() {
                    execution.go_on(result.statement_handle.as_deref())?;
                    let message = "the statement is running, or its warehouse is starting";
                    return Ok(Waited::Waiting(Progress::new(message)));
                }
                if result.is_too_large() {
                    return Err(Error::new(
                        ErrorCode::TooLarge,
                        "the statement's result is too large for Snowflake to return it whole",
                    ));
                }
                let data = std::mem::take(&mut result.data);
                let mut reading = Reading::begin(&self.client, self.columns, &result)?;
                reading.read(0, data, &mut take)?;
                self.stage = Stage::Reading(Box::new(reading));
                Ok(Waited::Ready(true))
            }
            Stage::Reading(reading) => {
                let more = ready!(reading.next(&mut take)?);
                if !more {
                    self.stage = Stage::Over(reading.rows);
                }
                Ok(Waited::Ready(more))
            }
            Stage::Over(_) => Ok(Waited::Ready(false)),
        }
    }

    /// How many rows have come.
    pub fn count(&self) -> u64 {
        match &self.stage {
            Stage::Running(_) => 0,
            Stage::Reading(reading) => reading.rows,
            Stage::Over(rows) => *rows,
        }
    }
}

impl<const N: usize> Reading<N> {
    fn begin(client: &Client, columns: [&str; N], result: &ResultSet<'_>) -> Result<Self> {
        let meta = result.result_set_meta_data.as_ref().ok_or_else(|| {
            Error::protocol("the statement has ended, but Snowflake does not say what came of it")
        })?;
        let count = |count: Option<Int64>| count.and_then(|it| u64::try_from(it.0).ok());
        let announced: Vec<Option<u64>> = meta
            .partition_info
            .iter()
            .map(|part| count(part.row_count))
            .collect();
        let mut parts = Pipeline::new(client, AT_ONCE);
        if announced.len() > 1 {
            let handle = result.statement_handle.as_deref().ok_or_else(|| {
                Error::protocol(
                    "the result has several parts, but Snowflake has not said which statement it is of",
                )
            })?;
            for number in 1..announced.len() {
                parts.push(number, request::partition(handle, number));
            }
        }
        Ok(Self {
            layout: Layout::find(columns, &meta.row_type)?,
            parts,
            announced,
            total: count(meta.num_rows),
            rows: 0,
        })
    }

    fn next(&mut self, take: &mut impl FnMut(Row<'_, N>) -> Result<()>) -> Result<Waited<bool>> {
        let arrived = match self.parts.next_outcome() {
            Waited::Ready(arrived) => arrived,
            Waited::Waiting(_) => {
                let read = self.parts.done() + 1;
                let message = "the statement's result is on its way";
                let progress = Progress::new(message).with_count(read, self.announced.len() as u64);
                return Ok(Waited::Waiting(progress));
            }
        };
        let Some((number, outcome)) = arrived else {
            return match self.total.filter(|total| *total != self.rows) {
                None => Ok(Waited::Ready(false)),
                Some(total) => Err(Error::protocol(format!(
                    "the statement's result has {total} rows, but {} came",
                    self.rows
                ))),
            };
        };
        let response = outcome.map_err(|error| is_gone(error, number))?;
        let partition: Partition = response.json()?;
        self.read(number, partition.data, take)?;
        Ok(Waited::Ready(true))
    }

    fn read(
        &mut self,
        number: usize,
        data: Rows<'_>,
        take: &mut impl FnMut(Row<'_, N>) -> Result<()>,
    ) -> Result<()> {
        let count = data.count() as u64;
        let announced = self.announced.get(number).copied().flatten();
        if let Some(announced) = announced.filter(|announced| *announced != count) {
            return Err(Error::protocol(format!(
                "part {number} of the statement's result has {announced} rows, but {count} came"
            )));
        }
        self.rows += count;
        self.layout.each(data, take)
    }
}

/// A result that Snowflake does not know any more is not what the caller means by not found.
fn is_gone(error: Error, number: usize) -> Error {
    let error = error.context(format_args!(
        "cannot fetch part {number} of the statement's result"
    ));
    match error.code {
        ErrorCode::NotFound => error.with_code(ErrorCode::Unavailable),
        _ => error,
    }
}
