//! From configuration to adapters that are ready to be called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rocky_cache::{Connection, Provenance};
use rocky_credentials::{CredentialConfig, Secret, SecretSource};
use rocky_plugin::{
    Adapter, AdapterConfig, ConfigError, Host, HostConfig, NetworkConfig, Origin, Plugin,
    PluginReference, Proxy, locate,
};
use serde_json::{Map, Value};

use crate::approvals;
use crate::config::{AdapterEntry, AdapterSection, Project, ProxyChoice};
use crate::context::{self, Context};
use crate::error::CommandError;
use crate::guard::SqlGuard;
use crate::hints::Configured;
use crate::names;
use crate::proxy;
use crate::shared_storage::is_shared;
use crate::trust::Trust;

/// Loads plugins, each once.
pub struct Plugins<'a> {
    context: &'a Context,
    host: Host,
    directories: Vec<PathBuf>,
    loaded: BTreeMap<PathBuf, Plugin>,
    /// Whether nothing may differ from the lock file.
    locked: bool,
    trust: Option<Arc<Trust>>,
    /// The adapters that were looked at for what they may read from besides their endpoint.
    warned: BTreeSet<String>,
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
        let host = Host::new(config)?;
        context.interrupt.register(&host);
        Ok(Self {
            context,
            host,
            directories,
            loaded: BTreeMap::new(),
            locked: false,
            trust: None,
            warned: BTreeSet::new(),
        })
    }

    /// The same, refusing whatever differs from the project's lock file if `locked`.
    #[must_use]
    pub fn locked(self, locked: bool) -> Self {
        Self { locked, ..self }
    }

    /// What the project's plugins may do; read once.
    fn trust(&mut self, project: &Project) -> Result<Arc<Trust>, CommandError> {
        if let Some(trust) = &self.trust {
            return Ok(trust.clone());
        }
        let trust = Arc::new(Trust::of(project, self.locked)?);
        self.trust = Some(trust.clone());
        Ok(trust)
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

    /// The token of an adapter without a project. One that the user asks for has to be there.
    fn token(
        &self,
        variable: Option<&str>,
        is_asked_for: bool,
    ) -> Result<CredentialConfig, CommandError> {
        let Some(variable) = variable else {
            self.context.warn(
                "a plugin that is given as a file gets no token by itself: requests go out without a credential \
                 (--token-env names the environment variable that holds one)",
            );
            return Ok(CredentialConfig::None);
        };
        match context::variable(variable) {
            Some(token) => Ok(CredentialConfig::Bearer {
                token: SecretSource::Text(Secret::new(token)),
            }),
            None if is_asked_for => Err(CommandError::usage(format!(
                "--token-env {variable}: this environment variable is not set"
            ))),
            None => {
                self.context.warn(&format!(
                    "{variable} is not set: requests go out without a credential"
                ));
                Ok(CredentialConfig::None)
            }
        }
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

    /// The endpoint of an adapter of a project, and whether its plugin chose the domain.
    pub fn endpoint(
        &self,
        project: &Project,
        section: &AdapterSection,
        plugin: &Plugin,
    ) -> Result<(Origin, bool), CommandError> {
        let found = plugin.endpoint(&section.settings);
        found.map_err(|error| mistake(project, section, &error))
    }

    /// Says, once for each adapter, where it may read from places that anybody can have: what it has read can leave by their addresses.
    pub fn warn_of_shared_storage(&mut self, name: &str, section: &AdapterSection) {
        if !self.warned.insert(name.to_owned()) {
            return;
        }
        let allow = section.network.allow.iter();
        let shared: Vec<String> = allow
            .filter(|pattern| is_shared(pattern))
            .map(ToString::to_string)
            .collect();
        if !shared.is_empty() {
            self.context.warn(&format!(
                "adapter `{name}` may read from {}, where anybody can have a place: its plugin could tell what it has \
                 read in the address of a request; `allow` exact hosts instead",
                shared.join(", ")
            ));
        }
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
        self.warn_of_shared_storage(name, section);
        let mut settings = section.settings.clone();
        settings.extend(typed(&plugin, overrides)?);
        let explain = |error: ConfigError| match key_of(&error) {
            Some(key) if overrides.contains_key(key) => help(&error).into_iter().fold(
                CommandError::usage(format!("--set {key}: {error}")),
                CommandError::hint,
            ),
            _ => mistake(project, section, &error),
        };
        let (endpoint, _) = plugin.endpoint(&settings).map_err(explain)?;
        let trust = self.trust(project)?;
        let approved = trust.approve(self.context, name, section, &plugin, &endpoint)?;
        let config = AdapterConfig {
            name: name.to_owned(),
            settings,
            credential: section.auth()?.for_endpoint(&endpoint),
            limits: section.limits.clone(),
            network: NetworkConfig {
                allow: section.network.allow.clone(),
                statements: section.network.statements,
                approved,
                guard: Some(Arc::new(SqlGuard::default())),
                proxy: proxy_for(&endpoint, &section.network.proxy)?,
            },
        };
        let adapter = plugin.configure(config).map_err(explain)?;
        Ok(Some(ready(adapter, Configured::Project)))
    }

    /// An adapter that no project configures: settings from the command line, the token from the environment variable of that name,
    /// or of the plugin's. None if its plugin has nothing to describe.
    pub async fn ad_hoc(
        &mut self,
        reference: &PluginReference,
        project: Option<&Project>,
        token_env: Option<&str>,
        overrides: &Map<String, Value>,
    ) -> Result<Option<Ready>, CommandError> {
        let name = free_name(reference, project)?;
        let plugin = self.load(reference, &self.context.directory).await?;
        if !self.describes(&plugin) {
            return Ok(None);
        }
        let settings = typed(&plugin, overrides)?;
        let variable = token_variable(reference, token_env);
        let credential = self.token(variable.as_deref(), token_env.is_some())?;
        let explain = |error: ConfigError| {
            if let ConfigError::Credential(error) = &error {
                let variable = variable.as_deref().unwrap_or_default();
                let message =
                    format!("the environment variable {variable} cannot be used: {error}");
                return CommandError::failed(message);
            }
            let hint = key_of(&error).map(|key| format!("give it with --set {key}=…"));
            let hints = help(&error)
                .into_iter()
                .chain(hint.filter(|_| matches!(error, ConfigError::MissingSetting { .. })));
            hints.fold(CommandError::usage(error.to_string()), CommandError::hint)
        };
        let (endpoint, _) = plugin.endpoint(&settings).map_err(explain)?;
        let network = NetworkConfig {
            approved: approvals::built_in(),
            guard: Some(Arc::new(SqlGuard::default())),
            proxy: proxy_for(&endpoint, &ProxyChoice::Environment)?,
            ..NetworkConfig::default()
        };
        let config = AdapterConfig {
            settings,
            credential,
            network,
            ..AdapterConfig::new(name)
        };
        let adapter = plugin.configure(config).map_err(explain)?;
        let configured = Configured::CommandLine { token: variable };
        Ok(Some(ready(adapter, configured)))
    }
}

/// An error about a project's adapter, pointing to the setting that it is about.
fn mistake(project: &Project, section: &AdapterSection, error: &ConfigError) -> CommandError {
    let help = help(error);
    let pointed =
        project.adapter_error(section, key_of(error), &error.to_string(), help.as_deref());
    match error {
        ConfigError::Credential(reason) => {
            let pointed = project.auth_error(section, &error.to_string());
            let hint = reason.hint();
            hint.into_iter().fold(pointed, CommandError::hint)
        }
        ConfigError::Unapproved { .. } => {
            pointed.hint("approve it with `rocky plugin lock`, if you know whose it is")
        }
        _ => pointed,
    }
}

/// The proxy of requests to this endpoint. What the environment says wrong does not matter where it is not used.
fn proxy_for(endpoint: &Origin, choice: &ProxyChoice) -> Result<Option<Proxy>, CommandError> {
    match proxy::resolve(choice, context::variable) {
        Ok(proxy) => Ok(proxy),
        Err(_) if !endpoint.scheme().is_encrypted() => Ok(None),
        Err(variable) => Err(CommandError::failed(format!(
            "the environment variable {variable} does not hold the address of an http proxy"
        ))
        .hint(
            "set `proxy = \"http://HOST:PORT\"` or `proxy = \"none\"` under [adapter.NAME.network]",
        )),
    }
}

/// The environment variable that holds the token of an adapter without a project: the one that the user names, or that of the plugin's
/// name as the user typed it, `DATABRICKS_TOKEN`. What a plugin calls itself does not count, or it could choose among all secrets of
/// the environment.
fn token_variable(reference: &PluginReference, token_env: Option<&str>) -> Option<String> {
    match (token_env, reference) {
        (Some(variable), _) => Some(variable.to_owned()),
        (None, PluginReference::Name(name)) => {
            Some(format!("{}_TOKEN", name.to_uppercase().replace('-', "_")))
        }
        (None, PluginReference::Path(_)) => None,
    }
}

/// What an adapter that no project configures is called, also in the cache: after its plugin, as the user typed it. What a plugin
/// calls itself does not count, or it could put its tables in the place of those that an adapter of the project has described.
fn free_name(
    reference: &PluginReference,
    project: Option<&Project>,
) -> Result<String, CommandError> {
    let name = match reference {
        PluginReference::Name(name) => name.clone(),
        PluginReference::Path(path) => match path.file_stem() {
            Some(stem) => stem.to_string_lossy().into_owned(),
            None => reference.to_string(),
        },
    };
    match project.is_some_and(|project| project.adapters.contains_key(&name)) {
        false => Ok(name),
        true => Err(CommandError::usage(format!(
            "--plugin {reference}: the project has another adapter `{name}`, whose tables in the cache would be replaced"
        ))
        .hint(format!(
            "choose that one with --adapter {name}, or run this outside of the project"
        ))),
    }
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
            Some(SettingKind::TextList) if text.starts_with('[') => {
                return Err(CommandError::usage(format!(
                    "--set {key}: `{text}` is written as in rocky.toml"
                ))
                .hint(format!("on the command line write --set {key}=a,b")));
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
        | ConfigError::EndpointPart { key, .. }
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
