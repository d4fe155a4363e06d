//! Tables one by one through DESCRIBE, which tells every type whole and needs no warehouse.

use std::collections::VecDeque;

use rocky_adapter_sdk::{Client, Column, Entry, Error, ErrorCode, Progress, Result, Waited};

use crate::draft::{Draft, set_facts};
use crate::names::Schema;
use crate::request::{Session, Statement};
use crate::result::Query;
use crate::rows::Row;
use crate::show::is_nullable;
use crate::types;

/// How many statements run at a time.
const AT_ONCE: usize = 8;

/// What DESCRIBE answers.
const COLUMNS: [&str; 6] = [
    "name",
    "type",
    "null?",
    "default",
    "comment|optional",
    "expression|optional",
];

/// Tables under way, in order.
#[derive(Debug)]
pub struct Describing {
    client: Client,
    session: Session,
    schema: Schema,
    waiting: VecDeque<Draft>,
    under_way: VecDeque<One>,
    done: u64,
}

/// A table under way.
#[derive(Debug)]
struct One {
    draft: Draft,
    query: Query<{ COLUMNS.len() }>,
    columns: Vec<Column>,
}

impl Describing {
    /// Asks for these.
    pub fn start(client: &Client, session: &Session, schema: &Schema, drafts: Vec<Draft>) -> Self {
        let mut describing = Self {
            client: client.clone(),
            session: session.clone(),
            schema: schema.clone(),
            waiting: drafts.into(),
            under_way: VecDeque::new(),
            done: 0,
        };
        describing.fill();
        describing
    }

    /// The next table; none when there is no more.
    pub fn next(&mut self) -> Result<Waited<Option<Entry>>> {
        while let Some(one) = self.under_way.front_mut() {
            let columns = &mut one.columns;
            let more = one.query.next(|row| {
                columns.push(column(row)?);
                Ok(())
            });
            let outcome = match more {
                Ok(Waited::Ready(true)) => continue,
                Ok(Waited::Ready(false)) => Ok(()),
                Ok(Waited::Waiting(_)) => return Ok(Waited::Waiting(self.progress())),
                Err(error) => Err(error),
            };
            let Some(one) = self.under_way.pop_front() else {
                break;
            };
            self.done += 1;
            self.fill();
            return Ok(Waited::Ready(Some(entry(one, outcome)?)));
        }
        Ok(Waited::Ready(None))
    }

    fn progress(&self) -> Progress {
        let left = (self.under_way.len() + self.waiting.len()) as u64;
        Progress::new("describing tables one by one").with_count(self.done, self.done + left)
    }

    fn fill(&mut self) {
        while self.under_way.len() < AT_ONCE
            && let Some(draft) = self.waiting.pop_front()
        {
            let kind = match draft.is_view() {
                true => "VIEW",
                false => "TABLE",
            };
            let name = self.schema.object(draft.name());
            let statement = Statement::metadata(format!("DESCRIBE {kind} {name}"));
            self.under_way.push_back(One {
                query: Query::start(&self.client, &self.session, &statement, COLUMNS),
                draft,
                columns: Vec::new(),
            });
        }
    }
}

/// What came of one table. One that Snowflake does not describe has failed, and leaves the others alone. So has one that it does not know:
/// it was listed, and there is one error for what is gone and what is forbidden.
fn entry(one: One, outcome: Result<()>) -> Result<Entry> {
    let One {
        mut draft, columns, ..
    } = one;
    match outcome {
        Ok(()) => {
            draft.fill(columns);
            Ok(draft.into_entry())
        }
        Err(error) if is_of_one(&error) => Ok(Entry::Failed(draft.name().to_owned(), error)),
        Err(error) => Err(error),
    }
}

/// Whether an error is of this statement, and the next one may fare better.
fn is_of_one(error: &Error) -> bool {
    error.attributes.get("http_status") == Some("422") || error.code == ErrorCode::Protocol
}

fn column(row: Row<'_, { COLUMNS.len() }>) -> Result<Column> {
    let [name, data_type, null, default, comment, expression] = row;
    let missing = |what: &str| Error::protocol(format!("a row of DESCRIBE has no `{what}`"));
    let name = name.ok_or_else(|| missing("name"))?;
    let data_type = data_type.ok_or_else(|| missing("type"))?;
    let (text, collation) = types::of_text(&data_type);
    let mut column = Column::new(name, text)
        .with_nullable(is_nullable(null.as_deref()))
        .with_comment(comment);
    set_facts(
        &mut column,
        collation,
        default.as_deref(),
        None,
        expression.as_deref(),
    );
    Ok(column)
}
