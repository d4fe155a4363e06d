//! A schema's tables through INFORMATION_SCHEMA, which needs a warehouse.

use std::collections::HashSet;

use rocky_adapter_sdk::{Client, Error, ErrorCode, Outbox, Progress, Result, Waited, log, ready};

use crate::draft::Draft;
use crate::information::{self, Assembly, COLUMNS, Wanted};
use crate::names::Schema;
use crate::objects::{Listing, Objects};
use crate::request::Session;
use crate::result::Query;

/// Tables under way.
#[derive(Debug)]
pub struct SqlTables {
    client: Client,
    session: Session,
    schema: Schema,
    assembly: Assembly,
    stage: Stage,
    /// What the schema holds, once a part of it has to be asked for by itself.
    objects: Option<Objects>,
    /// Its names, in order.
    names: Vec<String>,
    /// What is still to be asked for, as places in the names.
    ranges: Vec<(usize, usize)>,
    /// Tables that are too large for the view even alone.
    bare: Vec<Draft>,
    wanted: Option<HashSet<String>>,
}

#[derive(Debug)]
enum Stage {
    /// For these, or for all.
    Asking(Box<Query<{ COLUMNS.len() }>>, Option<(usize, usize)>),
    Listing(Box<Listing>),
    Over,
}

impl SqlTables {
    /// Sends the statement. The objects, if they are known, need not be listed where the statement has to be divided.
    pub fn start(
        client: &Client,
        session: &Session,
        schema: &Schema,
        wanted: Wanted,
        objects: Option<Objects>,
    ) -> Self {
        let statement = information::statement(schema, (None, None));
        let query = Query::start(client, session, &statement, COLUMNS);
        Self {
            client: client.clone(),
            session: session.clone(),
            schema: schema.clone(),
            stage: Stage::Asking(Box::new(query), None),
            objects,
            names: Vec::new(),
            ranges: Vec::new(),
            bare: Vec::new(),
            wanted: wanted.names.clone(),
            assembly: Assembly::new(wanted),
        }
    }

    /// Takes what has come into the outbox; false when nothing more will come.
    pub fn receive(&mut self, outbox: &mut Outbox) -> Result<Waited<bool>> {
        let assembly = &mut self.assembly;
        match &mut self.stage {
            Stage::Asking(query, range) => {
                let range = *range;
                let more = match query.next(|row| assembly.add(row, outbox)) {
                    Err(error) if error.code == ErrorCode::TooLarge => {
                        return self.divide(range, &error);
                    }
                    outcome => ready!(outcome?),
                };
                if !more {
                    assembly.end(outbox);
                    self.turn()?;
                }
            }
            Stage::Listing(listing) => {
                let objects = ready!(listing.next()?);
                self.split(objects);
                self.turn()?;
            }
            Stage::Over => return Ok(Waited::Ready(false)),
        }
        Ok(Waited::Ready(true))
    }

    /// Who asked.
    pub fn role(&mut self) -> Option<String> {
        self.assembly.role()
    }

    /// The tables of which something is missing.
    pub fn parts(&mut self) -> Vec<Draft> {
        let mut parts = self.assembly.parts();
        parts.append(&mut self.bare);
        parts
    }

    /// A limit, Snowflake's or our own, is told as an error, perhaps after some rows: half of the tables may stay below it.
    fn divide(&mut self, range: Option<(usize, usize)>, error: &Error) -> Result<Waited<bool>> {
        self.assembly.break_off();
        log::info!("asking for fewer tables at a time: {error}");
        match range {
            Some((from, to)) if to - from > 1 => {
                let middle = from.midpoint(to);
                self.ranges.extend([(middle, to), (from, middle)]);
            }
            Some((from, _)) => self.put_aside(from),
            None => {
                let Some(objects) = self.objects.take() else {
                    let listing = Listing::start(&self.client, &self.session, &self.schema);
                    self.stage = Stage::Listing(Box::new(listing));
                    return Ok(waiting());
                };
                self.split(objects);
            }
        }
        self.turn()?;
        Ok(waiting())
    }

    /// A table that is too large alone is described by itself.
    fn put_aside(&mut self, place: usize) {
        let name = self.names.get(place).cloned().unwrap_or_default();
        let objects = self.objects.as_mut();
        if let Some(object) = objects.and_then(|objects| objects.remove(&name)) {
            self.bare.push(Draft::new(name, object));
        }
    }

    /// The names are known: each half by itself.
    fn split(&mut self, objects: Objects) {
        let wanted = self.wanted.as_ref();
        let is_wanted = |name: &&String| wanted.is_none_or(|names| names.contains(*name));
        self.names = objects.keys().filter(is_wanted).cloned().collect();
        self.objects = Some(objects);
        let middle = self.names.len() / 2;
        let halves = [(middle, self.names.len()), (0, middle)];
        let halves = halves.into_iter().filter(|(from, to)| from < to);
        self.ranges.extend(halves);
    }

    /// Asks for the next range, if one is left.
    fn turn(&mut self) -> Result<()> {
        let Some((from, to)) = self.ranges.pop() else {
            self.stage = Stage::Over;
            // What could be listed is a schema that there is.
            return match self.assembly.exists() || self.objects.is_some() {
                true => Ok(()),
                false => Err(Error::not_found(
                    "INFORMATION_SCHEMA.SCHEMATA does not list it",
                )),
            };
        };
        // Names that were not listed, because they are new, belong to the range that they come into.
        let bound = |place: usize| self.names.get(place).map(String::as_str);
        let range = (bound(from).filter(|_| from > 0), bound(to));
        let statement = information::statement(&self.schema, range);
        let query = Query::start(&self.client, &self.session, &statement, COLUMNS);
        self.stage = Stage::Asking(Box::new(query), Some((from, to)));
        Ok(())
    }
}

fn waiting() -> Waited<bool> {
    Waited::Waiting(Progress::new(
        "the information schema is too large for one query; asking for a part of it",
    ))
}
