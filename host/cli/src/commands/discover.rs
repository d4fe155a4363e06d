use std::time::Instant;

use clap::Args;
use rocky_cache::CacheConfig;
use rocky_schema::SchemaName;

use crate::commands::adapters::AdapterArgs;
use crate::commands::cache_config;
use crate::config::Project;
use crate::context::Context;
use crate::discover::{DiscoverReport, Filter, Listed, list};
use crate::error::{CommandError, Status};
use crate::names::SchemaPattern;
use crate::output;
use crate::run::{Manner, Role, RunReport, Target, execute_into};

/// List the catalogs and schemas that your adapters may see, or describe and cache all of them.
///
/// Information schemas are left out unless --include names them. What cannot be listed
/// or described is told and counted, and does not stop the rest.
///
/// Exit status: 0 when nothing failed, 1 when everything did, 3 when some did.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = EXAMPLES)]
pub struct DiscoverArgs {
    #[command(flatten)]
    adapters: AdapterArgs,
    /// Describe every schema that is found, and cache it
    #[arg(long)]
    with_schemas: bool,
    /// Describe also what the cache knows to be unchanged
    #[arg(long, requires = "with_schemas")]
    refresh: bool,
    /// Only schemas that match this pattern, such as `raw.src__*`; may be repeated
    #[arg(long, value_name = "CATALOG.SCHEMA")]
    include: Vec<String>,
    /// No schemas that match this pattern; may be repeated
    #[arg(long, value_name = "CATALOG.SCHEMA")]
    exclude: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  rocky discover
  rocky discover --include 'raw.src__*' --exclude '*.tmp_*'
  rocky discover --with-schemas --adapter lake          # describe and cache all of it
  rocky discover --plugin databricks --set host=https://dbc-1.example";

/// How to do without a project.
const HOW: &str = "run in a project, or: rocky discover --plugin NAME --set host=…";

pub async fn discover(context: &Context, args: DiscoverArgs) -> Result<Status, CommandError> {
    let started = Instant::now();
    let patterns = |texts: &[String]| {
        let patterns = texts.iter().map(|text| SchemaPattern::parse(text));
        patterns.collect::<Result<Vec<_>, _>>()
    };
    let filter = Filter {
        include: patterns(&args.include)?,
        exclude: patterns(&args.exclude)?,
    };
    let project = context.project()?;
    let (cache, _) = cache_config(context, project.as_ref());
    if args.with_schemas && !cache.enabled {
        return Err(disabled(project.as_ref()));
    }
    let adapters = args.adapters.all(context, project.as_ref(), HOW).await?;
    let interactive = context.interactive && !context.global.quiet;
    let listed = list(adapters, filter, interactive).await;
    let run = match args.with_schemas {
        true => {
            let manner = Manner {
                refresh: args.refresh,
                interactive,
            };
            Some(describe(context, &listed, cache, manner).await?)
        }
        false => None,
    };
    let report = DiscoverReport::new(listed, run, started.elapsed());
    output::print(context, &report)?;
    Ok(report.status())
}

/// Without a cache there is nothing to describe schemas for.
fn disabled(project: Option<&Project>) -> CommandError {
    let message = "--with-schemas fills the schema cache, which is disabled";
    let help = "set `enabled = true` under [cache.schemas], or leave out --with-schemas";
    match project {
        Some(project) => project.cache_error(message, help),
        None => CommandError::failed(message).hint(help),
    }
}

async fn describe(
    context: &Context,
    listed: &[Listed],
    cache: CacheConfig,
    manner: Manner,
) -> Result<RunReport, CommandError> {
    let started = Instant::now();
    let targets = listed.iter().flat_map(|listed| {
        let schemas = listed.outcome.as_ref().map_or(&[][..], Vec::as_slice);
        let catalog = listed.catalog.as_deref().unwrap_or_default();
        schemas.iter().map(move |schema| Target {
            ready: listed.ready.clone(),
            name: SchemaName::new(catalog, &schema.name),
            revision: schema.revision.clone(),
            role: Role::Source,
        })
    });
    let (finished, committed) = execute_into(&cache, targets.collect(), manner).await?;
    let report = RunReport::new(
        finished,
        Vec::new(),
        &committed,
        Some(cache.path),
        started.elapsed(),
    )
    .relative_to(&context.directory);
    let warnings = report.cache.warnings.iter();
    warnings.for_each(|warning| context.warn(warning));
    Ok(report)
}
