//! Who asks: the role.

use std::time::Duration;

use rocky_adapter_sdk::{Attributes, Client, Result, Waited, log};

use crate::request::{Session, Statement};
use crate::result::Query;

/// What `learned` calls the role.
const LEARNED: &str = "role";

/// The role, asked for beside the tables. It is worth knowing but nothing depends on it, so failing to learn it is only told.
#[derive(Debug)]
pub struct Principal {
    client: Client,
    asked: Option<Box<Query<1>>>,
    /// When the end of the answer began to wait for it.
    waiting_since: Option<Duration>,
    role: Option<String>,
}

impl Principal {
    /// How long the end of an answer is held up for it.
    const MOST_HOLD: Duration = Duration::from_secs(5);

    /// What the user has said, or an earlier instance has learned.
    pub fn known(client: &Client, session: &Session, learned: &Attributes) -> Self {
        let role = session.role.as_deref().or(learned.get(LEARNED));
        Self {
            client: client.clone(),
            asked: None,
            waiting_since: None,
            role: role.map(str::to_owned),
        }
    }

    /// Asks, unless the user has said it or an earlier instance has learned it. The statement reads nothing, so it needs no warehouse.
    pub fn ask(client: &Client, session: &Session, learned: &Attributes) -> Self {
        let mut principal = Self::known(client, session, learned);
        if principal.role.is_none() {
            let statement = Statement::metadata("SELECT CURRENT_ROLE() AS \"role\"".to_owned());
            let query = Query::start(client, session, &statement, ["role"]);
            principal.asked = Some(Box::new(query));
        }
        principal
    }

    /// The answer.
    pub fn settle(&mut self) -> Result<Waited<Option<String>>> {
        if let Some(query) = &mut self.asked {
            let since = *self.waiting_since.get_or_insert(self.client.now());
            let role = &mut self.role;
            loop {
                let outcome = query.next(|[cell]| {
                    *role = cell.map(Into::into);
                    Ok(())
                });
                match outcome {
                    Ok(Waited::Waiting(progress))
                        if self.client.now() - since < Self::MOST_HOLD =>
                    {
                        return Ok(Waited::Waiting(progress));
                    }
                    Ok(Waited::Ready(true)) => continue,
                    Ok(Waited::Ready(false)) => {}
                    Ok(Waited::Waiting(_)) => {
                        log::info!("the role is not known: no answer in time")
                    }
                    Err(error) => log::info!("the role is not known: {error}"),
                }
                break;
            }
            self.asked = None;
        }
        let role = self.role.clone();
        Ok(Waited::Ready(role.filter(|role| !role.is_empty())))
    }

    /// What the next instance need not ask again.
    pub fn learned(role: Option<&str>) -> Attributes {
        role.map(|role| (LEARNED, role)).into_iter().collect()
    }
}
