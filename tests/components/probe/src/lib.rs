//! An adapter that misbehaves on request: its setting `behaviour` says how. The end-to-end tests run it to see the host hold.

use std::time::Duration;

use rocky_adapter_sdk::{
    Adapter, Client, Column, Cursor, DescribeRequest, Endpoint, Entry, Error, Folding,
    IdentifierRules, Manifest, Matching, Progress, Request, Result, SchemaEntry, Setting,
    SettingKind, Settings, Step, Summary, Table,
};
use serde::Deserialize;

rocky_adapter_sdk::export!(Probe);

/// The adapter.
pub struct Probe {
    client: Client,
    behaviour: String,
}

#[derive(Deserialize)]
struct ProbeSettings {
    behaviour: String,
}

impl Adapter for Probe {
    type Cursor = ProbeCursor;

    fn manifest() -> Manifest {
        Manifest {
            name: "probe".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: "Misbehaves on request.".to_owned(),
            dialect: "ansi".to_owned(),
            identifiers: IdentifierRules {
                unquoted: Folding::Preserve,
                tables: Matching::Exact,
                columns: Matching::Exact,
                quote: '"',
            },
            settings: vec![
                Setting::new("host", SettingKind::Text, "The endpoint.").required(),
                Setting::new("behaviour", SettingKind::Text, "What to do.").required(),
            ],
            endpoints: vec![Endpoint::Setting("host".to_owned())],
            origins: Vec::new(),
            statements: Vec::new(),
            controls: Vec::new(),
        }
    }

    fn open(client: Client, settings: &Settings) -> Result<Self> {
        let ProbeSettings { behaviour } = settings.read()?;
        Ok(Self { client, behaviour })
    }

    fn list_catalogs(&self) -> Result<Vec<String>> {
        Ok(vec!["c".to_owned()])
    }

    fn list_schemas(&self, _catalog: &str) -> Result<Vec<SchemaEntry>> {
        let mut schema = SchemaEntry::new("s");
        schema.revision = self.behaviour.strip_prefix(LISTED).map(str::to_owned);
        Ok(vec![schema])
    }

    fn describe(&self, request: DescribeRequest) -> Result<ProbeCursor> {
        Ok(ProbeCursor {
            client: self.client.clone(),
            behaviour: self.behaviour.clone(),
            steps: 0,
            schema: request.schema,
            known_revision: request.known_revision,
        })
    }
}

/// An answer of the probe.
pub struct ProbeCursor {
    client: Client,
    behaviour: String,
    steps: u64,
    schema: String,
    known_revision: Option<String>,
}

/// Before the revision that the list of schemas tells.
const LISTED: &str = "listed-";
/// Before the revision that the schema has.
const REVISED: &str = "revised-";

impl Cursor for ProbeCursor {
    fn next(&mut self) -> Result<Step> {
        self.steps += 1;
        let revision = self.behaviour.strip_prefix(REVISED);
        if self.steps == 1 && revision.is_some() && self.known_revision.as_deref() == revision {
            return Ok(Step::Unchanged);
        }
        if self.steps == 1 {
            // Something is always returned first, so that a test can see it go.
            return Ok(Step::Page(vec![Entry::Table(table("first"))]));
        }
        if let Some(revision) = revision {
            return Ok(Step::Done(Summary {
                revision: Some(revision.to_owned()),
                ..Summary::exhausted()
            }));
        }
        match self.behaviour.as_str() {
            behaviour if behaviour.starts_with(LISTED) => Ok(Step::Done(Summary::exhausted())),
            "nothing" => Ok(Step::Done(Summary::exhausted())),
            "fail" => Err(Error::internal("the probe was asked to fail")),
            "panic" => panic!("the probe was asked to panic about {}", self.schema),
            "environment" => Err(Error::internal(surroundings())),
            "forge" => {
                self.report(Request::get("/forged").header("authorization", "Bearer forged"))
            }
            "echo" => self.report(Request::get("/echo")),
            "elsewhere" => {
                let place = format!("http://{}", self.schema);
                let elsewhere = self.client.clone().with_origin(&place);
                let response = elsewhere.fetch(Request::get("/elsewhere"))?;
                Err(Error::internal(format!(
                    "it answered {}",
                    response.status()
                )))
            }
            behaviour => match self.exhaust(behaviour) {
                Some(step) => Ok(step),
                None => nonsense(behaviour),
            },
        }
    }
}

impl ProbeCursor {
    /// Sends a request and fails with what came back, so that a test can read it.
    fn report(&self, request: Request) -> Result<Step> {
        let response = self.client.fetch(request)?;
        let body = String::from_utf8_lossy(response.body()).into_owned();
        Err(Error::internal(body))
    }

    /// Behaviours that use up time, memory or patience.
    fn exhaust(&self, behaviour: &str) -> Option<Step> {
        let one = |name: &str| Step::Page(vec![Entry::Table(table(name))]);
        Some(match behaviour {
            "loop" => loop {
                std::hint::black_box(self.steps);
            },
            "recurse" => one(&recurse(self.steps).to_string()),
            "sleep" => {
                std::thread::sleep(Duration::from_secs(3_600));
                Step::Done(Summary::exhausted())
            }
            "allocate" => {
                let mut hoard: Vec<Vec<u8>> = Vec::new();
                loop {
                    hoard.push(vec![1; 1 << 20]);
                    std::hint::black_box(&hoard);
                }
            }
            "wait" => Step::Waiting(Progress::new("the end of time")),
            "endless" => one(&format!("t{}", self.steps)),
            "empty-pages" => Step::Page(Vec::new()),
            "many" => match self.steps {
                // The first page held one table already.
                step @ 2..=MANY_PAGES => many(step),
                _ => Step::Done(Summary::exhausted()),
            },
            "huge-page" => one(&"x".repeat(64 << 20)),
            _ => return None,
        })
    }
}

/// Pages of an answer that is only large, the first included.
const MANY_PAGES: u64 = 51;

/// A hundred tables of twenty columns each.
fn many(page: u64) -> Step {
    let table = |index: u64| {
        let mut table = Table::new(format!("table_{page}_{index}"), "table");
        let columns =
            (0..20).map(|column| Column::new(format!("column_{column}"), "DECIMAL(10,2)"));
        table.columns.extend(columns);
        Entry::Table(table)
    };
    Step::Page((0..100).map(table).collect())
}

/// Answers that no warehouse can have meant.
fn nonsense(behaviour: &str) -> Result<Step> {
    let with = |name: &str, columns: Vec<Column>| {
        let mut table = table(name);
        table.columns.extend(columns);
        Entry::Table(table)
    };
    let entry = match behaviour {
        "table-twice" => with("first", Vec::new()),
        "column-twice" => with(
            "twice",
            vec![Column::new("c", "INT"), Column::new("c", "TEXT")],
        ),
        "unnamed" => with("", Vec::new()),
        "untyped" => with("untyped", vec![Column::new("c", "")]),
        "never-known" => Entry::Unchanged("never".to_owned()),
        "unchanged" => return Ok(Step::Unchanged),
        other => {
            let message = format!("the probe does not know how to {other}");
            return Err(Error::invalid_config(message));
        }
    };
    Ok(Step::Page(vec![entry]))
}

/// What of its surroundings a component can see.
fn surroundings() -> String {
    let told = std::env::vars().count() + std::env::args().skip(1).count();
    let files = std::fs::read_dir("/").is_ok() || std::fs::read("/etc/passwd").is_ok();
    let sockets = std::net::TcpStream::connect("127.0.0.1:80").is_ok();
    format!("variables and arguments: {told}, files: {files}, sockets: {sockets}")
}

fn table(name: &str) -> Table {
    let mut table = Table::new(name, "table");
    table.columns.push(Column::new("a", "INT"));
    table
}

fn recurse(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    if depth == u64::MAX {
        0
    } else {
        recurse(depth + 1) + room.iter().sum::<u64>()
    }
}
