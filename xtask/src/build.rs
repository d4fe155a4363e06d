//! `cargo xtask build`.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::cargo::Artifact;
use crate::workspace::Workspace;
use crate::{cargo, components};

/// Build every component, then the programs `rocky` and `rocky-emulator`
///
/// Components are always built in release mode, for wasm32-wasip2, and end up as TARGET/components/NAME.wasm; those for
/// tests as TARGET/components/test/NAME.wasm.
#[derive(clap::Args)]
pub struct Arguments {
    /// How to build the programs
    #[arg(long, value_enum, default_value_t = Profile::Dev)]
    profile: Profile,
}

/// How programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Quick to build
    Dev,
    /// Quick to run
    Release,
    /// As quick as can be, to be given to others: takes many minutes to build
    Dist,
}

/// What a build leaves.
pub struct Built {
    /// The folder of finished components.
    pub components: PathBuf,
    /// The program `rocky`.
    pub rocky: PathBuf,
    /// The program `rocky-emulator`.
    pub emulator: PathBuf,
}

impl Built {
    /// Tells tests and benchmarks where components and programs are.
    pub fn announce<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("ROCKY_COMPONENTS", &self.components)
            .env("ROCKY_BIN", &self.rocky)
            .env("ROCKY_EMULATOR_BIN", &self.emulator)
    }

    /// Lets `rocky` find these components, and nothing that the user has set up for other work.
    pub fn isolate(&self, command: &mut Command) {
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("ROCKY_")) {
                command.env_remove(name);
            }
        }
        command
            .env("ROCKY_PLUGIN_PATH", &self.components)
            // A proxy could not reach the ports of this machine.
            .env("NO_PROXY", "127.0.0.1")
            .env("no_proxy", "127.0.0.1");
    }
}

/// Builds and says where everything is.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let built = build(workspace, arguments.profile)?;
    for component in components::list(workspace) {
        println!("{}", built.components.join(component.file).display());
    }
    println!("{}", built.rocky.display());
    println!("{}", built.emulator.display());
    Ok(())
}

/// Builds components and programs.
pub fn build(workspace: &Workspace, profile: Profile) -> Result<Built> {
    let components = components::build(workspace)?;
    let artifacts = programs(workspace, profile)?;
    Ok(Built {
        components,
        rocky: program(&artifacts, "rocky")?,
        emulator: program(&artifacts, "rocky-emulator")?,
    })
}

/// Builds the program `rocky` and says where it is.
pub fn rocky(workspace: &Workspace) -> Result<PathBuf> {
    program(&programs(workspace, Profile::Dev)?, "rocky")
}

fn programs(workspace: &Workspace, profile: Profile) -> Result<Vec<Artifact>> {
    let mut command = cargo::cargo();
    // Two programs are wanted. But dependencies are built for the union of the features that all chosen packages ask of
    // them, and with a test among what is chosen, those that tests ask for as well: this way, what tests and
    // benchmarks build later finds its dependencies built.
    command
        .args(["build", "--workspace", "--bins", "--test", "help"])
        .current_dir(&workspace.root);
    let how: &[&str] = match profile {
        Profile::Dev => &[],
        Profile::Release => &["--release"],
        Profile::Dist => &["--profile", "dist"],
    };
    command.args(how);
    cargo::artifacts(&mut command)
}

fn program(artifacts: &[Artifact], name: &str) -> Result<PathBuf> {
    artifacts
        .iter()
        .find(|artifact| artifact.target == name && artifact.executable.is_some())
        .and_then(|artifact| artifact.executable.clone())
        .with_context(|| format!("no package of the workspace has a binary `{name}`"))
}
