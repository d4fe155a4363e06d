use std::io::{self, Write};
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use rocky_cache::{Candidate, Cleared, Reader, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::cache_config;
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human;
use crate::names::{self, Part};
use crate::output::{self, Report, Style};

/// Remove schemas from the cache: all, or those that every given condition holds for.
///
/// The next `rocky run` describes them afresh. What is remembered of how tables
/// changed stays, and goes on then, unless --history is given. Whoever reads or
/// writes the cache meanwhile is not disturbed. Where there is no cache nothing is
/// removed, and that is no failure.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = EXAMPLES)]
pub struct ClearArgs {
    /// Only count what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Only what this adapter described
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    adapter: Option<String>,
    /// Only schemas of this catalog; may be a pattern such as `dev_*`
    #[arg(long, value_name = "CATALOG", value_parser = NonEmptyStringValueParser::new())]
    catalog: Option<String>,
    /// Only schemas of this name; may be a pattern such as `src__*`
    #[arg(long, value_name = "SCHEMA", value_parser = NonEmptyStringValueParser::new())]
    schema: Option<String>,
    /// Only schemas described longer ago than this: 90s, 30m, 12h, 7d or 2w
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Option<Duration>,
    /// Also forget how their tables changed
    #[arg(long)]
    history: bool,
}

const EXAMPLES: &str = "\
Examples:
  rocky state clear-schema-cache --dry-run    # how much there is to remove
  rocky state clear-schema-cache              # remove all of it
  rocky state clear-schema-cache --adapter lake --catalog dev --schema 'tmp_*'
  rocky state clear-schema-cache --older-than 30d --history";

/// `7d` as a duration.
fn age(text: &str) -> Result<Duration, String> {
    let expected = || format!("`{text}` is not a number and a unit: 90s, 30m, 12h, 7d or 2w");
    let mut number = text.chars();
    let seconds: u64 = match number.next_back() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        Some('w') => 604_800,
        _ => return Err(expected()),
    };
    let number = number.as_str();
    // `parse` would take a sign.
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(expected());
    }
    let count = number.parse::<u64>().ok();
    let total = count.and_then(|count| count.checked_mul(seconds));
    total
        .map(Duration::from_secs)
        .ok_or_else(|| format!("`{text}` is longer than time is counted"))
}

pub fn clear(context: &Context, args: &ClearArgs) -> Result<Status, CommandError> {
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let now = context.now();
    let chosen = |candidate: &Candidate<'_>| args.choose(candidate, now);
    let cleared = if args.dry_run {
        match Reader::open_untouched(&config)? {
            Some(reader) => reader.snapshot()?.clearable(args.history, chosen)?,
            None => Cleared::default(),
        }
    } else {
        rocky_cache::clear(&config, args.history, chosen)?
    };
    let report = ClearReport {
        entries_deleted: cleared.tables,
        dry_run: args.dry_run,
        schemas_deleted: cleared.schemas,
        history_deleted: cleared.history,
        keeps_history: !args.history,
    };
    output::print(context, &report)?;
    Ok(Status::Done)
}

impl ClearArgs {
    /// Whether every condition holds.
    fn choose(&self, candidate: &Candidate<'_>, now: Timestamp) -> bool {
        let name = &candidate.schema.name;
        let adapter = self.adapter.as_ref();
        adapter.is_none_or(|adapter| candidate.adapters.contains(adapter))
            && matches(self.catalog.as_deref(), &name.catalog, candidate)
            && matches(self.schema.as_deref(), &name.schema, candidate)
            && self.older_than.is_none_or(|limit| {
                // The age of what was described in the future is not known.
                let age = now.since(candidate.schema.cost.described_at);
                age.is_some_and(|age| age > limit)
            })
    }
}

/// Whether a name matches a pattern, by its warehouse's own rule for letter case.
fn matches(pattern: Option<&str>, name: &str, candidate: &Candidate<'_>) -> bool {
    let Some(pattern) = pattern else {
        return true;
    };
    let rules = &candidate.connection.rules;
    let pattern = Part {
        text: pattern.to_owned(),
        quoted: false,
    };
    let key = |text: &str| rules.tables.key(text).into_owned();
    pattern
        .readings(rules)
        .iter()
        .any(|pattern| names::matches(&key(pattern), &key(name)))
}

/// What was removed from the schema cache, or would be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClearReport {
    /// Tables that were removed from the cache, or would be.
    entries_deleted: u64,
    /// Whether they were only counted.
    dry_run: bool,
    /// The schemas that they were in.
    schemas_deleted: u64,
    /// Remembered changes that went too; 0 without `--history`.
    history_deleted: u64,
    #[serde(skip)]
    keeps_history: bool,
}

impl Report for ClearReport {
    const COMMAND: &'static str = "state clear-schema-cache";

    fn write_human(&self, out: &mut dyn Write, _: Style) -> io::Result<()> {
        let attempt = match self.dry_run {
            true => "Would remove",
            false => "Removed",
        };
        if self.schemas_deleted == 0 {
            return writeln!(out, "{attempt} nothing: the cache holds no such schema.");
        }
        let schemas = human::count_of(self.schemas_deleted, "schema");
        let tables = human::count_of(self.entries_deleted, "table");
        write!(out, "{attempt} {schemas} with {tables}")?;
        match self.keeps_history {
            true => writeln!(out, "; how they changed stays remembered.")?,
            false => {
                let changes = human::count_of(self.history_deleted, "remembered change");
                writeln!(out, " and {changes}.")?;
            }
        }
        match self.dry_run {
            true => Ok(()),
            false => writeln!(out, "`rocky state compact` makes the file smaller."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_and_a_unit() {
        let check = |text, seconds| assert_eq!(age(text), Ok(Duration::from_secs(seconds)));
        check("0s", 0);
        check("90s", 90);
        check("30m", 1_800);
        check("12h", 43_200);
        check("7d", 604_800);
        check("2w", 1_209_600);
        check("18446744073709551615s", u64::MAX);
        for text in ["", "d", "7", "7 d", "-7d", "+7d", "1.5d", "7é", "7y"] {
            assert!(age(text).is_err_and(|it| it.contains("a number and a unit")));
        }
        for text in ["18446744073709551616s", "18446744073709551615m"] {
            assert!(age(text).is_err_and(|it| it.contains("longer than")));
        }
    }
}
