//! What the name under a cursor is.

use std::ops::Range;

use rocky_schema::TableName;

use super::{Hover, HoverColumn, HoverKind, known, symbol_at};
use crate::analyzer::{Meaning, Named};
use crate::scope::{Column, Shape};
use crate::{Analysis, Described, Dialect, Reference, Relation, Target, Type, Workspace};

/// What the name at `offset` is; `None` where no name with a known meaning is there.
pub fn hover(workspace: &Workspace, path: &str, offset: usize) -> Option<Hover> {
    let (model, analysis) = known(workspace, path)?;
    let symbol = symbol_at(analysis, offset)?;
    let place = Place {
        workspace,
        analysis,
        dialect: model.home.dialect,
        span: symbol.span.clone(),
    };
    match &symbol.meaning {
        Meaning::Column {
            column,
            relation,
            reference,
        } => Some(place.column(column, relation.as_deref(), *reference)),
        Meaning::Field { path, typed } => Some(Hover {
            data_type: text(&typed.data_type, place.dialect),
            nullable: Some(typed.nullable),
            ..place.empty(HoverKind::Column, path)
        }),
        Meaning::Reference(reference) => place.reference(analysis.references.get(*reference)?),
        Meaning::Named(named) => Some(place.named(named)),
    }
}

struct Place<'w> {
    workspace: &'w Workspace,
    analysis: &'w Analysis,
    dialect: Dialect,
    span: Range<usize>,
}

impl Place<'_> {
    fn empty(&self, kind: HoverKind, name: &str) -> Hover {
        Hover {
            span: self.span.clone(),
            kind,
            name: name.to_owned(),
            data_type: None,
            nullable: None,
            comment: None,
            relation: None,
            columns: Vec::new(),
            described: None,
        }
    }

    fn column(&self, column: &Column, relation: Option<&str>, reference: Option<usize>) -> Hover {
        Hover {
            data_type: text(&column.typed.data_type, self.dialect),
            nullable: Some(column.typed.nullable),
            comment: column.comment.as_deref().map(str::to_owned),
            relation: relation.map(str::to_owned),
            described: reference.and_then(|it| provenance(self.analysis.references.get(it)?)),
            ..self.empty(HoverKind::Column, &column.name)
        }
    }

    /// A relation that is read.
    fn reference(&self, reference: &Reference) -> Option<Hover> {
        match &reference.target {
            Target::Table(relation) => Some(self.table(relation)),
            Target::Model(path) => self.model(path),
            Target::NotVisible(name, _) => Some(Hover {
                comment: Some("not visible".to_owned()),
                described: provenance(reference),
                ..self.empty(HoverKind::Table, &name.to_string())
            }),
            Target::NotCached(name) => Some(Hover {
                comment: Some("not in the cache".to_owned()),
                ..self.empty(HoverKind::Table, &name.to_string())
            }),
            Target::Cte(_) | Target::Unknown => None,
        }
    }

    fn table(&self, relation: &Relation) -> Hover {
        let column = |column: &rocky_schema::Column| HoverColumn {
            name: column.name.clone(),
            data_type: Some(column.data_type.clone()),
            nullable: column.nullable,
            comment: column.comment.clone(),
        };
        Hover {
            comment: relation.comment.clone(),
            relation: Some(relation.kind.clone()),
            columns: relation.columns.iter().map(column).collect(),
            described: Some((relation.name.clone(), relation.described.clone())),
            ..self.empty(HoverKind::Table, &relation.name.to_string())
        }
    }

    fn model(&self, path: &str) -> Option<Hover> {
        let (model, analysis) = known(self.workspace, path)?;
        let column = |output: &crate::Output| HoverColumn {
            name: output.name.to_string(),
            data_type: text(&output.data_type, self.dialect),
            nullable: output.nullable,
            comment: output.comment.as_deref().map(str::to_owned),
        };
        Some(Hover {
            comment: model.description.clone(),
            relation: Some(path.to_owned()),
            columns: analysis.outputs.iter().map(column).collect(),
            ..self.empty(HoverKind::Model, &model.name)
        })
    }

    /// A common table expression or an alias.
    fn named(&self, named: &Named) -> Hover {
        let kind = if named.is_cte {
            HoverKind::Cte
        } else {
            HoverKind::Alias
        };
        let reference = named
            .reference
            .and_then(|it| self.analysis.references.get(it));
        Hover {
            columns: columns(&named.shape, self.dialect),
            relation: reference.map(|reference| match &reference.target {
                Target::Table(relation) => relation.name.to_string(),
                _ => reference.name.clone(),
            }),
            described: reference.and_then(provenance),
            ..self.empty(kind, &named.name)
        }
    }
}

fn columns(shape: &Shape, dialect: Dialect) -> Vec<HoverColumn> {
    let column = |column: &Column| HoverColumn {
        name: column.name.to_string(),
        data_type: text(&column.typed.data_type, dialect),
        nullable: column.typed.nullable,
        comment: column.comment.as_deref().map(str::to_owned),
    };
    shape.columns.iter().map(column).collect()
}

fn text(data_type: &Type, dialect: Dialect) -> Option<String> {
    data_type.text(dialect)
}

/// Where the knowledge of a reference is from.
fn provenance(reference: &Reference) -> Option<(TableName, Described)> {
    match &reference.target {
        Target::Table(relation) => Some((relation.name.clone(), relation.described.clone())),
        Target::NotVisible(name, described) => Some((name.clone(), described.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::Dialect::{self, BigQuery, Databricks, Snowflake};
    use crate::fixture::workspace;

    /// `|` is the cursor; what is expected is `kind name type`.
    fn check(dialect: Dialect, marked: &str, expected: &str) {
        let offset = marked.find('|').expect("a cursor is marked");
        let sql = marked.replacen('|', "", 1);
        let stage = "select id, amount from orders";
        let workspace = workspace(dialect, &[("m", &sql), ("stage", stage)]);
        let hover = super::hover(&workspace, "models/m.sql", offset);
        let text = hover.map(|hover| {
            let data_type = hover
                .data_type
                .unwrap_or_else(|| format!("{} columns", hover.columns.len()));
            format!("{:?} {} {data_type}", hover.kind, hover.name)
        });
        assert_eq!(text.unwrap_or_default(), expected, "{marked}");
    }

    #[test]
    fn names_are_explained() {
        check(
            Databricks,
            "select o.am|ount from orders o",
            "Column amount DECIMAL(10,2)",
        );
        check(
            Databricks,
            "select |o.amount from orders o",
            "Alias o 9 columns",
        );
        check(
            Databricks,
            "select o.amount from ord|ers o",
            "Table main.shop.orders 9 columns",
        );
        check(
            Databricks,
            "select o.amount from orders |o",
            "Alias o 9 columns",
        );
        check(
            Databricks,
            "select c.address.ci|ty from customers c",
            "Column address.city STRING",
        );
        check(
            Databricks,
            "with x as (select id from orders) select id from x|",
            "Cte x 1 columns",
        );
        check(
            Snowflake,
            "select amount * 2 as tw|ice from orders",
            "Column TWICE NUMBER(11,2)",
        );
        check(BigQuery, "select id from st|age", "Model stage 2 columns");
        check(BigQuery, "sel|ect id from stage", "");
    }
}
