//! What the process was told from outside: flags, environment, working directory, terminal and clock. Read here and nowhere else.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::SystemTime;

use anyhow::Context as _;
use clap::ColorChoice;
use rocky_cache::Timestamp;
use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::{GlobalArgs, OutputForm};
use crate::config::Project;
use crate::error::CommandError;
use crate::interrupt::Interrupt;
use crate::names::printable_lines;
use crate::reading::Reading;
use crate::state_path::{self, StatePath};

/// The outside world, as the commands see it.
#[derive(Debug)]
pub struct Context {
    pub global: GlobalArgs,
    pub directory: PathBuf,
    /// Whether standard output is a terminal.
    pub terminal: bool,
    /// Whether standard error is a terminal.
    pub interactive: bool,
    /// What Ctrl-C does.
    pub interrupt: Interrupt,
    color_stdout: bool,
    color_stderr: bool,
    output: OutputForm,
    /// Whether the warning about where the state is was given.
    state_warning: Once,
}

impl Context {
    /// Looks around, and sets up log lines on standard error.
    pub fn new(global: GlobalArgs) -> Result<Self, CommandError> {
        let directory = std::env::current_dir().context("cannot tell the working directory")?;
        let stdout = std::io::stdout().is_terminal();
        let interactive = std::io::stderr().is_terminal();
        let no_color = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = |terminal: bool| match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !no_color,
        };
        let output = global.output.unwrap_or(if stdout {
            OutputForm::Table
        } else {
            OutputForm::Json
        });
        let context = Self {
            directory,
            terminal: stdout,
            interactive,
            interrupt: Interrupt::default(),
            color_stdout: color(stdout),
            color_stderr: color(interactive),
            output,
            state_warning: Once::new(),
            global,
        };
        context.start_log();
        Ok(context)
    }

    pub fn output(&self) -> OutputForm {
        self.output
    }

    pub fn color_stdout(&self) -> bool {
        self.color_stdout
    }

    pub fn color_stderr(&self) -> bool {
        self.color_stderr
    }

    pub fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }

    /// The same for a server that works in another directory.
    pub fn moved_to(&self, directory: PathBuf) -> Self {
        Self {
            global: self.global.clone(),
            directory,
            terminal: false,
            interactive: false,
            interrupt: Interrupt::default(),
            color_stdout: false,
            color_stderr: false,
            output: self.output,
            state_warning: Once::new(),
        }
    }

    /// The project: the file that was named, or the nearest `rocky.toml` here or above.
    pub fn project(&self) -> Result<Option<Project>, CommandError> {
        let Some((path, reading)) = self.project_file() else {
            return Ok(None);
        };
        Project::load(&path, reading, &|name| variable(name)).map(Some)
    }

    /// The project's file, and how it was found.
    pub fn project_file(&self) -> Option<(PathBuf, Reading)> {
        Some(match &self.global.config {
            Some(path) => (self.directory.join(path), Reading::Named),
            None => {
                let mut above = self.directory.ancestors().map(|it| it.join("rocky.toml"));
                let path = above.find(|path| path.is_file())?;
                let is_here = path.parent() == Some(self.directory.as_path());
                let reading = match is_here {
                    true => Reading::Named,
                    false => Reading::Found,
                };
                (path, reading)
            }
        })
    }

    /// Where the state is. The warning that goes with it is given once, however often this is asked.
    pub fn state_path(&self, project: Option<&Project>) -> StatePath {
        let root = project.map_or(self.directory.as_path(), Project::directory);
        let models = project.map_or_else(|| root.join("models"), Project::models);
        let given = self
            .global
            .state_path
            .as_ref()
            .map(|path| self.directory.join(path));
        let found = state_path::resolve(given.as_deref(), root, &models);
        if let Some(warning) = &found.warning {
            self.state_warning.call_once(|| self.warn(warning));
        }
        found
    }

    /// A path as a person would type it here.
    pub fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.directory).unwrap_or(path);
        path.display().to_string()
    }

    /// Prints a warning on standard error.
    pub fn warn(&self, message: &str) {
        self.say("warning", "1;33", message);
    }

    /// Prints what to do next on standard error.
    pub fn hint(&self, message: &str) {
        self.say("hint", "1;36", message);
    }

    fn say(&self, label: &str, color: &str, message: &str) {
        let message = printable_lines(message);
        match self.color_stderr {
            true => eprintln!("\x1b[{color}m{label}\x1b[0m: {message}"),
            false => eprintln!("{label}: {message}"),
        }
    }

    /// The directories in which plugins are looked up by name: `$ROCKY_PLUGIN_PATH`, next to the binary, the user's data directory.
    pub fn plugin_directories(&self) -> Vec<PathBuf> {
        let mut directories = Vec::new();
        if let Some(path) = os_variable("ROCKY_PLUGIN_PATH") {
            directories
                .extend(std::env::split_paths(&path).filter(|path| !path.as_os_str().is_empty()));
        }
        if let Some(beside) = std::env::current_exe()
            .ok()
            .as_deref()
            .and_then(Path::parent)
        {
            directories.push(beside.to_owned());
            directories.push(beside.join("components"));
        }
        directories.extend(
            user_directory("XDG_DATA_HOME", ".local/share").map(|data| data.join("rocky/plugins")),
        );
        directories
    }

    /// Where compiled plugins are kept.
    pub fn artifact_directory(&self) -> Option<PathBuf> {
        user_directory("XDG_CACHE_HOME", ".cache").map(|cache| cache.join("rocky/components"))
    }

    fn start_log(&self) {
        let (ours, cache) = match (self.global.quiet, self.global.verbose) {
            (true, _) => (LevelFilter::ERROR, LevelFilter::OFF),
            // What the cache warns of is in its report, which the commands print.
            (false, 0) => (LevelFilter::WARN, LevelFilter::OFF),
            (false, 1) => (LevelFilter::INFO, LevelFilter::INFO),
            (false, 2) => (LevelFilter::DEBUG, LevelFilter::DEBUG),
            (false, _) => (LevelFilter::TRACE, LevelFilter::TRACE),
        };
        let targets = Targets::new()
            .with_target("rocky", ours)
            .with_target("rocky_plugin", ours)
            .with_target("rocky_cache", cache);
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(self.color_stderr)
            .with_target(self.global.verbose >= 2)
            .without_time()
            .compact();
        tracing_subscriber::registry()
            .with(targets)
            .with(lines)
            .init();
        tracing::event!(Level::DEBUG, version = env!("CARGO_PKG_VERSION"), "rocky");
    }
}

/// The text of an environment variable.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn os_variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// A directory of the XDG base directory specification.
fn user_directory(variable: &str, below_home: &str) -> Option<PathBuf> {
    let named = os_variable(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    named.or_else(|| Some(std::env::home_dir()?.join(below_home)))
}
