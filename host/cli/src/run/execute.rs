use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rocky_cache::{CacheConfig, Cost, SchemaTap, Tap, TapReport, Timestamp};
use rocky_plugin::{
    CallError, DescribeRequest, Described, Failure, Outcome, PageSink, Progress, Usage,
};
use rocky_schema::{AdapterError, Entry, ErrorCode, Summary};
use tokio::task::JoinSet;

use crate::error::CommandError;
use crate::names;
use crate::run::known::{Held, Known, SkipReason, Skipped};
use crate::run::plan::{Role, Target};

/// What became of one schema's description.
#[derive(Debug)]
pub struct Finished {
    pub target: Target,
    pub counts: Counts,
    pub outcome: Result<(Option<Summary>, Usage), CallError>,
    /// What was not described again.
    pub skipped: Option<Skipped>,
    /// Whether it failed only because it is a target that the pipeline has yet to make.
    pub absent: bool,
}

/// What a description held.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub tables: u64,
    pub columns: u64,
    /// Tables that the adapter only confirmed.
    pub unchanged: u64,
    pub failed: BTreeMap<String, AdapterError>,
}

/// Shows nothing before this: most runs are over by then.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a run is to go about it.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Whether to describe also what the cache knows to be unchanged.
    pub refresh: bool,
    /// Whether somebody watches.
    pub interactive: bool,
}

/// Describes all targets at once and waits until the cache holds what came of it.
pub async fn execute_into(
    cache: &CacheConfig,
    targets: Vec<Target>,
    manner: Manner,
) -> Result<(Vec<Finished>, TapReport), CommandError> {
    let known = match manner.refresh {
        true => Known::nothing(),
        false => Known::of(cache),
    };
    let tap = Tap::start(cache);
    let finished = execute(targets, &tap, known, manner.interactive).await;
    let committed = tokio::task::spawn_blocking(move || tap.finish()).await;
    let committed = committed
        .map_err(|error| anyhow::Error::new(error).context("cannot finish the schema cache"))?;
    Ok((finished, committed))
}

/// Describes all targets at once, each adapter within its own limit, and hands every page to the tap.
async fn execute(
    targets: Vec<Target>,
    tap: &Tap,
    known: Known,
    interactive: bool,
) -> Vec<Finished> {
    let known = Arc::new(known);
    let bar = Arc::new(progress(targets.len() as u64, interactive));
    let mut tasks = JoinSet::new();
    let order: Vec<_> = targets
        .iter()
        .map(|target| (target.ready.adapter.name().to_owned(), target.name.clone()))
        .collect();
    for target in targets {
        let schema = tap.schema(
            &target.ready.connection,
            &target.ready.provenance,
            target.name.clone(),
        );
        let (bar, known) = (bar.clone(), known.clone());
        tasks.spawn(async move {
            let finished = describe(target, schema, &known, &bar).await;
            bar.inc(1);
            finished
        });
    }
    let mut finished = tasks.join_all().await;
    bar.finish_and_clear();
    finished.sort_by_cached_key(|finished| {
        let key = (
            finished.target.ready.adapter.name().to_owned(),
            finished.target.name.clone(),
        );
        order.iter().position(|other| *other == key)
    });
    finished
}

async fn describe(target: Target, schema: SchemaTap, known: &Known, bar: &ProgressBar) -> Finished {
    let described_at = Timestamp::from(SystemTime::now());
    let held = tokio::task::block_in_place(|| known.held(&target));
    if held.is_current(target.revision.as_deref()) {
        return renew(target, schema, &held, described_at);
    }
    let request = DescribeRequest {
        known_revision: held.revision.clone(),
        known: held.tables.clone(),
        ..DescribeRequest::new(target.name.clone())
    };
    let label = target.name.to_string();
    let mut sink = Sink {
        schema,
        counts: Counts::default(),
        label: &label,
        bar,
    };
    let described = target.ready.adapter.describe(request, &mut sink).await;
    let (described, absent) = match described {
        Err(error) if target.role == Role::Target && is_not_found(&error) => {
            let missing = missing_catalog(&target).await;
            let absent = missing.is_none();
            (Err(missing.unwrap_or(error)), absent)
        }
        described => (described, false),
    };
    let Sink { schema, counts, .. } = sink;
    let skipped = (counts.unchanged > 0).then_some(Skipped {
        tables: counts.unchanged,
        reason: SkipReason::TableRevisions,
    });
    let mut finished = Finished {
        counts,
        skipped,
        absent,
        outcome: described.map(|described| hand_over(described, schema, &target, described_at)),
        target,
    };
    if matches!(finished.outcome, Ok((None, _))) {
        finished.skip(&held);
    }
    finished
}

impl Finished {
    /// None of it was described: it is as the cache holds it.
    fn skip(&mut self, held: &Held) {
        self.counts.tables = held.table_count;
        self.counts.columns = held.column_count;
        self.skipped = Some(Skipped {
            tables: held.table_count,
            reason: SkipReason::SchemaRevision,
        });
    }
}

/// The list of schemas has told that nothing changed, so the adapter is not even asked.
fn renew(target: Target, schema: SchemaTap, held: &Held, described_at: Timestamp) -> Finished {
    let cost = Cost {
        described_at,
        duration: Duration::ZERO,
        requests: 0,
    };
    tokio::task::block_in_place(|| schema.unchanged(cost));
    let mut finished = Finished {
        target,
        counts: Counts::default(),
        outcome: Ok((None, Usage::default())),
        skipped: None,
        absent: false,
    };
    finished.skip(held);
    finished
}

/// Ends an answer: what it holds goes into the cache. Returns its summary, unless nothing had changed.
fn hand_over(
    described: Described,
    schema: SchemaTap,
    target: &Target,
    described_at: Timestamp,
) -> (Option<Summary>, Usage) {
    let cost = Cost {
        described_at,
        duration: described.usage.duration,
        requests: described.usage.requests,
    };
    // A call that another made had its pages go there.
    let schema = (!described.joined).then_some(schema);
    // May wait for the writer when it is far behind, which holds back the describing as it should.
    let summary = tokio::task::block_in_place(|| match described.outcome {
        Outcome::Done(mut summary) => {
            // The list was read before.
            summary.revision = summary.revision.or_else(|| target.revision.clone());
            if let Some(schema) = schema {
                schema.done(&summary, cost);
            }
            Some(summary)
        }
        Outcome::Unchanged => {
            if let Some(schema) = schema {
                schema.unchanged(cost);
            }
            None
        }
    });
    (summary, described.usage)
}

/// Whether the warehouse has no such thing, or does not show it to this principal.
fn is_not_found(error: &CallError) -> bool {
    matches!(&error.failure, Failure::Adapter { error, .. } if error.code == ErrorCode::NotFound)
}

/// What the warehouse says of a target's catalog if it has none of that name. A pipeline makes its schemas, but not
/// their catalog, so that name is a mistake then.
async fn missing_catalog(target: &Target) -> Option<CallError> {
    let listed = target.ready.adapter.list_schemas(&target.name.catalog);
    listed.await.err().filter(is_not_found)
}

/// Counts the tables of one schema and passes them to the cache's tap.
struct Sink<'a> {
    schema: SchemaTap,
    counts: Counts,
    label: &'a str,
    bar: &'a ProgressBar,
}

impl PageSink for Sink<'_> {
    fn page(&mut self, entries: Vec<Entry>) {
        for entry in &entries {
            match entry {
                Entry::Table(table) => {
                    self.counts.tables += 1;
                    self.counts.columns += table.columns.len() as u64;
                }
                Entry::Unchanged(_) => {
                    self.counts.tables += 1;
                    self.counts.unchanged += 1;
                }
                Entry::Failed(name, error) => {
                    self.counts.failed.insert(name.clone(), error.clone());
                }
            }
        }
        self.schema.page(&entries);
    }

    fn waiting(&mut self, progress: &Progress) {
        self.bar.set_message(format!(
            "{}: {}",
            self.label,
            names::printable(&progress.message)
        ));
    }
}

fn progress(schemas: u64, interactive: bool) -> ProgressBar {
    let target = if interactive {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(schemas), ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template(
        "{spinner} described {pos} of {len} schemas ({per_sec}), {elapsed} {wide_msg:.dim}",
    ) {
        bar.set_style(style);
    }
    // The bar appears when the wait becomes one.
    let late = bar.downgrade();
    tokio::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if let Some(bar) = late.upgrade() {
            bar.set_draw_target(target);
            bar.enable_steady_tick(Duration::from_millis(120));
        }
    });
    bar
}
