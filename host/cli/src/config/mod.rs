//! `rocky.toml`: what it may say, read with the position of every mistake.

mod adapter;
mod auth;
mod auth_shapes;
mod document;
mod interpolate;
mod json_schema;
mod section;
mod shape;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::CommandError;
use crate::reading::Reading;
pub use adapter::{AdapterEntry, AdapterSection, ProxyChoice};
use document::{Document, Mistake};
pub use json_schema::json_schema;
use section::{Mark, Section};
use shape::{Key, Kind, Shape};

/// A project: the directory of a `rocky.toml`, and what that file says.
#[derive(Debug)]
pub struct Project {
    document: Document,
    directory: PathBuf,
    reading: Reading,
    models: PathBuf,
    /// By name.
    pub adapters: BTreeMap<String, AdapterEntry>,
    /// By name.
    pub pipelines: BTreeMap<String, Pipeline>,
    pub cache: CacheSection,
    pub compile: CompileSection,
}

/// `[compile]`: where models live that do not say it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompileSection {
    /// The adapter in whose warehouse they run.
    pub adapter: Option<String>,
    /// The catalog in which they are materialised, and of names without one.
    pub catalog: Option<String>,
    /// The schema in which they are materialised, and of names without one.
    pub schema: Option<String>,
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
    /// Where that is said, if it is.
    enabled_mark: Option<Mark>,
    pub ttl_seconds: u64,
    pub history_days: u32,
}

impl Default for CacheSection {
    fn default() -> Self {
        Self {
            enabled: true,
            enabled_mark: None,
            ttl_seconds: 86_400,
            history_days: 90,
        }
    }
}

/// The whole file.
static ROOT: Shape = Shape::closed(
    "A project of rocky. In texts `${VAR}` and `${VAR:-default}` stand for environment variables, `$${` for the characters `${`.",
    &[
        Key::text(
            "models",
            "The directory of the SQL models; the cache lives there if it exists.",
        ),
        Key::new(
            "adapter",
            Kind::Tables(&adapter::ADAPTER),
            "The warehouses, by names of your own.",
        ),
        Key::new(
            "pipeline",
            Kind::Tables(&PIPELINE),
            "What your pipelines read and write, by names of your own.",
        ),
        Key::table("cache", &CACHE, "What rocky keeps."),
        Key::table(
            "compile",
            &COMPILE,
            "Where models live that do not say it themselves.",
        ),
    ],
);

static PIPELINE: Shape = Shape {
    needs: &["source", "target"],
    ..Shape::closed(
        "What a pipeline reads and writes.",
        &[
            Key::table("source", &PLACE, "The schemas that it reads."),
            Key::table(
                "target",
                &PLACE,
                "The schemas that it writes, which may not be there yet.",
            ),
        ],
    )
};

static PLACE: Shape = Shape::closed(
    "Schemas of one catalog, as one adapter sees them.",
    &[
        Key::text("adapter", "The name of an adapter of this file.").required(),
        Key::name("catalog", "The catalog, as the warehouse's SQL names it.").required(),
        Key::new(
            "schemas",
            Kind::Names,
            "The schemas, as the warehouse's SQL names them; may be patterns with `*` and `?`.",
        )
        .required(),
    ],
);

static CACHE: Shape = Shape::closed(
    "What rocky keeps.",
    &[Key::table("schemas", &SCHEMAS, "The schema cache.")],
);

static COMPILE: Shape = Shape::closed(
    "Where models live that do not say it themselves.",
    &[
        Key::text(
            "adapter",
            "The adapter in whose warehouse they run; that of the pipelines' target unless told otherwise, or the only one.",
        ),
        Key::name(
            "catalog",
            "The catalog in which they are materialised, and of names without one; that of the pipelines' target unless told otherwise.",
        ),
        Key::name(
            "schema",
            "The schema in which they are materialised, and of names without one; that of the pipelines' target unless told otherwise.",
        ),
    ],
);

static SCHEMAS: Shape = Shape::closed(
    "The schema cache.",
    &[
        Key::new(
            "enabled",
            Kind::Boolean,
            "Whether there is one, true unless told otherwise; when not, no file is even looked at.",
        ),
        Key::u64(
            "ttl_seconds",
            "For how long a schema counts as fresh; 86400 unless told otherwise.",
        ),
        Key::u32(
            "history_days",
            "For how long earlier layouts are remembered; 90 unless told otherwise.",
        ),
    ],
);

/// Looks up an environment variable.
type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Project {
    /// Reads a project file.
    pub fn load(path: &Path, reading: Reading, variables: Variables) -> Result<Self, CommandError> {
        let attempt = || format!("cannot read the configuration {}", path.display());
        let text = reading.read(path);
        let text = text.map_err(|error| error.during(attempt()))?;
        let directory = path.parent().unwrap_or(Path::new(".")).to_owned();
        let read = Self::read(Document::new(path, text), directory, variables)?;
        Ok(Self { reading, ..read })
    }

    fn read(document: Document, directory: PathBuf, variables: Variables) -> Result<Self, Mistake> {
        let root = document.parse()?;
        let mut root = Section::new(&document, variables, &ROOT, Vec::new(), root);
        let models = root.text("models")?.unwrap_or_else(|| "models".to_owned());
        let mut adapters = BTreeMap::new();
        for (name, section) in root.sections("adapter")? {
            adapters.insert(name, adapter::read(section, &directory));
        }
        let mut pipelines = BTreeMap::new();
        for (name, section) in root.sections("pipeline")? {
            pipelines.insert(name, read_pipeline(section, &adapters)?);
        }
        let cache = read_cache(&mut root)?;
        let compile = read_compile(&mut root, &adapters)?;
        root.finish()?;
        let models = directory.join(models);
        Ok(Self {
            directory,
            reading: Reading::Named,
            models,
            adapters,
            pipelines,
            cache,
            compile,
            document,
        })
    }

    /// The directory that relative paths start from.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// How the other files of the project are to be read.
    pub fn reading(&self) -> Reading {
        self.reading
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

    /// An error about the cache being disabled, pointing to where that is said.
    pub fn cache_error(&self, message: &str, help: &str) -> CommandError {
        match &self.cache.enabled_mark {
            Some(mark) => self.document.error(mark, message, Some(help)).into(),
            None => CommandError::failed(message).hint(help),
        }
    }

    /// An error about an adapter's credential, pointing to where that stands.
    pub fn auth_error(&self, adapter: &AdapterSection, message: &str) -> CommandError {
        self.document
            .error(&adapter.auth_mark, message, None)
            .into()
    }
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
        adapter: section.required_one_of("adapter", &known)?,
        catalog: section.required_name("catalog")?,
        schemas: section.required_texts("schemas")?,
    };
    section.finish()?;
    Ok(place)
}

fn read_compile(
    root: &mut Section,
    adapters: &BTreeMap<String, AdapterEntry>,
) -> Result<CompileSection, Mistake> {
    let Some(mut section) = root.section("compile")? else {
        return Ok(CompileSection::default());
    };
    let known: Vec<&str> = adapters.keys().map(String::as_str).collect();
    let read = CompileSection {
        adapter: section.one_of("adapter", &known)?,
        catalog: section.name("catalog")?,
        schema: section.name("schema")?,
    };
    section.finish()?;
    Ok(read)
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
    let (enabled, enabled_mark) = match section.marked_boolean("enabled")? {
        Some((enabled, mark)) => (enabled, Some(mark)),
        None => (defaults.enabled, None),
    };
    let read = CacheSection {
        enabled,
        enabled_mark,
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
mod schema_tests;
#[cfg(test)]
mod tests;
