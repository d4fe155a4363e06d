use std::time::Instant;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use rocky_cache::CacheConfig;
use serde_json::{Map, Value};

use crate::check::{Findings, Selection, check, no_models, require_cache};
use crate::commands::adapters::{AdapterArgs, ready};
use crate::commands::cache_config;
use crate::config::{Place, Project};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::output;
use crate::plugins::{Plugins, Ready};
use crate::run::{Manner, Request, Role, RunReport, execute_into, plan};

/// Describe the schemas that your pipelines use, and cache them.
///
/// Every source and target schema of every pipeline in rocky.toml is described,
/// all at once; patterns such as `src__*` are looked up in the warehouse. A schema
/// that fails keeps what the cache holds of it and does not stop the others.
///
/// A table whose revision is the one that the cache holds is not described again, up
/// to ten times in a row and only where finding that out costs nothing; --refresh
/// describes everything.
///
/// Then the project's models are checked as `rocky compile` does, to tell what a changed
/// table breaks.
///
/// Without a project, name a plugin, its settings and the schemas. The token comes
/// from the environment variable named after the plugin, such as DATABRICKS_TOKEN,
/// or from the one that --token-env names.
///
/// Exit status: 0 when no schema failed, 1 when all failed, 3 when some did; 1 also with --check when a model
/// has errors or cannot be checked.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = EXAMPLES)]
pub struct RunArgs {
    #[command(flatten)]
    adapters: AdapterArgs,
    /// List which origins each adapter contacted, with requests and bytes; also with -v
    #[arg(long)]
    explain_network: bool,
    /// Describe also what the cache knows to be unchanged
    #[arg(long)]
    refresh: bool,
    /// Fail if a model has errors, or cannot be checked; `rocky compile` tells also of warnings
    #[arg(long)]
    check: bool,
    /// Describe schemas of this catalog instead of the pipelines'
    #[arg(long, requires = "schemas", value_parser = NonEmptyStringValueParser::new())]
    catalog: Option<String>,
    /// A schema, or a pattern such as `src__*`; may be repeated
    #[arg(long = "schema", value_name = "SCHEMA", requires = "catalog", value_parser = NonEmptyStringValueParser::new())]
    schemas: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  rocky run                                   # everything that rocky.toml names
  rocky run --locked --check                  # in CI: as rocky.lock has approved it, and models fit
  rocky run --adapter lake --catalog raw --schema 'src__*' --explain-network
  rocky run --plugin databricks --set host=https://dbc-1.example --catalog raw --schema flights";

pub async fn run(context: &Context, args: RunArgs) -> Result<Status, CommandError> {
    let started = Instant::now();
    let project = context.project()?;
    let (cache, _) = cache_config(context, project.as_ref());
    if args.check {
        require_models(context, project.as_ref(), &cache)?;
    }
    let requests = requests(context, project.as_ref(), &args).await?;
    let adapters: Vec<_> = requests
        .iter()
        .map(|request| request.ready.adapter.clone())
        .collect();
    let plan = plan(requests).await?;
    plan.warnings
        .iter()
        .for_each(|warning| context.warn(warning));
    let manner = Manner {
        refresh: args.refresh,
        interactive: context.interactive && !context.global.quiet,
    };
    let (finished, committed) = execute_into(&cache, plan.targets, manner).await?;
    let check = findings(context, project.as_ref(), &cache);
    let path = cache.enabled.then_some(cache.path);
    let report = RunReport::new(finished, plan.failed, &committed, path, started.elapsed())
        .with_check(check)
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
    // What could not be written was not checked against.
    let is_checked = report.check.is_some() && report.cache.warnings.is_empty();
    let broken = report
        .check
        .as_ref()
        .is_some_and(|check| check.total.errors > 0);
    Ok(match report.status() {
        Status::Done | Status::Partial if args.check && (broken || !is_checked) => Status::Failed,
        status => status,
    })
}

/// Whether models can be checked at all is known before anybody is asked anything.
fn require_models(
    context: &Context,
    project: Option<&Project>,
    cache: &CacheConfig,
) -> Result<(), CommandError> {
    let Some(project) = project else {
        return Err(CommandError::usage("--check needs a project with models")
            .hint("run in the directory of a rocky.toml, or below it"));
    };
    require_cache(project, cache)?;
    match project.models().is_dir() {
        true => Ok(()),
        false => Err(no_models(context, project)),
    }
}

/// What is wrong with the project's models, now that the cache is as it is.
fn findings(context: &Context, project: Option<&Project>, cache: &CacheConfig) -> Option<Findings> {
    let checked = match project {
        Some(project) if cache.enabled => check(project, cache, context.now()),
        _ => Ok(None),
    };
    match checked {
        Ok(Some(checked)) => {
            let (selected, _) = Selection::default().of(&checked);
            Some(Findings::new(&selected))
        }
        Ok(None) => None,
        Err(error) => {
            context.warn(&format!("the models were not checked: {}", error.message()));
            None
        }
    }
}

/// The schemas that are asked for: those of the command line, or those of the pipelines.
async fn requests(
    context: &Context,
    project: Option<&Project>,
    args: &RunArgs,
) -> Result<Vec<Request>, CommandError> {
    let adapters = &args.adapters;
    let mut plugins = adapters.plugins(context)?;
    let overrides = adapters.overrides();
    let selected = adapters.select(project)?;
    if selected.is_empty() {
        return ad_hoc(&mut plugins, project, args, &overrides).await;
    }
    let Some(project) = project else {
        return Ok(Vec::new());
    };
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

/// How to do without a project.
const HOW: &str =
    "run in a project, or: rocky run --plugin NAME --set host=… --catalog C --schema S";

async fn ad_hoc(
    plugins: &mut Plugins<'_>,
    project: Option<&Project>,
    args: &RunArgs,
    overrides: &Map<String, Value>,
) -> Result<Vec<Request>, CommandError> {
    let Some(ready) = args
        .adapters
        .ad_hoc(plugins, project, overrides, HOW)
        .await?
    else {
        return Ok(Vec::new());
    };
    let Some(catalog) = &args.catalog else {
        return Err(CommandError::usage(format!(
            "no project says what to describe with the adapter `{}`",
            ready.adapter.name()
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
