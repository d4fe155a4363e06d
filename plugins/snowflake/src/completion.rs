//! What is missing of tables, from a source that tells every type whole.

use std::collections::HashMap;

use rocky_adapter_sdk::{Client, Entry, Error, ErrorCode, Outbox, Result, Waited, log, ready};

use crate::describe::Describing;
use crate::draft::Draft;
use crate::failure;
use crate::names::Schema;
use crate::request::{List, Session};
use crate::rest::{Item, Lists};
use crate::settings::SnowflakeSettings;

/// Up to so many tables a statement for each is less work than a list of the whole schema.
const FEW_TABLES: usize = 16;

/// Tables that are being completed.
#[derive(Debug)]
pub struct Completion {
    client: Client,
    session: Session,
    schema: Schema,
    stage: Stage,
    held: HashMap<String, Draft>,
    /// How many statements may run.
    most: u64,
}

#[derive(Debug)]
enum Stage {
    /// The REST API tells of all tables at once.
    Lists(Box<Lists>),
    /// A statement for each of those that are left.
    Describing(Box<Describing>),
}

impl Completion {
    /// Asks for what is missing of these.
    pub fn start(
        client: &Client,
        settings: &SnowflakeSettings,
        schema: &Schema,
        drafts: Vec<Draft>,
    ) -> Result<Self> {
        if drafts.len() <= FEW_TABLES {
            return Self::one_by_one(client, settings, schema, drafts);
        }
        // A list of which nothing is missing need not be asked for.
        let is_missing = |list| {
            let is_view = list == List::Views;
            drafts.iter().any(|draft| draft.is_view() == is_view)
        };
        let session = &settings.session;
        let lists = match (is_missing(List::Tables), is_missing(List::Views)) {
            (false, _) => Lists::of(client, session, schema, List::Views, None),
            (true, false) => Lists::of(client, session, schema, List::Tables, None),
            (true, true) => Lists::start(client, session, schema),
        };
        let held = drafts.into_iter();
        Ok(Self {
            client: client.clone(),
            session: settings.session.clone(),
            schema: schema.clone(),
            stage: Stage::Lists(Box::new(lists)),
            held: held.map(|it| (it.name().to_owned(), it)).collect(),
            most: settings.max_statements,
        })
    }

    /// Asks for each of these by itself.
    ///
    /// # Errors
    /// When the user does not let so many statements run.
    pub fn one_by_one(
        client: &Client,
        settings: &SnowflakeSettings,
        schema: &Schema,
        drafts: Vec<Draft>,
    ) -> Result<Self> {
        check(drafts.len(), settings.max_statements)?;
        let describing = Describing::start(client, &settings.session, schema, drafts);
        Ok(Self {
            client: client.clone(),
            session: settings.session.clone(),
            schema: schema.clone(),
            stage: Stage::Describing(Box::new(describing)),
            held: HashMap::new(),
            most: settings.max_statements,
        })
    }

    /// Takes what has come into the outbox; false when nothing more will come.
    pub fn receive(&mut self, outbox: &mut Outbox) -> Result<Waited<bool>> {
        let lists = match &mut self.stage {
            Stage::Describing(tables) => {
                let entry = ready!(tables.next()?);
                let more = entry.is_some();
                outbox.extend(entry);
                return Ok(Waited::Ready(more));
            }
            Stage::Lists(lists) => lists,
        };
        let held = &mut self.held;
        let more = match lists.next(|item, _| complete(held, item, outbox)) {
            Err(error) if failure::may_turn(&error) => {
                log::info!("asking for each table, because the REST API does not tell: {error}");
                false
            }
            outcome => ready!(outcome?),
        };
        if !more {
            self.turn()?;
        }
        Ok(Waited::Ready(true))
    }

    /// The lists are at their end.
    fn turn(&mut self) -> Result<()> {
        let mut left: Vec<Draft> = self.held.drain().map(|(_, draft)| draft).collect();
        check(left.len(), self.most)?;
        left.sort_by(|one, other| one.name().cmp(other.name()));
        let describing = Describing::start(&self.client, &self.session, &self.schema, left);
        self.stage = Stage::Describing(Box::new(describing));
        Ok(())
    }
}

/// Whether the user lets so many statements run.
fn check(statements: usize, most: u64) -> Result<()> {
    if statements as u64 <= most {
        return Ok(());
    }
    let message = format!(
        "{statements} tables would take as many statements, and the setting `max_statements` allows {most}"
    );
    Err(Error::new(ErrorCode::TooLarge, message))
}

/// Takes what is missing of a table from the list, and hands it over if it is whole then.
fn complete(
    held: &mut HashMap<String, Draft>,
    mut item: Item<'_>,
    outbox: &mut Outbox,
) -> Result<bool> {
    let Some(draft) = held.get_mut(&*item.name) else {
        return Ok(true);
    };
    // It stays until it is whole: what fails here is described by itself.
    match draft.is_bare() {
        true => draft.fill(item.take_columns(draft.is_view())?),
        false => draft.fill_types(&item.types()?),
    }
    if draft.is_whole()
        && let Some(draft) = held.remove(&*item.name)
    {
        outbox.push(draft.into_entry());
    }
    Ok(true)
}

/// Hands over the drafts that are whole; returns the others.
pub fn hand_over(drafts: Vec<Draft>, outbox: &mut Outbox) -> Vec<Draft> {
    let (whole, left): (Vec<Draft>, Vec<Draft>) = drafts.into_iter().partition(Draft::is_whole);
    let whole: Vec<Entry> = whole.into_iter().map(Draft::into_entry).collect();
    outbox.extend(whole);
    left
}
