//! What the user may say in `rocky.toml`.

use std::time::Duration;

use rocky_adapter_sdk::{Error, Result, Retry, Settings, TableFilter};
use serde::Deserialize;

/// How many statements describe one schema unless the user says otherwise: at eight at a time some minutes.
pub const MAX_STATEMENTS: u64 = 2_000;

/// The settings, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabricksSettings {
    /// Where tables are described from.
    pub source: Source,
    /// Which tables are described.
    pub tables: TableFilter,
    /// How many statements at most describe one schema.
    pub max_statements: u64,
    /// How hard to try.
    pub retry: Retry,
}

/// Where tables are described from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The REST API where it is permitted, else SQL.
    Auto {
        /// The SQL warehouse that statements may run on.
        warehouse_id: Option<String>,
    },
    /// Unity Catalog's REST API.
    Rest,
    /// The catalog's `information_schema`, through a statement.
    InformationSchema {
        /// The SQL warehouse that statements run on.
        warehouse_id: String,
    },
}

/// The settings as the manifest names them. The host has filled in defaults; they are repeated here for other hosts.
#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    source: GivenSource,
    warehouse_id: Option<String>,
    http_path: Option<String>,
    max_statements: Option<u64>,
    retry_seconds: Option<u64>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GivenSource {
    #[default]
    Auto,
    Rest,
    InformationSchema,
}

impl Source {
    /// The SQL warehouse that statements may run on.
    pub fn warehouse_id(&self) -> Option<&str> {
        match self {
            Self::Auto { warehouse_id } => warehouse_id.as_deref(),
            Self::Rest => None,
            Self::InformationSchema { warehouse_id } => Some(warehouse_id),
        }
    }
}

impl DatabricksSettings {
    /// Reads and checks the settings.
    pub fn read(settings: &Settings) -> Result<Self> {
        let given: Given = settings.read()?;
        let warehouse_id = warehouse_id(given.warehouse_id, given.http_path.as_deref())?;
        let source = match (given.source, warehouse_id) {
            (GivenSource::Auto, warehouse_id) => Source::Auto { warehouse_id },
            (GivenSource::Rest, _) => Source::Rest,
            (GivenSource::InformationSchema, Some(warehouse_id)) => {
                Source::InformationSchema { warehouse_id }
            }
            (GivenSource::InformationSchema, None) => {
                return Err(Error::invalid_config(
                    "`source = \"information_schema\"` runs a statement, so `warehouse_id` or `http_path` must say on which SQL \
                     warehouse",
                ));
            }
        };
        let budget = given
            .retry_seconds
            .map_or(Retry::default().budget, Duration::from_secs);
        Ok(Self {
            source,
            tables: TableFilter::new(given.include, given.exclude),
            max_statements: max_statements(given.max_statements)?,
            retry: Retry { budget },
        })
    }
}

/// One statement lists the tables, so that a single one would describe none.
fn max_statements(given: Option<u64>) -> Result<u64> {
    match given {
        Some(0 | 1) => Err(Error::invalid_config(
            "setting `max_statements` must be at least 2: one lists the tables, and one describes a table",
        )),
        given => Ok(given.unwrap_or(MAX_STATEMENTS)),
    }
}

/// The warehouse of either setting, or of both if they agree.
fn warehouse_id(id: Option<String>, http_path: Option<&str>) -> Result<Option<String>> {
    let Some(http_path) = http_path else {
        return match id.as_deref() {
            Some("") => Err(Error::invalid_config("setting `warehouse_id` is empty")),
            _ => Ok(id),
        };
    };
    let segments: Vec<&str> = http_path.trim_matches('/').split('/').collect();
    let [.., "warehouses" | "endpoints", of_path] = segments[..] else {
        return Err(Error::invalid_config(format!(
            "setting `http_path` is `{http_path}`, which is not that of a SQL warehouse: /sql/1.0/warehouses/1234567890abcdef"
        )));
    };
    match id {
        Some(id) if id != of_path => Err(Error::invalid_config(format!(
            "`warehouse_id` is `{id}`, but `http_path` leads to `{of_path}`; give one of the two"
        ))),
        _ => Ok(Some(of_path.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocky_adapter_sdk::ErrorCode;

    fn read(json: &str) -> Result<DatabricksSettings> {
        DatabricksSettings::read(&Settings::parse(json).unwrap())
    }

    fn check_refused(json: &str, words: &str) {
        let error = read(json).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidConfig);
        assert!(error.message.contains(words), "{error}");
    }

    #[test]
    fn rest_needs_nothing_but_the_host() {
        let settings = read(r#"{"host":"https://x"}"#).unwrap();
        assert_eq!(settings.source, Source::Auto { warehouse_id: None });
        assert_eq!(settings.retry.budget, Duration::from_secs(60));
    }

    #[test]
    fn the_warehouse_is_an_id_or_the_end_of_a_path() {
        for warehouse in [
            r#""warehouse_id":"4f2a""#,
            r#""http_path":"/sql/1.0/warehouses/4f2a""#,
            r#""http_path":"sql/1.0/endpoints/4f2a/""#,
            r#""warehouse_id":"4f2a","http_path":"/sql/1.0/warehouses/4f2a""#,
        ] {
            let settings =
                read(&format!(r#"{{"source":"information_schema",{warehouse}}}"#)).unwrap();
            assert_eq!(
                settings.source,
                Source::InformationSchema {
                    warehouse_id: "4f2a".into()
                }
            );
        }
    }

    #[test]
    fn settings_that_do_not_fit_are_refused_by_name() {
        check_refused(
            r#"{"source":"information_schema"}"#,
            "`warehouse_id` or `http_path`",
        );
        check_refused(
            r#"{"source":"odbc"}"#,
            "setting `source`: unknown variant `odbc`",
        );
        check_refused(
            r#"{"http_path":"sql/protocolv1/o/0/1-2"}"#,
            "not that of a SQL warehouse",
        );
        check_refused(
            r#"{"warehouse_id":"a","http_path":"/sql/1.0/warehouses/b"}"#,
            "give one of the two",
        );
        check_refused(r#"{"warehouse_id":""}"#, "`warehouse_id` is empty");
    }
}
