//! A dataset's tables through the REST API, each by itself.

use rocky_adapter_sdk::{
    Client, DescribeRequest, Entry, ErrorCode, Outbox, Pipeline, Response, Result, Waited, ready,
};

use crate::names::Dataset;
use crate::page::TableResource;
use crate::{failure, request, tables};

/// How many tables are asked for at a time. BigQuery admits a hundred requests a second.
const AT_ONCE: usize = 40;

/// Tables under way.
#[derive(Debug)]
pub struct RestTables {
    pipeline: Pipeline<String>,
}

impl RestTables {
    /// Asks for these tables, and for those whose entity tag the request knows only whether that has changed.
    pub fn start(
        client: &Client,
        dataset: &Dataset,
        request: &DescribeRequest,
        names: Vec<String>,
    ) -> Self {
        let mut pipeline = Pipeline::new(client, AT_ONCE);
        for name in names {
            let known = request.known.get(&name).map(String::as_str);
            let table = request::table(dataset, &name, known);
            pipeline.push(name, table);
        }
        Self { pipeline }
    }

    /// Takes what has come into the outbox; false when nothing more will come.
    pub fn receive(&mut self, outbox: &mut Outbox) -> Result<Waited<bool>> {
        let Some((name, outcome)) = ready!(self.pipeline.next_outcome()) else {
            return Ok(Waited::Ready(false));
        };
        outbox.extend(entry(name, outcome)?);
        Ok(Waited::Ready(true))
    }
}

/// What came of asking for one table. A table that is not there any more is no entry; one that is refused has failed, and leaves
/// the others alone.
fn entry(name: String, outcome: Result<Response>) -> Result<Option<Entry>> {
    let entry = outcome.and_then(|response| match response.status() {
        304 => Ok(Entry::Unchanged(name.clone())),
        _ => {
            let resource: TableResource = response.json()?;
            Ok(tables::of_resource(&name, resource))
        }
    });
    match entry {
        Ok(entry) => Ok(Some(entry)),
        Err(error) => match error.code {
            ErrorCode::NotFound if !failure::is_of_dataset(&error) => Ok(None),
            ErrorCode::PermissionDenied | ErrorCode::Protocol => {
                Ok(Some(Entry::Failed(name, error)))
            }
            _ => Err(error),
        },
    }
}
