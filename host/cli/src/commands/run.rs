use std::time::{Instant, SystemTime};

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use rocky_cache::{Tap, Timestamp};
use rocky_plugin::PluginReference;
use serde_json::{Map, Value};

use crate::commands::cache_config;
use crate::config::{AdapterEntry, Place, Project};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::output;
use crate::plugins::{Plugins, Ready};
use crate::run::{Request, Role, RunReport, execute, plan};

/// Describe the schemas that your pipelines use, and cache them.
///
/// Every source and target schema of every pipeline in rocky.toml is described,
/// all at once; patterns such as `src__*` are looked up in the warehouse. A schema
/// that fails keeps what the cache holds of it and does not stop the others.
///
/// Without a project, name a plugin, its settings and the schemas. The token comes
/// from the environment variable named after the plugin, such as DATABRICKS_TOKEN,
/// or from the one that --token-env names:
///
///     rocky run --plugin databricks --set host=https://… --catalog raw --schema flights
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RunArgs {
    /// Only adapters that run this plugin; where the project has none, an adapter of its own
    #[arg(long, value_name = "NAME|FILE")]
    plugin: Option<String>,
    /// Only the adapter of this name
    #[arg(long, value_name = "NAME", conflicts_with = "plugin")]
    adapter: Option<String>,
    /// A setting of the adapter, over the project's; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    settings: Vec<(String, String)>,
    /// The environment variable that holds the token, where no project says how to sign in
    #[arg(long, value_name = "VARIABLE", requires = "plugin", value_parser = NonEmptyStringValueParser::new())]
    token_env: Option<String>,
    /// Refuse to run unless every plugin and what it may do is as rocky.lock records
    #[arg(long)]
    locked: bool,
    /// List which origins each adapter contacted, with requests and bytes; also with -v
    #[arg(long)]
    explain_network: bool,
    /// Describe schemas of this catalog instead of the pipelines'
    #[arg(long, requires = "schemas", value_parser = NonEmptyStringValueParser::new())]
    catalog: Option<String>,
    /// A schema, or a pattern such as `src__*`; may be repeated
    #[arg(long = "schema", value_name = "SCHEMA", requires = "catalog", value_parser = NonEmptyStringValueParser::new())]
    schemas: Vec<String>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

pub async fn run(context: &Context, args: RunArgs) -> Result<Status, CommandError> {
    let started = Instant::now();
    let project = context.project()?;
    let (cache, _) = cache_config(context, project.as_ref());
    let requests = requests(context, project.as_ref(), &args).await?;
    let adapters: Vec<_> = requests
        .iter()
        .map(|request| request.ready.adapter.clone())
        .collect();
    let plan = plan(requests).await?;
    plan.warnings
        .iter()
        .for_each(|warning| context.warn(warning));
    let tap = Tap::start(&cache);
    let now = || Timestamp::from(SystemTime::now());
    let finished = execute(
        plan.targets,
        &tap,
        context.interactive && !context.global.quiet,
        now,
    )
    .await;
    let committed = tokio::task::spawn_blocking(move || tap.finish()).await;
    let committed = committed
        .map_err(|error| anyhow::Error::new(error).context("cannot finish the schema cache"))?;
    let path = cache.enabled.then_some(cache.path);
    let report = RunReport::new(finished, plan.failed, &committed, path, started.elapsed())
        .relative_to(&context.directory)
        .with_network(
            &adapters,
            args.explain_network || context.global.verbose > 0,
        );
    report
        .cache
        .warnings
        .iter()
        .for_each(|warning| context.warn(warning));
    output::print(context, &report)?;
    Ok(report.status())
}

/// The schemas that are asked for: those of the command line, or those of the pipelines.
async fn requests(
    context: &Context,
    project: Option<&Project>,
    args: &RunArgs,
) -> Result<Vec<Request>, CommandError> {
    let mut plugins = Plugins::new(context)?.locked(args.locked);
    let overrides: Map<String, Value> = args
        .settings
        .iter()
        .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
        .collect();
    let selected = select(project, args)?;
    if selected.is_empty() {
        return ad_hoc(&mut plugins, project, args, &overrides).await;
    }
    let Some(project) = project else {
        return Ok(Vec::new());
    };
    if args.token_env.is_some() {
        return Err(CommandError::usage(format!(
            "--token-env is for a plugin that the project does not use, but it does: {}",
            selected.join(", ")
        ))
        .hint("write under [adapter.NAME.auth] how to sign in"));
    }
    if let Some(catalog) = &args.catalog {
        let [name] = selected.as_slice() else {
            return Err(CommandError::usage(format!(
                "--catalog and --schema need one adapter, and there are: {}",
                selected.join(", ")
            ))
            .hint("choose one with --adapter"));
        };
        let Some(ready) = ready(&mut plugins, project, name, &overrides).await? else {
            return Ok(Vec::new());
        };
        return Ok(vec![Request {
            ready,
            catalog: catalog.clone(),
            schemas: args.schemas.clone(),
            role: Role::Source,
        }]);
    }
    of_pipelines(&mut plugins, project, &selected, &overrides).await
}

async fn ad_hoc(
    plugins: &mut Plugins<'_>,
    project: Option<&Project>,
    args: &RunArgs,
    overrides: &Map<String, Value>,
) -> Result<Vec<Request>, CommandError> {
    if args.locked {
        return Err(CommandError::usage(
            "--locked needs a project with a rocky.lock, and an adapter of it",
        ));
    }
    let Some(plugin) = &args.plugin else {
        return Err(CommandError::usage(
            "there is no rocky.toml here or in a parent directory, and no --plugin is given",
        )
        .hint(
            "run in a project, or: rocky run --plugin NAME --set host=… --catalog C --schema S",
        ));
    };
    let reference = PluginReference::from(plugin.as_str());
    let Some(ready) = plugins
        .ad_hoc(&reference, project, args.token_env.as_deref(), overrides)
        .await?
    else {
        return Ok(Vec::new());
    };
    let Some(catalog) = &args.catalog else {
        return Err(CommandError::usage(format!(
            "no project says what to describe with the plugin `{plugin}`"
        ))
        .hint("add --catalog C --schema S"));
    };
    Ok(vec![Request {
        ready,
        catalog: catalog.clone(),
        schemas: args.schemas.clone(),
        role: Role::Source,
    }])
}

/// The project's adapters that the command line admits.
fn select(project: Option<&Project>, args: &RunArgs) -> Result<Vec<String>, CommandError> {
    let Some(project) = project else {
        return match &args.adapter {
            Some(name) => Err(CommandError::usage(format!(
                "there is no rocky.toml that names the adapter `{name}`"
            ))),
            None => Ok(Vec::new()),
        };
    };
    let names = || project.adapters.keys().cloned();
    match (&args.adapter, &args.plugin) {
        (Some(name), _) if project.adapters.contains_key(name) => Ok(vec![name.clone()]),
        (Some(name), _) => Err(
            CommandError::usage(format!("the project has no adapter `{name}`")).hint(format!(
                "its adapters are: {}",
                names().collect::<Vec<_>>().join(", ")
            )),
        ),
        (None, Some(plugin)) => {
            let plugin = PluginReference::from(plugin.as_str());
            // Where the plugin cannot be told, the mistake is to be shown.
            let uses =
                |entry: &AdapterEntry| entry.plugin.as_ref().is_none_or(|used| *used == plugin);
            let selected = project.adapters.iter().filter(|(_, entry)| uses(entry));
            Ok(selected.map(|(name, _)| name.clone()).collect())
        }
        (None, None) if project.adapters.is_empty() => {
            Err(CommandError::failed("rocky.toml names no adapter")
                .hint("add a section [adapter.NAME] with `plugin = \"…\"`"))
        }
        (None, None) => Ok(names().collect()),
    }
}

async fn ready(
    plugins: &mut Plugins<'_>,
    project: &Project,
    name: &str,
    overrides: &Map<String, Value>,
) -> Result<Option<Ready>, CommandError> {
    match project.adapters.get(name) {
        Some(section) => plugins.of_project(project, name, section, overrides).await,
        None => Err(CommandError::failed(format!(
            "the project has no adapter `{name}`"
        ))),
    }
}

async fn of_pipelines(
    plugins: &mut Plugins<'_>,
    project: &Project,
    selected: &[String],
    overrides: &Map<String, Value>,
) -> Result<Vec<Request>, CommandError> {
    if project.pipelines.is_empty() {
        return Err(CommandError::failed("rocky.toml names no pipeline, so there is nothing to describe")
            .hint("add a section [pipeline.NAME] with a `source`, or name schemas with --catalog and --schema"));
    }
    let mut places: Vec<(&Place, Role)> = Vec::new();
    for pipeline in project.pipelines.values() {
        places.extend(pipeline.source.iter().map(|place| (place, Role::Source)));
        places.extend(pipeline.target.iter().map(|place| (place, Role::Target)));
    }
    let mut requests = Vec::new();
    let mut known: Vec<Ready> = Vec::new();
    for (place, role) in places {
        if !selected.contains(&place.adapter) {
            continue;
        }
        let ready = match known
            .iter()
            .find(|ready| ready.adapter.name() == place.adapter)
        {
            Some(ready) => ready.clone(),
            None => {
                let Some(ready) = ready(plugins, project, &place.adapter, overrides).await? else {
                    continue;
                };
                known.push(ready.clone());
                ready
            }
        };
        requests.push(Request {
            ready,
            catalog: place.catalog.clone(),
            schemas: place.schemas.clone(),
            role,
        });
    }
    Ok(requests)
}
