//! What a client may ask for, and what is refused before a statement even starts.

use super::cells::Format;
use crate::access::Viewer;
use crate::settings::Settings;
use crate::snowflake::error::ApiError;
use crate::snowflake::extract::flag;
use crate::sql::SqlError;
use crate::sql::snowflake::{Binding, Context, Limits, SnowflakeStatement, statements};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

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
    bindings: Option<BTreeMap<String, Bound>>,
    parameters: Option<Map<String, Value>>,
}

#[derive(Debug, Deserialize)]
struct Bound {
    #[serde(rename = "type")]
    data_type: String,
    value: Value,
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

    /// The warehouse that the statement names.
    pub fn warehouse(&self) -> Option<&str> {
        self.warehouse.as_deref().filter(|name| !name.is_empty())
    }

    fn bindings(&self) -> Result<BTreeMap<String, Binding>, ApiError> {
        let bindings = self.bindings.iter().flatten();
        let bindings = bindings.map(|(number, bound)| {
            let value = match &bound.value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => {
                    return Err(ApiError::malformed(format!(
                        "The value of binding {number} must be a string or null, not {other}."
                    )));
                }
            };
            let data_type = bound.data_type.to_uppercase();
            Ok((number.clone(), Binding { data_type, value }))
        });
        bindings.collect()
    }

    /// The statements, as many as the client says there are.
    pub fn statements(
        &self,
        viewer: &Viewer,
        warehouse: Option<&str>,
        settings: &Settings,
    ) -> Result<Vec<SnowflakeStatement>, ApiError> {
        let texts = statements(&self.statement).map_err(|error| SqlError::from(error).into());
        let texts: Vec<String> = texts.map_err(|error: ApiError| error)?;
        let wanted = self.parameter("multi_statement_count");
        let wanted = wanted.map_or(Ok(1), |count| count.parse::<usize>());
        let wanted =
            wanted.map_err(|_| ApiError::malformed("MULTI_STATEMENT_COUNT must be a number."))?;
        if wanted != 0 && texts.len() != wanted && !(texts.is_empty() && wanted == 1) {
            let message = format!(
                "Actual statement count {} did not match the desired statement count {wanted}.",
                texts.len()
            );
            return Err(ApiError::failed("000008", "0A000", message));
        }
        let bindings = self.bindings()?;
        if texts.len() > 1 && !bindings.is_empty() {
            let message = "Bind variables are not supported in requests of several statements.";
            return Err(ApiError::failed("000002", "0A000", message));
        }
        let given = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        let statement = |sql: String| SnowflakeStatement {
            sql,
            viewer: viewer.clone(),
            context: Context {
                database: given(&self.database),
                schema: given(&self.schema),
                warehouse: warehouse.map(str::to_owned),
                role: given(&self.role),
            },
            bindings: bindings.clone(),
            limits: Limits {
                show_rows: settings.show_rows,
                information_rows: settings.information_schema_rows,
                hide_last_ddl: settings.hide_last_ddl,
            },
        };
        match texts.is_empty() {
            true => Ok(vec![statement(String::new())]),
            false => Ok(texts.into_iter().map(statement).collect()),
        }
    }
}
