//! A dataset's tables, from the source that tells them best.

use rocky_adapter_sdk::{
    Attributes, Client, Cursor, DescribeRequest, Error, ErrorCode, Outbox, Progress, Result, Step,
    Summary, Waited, log, ready,
};

use crate::listing::Listing;
use crate::names::Dataset;
use crate::rest::RestTables;
use crate::settings::{BigQuerySettings, Shards, Source};
use crate::sql::SqlTables;
use crate::{shards, tables};

/// So many tables are asked for one by one, which is free and takes a second; more are left to a query.
const FEW_TABLES: usize = 200;

/// An answer, page by page.
#[derive(Debug)]
pub struct DatasetTables {
    client: Client,
    dataset: Dataset,
    settings: BigQuerySettings,
    request: DescribeRequest,
    stage: Stage,
    outbox: Outbox,
    /// How many shards were left out.
    left_out: usize,
    reason: String,
    /// The tables to ask for one by one should the query not be permitted.
    instead: Option<Vec<String>>,
}

#[derive(Debug)]
enum Stage {
    Listing(Box<Listing>),
    Rest(RestTables),
    Sql(Box<SqlTables>),
}

impl DatasetTables {
    /// Sends the first request.
    pub fn start(
        client: &Client,
        dataset: Dataset,
        settings: &BigQuerySettings,
        request: DescribeRequest,
    ) -> Self {
        let is_query = settings.source == Source::InformationSchema;
        let (stage, reason) = match request.only.clone() {
            Some(names) if is_query => (
                sql(client, &dataset, settings, Some(names)),
                "the setting `source` says so".to_owned(),
            ),
            Some(names) if names.len() <= FEW_TABLES || settings.source == Source::Rest => {
                let reason = format!("{} tables are wanted", names.len());
                let tables = RestTables::start(client, &dataset, &request, names);
                (Stage::Rest(tables), reason)
            }
            Some(names) => {
                let reason = format!("{} tables are wanted", names.len());
                (sql(client, &dataset, settings, Some(names)), reason)
            }
            None if is_query && settings.shards == Shards::All => (
                sql(client, &dataset, settings, None),
                "the setting `source` says so".to_owned(),
            ),
            None => {
                let listing = Listing::start(client, &dataset);
                (Stage::Listing(Box::new(listing)), String::new())
            }
        };
        Self {
            client: client.clone(),
            dataset,
            settings: settings.clone(),
            request,
            stage,
            outbox: Outbox::new(),
            left_out: 0,
            reason,
            instead: None,
        }
    }

    /// Takes what has come into the outbox; false when nothing more will come.
    fn receive(&mut self) -> Result<Waited<bool>> {
        match &mut self.stage {
            Stage::Listing(listing) => {
                let names = ready!(listing.next()?);
                self.choose(names);
                Ok(Waited::Ready(true))
            }
            Stage::Rest(tables) => tables.receive(&mut self.outbox),
            Stage::Sql(tables) => match tables.receive(&mut self.outbox) {
                Err(error) if error.code == ErrorCode::PermissionDenied => self.turn_to_rest(error),
                outcome => outcome,
            },
        }
    }

    /// The names are known: what of them is wanted, and how to ask for that.
    fn choose(&mut self, names: Vec<String>) {
        let all = names.len();
        let mut wanted = self.settings.tables.only(names);
        if self.settings.shards == Shards::Newest {
            (wanted, self.left_out) = shards::newest(wanted);
        }
        let count = wanted.len();
        let (is_rest, reason) = match self.settings.source {
            Source::Rest => (true, "the setting `source` says so".to_owned()),
            Source::InformationSchema => (false, "the setting `source` says so".to_owned()),
            Source::Auto if count <= FEW_TABLES => {
                (true, format!("{count} tables are few, and REST is free"))
            }
            Source::Auto => (
                false,
                format!("{count} tables would take as many requests, where one query is enough"),
            ),
        };
        let source = if is_rest {
            "the REST API"
        } else {
            "the INFORMATION_SCHEMA"
        };
        log::info!("asking {source}: {reason}");
        self.reason = reason;
        if is_rest {
            let tables = RestTables::start(&self.client, &self.dataset, &self.request, wanted);
            self.stage = Stage::Rest(tables);
            return;
        }
        if self.settings.source == Source::Auto {
            self.instead = Some(wanted.clone());
        }
        let wanted = (count < all).then_some(wanted);
        self.stage = sql(&self.client, &self.dataset, &self.settings, wanted);
    }

    /// Queries are not permitted: reading metadata may be, a request for each table.
    fn turn_to_rest(&mut self, error: Error) -> Result<Waited<bool>> {
        let Some(names) = self.instead.take() else {
            return Err(error);
        };
        log::info!("asking the REST API, because no query is permitted: {error}");
        self.reason = "no query is permitted".to_owned();
        let tables = RestTables::start(&self.client, &self.dataset, &self.request, names);
        self.stage = Stage::Rest(tables);
        let message = "no query is permitted; asking for each table";
        Ok(Waited::Waiting(Progress::new(message)))
    }

    fn explained(&self, error: Error) -> Error {
        let attempted = match &self.stage {
            Stage::Listing(_) => "cannot list the tables",
            Stage::Rest(_) => "cannot get the tables",
            Stage::Sql(_) => "cannot query the INFORMATION_SCHEMA",
        };
        tables::explained(error, &self.dataset, attempted)
    }

    fn summary(&mut self) -> Summary {
        let (source, principal, facts) = match &mut self.stage {
            Stage::Sql(tables) => {
                let (principal, facts) = tables.end();
                ("information_schema", principal, facts)
            }
            _ => ("rest", None, Attributes::new()),
        };
        let mut facts = facts;
        facts.set("source", source);
        facts.set("source_reason", std::mem::take(&mut self.reason));
        let summary = match self.left_out {
            0 => Summary::exhausted(),
            left_out => Summary::truncated(format!(
                "{left_out} tables are older days of others and were left out: the setting `shards` is `newest`"
            )),
        };
        Summary {
            principal,
            attributes: facts,
            ..summary
        }
    }
}

fn sql(
    client: &Client,
    dataset: &Dataset,
    settings: &BigQuerySettings,
    wanted: Option<Vec<String>>,
) -> Stage {
    Stage::Sql(Box::new(SqlTables::start(
        client, dataset, settings, wanted,
    )))
}

impl Cursor for DatasetTables {
    fn next(&mut self) -> Result<Step> {
        if let Some(entries) = self.outbox.portion() {
            return Ok(Step::Page(entries));
        }
        if ready!(self.receive().map_err(|error| self.explained(error))?) {
            // Nothing in it is a sign of life too.
            return Ok(Step::Page(self.outbox.portion().unwrap_or_default()));
        }
        Ok(Step::Done(self.summary()))
    }
}
