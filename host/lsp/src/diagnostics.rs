//! What is wrong, as editors show it.

use rocky_compile::{Severity, Workspace};
use tower_lsp_server::ls_types::{Diagnostic, DiagnosticSeverity, NumberOrString};

use crate::Problem;
use crate::lines::{Encoding, Lines};
use crate::provenance;

/// What is wrong with one file: with what it says about itself, and with its query.
pub fn of_file(
    workspace: &Workspace,
    path: &str,
    problems: &[Problem],
    encoding: Encoding,
    now_millis: u64,
) -> Vec<Diagnostic> {
    // What is wrong with the file beside a model is told there.
    let own = problems.iter().filter(|it| it.path == path);
    let mut found: Vec<Diagnostic> = own.map(|it| of_problem(it, encoding)).collect();
    let model = workspace.model(path).zip(workspace.analysis(path));
    let of_query = model.filter(|(_, analysis)| !analysis.diagnostics.is_empty());
    if let Some((model, analysis)) = of_query {
        let lines = Lines::new(&model.text, encoding);
        let diagnostics = analysis.diagnostics.iter();
        found.extend(diagnostics.map(|it| of_diagnostic(it, &lines, now_millis)));
    }
    found
}

/// One finding of the compiler.
pub fn of_diagnostic(
    diagnostic: &rocky_compile::Diagnostic,
    lines: &Lines<'_>,
    now_millis: u64,
) -> Diagnostic {
    let mut message = diagnostic.message.clone();
    if let Some((_, described)) = &diagnostic.described {
        let provenance = provenance::text(described, now_millis);
        message.push_str(&format!(" ({provenance})"));
    }
    Diagnostic {
        range: lines.range(diagnostic.span.clone()),
        severity: Some(severity(diagnostic.severity)),
        code: Some(NumberOrString::String(diagnostic.code.name().to_owned())),
        source: Some("rocky".to_owned()),
        message: with_help(message, diagnostic.help.as_deref()),
        ..Diagnostic::default()
    }
}

fn of_problem(problem: &Problem, encoding: Encoding) -> Diagnostic {
    Diagnostic {
        range: Lines::new(&problem.text, encoding).range(problem.span.clone()),
        severity: Some(severity(problem.severity)),
        source: Some("rocky".to_owned()),
        message: with_help(problem.message.clone(), problem.help.as_deref()),
        ..Diagnostic::default()
    }
}

fn with_help(message: String, help: Option<&str>) -> String {
    match help {
        Some(help) => format!("{message}\nhelp: {help}"),
        None => message,
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
    }
}
