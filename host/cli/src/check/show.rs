//! What came of checking models, as people read it.

use std::borrow::Cow;
use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use rocky_cache::Timestamp;
use rocky_compile::Code;

use crate::check::columns::{ModelReport, SourceReport};
use crate::check::report::{DescribedReport, Finding};
use crate::human;
use crate::names::printable;
use crate::output::Style;

/// So many findings are shown to people.
const MOST_SHOWN: usize = 200;

/// Writes the findings, each with the line that it is about.
pub fn write_findings<'a>(
    out: &mut dyn Write,
    findings: impl IntoIterator<Item = &'a Finding>,
    now: Timestamp,
    style: Style,
) -> io::Result<()> {
    let renderer = match style.is_colored() {
        true => Renderer::styled(),
        false => Renderer::plain(),
    };
    let mut findings = findings.into_iter();
    for finding in findings.by_ref().take(MOST_SHOWN) {
        writeln!(out, "{}\n", rendered(finding, now, &renderer))?;
    }
    match findings.count() {
        0 => Ok(()),
        left => writeln!(
            out,
            "… and {left} more, which `rocky compile --output json` shows\n"
        ),
    }
}

fn rendered(finding: &Finding, now: Timestamp, renderer: &Renderer) -> String {
    let level = match finding.is_error() {
        true => Level::ERROR,
        false => Level::WARNING,
    };
    let message = printable(&finding.message);
    let label = finding.label.as_deref().map(printable);
    let help = finding.help.as_deref().map(printable);
    let source = finding.described.as_ref().map(|described| {
        let what = match finding.code == Code::TableNotVisible.name() {
            true => described.name.schema.to_string(),
            false => described.name.to_string(),
        };
        provenance(&what, described, now)
    });
    let mut annotation = AnnotationKind::Primary.span(finding.span.clone());
    if let Some(label) = &label {
        annotation = annotation.label(label.as_str());
    }
    let path = printable(&finding.path);
    let text = without_controls(&finding.text);
    let snippet = Snippet::source(&*text)
        .path(path.as_str())
        .annotation(annotation);
    let mut group = level
        .primary_title(message.as_str())
        .id(finding.code)
        .element(snippet);
    if let Some(source) = &source {
        group = group.element(Level::NOTE.message(source.as_str()));
    }
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// The text, with a sign of the same length in the place of what terminals may take for commands, beyond what is replaced anyway.
fn without_controls(text: &str) -> Cow<'_, str> {
    let is_control = |letter: char| ('\u{80}'..='\u{9f}').contains(&letter);
    match text.contains(is_control) {
        true => Cow::Owned(text.replace(is_control, "\u{b7}")),
        false => Cow::Borrowed(text),
    }
}

/// On whose word a finding rests, and how old that is.
fn provenance(what: &str, described: &DescribedReport, now: Timestamp) -> String {
    let age = human::age(now.since(Timestamp::from_millis(described.at_ms)));
    let mut text = format!(
        "{what} was described {age} by {}",
        printable(&described.plugin)
    );
    if let Some(principal) = &described.principal {
        text.push_str(&format!(" as {}", printable(principal)));
    }
    if described.pinned {
        text.push_str(", imported");
    } else if !described.fresh {
        text.push_str("; that is stale: `rocky run` describes it again");
    }
    text
}

/// Writes the columns of models, and what each is computed from where that is known.
pub fn write_columns(
    out: &mut dyn Write,
    models: impl IntoIterator<Item = ModelReport>,
    style: Style,
) -> io::Result<()> {
    for model in models {
        let more = if model.exact {
            ""
        } else {
            ", and others that are not known"
        };
        let path = style.dim(&format!("({}{more})", printable(&model.path)));
        writeln!(out, "{} {path}", style.bold(&printable(&model.name)))?;
        if let Some(description) = &model.description {
            writeln!(out, "{}", printable(description))?;
        }
        let lineage = model.columns.iter().any(|column| column.sources.is_some());
        let header: &[&str] = match lineage {
            true => &["column", "type", "null", "from"],
            false => &["column", "type", "null"],
        };
        let mut table = style.table(header, 0..0);
        for column in &model.columns {
            let data_type = column.data_type.as_deref().unwrap_or("?");
            let null = if column.nullable { "" } else { "not null" };
            let sources = column.sources.as_ref().map(|it| from(it));
            let cells = [
                printable(&column.name),
                printable(data_type),
                null.to_owned(),
            ];
            table.row(cells.into_iter().chain(sources));
        }
        table.write(out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn from(sources: &[SourceReport]) -> String {
    let text = |source: &SourceReport| {
        let relation = match (&source.model, &source.table) {
            (Some(model), _) => printable(model),
            (None, Some(table)) => table.to_string(),
            (None, None) => return printable(&source.column),
        };
        format!("{relation}.{}", printable(&source.column))
    };
    let texts: Vec<String> = sources.iter().map(text).collect();
    texts.join(", ")
}
