//! A schema's tables through SHOW, which needs no warehouse.

use std::collections::{HashMap, HashSet};

use rocky_adapter_sdk::{Client, Column, Error, Result, Waited, ready};

use crate::draft::{Draft, set_facts};
use crate::names::{self, Schema};
use crate::objects::{Listing, Object, Objects};
use crate::request::{ROWS_OF_SHOW, Session, Statement};
use crate::result::Query;
use crate::rows::Row;
use crate::types::{self, Told};

/// What SHOW COLUMNS answers.
const COLUMNS: [&str; 10] = [
    "table_name",
    "column_name",
    "data_type",
    "null?",
    "default",
    "comment",
    "expression|optional",
    "autoincrement|optional",
    "database_name|optional",
    "schema_name|optional",
];

/// What became of it.
#[derive(Debug)]
pub enum Outcome {
    /// Every table; of some the types are told in part only.
    Whole(Vec<Draft>),
    /// SHOW has left columns out, as it does without a word beyond so many rows.
    CutOff(Objects),
}

/// Tables under way.
#[derive(Debug)]
pub struct ShowTables {
    columns: Query<{ COLUMNS.len() }>,
    listing: Option<Listing>,
    objects: Objects,
    drafts: Drafts,
}

impl ShowTables {
    /// Asks for all columns of the schema, and for its objects.
    pub fn start(
        client: &Client,
        session: &Session,
        schema: &Schema,
        wanted: Option<HashSet<String>>,
    ) -> Self {
        let sql = format!("SHOW COLUMNS IN SCHEMA {}", schema.quoted());
        let statement = Statement::metadata(sql);
        Self {
            columns: Query::start(client, session, &statement, COLUMNS),
            listing: Some(Listing::start(client, session, schema)),
            objects: Objects::new(),
            drafts: Drafts {
                asked: Some(schema.clone()),
                wanted,
                ..Drafts::default()
            },
        }
    }

    /// What became of it, once everything has come.
    pub fn next(&mut self) -> Result<Waited<Outcome>> {
        if let Some(listing) = &mut self.listing {
            self.objects = ready!(listing.next()?);
            self.listing = None;
        }
        let (drafts, objects) = (&mut self.drafts, &mut self.objects);
        while ready!(self.columns.next(|row| drafts.add(row, objects))?) {}
        if self.columns.count() >= ROWS_OF_SHOW as u64 {
            let mut objects = std::mem::take(objects);
            objects.extend(std::mem::take(&mut drafts.taken));
            return Ok(Waited::Ready(Outcome::CutOff(objects)));
        }
        Ok(Waited::Ready(Outcome::Whole(drafts.finish(objects))))
    }
}

/// Tables under assembly, from rows of one column each.
#[derive(Debug, Default)]
struct Drafts {
    /// Where the columns are to be.
    asked: Option<Schema>,
    wanted: Option<HashSet<String>>,
    /// None for what nobody has asked for.
    drafts: Vec<Option<Draft>>,
    places: HashMap<String, usize>,
    /// What the drafts were made of.
    taken: Objects,
    /// Where the last row went, because most follow one of the same table.
    last: usize,
    /// Types that have been read: most columns share theirs with others.
    types: HashMap<String, (Told, Option<String>)>,
}

impl Drafts {
    fn add(&mut self, row: Row<'_, { COLUMNS.len() }>, objects: &mut Objects) -> Result<()> {
        let [
            table,
            column,
            data_type,
            null,
            default,
            comment,
            expression,
            identity,
            database,
            schema,
        ] = row;
        self.check_place(database.as_deref(), schema.as_deref())?;
        let missing =
            |what: &str| Error::protocol(format!("a row of SHOW COLUMNS has no `{what}`"));
        let table = table.ok_or_else(|| missing("table_name"))?;
        let name = column.ok_or_else(|| missing("column_name"))?;
        let data_type = data_type.ok_or_else(|| missing("data_type"))?;
        let place = self.place(&table, objects);
        let Some(draft) = self.drafts.get_mut(place).and_then(Option::as_mut) else {
            return Ok(());
        };
        let (told, collation) = match self.types.get(&*data_type) {
            Some(known) => known.clone(),
            None => {
                let told = types::of_show(&data_type).map_err(|error| {
                    error.context(format_args!("column `{name}` of table `{table}`"))
                })?;
                self.types.insert(data_type.into(), told.clone());
                told
            }
        };
        let mut column = Column::new(name, "")
            .with_nullable(is_nullable(null.as_deref()))
            .with_comment(comment);
        set_facts(
            &mut column,
            collation,
            default.as_deref(),
            identity.as_deref(),
            expression.as_deref(),
        );
        draft.push(column, told);
        Ok(())
    }

    /// Whether the row is of the schema that was asked for.
    fn check_place(&self, database: Option<&str>, schema: Option<&str>) -> Result<()> {
        let Some(asked) = &self.asked else {
            return Ok(());
        };
        let is_other = |told: Option<&str>, asked: &str| told.is_some_and(|told| told != asked);
        if !is_other(database, &asked.database) && !is_other(schema, &asked.name) {
            return Ok(());
        }
        let told = [database, schema]
            .map(Option::unwrap_or_default)
            .map(names::quoted);
        Err(Error::invalid_config(format!(
            "Snowflake answers for {} instead: it ignores letter case within quotes where the user's parameter \
             QUOTED_IDENTIFIERS_IGNORE_CASE is true, which has to be false",
            told.join(".")
        )))
    }

    fn place(&mut self, table: &str, objects: &mut Objects) -> usize {
        let last = self.drafts.get(self.last).and_then(Option::as_ref);
        if last.is_some_and(|draft| draft.name() == table) {
            return self.last;
        }
        self.last = match self.places.get(table) {
            Some(place) => *place,
            None => {
                // One that is made while the lists come is in one of them only.
                let object = objects.remove(table).unwrap_or_else(|| Object {
                    kind: "table".to_owned(),
                    ..Object::default()
                });
                self.taken.insert(table.to_owned(), object.clone());
                let draft = self
                    .is_wanted(table)
                    .then(|| Draft::new(table.to_owned(), object));
                self.places.insert(table.to_owned(), self.drafts.len());
                self.drafts.push(draft);
                self.drafts.len() - 1
            }
        };
        self.last
    }

    fn is_wanted(&self, table: &str) -> bool {
        self.wanted
            .as_ref()
            .is_none_or(|names| names.contains(table))
    }

    /// All of them, with those of which no column was told.
    fn finish(&mut self, objects: &mut Objects) -> Vec<Draft> {
        let bare = std::mem::take(objects)
            .into_iter()
            .filter(|(name, _)| self.is_wanted(name))
            .map(|(name, object)| Draft::new(name, object));
        let bare: Vec<Draft> = bare.collect();
        let drafts = std::mem::take(&mut self.drafts);
        drafts.into_iter().flatten().chain(bare).collect()
    }
}

/// `true` and `false`, or, as it was told before, `NOT_NULL`.
pub fn is_nullable(text: Option<&str>) -> bool {
    let no = ["false", "N", "NO", "NOT_NULL"];
    !text.is_some_and(|text| no.iter().any(|no| text.eq_ignore_ascii_case(no)))
}
