//! Who asks.

use std::time::Duration;

use rocky_adapter_sdk::{Attributes, Call, Client, Result, Waited, log};

use crate::page::Me;
use crate::request;

/// What `learned` calls the principal.
const LEARNED: &str = "principal";

/// The principal, asked for beside the tables. It is worth knowing but nothing depends on it, so failing to learn it is only told.
#[derive(Debug)]
pub struct Principal {
    asked: Option<Call>,
    /// When the end of the answer began to wait for it.
    waiting_since: Option<Duration>,
    name: Option<String>,
    client: Client,
}

impl Principal {
    /// How long the end of an answer is held up for it.
    const MOST_HOLD: Duration = Duration::from_secs(5);

    /// Asks, unless an earlier instance has learned it.
    pub fn ask(client: &Client, learned: &Attributes) -> Self {
        let name = learned.get(LEARNED).map(str::to_owned);
        let asked = name.is_none().then(|| client.send(request::me()));
        Self {
            asked,
            waiting_since: None,
            name,
            client: client.clone(),
        }
    }

    /// The answer.
    pub fn settle(&mut self) -> Result<Waited<Option<String>>> {
        if let Some(call) = &mut self.asked {
            let since = *self.waiting_since.get_or_insert(self.client.now());
            match call.wait() {
                Ok(Waited::Waiting(progress)) if self.client.now() - since < Self::MOST_HOLD => {
                    return Ok(Waited::Waiting(progress));
                }
                Ok(Waited::Waiting(_)) => log::info!("who asks is not known: no answer in time"),
                Ok(Waited::Ready(response)) => match response.json::<Me>() {
                    Ok(me) => self.name = Some(me.user_name.into()),
                    Err(error) => log::info!("who asks is not known: {error}"),
                },
                Err(error) => log::info!("who asks is not known: {error}"),
            }
            self.asked = None;
        }
        Ok(Waited::Ready(
            self.name.clone().filter(|name| !name.is_empty()),
        ))
    }

    /// What the next instance need not ask again.
    pub fn learned(name: Option<&str>) -> Attributes {
        name.map(|name| (LEARNED, name)).into_iter().collect()
    }
}
