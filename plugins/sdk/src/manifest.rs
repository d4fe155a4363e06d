//! What an adapter is, before it is configured.

use serde::Serialize;

/// What a name that is written without quotes becomes before it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// It stands as written.
    Preserve,
    /// Its letters become lower case.
    LowerCase,
    /// Its letters become upper case.
    UpperCase,
}

/// When two names are the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// Only when they are equal.
    Exact,
    /// When they differ in letter case only.
    IgnoreCase,
}

/// How the warehouse matches the names in a query with the names that it stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentifierRules {
    /// What an unquoted name becomes.
    pub unquoted: Folding,
    /// How the names of catalogs, schemas and tables match.
    pub tables: Matching,
    /// How the names of columns match.
    pub columns: Matching,
    /// The character that quotes a name; doubled within it.
    pub quote: char,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// One key of the adapter's configuration.
///
/// ```
/// use rocky_adapter_sdk::{Setting, SettingKind};
///
/// let source = Setting::new("source", SettingKind::Text, "Where tables are described from.")
///     .choices(["rest", "information_schema"])
///     .default_value("rest");
/// assert_eq!(source.default.as_deref(), Some("\"rest\""));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key, lower case with underscores.
    pub name: String,
    /// What values it takes.
    pub kind: SettingKind,
    /// What it is for, in one sentence for the person who fills it in, with its unit where it has one.
    pub description: String,
    /// Whether the adapter cannot work without it.
    pub required: bool,
    /// The value where the user gives none, as JSON.
    pub default: Option<String>,
    /// The only values it takes; empty where any is fine.
    pub choices: Vec<String>,
    /// Whether it decides who asks, such as a role.
    pub identity: bool,
}

impl Setting {
    /// A setting that may be left out.
    pub fn new(name: &str, kind: SettingKind, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            description: description.to_owned(),
            required: false,
            default: None,
            choices: Vec::new(),
            identity: false,
        }
    }

    /// The adapter cannot work without it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The value where the user gives none.
    #[must_use]
    pub fn default_value(mut self, value: impl Serialize) -> Self {
        // A text, number, boolean or list of texts always has a JSON form; anything else is no default.
        self.default = serde_json::to_string(&value).ok();
        self
    }

    /// The only values it takes.
    #[must_use]
    pub fn choices<const N: usize>(mut self, choices: [&str; N]) -> Self {
        self.choices = choices.map(str::to_owned).to_vec();
        self
    }

    /// Answers under different values of it are answers to different people.
    #[must_use]
    pub fn identity(mut self) -> Self {
        self.identity = true;
        self
    }
}

/// Where the warehouse is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The URL, or the bare host name, is the value of this setting.
    Setting(String),
    /// This URL, each `{name}` in it replaced by the value of that setting.
    Template(String),
}

/// A place other than the endpoint that the adapter may need. Never given a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Scheme, host and port; one leading `*.` stands for one or more labels.
    pub pattern: String,
    /// What it is needed for, in a few words for the person who is asked to allow it.
    pub purpose: String,
}

/// A request that carries SQL. Its body holds the SQL, and besides that only what is announced here.
///
/// ```
/// use rocky_adapter_sdk::StatementShape;
///
/// let shape = StatementShape::post("/projects/*/queries", "/query", "bigquery")
///     .with_members(["/timeoutMs", "/queryParameters"])
///     .with_fixed("/useLegacySql", "false");
/// assert_eq!(shape.fixed, [("/useLegacySql".to_owned(), "false".to_owned())]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementShape {
    /// The HTTP method.
    pub method: String,
    /// The path; `*` stands for one segment.
    pub path: String,
    /// Where in the JSON body the SQL text is, as a JSON Pointer.
    pub pointer: String,
    /// The dialect of the text.
    pub dialect: String,
    /// What else the body may hold, as JSON Pointers; each admits all that is below it.
    pub members: Vec<String>,
    /// Members that the body always holds, with just this value: a JSON Pointer, and JSON.
    pub fixed: Vec<(String, String)>,
    /// The names of the parameters that its query may have.
    pub query: Vec<String>,
}

impl StatementShape {
    /// A POST with nothing but the SQL.
    pub fn post(path: &str, pointer: &str, dialect: &str) -> Self {
        Self {
            method: "POST".to_owned(),
            path: path.to_owned(),
            pointer: pointer.to_owned(),
            dialect: dialect.to_owned(),
            ..Self::default()
        }
    }

    /// What else the body may hold.
    #[must_use]
    pub fn with_members<const N: usize>(mut self, members: [&str; N]) -> Self {
        self.members = members.map(str::to_owned).to_vec();
        self
    }

    /// A member that the body always holds, with just this value.
    #[must_use]
    pub fn with_fixed(mut self, pointer: &str, json: &str) -> Self {
        self.fixed.push((pointer.to_owned(), json.to_owned()));
        self
    }

    /// Which parameters its query may have.
    #[must_use]
    pub fn with_query<const N: usize>(mut self, names: [&str; N]) -> Self {
        self.query = names.map(str::to_owned).to_vec();
        self
    }
}

/// A request that is not a read but carries no SQL, such as cancelling a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlShape {
    /// The HTTP method.
    pub method: String,
    /// The path; `*` stands for one segment.
    pub path: String,
    /// The names of the parameters that its query may have.
    pub query: Vec<String>,
    /// What it does, in a few words for the person who reviews the adapter.
    pub purpose: String,
}

impl ControlShape {
    /// A POST without content.
    pub fn post(path: &str, purpose: &str) -> Self {
        Self {
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            purpose: purpose.to_owned(),
        }
    }

    /// Which parameters its query may have.
    #[must_use]
    pub fn with_query<const N: usize>(mut self, names: [&str; N]) -> Self {
        self.query = names.map(str::to_owned).to_vec();
        self
    }
}

/// Everything that can be told of an adapter without configuring it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The adapter's name, lower case.
    pub name: String,
    /// The adapter's version; `env!("CARGO_PKG_VERSION")` is the crate's.
    pub version: String,
    /// What it is, in one sentence.
    pub description: String,
    /// The SQL dialect of the warehouse.
    pub dialect: String,
    /// How names match.
    pub identifiers: IdentifierRules,
    /// The keys of its configuration.
    pub settings: Vec<Setting>,
    /// Where the warehouse is: the first whose settings are all given counts.
    pub endpoints: Vec<Endpoint>,
    /// What else it may need to reach.
    pub origins: Vec<Origin>,
    /// The requests that carry SQL.
    pub statements: Vec<StatementShape>,
    /// The other requests that are not reads.
    pub controls: Vec<ControlShape>,
}
