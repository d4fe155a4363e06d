//! What an adapter implements.

use std::collections::HashMap;

use crate::{Attributes, Client, Error, Manifest, Progress, Result, Settings, Table};

/// A warehouse adapter. Turn it into a component with [`export!`](crate::export!).
pub trait Adapter: Sized + 'static {
    /// An answer to [`describe`](Self::describe), page by page.
    type Cursor: Cursor;

    /// What the adapter is, before it is configured. Pure.
    fn manifest() -> Manifest;

    /// Prepares to talk to the warehouse that `client` reaches. Does no I/O.
    fn open(client: Client, settings: &Settings) -> Result<Self>;

    /// Every catalog that the principal may see.
    fn list_catalogs(&self) -> Result<Vec<String>>;

    /// Every schema of a catalog that the principal may see. A catalog that does not exist, or is hidden, is
    /// [`ErrorCode::NotFound`](crate::ErrorCode::NotFound).
    fn list_schemas(&self, catalog: &str) -> Result<Vec<SchemaEntry>>;

    /// Begins to describe a schema. Sends the first requests, and returns without waiting for their answers.
    fn describe(&self, request: DescribeRequest) -> Result<Self::Cursor>;
}

/// An answer, page by page. Dropping it ends whatever still runs on the warehouse for it: requests in flight are
/// abandoned by themselves; what outlives its request, such as a statement, is cancelled in the cursor's `Drop`.
pub trait Cursor: 'static {
    /// The next step. Not called again after an error, [`Step::Unchanged`] or [`Step::Done`].
    fn next(&mut self) -> Result<Step>;
}

/// One schema of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaEntry {
    /// The name exactly as the warehouse stores it.
    pub name: String,
    /// A revision of the schema's tables, if the list gives one at no extra cost.
    pub revision: Option<String>,
}

impl SchemaEntry {
    /// A schema of which only the name is known.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            revision: None,
        }
    }
}

/// What is asked of [`Adapter::describe`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribeRequest {
    /// The catalog, as stored.
    pub catalog: String,
    /// The schema, as stored.
    pub schema: String,
    /// Just these tables, as stored.
    pub only: Option<Vec<String>>,
    /// The schema's revision that the caller holds.
    pub known_revision: Option<String>,
    /// The revisions of the tables that the caller holds, by name.
    pub known: HashMap<String, String>,
    /// What an earlier answer left in [`Summary::learned`]. A hint: it may be empty or outdated.
    pub learned: Attributes,
    /// Room for requests of a later version of the contract. Names that are not known are ignored.
    pub options: Attributes,
}

impl DescribeRequest {
    /// Asks for all tables of a schema, with nothing known of it.
    pub fn new(catalog: impl Into<String>, schema: impl Into<String>) -> Self {
        Self {
            catalog: catalog.into(),
            schema: schema.into(),
            ..Self::default()
        }
    }

    /// Whether the caller holds this very revision of the table, so that [`Entry::Unchanged`] is enough.
    pub fn knows(&self, table: &str, revision: Option<&str>) -> bool {
        revision.is_some() && self.known.get(table).map(String::as_str) == revision
    }
}

/// What [`Cursor::next`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Some tables; see [`Outbox`](crate::Outbox) for how many.
    Page(Vec<Entry>),
    /// Nothing yet.
    Waiting(Progress),
    /// The schema has the revision that the request said is known. Ends the answer.
    Unchanged,
    /// Everything was returned. Ends the answer.
    Done(Summary),
}

impl From<Progress> for Step {
    fn from(progress: Progress) -> Self {
        Self::Waiting(progress)
    }
}

/// One table's part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The table's description.
    Table(Table),
    /// The named table has the revision that the request said is known.
    Unchanged(String),
    /// The named table exists but could not be described, and why.
    Failed(String, Error),
}

impl Entry {
    /// The name of the table that the entry is about.
    pub fn name(&self) -> &str {
        match self {
            Self::Table(table) => &table.name,
            Self::Unchanged(name) | Self::Failed(name, _) => name,
        }
    }

    /// Roughly how much room the entry takes on its way to the host.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Table(table) => table.bytes(),
            Self::Unchanged(name) => name.len(),
            Self::Failed(name, error) => name.len() + error.message.len(),
        }
    }
}

/// How much of the schema an answer covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coverage {
    /// Every table that the principal may see was returned.
    Exhausted,
    /// Some tables may be missing. Where in doubt, this.
    #[default]
    Truncated,
}

/// The end of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Whether the answer is the whole schema.
    pub coverage: Coverage,
    /// Who asked, in the warehouse's words.
    pub principal: Option<String>,
    /// A text that differs whenever the answer may differ, read before the first table was.
    pub revision: Option<String>,
    /// A remark for the user, such as why the answer is truncated.
    pub note: Option<String>,
    /// What the next instance need not find out again. Never a secret.
    pub learned: Attributes,
    /// Facts about the answer: `bytes_billed`, `statements`, …
    pub attributes: Attributes,
}

impl Summary {
    /// The summary of an answer that left nothing out.
    pub fn exhausted() -> Self {
        Self {
            coverage: Coverage::Exhausted,
            ..Self::default()
        }
    }

    /// The summary of an answer that left something out, and why.
    pub fn truncated(note: impl Into<String>) -> Self {
        Self {
            coverage: Coverage::Truncated,
            note: Some(note.into()),
            ..Self::default()
        }
    }
}
