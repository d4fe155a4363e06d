//! `cargo xtask demo`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::build::{self, Built, Profile};
use crate::emulator::{self, Emulator};
use crate::scratch::{self, Scratch};
use crate::{cargo, workspace::Workspace};

/// Show rocky at work: describe a local warehouse, change it, describe it again
///
/// Builds what it needs, starts a local warehouse with examples/flights on a free port and works in a temporary copy of
/// that project: the clone stays as it is.
#[derive(clap::Args)]
pub struct Arguments {
    /// The adapter to show
    #[arg(long, default_value = "databricks")]
    plugin: String,
}

/// The change that the third run finds.
const CHANGES: [&str; 2] = [
    "ALTER TABLE raw.flights.planes ADD COLUMN retired_on DATE",
    "DROP TABLE raw.flights.weather",
];

/// Shows everything, step by step, each as a user would type it.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let built = build::build(workspace, Profile::Dev)?;
    let component = built.components.join(format!("{}.wasm", arguments.plugin));
    ensure!(
        component.is_file(),
        "there is no adapter `{}`: {} is missing",
        arguments.plugin,
        component.display()
    );
    let example = workspace.root.join("examples").join("flights");
    let folder = Scratch::new("demo")?;
    scratch::copy_folder(&example, folder.path())?;
    let warehouse = example.join("warehouse");
    let warehouse = warehouse
        .to_str()
        .context("the path of this clone is not Unicode")?;
    let emulator = Emulator::start(&built.emulator, ["--load", warehouse])?;
    let demo = Demo {
        built: &built,
        folder: folder.path(),
        emulator: &emulator,
    };
    if arguments.plugin != "databricks" {
        use_adapter(folder.path(), &arguments.plugin)?;
    }
    demo.show(&format!("run --plugin {}", arguments.plugin))
}

/// The example is written for Databricks; the same warehouse speaks the protocols of the others too.
fn use_adapter(folder: &Path, plugin: &str) -> Result<()> {
    let file = folder.join("rocky.toml");
    let text = fs::read_to_string(&file).context("cannot read the example's rocky.toml")?;
    let endpoint = match plugin {
        "bigquery" => "api_endpoint",
        "snowflake" => "host",
        other => bail!("the example is not known to work with the adapter `{other}`"),
    };
    let text = text
        .replace("plugin = \"databricks\"", &format!("plugin = \"{plugin}\""))
        .replace("\nhost = ", &format!("\n{endpoint} = "));
    fs::write(&file, text).context("cannot write the project's rocky.toml")?;
    // They are written in the SQL of Databricks.
    fs::remove_dir_all(folder.join("models")).context("cannot leave the models out")
}

/// A project to work in.
struct Demo<'a> {
    built: &'a Built,
    folder: &'a Path,
    emulator: &'a Emulator,
}

impl Demo<'_> {
    fn show(&self, run: &str) -> Result<()> {
        note(
            "A warehouse is running on this machine. Describe the schemas that the pipelines in rocky.toml use:",
        )?;
        self.rocky(run)?;
        note("What the cache holds now; this asks no warehouse:")?;
        self.rocky("schema ls")?;
        self.rocky("schema show raw.flights.planes")?;
        if self.folder.join("models").is_dir() {
            note(
                "What a model of the project holds, and what from; no warehouse is asked for that either:",
            )?;
            self.rocky("compile --select worst_departures --lineage")?;
        }
        note("Nothing has changed in the warehouse, so nothing is described again:")?;
        self.rocky(run)?;
        note("Somebody changes the warehouse:")?;
        for change in CHANGES {
            let origin = self.emulator.origin();
            type_in(&format!("curl --data '{change}' {origin}/_emulator/sql"))?;
            println!("{}", self.emulator.sql(change)?.trim());
        }
        note("The next run finds exactly that:")?;
        self.rocky(run)?;
        self.rocky("schema show raw.flights.planes")?;
        note("Where all this is kept:")?;
        self.rocky("state")
    }

    fn rocky(&self, arguments: &str) -> Result<()> {
        type_in(&format!("rocky {arguments}"))?;
        let mut command = Command::new(&self.built.rocky);
        self.built.isolate(&mut command);
        command
            .args(arguments.split(' '))
            .current_dir(self.folder)
            // What the example's rocky.toml asks for.
            .env("DATABRICKS_HOST", self.emulator.origin())
            .env("DATABRICKS_TOKEN", emulator::TOKEN)
            // Tables for people, also where the demo's output goes to a file.
            .env("ROCKY_OUTPUT", "table");
        cargo::run(&mut command)
    }
}

/// A sentence between the steps.
fn note(text: &str) -> Result<()> {
    say(&format!("\n# {text}"))
}

/// A command, as it is typed.
fn type_in(command: &str) -> Result<()> {
    say(&format!("\n$ {command}"))
}

/// Prints a line before the next program prints its own.
fn say(line: &str) -> Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "{line}")?;
    stdout.flush()?;
    Ok(())
}
