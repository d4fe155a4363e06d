use std::collections::BTreeSet;

use rocky_plugin::CallError;
use rocky_schema::{SchemaEntry, SchemaName};

use crate::error::CommandError;
use crate::names;
use crate::plugins::Ready;

/// Schemas that somebody asked for, by name or pattern.
#[derive(Clone, Debug)]
pub struct Request {
    pub ready: Ready,
    pub catalog: String,
    pub schemas: Vec<String>,
    pub role: Role,
}

/// What a schema is to the pipeline that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It is read: it must be there.
    Source,
    /// It is written: it may not be there yet.
    Target,
}

/// One schema to describe.
#[derive(Clone, Debug)]
pub struct Target {
    pub ready: Ready,
    pub name: SchemaName,
    /// Its revision, where a list of schemas has told one.
    pub revision: Option<String>,
    pub role: Role,
}

/// A pattern that could not be looked up.
#[derive(Debug)]
pub struct Unlisted {
    pub ready: Ready,
    /// The catalog whose schemas could not be listed, and the pattern that needed the list.
    pub place: SchemaName,
    pub error: CallError,
}

/// What is to be described, and what could not even be looked up.
#[derive(Debug, Default)]
pub struct Plan {
    pub targets: Vec<Target>,
    pub failed: Vec<Unlisted>,
    pub warnings: Vec<String>,
}

/// Resolves patterns through the adapters, and names each schema once: a source where it is both.
pub async fn plan(requests: Vec<Request>) -> Result<Plan, CommandError> {
    let mut plan = Plan::default();
    let mut seen = BTreeSet::new();
    let mut found: Vec<(Target, usize)> = Vec::new();
    for request in &requests {
        let rules = &request.ready.connection.rules;
        for wanted in &request.schemas {
            let schemas = match names::is_pattern(wanted) {
                true => match matching(request, wanted).await {
                    Ok(schemas) => schemas,
                    Err(error) => {
                        plan.failed.push(Unlisted {
                            ready: request.ready.clone(),
                            place: SchemaName::new(&request.catalog, wanted),
                            error,
                        });
                        continue;
                    }
                },
                false => vec![SchemaEntry {
                    name: names::stored(rules, wanted),
                    revision: None,
                }],
            };
            if schemas.is_empty() {
                plan.warnings.push(format!(
                    "no schema of catalog `{}` that adapter `{}` may see matches `{wanted}`",
                    names::printable(&request.catalog),
                    request.ready.adapter.name(),
                ));
            }
            for SchemaEntry { name, revision } in schemas {
                let name = SchemaName::new(names::stored(rules, &request.catalog), name);
                let target = Target {
                    ready: request.ready.clone(),
                    name,
                    revision,
                    role: request.role,
                };
                found.push((target, found.len()));
            }
        }
    }
    // Sources first, so that the stricter role stands where a schema has both.
    found.sort_by_key(|(target, position)| (target.role, *position));
    for (target, _) in found {
        if seen.insert((target.ready.adapter.name().to_owned(), target.name.clone())) {
            plan.targets.push(target);
        }
    }
    Ok(plan)
}

async fn matching(request: &Request, pattern: &str) -> Result<Vec<SchemaEntry>, CallError> {
    let rules = &request.ready.connection.rules;
    let matching = rules.tables;
    let pattern = names::stored(rules, pattern);
    let pattern = matching.key(&pattern);
    let catalog = names::stored(rules, &request.catalog);
    let schemas = request.ready.adapter.list_schemas(&catalog).await?;
    let listed = schemas.into_iter().map(|entry| SchemaEntry {
        name: names::listed(rules, entry.name),
        ..entry
    });
    let mut schemas: Vec<SchemaEntry> = listed
        .filter(|entry| names::matches(&pattern, &matching.key(&entry.name)))
        .collect();
    schemas.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(schemas)
}
