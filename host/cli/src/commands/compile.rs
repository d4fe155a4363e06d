use std::io::{self, Write};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use rocky_cache::{CacheConfig, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::check::{
    Finding, Findings, ModelReport, ModelReports, Selection, Total, check, no_models,
    require_cache, write_columns, write_findings,
};
use crate::commands::cache_config;
use crate::config::Project;
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human;
use crate::names;
use crate::output::{self, Report, Style};

/// Check the SQL models of the project against the cached schemas, without asking a warehouse.
///
/// A model is a query in a file below the models directory, such as models/daily.sql, and a table that
/// other models can name. What it reads is looked up among the models first and then in the cache, by the
/// rules of its warehouse. An error is reported only where the warehouse would refuse the query, as far as
/// its tables are what the cache says; a table that is not cached is a warning.
///
/// Exit status: 0 no errors, 1 errors (or warnings, with --deny warnings).
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky compile
  rocky compile --select 'daily_*' --columns
  rocky compile --select +worst_departures --lineage
  rocky compile --deny warnings --output json")]
pub struct CompileArgs {
    /// Only the models of this name or path, which may be a pattern; `+NAME` with all that they read, `NAME+`
    /// with all that read them; may be repeated
    #[arg(long, short, value_name = "[+]MODEL[+]")]
    select: Vec<String>,
    /// What is to fail the command although it is no error
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Show the columns of each model, with their types
    #[arg(long)]
    columns: bool,
    /// Show also what each column is computed from
    #[arg(long)]
    lineage: bool,
}

/// What can be made to fail a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Warnings, such as tables that are not cached.
    Warnings,
}

pub fn compile(context: &Context, args: &CompileArgs) -> Result<Status, CommandError> {
    let started = Instant::now();
    let Some(project) = context.project()? else {
        return Err(
            CommandError::usage("there is no rocky.toml here or in a parent directory")
                .hint("write one that names your warehouse: [adapter.NAME] with a `plugin`"),
        );
    };
    let (cache, _) = cache_config(context, Some(&project));
    require_cache(&project, &cache)?;
    let Some(checked) = check(&project, &cache, context.now())? else {
        return Err(no_models(context, &project));
    };
    let selection = Selection::new(&args.select);
    let (selected, empty) = selection.of(&checked);
    if let Some(nothing) = empty.first() {
        let error = CommandError::failed(format!("no model is called `{nothing}`"));
        let models = checked.workspace.models().map(|model| model.name.as_str());
        return Err(match names::closest(nothing.trim_matches('+'), models) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error.hint("`rocky compile --columns` shows all models"),
        });
    }
    let Findings { diagnostics, total } = Findings::new(&selected);
    let report = CompileReport {
        models: ModelReports {
            selected,
            lineage: args.lineage,
        },
        diagnostics,
        total,
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        columns: args.columns || args.lineage,
        now: context.now(),
    };
    output::print(context, &report)?;
    hint(context, &project, &cache, report.total.models);
    let denied = args.deny == Some(Deny::Warnings) && total.warnings > 0;
    Ok(match total.errors > 0 || denied {
        true => Status::Failed,
        false => Status::Done,
    })
}

/// What is likely to be the matter where nothing could be found.
fn hint(context: &Context, project: &Project, cache: &CacheConfig, models: u64) {
    if context.global.quiet {
        return;
    }
    if models == 0 {
        let directory = context.shown(&project.models());
        context.hint(&format!("there is no file NAME.sql in {directory}"));
    } else if !cache.path.is_file() {
        let path = context.shown(&cache.path);
        context.hint(&format!(
            "there is no cache at {path}: `rocky run` describes what your pipelines read"
        ));
    }
}

/// What `rocky compile` found.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CompileReport<'c> {
    /// The models, in the order in which they depend on each other.
    #[schemars(with = "Vec<ModelReport>")]
    models: ModelReports<'c>,
    /// What is wrong, by file and place.
    diagnostics: Vec<Finding>,
    /// How much that is.
    total: Total,
    /// How long it took, in milliseconds.
    duration_ms: u64,
    #[serde(skip)]
    columns: bool,
    #[serde(skip)]
    now: Timestamp,
}

impl Report for CompileReport<'_> {
    const COMMAND: &'static str = "compile";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        if self.columns {
            write_columns(out, self.models.iter(), style)?;
        }
        write_findings(out, &self.diagnostics, self.now, style)?;
        let models = style.bold(&format!(
            "Checked {}",
            human::count_of(self.total.models, "model")
        ));
        let duration = human::duration(Duration::from_millis(self.duration_ms));
        writeln!(
            out,
            "{models} in {duration}: {}.",
            self.total.verdict(style)
        )
    }
}
