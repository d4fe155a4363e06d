//! `cargo xtask tidy`: the house rules as code.

mod arrows;
mod contract;
mod lock_files;
mod members;
mod orphans;
mod size;
mod source;
mod unsafety;
mod words;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo;
use crate::workspace::Workspace;

/// Check the house rules that neither the compiler nor clippy knows
///
/// Sizes of files and functions, dependencies between crates, documentation of the contract, every adapter on the build
/// list, no file that nothing uses, no leftovers. Prints `PATH:LINE: RULE: WHAT TO DO`.
#[derive(clap::Args)]
pub struct Arguments {}

/// Something that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    path: String,
    line: usize,
    rule: &'static str,
    advice: String,
}

impl Violation {
    fn new(path: &str, line: usize, rule: &'static str, advice: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            rule,
            advice: advice.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            rule,
            advice,
        } = self;
        write!(f, "{path}:{line}: {rule}: {advice}")
    }
}

/// A file of the repository that is text.
struct File {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Runs [`check`].
pub fn run(workspace: &Workspace, _: &Arguments) -> Result<()> {
    check(workspace)
}

/// Prints every violation; one is enough to fail.
pub fn check(workspace: &Workspace) -> Result<()> {
    let files = files(workspace)?;
    let mut violations = BTreeSet::new();
    for file in &files {
        violations.extend(words::check(file, workspace));
        violations.extend(lock_files::check(file));
        if file.is_rust() {
            let code = source::blank(&file.text);
            violations.extend(size::check(file, &code));
            violations.extend(unsafety::check(file, &code));
        }
    }
    violations.extend(members::check(workspace, &files));
    violations.extend(arrows::check(workspace, &files));
    violations.extend(orphans::check(workspace, &files));
    violations.extend(contract::check(&workspace.root)?);
    if violations.is_empty() {
        return Ok(());
    }
    for violation in &violations {
        println!("{violation}");
    }
    bail!("{} violations of the house rules", violations.len())
}

/// What git tracks, or would track if it were added.
fn files(workspace: &Workspace) -> Result<Vec<File>> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ])
    .current_dir(&workspace.root);
    let listing = cargo::output(&mut git)?;
    let paths: BTreeSet<&str> = listing.split_terminator('\0').collect();
    // What is no text, or is tracked and deleted, has no rules.
    let read = |path: &str| {
        Some(File {
            text: fs::read_to_string(workspace.root.join(path)).ok()?,
            path: path.to_owned(),
        })
    };
    Ok(paths.into_iter().filter_map(read).collect())
}

/// The line of the first file at `path` that begins with `start`; the first line where none does.
fn line_of(files: &[File], path: &str, start: &str) -> usize {
    files
        .iter()
        .find(|file| file.path == path)
        .and_then(|file| {
            file.text
                .lines()
                .position(|line| line.trim_start().starts_with(start))
        })
        .map_or(1, |index| index + 1)
}
