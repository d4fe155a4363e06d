//! From configuration to adapters that are ready to be called.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rocky_cache::{Connection, Provenance};
use rocky_plugin::{
    Adapter, AdapterConfig, ConfigError, Credential, Host, HostConfig, Plugin, PluginReference,
    Secret, locate,
};
use serde_json::{Map, Value};

use crate::config::{AdapterEntry, Project};
use crate::context::{self, Context};
use crate::error::CommandError;
use crate::hints::Configured;
use crate::names;

/// Loads plugins, each once.
pub struct Plugins<'a> {
    context: &'a Context,
    host: Host,
    directories: Vec<PathBuf>,
    loaded: BTreeMap<PathBuf, Plugin>,
}

/// An adapter, and how the cache names it.
#[derive(Clone, Debug)]
pub struct Ready {
    pub adapter: Adapter,
    pub connection: Arc<Connection>,
    pub provenance: Arc<Provenance>,
    pub configured: Configured,
}

impl<'a> Plugins<'a> {
    pub fn new(context: &'a Context) -> Result<Self, CommandError> {
        let config = HostConfig {
            artifact_directory: context.artifact_directory(),
            ..HostConfig::default()
        };
        let directories = context.plugin_directories();
        Ok(Self {
            context,
            host: Host::new(config)?,
            directories,
            loaded: BTreeMap::new(),
        })
    }

    /// Loads the plugin that `reference` means, a path relative to `base`.
    pub async fn load(
        &mut self,
        reference: &PluginReference,
        base: &Path,
    ) -> Result<Plugin, CommandError> {
        let path = locate(reference, base, &self.directories)?;
        if let Some(plugin) = self.loaded.get(&path) {
            return Ok(plugin.clone());
        }
        let plugin = self.host.load(&path).await?;
        self.loaded.insert(path, plugin.clone());
        Ok(plugin)
    }

    /// Whether a plugin can be asked to describe anything; says so if not.
    fn describes(&self, plugin: &Plugin) -> bool {
        if !plugin.describes() {
            self.context.warn(&format!(
                "the plugin `{}` has nothing to describe",
                plugin.manifest().name
            ));
        }
        plugin.describes()
    }

    /// An adapter of a project, with settings from the command line laid over its own; none if its plugin has nothing to describe.
    pub async fn of_project(
        &mut self,
        project: &Project,
        name: &str,
        entry: &AdapterEntry,
        overrides: &Map<String, Value>,
    ) -> Result<Option<Ready>, CommandError> {
        let section = entry.section()?;
        let plugin = self.load(&section.plugin, project.directory()).await?;
        if !self.describes(&plugin) {
            return Ok(None);
        }
        let mut settings = section.settings.clone();
        settings.extend(typed(&plugin, overrides)?);
        let config = AdapterConfig {
            name: name.to_owned(),
            settings,
            credential: section.credential.clone(),
            limits: section.limits.clone(),
        };
        let adapter = plugin.configure(config).map_err(|error| {
            let help = help(&error);
            match key_of(&error) {
                Some(key) if overrides.contains_key(key) => help.into_iter().fold(
                    CommandError::usage(format!("--set {key}: {error}")),
                    CommandError::hint,
                ),
                key => project.adapter_error(section, key, &error.to_string(), help.as_deref()),
            }
        })?;
        Ok(Some(ready(adapter, Configured::Project)))
    }

    /// An adapter without a project: settings from the command line, the token from the environment. None if its plugin has
    /// nothing to describe.
    pub async fn ad_hoc(
        &mut self,
        reference: &PluginReference,
        overrides: &Map<String, Value>,
    ) -> Result<Option<Ready>, CommandError> {
        let plugin = self.load(reference, &self.context.directory).await?;
        if !self.describes(&plugin) {
            return Ok(None);
        }
        let name = plugin.manifest().name.clone();
        let settings = typed(&plugin, overrides)?;
        let variable = token_variable(&name);
        let credential = match context::variable(&variable) {
            Some(token) => Credential::bearer(Secret::new(token)).map_err(|error| {
                CommandError::failed(format!(
                    "the environment variable {variable} cannot be used: {error}"
                ))
            })?,
            None => {
                self.context.warn(&format!(
                    "{variable} is not set: requests go out without a credential"
                ));
                Credential::none()
            }
        };
        let config = AdapterConfig {
            settings,
            credential,
            ..AdapterConfig::new(name)
        };
        let adapter = plugin.configure(config).map_err(|error| {
            let hint = key_of(&error).map(|key| format!("give it with --set {key}=…"));
            let hints = help(&error)
                .into_iter()
                .chain(hint.filter(|_| matches!(error, ConfigError::MissingSetting { .. })));
            hints.fold(CommandError::usage(error.to_string()), CommandError::hint)
        })?;
        let configured = Configured::CommandLine { token: variable };
        Ok(Some(ready(adapter, configured)))
    }
}

/// The environment variable that holds the token of an adapter without a project: `DATABRICKS_TOKEN`.
fn token_variable(plugin: &str) -> String {
    format!("{}_TOKEN", plugin.to_uppercase().replace('-', "_"))
}

/// Texts from the command line as the kinds that the plugin's settings take: `true` and `5` where it takes such.
fn typed(
    plugin: &Plugin,
    overrides: &Map<String, Value>,
) -> Result<Map<String, Value>, CommandError> {
    use rocky_plugin::SettingKind;
    let mut settings = Map::new();
    for (key, value) in overrides {
        let text = value.as_str().unwrap_or_default();
        let wrong = |kind: SettingKind| {
            CommandError::usage(format!("--set {key}: `{text}` is not {}", kind.describe()))
        };
        let kind = plugin.manifest().setting(key).map(|setting| setting.kind);
        let value = match kind {
            Some(kind @ SettingKind::Integer) => {
                Value::from(text.parse::<i64>().map_err(|_| wrong(kind))?)
            }
            Some(kind @ SettingKind::Boolean) => {
                Value::from(text.parse::<bool>().map_err(|_| wrong(kind))?)
            }
            Some(SettingKind::TextList) => text
                .split(',')
                .map(|item| Value::from(item.trim()))
                .collect(),
            Some(SettingKind::Text) | None => value.clone(),
        };
        settings.insert(key.clone(), value);
    }
    Ok(settings)
}

fn ready(adapter: Adapter, configured: Configured) -> Ready {
    let plugin = adapter.plugin();
    let manifest = plugin.manifest();
    // Two adapters may differ in nothing but the token, and so in what they may see.
    let mut identity = adapter.identity();
    identity.insert("adapter".to_owned(), adapter.name().to_owned());
    let connection = Connection {
        adapter: adapter.name().to_owned(),
        plugin: manifest.name.clone(),
        endpoint: adapter.endpoint().to_string(),
        identity,
        rules: manifest.identifiers,
        dialect: manifest.dialect.clone(),
    };
    let provenance = Provenance {
        plugin: manifest.name.clone(),
        version: manifest.version.clone(),
        digest: format!("sha256:{}", plugin.digest()),
    };
    Ready {
        connection: Arc::new(connection),
        provenance: Arc::new(provenance),
        adapter,
        configured,
    }
}

/// The setting that an error is about.
fn key_of(error: &ConfigError) -> Option<&str> {
    match error {
        ConfigError::UnknownSetting { key, .. }
        | ConfigError::MissingSetting { key, .. }
        | ConfigError::WrongKind { key, .. }
        | ConfigError::NotAChoice { key, .. }
        | ConfigError::Endpoint { key, .. } => Some(key),
        _ => None,
    }
}

fn help(error: &ConfigError) -> Option<String> {
    let (name, known) = match error {
        ConfigError::UnknownSetting { key, known, .. } => (key, known),
        ConfigError::NotAChoice { found, choices, .. } => (found, choices),
        _ => return None,
    };
    Some(
        match names::closest(name, known.iter().map(String::as_str)) {
            Some(closest) => format!("did you mean `{closest}`?"),
            None => format!("expected one of: {}", known.join(", ")),
        },
    )
}
