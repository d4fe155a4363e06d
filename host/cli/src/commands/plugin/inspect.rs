use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use rocky_plugin::{CONTRACT_VERSION, EndpointSource, Manifest, PluginReference};
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::human;
use crate::names::printable;
use crate::output::{self, Report, Style};
use crate::plugins::Plugins;

/// Show what a plugin is, what it needs and what it may do, without configuring it.
///
/// Tells of its settings, of the places that it may reach and of the requests that it may send besides plain reads. It is loaded for
/// that, in its sandbox and without a network, and asked nothing of a warehouse.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky plugin inspect databricks
  rocky plugin inspect ./target/components/my_adapter.wasm
  rocky plugin inspect snowflake --output json")]
pub struct InspectArgs {
    /// A name, or the file of a component
    #[arg(value_name = "NAME|FILE")]
    plugin: String,
}

pub async fn inspect(context: &Context, args: InspectArgs) -> Result<Status, CommandError> {
    let reference = PluginReference::from(args.plugin.as_str());
    let plugin = Plugins::new(context)?
        .load(&reference, &context.directory)
        .await?;
    let report = InspectReport {
        path: plugin.path().to_owned(),
        bytes: plugin.bytes(),
        digest: format!("sha256:{}", plugin.digest()),
        contract: CONTRACT_VERSION,
        describes: plugin.describes(),
        imports: plugin.imports().to_vec(),
        manifest: plugin.manifest().clone(),
    };
    output::print(context, &report)?;
    Ok(Status::Done)
}

/// What a plugin is, needs and may do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InspectReport {
    /// The component's file.
    path: PathBuf,
    /// Its size.
    bytes: u64,
    /// `sha256:` and its SHA-256 in hexadecimal.
    digest: String,
    /// The version of the contract `rocky:adapter`.
    contract: &'static str,
    /// Whether it can describe anything.
    describes: bool,
    /// What it imports, sorted.
    imports: Vec<String>,
    /// What it says of itself.
    manifest: Manifest,
}

impl Report for InspectReport {
    const COMMAND: &'static str = "plugin inspect";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        let manifest = &self.manifest;
        let title = format!(
            "{} {}",
            printable(&manifest.name),
            printable(&manifest.version)
        );
        writeln!(
            out,
            "{}: {}",
            style.bold(&title),
            printable(&manifest.description)
        )?;
        writeln!(out)?;
        let describes = if self.describes {
            "describes schemas"
        } else {
            "has nothing to describe"
        };
        let mut fact = |name: &str, value: &str| {
            writeln!(out, "{} {value}", style.dim(&format!("{name:<10}")))
        };
        fact(
            "file",
            &format!("{} ({})", self.path.display(), human::bytes(self.bytes)),
        )?;
        fact("digest", &self.digest)?;
        fact(
            "contract",
            &format!("rocky:adapter@{} ({describes})", self.contract),
        )?;
        fact("dialect", &printable(&manifest.dialect))?;
        self.write_permissions(out, style)?;
        self.write_settings(out, style)
    }
}

/// The parameters that a request's query may have, if it may have any.
fn write_query(out: &mut dyn Write, names: &[String]) -> io::Result<()> {
    match names {
        [] => Ok(()),
        names => writeln!(
            out,
            "      with {} in its query",
            printable(&names.join(", "))
        ),
    }
}

impl InspectReport {
    fn write_permissions(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        if !self.manifest.endpoints.is_empty() || !self.manifest.origins.is_empty() {
            writeln!(out, "\n{}", style.bold("May reach"))?;
        }
        for endpoint in &self.manifest.endpoints {
            let place = match endpoint {
                EndpointSource::Setting(name) => {
                    format!("the address in the setting `{}`", printable(name))
                }
                EndpointSource::Template(url) => printable(url),
            };
            writeln!(out, "  {place}, with the credential")?;
        }
        for origin in &self.manifest.origins {
            writeln!(
                out,
                "  {}, if allowed: {}",
                origin.pattern,
                printable(&origin.purpose)
            )?;
        }
        if !self.manifest.statements.is_empty() || !self.manifest.controls.is_empty() {
            writeln!(out, "\n{}", style.bold("May send"))?;
        }
        for shape in &self.manifest.statements {
            writeln!(
                out,
                "  {} {}: SQL in {}",
                printable(&shape.method),
                printable(&shape.path),
                printable(&shape.pointer)
            )?;
            let fixed = shape.fixed.iter();
            let fixed = fixed.map(|(pointer, json)| format!("{pointer} {json}"));
            let beside: Vec<String> = shape.members.iter().cloned().chain(fixed).collect();
            if !beside.is_empty() {
                writeln!(out, "      with {}", printable(&beside.join(", ")))?;
            }
            write_query(out, &shape.query)?;
        }
        for shape in &self.manifest.controls {
            writeln!(
                out,
                "  {} {}: {}",
                printable(&shape.method),
                printable(&shape.path),
                printable(&shape.purpose)
            )?;
            write_query(out, &shape.query)?;
        }
        writeln!(out, "\n{}", style.bold("Imports"))?;
        self.imports
            .iter()
            .try_for_each(|import| writeln!(out, "  {}", printable(import)))
    }

    fn write_settings(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        if self.manifest.settings.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", style.bold("Settings"))?;
        for setting in &self.manifest.settings {
            let mut facts = vec![setting.kind.describe().to_owned()];
            if !setting.choices.is_empty() {
                facts.push(format!("one of {}", setting.choices.join(", ")));
            }
            match &setting.default {
                Some(default) => facts.push(format!("default {default}")),
                None if setting.required => facts.push("required".to_owned()),
                None => {}
            }
            let facts = style.dim(&format!("({})", printable(&facts.join("; "))));
            writeln!(out, "  {} {facts}", style.bold(&printable(&setting.name)))?;
            writeln!(out, "      {}", printable(&setting.description))?;
        }
        Ok(())
    }
}
