use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::endpoint;
use crate::manifest::{ControlShape, EndpointSource, Manifest, StatementShape};
use crate::origin::Origin;
use crate::pattern::OriginPattern;

/// What one adapter may do on the network, besides reading from its endpoint.
#[derive(Clone, Default)]
pub struct NetworkConfig {
    /// Origins besides the endpoint that it may read from, without the credential.
    pub allow: Vec<OriginPattern>,
    /// What its SQL may do.
    pub statements: StatementLevel,
    /// What of its manifest's wishes somebody has approved.
    pub approved: Approved,
    /// Judges its SQL. Without one no SQL passes, but at [`StatementLevel::Any`].
    pub guard: Option<Arc<dyn StatementGuard>>,
    /// The proxy of https requests.
    pub proxy: Option<Proxy>,
}

impl fmt::Debug for NetworkConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            allow,
            statements,
            approved,
            guard,
            proxy,
        } = self;
        f.debug_struct("NetworkConfig")
            .field("allow", allow)
            .field("statements", statements)
            .field("approved", approved)
            .field("guard", &guard.is_some())
            .field("proxy", proxy)
            .finish()
    }
}

/// What the SQL of an adapter may do. Key `statements`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum StatementLevel {
    /// Read what the warehouse says of its tables: SHOW, DESCRIBE, information schemas.
    #[default]
    Metadata,
    /// Read tables.
    Read,
    /// Whatever the credential may. Other requests that change something pass as well.
    Any,
}

impl StatementLevel {
    /// As the configuration spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Read => "read",
            Self::Any => "any",
        }
    }
}

/// Judges SQL. The one of the `rocky` command is the crate `rocky-guard`; it is behind a trait so that this crate needs
/// no SQL parser.
pub trait StatementGuard: Send + Sync {
    /// Whether a text is one statement that does no more than `level` admits; if not, why.
    ///
    /// # Errors
    ///
    /// A reason that completes "its statement is refused: …", for whatever is not certainly harmless.
    fn check(&self, dialect: &str, sql: &str, level: StatementLevel) -> Result<(), String>;
}

/// The proxy of https requests: it resolves their names and dials their addresses, and the host can check neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Where it is. May hold a user name and a password.
    pub url: url::Url,
    /// Hosts that are reached without it, as in the variable `NO_PROXY`.
    pub bypass: String,
}

impl Proxy {
    /// Where it is, without a user name and a password.
    pub fn place(&self) -> String {
        let mut url = self.url.clone();
        // Only fails for URLs that cannot have any.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.to_string().trim_end_matches('/').to_owned()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &self.place())
            .field("bypass", &self.bypass)
            .finish()
    }
}

/// What somebody has looked at and approved. A manifest asks; only what is also here is granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approved {
    /// Where a template of the manifest may lead. An endpoint that the user typed needs no approval.
    pub endpoints: Vec<OriginPattern>,
    /// Templates that may be used, whatever they call their settings: `https://{account}.vendor.example`. Vendors of warehouses have
    /// them, so that what they lead to may be anywhere, as if the user had typed it.
    pub templates: Vec<String>,
    /// Requests that carry SQL, with what their bodies may hold.
    pub statements: Vec<StatementShape>,
    /// Requests that change something and carry no SQL.
    pub controls: Vec<ControlShape>,
}

impl Approved {
    /// All that a manifest asks for. For embedders who trust their components.
    pub fn all_of(manifest: &Manifest) -> Self {
        Self {
            endpoints: Vec::new(),
            templates: Vec::new(),
            statements: manifest.statements.clone(),
            controls: manifest.controls.clone(),
        }
    }

    /// The same, and what `other` approves.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.endpoints.extend(other.endpoints);
        self.templates.extend(other.templates);
        self.statements.extend(other.statements);
        self.controls.extend(other.controls);
        self
    }

    /// Whether `origin` is approved as the endpoint that `source` leads to.
    pub(crate) fn admits_endpoint(&self, source: &EndpointSource, origin: &Origin) -> bool {
        match source {
            EndpointSource::Setting(_) => true,
            EndpointSource::Template(template) => {
                self.admits_template(template) || self.endpoints.iter().any(|it| it.matches(origin))
            }
        }
    }

    /// Whether a template is approved, wherever it leads.
    fn admits_template(&self, template: &str) -> bool {
        let shape = endpoint::shape(template);
        self.templates.iter().any(|it| endpoint::shape(it) == shape)
    }

    /// Whether the place that `source` leads to counts as named by the user: typed, or below the domain of an approved template. Else
    /// the domain is the plugin's choice, and so are the addresses that it leads to.
    pub(crate) fn counts_as_named(&self, source: &EndpointSource) -> bool {
        match source {
            EndpointSource::Setting(_) => true,
            EndpointSource::Template(template) => self.admits_template(template),
        }
    }
}
