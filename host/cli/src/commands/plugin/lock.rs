use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::error::{CommandError, Status};
use crate::lock_file::{LockFile, LockedAdapter, LockedPlugin};
use crate::names::printable;
use crate::output::{self, Report, Style};
use crate::plugins::Plugins;
use crate::trust::locked_adapter;

/// Record in rocky.lock which plugins this project trusts, and with what.
///
/// Loads the plugin of every adapter in rocky.toml and writes down its digest and what it
/// asks for, and where each adapter's credential goes. By that you approve it: look at what
/// is printed. From then on a plugin that asks for more is refused until this is run again,
/// and `rocky run --locked` refuses every difference.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  rocky plugin lock                           # then look at what has changed, and commit rocky.lock
  rocky plugin lock --config etl/rocky.toml")]
pub struct LockArgs {}

pub async fn lock(context: &Context, _: LockArgs) -> Result<Status, CommandError> {
    let Some(project) = context.project()? else {
        return Err(CommandError::usage(
            "there is no rocky.toml here or in a parent directory, whose plugins could be locked",
        ));
    };
    let path = LockFile::path(project.directory());
    let before = LockFile::load(&project)?.unwrap_or_else(LockFile::new);
    let mut plugins = Plugins::new(context)?;
    let mut locked: BTreeMap<String, LockedPlugin> = BTreeMap::new();
    let mut now = LockFile::new();
    for (name, entry) in &project.adapters {
        let section = entry.section()?;
        let plugin = plugins.load(&section.plugin, project.directory()).await?;
        let source = section.plugin.to_string();
        locked.insert(source.clone(), LockedPlugin::of(&source, &plugin));
        if plugin.describes() {
            plugins.warn_of_shared_storage(name, section);
            let (endpoint, _) = plugins.endpoint(&project, section, &plugin)?;
            now.adapters.push(locked_adapter(name, section, &endpoint));
        }
    }
    now.plugins = locked.into_values().collect();
    let written = now != before;
    if written {
        now.store(&path)?;
    }
    let mut report = LockReport::new(&before, &now, path, written);
    report.shown = context.shown(&report.path);
    output::print(context, &report)?;
    Ok(Status::Done)
}

/// What the project trusts, and how that has changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LockReport {
    /// The lock file.
    path: PathBuf,
    /// The path as a person sees it.
    #[serde(skip)]
    shown: String,
    /// Whether the file has changed.
    written: bool,
    /// The plugins of the project.
    plugins: Vec<PluginLine>,
    /// The adapters of the project.
    adapters: Vec<AdapterLine>,
    /// Plugins and adapters that are no longer in `rocky.toml`.
    removed: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PluginLine {
    #[serde(flatten)]
    locked: LockedPlugin,
    /// How it relates to what was locked before.
    status: LockStatus,
    /// In what it differs from what was locked before.
    changes: Vec<String>,
    #[serde(skip)]
    asks: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AdapterLine {
    #[serde(flatten)]
    locked: LockedAdapter,
    /// How it relates to what was locked before.
    status: LockStatus,
    /// In what it differs from what was locked before.
    changes: Vec<String>,
}

/// How an entry relates to the one that was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum LockStatus {
    New,
    Changed,
    Unchanged,
}

impl LockStatus {
    fn of(before: Option<&[String]>) -> Self {
        match before {
            None => Self::New,
            Some([]) => Self::Unchanged,
            Some(_) => Self::Changed,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

impl LockReport {
    fn new(before: &LockFile, now: &LockFile, path: PathBuf, written: bool) -> Self {
        let plugin = |locked: &LockedPlugin| {
            let changes = before
                .plugin(&locked.source)
                .map(|before| before.changes(locked));
            PluginLine {
                status: LockStatus::of(changes.as_deref()),
                changes: changes.unwrap_or_default(),
                asks: locked.asks(),
                locked: locked.clone(),
            }
        };
        let adapter = |locked: &LockedAdapter| {
            let changes = before
                .adapter(&locked.name)
                .map(|before| before.changes(locked));
            AdapterLine {
                status: LockStatus::of(changes.as_deref()),
                changes: changes.unwrap_or_default(),
                locked: locked.clone(),
            }
        };
        let plugins = before.plugins.iter().map(|plugin| &plugin.source);
        let gone_plugins = plugins.filter(|source| now.plugin(source).is_none());
        let adapters = before.adapters.iter().map(|adapter| &adapter.name);
        let gone_adapters = adapters.filter(|name| now.adapter(name).is_none());
        Self {
            removed: gone_plugins.chain(gone_adapters).cloned().collect(),
            plugins: now.plugins.iter().map(plugin).collect(),
            adapters: now.adapters.iter().map(adapter).collect(),
            path,
            shown: String::new(),
            written,
        }
    }
}

impl Report for LockReport {
    const COMMAND: &'static str = "plugin lock";

    fn write_human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        for PluginLine {
            locked,
            status,
            changes,
            asks,
        } in &self.plugins
        {
            let title = format!(
                "{} {}",
                printable(&locked.source),
                printable(&locked.version)
            );
            writeln!(out, "{} ({})", style.bold(&title), status.text())?;
            writeln!(out, "  sha256 {}", locked.sha256)?;
            for change in changes {
                writeln!(out, "  {}: {}", style.red("changed"), printable(change))?;
            }
            for ask in asks {
                writeln!(out, "  asks {}", printable(ask))?;
            }
        }
        for AdapterLine {
            locked,
            status,
            changes,
        } in &self.adapters
        {
            let name = style.bold(&printable(&locked.name));
            writeln!(
                out,
                "{name} ({}), through {}",
                status.text(),
                printable(&locked.plugin)
            )?;
            for change in changes {
                writeln!(out, "  {}: {}", style.red("changed"), printable(change))?;
            }
            writeln!(
                out,
                "  sends its credential to {}",
                printable(&locked.endpoint)
            )?;
            for origin in &locked.allow {
                writeln!(out, "  may read from {}", printable(origin))?;
            }
            writeln!(out, "  statements: {}", locked.statements)?;
        }
        for name in &self.removed {
            writeln!(out, "{} (removed)", printable(name))?;
        }
        let done = if self.written {
            "Written to"
        } else {
            "Nothing has changed in"
        };
        writeln!(out, "{done} {}.", self.shown)
    }
}
