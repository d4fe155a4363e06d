//! Running a statement to its end.

use std::time::Duration;

use rocky_adapter_sdk::{
    Call, Client, Error, ErrorCode, Pacer, Progress, Response, Result, Waited, log, ready,
};

use crate::request::{self, Session, Statement};
use crate::rows::Status;

/// A statement under way. Dropping it cancels it, so that nothing runs for nobody.
#[derive(Debug)]
pub struct Execution {
    client: Client,
    state: State,
    handle: Option<String>,
    /// Whether it needs a warehouse, so that it may take long.
    computes: bool,
    pacer: Pacer,
    /// Whether it was asked after at least once.
    was_polled: bool,
}

#[derive(Debug)]
enum State {
    /// Snowflake was asked to start it, or how it does.
    Asked(Call),
    /// It runs, and is left in peace for a while.
    Pausing,
    /// It does not run any more.
    Over,
}

impl Execution {
    /// How long dropping waits for the handle of a statement that was just sent, which Snowflake answers at once.
    const HANDLE_GRACE: Duration = Duration::from_secs(3);

    /// How long dropping waits until the cancellation is on its way.
    const CANCEL_GRACE: Duration = Duration::from_secs(2);

    /// Sends it.
    pub fn start(client: &Client, session: &Session, statement: &Statement) -> Self {
        let submit = request::submit(client, session, statement);
        Self {
            client: client.clone(),
            state: State::Asked(client.send(submit)),
            handle: None,
            computes: statement.computes,
            pacer: Pacer::new(client),
            was_polled: false,
        }
    }

    /// Waits for its end, for a while. The response holds the first part of its result.
    pub fn next(&mut self) -> Result<Waited<Response>> {
        loop {
            let call = match &mut self.state {
                State::Asked(call) => call,
                State::Pausing => {
                    if self.was_polled {
                        ready!(self.pacer.pause(progress));
                    }
                    // What is quick has ended by the time of the first look.
                    self.was_polled = true;
                    let status = request::status(self.handle.as_deref().unwrap_or_default());
                    self.state = State::Asked(self.client.send(status));
                    continue;
                }
                State::Over => {
                    return Err(Error::internal("the statement's result was taken twice"));
                }
            };
            let response = match call.wait() {
                Ok(Waited::Waiting(waits)) if self.handle.is_none() => {
                    return Ok(Waited::Waiting(waits));
                }
                Ok(Waited::Waiting(_)) => return Ok(Waited::Waiting(progress())),
                Ok(Waited::Ready(response)) => response,
                Err(error) => return Err(self.failed(error)),
            };
            if self.judge(&response)? {
                return Ok(Waited::Ready(response));
            }
        }
    }

    /// Whether the statement has ended. What came of it is for whoever reads the result, once.
    fn judge(&mut self, response: &Response) -> Result<bool> {
        self.state = State::Over;
        if response.status() != 202 {
            return Ok(true);
        }
        let status: Status = response.json()?;
        self.go_on(status.statement_handle.as_deref())?;
        Ok(false)
    }

    /// It has not ended.
    pub fn go_on(&mut self, handle: Option<&str>) -> Result<()> {
        if let Some(handle) = handle {
            self.handle = Some(handle.to_owned());
        }
        if self.handle.is_none() {
            return Err(Error::protocol(
                "the statement is not done, but Snowflake has not said which it is",
            ));
        }
        self.state = State::Pausing;
        Ok(())
    }

    fn failed(&mut self, error: Error) -> Error {
        // An answer to the question how it does says that it has ended; without an answer it may still run, and is left to be cancelled.
        let is_answer = matches!(
            error.attributes.get("http_status"),
            Some("422" | "408" | "404")
        );
        self.state = match (&self.handle, is_answer) {
            (Some(_), false) => State::Pausing,
            _ => State::Over,
        };
        match (&self.handle, error.attributes.get("error_code")) {
            (Some(handle), Some("000709")) => error
                .context(format_args!("statement {handle} is gone"))
                .with_code(ErrorCode::Unavailable),
            (Some(handle), _) => {
                let handle = handle.clone();
                error.with_attribute("statement_handle", handle)
            }
            (None, _) => error,
        }
    }

    fn cancel(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Over);
        if let (State::Asked(mut call), None) = (state, &self.handle) {
            // Its handle comes with the first answer, and nothing can be cancelled without.
            let outcome = call.finish_within(Self::HANDLE_GRACE);
            let Some(Ok(response)) = outcome else { return };
            let runs = matches!(self.judge(&response), Ok(false));
            self.state = State::Over;
            if !runs {
                return;
            }
        }
        let Some(handle) = &self.handle else { return };
        let cancel = self.client.send(request::cancel(handle));
        let mut cancel = cancel;
        match cancel.finish_within(Self::CANCEL_GRACE) {
            Some(Ok(_)) => log::debug!("statement {handle} was cancelled"),
            Some(Err(error)) => log::warn!(
                "statement {handle} may still run, because it could not be cancelled: {error}"
            ),
            None => log::warn!(
                "statement {handle} may still run: nobody has said in time that it was cancelled"
            ),
        }
    }
}

fn progress() -> Progress {
    Progress::new("the statement is running, or its warehouse is starting")
}

impl Drop for Execution {
    fn drop(&mut self) {
        // What needs no warehouse is soon over by itself, and costs nothing.
        let runs = !matches!(self.state, State::Over);
        if runs && (self.computes || self.handle.is_some()) {
            self.cancel();
        }
    }
}
