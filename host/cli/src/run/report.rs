use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rocky_cache::{Outcome, SchemaReport, TapReport, Written};
use rocky_plugin::{Adapter, CallError, Failure};
use rocky_schema::{AdapterError, Attributes, Coverage, SchemaName};
use schemars::JsonSchema;
use serde::Serialize;

use crate::check::Findings;
use crate::error::Status;
use crate::hints::{Configured, hint};
use crate::plugins::Ready;
use crate::run::execute::Finished;
use crate::run::known::{SkipReason, Skipped};
use crate::run::plan::Unlisted;

/// What `rocky run` did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunReport {
    /// The schemas that were asked for.
    pub schemas: Vec<SchemaRun>,
    /// All of them together.
    pub total: Total,
    /// What became of the cache.
    pub cache: CacheRun,
    /// What is wrong with the project's models, now that the cache is as it is; left out where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<Findings>,
    /// The origins that were contacted, by adapter and origin.
    pub network: Vec<NetworkRun>,
    #[serde(skip)]
    pub(super) show_network: bool,
    #[serde(skip)]
    pub(super) hints: Vec<String>,
}

/// An origin that an adapter contacted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NetworkRun {
    /// An adapter.
    pub adapter: String,
    /// Where it, or the host for its token, sent requests.
    pub origin: String,
    /// How many.
    pub requests: u64,
    /// Bytes of the answers' bodies, after decompression.
    pub response_bytes: u64,
}

/// What became of one schema.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SchemaRun {
    /// The adapter, as `rocky.toml` names it.
    pub adapter: String,
    /// The catalog.
    pub catalog: String,
    /// The schema; a pattern, where the schemas of the catalog could not be listed.
    pub schema: String,
    /// How the describing ended.
    pub status: SchemaStatus,
    /// Tables in the answer.
    pub tables: u64,
    /// Columns of those tables.
    pub columns: u64,
    /// What was not described again, because it has not changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Skipped>,
    /// What changed in the cache; absent where the cache was not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheCounts>,
    /// How much of the schema was described.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// Who asked, as the warehouse knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// A remark of the adapter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What the adapter tells of how it came to the answer.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub facts: Attributes,
    /// HTTP requests.
    pub requests: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why it could not be described.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// Tables that could not be described although the schema could.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed_tables: Vec<FailedTable>,
}

/// How the describing of a schema ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SchemaStatus {
    /// All of it was described.
    Described,
    /// It is as it was described before.
    Unchanged,
    /// Some of its tables could not be described.
    Partial,
    /// A target that is not there yet.
    Absent,
    /// It could not be described.
    Failed,
}

/// How the cache changed, in numbers of tables.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct CacheCounts {
    /// Tables that were new or had changed.
    pub written: u64,
    /// Tables that the cache had already.
    pub unchanged: u64,
    /// Tables that are gone.
    pub removed: u64,
}

/// All schemas together.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Total {
    /// How many schemas were asked for.
    pub schemas: u64,
    /// How many were described, partially described ones included.
    pub described: u64,
    /// Schemas that are as they were described before.
    pub unchanged: u64,
    /// How many failed.
    pub failed: u64,
    /// Tables of all schemas.
    pub tables: u64,
    /// Columns of all schemas.
    pub columns: u64,
    /// HTTP requests of all schemas.
    pub requests: u64,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
}

/// What became of the cache.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CacheRun {
    /// Whether there is a cache.
    pub enabled: bool,
    /// Its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The path as a person sees it.
    #[serde(skip)]
    pub(super) shown: String,
    /// Why something could not be written. The run itself does not fail for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A failure, for programs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ErrorReport {
    /// A code of the contract (`not-found`, `unauthenticated`, …), or `refused`, `credential`, `crash`, `limit`,
    /// `invalid-answer`, `interrupted`, `host`.
    pub code: String,
    /// What failed and why.
    pub message: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The request that failed: method and path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

/// A table that could not be described.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FailedTable {
    /// A table that could not be described.
    pub table: String,
    /// A code of the contract.
    pub code: String,
    /// Why.
    pub message: String,
}

impl RunReport {
    /// Joins what the adapters said with what the cache did. `cache` is the file, unless the cache is disabled.
    pub fn new(
        finished: Vec<Finished>,
        unlisted: Vec<Unlisted>,
        tap: &TapReport,
        cache: Option<PathBuf>,
        duration: Duration,
    ) -> Self {
        let committed: HashMap<_, _> = tap
            .schemas
            .iter()
            .map(|report| ((&report.adapter, &report.schema), report))
            .collect();
        let mut schemas: Vec<SchemaRun> = finished
            .into_iter()
            .map(|finished| {
                let adapter = finished.target.ready.adapter.name().to_owned();
                let report = committed.get(&(&adapter, &finished.target.name)).copied();
                SchemaRun::new(adapter, finished, report)
            })
            .collect();
        schemas.extend(
            unlisted.into_iter().map(|unlisted| {
                SchemaRun::failed(&unlisted.ready, unlisted.place, &unlisted.error)
            }),
        );
        let mut warnings: Vec<String> =
            tap.failures().map(|(_, error)| error.to_string()).collect();
        warnings.sort();
        warnings.dedup();
        let hints = schemas
            .iter()
            .filter_map(|schema| schema.error.as_ref()?.hint.clone())
            .collect();
        let total = Total::of(&schemas, duration);
        Self {
            schemas,
            total,
            cache: CacheRun {
                enabled: cache.is_some(),
                shown: cache
                    .as_ref()
                    .map(|path| path.display().to_string())
                    .unwrap_or_default(),
                path: cache,
                warnings,
            },
            check: None,
            network: Vec::new(),
            show_network: false,
            hints,
        }
    }

    /// Adds what the adapters contacted; people see it only if asked for.
    #[must_use]
    pub fn with_network(mut self, adapters: &[Adapter], show: bool) -> Self {
        let names: BTreeMap<&str, &Adapter> = adapters.iter().map(|it| (it.name(), it)).collect();
        for (name, adapter) in names {
            self.network
                .extend(adapter.contacts().into_iter().map(|contact| NetworkRun {
                    adapter: name.to_owned(),
                    origin: contact.origin,
                    requests: contact.requests,
                    response_bytes: contact.response_bytes,
                }));
        }
        self.show_network = show;
        self
    }

    /// Adds what is wrong with the project's models.
    #[must_use]
    pub fn with_check(self, check: Option<Findings>) -> Self {
        Self { check, ..self }
    }

    /// Shows paths below `directory` to people as they would type them there.
    #[must_use]
    pub fn relative_to(mut self, directory: &Path) -> Self {
        if let Some(path) = &self.cache.path {
            self.cache.shown = path
                .strip_prefix(directory)
                .unwrap_or(path)
                .display()
                .to_string();
        }
        self
    }

    /// How the run ended: in part where some schemas failed and some did not.
    pub fn status(&self) -> Status {
        let failed = |schema: &&SchemaRun| matches!(schema.status, SchemaStatus::Failed);
        let partial = self
            .schemas
            .iter()
            .any(|schema| schema.status == SchemaStatus::Partial);
        match self.schemas.iter().filter(failed).count() {
            0 if partial => Status::Partial,
            0 => Status::Done,
            all if all == self.schemas.len() => Status::Failed,
            _ => Status::Partial,
        }
    }
}

impl Total {
    fn of(schemas: &[SchemaRun], duration: Duration) -> Self {
        let mut total = Self {
            duration_ms: millis(duration),
            ..Self::default()
        };
        for schema in schemas {
            total.schemas += 1;
            match schema.status {
                SchemaStatus::Described | SchemaStatus::Partial => total.described += 1,
                SchemaStatus::Unchanged => total.unchanged += 1,
                SchemaStatus::Failed => total.failed += 1,
                SchemaStatus::Absent => {}
            }
            total.tables += schema.tables;
            total.columns += schema.columns;
            total.requests += schema.requests;
        }
        total
    }
}

impl SchemaRun {
    fn new(adapter: String, finished: Finished, report: Option<&SchemaReport>) -> Self {
        let Finished {
            target,
            counts,
            outcome,
            skipped,
            absent,
        } = finished;
        let (summary, usage) = match outcome {
            Ok(described) => described,
            Err(error) => {
                let failed = Self::failed(&target.ready, target.name, &error);
                return match absent {
                    true => failed.absent(),
                    false => failed,
                };
            }
        };
        let cache = report.and_then(|report| CacheCounts::of(report, counts.tables));
        let failed_tables: Vec<FailedTable> = counts
            .failed
            .iter()
            .map(|(table, error)| FailedTable::new(table, error))
            .collect();
        let status = match skipped {
            Some(skipped) if skipped.reason == SkipReason::SchemaRevision => {
                SchemaStatus::Unchanged
            }
            _ if failed_tables.is_empty() => SchemaStatus::Described,
            _ => SchemaStatus::Partial,
        };
        // What was not described again has not told its columns.
        let columns = match report.map(|report| &report.outcome) {
            Some(Outcome::Written(written)) if skipped.is_some() => written.columns,
            _ => counts.columns,
        };
        Self {
            adapter,
            catalog: target.name.catalog,
            schema: target.name.schema,
            status,
            tables: counts.tables,
            columns,
            skipped,
            cache,
            coverage: summary.as_ref().map(|summary| summary.coverage),
            principal: summary
                .as_ref()
                .and_then(|summary| summary.principal.clone()),
            note: summary.as_ref().and_then(|summary| summary.note.clone()),
            facts: summary
                .map(|summary| summary.attributes)
                .unwrap_or_default(),
            requests: usage.requests,
            duration_ms: millis(usage.duration),
            error: None,
            failed_tables,
        }
    }

    fn failed(ready: &Ready, name: SchemaName, error: &CallError) -> Self {
        Self {
            adapter: ready.adapter.name().to_owned(),
            catalog: name.catalog,
            schema: name.schema,
            status: SchemaStatus::Failed,
            tables: 0,
            columns: 0,
            skipped: None,
            cache: None,
            coverage: None,
            principal: None,
            note: None,
            facts: Attributes::new(),
            requests: error.usage.requests,
            duration_ms: millis(error.usage.duration),
            error: Some(ErrorReport::new(error, &ready.configured)),
            failed_tables: Vec::new(),
        }
    }

    /// The same, as what the pipeline has yet to make, which is no failure.
    fn absent(self) -> Self {
        Self {
            status: SchemaStatus::Absent,
            error: None,
            ..self
        }
    }
}

impl CacheCounts {
    /// What the cache did with an answer of so many tables; none where it was not written.
    fn of(report: &SchemaReport, tables: u64) -> Option<Self> {
        match &report.outcome {
            Outcome::Written(Written {
                written,
                unchanged,
                removed,
                ..
            }) => Some(CacheCounts {
                written: *written,
                unchanged: *unchanged,
                removed: *removed,
            }),
            // Written a moment ago, under the name of another adapter of the same warehouse.
            Outcome::AlreadyWritten => Some(CacheCounts {
                unchanged: tables,
                ..CacheCounts::default()
            }),
            Outcome::Failed(_) => None,
        }
    }
}

impl ErrorReport {
    /// What programs are told of a failure, with a hint for the person who configured it so.
    pub fn new(error: &CallError, configured: &Configured) -> Self {
        let (code, request) = match &error.failure {
            Failure::Adapter { error, .. } => (
                error.code.to_string(),
                error.attributes.get("request").cloned(),
            ),
            Failure::Refused(refusal) => ("refused".to_owned(), Some(refusal.request.clone())),
            Failure::Credential(_) => ("credential".to_owned(), None),
            Failure::Cancelled => ("interrupted".to_owned(), None),
            Failure::Trap { .. } => ("crash".to_owned(), None),
            Failure::Limit { .. } => ("limit".to_owned(), None),
            Failure::Answer(_) => ("invalid-answer".to_owned(), None),
            _ => ("host".to_owned(), None),
        };
        Self {
            code,
            message: error.to_string(),
            hint: hint(error, configured),
            request,
        }
    }
}

impl FailedTable {
    fn new(table: &str, error: &AdapterError) -> Self {
        Self {
            table: table.to_owned(),
            code: error.code.to_string(),
            message: error.message.clone(),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
