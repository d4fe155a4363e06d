//! What a schema holds: names, kinds and comments, without columns.

use std::collections::BTreeMap;

use rocky_adapter_sdk::json::Text;
use rocky_adapter_sdk::{Client, Error, Result, Waited, ready};

use crate::names::{self, Schema};
use crate::request::{ROWS_OF_SHOW, Session, Statement};
use crate::result::Query;
use crate::rows::Row;

/// A table or a view, before its columns are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: String,
    /// What the owner wrote about it.
    pub comment: Option<String>,
    /// Whether a query stands behind it.
    pub is_view: bool,
}

/// The objects of a schema, by name.
pub type Objects = BTreeMap<String, Object>;

/// What SHOW TABLES answers.
const TABLES: [&str; 9] = [
    "name",
    "kind",
    "comment",
    "is_external|optional",
    "is_event|optional",
    "is_hybrid|optional",
    "is_iceberg|optional",
    "is_dynamic|optional",
    "is_immutable|optional",
];

/// What SHOW VIEWS answers.
const VIEWS: [&str; 3] = ["name", "comment", "is_materialized|optional"];

/// Both lists under way, page by page. They need no warehouse.
#[derive(Debug)]
pub struct Listing {
    tables: Option<Pages<{ TABLES.len() }>>,
    views: Option<Pages<{ VIEWS.len() }>>,
    objects: Objects,
}

impl Listing {
    /// Asks for the first pages.
    pub fn start(client: &Client, session: &Session, schema: &Schema) -> Self {
        let what = format!("IN SCHEMA {}", schema.quoted());
        Self {
            tables: Some(Pages::start(
                client,
                session,
                format!("SHOW TABLES {what}"),
                TABLES,
            )),
            views: Some(Pages::start(
                client,
                session,
                format!("SHOW VIEWS {what}"),
                VIEWS,
            )),
            objects: Objects::new(),
        }
    }

    /// All objects, once they have come.
    pub fn next(&mut self) -> Result<Waited<Objects>> {
        let objects = &mut self.objects;
        if let Some(tables) = &mut self.tables {
            ready!(tables.finish(|cells| objects.extend(table(cells)))?);
            self.tables = None;
        }
        if let Some(views) = &mut self.views {
            ready!(views.finish(|cells| objects.extend(view(cells)))?);
            self.views = None;
        }
        Ok(Waited::Ready(std::mem::take(objects)))
    }
}

fn table(cells: Row<'_, { TABLES.len() }>) -> Option<(String, Object)> {
    let [name, kind, comment, flags @ ..] = cells;
    let is = flags.map(|flag| flag.is_some_and(|flag| is_yes(&flag)));
    let object = Object {
        kind: kind_of_table(kind.as_deref(), is),
        comment: text(comment),
        is_view: false,
    };
    Some((name?.into(), object))
}

fn view(cells: Row<'_, { VIEWS.len() }>) -> Option<(String, Object)> {
    let [name, comment, is_materialized] = cells;
    let kind = match is_materialized.is_some_and(|flag| is_yes(&flag)) {
        true => "materialized_view",
        false => "view",
    };
    let object = Object {
        kind: kind.to_owned(),
        comment: text(comment),
        is_view: true,
    };
    Some((name?.into(), object))
}

fn text(cell: Option<Text<'_>>) -> Option<String> {
    cell.map(String::from).filter(|text| !text.is_empty())
}

/// Snowflake says yes in each of these ways.
pub fn is_yes(text: &str) -> bool {
    ["Y", "YES", "TRUE"]
        .iter()
        .any(|yes| text.eq_ignore_ascii_case(yes))
}

/// What a table is, from the word for it and from whether it is external, event, hybrid, Iceberg, dynamic, immutable.
pub fn kind_of_table(word: Option<&str>, is: [bool; 6]) -> String {
    let names = [
        "external",
        "event",
        "hybrid",
        "iceberg",
        "dynamic",
        "immutable",
    ];
    if let Some((name, _)) = names.iter().zip(is).find(|(_, is)| *is) {
        return (*name).to_owned();
    }
    match word.unwrap_or_default() {
        "" | "TABLE" | "BASE TABLE" | "PERMANENT" | "NORMAL" => "table".to_owned(),
        "TEMPORARY TABLE" => "temporary".to_owned(),
        "EXTERNAL TABLE" => "external".to_owned(),
        "EVENT TABLE" => "event".to_owned(),
        other => other.to_lowercase().replace(' ', "_"),
    }
}

/// A SHOW whose further pages begin behind the last name of the one before.
#[derive(Debug)]
pub struct Pages<const N: usize> {
    client: Client,
    session: Session,
    sql: String,
    columns: [&'static str; N],
    page: Query<N>,
    last: String,
    /// Behind which name the page begins.
    behind: Option<String>,
}

impl<const N: usize> Pages<N> {
    /// Sends the statement; the first of its columns is the name.
    pub fn start(
        client: &Client,
        session: &Session,
        sql: String,
        columns: [&'static str; N],
    ) -> Self {
        let statement = Statement::metadata(format!("{sql} LIMIT {ROWS_OF_SHOW}"));
        Self {
            client: client.clone(),
            session: session.clone(),
            page: Query::start(client, session, &statement, columns),
            sql,
            columns,
            last: String::new(),
            behind: None,
        }
    }

    /// Gives `take` all rows. A name may come twice, because the next page begins behind the first name that begins like the last one.
    pub fn finish(&mut self, mut take: impl FnMut(Row<'_, N>)) -> Result<Waited<()>> {
        loop {
            let last = &mut self.last;
            let more = self.page.next(|row| {
                if let Some(name) = row.first().and_then(Option::as_deref) {
                    name.clone_into(last);
                }
                take(row);
                Ok(())
            });
            if ready!(more?) {
                continue;
            }
            if self.page.count() < ROWS_OF_SHOW as u64 {
                return Ok(Waited::Ready(()));
            }
            self.turn()?;
        }
    }

    fn turn(&mut self) -> Result<()> {
        let from = std::mem::take(&mut self.last);
        if from.is_empty() || self.behind.as_ref() == Some(&from) {
            return Err(Error::protocol(format!(
                "SHOW leads in a circle: its page behind `{}` ends with `{from}`",
                self.behind.as_deref().unwrap_or_default()
            )));
        }
        let sql = format!(
            "{} LIMIT {ROWS_OF_SHOW} FROM {}",
            self.sql,
            names::literal(&from)
        );
        let statement = Statement::metadata(sql);
        self.page = Query::start(&self.client, &self.session, &statement, self.columns);
        self.behind = Some(from);
        Ok(())
    }

    /// Blocks until all rows have come: for the calls that have no way to say that they wait.
    pub fn finish_blocking(mut self, mut take: impl FnMut(Row<'_, N>)) -> Result<()> {
        loop {
            if let Waited::Ready(()) = self.finish(&mut take)? {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_table_is_a_table_and_anything_else_is_called_by_its_name() {
        let none = [false; 6];
        for (word, is, kind) in [
            (Some("TABLE"), none, "table"),
            (None, none, "table"),
            (Some("TRANSIENT"), none, "transient"),
            (
                Some("TRANSIENT"),
                [false, false, false, false, true, false],
                "dynamic",
            ),
            (
                Some("TABLE"),
                [true, false, false, false, false, false],
                "external",
            ),
            (Some("EVENT TABLE"), none, "event"),
            (Some("SOMETHING NEW"), none, "something_new"),
        ] {
            assert_eq!(kind_of_table(word, is), kind);
        }
    }
}
