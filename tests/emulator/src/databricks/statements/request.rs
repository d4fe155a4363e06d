//! What a client may ask for, and what is refused before a statement even starts.

use super::outcome::{Delivery, Format};
use crate::databricks::error::ApiError;
use crate::sql::Parameter;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::time::Duration;

/// Longest statement, in bytes.
const STATEMENT_LIMIT: usize = 16 << 20;
/// Most query tags.
const TAG_LIMIT: usize = 20;
/// How long a reply may wait for the result, in seconds; 0 is allowed too.
const WAIT_SECONDS: std::ops::RangeInclusive<u64> = 5..=50;
const DEFAULT_WAIT_SECONDS: u64 = 10;

/// The body of `POST /api/2.0/sql/statements`.
#[derive(Debug, Deserialize)]
pub(super) struct Execute {
    pub statement: Option<String>,
    pub warehouse_id: Option<String>,
    pub session_id: Option<String>,
    pub catalog: Option<String>,
    pub schema: Option<String>,
    #[serde(default)]
    parameters: Vec<GivenParameter>,
    pub row_limit: Option<i64>,
    pub byte_limit: Option<i64>,
    disposition: Option<String>,
    format: Option<String>,
    wait_timeout: Option<String>,
    on_wait_timeout: Option<String>,
    #[serde(default)]
    query_tags: Vec<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct GivenParameter {
    name: Option<String>,
    value: Option<String>,
    #[serde(rename = "type")]
    data_type: Option<String>,
}

impl Execute {
    /// The statement's text.
    pub fn text(&self) -> Result<&str, ApiError> {
        let text = self.statement.as_deref().unwrap_or("");
        if text.trim().is_empty() {
            return Err(ApiError::invalid_parameter("statement is required."));
        }
        if text.len() > STATEMENT_LIMIT {
            return Err(ApiError::invalid_parameter(format!(
                "statement has {} bytes, but may have at most {STATEMENT_LIMIT}.",
                text.len()
            )));
        }
        Ok(text)
    }

    /// Checks whatever else can be wrong with the request itself.
    pub fn check(&self) -> Result<(), ApiError> {
        if self.query_tags.len() > TAG_LIMIT {
            return Err(ApiError::invalid_parameter(format!(
                "query_tags has {} entries, but may have at most {TAG_LIMIT}.",
                self.query_tags.len()
            )));
        }
        for (name, limit) in [
            ("row_limit", self.row_limit),
            ("byte_limit", self.byte_limit),
        ] {
            if limit.is_some_and(|limit| limit <= 0) {
                let message = format!("{name} must be positive.");
                return Err(ApiError::invalid_parameter(message));
            }
        }
        Ok(())
    }

    /// How the result shall come.
    pub fn delivery(&self) -> Result<Delivery, ApiError> {
        let format = match self.format.as_deref().unwrap_or("JSON_ARRAY") {
            "JSON_ARRAY" => Format::JsonArray,
            "CSV" => Format::Csv,
            "ARROW_STREAM" => Format::ArrowStream,
            other => {
                let message =
                    format!("format must be JSON_ARRAY, ARROW_STREAM or CSV, not '{other}'.");
                return Err(ApiError::invalid_parameter(message));
            }
        };
        match (self.disposition.as_deref().unwrap_or("INLINE"), format) {
            ("INLINE", Format::JsonArray) => Ok(Delivery::Inline),
            ("INLINE", _) => Err(ApiError::invalid_parameter(format!(
                "The format {} needs the disposition EXTERNAL_LINKS; INLINE works only with \
                 JSON_ARRAY.",
                format.name()
            ))),
            ("EXTERNAL_LINKS", format) => Ok(Delivery::Links(format)),
            (other, _) => Err(ApiError::invalid_parameter(format!(
                "disposition {other} is not offered here; INLINE and EXTERNAL_LINKS are."
            ))),
        }
    }

    /// How long the reply may wait for the result.
    pub fn wait(&self) -> Result<Duration, ApiError> {
        let Some(text) = self.wait_timeout.as_deref() else {
            return Ok(Duration::from_secs(DEFAULT_WAIT_SECONDS));
        };
        let seconds = text
            .strip_suffix('s')
            .and_then(|digits| digits.parse().ok());
        match seconds {
            Some(seconds) if seconds == 0 || WAIT_SECONDS.contains(&seconds) => {
                Ok(Duration::from_secs(seconds))
            }
            _ => Err(ApiError::invalid_parameter(format!(
                "wait_timeout must be 0s or between 5s and 50s, not '{text}'."
            ))),
        }
    }

    /// Whether the statement is cancelled when the wait is over.
    pub fn cancels_on_timeout(&self) -> Result<bool, ApiError> {
        match self.on_wait_timeout.as_deref() {
            None | Some("CONTINUE") => Ok(false),
            Some("CANCEL") => Ok(true),
            Some(other) => Err(ApiError::invalid_parameter(format!(
                "on_wait_timeout must be CONTINUE or CANCEL, not '{other}'."
            ))),
        }
    }

    /// The values of the named markers.
    pub fn parameters(&self) -> Result<Vec<Parameter>, ApiError> {
        let read = |given: &GivenParameter| {
            let name = given
                .name
                .clone()
                .ok_or_else(|| ApiError::invalid_parameter("Every parameter needs a name."))?;
            Parameter::new(name, given.value.clone(), given.data_type.as_deref())
                .map_err(|error| ApiError::invalid_parameter(error.to_string()))
        };
        self.parameters.iter().map(read).collect()
    }
}
