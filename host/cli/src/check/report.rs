//! What came of checking models, for programs.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use rocky_compile::{
    Analysis, Described, Diagnostic, Model, Output, Severity, SourceRelation, Target, Workspace,
};
use rocky_schema::TableName;
use schemars::JsonSchema;
use serde::Serialize;

use crate::check::Checked;
use crate::human;
use crate::models::Problem;
use crate::output::Style;

/// What came of checking models.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckReport {
    /// The models, in the order in which they depend on each other.
    pub models: Vec<ModelReport>,
    /// What is wrong, by file and place.
    pub diagnostics: Vec<Finding>,
    /// How much that is.
    pub total: Total,
}

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Total {
    /// How many models were checked.
    pub models: u64,
    /// How many errors they have.
    pub errors: u64,
    /// How many warnings.
    pub warnings: u64,
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
    /// Whether these are all columns: not so where a star stands for columns that nobody knows.
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

/// Something that is wrong, or cannot be checked.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// Which rule it breaks: stable, in kebab-case.
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// In which file.
    pub path: String,
    /// Where it begins, from 1.
    pub line: usize,
    /// Where it begins, in characters, from 1.
    pub column: usize,
    /// Where it ends.
    pub end_line: usize,
    /// Where it ends: the character behind it.
    pub end_column: usize,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What was probably meant to stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// The table whose description it rests on, and where that is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub described: Option<DescribedReport>,
    #[serde(skip)]
    pub(super) label: Option<String>,
    #[serde(skip)]
    pub(super) text: Arc<str>,
    #[serde(skip)]
    pub(super) span: Range<usize>,
}

/// Where the description of a table is from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DescribedReport {
    #[serde(flatten)]
    pub name: TableName,
    /// Which plugin described it.
    pub plugin: String,
    /// As whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Whether that is recent enough to be relied on.
    pub fresh: bool,
    /// Whether it was imported.
    pub pinned: bool,
}

impl CheckReport {
    /// What is known of the selected models, and what is wrong with them. Files that hold no model belong to every selection.
    pub fn new(checked: &Checked, selected: &BTreeSet<String>, lineage: bool) -> Self {
        let workspace = &checked.workspace;
        let Findings { diagnostics, total } = Findings::new(checked, selected);
        let models = analyses(workspace, selected)
            .map(|(model, analysis)| ModelReport::new(workspace, model, analysis, lineage));
        Self {
            models: models.collect(),
            diagnostics,
            total,
        }
    }
}

/// The selected models, and what is known of each.
fn analyses<'c>(
    workspace: &'c Workspace,
    selected: &'c BTreeSet<String>,
) -> impl Iterator<Item = (&'c Model, &'c Analysis)> {
    let models = workspace.models();
    let models = models.filter(|model| selected.contains(&model.path));
    models.filter_map(|model| Some((model, &**workspace.analysis(&model.path)?)))
}

/// What came of checking models, for those who did not ask for their columns.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Findings {
    /// What is wrong, by file and place.
    pub diagnostics: Vec<Finding>,
    /// How much that is.
    pub total: Total,
}

impl Findings {
    /// What is wrong with the selected models. Files that hold no model belong to every selection.
    pub fn new(checked: &Checked, selected: &BTreeSet<String>) -> Self {
        let problems = checked.problems.iter().map(Finding::of_problem);
        let mut models = 0;
        let mut diagnostics: Vec<Finding> = problems.collect();
        for (model, analysis) in analyses(&checked.workspace, selected) {
            models += 1;
            let found = analysis.diagnostics.iter();
            diagnostics.extend(found.map(|it| Finding::of(model, it)));
        }
        diagnostics.sort_by(|one, other| {
            (&one.path, one.span.start).cmp(&(&other.path, other.span.start))
        });
        let errors = diagnostics.iter().filter(|it| it.is_error()).count();
        let total = Total {
            models: (models + checked.problems.len()) as u64,
            errors: errors as u64,
            warnings: (diagnostics.len() - errors) as u64,
        };
        Self { diagnostics, total }
    }
}

impl Total {
    /// What people are told in few words.
    pub fn verdict(&self, style: Style) -> String {
        match (self.errors, self.warnings) {
            (0, 0) => style.green("nothing is wrong"),
            (0, warnings) => style.yellow(&human::count_of(warnings, "warning")),
            (errors, 0) => style.red(&human::count_of(errors, "error")),
            (errors, warnings) => style.red(&format!(
                "{} and {}",
                human::count_of(errors, "error"),
                human::count_of(warnings, "warning")
            )),
        }
    }
}

impl ModelReport {
    fn new(workspace: &Workspace, model: &Model, analysis: &Analysis, lineage: bool) -> Self {
        let name_of = |path: &str| workspace.model(path).map_or(path, |it| &it.name).to_owned();
        let column = |output: &Output| ColumnReport {
            name: output.name.clone(),
            data_type: output.data_type.text(model.home.dialect),
            nullable: output.nullable,
            comment: output.comment.clone(),
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

impl Finding {
    /// Whether the warehouse would refuse the query.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error.to_string()
    }

    fn of(model: &Model, diagnostic: &Diagnostic) -> Self {
        let Diagnostic {
            code,
            severity,
            message,
            span,
            label,
            help,
            fix,
            described,
        } = diagnostic;
        Self {
            severity: severity.to_string(),
            label: label.clone(),
            help: help.clone(),
            replacement: fix.as_ref().map(|fix| fix.replacement.clone()),
            described: described
                .as_ref()
                .map(|(name, it)| DescribedReport::new(name, it)),
            ..Self::at(code.name(), message, &model.path, &model.text, span.clone())
        }
    }

    fn of_problem(problem: &Problem) -> Self {
        Self {
            help: problem.help.clone(),
            ..Self::at(
                "model-file",
                &problem.message,
                &problem.path,
                &problem.text,
                problem.span.clone(),
            )
        }
    }

    fn at(
        code: &'static str,
        message: &str,
        path: &str,
        text: &Arc<str>,
        span: Range<usize>,
    ) -> Self {
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
        let (line, column) = place(text, start);
        let (end_line, end_column) = place(text, end);
        Self {
            code,
            severity: Severity::Error.to_string(),
            message: message.to_owned(),
            path: path.to_owned(),
            line,
            column,
            end_line,
            end_column,
            help: None,
            replacement: None,
            described: None,
            label: None,
            text: text.clone(),
            span: start..end,
        }
    }
}

impl DescribedReport {
    fn new(name: &TableName, described: &Described) -> Self {
        Self {
            name: name.clone(),
            plugin: described.plugin.clone(),
            principal: described.principal.clone(),
            at_ms: described.at_millis,
            fresh: described.fresh,
            pinned: described.pinned,
        }
    }
}

/// The line and the column of a byte, both from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
