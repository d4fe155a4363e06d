//! Running a statement to its end.

use std::time::Duration;

use rocky_adapter_sdk::{
    Call, Client, Error, ErrorCode, Pacer, Pipeline, Progress, Request, Response, Result, Waited,
    log, ready,
};

use crate::{failure, request, rows};

/// A statement under way. Dropping it cancels it on the warehouse, so that nothing runs for nobody.
#[derive(Debug)]
pub struct Statement {
    client: Client,
    state: State,
    id: Option<String>,
    pacer: Pacer,
    started: Duration,
    message: &'static str,
}

#[derive(Debug)]
enum State {
    /// Databricks was asked to start it, or how it does.
    Asked(Call),
    /// It runs, and is left in peace for a while.
    Pausing,
    /// It does not run any more.
    Over,
}

impl Statement {
    /// How long dropping waits for the id of a statement that was just sent: a little longer than Databricks holds it back.
    const ID_GRACE: Duration = Duration::from_secs(6);

    /// Databricks keeps a result for longer than this, so that one that is gone earlier was never there.
    const KEPT: Duration = Duration::from_secs(15 * 60);

    /// How long dropping waits until the cancellation is on its way.
    const CANCEL_GRACE: Duration = Duration::from_secs(2);

    /// Sends it.
    pub fn start(client: &Client, execute: Request) -> Self {
        Self {
            client: client.clone(),
            state: State::Asked(client.send(execute)),
            id: None,
            pacer: Pacer::new(client),
            started: client.now(),
            message: "the statement is on its way to the SQL warehouse",
        }
    }

    /// Waits for it to succeed, for a while. The response holds its result.
    pub fn next(&mut self) -> Result<Waited<Response>> {
        loop {
            let call = match &mut self.state {
                State::Asked(call) => call,
                State::Pausing => {
                    ready!(self.pacer.pause(|| Progress::new(self.message)));
                    self.state = State::Asked(
                        self.client
                            .send(request::statement(self.id.as_deref().unwrap_or_default())),
                    );
                    continue;
                }
                State::Over => {
                    return Err(Error::internal("the statement's result was taken twice"));
                }
            };
            let response = match call.wait() {
                Ok(Waited::Waiting(progress)) if self.id.is_none() => {
                    return Ok(Waited::Waiting(progress));
                }
                Ok(Waited::Waiting(_)) => return Ok(Waited::Waiting(Progress::new(self.message))),
                Ok(Waited::Ready(response)) => response,
                Err(error) => {
                    let error = self.lost(error);
                    return Err(error);
                }
            };
            if self.judge(&response)? {
                return Ok(Waited::Ready(response));
            }
        }
    }

    /// Whether the statement has succeeded.
    fn judge(&mut self, response: &Response) -> Result<bool> {
        let progress: rows::Progress = response.json()?;
        let id = &*self.id.insert(progress.statement_id.into());
        let status = progress.status;
        // Only what is known to go on is waited for, and cancelled.
        self.state = State::Over;
        let error = match &*status.state {
            "SUCCEEDED" => return Ok(true),
            "PENDING" => {
                self.state = State::Pausing;
                self.message = "the SQL warehouse is starting, or busy";
                return Ok(false);
            }
            "RUNNING" => {
                self.state = State::Pausing;
                self.message = "the statement is running";
                return Ok(false);
            }
            "FAILED" => {
                let error = status.error.as_ref();
                let code = error.and_then(|error| error.error_code.as_deref());
                failure::of_statement(
                    code,
                    error
                        .and_then(|error| error.message.as_deref())
                        .unwrap_or("no reason given"),
                )
            }
            "CANCELED" => Error::new(
                ErrorCode::Other("cancelled".to_owned()),
                "somebody, or the warehouse itself, cancelled the statement",
            ),
            "CLOSED" if self.client.now() - self.started < Self::KEPT => Error::new(
                ErrorCode::TooLarge,
                "the statement's result was closed at once, as one is that is too large to come inline",
            ),
            "CLOSED" => Error::new(
                ErrorCode::Unavailable,
                "the statement's result is gone: it was not fetched in time",
            ),
            other => Error::protocol(format!(
                "the statement is in state `{other}`, which is not known"
            )),
        };
        Err(error.with_attribute("statement_id", id.as_str()))
    }

    /// A statement that Databricks does not know any more is not what the caller means by not found.
    fn lost(&mut self, error: Error) -> Error {
        match (&self.id, &error.code) {
            (Some(_), ErrorCode::NotFound) => {
                self.state = State::Over;
                error.with_code(ErrorCode::Unavailable)
            }
            (Some(_), _) => {
                // It may well still run: leave it to be cancelled.
                self.state = State::Pausing;
                error
            }
            (None, _) => {
                self.state = State::Over;
                error
            }
        }
    }

    /// Waits for the id of a statement that was just sent, without which nothing can be cancelled.
    fn learn_id(&mut self, at_most: Duration) {
        if self.id.is_some() {
            return;
        }
        if let State::Asked(call) = &mut self.state
            && let Some(outcome) = call.finish_within(at_most)
        {
            // Whatever is wrong with the answer, nothing is known to run.
            self.state = State::Over;
            if let Ok(response) = outcome {
                let _ = self.judge(&response);
            }
        }
    }

    /// The statement's id, if it is known to run. It counts as over from now on.
    fn give_up(&mut self) -> Option<String> {
        let state = std::mem::replace(&mut self.state, State::Over);
        let runs = matches!(state, State::Asked(_) | State::Pausing);
        self.id.clone().filter(|_| runs)
    }
}

/// Cancels what of these still runs, all at once.
pub fn cancel_all(client: &Client, statements: Vec<&mut Statement>) {
    let mut statements = statements;
    let mut left: Vec<String> = Vec::new();
    let mut cancels = Pipeline::new(client, statements.len());
    let mut cancel = |id: String| {
        cancels.push(id.clone(), request::cancel(&id));
        left.push(id);
    };
    let known = statements.iter_mut().filter(|it| it.id.is_some());
    known.filter_map(|it| it.give_up()).for_each(&mut cancel);
    let deadline = client.now() + Statement::ID_GRACE;
    for statement in statements {
        statement.learn_id(deadline.saturating_sub(client.now()));
        statement.give_up().into_iter().for_each(&mut cancel);
    }
    let deadline = client.now() + Statement::CANCEL_GRACE;
    while client.now() < deadline
        && let Waited::Ready(Some((id, outcome))) = cancels.next_outcome()
    {
        left.retain(|it| *it != id);
        match outcome {
            Ok(_) => log::debug!("statement {id} was cancelled"),
            Err(error) => log::warn!(
                "statement {id} may still run, because it could not be cancelled: {error}"
            ),
        }
    }
    for id in left {
        log::warn!("statement {id} may still run: nobody has said in time that it was cancelled");
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        if !matches!(self.state, State::Over) {
            let client = self.client.clone();
            cancel_all(&client, vec![self]);
        }
    }
}

/// Whether it is the SQL warehouse that does not exist, rather than what the statement is about: the API says so itself.
pub fn is_without_warehouse(error: &Error) -> bool {
    error.code == ErrorCode::NotFound && error.attributes.get("http_status").is_some()
}

/// Says what was attempted where the SQL warehouse does not exist.
pub fn without_warehouse(error: Error, warehouse_id: &str) -> Error {
    error
        .context(format_args!(
            "cannot run a statement on SQL warehouse `{warehouse_id}`, which `warehouse_id` or `http_path` names"
        ))
        .with_code(ErrorCode::InvalidConfig)
}
