//! `cargo xtask schemas`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::scratch::Scratch;
use crate::workspace::Workspace;
use crate::{build, cargo};

/// Where the schemas are, from the root.
const FOLDER: &str = "docs/schemas";

/// Write the JSON Schemas of rocky.toml and of every JSON output to docs/schemas
///
/// They are made by `rocky json-schema`; `cargo xtask test` fails where they are not what that says.
#[derive(clap::Args)]
pub struct Arguments {}

/// File names, each with what the file says.
type Files = BTreeMap<String, String>;

/// Makes the folder what the program says.
pub fn run(workspace: &Workspace) -> Result<()> {
    let wanted = wanted(&build::rocky(workspace)?)?;
    let folder = workspace.root.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let known = read(&folder)?;
    for name in known.keys().filter(|name| !wanted.contains_key(*name)) {
        let path = folder.join(name);
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    for (name, text) in &wanted {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    eprintln!("{FOLDER}: {} files", wanted.len());
    Ok(())
}

/// Fails where the folder is not what the program says.
pub fn check(workspace: &Workspace, rocky: &Path) -> Result<()> {
    let (wanted, known) = (wanted(rocky)?, read(&workspace.root.join(FOLDER))?);
    let names = wanted.keys().chain(known.keys());
    let differs = names.filter(|name| wanted.get(*name) != known.get(*name));
    let mut differs: Vec<&str> = differs.map(String::as_str).collect();
    differs.sort_unstable();
    differs.dedup();
    if !differs.is_empty() {
        bail!(
            "{FOLDER} is not what the code says in {}: run `cargo xtask schemas` and commit what it writes",
            differs.join(", ")
        );
    }
    Ok(())
}

fn wanted(rocky: &Path) -> Result<Files> {
    let scratch = Scratch::new("schemas")?;
    let mut command = Command::new(rocky);
    command.arg("json-schema").arg(scratch.path());
    cargo::output(&mut command)?;
    read(scratch.path())
}

fn read(folder: &Path) -> Result<Files> {
    let attempt = || format!("cannot read {}", folder.display());
    let mut files = Files::new();
    for entry in fs::read_dir(folder).with_context(attempt)? {
        let entry = entry.with_context(attempt)?;
        let text = fs::read_to_string(entry.path()).with_context(attempt)?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), text);
    }
    Ok(files)
}
