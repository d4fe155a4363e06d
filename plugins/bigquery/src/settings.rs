//! What the user may say in `rocky.toml`.

use std::time::Duration;

use rocky_adapter_sdk::{Error, Result, Retry, Settings, TableFilter};
use serde::Deserialize;

use crate::names;

/// The settings, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigQuerySettings {
    /// The project that queries run in and are billed to; none for the one that they describe.
    pub project: Option<String>,
    /// Where the datasets are, such as `EU` or `europe-west1`.
    pub location: Option<String>,
    /// Where tables are described from.
    pub source: Source,
    /// A query that would be billed more fails instead, in bytes.
    pub maximum_bytes_billed: Option<u64>,
    /// Which of many tables that are days of one are described.
    pub shards: Shards,
    /// Which tables are described.
    pub tables: TableFilter,
    /// How hard to try.
    pub retry: Retry,
}

/// Where tables are described from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The REST API for few tables, SQL for many.
    #[default]
    Auto,
    /// The REST API, table by table.
    Rest,
    /// The dataset's `INFORMATION_SCHEMA`, through a query.
    InformationSchema,
}

/// Which of many tables that are days of one are described.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shards {
    /// All.
    #[default]
    All,
    /// The newest of each family.
    Newest,
}

/// The settings as the manifest names them. The host has filled in defaults; they are repeated here for other hosts.
#[derive(Deserialize)]
struct Given {
    project: Option<String>,
    location: Option<String>,
    #[serde(default)]
    source: Source,
    maximum_bytes_billed: Option<u64>,
    #[serde(default)]
    shards: Shards,
    retry_seconds: Option<u64>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
}

impl BigQuerySettings {
    /// Reads and checks the settings.
    pub fn read(settings: &Settings) -> Result<Self> {
        let given: Given = settings.read()?;
        if let Some(project) = &given.project {
            names::project_name(project).map_err(|error| {
                Error::invalid_config(format!("setting `project`: {}", error.message))
            })?;
        }
        let budget = given
            .retry_seconds
            .map_or(Retry::default().budget, Duration::from_secs);
        Ok(Self {
            project: given.project,
            location: given.location.map(location).transpose()?,
            source: given.source,
            maximum_bytes_billed: given.maximum_bytes_billed,
            shards: given.shards,
            tables: TableFilter::new(given.include, given.exclude),
            retry: Retry { budget },
        })
    }
}

/// A location becomes part of a statement's names, so it has to look like one.
fn location(given: String) -> Result<String> {
    let is_valid = !given.is_empty()
        && given
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    match is_valid {
        true => Ok(given),
        false => Err(Error::invalid_config(format!(
            "setting `location` is `{given}`, which is not one: EU, US, europe-west1, …"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocky_adapter_sdk::ErrorCode;

    fn read(json: &str) -> Result<BigQuerySettings> {
        BigQuerySettings::read(&Settings::parse(json).unwrap())
    }

    #[test]
    fn nothing_has_to_be_given() {
        let settings = read("{}").unwrap();
        assert_eq!(settings.source, Source::Auto);
        assert_eq!(settings.shards, Shards::All);
        assert_eq!(settings.location, None);
    }

    #[test]
    fn everything_that_is_given_counts() {
        let settings = read(
            r#"{"project":"billing-1","location":"europe-west1","source":"information_schema","maximum_bytes_billed":1000,
                "shards":"newest","retry_seconds":7,"include":["a*"],"exclude":[]}"#,
        )
        .unwrap();
        assert_eq!(settings.project.as_deref(), Some("billing-1"));
        assert_eq!(settings.location.as_deref(), Some("europe-west1"));
        assert_eq!(settings.source, Source::InformationSchema);
        assert_eq!(settings.maximum_bytes_billed, Some(1_000));
        assert_eq!(settings.shards, Shards::Newest);
        assert_eq!(settings.retry.budget.as_secs(), 7);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_name() {
        for (json, words) in [
            (r#"{"location":"EU`"}"#, "setting `location`"),
            (r#"{"location":""}"#, "setting `location`"),
            (r#"{"project":"a b"}"#, "setting `project`"),
            (r#"{"source":"both"}"#, "setting `source`"),
            (
                r#"{"maximum_bytes_billed":-1}"#,
                "setting `maximum_bytes_billed`",
            ),
        ] {
            let error = read(json).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidConfig);
            assert!(error.message.contains(words), "{error}");
        }
    }
}
