//! What a client may ask for, and what is refused before a statement even starts.

use super::cells::{Format, Reader};
use super::order::{Bindings, Script, statement_count};
use crate::access::Viewer;
use crate::settings::Settings;
use crate::snowflake::Service;
use crate::snowflake::error::ApiError;
use crate::snowflake::extract::flag;
use crate::sql::snowflake::{Context, SnowflakeStatement};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Longest that a statement may take, in seconds; also what 0 stands for.
const TIMEOUT_LIMIT: u64 = 604_800;
/// How long it may take when the client does not say.
const DEFAULT_TIMEOUT: u64 = 172_800;

/// What `parameters` may have, in lower case.
const PARAMETERS: &[&str] = &[
    "binary_output_format",
    "client_result_chunk_size",
    "date_output_format",
    "multi_statement_count",
    "query_tag",
    "rows_per_resultset",
    "time_output_format",
    "timestamp_ltz_output_format",
    "timestamp_ntz_output_format",
    "timestamp_output_format",
    "timestamp_tz_output_format",
    "timezone",
    "use_cached_result",
];

/// The query parameters of a submission.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Submission {
    #[serde(rename = "requestId")]
    pub request_id: Option<String>,
    #[serde(rename = "async", deserialize_with = "flag")]
    pub is_async: Option<bool>,
    #[serde(deserialize_with = "flag")]
    pub nullable: Option<bool>,
    #[serde(deserialize_with = "flag")]
    pub retry: Option<bool>,
}

/// The query parameters of a poll.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Poll {
    pub partition: Option<usize>,
}

/// The body of a submission.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Request {
    statement: String,
    timeout: Option<u64>,
    database: Option<String>,
    schema: Option<String>,
    warehouse: Option<String>,
    role: Option<String>,
    bindings: Option<Bindings>,
    parameters: Option<Map<String, Value>>,
}

impl Request {
    /// The text of a parameter, whatever its JSON is.
    fn parameter(&self, name: &str) -> Option<String> {
        let parameters = self.parameters.as_ref()?;
        let own = |key: &&String| key.eq_ignore_ascii_case(name);
        let key = parameters.keys().find(own)?;
        match parameters.get(key)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    pub fn check_parameters(&self) -> Result<(), ApiError> {
        let names = self.parameters.iter().flat_map(Map::keys);
        let unknown = |name: &&String| !PARAMETERS.contains(&name.to_lowercase().as_str());
        match names.into_iter().find(unknown) {
            None => Ok(()),
            Some(name) => Err(ApiError::malformed(format!(
                "Unsupported parameter '{name}' in the request."
            ))),
        }
    }

    /// How long the statement may take, in seconds.
    pub fn timeout(&self) -> Result<u64, ApiError> {
        match self.timeout {
            None => Ok(DEFAULT_TIMEOUT),
            Some(0) => Ok(TIMEOUT_LIMIT),
            Some(seconds @ 1..=TIMEOUT_LIMIT) => Ok(seconds),
            Some(other) => Err(ApiError::malformed(format!(
                "timeout must be from 0 to {TIMEOUT_LIMIT}, not {other}."
            ))),
        }
    }

    /// Most rows of the result.
    pub fn rows(&self) -> Option<usize> {
        let rows = self.parameter("rows_per_resultset")?.parse().ok();
        rows.filter(|rows| *rows > 0)
    }

    pub fn format(&self, nullable: Option<bool>) -> Format {
        let wanted = |name: &str| {
            let format = self.parameter(name);
            format.filter(|format| !format.is_empty() && !format.eq_ignore_ascii_case("AUTO"))
        };
        let stamp = |name: &str| wanted(name).or_else(|| wanted("timestamp_output_format"));
        Format {
            reader: Reader::Api,
            null_as_text: nullable == Some(false),
            binary_as_base64: wanted("binary_output_format")
                .is_some_and(|format| format.eq_ignore_ascii_case("BASE64")),
            date: wanted("date_output_format"),
            time: wanted("time_output_format"),
            timestamp_ntz: stamp("timestamp_ntz_output_format"),
            timestamp_ltz: stamp("timestamp_ltz_output_format"),
            timestamp_tz: stamp("timestamp_tz_output_format"),
        }
    }

    /// The statements, as many as the client says there are.
    pub fn statements(
        &self,
        service: &Arc<Service>,
        viewer: &Viewer,
        settings: &Settings,
    ) -> Result<Vec<SnowflakeStatement>, ApiError> {
        let given = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        let script = Script {
            sql: &self.statement,
            count: statement_count(self.parameter("multi_statement_count").as_deref())?,
            bindings: self.bindings.as_ref(),
            context: Context {
                database: given(&self.database),
                schema: given(&self.schema),
                warehouse: given(&self.warehouse).or_else(|| settings.default_warehouse.clone()),
                role: given(&self.role),
            },
            describe_only: false,
        };
        script.statements(service, viewer, settings)
    }
}
