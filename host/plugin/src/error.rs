use std::fmt;
use std::path::PathBuf;

use rocky_credentials::CredentialError;
use rocky_schema::{AdapterError, SchemaName};
use serde_json::Value;

use crate::limits::Limit;
use crate::locate::PluginReference;
use crate::manifest::{ManifestError, SettingKind};
use crate::origin::OriginError;
use crate::usage::{Refusal, Usage};

/// The sandbox itself could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the WebAssembly engine: {reason}")]
pub struct HostError {
    pub(crate) reason: String,
}

/// A component cannot be used as an adapter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no such file.
    #[error("there is no plugin `{reference}`; looked for {}", list(searched))]
    NotFound {
        /// What the user wrote.
        reference: PluginReference,
        /// The files that were looked for.
        searched: Vec<PathBuf>,
    },
    /// The file cannot be read.
    #[error("cannot read the plugin {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{} is not a WebAssembly component: it is {found}", path.display())]
    NotAComponent {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        found: &'static str,
    },
    /// The component is larger than any adapter.
    #[error("{} has {bytes} bytes, and an adapter has {} at most", path.display(), crate::host::COMPONENT_BYTES)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// The component does not compile.
    #[error("cannot compile the component {}: {reason}", path.display())]
    Compile {
        /// The file.
        path: PathBuf,
        /// What the compiler said.
        reason: String,
    },
    /// The component imports what no adapter gets.
    #[error("the component {} imports `{import}`, which rocky does not offer; an adapter gets WASI 0.2 and `rocky:adapter/log`", path.display())]
    UnknownImport {
        /// The file.
        path: PathBuf,
        /// The import.
        import: String,
    },
    /// The component was built against another version of the contract.
    #[error("the component {} was built for version {found} of the contract `rocky:adapter` (`{item}`); this rocky speaks {}", path.display(), crate::CONTRACT_VERSION)]
    ContractVersion {
        /// The file.
        path: PathBuf,
        /// The import or export that tells the version.
        item: String,
        /// That version.
        found: String,
    },
    /// The component does not export what makes it an adapter.
    #[error("the component {} does not export `{export}`, so it is not a rocky adapter", path.display())]
    MissingExport {
        /// The file.
        path: PathBuf,
        /// The export that is missing.
        export: String,
    },
    /// The component exports something of the right name and another shape.
    #[error("the component {} does not fit the contract: {reason}", path.display())]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// The component's manifest contradicts itself.
    #[error("the manifest of the component {} cannot be used: {source}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ManifestError,
    },
    /// The component failed while it was asked for its manifest.
    #[error(transparent)]
    Call(#[from] Box<CallError>),
}

fn list(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    if shown.is_empty() {
        "it nowhere, as no plugin directory is known".to_owned()
    } else {
        shown.join(", ")
    }
}

/// The settings of an adapter cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A key that the adapter does not know.
    #[error("`{key}` is not a setting of the plugin `{plugin}`")]
    UnknownSetting {
        /// The key.
        key: String,
        /// The plugin's name.
        plugin: String,
        /// The keys that it knows.
        known: Vec<String>,
    },
    /// A key that the adapter needs.
    #[error("the setting `{key}` is missing: {description}")]
    MissingSetting {
        /// The key.
        key: String,
        /// What it is for.
        description: String,
    },
    /// A value of the wrong kind.
    #[error("the setting `{key}` must be {}, not {found}", expected.describe())]
    WrongKind {
        /// The key.
        key: String,
        /// What it takes.
        expected: SettingKind,
        /// What was given.
        found: Value,
    },
    /// A value that is not among the setting's choices.
    #[error("the setting `{key}` must be one of {}, not `{found}`", choices.join(", "))]
    NotAChoice {
        /// The key.
        key: String,
        /// What was given.
        found: String,
        /// What it takes.
        choices: Vec<String>,
    },
    /// No setting tells where the warehouse is, or its value cannot be part of a host name.
    #[error("no usable setting tells where the warehouse is: set {}", settings.join(" or "))]
    NoEndpoint {
        /// The settings that can tell.
        settings: Vec<String>,
    },
    /// A value cannot be part of the host name that a template makes of it.
    #[error(
        "the setting `{key}` does not tell where the warehouse is: `{text}` cannot stand for `{{{key}}}` in {template}"
    )]
    EndpointPart {
        /// The setting.
        key: String,
        /// Its value.
        text: String,
        /// What it is to be part of.
        template: String,
    },
    /// The endpoint is not a place.
    #[error("the setting `{key}` does not tell where the warehouse is: `{text}`: {source}")]
    Endpoint {
        /// The setting.
        key: String,
        /// Its value.
        text: String,
        /// Why.
        source: OriginError,
    },
    /// The credential cannot be used.
    #[error("the credential cannot be used: {0}")]
    Credential(CredentialError),
    /// A credential would travel in the clear.
    #[error("the credential would travel unencrypted to {endpoint}; use https://")]
    Cleartext {
        /// The endpoint.
        endpoint: String,
    },
    /// The plugin chose an endpoint that nobody has approved.
    #[error("the plugin `{plugin}` wants to talk to {endpoint}, which nobody has approved")]
    Unapproved {
        /// The endpoint.
        endpoint: String,
        /// The plugin's name.
        plugin: String,
    },
    /// A limit of zero, with which nothing can run.
    #[error("the limit `{key}` must be at least 1")]
    ZeroLimit {
        /// The key under `limits`.
        key: &'static str,
    },
    /// The HTTP client cannot be set up, for instance because there are no CA certificates.
    #[error("cannot set up HTTP to {endpoint}: {reason}")]
    Client {
        /// The endpoint.
        endpoint: String,
        /// Why.
        reason: String,
    },
}

/// What an adapter was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// To tell its manifest.
    Manifest,
    /// To list the catalogs.
    ListCatalogs,
    /// To list the schemas of a catalog.
    ListSchemas(String),
    /// To describe a schema.
    Describe(SchemaName),
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Call::Manifest => f.write_str("tell its manifest"),
            Call::ListCatalogs => f.write_str("list the catalogs"),
            Call::ListSchemas(catalog) => write!(f, "list the schemas of {catalog:?}"),
            Call::Describe(schema) => write!(f, "describe {schema}"),
        }
    }
}

/// A call of an adapter failed. The adapter's other calls are not affected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("adapter `{adapter}` could not {call}: {failure}")]
pub struct CallError {
    /// The adapter, as the configuration names it.
    pub adapter: String,
    /// What it was asked.
    pub call: Call,
    /// Why it failed.
    pub failure: Failure,
    /// Requests that the host did not let out during the call.
    pub refusals: Vec<Refusal>,
    /// What the call used all the same.
    pub usage: Usage,
}

/// Why a [`Call`] failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The adapter says so.
    #[error("{error}{}", detail.as_deref().map(|d| format!(" ({d})")).unwrap_or_default())]
    Adapter {
        /// What it says.
        error: AdapterError,
        /// What the host saw of the connection; the adapter is told less.
        detail: Option<String>,
    },
    /// The adapter sent a request that the host did not let out.
    #[error("the host refused {}: {}", .0.request, .0.reason)]
    Refused(Refusal),
    /// There is no credential for its requests.
    #[error("its credential cannot be had: {0}")]
    Credential(CredentialError),
    /// The adapter crashed.
    #[error("the plugin crashed{}{}", at(export), colon(message))]
    Trap {
        /// The function in which it crashed.
        export: &'static str,
        /// Its own last words, or the kind of trap.
        message: String,
    },
    /// The adapter went over a limit.
    #[error("{limit}; the limit is `{}`", limit.key())]
    Limit {
        /// The limit.
        limit: Limit,
    },
    /// The adapter's answer makes no sense.
    #[error("the plugin's answer cannot be right: {0}")]
    Answer(AnswerError),
    /// The adapter has nothing of the kind.
    #[error("the plugin does not export `batch-describe`: it has nothing to describe")]
    NothingToDescribe,
    /// [`Host::cancel`](crate::Host::cancel) has ended it.
    #[error("it was interrupted")]
    Cancelled,
    /// The host could not run the adapter.
    #[error("cannot run the plugin: {0}")]
    Host(String),
}

fn at(export: &str) -> String {
    format!(" in `{export}`")
}

fn colon(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// A table twice.
    #[error("it holds the table {0:?} twice")]
    TableTwice(String),
    /// A column twice in one table.
    #[error("it holds the column {column:?} twice in the table {table:?}")]
    ColumnTwice {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A text that is longer than any warehouse's.
    #[error("{what} has {bytes} bytes")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// A catalog or schema without a name.
    #[error("{0} is empty")]
    Unnamed(&'static str),
    /// A catalog or schema twice in a list.
    #[error("{what} {name:?} comes twice")]
    NameTwice {
        /// What it is a name of.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A table without a name.
    #[error("it holds a table without a name")]
    TableUnnamed,
    /// A column without a name or type.
    #[error("column {position} of the table {table:?} has no {what}")]
    ColumnIncomplete {
        /// The table.
        table: String,
        /// The column's position, from 1.
        position: usize,
        /// `name` or `type`.
        what: &'static str,
    },
    /// A table as unchanged whose revision nobody claimed to know.
    #[error("it calls the table {0:?} unchanged, of which no revision was known")]
    NeverKnown(String),
    /// The schema as unchanged although no revision was known, or after other entries.
    #[error(
        "it calls the schema unchanged, of which no revision was known or some of which was returned"
    )]
    SchemaNeverKnown,
}
