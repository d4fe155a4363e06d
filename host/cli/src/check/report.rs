//! What is wrong with models, for programs.

use std::ops::Range;
use std::sync::Arc;

use rocky_compile::{Described, Diagnostic, Fix, Model, Severity};
use rocky_schema::TableName;
use schemars::JsonSchema;
use serde::Serialize;

use crate::check::Selected;
use crate::human;
use crate::models::Problem;
use crate::output::Style;

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

/// What is wrong with models.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Findings {
    /// What is wrong, by file and place.
    pub diagnostics: Vec<Finding>,
    /// How much that is.
    pub total: Total,
}

impl Findings {
    /// What is wrong with the selected models. Files that hold no model belong to every selection.
    pub fn new(selected: &Selected<'_>) -> Self {
        let file_problems = &selected.checked.problems;
        let problems = file_problems.iter().map(Finding::of_problem);
        let mut models = 0;
        let mut diagnostics: Vec<Finding> = problems.collect();
        for (model, analysis) in selected.analyses() {
            models += 1;
            let found = analysis.diagnostics.iter();
            diagnostics.extend(found.map(|it| Finding::of(model, it)));
        }
        diagnostics.sort_by(|one, other| {
            (&one.path, one.span.start).cmp(&(&other.path, other.span.start))
        });
        let errors = diagnostics.iter().filter(|it| it.is_error()).count();
        let total = Total {
            models: (models + file_problems.len()) as u64,
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
            replacement: fix.as_ref().map(|fix| replaced(&model.text, span, fix)),
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

/// What stands at `span`, once the fix is made, which may be of a part of it.
fn replaced(text: &str, span: &Range<usize>, fix: &Fix) -> String {
    let before = text.get(span.start..fix.span.start).unwrap_or_default();
    let after = text.get(fix.span.end..span.end).unwrap_or_default();
    format!("{before}{}{after}", fix.replacement)
}

/// The line and the column of a byte, both from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
