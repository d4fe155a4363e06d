//! `cargo xtask bench`.

mod compile;
mod end_to_end;
mod measure;
mod table;

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use crate::build::{self, Built, Profile};
use crate::cargo;
use crate::workspace::Workspace;
use table::Row;

/// A benchmark of whole programs, as opposed to those that cargo knows.
struct OfPrograms {
    name: &'static str,
    run: fn(&Workspace, &Built, usize) -> Result<Vec<Row>>,
}

const OF_PROGRAMS: [OfPrograms; 2] = [
    OfPrograms {
        name: "compile",
        run: |_, built, runs| compile::run(built, runs),
    },
    OfPrograms {
        name: "end-to-end",
        run: end_to_end::run,
    },
];

/// Measure release builds, beside their targets and baselines
///
/// Builds components and programs in release mode, runs the benchmarks of every crate, and then rocky itself on
/// generated projects (compile) and against generated warehouses (end-to-end). Asserts no time: machines differ.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only these benchmarks: names from `benches` folders, compile or end-to-end
    names: Vec<String>,
    /// How often each program runs; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
}

/// Runs the chosen benchmarks.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let of_crates = cargo_benches(workspace);
    let of_programs = OF_PROGRAMS.iter().map(|it| it.name);
    let known: BTreeSet<&str> = of_crates.iter().copied().chain(of_programs).collect();
    for name in &arguments.names {
        let list = Vec::from_iter(known.clone()).join(", ");
        ensure!(
            known.contains(name.as_str()),
            "there is no benchmark `{name}`; there are: {list}"
        );
    }
    let is_chosen =
        |name: &&str| arguments.names.is_empty() || arguments.names.iter().any(|it| it == name);
    let built = build::build(workspace, Profile::Release)?;
    let of_crates: Vec<&str> = of_crates.into_iter().filter(is_chosen).collect();
    if !of_crates.is_empty() {
        run_cargo_benches(workspace, &built, &of_crates)?;
    }
    let mut rows = Vec::new();
    for of_programs in OF_PROGRAMS.iter().filter(|it| is_chosen(&it.name)) {
        rows.extend((of_programs.run)(
            workspace,
            &built,
            usize::from(arguments.runs),
        )?);
    }
    if !rows.is_empty() {
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
