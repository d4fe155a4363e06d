use std::collections::BTreeMap;
use std::time::Duration;

use rocky_schema::IdentifierRules;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::codec::{ContentHash, content_hash, encode_into};

/// Who asks whom. Connections with the same plugin, endpoint and identity share what they know, whatever their
/// adapters are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The adapter's name in the configuration.
    pub adapter: String,
    /// The plugin that speaks to the warehouse.
    pub plugin: String,
    /// The origin it speaks to: `https://lake.example`.
    pub endpoint: String,
    /// The settings that decide what the warehouse shows: user, role, client id. Never a secret: this is stored.
    pub identity: BTreeMap<String, String>,
    /// How the warehouse matches names.
    pub rules: IdentifierRules,
    /// The SQL dialect of the warehouse.
    pub dialect: String,
}

impl Connection {
    /// Equal for connections that share what they know.
    pub(crate) fn identity_hash(&self) -> Result<ContentHash, postcard::Error> {
        let mut bytes = Vec::new();
        encode_into(&(&self.plugin, &self.endpoint, &self.identity), &mut bytes)?;
        Ok(content_hash(&bytes))
    }
}

/// Whose part of the cache is meant: an adapter's by name, or exactly what a [`Connection`] sees.
///
/// An adapter's name stands for the connection that last wrote under it. Whoever is about to trust what they read, such
/// as a run that tells an adapter which revisions it knows, asks by connection: its answer cannot come from the
/// warehouse that the adapter pointed to yesterday.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// The connection that last wrote under this adapter's name.
    Adapter(&'a str),
    /// The connection with this plugin, endpoint and identity.
    Connection(&'a Connection),
}

impl<'a> From<&'a str> for Scope<'a> {
    fn from(adapter: &'a str) -> Self {
        Scope::Adapter(adapter)
    }
}

impl<'a> From<&'a String> for Scope<'a> {
    fn from(adapter: &'a String) -> Self {
        Scope::Adapter(adapter)
    }
}

impl<'a> From<&'a Connection> for Scope<'a> {
    fn from(connection: &'a Connection) -> Self {
        Scope::Connection(connection)
    }
}

/// Which build of a plugin said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The plugin's name, by its own account.
    pub plugin: String,
    /// The plugin's version, by its own account.
    pub version: String,
    /// The digest of the component, such as `sha256:…`.
    pub digest: String,
}

/// That a description was not made by this machine's runs but brought here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// When it was brought.
    pub at: Timestamp,
    /// How many tables could not be described.
    pub failed: u64,
}

/// What a description took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// When the describing began: what changed after this moment may be missing from the answer.
    pub described_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// How many requests the warehouse answered.
    pub requests: u64,
}
