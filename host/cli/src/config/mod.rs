//! `rocky.toml`: what it may say, read with the position of every mistake.

mod document;
mod interpolate;
mod section;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rocky_plugin::{Credential, Limits, PluginReference, Secret};
use serde_json::{Map, Value};

use crate::error::CommandError;
use document::{Document, Mistake};
use section::{Mark, Section};

/// A project: the directory of a `rocky.toml`, and what that file says.
#[derive(Debug)]
pub struct Project {
    document: Document,
    directory: PathBuf,
    models: PathBuf,
    /// By name.
    pub adapters: BTreeMap<String, AdapterEntry>,
    /// By name.
    pub pipelines: BTreeMap<String, Pipeline>,
    pub cache: CacheSection,
}

/// An adapter of the project. What is wrong with its section, such as a token that is not in the environment, matters to those
/// who use the adapter, and not to those who only read the cache.
#[derive(Debug)]
pub struct AdapterEntry {
    /// Its plugin, if that much can be told.
    pub plugin: Option<PluginReference>,
    section: Result<AdapterSection, Mistake>,
}

impl AdapterEntry {
    /// The section, or what is wrong with it.
    pub fn section(&self) -> Result<&AdapterSection, CommandError> {
        self.section
            .as_ref()
            .map_err(|mistake| mistake.clone().into())
    }
}

/// `[adapter.NAME]`
#[derive(Debug)]
pub struct AdapterSection {
    pub plugin: PluginReference,
    pub credential: Credential,
    pub limits: Limits,
    /// Every key that is not the host's.
    pub settings: Map<String, Value>,
    /// Where each of them, and the section itself, stands.
    marks: BTreeMap<String, Mark>,
    mark: Mark,
}

/// `[pipeline.NAME]`
#[derive(Debug)]
pub struct Pipeline {
    pub source: Option<Place>,
    pub target: Option<Place>,
}

/// Schemas of one catalog, as one adapter sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub adapter: String,
    pub catalog: String,
    /// Names or patterns.
    pub schemas: Vec<String>,
}

/// `[cache.schemas]`
#[derive(Debug)]
pub struct CacheSection {
    pub enabled: bool,
    pub ttl_seconds: u64,
    pub history_days: u32,
}

impl Default for CacheSection {
    fn default() -> Self {
        Self {
            enabled: true,
            ttl_seconds: 86_400,
            history_days: 90,
        }
    }
}

/// Looks up an environment variable.
type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Project {
    /// Reads a project file.
    pub fn load(path: &Path, variables: Variables) -> Result<Self, CommandError> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the configuration {}", path.display()))?;
        let directory = path.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(Self::read(Document::new(path, text), directory, variables)?)
    }

    fn read(document: Document, directory: PathBuf, variables: Variables) -> Result<Self, Mistake> {
        let root = document.parse()?;
        let mut root = Section::new(&document, variables, Vec::new(), root);
        let models = root.text("models")?.unwrap_or_else(|| "models".to_owned());
        let mut adapters = BTreeMap::new();
        for (name, section) in root.sections("adapter")? {
            adapters.insert(name, read_adapter(section));
        }
        let mut pipelines = BTreeMap::new();
        for (name, section) in root.sections("pipeline")? {
            pipelines.insert(name, read_pipeline(section, &adapters)?);
        }
        let cache = read_cache(&mut root)?;
        root.finish()?;
        let models = directory.join(models);
        Ok(Self {
            directory,
            models,
            adapters,
            pipelines,
            cache,
            document,
        })
    }

    /// The directory that relative paths start from.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The directory of the SQL models.
    pub fn models(&self) -> PathBuf {
        self.models.clone()
    }

    /// An error about an adapter's setting, or its whole section, pointing to where it stands.
    pub fn adapter_error(
        &self,
        adapter: &AdapterSection,
        key: Option<&str>,
        message: &str,
        help: Option<&str>,
    ) -> CommandError {
        let mark = key
            .and_then(|key| adapter.marks.get(key))
            .unwrap_or(&adapter.mark);
        self.document.error(mark, message, help).into()
    }
}

fn read_adapter(mut section: Section) -> AdapterEntry {
    match section.required_text("plugin") {
        Ok(plugin) => {
            let plugin = PluginReference::from(plugin.as_str());
            AdapterEntry {
                plugin: Some(plugin.clone()),
                section: read_adapter_of(section, plugin),
            }
        }
        Err(mistake) => AdapterEntry {
            plugin: None,
            section: Err(mistake),
        },
    }
}

fn read_adapter_of(
    mut section: Section,
    plugin: PluginReference,
) -> Result<AdapterSection, Mistake> {
    let mark = section.mark();
    let credential = match section.section("auth")? {
        Some(auth) => read_auth(auth)?,
        None => Credential::none(),
    };
    let limits = match section.section("limits")? {
        Some(limits) => read_limits(limits)?,
        None => Limits::default(),
    };
    if let Some(network) = section.section("network")? {
        return Err(network.error(
            "[adapter.NAME.network] has no keys yet: an adapter reaches its endpoint and nothing else",
            Some("remove this section"),
        ));
    }
    let (settings, marks) = section.rest()?;
    Ok(AdapterSection {
        plugin,
        credential,
        limits,
        settings,
        marks,
        mark,
    })
}

fn read_auth(mut section: Section) -> Result<Credential, Mistake> {
    let kind = section.required_choice("type", &["bearer", "none"])?;
    let credential = if kind == "none" {
        Credential::none()
    } else {
        let (token, mark) = section.required_secret("token")?;
        let credential = Credential::bearer(Secret::new(token));
        credential.map_err(|error| {
            section.error_at(&mark, &format!("`token` cannot be used: {error}"), None)
        })?
    };
    section.finish()?;
    Ok(credential)
}

fn read_limits(mut section: Section) -> Result<Limits, Mistake> {
    let d = Limits::default();
    let limits = Limits {
        memory_mb: section.number("memory_mb")?.unwrap_or(d.memory_mb),
        idle_seconds: section.number("idle_seconds")?.unwrap_or(d.idle_seconds),
        total_seconds: section.number("total_seconds")?.unwrap_or(d.total_seconds),
        concurrency: section.number("concurrency")?.unwrap_or(d.concurrency),
        requests: section.number("requests")?.unwrap_or(d.requests),
        response_mb: section.number("response_mb")?.unwrap_or(d.response_mb),
        tables: section.number("tables")?.unwrap_or(d.tables),
        columns: section.number("columns")?.unwrap_or(d.columns),
        page_mb: section.number("page_mb")?.unwrap_or(d.page_mb),
    };
    section.finish()?;
    Ok(limits)
}

fn read_pipeline(
    mut section: Section,
    adapters: &BTreeMap<String, AdapterEntry>,
) -> Result<Pipeline, Mistake> {
    let mut read = |key| match section.section(key)? {
        Some(place) => read_place(place, adapters).map(Some),
        None => Ok(None),
    };
    let (source, target) = (read("source")?, read("target")?);
    if source.is_none() && target.is_none() {
        return Err(section.error("a pipeline needs a `source` or a `target`", None));
    }
    section.finish()?;
    Ok(Pipeline { source, target })
}

fn read_place(
    mut section: Section,
    adapters: &BTreeMap<String, AdapterEntry>,
) -> Result<Place, Mistake> {
    let known: Vec<&str> = adapters.keys().map(String::as_str).collect();
    let place = Place {
        adapter: section.required_choice("adapter", &known)?,
        catalog: section.required_name("catalog")?,
        schemas: section.required_texts("schemas")?,
    };
    section.finish()?;
    Ok(place)
}

fn read_cache(root: &mut Section) -> Result<CacheSection, Mistake> {
    let defaults = CacheSection::default();
    let Some(mut cache) = root.section("cache")? else {
        return Ok(defaults);
    };
    let schemas = cache.section("schemas")?;
    cache.finish()?;
    let Some(mut section) = schemas else {
        return Ok(defaults);
    };
    let read = CacheSection {
        enabled: section.boolean("enabled")?.unwrap_or(defaults.enabled),
        ttl_seconds: section
            .number("ttl_seconds")?
            .unwrap_or(defaults.ttl_seconds),
        history_days: section
            .number("history_days")?
            .unwrap_or(defaults.history_days),
    };
    section.finish()?;
    Ok(read)
}

#[cfg(test)]
mod tests;
