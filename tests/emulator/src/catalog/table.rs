//! Tables and their columns.

use super::protocol::{PROTOCOLS, Protocol};
use crate::types::{DataType, to_arrow};
use bytes::Bytes;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

/// Metadata key of an Arrow field: the column's name as stored. The field itself is named in
/// lower case, which is how the SQL engine looks columns up.
pub(crate) const STORED_NAME: &str = "stored_name";
/// Metadata key of an Arrow field: the column's type text, which says more than Arrow's type.
pub(crate) const TYPE_TEXT: &str = "type_text";

/// What a table is, in Unity Catalog's words. Open, because raw tables may claim anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableKind(Cow<'static, str>);

impl TableKind {
    /// A table whose storage the warehouse owns.
    pub const MANAGED: Self = Self(Cow::Borrowed("MANAGED"));
    /// A table over files elsewhere.
    pub const EXTERNAL: Self = Self(Cow::Borrowed("EXTERNAL"));
    /// A view.
    pub const VIEW: Self = Self(Cow::Borrowed("VIEW"));

    /// Any other kind, verbatim.
    pub fn other(kind: String) -> Self {
        Self(Cow::Owned(kind))
    }

    /// The kind's word, for example `MANAGED`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the kinds that are defined by a query.
    pub fn is_view(&self) -> bool {
        self.0.ends_with("VIEW")
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name as stored; SQL finds it in any case.
    pub name: Arc<str>,
    /// The type.
    pub data_type: DataType,
    /// The type's text where it must be shown verbatim; otherwise it is printed from `data_type`.
    pub type_text: Option<Arc<str>>,
    /// False when the column is `NOT NULL`.
    pub nullable: bool,
    /// The column's comment.
    pub comment: Option<Arc<str>>,
    /// The place among the partition columns, from 0.
    pub partition_index: Option<u32>,
    /// Where its values come from when an insert gives none; NULL without any.
    pub source: Option<Arc<ValueSource>>,
}

/// Where the values of a column come from when an insert gives none. Expressions are kept as text:
/// clients are told of them, but rows cannot be inserted without such a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueSource {
    /// `DEFAULT expression`
    Default(String),
    /// `GENERATED ALWAYS AS (expression)`
    Expression(String),
    /// `GENERATED … AS IDENTITY`
    Identity {
        /// False for BY DEFAULT, where an insert may give a value.
        always: bool,
        /// The first value.
        start: i64,
        /// The difference from one to the next.
        increment: i64,
    },
}

impl Column {
    /// A nullable column without comment.
    pub fn new(name: &str, data_type: DataType) -> Self {
        Self {
            name: name.into(),
            data_type,
            type_text: None,
            nullable: true,
            comment: None,
            partition_index: None,
            source: None,
        }
    }

    /// The full type as text.
    pub fn type_text(&self) -> Cow<'_, str> {
        match &self.type_text {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.data_type.to_string()),
        }
    }

    fn to_field(&self) -> Field {
        let metadata = HashMap::from([
            (STORED_NAME.to_owned(), self.name.to_string()),
            (TYPE_TEXT.to_owned(), self.type_text().into_owned()),
        ]);
        Field::new(
            self.name.to_lowercase(),
            to_arrow(&self.data_type),
            self.nullable,
        )
        .with_metadata(metadata)
    }
}

/// The columns of a table: shared by every table that has the same ones, with what protocols
/// render from them. A change of columns makes a new layout, so nothing is ever stale.
#[derive(Debug, Default)]
pub struct Layout {
    columns: Vec<Column>,
    arrow: OnceLock<SchemaRef>,
    rendered: [OnceLock<Bytes>; PROTOCOLS],
}

impl Layout {
    /// A layout of these columns in this order.
    pub fn new(columns: Vec<Column>) -> Arc<Self> {
        Arc::new(Self {
            columns,
            ..Self::default()
        })
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Where the column of this name stands, in any case.
    pub fn position(&self, name: &str) -> Option<usize> {
        let folded = name.to_lowercase();
        self.columns
            .iter()
            .position(|column| column.name.to_lowercase() == folded)
    }

    /// The columns as Arrow has them, names in lower case.
    pub fn arrow(&self) -> SchemaRef {
        let build = || Arc::new(Schema::new(self.fields()));
        Arc::clone(self.arrow.get_or_init(build))
    }

    fn fields(&self) -> Vec<Field> {
        self.columns.iter().map(Column::to_field).collect()
    }

    /// What a protocol's table answer says about these columns, rendered once.
    pub fn rendered(&self, protocol: Protocol, render: impl FnOnce(&[Column]) -> Bytes) -> Bytes {
        self.rendered[protocol as usize]
            .get_or_init(|| render(&self.columns))
            .clone()
    }
}

/// Where a table's rows come from.
#[derive(Debug, Clone)]
pub enum Content {
    /// Rows in memory, shaped as the layout says.
    Rows(Arc<Vec<RecordBatch>>),
    /// A query, with the catalog and schema its bare names mean.
    Query {
        /// The text after `AS`.
        definition: Arc<str>,
        /// Where the view was created.
        catalog: Arc<str>,
        /// Where the view was created.
        schema: Arc<str>,
    },
    /// A view of the catalog itself, made when it is read.
    Information(super::InformationView),
}

impl Content {
    /// No rows.
    pub fn empty() -> Self {
        Self::Rows(Arc::default())
    }
}

/// A table or view, without its name: that is its key in the schema.
#[derive(Debug, Clone)]
pub struct Table {
    /// What it is.
    pub kind: TableKind,
    /// The comment.
    pub comment: Option<Arc<str>>,
    /// The columns.
    pub layout: Arc<Layout>,
    /// The rows.
    pub content: Content,
    /// Who made it.
    pub owner: Arc<str>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970; grows with every change.
    pub updated_at: i64,
    /// Changes when a table is dropped and created again.
    pub id: u64,
    /// `TBLPROPERTIES`.
    pub properties: Arc<BTreeMap<String, String>>,
    /// Whether its name and those of its columns were given exactly, not folded by SQL.
    pub exact: bool,
}

impl Table {
    /// The rows in memory; none for anything that is not a stored table.
    pub fn rows(&self) -> &[RecordBatch] {
        match &self.content {
            Content::Rows(rows) => rows,
            _ => &[],
        }
    }
}
