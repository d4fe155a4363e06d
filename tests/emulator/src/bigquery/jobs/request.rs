//! What a client may ask for, and what is refused before a job even starts.

use super::parameters;
use super::results::TimestampFormat;
use crate::access::Viewer;
use crate::bigquery::error::ApiError;
use crate::bigquery::numbers::{flag, number};
use crate::sql::google::GoogleStatement;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// Longest query text, in characters.
const QUERY_LIMIT: usize = 1_024 * 1_024;
/// How long an answer waits when the client does not say.
const DEFAULT_WAIT_MS: u64 = 10_000;
/// How long it waits at most.
const WAIT_LIMIT_MS: u64 = 200_000;

/// What jobs.query and the configuration of jobs.insert have in common.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Query {
    query: Option<String>,
    use_legacy_sql: Option<bool>,
    default_dataset: Option<DatasetReference>,
    parameter_mode: Option<String>,
    query_parameters: Vec<Value>,
    #[serde(deserialize_with = "number")]
    pub maximum_bytes_billed: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DatasetReference {
    project_id: Option<String>,
    dataset_id: String,
}

/// The body of jobs.query.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct QueryRequest {
    #[serde(flatten)]
    pub query: Query,
    pub location: Option<String>,
    #[serde(deserialize_with = "number")]
    pub timeout_ms: Option<u64>,
    #[serde(deserialize_with = "number")]
    pub max_results: Option<u64>,
    pub request_id: Option<String>,
    pub job_creation_mode: Option<String>,
    pub format_options: FormatOptions,
    #[serde(deserialize_with = "flag")]
    pub dry_run: bool,
}

/// How results are written.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct FormatOptions {
    #[serde(deserialize_with = "flag")]
    use_int64_timestamp: bool,
    timestamp_output_format: Option<String>,
}

/// The query parameters of jobs.getQueryResults.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ResultsRequest {
    pub location: Option<String>,
    pub page_token: Option<String>,
    #[serde(deserialize_with = "number")]
    pub start_index: Option<u64>,
    #[serde(deserialize_with = "number")]
    pub max_results: Option<u64>,
    #[serde(deserialize_with = "number")]
    pub timeout_ms: Option<u64>,
    #[serde(rename = "formatOptions.useInt64Timestamp", deserialize_with = "flag")]
    use_int64_timestamp: bool,
    #[serde(rename = "formatOptions.timestampOutputFormat")]
    timestamp_output_format: Option<String>,
}

/// The query parameters of the other calls to a job.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Where {
    pub location: Option<String>,
}

impl FormatOptions {
    pub fn timestamps(&self) -> Result<TimestampFormat, ApiError> {
        match self.timestamp_output_format.as_deref() {
            None | Some("TIMESTAMP_OUTPUT_FORMAT_UNSPECIFIED") => {
                Ok(match self.use_int64_timestamp {
                    true => TimestampFormat::Int64,
                    false => TimestampFormat::Float64,
                })
            }
            Some("FLOAT64") => Ok(TimestampFormat::Float64),
            Some("INT64") => Ok(TimestampFormat::Int64),
            Some("ISO8601_STRING") => Ok(TimestampFormat::Iso8601),
            Some(other) => Err(ApiError::invalid(format!(
                "Invalid value for timestampOutputFormat: {other}"
            ))),
        }
    }
}

impl ResultsRequest {
    pub fn format(&self) -> FormatOptions {
        FormatOptions {
            use_int64_timestamp: self.use_int64_timestamp,
            timestamp_output_format: self.timestamp_output_format.clone(),
        }
    }
}

/// How long an answer may wait for the end of its job.
pub(super) fn wait(timeout_ms: Option<u64>) -> Duration {
    Duration::from_millis(timeout_ms.unwrap_or(DEFAULT_WAIT_MS).min(WAIT_LIMIT_MS))
}

impl Query {
    /// The statement, if nothing is wrong with the request itself.
    pub fn statement(
        &self,
        viewer: Viewer,
        project: &str,
        location: Option<&str>,
    ) -> Result<GoogleStatement, ApiError> {
        let sql = self.query.as_deref().unwrap_or_default();
        if sql.trim().is_empty() {
            return Err(ApiError::invalid("Required parameter is missing: query"));
        }
        if sql.chars().count() > QUERY_LIMIT {
            return Err(ApiError::invalid_query(format!(
                "The query is too large. The maximum standard SQL query length is {QUERY_LIMIT} \
                 characters."
            )));
        }
        // Without a word from the client it is legacy SQL, unless the text itself says otherwise.
        let legacy = self.use_legacy_sql.unwrap_or(true);
        if legacy
            && !sql
                .trim_start()
                .to_ascii_lowercase()
                .starts_with("#standardsql")
        {
            return Err(ApiError::invalid_query(
                "Legacy SQL is not offered here. Set useLegacySql to false.",
            ));
        }
        let default_dataset = self.default_dataset.as_ref().map(|dataset| {
            let own = dataset.project_id.clone();
            (
                own.unwrap_or_else(|| project.to_owned()),
                dataset.dataset_id.clone(),
            )
        });
        let location = location.filter(|location| !location.is_empty());
        Ok(GoogleStatement {
            sql: sql.to_owned(),
            viewer,
            project: project.to_owned(),
            default_dataset,
            parameters: parameters::read(&self.query_parameters, self.parameter_mode.as_deref())?,
            location: location.map(str::to_owned),
        })
    }
}
