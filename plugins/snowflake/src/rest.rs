//! A schema's tables and views through the REST API, which tells every type whole and needs no warehouse.

use std::collections::HashSet;

use rocky_adapter_sdk::json::{Int64, Text};
use rocky_adapter_sdk::{
    Call, Client, Column, Error, ErrorCode, Response, Result, Table, Waited, ready,
};
use serde::Deserialize;

use crate::draft::set_facts;
use crate::names::Schema;
use crate::objects::kind_of_table;
use crate::request::{self, List, Session, TABLES_ON_PAGE};
use crate::types;

/// A table or a view in a list.
#[derive(Debug, Deserialize)]
pub struct Item<'a> {
    /// Its name.
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    table_type: Option<Text<'a>>,
    #[serde(borrow)]
    comment: Option<Text<'a>>,
    #[serde(borrow)]
    columns: Option<Vec<ColumnItem<'a>>>,
}

#[derive(Debug, Deserialize)]
struct ColumnItem<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    datatype: Text<'a>,
    nullable: Option<bool>,
    #[serde(borrow)]
    collate: Option<Text<'a>>,
    #[serde(borrow)]
    default: Option<Text<'a>>,
    #[serde(borrow)]
    comment: Option<Text<'a>>,
    autoincrement: Option<bool>,
    autoincrement_start: Option<Int64>,
    autoincrement_increment: Option<Int64>,
}

/// Both lists under way, page by page.
#[derive(Debug)]
pub struct Lists {
    client: Client,
    session: Session,
    schema: Schema,
    list: List,
    /// What is asked for after it.
    next: Option<List>,
    call: Option<Call>,
    seen: HashSet<String>,
}

impl Lists {
    /// Asks for the first page of the tables; the views follow.
    pub fn start(client: &Client, session: &Session, schema: &Schema) -> Self {
        Self::of(client, session, schema, List::Tables, Some(List::Views))
    }

    /// Asks for the first page of this list; the other follows, if there is one.
    pub fn of(
        client: &Client,
        session: &Session,
        schema: &Schema,
        list: List,
        next: Option<List>,
    ) -> Self {
        let first = request::list(session, schema, list, None);
        Self {
            client: client.clone(),
            session: session.clone(),
            schema: schema.clone(),
            list,
            next,
            call: Some(client.send(first)),
            seen: HashSet::new(),
        }
    }

    /// Gives `take` what is on the next page, and which list that is of; false when there is no more. What `take` does not want counts as
    /// not seen.
    pub fn next(
        &mut self,
        mut take: impl FnMut(Item<'_>, List) -> Result<bool>,
    ) -> Result<Waited<bool>> {
        let Some(call) = &mut self.call else {
            return Ok(Waited::Ready(false));
        };
        let response = ready!(call.wait()?);
        let items: Vec<Item> = page(&response)?;
        let list = self.list;
        self.follow(&items)?;
        for item in items {
            // A page begins behind the first name that begins like the last one, which may be an earlier one.
            if !self.seen.contains(&*item.name) {
                let name = item.name.to_string();
                if take(item, list)? {
                    self.seen.insert(name);
                }
            }
        }
        Ok(Waited::Ready(true))
    }

    /// The names of everything that was taken.
    pub fn seen(&self) -> &HashSet<String> {
        &self.seen
    }

    /// Asks for the page after this one.
    fn follow(&mut self, items: &[Item<'_>]) -> Result<()> {
        let last = items.last().filter(|_| items.len() >= TABLES_ON_PAGE);
        let behind = last.map(|item| item.name.to_string());
        self.call = match (behind, self.list) {
            (Some(behind), list) => {
                if self.seen.contains(&behind) {
                    return Err(Error::protocol(format!(
                        "the list leads in a circle: it comes to `{behind}` for the second time"
                    )));
                }
                Some(self.ask(list, Some(&behind)))
            }
            (None, _) => match self.next.take() {
                Some(next) => {
                    self.list = next;
                    Some(self.ask(next, None))
                }
                None => None,
            },
        };
        Ok(())
    }

    fn ask(&self, list: List, behind: Option<&str>) -> Call {
        let request = request::list(&self.session, &self.schema, list, behind);
        self.client.send(request)
    }
}

fn page(response: &Response) -> Result<Vec<Item<'_>>> {
    match response.status() {
        202 => Err(Error::unsupported(
            "the REST API needs more time for the list than it takes for one answer",
        )),
        _ => response.json(),
    }
}

impl Item<'_> {
    /// The table. Views do not tell which of their columns may be NULL, so all may.
    pub fn into_table(mut self, list: List) -> Result<Table> {
        let kind = kind(&self, list);
        let columns = self.take_columns(list == List::Views)?;
        let mut table = Table::new(self.name, kind).with_comment(self.comment);
        table.columns = columns;
        Ok(table)
    }

    /// Its columns, which are its own no more.
    pub fn take_columns(&mut self, is_view: bool) -> Result<Vec<Column>> {
        let columns = self.columns.take().ok_or_else(|| self.without_columns())?;
        Ok(columns.into_iter().map(|it| column(it, is_view)).collect())
    }

    /// Whether it is listed with columns.
    pub fn has_columns(&self) -> bool {
        self.columns
            .as_ref()
            .is_some_and(|columns| !columns.is_empty())
    }

    /// The names and the types of its columns.
    pub fn types(&self) -> Result<Vec<(&str, &str)>> {
        let columns = self
            .columns
            .as_ref()
            .ok_or_else(|| self.without_columns())?;
        let columns = columns.iter();
        Ok(columns
            .map(|it| (&*it.name, types::of_text(&it.datatype).0))
            .collect())
    }

    fn without_columns(&self) -> Error {
        let message = format!("the REST API leaves out the columns of `{}`", self.name);
        Error::new(ErrorCode::Unsupported, message)
    }
}

fn kind(item: &Item<'_>, list: List) -> String {
    let word = item.kind.as_deref();
    match list {
        List::Tables => {
            let of = item.table_type.as_deref().unwrap_or_default();
            let names = [
                "EXTERNAL",
                "EVENT",
                "HYBRID",
                "ICEBERG",
                "DYNAMIC",
                "IMMUTABLE",
            ];
            kind_of_table(word, names.map(|name| name == of))
        }
        // The lists do not tell materialized views from others.
        List::Views => "view".to_owned(),
    }
}

fn column(item: ColumnItem<'_>, is_view: bool) -> Column {
    let (text, collation) = types::of_text(&item.datatype);
    let told = item.collate.filter(|it| !it.is_empty());
    let collation = collation.or_else(|| told.map(Into::into));
    let mut column = Column::new(item.name, text)
        .with_nullable(is_view || item.nullable.unwrap_or(true))
        .with_comment(item.comment);
    let number = |number: Option<Int64>| number.map_or(1, |it| it.0);
    let identity = item.autoincrement.unwrap_or(false).then(|| {
        let (start, increment) = (item.autoincrement_start, item.autoincrement_increment);
        let (start, increment) = (number(start), number(increment));
        format!("IDENTITY START {start} INCREMENT {increment}")
    });
    set_facts(
        &mut column,
        collation,
        item.default.as_deref(),
        identity.as_deref(),
        None,
    );
    column
}
