//! `cargo xtask bench`.

mod end_to_end;
mod measure;
mod table;

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use crate::build::{self, Built, Profile};
use crate::cargo;
use crate::workspace::Workspace;

/// Whole programs against a local warehouse, as opposed to the benchmarks that cargo knows.
const END_TO_END: &str = "end-to-end";

/// Measure release builds, beside their targets and baselines
///
/// Builds components and programs in release mode, runs the benchmarks of every crate, and then rocky itself against a
/// generated warehouse. Asserts no time: machines differ.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only these benchmarks: names from `benches` folders, or end-to-end
    names: Vec<String>,
    /// How often each program runs; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
}

/// Runs the chosen benchmarks.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut known = cargo_benches(workspace);
    known.insert(END_TO_END);
    for name in &arguments.names {
        let list = Vec::from_iter(known.iter().copied()).join(", ");
        ensure!(
            known.contains(name.as_str()),
            "there is no benchmark `{name}`; there are: {list}"
        );
    }
    let is_chosen =
        |name: &&str| arguments.names.is_empty() || arguments.names.iter().any(|it| it == name);
    let built = build::build(workspace, Profile::Release)?;
    let (end_to_end, of_crates): (Vec<&str>, Vec<&str>) = known
        .into_iter()
        .filter(is_chosen)
        .partition(|name| *name == END_TO_END);
    if !of_crates.is_empty() {
        run_cargo_benches(workspace, &built, &of_crates)?;
    }
    if !end_to_end.is_empty() {
        let rows = end_to_end::run(workspace, &built, usize::from(arguments.runs))?;
        println!("\n{}", table::markdown(&rows));
    }
    Ok(())
}

/// The benchmarks that crates have in their `benches` folders.
fn cargo_benches(workspace: &Workspace) -> BTreeSet<&str> {
    let targets = workspace.packages.iter().flat_map(|it| &it.targets);
    targets
        .filter(|target| target.is("bench"))
        .map(|target| target.name.as_str())
        .collect()
}

fn run_cargo_benches(workspace: &Workspace, built: &Built, names: &[&str]) -> Result<()> {
    let mut command = cargo::cargo();
    command
        .args(["bench", "--workspace"])
        .current_dir(&workspace.root);
    for name in names {
        command.args(["--bench", name]);
    }
    cargo::run(built.announce(&mut command))
}
