//! The columns of models, for programs.

use std::collections::BTreeSet;

use rocky_compile::{Analysis, Model, Output, SourceRelation, Target, Workspace};
use rocky_schema::TableName;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::check::Selected;

/// What is known of the selected models, in the order in which they depend on each other.
///
/// Each is put together when it is written, because a large project has many.
#[derive(Debug)]
pub struct ModelReports<'c> {
    pub selected: Selected<'c>,
    /// Whether what columns are computed from is told.
    pub lineage: bool,
}

/// A model, and the columns of its result.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelReport {
    /// The name by which others read it.
    pub name: String,
    /// Its file, relative to the project, with slashes.
    pub path: String,
    /// The adapter in whose warehouse it runs.
    pub adapter: String,
    /// Where it is materialised, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// Where it is materialised, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What it says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether these are all columns: not so where a star stands for columns that nobody knows, or a name is no column's.
    pub exact: bool,
    /// The columns of its result.
    pub columns: Vec<ColumnReport>,
    /// The names of the models that it reads.
    pub reads_models: Vec<String>,
    /// The tables that it reads.
    pub reads_tables: Vec<TableName>,
}

/// A column of a model's result.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ColumnReport {
    /// Its name.
    pub name: String,
    /// Its type, in the warehouse's words; null where it cannot be known.
    pub data_type: Option<String>,
    /// Whether it may be NULL; true also where that cannot be known.
    pub nullable: bool,
    /// The comment of the column that it passes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What it is computed from, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<SourceReport>>,
}

/// A column that a value is computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceReport {
    /// The model, where it is a model's column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The table, where it is a table's column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<TableName>,
    /// The column.
    pub column: String,
}

impl ModelReports<'_> {
    /// Each model.
    pub fn iter(&self) -> impl Iterator<Item = ModelReport> {
        let workspace = &self.selected.checked.workspace;
        let models = self.selected.analyses();
        models.map(|(model, analysis)| ModelReport::new(workspace, model, analysis, self.lineage))
    }
}

impl Serialize for ModelReports<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl ModelReport {
    fn new(workspace: &Workspace, model: &Model, analysis: &Analysis, lineage: bool) -> Self {
        let name_of = |path: &str| workspace.model(path).map_or(path, |it| &it.name).to_owned();
        let column = |output: &Output| ColumnReport {
            name: output.name.to_string(),
            data_type: output.data_type.text(model.home.dialect),
            nullable: output.nullable,
            comment: output.comment.as_deref().map(str::to_owned),
            sources: lineage.then(|| {
                let sources = output.sources.iter();
                let source = sources.map(|source| SourceReport {
                    model: match &source.relation {
                        SourceRelation::Model(path) => Some(name_of(path)),
                        SourceRelation::Table(_) => None,
                    },
                    table: match &source.relation {
                        SourceRelation::Table(name) => Some(name.as_ref().clone()),
                        SourceRelation::Model(_) => None,
                    },
                    column: source.column.to_string(),
                });
                source.collect()
            }),
        };
        let (mut models, mut tables) = (BTreeSet::new(), BTreeSet::new());
        for reference in &analysis.references {
            match &reference.target {
                Target::Model(path) => drop(models.insert(name_of(path))),
                Target::Table(relation) => drop(tables.insert(relation.name.clone())),
                Target::NotVisible(name, _) | Target::NotCached(name) => {
                    tables.insert(name.clone());
                }
                Target::Cte(_) | Target::Unknown => {}
            }
        }
        Self {
            name: model.name.clone(),
            path: model.path.clone(),
            adapter: model.home.adapter.clone(),
            catalog: model.target.as_ref().map(|it| it.catalog.clone()),
            schema: model.target.as_ref().map(|it| it.schema.clone()),
            description: model.description.clone(),
            exact: analysis.exact,
            columns: analysis.outputs.iter().map(column).collect(),
            reads_models: models.into_iter().collect(),
            reads_tables: tables.into_iter().collect(),
        }
    }
}
