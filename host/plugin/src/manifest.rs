use std::collections::BTreeMap;

use rocky_schema::IdentifierRules;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::endpoint;
use crate::pattern::{OriginPattern, PatternError};

/// Keys under `[adapter.NAME]` that belong to the host; no setting may take one of them.
pub const RESERVED_KEYS: [&str; 4] = ["plugin", "auth", "network", "limits"];

/// What an adapter says of itself, before it is configured. The interface `metadata` of the contract says what each part means.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Manifest {
    /// The adapter's name, such as `databricks`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is, in one sentence.
    pub description: String,
    /// The SQL dialect of the warehouse.
    pub dialect: String,
    /// How names match.
    pub identifiers: IdentifierRules,
    /// The keys of its configuration.
    pub settings: Vec<Setting>,
    /// Where the warehouse is: the first whose settings are all given.
    pub endpoints: Vec<EndpointSource>,
    /// What else it may need to reach.
    pub origins: Vec<DeclaredOrigin>,
    /// The requests that carry SQL.
    pub statements: Vec<StatementShape>,
    /// The other requests that are not reads.
    pub controls: Vec<ControlShape>,
}

/// One key of an adapter's configuration.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Setting {
    /// The key.
    pub name: String,
    /// What values it takes.
    pub kind: SettingKind,
    /// What it is for.
    pub description: String,
    /// Whether the adapter cannot work without it.
    pub required: bool,
    /// The value where the user gives none.
    pub default: Option<Value>,
    /// The only values it takes, if not empty.
    pub choices: Vec<String>,
    /// Whether it decides who asks, such as a role.
    pub identity: bool,
}

/// What values a [`Setting`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SettingKind {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A list of texts.
    TextList,
}

/// Where an adapter's warehouse is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointSource {
    /// The value of this setting is the URL or host name.
    Setting(String),
    /// This URL, with the values of settings in the place of their names in braces.
    Template(String),
}

/// A place other than the endpoint that an adapter may need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeclaredOrigin {
    /// Scheme, host and port; one leading `*.` stands for one or more labels.
    #[serde(serialize_with = "as_text")]
    #[schemars(with = "String")]
    pub pattern: OriginPattern,
    /// What it is needed for.
    pub purpose: String,
}

fn as_text<S: Serializer>(pattern: &OriginPattern, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(pattern)
}

/// A request that carries SQL. Its body holds the SQL, and besides that only what is named here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementShape {
    /// The HTTP method.
    pub method: String,
    /// The path; `*` stands for one segment.
    pub path: String,
    /// Where in the JSON body the SQL text is (RFC 6901).
    pub pointer: String,
    /// The dialect of the text.
    pub dialect: String,
    /// What else the body may hold, as JSON pointers; each admits all that is below it. Some warehouses have members that make a write
    /// of a read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Members that the body always holds, by JSON pointer, with just this value, as JSON.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fixed: BTreeMap<String, String>,
    /// The names of the parameters that its query may have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<String>,
}

impl StatementShape {
    /// Whether another one is the same request in the same words, whatever else either may hold.
    pub fn is_same_request(&self, other: &Self) -> bool {
        let key = |it: &Self| [&it.method, &it.path, &it.pointer, &it.dialect].map(String::clone);
        key(self) == key(other)
    }
}

/// A request that is not a read but carries no SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlShape {
    /// The HTTP method.
    pub method: String,
    /// The path; `*` stands for one segment.
    pub path: String,
    /// The names of the parameters that its query may have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<String>,
    /// What it does.
    pub purpose: String,
}

impl ControlShape {
    /// Whether another one is the same request, whatever either says of its purpose and its query.
    pub fn is_same_request(&self, other: &Self) -> bool {
        (&self.method, &self.path) == (&other.method, &other.path)
    }
}

/// Why a manifest cannot be used: a defect of the adapter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The name is empty or not made of lower-case letters, digits, `-` and `_`.
    #[error("its name {0:?} is not made of lower-case letters, digits, `-` and `_`")]
    Name(String),
    /// A setting has a key of the host.
    #[error("its setting {0:?} is a key that belongs to the host")]
    Reserved(String),
    /// Two settings have one key.
    #[error("it names the setting {0:?} twice")]
    Twice(String),
    /// A default value is not JSON, or not of the setting's kind.
    #[error(
        "the default value {default:?} of its setting {setting:?} is not JSON of that setting's kind"
    )]
    Default {
        /// The setting.
        setting: String,
        /// The default, as the manifest gives it.
        default: String,
    },
    /// No endpoint at all.
    #[error("it names no endpoint")]
    NoEndpoint,
    /// An endpoint is made from a setting that does not exist.
    #[error("its endpoint is made from {0:?}, which is not one of its settings")]
    EndpointSetting(String),
    /// An endpoint is made from a setting that has a default, so that the plugin could choose where the credential goes.
    #[error(
        "its endpoint is made from {0:?}, which has a default: only the user may say where the credential goes"
    )]
    EndpointDefault(String),
    /// A declared origin is not a pattern.
    #[error("it declares the origin {pattern:?}: {source}")]
    Origin {
        /// The origin, as the manifest gives it.
        pattern: String,
        /// Why it is none.
        source: PatternError,
    },
    /// A request that it announces cannot be one.
    #[error("it announces the request {request:?}, but {reason}")]
    Shape {
        /// Method and path.
        request: String,
        /// Why not.
        reason: &'static str,
    },
    /// An endpoint's template does not end in a fixed domain.
    #[error("its endpoint {0:?} is not an https URL whose host ends in a fixed domain")]
    EndpointTemplate(String),
}

impl Manifest {
    /// The setting with this key.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// Checks what the types cannot. Only a plugin that describes needs an endpoint.
    pub(crate) fn check(&self, describes: bool) -> Result<(), ManifestError> {
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if self.name.is_empty() || !self.name.chars().all(plain) {
            return Err(ManifestError::Name(self.name.clone()));
        }
        for (index, setting) in self.settings.iter().enumerate() {
            if RESERVED_KEYS.contains(&setting.name.as_str()) {
                return Err(ManifestError::Reserved(setting.name.clone()));
            }
            if self
                .settings
                .iter()
                .take(index)
                .any(|other| other.name == setting.name)
            {
                return Err(ManifestError::Twice(setting.name.clone()));
            }
        }
        for shape in &self.statements {
            check_shape(&shape.method, &shape.path)?;
            if !shape.pointer.starts_with('/') {
                let request = format!("{} {}", shape.method, shape.path);
                let reason = "the place of its statement is no JSON pointer (RFC 6901)";
                return Err(ManifestError::Shape { request, reason });
            }
            let is_pointer = |pointer: &String| pointer.starts_with('/');
            let is_json = |text: &String| serde_json::from_str::<Value>(text).is_ok();
            if !shape.members.iter().all(is_pointer)
                || !shape
                    .fixed
                    .iter()
                    .all(|(pointer, json)| is_pointer(pointer) && is_json(json))
            {
                let request = format!("{} {}", shape.method, shape.path);
                let reason = "what its body holds is not told as JSON pointers (RFC 6901) and JSON";
                return Err(ManifestError::Shape { request, reason });
            }
        }
        for shape in &self.controls {
            check_shape(&shape.method, &shape.path)?;
        }
        if describes && self.endpoints.is_empty() {
            return Err(ManifestError::NoEndpoint);
        }
        self.endpoints
            .iter()
            .try_for_each(|source| endpoint::check(source, self))
    }
}

/// What a request that changes something may look like.
fn check_shape(method: &str, path: &str) -> Result<(), ManifestError> {
    let reason = if !matches!(method, "POST" | "PUT" | "PATCH" | "DELETE") {
        "only POST, PUT, PATCH and DELETE are announced, in capitals"
    } else if !path.starts_with('/') || path.contains(['?', '#', '%', ' ']) {
        "its path does not begin with `/`, or holds more than a path"
    } else if path
        .split('/')
        .any(|segment| segment != "*" && segment.contains('*'))
    {
        "`*` stands for a whole segment of a path"
    } else {
        return Ok(());
    };
    Err(ManifestError::Shape {
        request: format!("{method} {path}"),
        reason,
    })
}

impl SettingKind {
    /// Whether `value` is of this kind.
    pub fn admits(self, value: &Value) -> bool {
        match self {
            SettingKind::Text => value.is_string(),
            SettingKind::Integer => value.is_i64() || value.is_u64(),
            SettingKind::Boolean => value.is_boolean(),
            SettingKind::TextList => value
                .as_array()
                .is_some_and(|list| list.iter().all(Value::is_string)),
        }
    }

    /// The kind in words: `a text`.
    pub fn describe(self) -> &'static str {
        match self {
            SettingKind::Text => "a text",
            SettingKind::Integer => "a whole number",
            SettingKind::Boolean => "true or false",
            SettingKind::TextList => "a list of texts",
        }
    }
}
