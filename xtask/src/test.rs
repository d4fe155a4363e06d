//! `cargo xtask test`.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::build::{self, Built, Profile};
use crate::workspace::Workspace;
use crate::{cargo, clients, components, schemas, tidy};

/// Check everything that a change has to pass, as CI does
///
/// In order: formatting, house rules, components and programs, JSON Schemas, lints for the host and for components, licences and
/// advisories (where cargo-deny is installed), examples in the documentation, the vendors' own clients (where Python can
/// install them), tests. Stops at the first that fails.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only build, and run the tests whose names contain one of these
    filters: Vec<String>,

    /// Only build, and run the vendors' own clients against the emulator, large ones as well
    #[arg(long, conflicts_with = "filters")]
    clients: bool,
}

/// Runs every step, or with filters those that lead to the tests.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let start = Instant::now();
    let filters = &arguments.filters;
    if !filters.is_empty() {
        eprintln!("with filters: tests only, no lints, house rules or documentation");
        let built = step("build", || build::build(workspace, Profile::Dev))?;
        return step("tests", || run_tests(workspace, &built, filters));
    }
    if arguments.clients {
        let built = step("build", || build::build(workspace, Profile::Dev))?;
        return step("the vendors' own clients", || {
            clients::test(workspace, &built, true)
        });
    }
    step("format", || {
        cargo::run(in_root(workspace).args(["fmt", "--all", "--check"]))
    })?;
    step("tidy", || tidy::check(workspace))?;
    let built = step("build", || build::build(workspace, Profile::Dev))?;
    step("schemas", || schemas::check(workspace, &built.rocky))?;
    step("clippy", || lint_host(workspace))?;
    step("clippy for components", || lint_components(workspace))?;
    step("deny", || check_dependencies(workspace))?;
    // Before the other tests, whose summary is then the last thing to read.
    step("tests in documentation", || {
        let mut command = in_root(workspace);
        command.args(["test", "--doc", "--workspace"]);
        cargo::run(built.announce(&mut command))
    })?;
    step("the vendors' own clients", || {
        clients::test(workspace, &built, false)
    })?;
    step("tests", || run_tests(workspace, &built, filters))?;
    let seconds = start.elapsed().as_secs();
    eprintln!(
        "== everything passed in {} min {} s",
        seconds / 60,
        seconds % 60
    );
    Ok(())
}

/// Runs one step between two lines that name it; the second tells its time.
fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("== {name}");
    let start = Instant::now();
    let result = work().with_context(|| format!("the step `{name}` failed"))?;
    eprintln!("== {name}: ok, {:.1} s", start.elapsed().as_secs_f64());
    Ok(result)
}

fn in_root(workspace: &Workspace) -> Command {
    let mut command = cargo::cargo();
    command.current_dir(&workspace.root);
    command
}

fn lint_host(workspace: &Workspace) -> Result<()> {
    let mut command = in_root(workspace);
    command.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    cargo::run(&mut command)
}

/// Lints what only compiles for wasm, and so is invisible to the lints of the host.
fn lint_components(workspace: &Workspace) -> Result<()> {
    let components = components::list(workspace);
    let mut packages: BTreeSet<&str> = components.iter().map(|it| it.package.as_str()).collect();
    let sdk = workspace.package_in(components::SDK_FOLDER.as_ref());
    packages.extend(sdk.map(|it| it.name.as_str()));
    let mut command = cargo::cargo_for_components(workspace, "clippy");
    command.arg("--lib");
    for package in packages {
        command.args(["--package", package]);
    }
    for example in components.iter().filter_map(|it| it.example.as_deref()) {
        command.args(["--example", example]);
    }
    cargo::run(command.args(["--", "-D", "warnings"]))
}

fn check_dependencies(workspace: &Workspace) -> Result<()> {
    if !cargo::succeeds(cargo::cargo().args(["deny", "--version"])) {
        eprintln!(
            "!! SKIPPED: licences and advisories are not checked, because cargo-deny is not \
             installed: `cargo install --locked cargo-deny`"
        );
        return Ok(());
    }
    cargo::run(in_root(workspace).args(["deny", "check"]))
}

fn run_tests(workspace: &Workspace, built: &Built, filters: &[String]) -> Result<()> {
    let mut command = in_root(workspace);
    if cargo::succeeds(cargo::cargo().args(["nextest", "--version"])) {
        command
            .args(["nextest", "run", "--workspace"])
            .args(filters);
    } else {
        eprintln!(
            "!! cargo-nextest is not installed, falling back to `cargo test`, which is slower and \
             ends no test that hangs: `cargo install --locked cargo-nextest`"
        );
        command.args([
            "test",
            "--workspace",
            "--lib",
            "--bins",
            "--tests",
            "--no-fail-fast",
        ]);
        if !filters.is_empty() {
            command.arg("--").args(filters);
        }
    }
    cargo::run(built.announce(&mut command))
}
