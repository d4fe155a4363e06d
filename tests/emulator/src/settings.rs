//! The knobs, all of which can be turned while the emulator runs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How the emulator behaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How long every request of a protocol waits before it is answered, in milliseconds.
    pub latency_ms: u64,
    /// Most tables with columns on one page of Unity Catalog.
    pub page_size: usize,
    /// Most entries on any other page: catalogs, schemas, tables without columns, summaries.
    pub list_page_size: usize,
    /// Whether an empty page that still carries a token comes before every page of Unity Catalog.
    pub empty_pages: bool,
    /// Whether 64-bit integers in JSON are strings, as some gateways render them.
    pub int64_as_text: bool,
    /// Most rows in one chunk of a statement's result.
    pub chunk_rows: usize,
    /// How many polls of a statement find it PENDING before the warehouse is warm.
    pub pending_polls: u32,
    /// How long a statement's result can be fetched, in milliseconds; then it is CLOSED.
    pub result_lifetime_ms: u64,
    /// How long a finished statement is known at all, in milliseconds; then it is 404.
    pub statement_lifetime_ms: u64,
    /// Largest result that comes inline, in bytes.
    pub inline_limit_bytes: usize,
    /// Whether a statement whose result is larger ends CLOSED instead of FAILED: which of the two
    /// the service does is not documented.
    pub inline_overflow_closes: bool,
    /// How long an external link can be followed, in milliseconds; then it is 403.
    pub link_lifetime_ms: u64,
    /// How long a token is valid that an OAuth client was given, in milliseconds.
    pub token_lifetime_ms: u64,
    /// Whether `DESCRIBE … AS JSON` works on tables of `hive_metastore`.
    pub hive_as_json: bool,
    /// How long Snowflake waits for a statement before it answers that it is running, in
    /// milliseconds.
    pub sync_window_ms: u64,
    /// Most rows of Snowflake's SHOW and of its lists.
    pub show_rows: usize,
    /// Most rows that a view of Snowflake's INFORMATION_SCHEMA makes; with more the query fails.
    pub information_schema_rows: Option<usize>,
    /// Whether LAST_DDL in Snowflake's INFORMATION_SCHEMA is NULL.
    pub hide_last_ddl: bool,
    /// How far Snowflake's CURRENT_TIMESTAMP is ahead of the times at which tables were changed: as if that was so long ago.
    pub clock_ahead_seconds: u32,
    /// Whether types in Snowflake's results are in upper case.
    pub upper_case_types: bool,
    /// The warehouse of whoever names none to Snowflake.
    pub default_warehouse: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            latency_ms: 0,
            page_size: 50,
            list_page_size: 1_000,
            empty_pages: false,
            int64_as_text: false,
            chunk_rows: 10_000,
            pending_polls: 0,
            result_lifetime_ms: 60 * 60 * 1_000,
            statement_lifetime_ms: 12 * 60 * 60 * 1_000,
            inline_limit_bytes: 25 << 20,
            inline_overflow_closes: false,
            link_lifetime_ms: 15 * 60 * 1_000,
            token_lifetime_ms: 60 * 60 * 1_000,
            hive_as_json: false,
            sync_window_ms: 45_000,
            show_rows: 10_000,
            information_schema_rows: None,
            hide_last_ddl: false,
            clock_ahead_seconds: 0,
            upper_case_types: false,
            default_warehouse: Some("COMPUTE_WH".to_owned()),
        }
    }
}

impl Settings {
    /// These settings with some members replaced.
    ///
    /// # Errors
    /// A sentence when a member is unknown or of the wrong type, or a page or chunk could hold
    /// nothing.
    pub fn patched(&self, changes: Map<String, Value>) -> Result<Self, String> {
        let mut members = match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members,
            other => return Err(format!("settings are no object: {other:?}")),
        };
        members.extend(changes);
        let patched: Self =
            serde_json::from_value(Value::Object(members)).map_err(|error| error.to_string())?;
        let sizes = [
            patched.page_size,
            patched.list_page_size,
            patched.chunk_rows,
            patched.show_rows,
        ];
        if sizes.contains(&0) {
            let names = "page_size, list_page_size, chunk_rows and show_rows";
            return Err(format!("{names} must be at least 1"));
        }
        Ok(patched)
    }
}
