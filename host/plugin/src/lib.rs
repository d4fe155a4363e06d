//! Runs warehouse adapters as sandboxed WebAssembly components.
//!
//! A [`Host`] owns the engine. [`Host::load`] turns a file into a [`Plugin`]: compiled once, checked against the contract in
//! `wit/`, its [`Manifest`] read. [`Plugin::configure`] binds it to one warehouse and gives an [`Adapter`], whose calls each run
//! in a fresh instance that can reach nothing but that warehouse and never sees the credential.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use rocky_credentials::{CredentialConfig, Secret, SecretSource};
//! use rocky_plugin::{AdapterConfig, DescribeRequest, Host, HostConfig, PageSink};
//! use rocky_schema::{Entry, SchemaName};
//!
//! struct Print;
//! impl PageSink for Print {
//!     fn page(&mut self, entries: Vec<Entry>) {
//!         entries.iter().for_each(|entry| println!("{}", entry.name()));
//!     }
//! }
//!
//! let host = Host::new(HostConfig::default())?;
//! let plugin = host.load("target/components/databricks.wasm".as_ref()).await?;
//! let mut config = AdapterConfig::new("lake");
//! config.settings.insert("host".into(), "https://dbc-1234.cloud.databricks.com".into());
//! config.credential = CredentialConfig::Bearer { token: SecretSource::Text(Secret::new("…")) };
//! let adapter = plugin.configure(config)?;
//! adapter.describe(DescribeRequest::new(SchemaName::new("raw", "flights")), &mut Print).await?;
//! # Ok(()) }
//! ```
//!
//! This crate knows no database, no configuration file, no terminal and no environment: it is told.

mod adapter;
mod address;
mod answer;
mod artifact;
mod bindings;
mod client;
mod contract;
mod convert;
mod describe;
mod egress;
mod endpoint;
mod error;
mod guest_output;
mod host;
mod in_flight;
mod instance;
mod limits;
mod locate;
mod manifest;
mod mask;
mod origin;
mod pattern;
mod plugin;
mod policy;
mod query;
mod rate_gates;
mod requests;
mod resolve;
mod resources;
mod response_body;
mod settings;
mod single_flight;
mod strict_json;
mod token_client;
mod usage;

pub use adapter::{Adapter, AdapterConfig};
pub use contract::CONTRACT_VERSION;
pub use describe::{DescribeRequest, Described, Outcome, PageSink, Progress};
pub use error::{AnswerError, Call, CallError, ConfigError, Failure, HostError, LoadError};
pub use host::{Allocation, Host, HostConfig};
pub use limits::{Limit, Limits};
pub use locate::{PluginReference, locate};
pub use manifest::{
    ControlShape, DeclaredOrigin, EndpointSource, Manifest, ManifestError, RESERVED_KEYS, Setting,
    SettingKind, StatementShape,
};
pub use origin::{Origin, OriginError, Scheme};
pub use pattern::{OriginPattern, PatternError};
pub use plugin::{Digest, Plugin};
pub use policy::{Approved, NetworkConfig, Proxy, StatementGuard, StatementLevel};
pub use resolve::{Resolve, SystemResolver};
pub use usage::{Contact, Refusal, RefusalKind, Usage};
