//! Running a query to its end.

use std::time::Duration;

use rocky_adapter_sdk::{Call, Client, Error, Pacer, Progress, Result, Waited, log, ready};

use crate::failure;
use crate::request::{self, Parameter, Query};
use crate::rows::ResultPage;

/// A query that can be sent again under another id.
#[derive(Debug, Clone)]
pub struct QueryPlan {
    /// The project that it runs in.
    pub project: String,
    /// The SQL.
    pub sql: String,
    /// Where it runs.
    pub location: Option<String>,
    /// The most that it may be billed, in bytes.
    pub maximum_bytes_billed: Option<u64>,
    /// The dataset, the parameter `@dataset`.
    pub dataset: String,
    /// The tables, the parameter `@tables`.
    pub tables: Option<Vec<String>>,
}

/// A query under way. Dropping it cancels it, so that nothing runs for nobody.
#[derive(Debug)]
pub struct Job {
    client: Client,
    plan: QueryPlan,
    state: State,
    reference: Option<Reference>,
    pacer: Pacer,
    /// How many jobs were tried.
    tries: u32,
}

/// The full name of a job.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The project that it runs in.
    pub project: String,
    /// Its own name.
    pub id: String,
    /// Where it runs.
    pub location: Option<String>,
}

#[derive(Debug)]
enum State {
    /// BigQuery was asked to run it, or whether it is done.
    Asked(Call),
    /// It runs, and is left in peace for a while.
    Pausing,
    /// It failed in a way that another job may not.
    Resting,
    /// It does not run any more.
    Over,
}

impl Job {
    /// How many jobs are tried for one query.
    const MOST_TRIES: u32 = 3;

    /// How long dropping waits for the id of a job that was just sent: a little longer than BigQuery holds it back.
    const ID_GRACE: Duration = Duration::from_secs(3);

    /// How long dropping waits until the cancellation is on its way.
    const CANCEL_GRACE: Duration = Duration::from_secs(2);

    /// Sends it.
    pub fn start(client: &Client, plan: QueryPlan) -> Self {
        Self {
            client: client.clone(),
            state: State::Asked(send(client, &plan)),
            plan,
            reference: None,
            pacer: Pacer::new(client),
            tries: 1,
        }
    }

    /// Waits for it to be done, for a while. Then reads the first page of its result, with the job if it is known: a short query may
    /// have none.
    pub fn next<T>(
        &mut self,
        read: impl FnOnce(ResultPage<'_>, Option<&Reference>) -> Result<T>,
    ) -> Result<Waited<T>> {
        loop {
            let call = match &mut self.state {
                State::Asked(call) => call,
                State::Pausing => {
                    ready!(self.pacer.pause(|| Progress::new("the query is running")));
                    self.state = State::Asked(self.client.send(self.poll()?));
                    continue;
                }
                State::Resting => {
                    ready!(
                        self.pacer
                            .pause(|| Progress::new("the query failed; trying another job"))
                    );
                    self.tries += 1;
                    self.state = State::Asked(send(&self.client, &self.plan));
                    continue;
                }
                State::Over => return Err(Error::internal("the query's result was taken twice")),
            };
            let response = match call.wait() {
                Ok(Waited::Waiting(progress)) => return Ok(Waited::Waiting(progress)),
                Ok(Waited::Ready(response)) => response,
                Err(error) if failure::is_of_job(&error) && self.tries < Self::MOST_TRIES => {
                    log::info!("trying another job: {error}");
                    self.reference = None;
                    self.state = State::Resting;
                    continue;
                }
                Err(error) => {
                    // Where it is known to run it may still do, and is left to be cancelled.
                    self.state = match &self.reference {
                        Some(_) => State::Pausing,
                        None => State::Over,
                    };
                    return Err(error);
                }
            };
            let page: ResultPage = response.json()?;
            if self.judge(&page) {
                return read(page, self.reference.as_ref()).map(Waited::Ready);
            }
        }
    }

    fn poll(&self) -> Result<rocky_adapter_sdk::Request> {
        let job = self.reference.as_ref().ok_or_else(|| {
            Error::protocol("the query is not done, but BigQuery has not said which job it is")
        })?;
        Ok(request::results(
            &job.project,
            &job.id,
            job.location.as_deref(),
        ))
    }

    /// Whether the query is done.
    fn judge(&mut self, page: &ResultPage<'_>) -> bool {
        if let Some(job) = &page.job_reference {
            let project = job.project_id.as_deref().unwrap_or(&self.plan.project);
            let location = job.location.as_deref().or(self.plan.location.as_deref());
            self.reference = Some(Reference {
                project: project.to_owned(),
                id: job.job_id.to_string(),
                location: location.map(str::to_owned),
            });
        }
        self.state = match page.job_complete {
            true => State::Over,
            false => State::Pausing,
        };
        page.job_complete
    }

    fn cancel(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Over);
        if let (State::Asked(mut call), None) = (state, &self.reference) {
            // Its id comes with the first answer, and nothing can be cancelled without.
            let Some(Ok(response)) = call.finish_within(Self::ID_GRACE) else {
                return;
            };
            let is_running = response.json().is_ok_and(|page| !self.judge(&page));
            self.state = State::Over;
            if !is_running {
                return;
            }
        }
        let Some(job) = &self.reference else { return };
        let cancel = request::cancel(&job.project, &job.id, job.location.as_deref());
        match self.client.send(cancel).finish_within(Self::CANCEL_GRACE) {
            Some(Err(error)) => log::warn!(
                "job {} may still run, because it could not be cancelled: {error}",
                job.id
            ),
            Some(Ok(_)) | None => log::debug!("job {} was cancelled", job.id),
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if matches!(self.state, State::Asked(_) | State::Pausing) {
            self.cancel();
        }
    }
}

/// Sends a query under a new id.
fn send(client: &Client, plan: &QueryPlan) -> Call {
    let request_id = format!("{:016x}{:016x}", client.random(), client.random());
    let mut parameters = vec![Parameter::Text("dataset", &plan.dataset)];
    parameters.extend(
        plan.tables
            .as_deref()
            .map(|tables| Parameter::Texts("tables", tables)),
    );
    client.send(request::query(&Query {
        project: &plan.project,
        sql: &plan.sql,
        location: plan.location.as_deref(),
        maximum_bytes_billed: plan.maximum_bytes_billed,
        parameters: &parameters,
        request_id: &request_id,
    }))
}
