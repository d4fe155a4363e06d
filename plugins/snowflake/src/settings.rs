//! What the user may say in `rocky.toml`.

use std::time::Duration;

use rocky_adapter_sdk::{Error, Result, Retry, Settings, TableFilter};
use serde::Deserialize;

use crate::names;
use crate::request::Session;

/// How many statements describe one schema unless the user says otherwise: at eight at a time some minutes.
pub const MAX_STATEMENTS: u64 = 2_000;

/// The settings, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnowflakeSettings {
    /// Who asks, and what computes.
    pub session: Session,
    /// Where tables are described from.
    pub source: Source,
    /// What kind of token the credential is, in the words of the header that says so, where the host does not know.
    pub token_type: Option<&'static str>,
    /// Which tables are described.
    pub tables: TableFilter,
    /// How many statements at most describe one schema.
    pub max_statements: u64,
    /// How hard to try.
    pub retry: Retry,
}

/// Where tables are described from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The first that tells all tables, beginning with those that need no warehouse.
    #[default]
    Auto,
    /// SHOW, and DESCRIBE where SHOW does not tell everything.
    Show,
    /// The REST API's lists.
    Rest,
    /// The database's `INFORMATION_SCHEMA`, through a query.
    InformationSchema,
}

/// What the API calls kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TokenType {
    Oauth,
    ProgrammaticAccessToken,
    KeypairJwt,
    WorkloadIdentityFederation,
}

impl TokenType {
    fn word(self) -> &'static str {
        match self {
            Self::Oauth => "OAUTH",
            Self::ProgrammaticAccessToken => "PROGRAMMATIC_ACCESS_TOKEN",
            Self::KeypairJwt => "KEYPAIR_JWT",
            Self::WorkloadIdentityFederation => "WORKLOAD_IDENTITY_FEDERATION",
        }
    }
}

/// The settings as the manifest names them. The host has filled in defaults; they are repeated here for other hosts.
#[derive(Deserialize)]
struct Given {
    role: Option<String>,
    warehouse: Option<String>,
    #[serde(default)]
    source: Source,
    token_type: Option<TokenType>,
    max_statements: Option<u64>,
    retry_seconds: Option<u64>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
}

impl SnowflakeSettings {
    /// Reads and checks the settings.
    pub fn read(settings: &Settings) -> Result<Self> {
        let given: Given = settings.read()?;
        let budget = given
            .retry_seconds
            .map_or(Retry::default().budget, Duration::from_secs);
        Ok(Self {
            session: Session {
                role: stored("role", given.role)?,
                warehouse: stored("warehouse", given.warehouse)?,
            },
            source: given.source,
            token_type: given.token_type.map(TokenType::word),
            tables: TableFilter::new(given.include, given.exclude),
            max_statements: given.max_statements.unwrap_or(MAX_STATEMENTS),
            retry: Retry { budget },
        })
    }
}

/// A name as it is stored, from what SQL would take for it.
fn stored(setting: &str, given: Option<String>) -> Result<Option<String>> {
    let name = given.map(|written| {
        names::stored(&written).map_err(|reason| {
            Error::invalid_config(format!("setting `{setting}`: `{written}` {reason}"))
        })
    });
    name.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocky_adapter_sdk::ErrorCode;

    fn read(json: &str) -> Result<SnowflakeSettings> {
        SnowflakeSettings::read(&Settings::parse(json).unwrap())
    }

    #[test]
    fn nothing_has_to_be_given() {
        let settings = read("{}").unwrap();
        assert_eq!(settings.source, Source::Auto);
        assert_eq!(settings.session, Session::default());
        assert_eq!(settings.token_type, None);
    }

    #[test]
    fn everything_that_is_given_counts() {
        let settings = read(
            r#"{"account":"a","role":"analyst","warehouse":"\"Wh xs\"","source":"information_schema","retry_seconds":7,
                "token_type":"programmatic_access_token","max_statements":3,"include":["a*"],"exclude":[]}"#,
        )
        .unwrap();
        assert_eq!(settings.session.role.as_deref(), Some("ANALYST"));
        assert_eq!(settings.session.warehouse.as_deref(), Some("Wh xs"));
        assert_eq!(settings.source, Source::InformationSchema);
        assert_eq!(settings.token_type, Some("PROGRAMMATIC_ACCESS_TOKEN"));
        assert_eq!(settings.max_statements, 3);
        assert_eq!(settings.retry.budget.as_secs(), 7);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_name() {
        for (json, words) in [
            (r#"{"role":""}"#, "setting `role`: `` is empty"),
            (r#"{"warehouse":"\"a"}"#, "setting `warehouse`"),
            (r#"{"source":"both"}"#, "setting `source`"),
            (r#"{"token_type":"basic"}"#, "setting `token_type`"),
            (r#"{"max_statements":-1}"#, "setting `max_statements`"),
        ] {
            let error = read(json).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidConfig);
            assert!(error.message.contains(words), "{error}");
        }
    }
}
