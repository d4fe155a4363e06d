//! Where models live: in whose warehouse, and in which catalog and schema.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rocky_cache::Snapshot;
use rocky_compile::{Dialect, Home};
use rocky_plugin::PluginReference;
use rocky_schema::{IdentifierRules, SchemaName};

use crate::config::{CompileSection, Place, Project};
use crate::error::CommandError;
use crate::models::about::About;
use crate::names;

/// What a project and its cache say of where models live.
#[derive(Debug)]
pub struct Homes {
    section: CompileSection,
    /// The one target of all pipelines, if there is one.
    target: Option<Place>,
    adapters: BTreeMap<String, Result<Warehouse, String>>,
}

/// How a warehouse reads SQL.
#[derive(Clone, Copy, Debug)]
struct Warehouse {
    dialect: Dialect,
    rules: IdentifierRules,
}

impl Homes {
    /// Reads the cache, if there is one: adapters that were asked have told how their warehouse reads SQL.
    pub fn new(project: &Project, snapshot: Option<&Snapshot>) -> Result<Self, CommandError> {
        let connections = match snapshot {
            Some(snapshot) => snapshot.connections()?,
            None => Vec::new(),
        };
        let adapters = project.adapters.iter().map(|(name, entry)| {
            let told = connections
                .iter()
                .find(|connection| connection.adapter == *name)
                .map(|connection| warehouse(&connection.dialect, Some(connection.rules)));
            let known = || match &entry.plugin {
                Some(PluginReference::Name(plugin)) => warehouse(plugin, None),
                _ => Err(
                    "how its warehouse reads SQL is known once it was asked: run `rocky run`"
                        .to_owned(),
                ),
            };
            (name.clone(), told.unwrap_or_else(known))
        });
        Ok(Self {
            section: project.compile.clone(),
            target: only_target(project),
            adapters: adapters.collect(),
        })
    }

    /// Where a model lives that says this about itself, and where it is materialised.
    pub fn of(&self, about: &About) -> Result<(Arc<Home>, Option<SchemaName>), NoHome> {
        let adapter = self.adapter(about)?;
        let Some(warehouse) = self.adapters.get(&adapter) else {
            let known = self.adapters.keys().map(String::as_str);
            return Err(NoHome {
                help: names::closest(&adapter, known).map(|it| format!("did you mean `{it}`?")),
                message: format!("rocky.toml has no adapter `{adapter}`"),
            });
        };
        let Warehouse { dialect, rules } = warehouse.as_ref().map_err(|why| NoHome {
            message: format!("models of the adapter `{adapter}` cannot be checked"),
            help: Some(why.clone()),
        })?;
        let target = self.target.as_ref().filter(|it| it.adapter == adapter);
        let stored = |name: &String| names::stored(rules, name);
        let catalog = about.catalog.as_ref().or(self.section.catalog.as_ref());
        let catalog = catalog.or(target.map(|it| &it.catalog)).map(stored);
        let schema = about.schema.as_ref().or(self.section.schema.as_ref());
        let schema = schema.or(target.and_then(only_schema)).map(stored);
        let place = catalog.clone().zip(schema.clone());
        let home = Home {
            adapter,
            dialect: *dialect,
            rules: *rules,
            catalog,
            schema,
        };
        let place = place.map(|(catalog, schema)| SchemaName::new(catalog, schema));
        Ok((Arc::new(home), place))
    }

    /// How an adapter's warehouse matches names, where that is known.
    pub fn rules(&self, adapter: &str) -> Option<IdentifierRules> {
        let warehouse = self.adapters.get(adapter)?.as_ref().ok()?;
        Some(warehouse.rules)
    }

    fn adapter(&self, about: &About) -> Result<String, NoHome> {
        let said = about.adapter.as_ref().or(self.section.adapter.as_ref());
        if let Some(adapter) = said.or(self.target.as_ref().map(|it| &it.adapter)) {
            return Ok(adapter.clone());
        }
        let mut names = self.adapters.keys();
        match (names.next(), names.next()) {
            (Some(only), None) => Ok(only.clone()),
            (None, _) => Err(NoHome {
                message: "rocky.toml has no adapter whose warehouse the model could run in".to_owned(),
                help: Some("add a section [adapter.NAME] with a `plugin`".to_owned()),
            }),
            _ => Err(NoHome {
                message: "the project has several adapters, and nothing says in whose warehouse the model runs".to_owned(),
                help: Some("set `adapter` under [compile] in rocky.toml, or in the model's front matter".to_owned()),
            }),
        }
    }
}

/// Why it cannot be told where a model lives.
#[derive(Debug)]
pub struct NoHome {
    pub message: String,
    pub help: Option<String>,
}

/// How a warehouse of this dialect reads SQL: by the rules that its adapter has told, or by those that are known.
fn warehouse(dialect: &str, rules: Option<IdentifierRules>) -> Result<Warehouse, String> {
    let known = Dialect::from_name(dialect);
    let dialect = known.ok_or_else(|| {
        format!("rocky reads the SQL of Databricks, BigQuery and Snowflake, and not `{dialect}`")
    })?;
    let rules = rules.unwrap_or_else(|| dialect.identifier_rules());
    Ok(Warehouse { dialect, rules })
}

/// The place that all pipelines with a target write to.
fn only_target(project: &Project) -> Option<Place> {
    let targets = project
        .pipelines
        .values()
        .filter_map(|it| it.target.as_ref());
    let schemas: BTreeSet<(&str, &str, &[String])> = targets
        .clone()
        .map(|it| (&*it.adapter, &*it.catalog, &*it.schemas))
        .collect();
    targets.take(1).find(|_| schemas.len() == 1).cloned()
}

/// The schema of a place that has one and no pattern.
fn only_schema(place: &Place) -> Option<&String> {
    match &place.schemas[..] {
        [schema] if !names::is_pattern(schema) => Some(schema),
        _ => None,
    }
}
