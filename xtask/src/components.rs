//! The components of this workspace: which they are, and building them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::cargo::{self, Artifact, WASM_TARGET};
use crate::workspace::Workspace;

/// What adapters in Rust are made of; its examples are components for tests.
pub const SDK_FOLDER: &str = "plugins/sdk";

/// Where the adapters are.
pub const PLUGINS_FOLDER: &str = "plugins";

/// Where components that exist for tests only are.
pub const TEST_COMPONENTS_FOLDER: &str = "tests/components";

/// A component that this workspace builds.
pub struct Component {
    /// The package that it is built from.
    pub package: String,
    /// The folder of that package, relative to the root.
    pub folder: PathBuf,
    /// The example's name, or none for the package's library.
    pub example: Option<String>,
    /// Its file, relative to the folder of finished components.
    pub file: PathBuf,
}

/// Every component: each adapter, each test component and each example of the SDK.
pub fn list(workspace: &Workspace) -> Vec<Component> {
    let mut components = Vec::new();
    for package in &workspace.packages {
        for target in package.targets.iter().filter(|it| it.is_component()) {
            let example = target.is("example").then(|| target.name.clone());
            if let Some(file) = file_of(&package.folder, example.as_deref()) {
                components.push(Component {
                    package: package.name.clone(),
                    folder: package.folder.clone(),
                    example,
                    file,
                });
            }
        }
    }
    components
}

/// The file of the component that is built from this folder, if one is.
fn file_of(folder: &Path, example: Option<&str>) -> Option<PathBuf> {
    if folder == Path::new(SDK_FOLDER) {
        return example.map(|name| Path::new("test").join(format!("{name}.wasm")));
    }
    let parent = folder.parent()?;
    let file = format!("{}.wasm", folder.file_name()?.to_str()?);
    match example {
        None if parent == Path::new(PLUGINS_FOLDER) => Some(PathBuf::from(file)),
        None if parent == Path::new(TEST_COMPONENTS_FOLDER) => Some(Path::new("test").join(file)),
        _ => None,
    }
}

/// Builds every component and returns the folder that they are in: adapters as `NAME.wasm`, those for tests as
/// `test/NAME.wasm`.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    ensure_target(workspace)?;
    let components = list(workspace);
    let finished = workspace.target.join("components");
    if !components.is_empty() {
        let artifacts = cargo::artifacts(&mut build_command(workspace, &components))?;
        for component in &components {
            let built = built_file(workspace, component, &artifacts)?;
            install(built, &finished.join(&component.file))?;
        }
    }
    remove_others(&finished, &components)?;
    Ok(finished)
}

/// How components are compiled, besides `--release`.
const COMPONENT_CONFIG: [&str; 4] = [
    // Hosts hash a component whenever they load it: line tables would triple its size. Names of functions stay.
    "profile.release.debug=false",
    "profile.release.lto='fat'",
    "profile.release.codegen-units=1",
    // With bulk memory every small copy is a call out of the compiled code.
    "target.wasm32-wasip2.rustflags=['-Ctarget-feature=-bulk-memory,-bulk-memory-opt']",
];

fn build_command(workspace: &Workspace, components: &[Component]) -> Command {
    let mut command = cargo::cargo_for_components(workspace, "build");
    command.arg("--release").args(
        COMPONENT_CONFIG
            .iter()
            .flat_map(|value| ["--config", value]),
    );
    command.arg("--lib");
    let packages: BTreeSet<&str> = components.iter().map(|it| it.package.as_str()).collect();
    for package in packages {
        command.args(["--package", package]);
    }
    for example in components.iter().filter_map(|it| it.example.as_deref()) {
        command.args(["--example", example]);
    }
    command
}

fn built_file<'a>(
    workspace: &Workspace,
    component: &Component,
    artifacts: &'a [Artifact],
) -> Result<&'a Path> {
    let folder = workspace.root.join(&component.folder);
    let belongs = |artifact: &&Artifact| {
        artifact.folder == folder
            && match &component.example {
                Some(name) => artifact.target == *name,
                None => artifact.kinds.iter().any(|kind| kind == "cdylib"),
            }
    };
    artifacts
        .iter()
        .filter(belongs)
        .flat_map(|artifact| &artifact.files)
        .find(|file| file.extension().is_some_and(|it| it == "wasm"))
        .map(PathBuf::as_path)
        .with_context(|| format!("building {} made no component", component.folder.display()))
}

/// Puts a component in its place, unless the same is already there: what watches the file sees real changes only, and
/// what reads it never sees half of it.
fn install(built: &Path, place: &Path) -> Result<()> {
    let bytes = fs::read(built).with_context(|| format!("cannot read {}", built.display()))?;
    if fs::read(place).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let beside = place.with_extension(format!("wasm.{}", std::process::id()));
    place
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&beside, &bytes))
        .and_then(|()| fs::rename(&beside, place))
        .with_context(|| format!("cannot write {}", place.display()))
}

/// Removes components that the workspace no longer builds: a host would still find them.
fn remove_others(finished: &Path, components: &[Component]) -> Result<()> {
    let kept: BTreeSet<PathBuf> = components
        .iter()
        .map(|it| finished.join(&it.file))
        .collect();
    for folder in [finished.to_owned(), finished.join("test")] {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            let is_component = path.extension().is_some_and(|it| it == "wasm");
            if is_component && !kept.contains(&path) {
                fs::remove_file(&path)
                    .with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
    }
    Ok(())
}

/// Makes sure that the standard library for components is there.
fn ensure_target(workspace: &Workspace) -> Result<()> {
    if is_target_installed(workspace)? {
        return Ok(());
    }
    eprintln!("installing the target {WASM_TARGET}");
    let mut rustup = Command::new("rustup");
    rustup
        .args(["target", "add", WASM_TARGET])
        .current_dir(&workspace.root);
    if let Err(error) = cargo::run(&mut rustup) {
        bail!(
            "components need the Rust target {WASM_TARGET}, and it cannot be installed ({error}); \
             with a network connection, run `rustup target add {WASM_TARGET}`"
        );
    }
    ensure!(
        is_target_installed(workspace)?,
        "rustup has installed {WASM_TARGET} for another toolchain than the `rustc` on the PATH"
    );
    Ok(())
}

/// Asks the compiler, not rustup: distributions package the target as well.
fn is_target_installed(workspace: &Workspace) -> Result<bool> {
    let mut rustc = Command::new("rustc");
    rustc
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .current_dir(&workspace.root);
    Ok(Path::new(cargo::output(&mut rustc)?.trim()).is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(folder: &str, example: Option<&str>, expected: Option<&str>) {
        let file = file_of(Path::new(folder), example);
        assert_eq!(file.as_deref(), expected.map(Path::new), "{folder}");
    }

    #[test]
    fn a_component_is_named_after_its_folder_and_an_example_after_itself() {
        check("plugins/databricks", None, Some("databricks.wasm"));
        check("tests/components/traps", None, Some("test/traps.wasm"));
        check("plugins/sdk", Some("tiny"), Some("test/tiny.wasm"));
    }

    #[test]
    fn other_libraries_are_no_components() {
        check("plugins/sdk", None, None);
        check("host/cli", None, None);
        check("plugins/databricks", Some("tiny"), None);
    }
}
