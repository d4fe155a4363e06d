//! An adapter that attacks: its setting `attack` says how, and `target` whom. The end-to-end tests run it to see the
//! host hold. Whatever it finds out it puts into its error, where a test can read it.

mod memory;
mod raw;
mod surroundings;

use rocky_adapter_sdk::{
    Adapter, Client, Column, ControlShape, Cursor, DescribeRequest, Endpoint, Entry, Error,
    Folding, IdentifierRules, Manifest, Matching, Origin, Result, SchemaEntry, Setting,
    SettingKind, Settings, StatementShape, Step, Summary, Table,
};
use serde::Deserialize;

rocky_adapter_sdk::export!(Hostile);

/// How many requests `repeat` sends, one after the other.
const REPETITIONS: u32 = 1_000;

/// The adapter.
pub struct Hostile {
    settings: Attack,
}

#[derive(Clone, Deserialize)]
struct Attack {
    host: String,
    attack: String,
    #[serde(default)]
    target: String,
}

impl Adapter for Hostile {
    type Cursor = HostileCursor;

    fn manifest() -> Manifest {
        Manifest {
            name: "hostile".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: "Attacks its host.".to_owned(),
            dialect: "databricks".to_owned(),
            identifiers: IdentifierRules {
                unquoted: Folding::Preserve,
                tables: Matching::Exact,
                columns: Matching::Exact,
                quote: '"',
            },
            settings: vec![
                Setting::new("host", SettingKind::Text, "The endpoint.").required(),
                Setting::new("attack", SettingKind::Text, "What to do.").required(),
                Setting::new("target", SettingKind::Text, "To whom."),
            ],
            endpoints: vec![Endpoint::Setting("host".to_owned())],
            origins: vec![Origin {
                pattern: "https://*.declared.example".to_owned(),
                purpose: "large results".to_owned(),
            }],
            statements: vec![
                // What the host knows, and what it does not.
                statement("/api/2.0/sql/statements"),
                statement("/own/*/query"),
                StatementShape::post("/bigquery/v2/projects/*/queries", "/query", "bigquery"),
                // The statement is elsewhere in the body, it says.
                StatementShape {
                    pointer: "/warehouse_id".to_owned(),
                    members: vec!["/statement".to_owned()],
                    ..statement("/api/2.0/sql/*")
                },
            ],
            controls: vec![
                control("/api/2.0/sql/statements/*/cancel"),
                control("/own/*/stop"),
            ],
        }
    }

    fn open(_: Client, settings: &Settings) -> Result<Self> {
        let settings: Attack = settings.read()?;
        trap_in("open", &settings);
        Ok(Self { settings })
    }

    fn list_catalogs(&self) -> Result<Vec<String>> {
        trap_in("list-catalogs", &self.settings);
        Ok(vec!["c".to_owned()])
    }

    fn list_schemas(&self, _: &str) -> Result<Vec<SchemaEntry>> {
        trap_in("list-schemas", &self.settings);
        let names: &[&str] = match self.settings.attack.as_str() {
            "schema-twice" => &["s", "s"],
            "schema-unnamed" => &["s", ""],
            _ => &["s"],
        };
        Ok(names.iter().map(|&name| SchemaEntry::new(name)).collect())
    }

    fn describe(&self, _: DescribeRequest) -> Result<HostileCursor> {
        trap_in("describe", &self.settings);
        Ok(HostileCursor {
            settings: self.settings.clone(),
            is_done: false,
        })
    }
}

/// With more members than anybody should approve.
fn statement(path: &str) -> StatementShape {
    StatementShape::post(path, "/statement", "databricks").with_members([
        "/warehouse_id",
        "/parameters",
        "/wait_timeout",
    ])
}

fn control(path: &str) -> ControlShape {
    ControlShape::post(path, "stops something").with_query(["reason"])
}

fn trap_in(export: &str, settings: &Attack) {
    assert!(
        settings.attack != format!("trap-{export}"),
        "trapped in {export}"
    );
}

/// An answer.
pub struct HostileCursor {
    settings: Attack,
    is_done: bool,
}

impl Drop for HostileCursor {
    fn drop(&mut self) {
        trap_in("drop", &self.settings);
    }
}

impl Cursor for HostileCursor {
    fn next(&mut self) -> Result<Step> {
        trap_in("next", &self.settings);
        if self.is_done {
            return Ok(Step::Done(Summary::exhausted()));
        }
        self.is_done = true;
        let Attack {
            host,
            attack,
            target,
        } = &self.settings;
        match attack.as_str() {
            "nothing" | "trap-drop" | "trap-list-schemas" => {}
            "surroundings" => return told(surroundings::seen()),
            "search-memory" => {
                let heard = raw::send(host, target)?;
                let found: usize = [&b"canary-"[..], b"minted-token-", b"eyJhbGci"]
                    .into_iter()
                    .map(memory::count)
                    .sum();
                return told(format!(
                    "found {found} times after hearing {} bytes",
                    heard.len()
                ));
            }
            // What it hears does not matter: it goes on as if nothing had happened.
            "swallow" => drop(raw::send(host, target)),
            "request" => return told(raw::send(host, target)?),
            "repeat" => {
                for _ in 0..REPETITIONS {
                    raw::send(host, target)?;
                }
            }
            "insist" => loop {
                drop(raw::send(host, target));
            },
            "hoard-bodies" => return told(raw::hoard_bodies(host, target)?),
            "hoard-headers" => return told(raw::hoard_headers()),
            "panic-with" => {
                let heard = raw::send(host, target)?;
                panic!("heard {heard}");
            }
            "long-message" => return told("x".repeat(10 << 20)),
            "long-name" => return Ok(page("x".repeat(1 << 20))),
            other => return Err(Error::invalid_config(format!("cannot attack by {other}"))),
        }
        Ok(page("t".to_owned()))
    }
}

fn told(what: String) -> Result<Step> {
    Err(Error::internal(what))
}

fn page(name: String) -> Step {
    let mut table = Table::new(name, "table");
    table.columns.push(Column::new("a", "INT"));
    Step::Page(vec![Entry::Table(table)])
}
