//! `rocky.lock`: which plugins a project trusts, and with what.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rocky_plugin::{
    Approved, CONTRACT_VERSION, ControlShape, EndpointSource, Plugin, StatementShape,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Project;
use crate::error::CommandError;

/// The version of the file's own form.
const VERSION: u32 = 1;

const HEADER: &str = "# Which plugins this project trusts, and with what. Written by `rocky plugin lock`; keep it under version control.\n\n";

/// The file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockFile {
    version: u32,
    /// Sorted by source.
    #[serde(rename = "plugin", default, skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<LockedPlugin>,
    /// Sorted by name.
    #[serde(rename = "adapter", default, skip_serializing_if = "Vec::is_empty")]
    pub adapters: Vec<LockedAdapter>,
}

/// A component, and what it may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockedPlugin {
    /// As `plugin = …` names it.
    pub source: String,
    /// What its manifest calls it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its file, in hexadecimal.
    pub sha256: String,
    /// The version of the contract `rocky:adapter`.
    pub contract: String,
    /// What its manifest makes the endpoint from, in its order: the name of a setting in braces, or a URL with such names in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<String>,
    /// The origins that its manifest declares, sorted. Granted only where `allow` names them as well.
    pub origins: Vec<String>,
    /// The requests that carry SQL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<StatementShape>,
    /// The other requests that are not reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<ControlShape>,
}

/// What an adapter of the project may do on the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockedAdapter {
    /// An adapter of the project.
    pub name: String,
    /// The source of its plugin.
    pub plugin: String,
    /// Where its credential goes.
    pub endpoint: String,
    /// Where else it may read.
    pub allow: Vec<String>,
    /// What its SQL may do.
    pub statements: String,
}

impl LockFile {
    /// An empty file.
    pub fn new() -> Self {
        Self {
            version: VERSION,
            ..Self::default()
        }
    }

    /// Where the lock file of a project is: beside its `rocky.toml`.
    pub fn path(project: &Path) -> PathBuf {
        project.join("rocky.lock")
    }

    /// Reads the file of a project, if there is one.
    pub fn load(project: &Project) -> Result<Option<Self>, CommandError> {
        let path = Self::path(project.directory());
        let text = match project.reading().read(&path) {
            Ok(text) => text,
            Err(error) if error.is_absent() => return Ok(None),
            Err(error) => return Err(error.during(format!("cannot read {}", path.display()))),
        };
        let unusable = |reason: &str| {
            CommandError::failed(format!(
                "cannot use {}: {}",
                path.display(),
                reason.trim_end()
            ))
            .hint("restore it from version control, or write it anew with `rocky plugin lock`")
        };
        let file: Self = toml::from_str(&text).map_err(|error| unusable(&error.to_string()))?;
        match file.version {
            VERSION => Ok(Some(file)),
            other => Err(unusable(&format!(
                "its version is {other}, and this rocky knows {VERSION}"
            ))),
        }
    }

    /// Writes the file, whole or not at all.
    pub fn store(&self, path: &Path) -> Result<(), CommandError> {
        let attempt = || format!("cannot write {}", path.display());
        let text = toml::to_string(self).with_context(attempt)?;
        let directory = path.parent().unwrap_or(Path::new("."));
        let file = tempfile::NamedTempFile::new_in(directory).with_context(attempt)?;
        fs::write(file.path(), format!("{HEADER}{text}")).with_context(attempt)?;
        readable_by_all(file.path()).with_context(attempt)?;
        file.persist(path).with_context(attempt)?;
        Ok(())
    }

    pub fn plugin(&self, source: &str) -> Option<&LockedPlugin> {
        self.plugins.iter().find(|plugin| plugin.source == source)
    }

    pub fn adapter(&self, name: &str) -> Option<&LockedAdapter> {
        self.adapters.iter().find(|adapter| adapter.name == name)
    }
}

/// A temporary file is its owner's alone; this one is everybody's who works on the project.
#[cfg(unix)]
fn readable_by_all(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

impl LockedPlugin {
    /// The plugin as it is now.
    pub fn of(source: &str, plugin: &Plugin) -> Self {
        let manifest = plugin.manifest();
        let mut origins: Vec<String> = manifest
            .origins
            .iter()
            .map(|origin| origin.pattern.to_string())
            .collect();
        origins.sort();
        Self {
            source: source.to_owned(),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            sha256: plugin.digest().to_string(),
            contract: CONTRACT_VERSION.to_owned(),
            endpoints: manifest.endpoints.iter().map(endpoint_in_file).collect(),
            origins,
            statements: manifest.statements.clone(),
            controls: manifest.controls.clone(),
        }
    }

    /// What `now` asks for that is not approved here, in words.
    pub fn more_in(&self, now: &Self) -> Vec<String> {
        // Whatever of it changed, the credential may go where the user never meant it to: a text that was typed for another purpose
        // can be an address.
        let is_moved = !now.endpoints.is_empty() && now.endpoints != self.endpoints;
        let endpoints = is_moved.then(|| endpoints_in_words(&now.endpoints));
        let origins = now
            .origins
            .iter()
            .filter(|origin| !self.origins.contains(*origin));
        let statements = now
            .statements
            .iter()
            .filter(|shape| !self.statements.contains(*shape));
        let is_known = |shape: &&ControlShape| {
            let mut known = self.controls.iter();
            known.any(|it| it.is_same_request(shape) && it.query == shape.query)
        };
        let controls = now.controls.iter().filter(|shape| !is_known(shape));
        endpoints
            .into_iter()
            .chain(origins.map(|origin| format!("to reach {origin}")))
            .chain(statements.map(statement_in_words))
            .chain(controls.map(control_in_words))
            .collect()
    }

    /// All that it asks for, in words.
    pub fn asks(&self) -> Vec<String> {
        let nothing = Self {
            endpoints: Vec::new(),
            origins: Vec::new(),
            statements: Vec::new(),
            controls: Vec::new(),
            ..self.clone()
        };
        nothing.more_in(self)
    }

    /// In what `now` differs, in words; nothing where it is the same.
    pub fn changes(&self, now: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        let mut compare = |what: &str, locked: &str, found: &str| {
            if locked != found {
                changes.push(format!("its {what} was {locked} and is {found}"));
            }
        };
        compare("name", &self.name, &now.name);
        compare("version", &self.version, &now.version);
        compare("SHA-256", &self.sha256, &now.sha256);
        compare("contract", &self.contract, &now.contract);
        let more = self.more_in(now);
        changes.extend(more.into_iter().map(|more| format!("it now asks {more}")));
        let less = now.more_in(self);
        changes.extend(
            less.into_iter()
                .map(|less| format!("it no longer asks {less}")),
        );
        changes
    }

    /// What the user has approved of this plugin's requests.
    pub fn approved(&self) -> Approved {
        Approved {
            endpoints: Vec::new(),
            templates: Vec::new(),
            statements: self.statements.clone(),
            controls: self.controls.clone(),
        }
    }
}

fn endpoint_in_file(endpoint: &EndpointSource) -> String {
    match endpoint {
        EndpointSource::Setting(name) => format!("{{{name}}}"),
        EndpointSource::Template(url) => url.clone(),
    }
}

fn endpoints_in_words(endpoints: &[String]) -> String {
    let places = endpoints.iter().map(|endpoint| {
        let setting = endpoint.strip_prefix('{');
        match setting.and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => format!("the address in the setting `{name}`"),
            None => endpoint.clone(),
        }
    });
    let places: Vec<String> = places.collect();
    format!(
        "to have its credential sent to {}",
        places.join(", else to ")
    )
}

fn statement_in_words(shape: &StatementShape) -> String {
    let StatementShape {
        method,
        path,
        pointer,
        dialect,
        members,
        fixed,
        query,
    } = shape;
    let mut words = format!("to send {dialect} SQL with {method} {path}, at {pointer}");
    if !members.is_empty() {
        words += &format!(", beside whatever it puts at {}", members.join(", "));
    }
    for (pointer, json) in fixed {
        words += &format!(", with {pointer} {json}");
    }
    words + &query_in_words(query)
}

fn control_in_words(shape: &ControlShape) -> String {
    let query = query_in_words(&shape.query);
    format!("to send {} {}{query}", shape.method, shape.path)
}

fn query_in_words(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => format!(", with {} in its query", names.join(", ")),
    }
}

impl LockedAdapter {
    /// In what `now` differs, in words; nothing where it is the same.
    pub fn changes(&self, now: &Self) -> Vec<String> {
        let list = |allow: &[String]| match allow {
            [] => "nothing".to_owned(),
            allow => allow.join(", "),
        };
        let pairs = [
            ("plugin", self.plugin.clone(), now.plugin.clone()),
            ("endpoint", self.endpoint.clone(), now.endpoint.clone()),
            ("`allow`", list(&self.allow), list(&now.allow)),
            (
                "`statements`",
                self.statements.clone(),
                now.statements.clone(),
            ),
        ];
        let changed = pairs
            .into_iter()
            .filter(|(_, locked, found)| locked != found);
        changed
            .map(|(what, locked, found)| format!("its {what} was {locked} and is {found}"))
            .collect()
    }
}
