//! Which adapters a command is about, and how they are told what the project does not say.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use rocky_plugin::PluginReference;
use serde_json::{Map, Value};

use crate::config::{AdapterEntry, Project};
use crate::context::Context;
use crate::error::CommandError;
use crate::plugins::{Plugins, Ready};

/// The options that choose adapters.
#[derive(Debug, Args)]
pub struct AdapterArgs {
    /// Only adapters that run this plugin; where the project has none, an adapter of its own
    #[arg(long, value_name = "NAME|FILE")]
    plugin: Option<String>,
    /// Only the adapter of this name
    #[arg(long, value_name = "NAME", conflicts_with = "plugin")]
    adapter: Option<String>,
    /// A setting of the adapter, over the project's; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    settings: Vec<(String, String)>,
    /// The environment variable that holds the token, where no project says how to sign in
    #[arg(long, value_name = "VARIABLE", requires = "plugin", value_parser = NonEmptyStringValueParser::new())]
    token_env: Option<String>,
    /// Refuse to run unless every plugin and what it may do is as rocky.lock records
    #[arg(long)]
    locked: bool,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

impl AdapterArgs {
    /// What loads plugins for them.
    pub fn plugins<'a>(&self, context: &'a Context) -> Result<Plugins<'a>, CommandError> {
        Ok(Plugins::new(context)?.locked(self.locked))
    }

    /// The settings of the command line.
    pub fn overrides(&self) -> Map<String, Value> {
        let settings = self.settings.iter();
        settings
            .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
            .collect()
    }

    /// The names of the project's adapters that are meant; none where the plugin is to run without one of them.
    pub fn select(&self, project: Option<&Project>) -> Result<Vec<String>, CommandError> {
        let selected = select(project, self)?;
        if self.token_env.is_some() && !selected.is_empty() {
            return Err(CommandError::usage(format!(
                "--token-env is for a plugin that the project does not use, but it does: {}",
                selected.join(", ")
            ))
            .hint("write under [adapter.NAME.auth] how to sign in"));
        }
        Ok(selected)
    }

    /// An adapter of the plugin's own, without the project; `how` says how a command line would look.
    pub async fn ad_hoc(
        &self,
        plugins: &mut Plugins<'_>,
        project: Option<&Project>,
        overrides: &Map<String, Value>,
        how: &str,
    ) -> Result<Option<Ready>, CommandError> {
        if self.locked {
            return Err(CommandError::usage(
                "--locked needs a project with a rocky.lock, and an adapter of it",
            ));
        }
        let Some(plugin) = &self.plugin else {
            return Err(CommandError::usage(
                "there is no rocky.toml here or in a parent directory, and no --plugin is given",
            )
            .hint(how));
        };
        let reference = PluginReference::from(plugin.as_str());
        plugins
            .ad_hoc(&reference, project, self.token_env.as_deref(), overrides)
            .await
    }

    /// All that are meant, ready to be called.
    pub async fn all(
        &self,
        context: &Context,
        project: Option<&Project>,
        how: &str,
    ) -> Result<Vec<Ready>, CommandError> {
        let mut plugins = self.plugins(context)?;
        let overrides = self.overrides();
        let selected = self.select(project)?;
        let Some(project) = project.filter(|_| !selected.is_empty()) else {
            let adapter = self.ad_hoc(&mut plugins, project, &overrides, how).await?;
            return Ok(adapter.into_iter().collect());
        };
        let mut found = Vec::new();
        for name in &selected {
            found.extend(ready(&mut plugins, project, name, &overrides).await?);
        }
        Ok(found)
    }
}

/// The project's adapters that the command line admits.
fn select(project: Option<&Project>, args: &AdapterArgs) -> Result<Vec<String>, CommandError> {
    let Some(project) = project else {
        return match &args.adapter {
            Some(name) => Err(CommandError::usage(format!(
                "there is no rocky.toml that names the adapter `{name}`"
            ))),
            None => Ok(Vec::new()),
        };
    };
    let names = || project.adapters.keys().cloned();
    match (&args.adapter, &args.plugin) {
        (Some(name), _) if project.adapters.contains_key(name) => Ok(vec![name.clone()]),
        (Some(name), _) => Err(
            CommandError::usage(format!("the project has no adapter `{name}`")).hint(format!(
                "its adapters are: {}",
                names().collect::<Vec<_>>().join(", ")
            )),
        ),
        (None, Some(plugin)) => {
            let plugin = PluginReference::from(plugin.as_str());
            // Where the plugin cannot be told, the mistake is to be shown.
            let uses =
                |entry: &AdapterEntry| entry.plugin.as_ref().is_none_or(|used| *used == plugin);
            let selected = project.adapters.iter().filter(|(_, entry)| uses(entry));
            Ok(selected.map(|(name, _)| name.clone()).collect())
        }
        (None, None) if project.adapters.is_empty() => {
            Err(CommandError::failed("rocky.toml names no adapter")
                .hint("add a section [adapter.NAME] with `plugin = \"…\"`"))
        }
        (None, None) => Ok(names().collect()),
    }
}

/// An adapter of the project, ready to be called; none where its plugin has nothing to describe.
pub async fn ready(
    plugins: &mut Plugins<'_>,
    project: &Project,
    name: &str,
    overrides: &Map<String, Value>,
) -> Result<Option<Ready>, CommandError> {
    match project.adapters.get(name) {
        Some(section) => plugins.of_project(project, name, section, overrides).await,
        None => Err(CommandError::failed(format!(
            "the project has no adapter `{name}`"
        ))),
    }
}
