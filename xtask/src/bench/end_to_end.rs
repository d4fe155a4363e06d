//! The program against a generated warehouse.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::measure::{median, peak_memory, time};
use super::table::{Quantity, Row};
use crate::build::Built;
use crate::clients;
use crate::emulator::{self, Emulator};
use crate::scratch::Scratch;
use crate::workspace::Workspace;

/// An adapter, and what its vendor's client does in its place.
#[derive(Clone, Copy)]
pub struct Vendor {
    plugin: &'static str,
    /// The setting that says where the warehouse is.
    endpoint: &'static str,
    /// The vendor's client, which it is compared with.
    official: Official,
}

/// A vendor's client in Python.
#[derive(Clone, Copy)]
struct Official {
    /// Its module.
    module: &'static str,
    /// Does with it what `rocky run` does, and prints how many seconds that took.
    program: &'static str,
}

/// Databricks.
pub const DATABRICKS: Vendor = Vendor {
    plugin: "databricks",
    endpoint: "host",
    official: Official {
        module: "databricks.sdk",
        program: include_str!("official_databricks.py"),
    },
};

const BIGQUERY: Vendor = Vendor {
    plugin: "bigquery",
    endpoint: "api_endpoint",
    official: Official {
        module: "google.cloud.bigquery",
        program: include_str!("official_bigquery.py"),
    },
};

const SNOWFLAKE: Vendor = Vendor {
    plugin: "snowflake",
    endpoint: "host",
    official: Official {
        module: "snowflake.connector",
        program: include_str!("official_snowflake.py"),
    },
};

/// A warehouse to describe.
struct Scenario {
    name: &'static str,
    vendor: Vendor,
    /// Schemas, tables in each, columns in each.
    generate: &'static str,
    emulator: &'static [&'static str],
    target: Duration,
    memory: Quantity,
}

const SCENARIOS: [Scenario; 8] = [
    Scenario {
        name: "200,000 columns",
        vendor: DATABRICKS,
        generate: "100x100x20",
        emulator: &["--latency-ms", "0"],
        target: Duration::from_millis(500),
        memory: Quantity::Memory(150_000_000),
    },
    Scenario {
        name: "200,000 columns, 50 ms latency",
        vendor: DATABRICKS,
        generate: "100x100x20",
        emulator: &["--latency-ms", "50", "--page-size", "50"],
        target: Duration::from_millis(1_500),
        memory: Quantity::Memory(150_000_000),
    },
    Scenario {
        name: "50,000 tables in 500 schemas",
        vendor: DATABRICKS,
        generate: "500x100x10",
        emulator: &["--latency-ms", "0", "--page-size", "50"],
        target: Duration::from_secs(3),
        memory: Quantity::Memory(200_000_000),
    },
    Scenario {
        name: "BigQuery, 10,000 tables in 20 datasets",
        vendor: BIGQUERY,
        generate: "20x500x20",
        emulator: &["--latency-ms", "0"],
        target: Duration::from_millis(800),
        memory: Quantity::Memory(200_000_000),
    },
    Scenario {
        name: "BigQuery, 10,000 tables in 20 datasets, 50 ms latency",
        vendor: BIGQUERY,
        generate: "20x500x20",
        emulator: &["--latency-ms", "50"],
        target: Duration::from_millis(1_200),
        memory: Quantity::Memory(200_000_000),
    },
    Scenario {
        name: "Snowflake, 200,000 columns",
        vendor: SNOWFLAKE,
        generate: "100x100x20",
        emulator: &["--latency-ms", "0"],
        target: Duration::from_millis(600),
        memory: Quantity::Memory(150_000_000),
    },
    Scenario {
        name: "Snowflake, 200,000 columns, 50 ms latency",
        vendor: SNOWFLAKE,
        generate: "100x100x20",
        emulator: &["--latency-ms", "50"],
        target: Duration::from_millis(1_500),
        memory: Quantity::Memory(150_000_000),
    },
    Scenario {
        name: "Snowflake, 60,000 columns in one schema",
        vendor: SNOWFLAKE,
        generate: "1x3000x20",
        emulator: &["--latency-ms", "0"],
        target: Duration::from_secs(1),
        memory: Quantity::Memory(150_000_000),
    },
];

const INSPECT_TARGET: Quantity = Quantity::Time(Duration::from_millis(30));

/// Measures everything.
pub fn run(workspace: &Workspace, built: &Built, runs: usize) -> Result<Vec<Row>> {
    let mut rows = vec![inspect(built, runs)?];
    for scenario in &SCENARIOS {
        eprintln!("measuring: {}", scenario.name);
        let client = client(workspace, scenario.vendor);
        rows.extend(describe(built, scenario, runs, client)?);
    }
    Ok(rows)
}

/// How long it takes to say what an adapter is, once it has been compiled.
fn inspect(built: &Built, runs: usize) -> Result<Row> {
    let folder = Scratch::new("bench")?;
    let log = folder.path().join("log");
    let mut command = rocky(built, folder.path(), "plugin inspect databricks");
    time(&mut command, &log)?;
    let times = (0..runs.max(9)).map(|_| time(&mut command, &log));
    let median = median(times.collect::<Result<_>>()?);
    Ok(Row::new("rocky plugin inspect, warm", Quantity::Time(median)).target(INSPECT_TARGET))
}

/// Describes a whole warehouse, for the first time and again.
fn describe(
    built: &Built,
    scenario: &Scenario,
    runs: usize,
    client: Option<(PathBuf, Official)>,
) -> Result<Vec<Row>> {
    let generate = ["--generate", scenario.generate];
    let arguments = generate.iter().chain(scenario.emulator);
    let emulator = Emulator::start(&built.emulator, arguments.copied())?;
    let mut first = Vec::new();
    let mut second = Vec::new();
    for _ in 0..runs {
        let project = project(&emulator, scenario.vendor)?;
        let log = project.path().join("log");
        let mut command = rocky(built, project.path(), "run");
        first.push(time(&mut command, &log)?);
        second.push(time(&mut command, &log)?);
    }
    let first = Quantity::Time(median(first));
    let second = Quantity::Time(median(second));
    let name = scenario.name;
    let target = Quantity::Time(scenario.target);
    let mut rows = vec![
        Row::new(format!("rocky run, {name}"), first).target(target),
        Row::new(format!("rocky run again, {name}, unchanged"), second),
    ];
    let project = project(&emulator, scenario.vendor)?;
    let mut command = rocky(built, project.path(), "run");
    if let Some(bytes) = peak_memory(&mut command, &project.path().join("log"))? {
        let row = Row::new(format!("peak memory, {name}"), Quantity::Memory(bytes));
        rows.push(row.target(scenario.memory));
    }
    if let Some((python, official)) = client {
        let baseline = Quantity::Time(official_client(&python, &emulator, official)?);
        rows.push(
            Row::new(format!("against the vendor's client, {name}"), first).baseline(baseline),
        );
    }
    Ok(rows)
}

/// A new, empty project for this warehouse.
pub fn project(emulator: &Emulator, vendor: Vendor) -> Result<Scratch> {
    let folder = Scratch::new("bench")?;
    let config = format!(
        "[adapter.lake]\nplugin = \"{}\"\n{} = \"{}\"\n\n\
         [adapter.lake.auth]\ntype = \"bearer\"\ntoken = \"{}\"\n\n\
         [pipeline.all]\nsource = {{ adapter = \"lake\", catalog = \"gen\", schemas = [\"s*\"] }}\n",
        vendor.plugin,
        vendor.endpoint,
        emulator.origin(),
        emulator::TOKEN
    );
    fs::write(folder.path().join("rocky.toml"), config)?;
    Ok(folder)
}

/// The program with these arguments, separated by blanks, in this folder.
pub fn rocky(built: &Built, folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(&built.rocky);
    command.args(arguments.split(' ')).current_dir(folder);
    built.isolate(&mut command);
    command
}

/// The vendor's client, and a Python that has it: the one of its tests, or that of the machine.
fn client(workspace: &Workspace, vendor: Vendor) -> Option<(PathBuf, Official)> {
    let official = vendor.official;
    let own = clients::python(workspace, vendor.plugin);
    let has_client = |python: &PathBuf| {
        let import = format!("import {}", official.module);
        crate::cargo::succeeds(Command::new(python).args(["-c", &import]))
    };
    let python = [own, "python3".into(), "python".into()]
        .into_iter()
        .find(has_client);
    if python.is_none() {
        eprintln!(
            "!! SKIPPED: no comparison with the vendor's client, because no Python here has its module {}: \
             `cargo xtask test --clients` installs it",
            official.module
        );
    }
    Some((python?, official))
}

fn official_client(python: &Path, emulator: &Emulator, official: Official) -> Result<Duration> {
    let mut command = Command::new(python);
    command
        .args(["-c", official.program])
        .env("EMULATOR_URL", emulator.origin())
        .env("EMULATOR_TOKEN", emulator::TOKEN)
        .env("NO_PROXY", "127.0.0.1");
    let seconds = crate::cargo::output(&mut command)?;
    let seconds: f64 = seconds
        .trim()
        .parse()
        .with_context(|| format!("the vendor's client took `{}`", seconds.trim()))?;
    Ok(Duration::from_secs_f64(seconds))
}
