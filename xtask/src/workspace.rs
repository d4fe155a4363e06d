//! What cargo knows about this workspace.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cargo;

/// The workspace that the current directory is in.
pub struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo puts what it builds; honours `CARGO_TARGET_DIR`.
    pub target: PathBuf,
    /// Its members.
    pub packages: Vec<Package>,
}

/// A member of the workspace.
pub struct Package {
    /// The name in its `Cargo.toml`.
    pub name: String,
    /// Its folder, relative to the root.
    pub folder: PathBuf,
    /// Its libraries, binaries, examples, tests and benches.
    pub targets: Vec<Target>,
    /// What its `Cargo.toml` asks for, of every kind.
    pub dependencies: Vec<Dependency>,
}

/// Something that cargo can build.
pub struct Target {
    /// The name, as cargo's flags take it.
    pub name: String,
    /// `lib`, `cdylib`, `bin`, `example`, `test`, `bench`, …
    pub kinds: Vec<String>,
    /// `lib`, `cdylib`, `bin`, …
    pub crate_types: Vec<String>,
    /// The file that the compiler is given, absolute.
    pub source: PathBuf,
}

/// One line of a `[dependencies]` table.
pub struct Dependency {
    /// The package's name, whatever it is renamed to.
    pub name: String,
    /// Which table the line is in.
    pub kind: DependencyKind,
}

/// The tables of dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DependencyKind {
    /// `[dependencies]`.
    Normal,
    /// `[build-dependencies]`.
    Build,
    /// `[dev-dependencies]`.
    Development,
}

impl Workspace {
    /// Asks cargo.
    pub fn load() -> Result<Self> {
        let mut metadata = cargo::cargo();
        metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
        let text = cargo::output(&mut metadata)?;
        Self::parse(&text).context("cannot make sense of the answer of `cargo metadata`")
    }

    fn parse(text: &str) -> Result<Self> {
        let metadata: Value = serde_json::from_str(text)?;
        let root = PathBuf::from(text_of(&metadata, "workspace_root")?);
        let packages = list_of(&metadata, "packages")?
            .iter()
            .map(|package| Package::parse(package, &root))
            .collect::<Result<_>>()?;
        Ok(Self {
            target: PathBuf::from(text_of(&metadata, "target_directory")?),
            root,
            packages,
        })
    }

    /// The member in this folder.
    pub fn package_in(&self, folder: &Path) -> Option<&Package> {
        self.packages
            .iter()
            .find(|package| package.folder == folder)
    }
}

impl Package {
    fn parse(package: &Value, root: &Path) -> Result<Self> {
        let manifest = PathBuf::from(text_of(package, "manifest_path")?);
        let folder = manifest.parent().unwrap_or(root);
        Ok(Self {
            name: text_of(package, "name")?.to_owned(),
            folder: folder.strip_prefix(root).unwrap_or(folder).to_owned(),
            targets: list_of(package, "targets")?
                .iter()
                .map(Target::parse)
                .collect::<Result<_>>()?,
            dependencies: list_of(package, "dependencies")?
                .iter()
                .map(Dependency::parse)
                .collect::<Result<_>>()?,
        })
    }
}

impl Target {
    fn parse(target: &Value) -> Result<Self> {
        Ok(Self {
            name: text_of(target, "name")?.to_owned(),
            kinds: texts_of(target, "kind")?,
            crate_types: texts_of(target, "crate_types")?,
            source: PathBuf::from(text_of(target, "src_path")?),
        })
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: &str) -> bool {
        self.kinds.iter().any(|own| own == kind)
    }

    /// Whether building it for wasm makes a component.
    pub fn is_component(&self) -> bool {
        self.crate_types.iter().any(|own| own == "cdylib")
    }
}

impl Dependency {
    fn parse(dependency: &Value) -> Result<Self> {
        let kind = match dependency.get("kind").and_then(Value::as_str) {
            None => DependencyKind::Normal,
            Some("build") => DependencyKind::Build,
            Some(_) => DependencyKind::Development,
        };
        Ok(Self {
            name: text_of(dependency, "name")?.to_owned(),
            kind,
        })
    }
}

/// The text under `key`.
pub fn text_of<'a>(object: &'a Value, key: &str) -> Result<&'a str> {
    object
        .get(key)
        .and_then(Value::as_str)
        .with_context(|| format!("no text `{key}`"))
}

/// The texts in the list under `key`.
pub fn texts_of(object: &Value, key: &str) -> Result<Vec<String>> {
    let list = list_of(object, key)?;
    Ok(list
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}

/// The list under `key`.
fn list_of<'a>(object: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    object
        .get(key)
        .and_then(Value::as_array)
        .with_context(|| format!("no list `{key}`"))
}
