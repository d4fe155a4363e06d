//! The types of a model's columns, shown beside them.

use rocky_compile::{Dialect, Output};
use tower_lsp_server::ls_types::{
    InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, Range,
};

use crate::view::View;

/// The types of the columns that are defined in `range`.
pub fn within(view: &View<'_>, range: Range) -> Option<Vec<InlayHint>> {
    let model = view.workspace.model(&view.path)?;
    let (analysis, drift) = view.understood()?;
    let lines = view.lines();
    let wanted = lines.span(range);
    let mut hints = Vec::new();
    // The columns that one star stands for are defined at the same place.
    for outputs in analysis
        .outputs
        .chunk_by(|one, other| one.span == other.span)
    {
        let Some(span) = outputs.first().and_then(|it| drift.to_new(&it.span)) else {
            continue;
        };
        let Some((label, tooltip)) = texts(outputs, model.home.dialect) else {
            continue;
        };
        if wanted.start <= span.end && span.end <= wanted.end {
            hints.push(InlayHint {
                position: lines.position(span.end),
                label: InlayHintLabel::String(label),
                kind: Some(InlayHintKind::TYPE),
                text_edits: None,
                tooltip: tooltip.map(InlayHintTooltip::String),
                padding_left: Some(false),
                padding_right: None,
                data: None,
            });
        }
    }
    Some(hints)
}

/// The label of a hint, and what is shown under the pointer; `None` where nothing is known.
fn texts(outputs: &[Output], dialect: Dialect) -> Option<(String, Option<String>)> {
    let described = |output: &Output| {
        let data_type = output.data_type.text(dialect)?;
        let required = if output.nullable { "" } else { " NOT NULL" };
        Some(format!("{data_type}{required}"))
    };
    match outputs {
        [] => None,
        [output] => Some((format!(": {}", described(output)?), None)),
        outputs => {
            let line = |output: &Output| match described(output) {
                Some(described) => format!("{} {described}", output.name),
                None => output.name.to_string(),
            };
            let lines: Vec<String> = outputs.iter().map(line).collect();
            Some((
                format!(": {} columns", outputs.len()),
                Some(lines.join("\n")),
            ))
        }
    }
}
