//! What the name under the cursor is, as a page.

use std::fmt::Write;

use rocky_compile::HoverKind;
use tower_lsp_server::ls_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use crate::provenance;
use crate::view::View;

/// How many columns of a relation are listed.
const COLUMNS: usize = 40;

/// What the name at `position` is.
pub fn at(view: &View<'_>, position: Position) -> Option<Hover> {
    let offset = view.analysed(position)?;
    let hover = rocky_compile::hover(&view.workspace, &view.path, offset)?;
    let now = view.session.project.now_millis();
    let page = if view.session.abilities.markdown {
        Page::Markdown
    } else {
        Page::Plain
    };
    Some(Hover {
        range: view.range(&hover.span),
        contents: HoverContents::Markup(MarkupContent {
            kind: page.kind(),
            value: page.text(&hover, now),
        }),
    })
}

/// How a page is written.
#[derive(Clone, Copy, Debug)]
enum Page {
    Markdown,
    Plain,
}

impl Page {
    fn kind(self) -> MarkupKind {
        match self {
            Self::Markdown => MarkupKind::Markdown,
            Self::Plain => MarkupKind::PlainText,
        }
    }

    /// The paragraphs: what it is, what was written about it, its columns, where that is from.
    fn text(self, hover: &rocky_compile::Hover, now_millis: u64) -> String {
        let mut paragraphs = vec![self.code(&heading(hover))];
        if let Some(comment) = &hover.comment {
            paragraphs.push(self.escaped(comment));
        }
        if !hover.columns.is_empty() {
            paragraphs.push(self.code(&columns(hover)));
        }
        if let Some((table, described)) = &hover.described {
            let provenance = provenance::text(described, now_millis);
            let text = format!("{} {provenance}", table.schema);
            paragraphs.push(self.escaped(&text));
        }
        paragraphs.join("\n\n")
    }

    fn code(self, text: &str) -> String {
        match self {
            // A longer fence than any in the text.
            Self::Markdown => {
                let runs = text.split(|it| it != '`').map(str::len);
                let fence = "`".repeat(runs.max().unwrap_or_default().max(2) + 1);
                format!("{fence}sql\n{text}\n{fence}")
            }
            Self::Plain => text.to_owned(),
        }
    }

    /// Text of a warehouse, so that it formats nothing, links nowhere and loads nothing.
    fn escaped(self, text: &str) -> String {
        match self {
            Self::Markdown => {
                let mut escaped = String::with_capacity(text.len());
                for character in text.chars() {
                    if character.is_ascii_punctuation() {
                        escaped.push('\\');
                    }
                    escaped.push(character);
                }
                escaped
            }
            Self::Plain => text.to_owned(),
        }
    }
}

fn heading(hover: &rocky_compile::Hover) -> String {
    let kind = match hover.kind {
        HoverKind::Column => "column",
        HoverKind::Table => hover.relation.as_deref().unwrap_or("table"),
        HoverKind::Model => "model",
        HoverKind::Cte => "with",
        HoverKind::Alias => "alias",
    };
    let mut heading = format!("{kind} {}", hover.name);
    if let Some(data_type) = &hover.data_type {
        heading.push_str(&format!(" {data_type}"));
    }
    // What cannot be known may be NULL, too: only the other case says something.
    if hover.nullable == Some(false) {
        heading.push_str(" NOT NULL");
    }
    match (hover.kind, &hover.relation) {
        (HoverKind::Column, Some(relation)) => heading.push_str(&format!("\nfrom {relation}")),
        (HoverKind::Alias | HoverKind::Model, Some(relation)) => {
            heading.push_str(&format!("\nis {relation}"));
        }
        _ => {}
    }
    heading
}

fn columns(hover: &rocky_compile::Hover) -> String {
    let mut text = String::new();
    for column in hover.columns.iter().take(COLUMNS) {
        text.push_str(&column.name);
        if let Some(data_type) = &column.data_type {
            let _ = write!(text, " {data_type}");
        }
        if !column.nullable {
            text.push_str(" NOT NULL");
        }
        if let Some(comment) = column.comment.as_deref().and_then(|it| it.lines().next()) {
            let _ = write!(text, " -- {comment}");
        }
        text.push('\n');
    }
    let more = hover.columns.len().saturating_sub(COLUMNS);
    if more > 0 {
        let _ = write!(text, "-- and {more} more");
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_warehouse_format_nothing() {
        let comment = "![x](https://example.org/x.png) <b>&amp;";
        let escaped = Page::Markdown.escaped(comment);
        assert!(!escaped.contains("]("), "{escaped}");
        assert!(!escaped.contains(" <b>"), "{escaped}");
        assert_eq!(Page::Plain.escaped(comment), comment);
    }

    #[test]
    fn no_name_ends_a_block_of_code() {
        let code = Page::Markdown.code("column ````");
        assert!(code.starts_with("`````sql\n"), "{code}");
        assert!(Page::Markdown.code("column a").starts_with("```sql\n"));
    }
}
