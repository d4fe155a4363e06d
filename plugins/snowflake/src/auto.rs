//! A schema's tables from the source that the user has chosen, or from the first that can tell all of them.

use std::collections::HashSet;

use rocky_adapter_sdk::{
    Attributes, Client, Cursor, DescribeRequest, Entry, Error, ErrorCode, Outbox, Progress, Result,
    Step, Summary, Waited, log, ready,
};

use crate::completion::{Completion, hand_over};
use crate::draft::Draft;
use crate::failure;
use crate::information::Wanted;
use crate::names::Schema;
use crate::objects::{Listing, Objects};
use crate::principal::Principal;
use crate::request::{List, ROWS_OF_SHOW};
use crate::rest::{Item, Lists};
use crate::settings::{SnowflakeSettings, Source};
use crate::show::{Outcome, ShowTables};
use crate::sql::SqlTables;

/// Up to so many tables of a schema are described by themselves where just they are wanted.
const FEW_TABLES: usize = 16;

/// An answer, page by page.
#[derive(Debug)]
pub struct SchemaTables {
    client: Client,
    schema: Schema,
    settings: SnowflakeSettings,
    request: DescribeRequest,
    wanted: Option<HashSet<String>>,
    stage: Stage,
    principal: Principal,
    role: Option<String>,
    outbox: Outbox,
    /// What another source has handed over before.
    told: HashSet<String>,
    /// What the schema holds, once that is known.
    objects: Option<Objects>,
    /// Which source it came to, and why.
    source: &'static str,
    reason: String,
}

#[derive(Debug)]
enum Stage {
    Show(Box<ShowTables>),
    Rest(Box<Lists>),
    Sql(Box<SqlTables>),
    /// The names come first, because each is asked for by itself.
    Listing(Box<Listing>),
    Completing(Box<Completion>),
    Over,
}

impl SchemaTables {
    /// Begins with the source that the settings name.
    pub fn start(
        client: &Client,
        schema: Schema,
        settings: &SnowflakeSettings,
        request: DescribeRequest,
    ) -> Self {
        let session = &settings.session;
        let wanted: Option<HashSet<String>> = request
            .only
            .clone()
            .map(|names| names.into_iter().collect());
        let is_few = wanted
            .as_ref()
            .is_some_and(|names| names.len() <= FEW_TABLES);
        let mut reason = match settings.source {
            Source::Auto => "SHOW needs no warehouse",
            _ => "the setting `source` says so",
        };
        let (stage, source) = match settings.source {
            Source::Auto | Source::Show if is_few => {
                reason = "few tables are wanted";
                let listing = Listing::start(client, session, &schema);
                (Stage::Listing(Box::new(listing)), "describe")
            }
            Source::Auto | Source::Show => {
                let tables = ShowTables::start(client, session, &schema, wanted.clone());
                (Stage::Show(Box::new(tables)), "show")
            }
            Source::Rest => {
                let lists = Lists::start(client, session, &schema);
                (Stage::Rest(Box::new(lists)), "rest")
            }
            Source::InformationSchema => {
                let (request, wanted) = (request.clone(), wanted.clone());
                let tables =
                    SqlTables::start(client, session, &schema, Wanted::new(request, wanted), None);
                (Stage::Sql(Box::new(tables)), "information_schema")
            }
        };
        Self {
            principal: match &stage {
                // Its rows tell the role.
                Stage::Sql(_) => Principal::known(client, session, &request.learned),
                _ => Principal::ask(client, session, &request.learned),
            },
            client: client.clone(),
            schema,
            settings: settings.clone(),
            request,
            wanted,
            stage,
            role: None,
            outbox: Outbox::new(),
            told: HashSet::new(),
            objects: None,
            source,
            reason: reason.to_owned(),
        }
    }

    /// Takes what has come into the outbox; false when nothing more will come.
    fn receive(&mut self) -> Result<Waited<bool>> {
        match &mut self.stage {
            Stage::Show(tables) => match tables.next() {
                Err(error) if self.settings.source == Source::Auto && is_closed(&error) => {
                    self.turn_to_rest(format!("SHOW is refused: {error}"));
                }
                outcome => {
                    let outcome = ready!(outcome?);
                    self.shown(outcome)?;
                }
            },
            Stage::Rest(lists) => match lists.next(|item, of| {
                let (wanted, objects) = (self.wanted.as_ref(), self.objects.as_ref());
                list(item, of, wanted, objects, &mut self.outbox)
            }) {
                Err(error) if self.settings.source == Source::Auto && failure::may_turn(&error) => {
                    self.told.extend(lists.seen().iter().cloned());
                    self.turn_to_sql(&error);
                }
                outcome => {
                    if !ready!(outcome?) {
                        self.listed()?;
                    }
                }
            },
            Stage::Sql(tables) => match tables.receive(&mut self.outbox) {
                Err(error)
                    if self.settings.source == Source::Auto && failure::is_of_warehouse(&error) =>
                {
                    self.turn_to_describe(&error)?;
                }
                outcome => {
                    if !ready!(outcome?) {
                        self.role = tables.role();
                        let parts = tables.parts();
                        self.complete(parts)?;
                    }
                }
            },
            Stage::Listing(listing) => {
                let objects = ready!(listing.next()?);
                self.one_by_one(objects)?;
            }
            Stage::Completing(completion) => {
                if !ready!(completion.receive(&mut self.outbox)?) {
                    self.stage = Stage::Over;
                }
            }
            Stage::Over => return Ok(Waited::Ready(false)),
        }
        Ok(Waited::Ready(true))
    }

    fn shown(&mut self, outcome: Outcome) -> Result<()> {
        let objects = match outcome {
            Outcome::Whole(drafts) => {
                let parts = hand_over(drafts, &mut self.outbox);
                return self.complete(parts);
            }
            Outcome::CutOff(objects) => objects,
        };
        let reason = format!("SHOW tells of no more than {ROWS_OF_SHOW} columns");
        match self.settings.source {
            Source::Auto => {
                self.objects = Some(objects);
                self.turn_to_rest(reason);
                Ok(())
            }
            _ => {
                (self.source, self.reason) = ("describe", reason);
                self.one_by_one(objects)
            }
        }
    }

    /// The REST API's lists have come to their end.
    fn listed(&mut self) -> Result<()> {
        let Stage::Rest(lists) = &self.stage else {
            return Ok(());
        };
        // What the REST API does not list, and SHOW does, is described by itself.
        let mut objects = self.objects.take().unwrap_or_default();
        objects.retain(|name, _| !lists.seen().contains(name));
        match objects.is_empty() {
            true => self.stage = Stage::Over,
            false => self.one_by_one(objects)?,
        }
        Ok(())
    }

    fn turn_to_rest(&mut self, reason: String) {
        log::info!("asking the REST API: {reason}");
        (self.source, self.reason) = ("rest", reason);
        let lists = Lists::start(&self.client, &self.settings.session, &self.schema);
        self.stage = Stage::Rest(Box::new(lists));
    }

    fn turn_to_sql(&mut self, error: &Error) {
        log::info!("asking the INFORMATION_SCHEMA: {error}");
        self.source = "information_schema";
        self.reason = format!("{}, and the REST API does not tell: {error}", self.reason);
        let tables = SqlTables::start(
            &self.client,
            &self.settings.session,
            &self.schema,
            Wanted {
                told: self.told.clone(),
                ..Wanted::new(self.request.clone(), self.wanted.clone())
            },
            self.objects.clone(),
        );
        self.stage = Stage::Sql(Box::new(tables));
    }

    fn turn_to_describe(&mut self, error: &Error) -> Result<()> {
        log::info!("describing each table by itself: {error}");
        self.source = "describe";
        self.reason = format!("{}, and there is no warehouse", self.reason);
        match self.objects.take() {
            Some(objects) => self.one_by_one(objects),
            None => {
                let session = &self.settings.session;
                let listing = Listing::start(&self.client, session, &self.schema);
                self.stage = Stage::Listing(Box::new(listing));
                Ok(())
            }
        }
    }

    /// Asks for what is missing of these.
    fn complete(&mut self, drafts: Vec<Draft>) -> Result<()> {
        let drafts = self.wanted_of(drafts);
        self.stage = match drafts.is_empty() {
            true => Stage::Over,
            false => {
                let completion =
                    Completion::start(&self.client, &self.settings, &self.schema, drafts)?;
                Stage::Completing(Box::new(completion))
            }
        };
        Ok(())
    }

    /// Describes each of these by itself, if the user lets so many statements run.
    fn one_by_one(&mut self, objects: Objects) -> Result<()> {
        let drafts = objects.into_iter();
        let drafts = drafts.map(|(name, object)| Draft::new(name, object));
        let drafts = self.wanted_of(drafts.collect());
        let completion = Completion::one_by_one(&self.client, &self.settings, &self.schema, drafts)
            .map_err(|error| error.context(&self.reason))?;
        self.stage = Stage::Completing(Box::new(completion));
        Ok(())
    }

    /// Those that are wanted and were not told before.
    fn wanted_of(&self, drafts: Vec<Draft>) -> Vec<Draft> {
        let is_wanted = |draft: &Draft| {
            let (name, wanted) = (draft.name(), self.wanted.as_ref());
            wanted.is_none_or(|names| names.contains(name))
                && self.settings.tables.admits(name)
                && !self.told.contains(name)
        };
        drafts.into_iter().filter(is_wanted).collect()
    }

    fn explained(&self, error: Error) -> Error {
        let name = self.schema.quoted();
        if failure::is_without_warehouse(&error) {
            let why = match &self.settings.session.warehouse {
                Some(warehouse) => format!(
                    "the setting `warehouse` names `{warehouse}`, which does not exist, or is not for this role"
                ),
                None => "the setting `warehouse` has to say which warehouse computes, because this user has none by default".to_owned(),
            };
            return error.context(format_args!(
                "cannot query the INFORMATION_SCHEMA of schema {name}: {why}"
            ));
        }
        if error.code == ErrorCode::NotFound {
            let hint = self.schema.hint().map(|hint| format!(" ({hint})"));
            return error.context(format_args!(
                "schema {name} does not exist, or is hidden from this role{}",
                hint.unwrap_or_default()
            ));
        }
        let attempted = match &self.stage {
            Stage::Show(_) => "cannot show the columns",
            Stage::Rest(_) => "cannot list the tables",
            Stage::Sql(_) => "cannot query the INFORMATION_SCHEMA",
            Stage::Listing(_) => "cannot show the tables",
            Stage::Completing(_) | Stage::Over => "cannot describe the tables",
        };
        error.context(format_args!("{attempted} of schema {name}"))
    }

    fn summary(&mut self, role: Option<String>) -> Summary {
        let role = role.or_else(|| self.role.take());
        Summary {
            learned: Principal::learned(role.as_deref()),
            principal: role,
            attributes: Attributes::from_iter([
                ("source", self.source.to_owned()),
                ("source_reason", std::mem::take(&mut self.reason)),
            ]),
            ..Summary::exhausted()
        }
    }
}

/// Hands over a table of the REST API's lists, if it is wanted; false if it is to be described by itself. What it is SHOW knows better, if it
/// was asked.
fn list(
    item: Item<'_>,
    of: List,
    wanted: Option<&HashSet<String>>,
    objects: Option<&Objects>,
    outbox: &mut Outbox,
) -> Result<bool> {
    if wanted.is_some_and(|names| !names.contains(&*item.name)) {
        return Ok(true);
    }
    let has_columns = item.has_columns();
    let object = objects.and_then(|objects| objects.get(&*item.name));
    let mut table = item.into_table(of)?;
    if let Some(object) = object {
        table.kind.clone_from(&object.kind);
    }
    outbox.push(match (has_columns, object) {
        (true, _) => Entry::Table(table),
        (false, Some(_)) => return Ok(false),
        (false, None) => {
            let message = "the REST API lists no column of it; they may be hidden from this role";
            Entry::Failed(table.name, Error::protocol(message))
        }
    });
    Ok(true)
}

/// Whether the statements of this user are refused, all of them, or their result is too large to come.
fn is_closed(error: &Error) -> bool {
    let is_of_statement = error.attributes.get("http_status") == Some("422");
    !is_of_statement
        && matches!(
            error.code,
            ErrorCode::PermissionDenied
                | ErrorCode::NotFound
                | ErrorCode::Unsupported
                | ErrorCode::TooLarge
        )
}

impl Cursor for SchemaTables {
    fn next(&mut self) -> Result<Step> {
        if let Some(entries) = self.outbox.portion() {
            return Ok(Step::Page(entries));
        }
        if ready!(self.receive().map_err(|error| self.explained(error))?) {
            // Nothing in it is a sign of life too.
            return Ok(match self.outbox.portion() {
                Some(entries) => Step::Page(entries),
                None => Step::Waiting(Progress::new("more is on its way")),
            });
        }
        let role = ready!(self.principal.settle()?);
        Ok(Step::Done(self.summary(role)))
    }
}
