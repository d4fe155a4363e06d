use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::commands::outputs;
use crate::config;
use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human::count_of;
use crate::output::{self, Report, Style};

/// Write JSON Schemas of rocky.toml and of what every command prints for programs.
///
/// `rocky-toml.json` lets an editor complete and check rocky.toml: name it in the first line of that file, as in
/// `#:schema schemas/rocky-toml.json`. The others are named after the commands: `schema-ls.json` is of `rocky schema ls --output json`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky json-schema schemas                   # writes schemas/rocky-toml.json, schemas/run.json, …
  rocky json-schema ~/.config/rocky/schemas   # one place for all projects")]
pub struct JsonSchemaArgs {
    /// The directory that they are written to; made where it is not there
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
}

/// The file that describes `rocky.toml`.
const CONFIGURATION: &str = "rocky-toml.json";

pub fn json_schema(context: &Context, args: &JsonSchemaArgs) -> Result<Status, CommandError> {
    let root = args.directory.as_path();
    fs::create_dir_all(root)
        .with_context(|| format!("cannot make the directory {}", root.display()))?;
    let mut files = vec![CONFIGURATION.to_owned()];
    write(&root.join(CONFIGURATION), &config::json_schema())?;
    for (command, schema) in outputs().finish() {
        let name = format!("{}.json", command.replace(' ', "-"));
        write(&root.join(&name), &schema)?;
        files.push(name);
    }
    files.sort();
    let report = JsonSchemaReport {
        path: root.to_owned(),
        files,
    };
    output::print(context, &report)?;
    Ok(Status::Done)
}

fn write(path: &Path, schema: &Value) -> Result<(), CommandError> {
    let attempt = || format!("cannot write {}", path.display());
    fs::write(path, format!("{schema:#}\n")).with_context(attempt)?;
    Ok(())
}

/// The JSON Schemas that were written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonSchemaReport {
    /// The directory, as given.
    path: PathBuf,
    /// The names of the files in it, sorted.
    files: Vec<String>,
}

impl Report for JsonSchemaReport {
    const COMMAND: &'static str = "json-schema";

    fn write_human(&self, out: &mut dyn Write, _: Style) -> io::Result<()> {
        let files = count_of(self.files.len() as u64, "JSON Schema");
        writeln!(out, "Wrote {files} to {}.", self.path.display())
    }
}
