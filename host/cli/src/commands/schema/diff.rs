use clap::Args;
use rocky_cache::{Cached, SchemaInfo, Shape, Snapshot, Timestamp};
use rocky_schema::{IdentifierRules, Matching, Pair, TableName, pair_names};

use crate::commands::schema::diff_report::{DiffReport, TableLine, Whole};
use crate::commands::schema::place::no_schema;
use crate::commands::schema::{Place, adapters, find_table, readings, rules, schemas_named};
use crate::commands::{cache_config, open_cache};
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::output;
use crate::{human, moment};

/// Show how tables differ: from what they were, from another schema, or from what another adapter sees.
///
/// Tables and columns are compared by name, then types, nullability, kinds and the order of columns. Comments and attributes do not
/// count. Between warehouses with different rules for names, letter case does not count; types are compared as each warehouse says them.
///
/// Exit status: 0, and with --exit-code 1 where there is a difference.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky schema diff --since 3d                          # everything that has changed in three days
  rocky schema diff raw.flights --since 2026-11-20      # since the beginning of a day, in UTC
  rocky schema diff raw.flights --adapter prod --adapter test
  rocky schema diff main.contract raw.flights --exit-code   # fails where they differ")]
pub struct DiffArgs {
    /// The schema or table, or a pattern of schemas where there is no AFTER [default: all schemas]
    #[arg(value_name = "BEFORE")]
    before: Option<String>,
    /// The schema or table to compare it with
    #[arg(value_name = "AFTER", conflicts_with = "since")]
    after: Option<String>,
    /// Compare with what was then: an age (3d, 12h), a date or a time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only what this adapter described; given twice, compare the first adapter with the second
    #[arg(long, value_name = "NAME")]
    adapter: Vec<String>,
    /// Exit with status 1 where there is a difference
    #[arg(long)]
    exit_code: bool,
}

pub fn diff(context: &Context, args: &DiffArgs) -> Result<Status, CommandError> {
    let sides = Sides::read(context, args)?;
    let project = context.project()?;
    let (config, _) = cache_config(context, project.as_ref());
    let snapshot = open_cache(&config)?.snapshot()?;
    let mut report = DiffReport::default();
    match sides {
        Sides::Since { place, at } => {
            let now = context.now();
            if now.since(at).map(|age| age.as_secs() / 86_400) >= Some(config.history_days.into()) {
                context.warn(&format!(
                    "the cache remembers {}: what was at {} may be forgotten. \
                     Set `history_days` under [cache.schemas] to remember longer",
                    human::count_of(config.history_days.into(), "day"),
                    moment::to_the_second(at),
                ));
            }
            report.since_ms = Some(at.as_millis());
            let adapter = args.adapter.first().map(String::as_str);
            since(context, &snapshot, place.as_ref(), adapter, at, &mut report)?;
        }
        Sides::Two {
            before,
            after,
            adapters: [first, second],
        } => {
            let before = Side::load(&snapshot, before.as_ref(), first.as_deref())?;
            let after = Side::load(&snapshot, after.as_ref(), second.as_deref())?;
            report.tables = compare(&snapshot, &before, &after)?;
        }
    }
    report.count();
    output::print(context, &report)?;
    Ok(match args.exit_code && !report.tables.is_empty() {
        true => Status::Failed,
        false => Status::Done,
    })
}

/// What is to be compared.
enum Sides {
    Since {
        place: Option<Place>,
        at: Timestamp,
    },
    Two {
        before: Option<Place>,
        after: Option<Place>,
        adapters: [Option<String>; 2],
    },
}

impl Sides {
    fn read(context: &Context, args: &DiffArgs) -> Result<Self, CommandError> {
        let read = |name: &Option<String>| name.as_deref().map(Place::schema_or_table).transpose();
        let (before, after) = (read(&args.before)?, read(&args.after)?);
        if let Some(since) = &args.since {
            if args.adapter.len() > 1 {
                return Err(
                    CommandError::usage("--since compares one adapter with itself")
                        .hint("leave one --adapter out, or leave --since out to compare the two"),
                );
            }
            let at = moment::parse(since, context.now())?;
            return Ok(Self::Since { place: before, at });
        }
        let adapters = match args.adapter.as_slice() {
            [] => [None, None],
            [both] => [Some(both.clone()), Some(both.clone())],
            [before, after] => [Some(before.clone()), Some(after.clone())],
            _ => {
                return Err(CommandError::usage(
                    "two adapters can be compared, not more",
                ));
            }
        };
        let between_adapters = args.adapter.len() == 2;
        let after = match (&before, after) {
            (_, None) if !between_adapters => {
                return Err(CommandError::usage("nothing says what to compare with")
                    .hint("give --since TIME, a second schema, or --adapter twice"));
            }
            (before, None) => before.clone(),
            (Some(before), Some(after)) => {
                if before.is_pattern() || after.is_pattern() {
                    return Err(CommandError::usage("two patterns cannot be compared")
                        .hint("name a schema on each side"));
                }
                if before.table.is_some() != after.table.is_some() {
                    return Err(CommandError::usage(
                        "a table cannot be compared with a schema",
                    ));
                }
                Some(after)
            }
            (None, after) => after,
        };
        Ok(Self::Two {
            before,
            after,
            adapters,
        })
    }
}

/// What has changed since a moment.
fn since(
    context: &Context,
    snapshot: &Snapshot,
    place: Option<&Place>,
    adapter: Option<&str>,
    at: Timestamp,
    report: &mut DiffReport,
) -> Result<(), CommandError> {
    let mut is_known = false;
    for adapter in adapters(snapshot, adapter)? {
        let rules = rules(snapshot, &adapter)?;
        let matching = rules.map_or(Matching::Exact, |rules| rules.columns);
        for info in schemas_named(snapshot, &adapter, place)? {
            is_known = true;
            let found = snapshot.changes_since(&adapter, &info.name, at)?;
            if let Some(first) = found.known_since.filter(|first| *first > at) {
                context.warn(&format!(
                    "{} is known only since {}: whatever was there before counts as added",
                    info.name,
                    moment::to_the_second(first)
                ));
            }
            if found.forgotten > 0 {
                context.warn(&format!(
                    "{} of {} changed since then, but what they were is forgotten",
                    human::count_of(found.forgotten, "table"),
                    info.name,
                ));
            }
            let wanted = place.and_then(|place| place.table.as_ref());
            for changed in found.tables {
                let is_wanted = wanted.is_none_or(|part| {
                    let key = rules.map_or(Matching::Exact, |rules| rules.tables);
                    let mut names = readings(part, rules.as_ref()).into_iter();
                    names.any(|name| key.key(&name) == key.key(&changed.table))
                });
                let at = |shape| Whole {
                    adapter: &adapter,
                    name: info.name.table(&changed.table),
                    shape,
                };
                let sides = [changed.before.map(at), changed.after.map(at)];
                report
                    .tables
                    .extend(is_wanted.then(|| TableLine::new(sides, matching)).flatten());
            }
        }
    }
    match place {
        // A table that nobody knows has not changed either, but is more likely misspelt.
        Some(place) if place.table.is_some() => {
            find_table(snapshot, place, adapter, context.now()).map(drop)
        }
        Some(place) if !is_known && !place.is_pattern() => Err(no_schema(&place.as_written())),
        _ => Ok(()),
    }
}

/// One side of a comparison: schemas of one adapter.
struct Side {
    adapter: String,
    rules: Option<IdentifierRules>,
    schemas: Vec<SchemaInfo>,
    table: Option<TableName>,
}

impl Side {
    /// The schemas as the adapter knows them; without an adapter, as the first that knows them.
    fn load(
        snapshot: &Snapshot,
        place: Option<&Place>,
        adapter: Option<&str>,
    ) -> Result<Self, CommandError> {
        for adapter in adapters(snapshot, adapter)? {
            let schemas = schemas_named(snapshot, &adapter, place)?;
            if !schemas.is_empty() {
                let table = match place.filter(|place| place.table.is_some()) {
                    Some(place) => {
                        let now = Timestamp::default();
                        Some(find_table(snapshot, place, Some(&adapter), now)?.name)
                    }
                    None => None,
                };
                return Ok(Self {
                    rules: rules(snapshot, &adapter)?,
                    adapter,
                    schemas,
                    table,
                });
            }
        }
        Err(match place {
            Some(place) => no_schema(&place.as_written()),
            None => CommandError::failed("the cache holds no schema of that adapter"),
        })
    }

    fn tables(&self, snapshot: &Snapshot, info: &SchemaInfo) -> Result<Vec<Cached>, CommandError> {
        let mut tables = Vec::new();
        match &self.table {
            Some(table) => {
                let found = snapshot.table(&self.adapter, table, Timestamp::default(), 0)?;
                tables.extend(found.table());
            }
            None => {
                for table in snapshot.described(&self.adapter, &info.name)? {
                    tables.push(table?);
                }
            }
        }
        Ok(tables)
    }
}

fn compare(
    snapshot: &Snapshot,
    before: &Side,
    after: &Side,
) -> Result<Vec<TableLine>, CommandError> {
    // Where the rules differ, so may the letter case of names that mean the same.
    let is_same = before.rules == after.rules;
    let matching = |own: fn(IdentifierRules) -> Matching| match before.rules.filter(|_| is_same) {
        Some(rules) => own(rules),
        None => Matching::IgnoreCase,
    };
    let (tables, columns) = (matching(|it| it.tables), matching(|it| it.columns));
    let schemas = match (before.schemas.as_slice(), after.schemas.as_slice()) {
        ([one], [other]) => vec![Pair::Both(one, other)],
        (before, after) => pair_names(before, after, tables, |info| &info.name.schema),
    };
    let mut lines = Vec::new();
    for pair in schemas {
        let (left, right) = match pair {
            Pair::Both(left, right) => (Some(left), Some(right)),
            Pair::Before(left) => (Some(left), None),
            Pair::After(right) => (None, Some(right)),
        };
        let load = |side: &Side, info: Option<&SchemaInfo>| match info {
            Some(info) => side.tables(snapshot, info),
            None => Ok(Vec::new()),
        };
        let (left, right) = (load(before, left)?, load(after, right)?);
        let pairs = match (left.as_slice(), right.as_slice()) {
            ([one], [other]) if before.table.is_some() => vec![Pair::Both(one, other)],
            (left, right) => pair_names(left, right, tables, |it| &it.name.table),
        };
        for pair in pairs {
            let sides = match pair {
                Pair::Both(one, other) => [Some((before, one)), Some((after, other))],
                Pair::Before(one) => [Some((before, one)), None],
                Pair::After(other) => [None, Some((after, other))],
            };
            let sides = sides.map(|side| side.map(|(side, cached)| side.whole(cached)));
            lines.extend(TableLine::new(sides, columns));
        }
    }
    lines.sort_by(|a, b| a.name().cmp(&b.name()));
    Ok(lines)
}

impl Side {
    fn whole(&self, cached: &Cached) -> Whole<'_> {
        Whole {
            adapter: &self.adapter,
            name: cached.name.clone(),
            shape: Shape {
                kind: cached.table.kind.clone(),
                columns: cached.table.columns.clone(),
            },
        }
    }
}
