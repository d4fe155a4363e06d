//! What a statement says. Queries stay text: the SQL engine reads them.

use crate::catalog::Column;
use crate::types::DataType;
use std::collections::BTreeMap;

/// A name of one to three parts, unquoted.
pub(crate) type Parts = Vec<String>;

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Statement<'a> {
    Query(&'a str),
    CreateCatalog(CreateContainer),
    CreateSchema(CreateContainer),
    CreateTable(CreateTable<'a>),
    CreateView(CreateView<'a>),
    Alter {
        table: Parts,
        change: Alteration,
    },
    Rename {
        table: Parts,
        to: Parts,
    },
    Comment {
        on: Commented,
        comment: Option<String>,
    },
    Drop(Drop),
    Insert(Insert<'a>),
    Show(Show),
    Describe(Describe),
}

/// A list to show. A pattern has `*` for anything and `|` between alternatives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Show {
    Catalogs {
        like: Option<String>,
    },
    Schemas {
        catalog: Option<String>,
        like: Option<String>,
    },
    Tables {
        schema: Option<Parts>,
        like: Option<String>,
    },
    Views {
        schema: Option<Parts>,
        like: Option<String>,
    },
    /// The columns of one table.
    Columns {
        table: Parts,
    },
    /// The tables of one catalog or all.
    TablesOfCatalog {
        catalog: Option<String>,
        schema: Option<String>,
        like: Option<String>,
    },
    /// The columns of a catalog's tables.
    ColumnsOfCatalog {
        catalog: String,
        schema: Option<String>,
        table: Option<String>,
        like: Option<String>,
    },
}

/// A table to describe.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Describe {
    pub table: Parts,
    pub extended: bool,
    pub as_json: bool,
}

/// What to do when the object is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfPresent {
    Fail,
    Keep,
    Replace,
}

/// A catalog or schema to create.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateContainer {
    pub name: Parts,
    pub if_present: IfPresent,
    pub comment: Option<String>,
    pub properties: BTreeMap<String, String>,
}

/// A table to create, from columns or from a query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateTable<'a> {
    pub name: Parts,
    pub if_present: IfPresent,
    pub columns: Vec<Column>,
    pub partitioned_by: Vec<String>,
    pub external: bool,
    pub comment: Option<String>,
    pub properties: BTreeMap<String, String>,
    pub query: Option<&'a str>,
}

/// A view to create.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateView<'a> {
    pub name: Parts,
    pub if_present: IfPresent,
    /// New names and comments of the query's columns, if given.
    pub columns: Vec<(String, Option<String>)>,
    pub comment: Option<String>,
    pub properties: BTreeMap<String, String>,
    pub query: &'a str,
}

/// A change of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Alteration {
    AddColumns(Vec<(Column, Place)>),
    DropColumns { names: Vec<String>, if_exists: bool },
    RenameColumn { from: String, to: String },
    Column { name: String, change: ColumnChange },
    SetProperties(BTreeMap<String, String>),
    UnsetProperties(Vec<String>),
    SetOwner(String),
}

/// Where a new column goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Place {
    Last,
    First,
    After(String),
}

/// A change of one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ColumnChange {
    Type(DataType),
    SetNotNull,
    DropNotNull,
    Comment(String),
    Move(Place),
}

/// What a comment is put on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Commented {
    Catalog(Parts),
    Schema(Parts),
    Table(Parts),
    Column(Parts),
}

/// Something to drop.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drop {
    pub what: Dropped,
    pub name: Parts,
    pub if_exists: bool,
    pub cascade: bool,
}

/// What kind of thing to drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dropped {
    Catalog,
    Schema,
    Table,
    View,
}

/// Rows to add.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Insert<'a> {
    pub table: Parts,
    /// The columns that the query fills, or none for all.
    pub columns: Vec<String>,
    pub overwrite: bool,
    pub query: &'a str,
}
