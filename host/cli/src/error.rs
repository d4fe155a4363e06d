//! The one error of the command line, and its one rendering.

use std::process::ExitCode;

use rocky_cache::CacheError;
use rocky_plugin::{HostError, LoadError};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::OutputForm;
use crate::context::Context;
use crate::hints::{Configured, hint};
use crate::names::printable_lines;
use crate::output;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everything was done.
    Done,
    /// Nothing was done, or what was asked does not hold.
    Failed,
    /// Some of it was done.
    Partial,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Done => ExitCode::SUCCESS,
            Status::Failed => ExitCode::from(1),
            Status::Partial => ExitCode::from(3),
        }
    }
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub struct CommandError {
    /// Whether the user asked for something that makes no sense.
    usage: bool,
    error: anyhow::Error,
    hints: Vec<String>,
}

impl CommandError {
    /// A wrong use of the command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            usage: true,
            error: anyhow::Error::msg(message.into()),
            hints: Vec::new(),
        }
    }

    /// A failure told in one sentence.
    pub fn failed(message: impl Into<String>) -> Self {
        anyhow::Error::msg(message.into()).into()
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The error in one sentence, with its causes.
    pub fn message(&self) -> String {
        format!("{:#}", self.error)
    }

    /// Prints the error, its causes and its hints, and gives the exit status. Where a command's output is JSON, it is
    /// the error as JSON.
    pub fn report(&self, during: Option<(&Context, &'static str)>) -> ExitCode {
        let color = during.is_some_and(|(context, _)| context.color_stderr());
        let paint = |code: &str, text: &str| match color {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        };
        let message = printable_lines(&self.error.to_string());
        eprintln!("{}: {message}", paint("1;31", "error"));
        for cause in self.error.chain().skip(1) {
            let cause = printable_lines(&cause.to_string());
            eprintln!("  {}: {cause}", paint("1", "because"));
        }
        for hint in &self.hints {
            let hint = printable_lines(hint);
            eprintln!("  {}: {hint}", paint("1;36", "hint"));
        }
        if let Some((context, command)) = during
            && context.output() == OutputForm::Json
        {
            // Where even this cannot be written, the error has been told already.
            let _ = output::print_json(command, &self.failed_command());
        }
        ExitCode::from(if self.usage { 2 } else { 1 })
    }
}

/// What a command that failed prints for programs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FailedCommand {
    /// Why it could not do its work.
    error: FailureReport,
}

/// A failure, from the outside in.
#[derive(Debug, Serialize, JsonSchema)]
struct FailureReport {
    /// What was attempted and why it failed.
    message: String,
    /// What lies behind it, from the outside in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
}

impl CommandError {
    fn failed_command(&self) -> FailedCommand {
        FailedCommand {
            error: FailureReport {
                message: self.error.to_string(),
                causes: self
                    .error
                    .chain()
                    .skip(1)
                    .map(ToString::to_string)
                    .collect(),
                hints: self.hints.clone(),
            },
        }
    }
}

impl From<anyhow::Error> for CommandError {
    fn from(error: anyhow::Error) -> Self {
        Self {
            usage: false,
            error,
            hints: Vec::new(),
        }
    }
}

impl From<CacheError> for CommandError {
    fn from(error: CacheError) -> Self {
        anyhow::Error::new(error).into()
    }
}

impl From<HostError> for CommandError {
    fn from(error: HostError) -> Self {
        anyhow::Error::new(error).into()
    }
}

impl From<LoadError> for CommandError {
    fn from(error: LoadError) -> Self {
        let hint = match &error {
            LoadError::NotFound { .. } => Some(
                "set ROCKY_PLUGIN_PATH to the directory that holds the plugin, or name its file: ./NAME.wasm".to_owned(),
            ),
            LoadError::ContractVersion { .. } => Some("get the plugin and rocky from matching releases".to_owned()),
            LoadError::Call(error) => hint(error, &Configured::Nowhere),
            _ => None,
        };
        hint.into_iter()
            .fold(anyhow::Error::new(error).into(), Self::hint)
    }
}
