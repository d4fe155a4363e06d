//! Tables described with a statement for each.

use std::collections::VecDeque;

use rocky_adapter_sdk::{
    Client, DescribeRequest, Entry, Error, ErrorCode, Outbox, Progress, Result, Table, Waited, log,
    ready,
};

use crate::describe::{self, AS_JSON, AS_ROWS};
use crate::result::Query;
use crate::tables;

/// How many statements run at a time.
const AT_ONCE: usize = 8;

/// Tables under way.
#[derive(Debug)]
pub struct OneByOne {
    client: Client,
    warehouse_id: String,
    request: DescribeRequest,
    waiting: VecDeque<String>,
    running: VecDeque<(String, Asked)>,
    /// Whether `DESCRIBE` answers as JSON; none while nobody knows.
    as_json: Option<bool>,
    /// How many statements may be sent in all.
    budget: u64,
    sent: u64,
    done: u64,
    total: u64,
}

/// The form that a table was asked for in.
#[derive(Debug)]
enum Asked {
    Json(Box<Query<1>>),
    Rows(Box<Query<3>>),
}

impl OneByOne {
    /// These tables, with at most so many statements. `as_json` says whether `DESCRIBE` answers as JSON, if that is known.
    pub fn new(
        client: &Client,
        warehouse_id: &str,
        request: &DescribeRequest,
        tables: Vec<String>,
        as_json: Option<bool>,
        budget: u64,
    ) -> Self {
        Self {
            client: client.clone(),
            warehouse_id: warehouse_id.to_owned(),
            request: request.clone(),
            total: tables.len() as u64,
            waiting: tables.into(),
            running: VecDeque::new(),
            as_json,
            budget,
            sent: 0,
            done: 0,
        }
    }

    /// How many tables there are, how many of them are done, and how many statements that took.
    pub fn counts(&self) -> (u64, u64, u64) {
        (self.total, self.done, self.sent)
    }

    /// Whether `DESCRIBE` answers as JSON, as far as is known.
    pub fn as_json(&self) -> Option<bool> {
        self.as_json
    }

    /// Takes what has come into the outbox; false when nothing more will come.
    pub fn receive(&mut self, outbox: &mut Outbox) -> Result<Waited<bool>> {
        self.send(outbox);
        let Some((name, mut asked)) = self.running.pop_front() else {
            return Ok(Waited::Ready(false));
        };
        let table = match asked.table(&name) {
            Ok(Waited::Waiting(progress)) => {
                self.running.push_front((name, asked));
                let progress: Progress = progress.with_count(self.done, self.total);
                return Ok(Waited::Waiting(progress));
            }
            Ok(Waited::Ready(table)) => Ok(table),
            Err(error) => Err(error),
        };
        let was_json = matches!(asked, Asked::Json(_));
        match table {
            Err(error) if was_json && says_no_json(&error) => {
                log::debug!("DESCRIBE does not answer as JSON here: {error}");
                // Of one table among others it says nothing of those.
                self.as_json.get_or_insert(false);
                if self.sent < self.budget
                    && let Some(asked) = self.ask(&name, false)
                {
                    self.running.push_front((name, asked));
                }
            }
            table => {
                if was_json {
                    self.as_json.get_or_insert(true);
                }
                self.done += 1;
                outbox.extend(entry(name, table)?);
            }
        }
        Ok(Waited::Ready(true))
    }

    /// Sends statements for the tables that are next, as far as the budget goes: one, until it is known whether they answer as JSON.
    fn send(&mut self, outbox: &mut Outbox) {
        let at_once = self.as_json.map_or(1, |_| AT_ONCE);
        while self.running.len() < at_once && self.sent < self.budget {
            let Some(name) = self.waiting.pop_front() else {
                return;
            };
            match self.ask(&name, self.as_json != Some(false)) {
                Some(asked) => self.running.push_back((name, asked)),
                None => {
                    self.done += 1;
                    outbox.push(Entry::Failed(name, unspeakable()));
                }
            }
        }
    }

    /// Sends the statement for a table; none if its name cannot be part of one.
    fn ask(&mut self, table: &str, as_json: bool) -> Option<Asked> {
        let names = [&self.request.catalog, &self.request.schema, table];
        if names.iter().any(|name| name.contains(is_unspeakable)) {
            return None;
        }
        let [catalog, schema, table] = names.map(tables::quoted);
        let sql = format!("DESCRIBE TABLE EXTENDED {catalog}.{schema}.{table}");
        self.sent += 1;
        let (client, warehouse_id) = (&self.client, &self.warehouse_id);
        Some(if as_json {
            let sql = format!("{sql} AS JSON");
            Asked::Json(Box::new(Query::start(client, warehouse_id, &sql, AS_JSON)))
        } else {
            Asked::Rows(Box::new(Query::start(client, warehouse_id, &sql, AS_ROWS)))
        })
    }
}

impl Asked {
    fn table(&mut self, name: &str) -> Result<Waited<Table>> {
        let table = match self {
            Self::Json(query) => {
                let mut rows = ready!(query.next()?).into_iter();
                let document = rows.next().and_then(|[cell]| cell).unwrap_or_default();
                describe::of_json(name, &document)?
            }
            Self::Rows(query) => describe::of_rows(name, &ready!(query.next()?))?,
        };
        Ok(Waited::Ready(table))
    }
}

/// Statements have no parameters for names here, and the host lets none out that holds such a character.
fn is_unspeakable(letter: char) -> bool {
    letter == '\\' || letter.is_control()
}

fn unspeakable() -> Error {
    Error::unsupported("a backslash or a control character in its name keeps it out of statements")
}

/// Whether the warehouse does not know the form, rather than the table.
fn says_no_json(error: &Error) -> bool {
    let class = error.attributes.get("error_code").unwrap_or_default();
    class == "PARSE_SYNTAX_ERROR" || class.starts_with("UNSUPPORTED")
}

/// A table that is gone by now is no entry; one that is refused or not understood has failed, and leaves the others alone.
fn entry(name: String, table: Result<Table>) -> Result<Option<Entry>> {
    let error = match table {
        Ok(table) => return Ok(Some(Entry::Table(table))),
        Err(error) => error,
    };
    // What the API itself says is not of the table.
    if error.attributes.get("http_status").is_some() {
        return Err(error);
    }
    match error.code {
        ErrorCode::NotFound => Ok(None),
        ErrorCode::PermissionDenied | ErrorCode::Protocol | ErrorCode::Other(_) => {
            Ok(Some(Entry::Failed(name, error)))
        }
        _ => Err(error),
    }
}
