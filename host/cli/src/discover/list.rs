//! Listing catalogs and schemas, all at once.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rocky_plugin::CallError;
use rocky_schema::{SchemaEntry, SchemaName};
use tokio::task::JoinSet;

use crate::names::{self, SchemaPattern};
use crate::plugins::Ready;

/// The schema that tells of the others. Nobody wants it described with them, unless by its name.
const INFORMATION_SCHEMA: &str = "information_schema";

/// Which schemas are wanted.
#[derive(Debug, Default)]
pub struct Filter {
    /// Those that match one of these; all, if there is none.
    pub include: Vec<SchemaPattern>,
    /// But none that matches one of these.
    pub exclude: Vec<SchemaPattern>,
}

impl Filter {
    fn admits_catalog(&self, ready: &Ready, catalog: &str) -> bool {
        let rules = &ready.connection.rules;
        let fits = |pattern: &SchemaPattern| pattern.matches_catalog(catalog, rules);
        self.include.is_empty() || self.include.iter().any(fits)
    }

    fn admits(&self, ready: &Ready, name: &SchemaName) -> bool {
        let rules = &ready.connection.rules;
        let fits = |pattern: &&SchemaPattern| pattern.matches(name, rules);
        let included: Vec<&SchemaPattern> = self.include.iter().filter(fits).collect();
        let is_meant = match name.schema.eq_ignore_ascii_case(INFORMATION_SCHEMA) {
            true => included.iter().any(|it| !names::is_pattern(it.schema())),
            false => self.include.is_empty() || !included.is_empty(),
        };
        is_meant && !self.exclude.iter().any(|pattern| fits(&pattern))
    }
}

/// What became of listing a catalog's schemas.
#[derive(Debug)]
pub struct Listed {
    pub ready: Ready,
    /// None where the catalogs themselves could not be listed.
    pub catalog: Option<String>,
    /// The wanted ones, by name.
    pub outcome: Result<Vec<SchemaEntry>, CallError>,
}

/// Lists the wanted schemas of every wanted catalog that the adapters may see, sorted by adapter and catalog.
pub async fn list(adapters: Vec<Ready>, filter: Filter, interactive: bool) -> Vec<Listed> {
    let filter = Arc::new(filter);
    let bar = Arc::new(progress(interactive));
    let mut tasks = JoinSet::new();
    for ready in adapters {
        tasks.spawn(of_adapter(ready, filter.clone(), bar.clone()));
    }
    let mut listed: Vec<Listed> = tasks.join_all().await.into_iter().flatten().collect();
    bar.finish_and_clear();
    listed.sort_by(|one, other| {
        let key = |it: &Listed| (it.ready.adapter.name().to_owned(), it.catalog.clone());
        key(one).cmp(&key(other))
    });
    listed
}

async fn of_adapter(ready: Ready, filter: Arc<Filter>, bar: Arc<ProgressBar>) -> Vec<Listed> {
    let catalogs = match ready.adapter.list_catalogs().await {
        Ok(catalogs) => catalogs,
        Err(error) => {
            return vec![Listed {
                ready,
                catalog: None,
                outcome: Err(error),
            }];
        }
    };
    let mut tasks = JoinSet::new();
    for catalog in catalogs {
        let catalog = names::listed(&ready.connection.rules, catalog);
        if filter.admits_catalog(&ready, &catalog) {
            tasks.spawn(of_catalog(
                ready.clone(),
                catalog,
                filter.clone(),
                bar.clone(),
            ));
        }
    }
    tasks.join_all().await
}

async fn of_catalog(
    ready: Ready,
    catalog: String,
    filter: Arc<Filter>,
    bar: Arc<ProgressBar>,
) -> Listed {
    let outcome = ready.adapter.list_schemas(&catalog).await.map(|entries| {
        let rules = &ready.connection.rules;
        let schemas = entries.into_iter().map(|entry| SchemaEntry {
            name: names::listed(rules, entry.name),
            ..entry
        });
        let mut schemas: Vec<SchemaEntry> = schemas
            .filter(|entry| filter.admits(&ready, &SchemaName::new(&catalog, &entry.name)))
            .collect();
        schemas.sort_by(|one, other| one.name.cmp(&other.name));
        schemas.dedup_by(|later, kept| later.name == kept.name);
        schemas
    });
    bar.inc(1);
    Listed {
        ready,
        catalog: Some(catalog),
        outcome,
    }
}

/// Shows itself when the wait becomes one.
fn progress(interactive: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template("{spinner} listed {pos} catalogs, {elapsed}") {
        bar.set_style(style);
    }
    if interactive {
        let late = bar.downgrade();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if let Some(bar) = late.upgrade() {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(Duration::from_millis(120));
            }
        });
    }
    bar
}
