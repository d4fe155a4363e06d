//! Tables described with a statement for each.

use std::collections::VecDeque;

use rocky_adapter_sdk::{
    Client, DescribeRequest, Entry, Error, Outbox, Progress, Result, Table, Waited, log, ready,
};

use crate::describe::{self, AS_JSON, AS_ROWS};
use crate::result::Query;
use crate::statement::cancel_all;
use crate::tables;

/// How many statements run at a time.
const AT_ONCE: usize = 8;

/// So many tables that do not answer as JSON, and none that does, speak for all.
const ENOUGH_REFUSALS: u32 = 3;

/// Tables under way.
#[derive(Debug)]
pub struct OneByOne {
    client: Client,
    warehouse_id: String,
    request: DescribeRequest,
    waiting: VecDeque<String>,
    running: VecDeque<Running>,
    /// Whether `DESCRIBE` answers as JSON; none while nobody knows.
    as_json: Option<bool>,
    refusals: u32,
    /// How many tables may be asked for in all.
    budget: u64,
    sent: u64,
    done: u64,
    total: u64,
}

/// A table under way.
#[derive(Debug)]
struct Running {
    name: String,
    asked: Asked,
    /// Why it was asked for once more.
    before: Option<Error>,
}

/// The form that a table was asked for in.
#[derive(Debug)]
enum Asked {
    Json(Box<Query<1>>),
    Rows(Box<Query<3>>),
}

impl OneByOne {
    /// These tables, as far as the budget goes. `as_json` says whether `DESCRIBE` answers as JSON, if that is known.
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
            refusals: 0,
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
        let Some(mut running) = self.running.pop_front() else {
            return Ok(Waited::Ready(false));
        };
        match running.asked.table(&running.name) {
            Ok(Waited::Waiting(progress)) => {
                self.running.push_front(running);
                let progress: Progress = progress.with_count(self.done, self.total);
                return Ok(Waited::Waiting(progress));
            }
            Ok(Waited::Ready(table)) => {
                if matches!(running.asked, Asked::Json(_)) {
                    self.as_json = Some(true);
                }
                self.done += 1;
                outbox.push(Entry::Table(table));
            }
            Err(error) => self.failed(running, error, outbox)?,
        }
        Ok(Waited::Ready(true))
    }

    /// A table cannot be described: in this form, or at all. That leaves the others alone, unless it is nothing of the table.
    fn failed(&mut self, running: Running, error: Error, outbox: &mut Outbox) -> Result<()> {
        let Running {
            name,
            asked,
            before,
        } = running;
        if error.attributes.get("request").is_some() {
            let table = tables::quoted(&name);
            return Err(error.context(format_args!("while describing table {table}")));
        }
        let again = match (&asked, &before) {
            (Asked::Json(_), None) if says_no_json(&error) => {
                self.refuses_json(&error);
                Some(false)
            }
            // As rows its type is cut short, which only JSON can mend.
            (Asked::Rows(_), None) if is_cut_short(&error) => Some(true),
            _ => None,
        };
        let again = again.and_then(|as_json| self.ask(&name, as_json));
        match again {
            Some(asked) => {
                let before = Some(error);
                self.running.push_front(Running {
                    name,
                    asked,
                    before,
                });
            }
            None => {
                self.done += 1;
                let first = match (asked, before) {
                    // What could not be mended is what is wrong.
                    (Asked::Json(_), Some(before)) => before,
                    _ => error,
                };
                outbox.push(Entry::Failed(name, first));
            }
        }
        Ok(())
    }

    /// A grammar without the form has it for no table; a table that it is not for says little of the others.
    fn refuses_json(&mut self, error: &Error) {
        log::debug!("DESCRIBE does not answer as JSON here: {error}");
        self.refusals += 1;
        let is_grammar = error.attributes.get("error_code") == Some("PARSE_SYNTAX_ERROR");
        if self.as_json.is_none() && (is_grammar || self.refusals >= ENOUGH_REFUSALS) {
            self.as_json = Some(false);
        }
    }

    /// Sends statements for the tables that are next, as far as the budget goes: one, until it is known whether they answer as JSON.
    fn send(&mut self, outbox: &mut Outbox) {
        let at_once = self.as_json.map_or(1, |_| AT_ONCE);
        while self.running.len() < at_once && self.budget > 0 {
            let Some(name) = self.waiting.pop_front() else {
                return;
            };
            match self.ask(&name, self.as_json != Some(false)) {
                Some(asked) => {
                    self.budget -= 1;
                    self.running.push_back(Running {
                        name,
                        asked,
                        before: None,
                    });
                }
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

impl Drop for OneByOne {
    /// One after the other, the last would be cancelled when nobody waits any more.
    fn drop(&mut self) {
        let running = self.running.iter_mut();
        let statements = running.filter_map(|running| match &mut running.asked {
            Asked::Json(query) => query.statement(),
            Asked::Rows(query) => query.statement(),
        });
        cancel_all(&self.client, statements.collect());
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
    class == "PARSE_SYNTAX_ERROR" || class.starts_with("UNSUPPORTED_FEATURE")
}

fn is_cut_short(error: &Error) -> bool {
    error.message.starts_with("DESCRIBE shortens the type")
}
