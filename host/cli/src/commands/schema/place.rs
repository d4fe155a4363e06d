//! From a name that somebody has typed to what the cache holds.

use rocky_cache::{Cached, Change, Lookup, SchemaInfo, Snapshot, Timestamp};
use rocky_schema::{IdentifierRules, SchemaName, TableName};

use crate::commands::schema::{adapters, readings, rules, schema_named};
use crate::error::CommandError;
use crate::human;
use crate::names::{self, Part, printable};

/// What a dotted name names: schemas, which may be a pattern, and perhaps a table of them.
#[derive(Clone, Debug)]
pub struct Place {
    catalog: Part,
    schema: Part,
    pub table: Option<Part>,
}

impl Place {
    /// Reads `CATALOG.SCHEMA`; `CATALOG` alone stands for all its schemas.
    pub fn schema(text: &str) -> Result<Self, CommandError> {
        match names::schema_parts(text)? {
            Some([catalog, schema]) => Ok(Self::of(&catalog, &schema, None)),
            None => Err(CommandError::usage(format!("`{text}` is not CATALOG.SCHEMA")).hint(
                "show one table with `rocky schema show`; quote a part that holds a dot: \"a.b\".c",
            )),
        }
    }

    /// Reads `CATALOG.SCHEMA.TABLE`.
    pub fn table(text: &str) -> Result<Self, CommandError> {
        match names::split(text)?.as_slice() {
            [catalog, schema, table] => Ok(Self::of(catalog, schema, Some(table))),
            _ => Err(
                CommandError::usage(format!("`{text}` is not CATALOG.SCHEMA.TABLE"))
                    .hint("list the tables of a schema with `rocky schema ls CATALOG.SCHEMA`"),
            ),
        }
    }

    /// Reads either.
    pub fn schema_or_table(text: &str) -> Result<Self, CommandError> {
        match names::split(text)?.len() {
            3 => Self::table(text),
            _ => Self::schema(text),
        }
    }

    fn of(catalog: &Part, schema: &Part, table: Option<&Part>) -> Self {
        Self {
            catalog: catalog.clone(),
            schema: schema.clone(),
            table: table.cloned(),
        }
    }

    /// Whether it may name several schemas.
    pub fn is_pattern(&self) -> bool {
        self.parts()
            .iter()
            .any(|part| names::is_pattern(&part.text))
    }

    /// The catalog and the schema.
    pub fn parts(&self) -> [&Part; 2] {
        [&self.catalog, &self.schema]
    }

    /// The schema just as it was typed.
    pub fn as_written(&self) -> SchemaName {
        SchemaName::new(&self.catalog.text, &self.schema.text)
    }

    /// Whether a schema matches the pattern, by its warehouse's own rule for letter case.
    pub fn matches(&self, name: &SchemaName, rules: Option<&IdentifierRules>) -> bool {
        self.catalog.matches(&name.catalog, rules) && self.schema.matches(&name.schema, rules)
    }
}

/// The schemas of an adapter that a name or pattern means, or all.
pub fn schemas_named(
    snapshot: &Snapshot,
    adapter: &str,
    wanted: Option<&Place>,
) -> Result<Vec<SchemaInfo>, CommandError> {
    match wanted {
        Some(place) if place.is_pattern() => {
            let rules = rules(snapshot, adapter)?;
            let mut schemas = snapshot.schemas(adapter)?;
            schemas.retain(|info| place.matches(&info.name, rules.as_ref()));
            Ok(schemas)
        }
        Some(place) => {
            let name = schema_named(snapshot, adapter, place.parts())?;
            Ok(snapshot.schema(adapter, &name)?.into_iter().collect())
        }
        None => Ok(snapshot.schemas(adapter)?),
    }
}

/// The error where the cache holds no such schema.
pub fn no_schema(name: &SchemaName) -> CommandError {
    CommandError::failed(format!("the cache does not hold the schema {name}"))
        .hint("list what it holds with `rocky schema ls`, or describe it with `rocky run`")
}

/// A table of the cache, or one that it remembers.
#[derive(Debug)]
pub struct Found {
    pub adapter: String,
    pub name: TableName,
    pub history: Vec<Change>,
    pub current: Option<Cached>,
}

/// Finds a table, also one that is gone, under each name that it may have.
pub fn find_table(
    snapshot: &Snapshot,
    wanted: &Place,
    adapter: Option<&str>,
    now: Timestamp,
) -> Result<Found, CommandError> {
    for adapter in adapters(snapshot, adapter)? {
        let rules = rules(snapshot, &adapter)?;
        let place = schema_named(snapshot, &adapter, wanted.parts())?;
        let tables = wanted.table.iter();
        for table in tables.flat_map(|table| readings(table, rules.as_ref())) {
            let name = place.table(table);
            let history = snapshot.history(&adapter, &name)?;
            let current = snapshot.table(&adapter, &name, now, 0)?.table();
            if current.is_some() || !history.is_empty() {
                return Ok(Found {
                    adapter,
                    name: current
                        .as_ref()
                        .map_or(name, |current| current.name.clone()),
                    history,
                    current,
                });
            }
        }
    }
    Err(missing(snapshot, wanted, adapter, now)?)
}

/// Finds a table that is there, with its adapter and whether it is fresh.
pub fn lookup(
    snapshot: &Snapshot,
    wanted: &Place,
    adapter: Option<&str>,
    now: Timestamp,
    ttl_seconds: u64,
) -> Result<(String, Box<Cached>, bool), CommandError> {
    for adapter in adapters(snapshot, adapter)? {
        let rules = rules(snapshot, &adapter)?;
        let place = schema_named(snapshot, &adapter, wanted.parts())?;
        let tables = wanted.table.iter();
        for table in tables.flat_map(|table| readings(table, rules.as_ref())) {
            match snapshot.table(&adapter, &place.table(&table), now, ttl_seconds)? {
                Lookup::Fresh(cached) => return Ok((adapter, cached, true)),
                Lookup::Stale(cached) => return Ok((adapter, cached, false)),
                Lookup::NotVisible { .. } | Lookup::Unknown => {}
            }
        }
    }
    Err(missing(snapshot, wanted, adapter, now)?)
}

/// Says what is known of a table that is not there, and which name may have been meant.
fn missing(
    snapshot: &Snapshot,
    wanted: &Place,
    adapter: Option<&str>,
    now: Timestamp,
) -> Result<CommandError, CommandError> {
    let mut found = None;
    for adapter in adapters(snapshot, adapter)? {
        let place = schema_named(snapshot, &adapter, wanted.parts())?;
        if let Some(info) = snapshot.schema(&adapter, &place)? {
            found = Some((adapter, info));
            break;
        }
    }
    let Some((adapter, info)) = found else {
        return Ok(no_schema(&wanted.as_written()));
    };
    let table = wanted.table.as_ref().map_or("", |table| &table.text);
    let name = info.name.table(table);
    let age = human::age(now.since(info.cost.described_at));
    let source = format!("(adapter `{adapter}`, described {age})");
    let error = CommandError::failed(match info.is_complete() {
        true => {
            let principal = info.principal.as_deref();
            let who = principal.map_or_else(|| "whoever asked".to_owned(), printable);
            format!("{name} is not visible to {who} {source}")
        }
        false => format!(
            "the cache does not hold {name}, and its schema is not described completely {source}"
        ),
    });
    let tables = snapshot.tables(&adapter, &info.name)?;
    Ok(
        match names::closest(table, tables.iter().map(|table| table.name.as_str())) {
            Some(closest) => error.hint(format!("did you mean {}?", info.name.table(closest))),
            None => error.hint(format!(
                "list its tables with `rocky schema ls {}`",
                info.name
            )),
        },
    )
}
