//! Where the name under a cursor is defined.

use super::{Location, known, symbol_at};
use crate::analyzer::Meaning;
use crate::scope::Column;
use crate::{SourceRelation, Target, Workspace};

/// Where the name at `offset` is defined: a common table expression, an alias, a model's file, or the output of a model.
pub fn definition(workspace: &Workspace, path: &str, offset: usize) -> Option<Location> {
    let (_, analysis) = known(workspace, path)?;
    let symbol = symbol_at(analysis, offset)?;
    let here = |span| Location {
        path: path.to_owned(),
        span,
    };
    match &symbol.meaning {
        Meaning::Column { column, .. } => of_column(workspace, path, column),
        Meaning::Field { .. } => None,
        Meaning::Reference(reference) => match &analysis.references.get(*reference)?.target {
            Target::Model(path) => of_model(workspace, path),
            Target::Cte(span) => Some(here(span.clone())),
            _ => None,
        },
        Meaning::Named(named) if named.definition.is_empty() => None,
        // At its own definition, what an alias stands for is more telling.
        Meaning::Named(named) => match named.reference.and_then(|it| analysis.references.get(it)) {
            Some(reference) if symbol.span == named.definition => match &reference.target {
                Target::Model(path) => of_model(workspace, path),
                Target::Cte(span) => Some(here(span.clone())),
                _ => Some(here(named.definition.clone())),
            },
            _ => Some(here(named.definition.clone())),
        },
    }
}

/// Where a column is defined: in this query, or in the model that it is passed on from.
fn of_column(workspace: &Workspace, path: &str, column: &Column) -> Option<Location> {
    if let Some(span) = &column.definition {
        return Some(Location {
            path: path.to_owned(),
            span: span.clone(),
        });
    }
    let [source] = &*column.sources else {
        return None;
    };
    let SourceRelation::Model(path) = &source.relation else {
        return None;
    };
    let (_, analysis) = known(workspace, path)?;
    let output = analysis
        .outputs
        .iter()
        .find(|output| *output.name == *source.column)?;
    Some(Location {
        path: path.to_string(),
        span: output.span.clone(),
    })
}

/// The beginning of a model's query.
fn of_model(workspace: &Workspace, path: &str) -> Option<Location> {
    let model = workspace.model(path)?;
    let sql = model.text.get(model.query.clone()).unwrap_or_default();
    let start = model.query.start + (sql.len() - sql.trim_start().len());
    Some(Location {
        path: path.to_owned(),
        span: start..start,
    })
}

#[cfg(test)]
mod tests {
    use crate::Dialect::Databricks;
    use crate::fixture::workspace;

    /// `|` is the cursor; what is expected is `path: text`.
    fn check(marked: &str, expected: &str) {
        let offset = marked.find('|').expect("a cursor is marked");
        let sql = marked.replacen('|', "", 1);
        let stage = "select id, amount * 2 as twice from orders";
        let workspace = workspace(Databricks, &[("m", &sql), ("stage", stage)]);
        let found = super::definition(&workspace, "models/m.sql", offset);
        let text = found.map(|found| {
            let model = workspace.model(&found.path).expect("it is a model's");
            format!("{}: {}", model.name, &model.text[found.span])
        });
        assert_eq!(text.unwrap_or_default(), expected, "{marked}");
    }

    #[test]
    fn definitions_are_found() {
        check(
            "with x as (select id as a from orders) select a| from x",
            "m: a",
        );
        check("with x as (select 1 as a) select a from |x", "m: x");
        check("select o|.id from orders as o", "m: o");
        check("select tw|ice from stage", "stage: twice");
        check("select twice from sta|ge", "stage: ");
        check("select am|ount from orders", "");
    }
}
