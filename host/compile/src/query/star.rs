//! What `*` stands for.

use std::ops::Range;

use sqlparser::ast::{
    ExcludeSelectItem, Expr, Ident, IdentWithAlias, ObjectName, ObjectNamePart, RenameSelectItem,
    SelectItem, SelectItemQualifiedWildcardKind, WildcardAdditionalOptions,
};

use crate::Type;
use crate::analyzer::Analyzer;
use crate::functions::Typed;
use crate::infer::{Place, Value};
use crate::parse::bytes;
use crate::scope::{Column, Lookup, Relation, Shape};
use crate::types::{Field, may_be_columns};

impl Analyzer<'_> {
    /// Adds what a star stands for.
    pub(super) fn star(&mut self, item: &SelectItem, at: Place<'_>, shape: &mut Shape) {
        let (columns, options) = match item {
            SelectItem::Wildcard(options) => (everything(at), options),
            SelectItem::QualifiedWildcard(kind, options) => {
                let columns = match kind {
                    SelectItemQualifiedWildcardKind::ObjectName(name) => {
                        self.star_of_name(name, at)
                    }
                    SelectItemQualifiedWildcardKind::Expr(expr) => {
                        let value = self.expr(expr, at);
                        self.star_of_value(&value)
                    }
                };
                (columns, options)
            }
            _ => return,
        };
        let star = bytes(options.wildcard_token.0.span);
        let columns = self.with_options(columns, options, at);
        let all = shape.columns.iter().chain(&columns.columns);
        if !may_be_columns(all.map(|it| &it.typed.data_type)) {
            shape.exact = false;
            return;
        }
        for mut column in columns.columns {
            column.definition = column.definition.or(star.clone());
            shape.columns.push(column);
        }
        shape.exact &= columns.exact;
    }

    fn star_of_name(&mut self, name: &ObjectName, at: Place<'_>) -> Shape {
        let parts = name.0.iter().map(|part| part.as_ident().cloned());
        let Some(parts) = parts.collect::<Option<Vec<Ident>>>() else {
            return Shape::unknown();
        };
        let keys: Vec<String> = parts
            .iter()
            .map(|part| self.names.alias_key(part))
            .collect();
        if let Some(relation) = at.scope.relation(&keys) {
            if let Some(span) = parts.last().and_then(|part| bytes(part.span)) {
                self.note_relation(span, relation);
            }
            return columns_of(relation);
        }
        let value = match parts.as_slice() {
            [one]
                if matches!(
                    at.scope.column(&self.names.column_key(one)),
                    Lookup::Missing { .. }
                ) =>
            {
                self.unknown_qualifier(std::slice::from_ref(one), at.scope);
                return Shape::unknown();
            }
            [one] => self.expr(&Expr::Identifier(one.clone()), at),
            _ => self.expr(&Expr::CompoundIdentifier(parts), at),
        };
        self.star_of_value(&value)
    }

    /// The fields of a struct, as columns.
    fn star_of_value(&self, value: &Value) -> Shape {
        let Type::Struct(fields) = &value.typed.data_type else {
            return Shape::unknown();
        };
        let column = |field: &Field| {
            let nullable = field.nullable || value.typed.nullable;
            let typed = Typed::new(field.data_type.clone(), nullable);
            Column {
                made_up: field.name.is_empty(),
                sources: value.sources.clone().into(),
                ..Column::stored(&self.names, field.name.as_str(), typed)
            }
        };
        Shape::exact(fields.iter().map(column).collect())
    }

    /// The columns that EXCEPT, REPLACE, RENAME and ILIKE leave.
    fn with_options(
        &mut self,
        mut shape: Shape,
        options: &WildcardAdditionalOptions,
        at: Place<'_>,
    ) -> Shape {
        if let Some(ilike) = &options.opt_ilike {
            let pattern = ilike.pattern.to_lowercase();
            shape
                .columns
                .retain(|column| is_like(&column.name.to_lowercase(), &pattern));
        }
        let mut excluded: Vec<&Ident> = Vec::new();
        if let Some(except) = &options.opt_except {
            excluded.push(&except.first_element);
            excluded.extend(&except.additional_elements);
        }
        match &options.opt_exclude {
            Some(ExcludeSelectItem::Single(name)) => excluded.extend(last(name)),
            Some(ExcludeSelectItem::Multiple(names)) => {
                excluded.extend(names.iter().filter_map(last))
            }
            None => {}
        }
        for name in excluded {
            self.exclude(&mut shape, name);
        }
        let replaced = options
            .opt_replace
            .iter()
            .flat_map(|replace| &replace.items);
        for item in replaced {
            let value = self.expr(&item.expr, at);
            let key = self.names.column_key(&item.column_name);
            let definition = bytes(item.column_name.span);
            if shape.exact && !shape.columns.iter().any(|column| column.key == key) {
                self.not_in_star(&mut shape, &item.column_name);
            }
            for column in shape.columns.iter_mut().filter(|column| column.key == key) {
                column.typed = value.typed.clone();
                column.sources = value.sources.clone().into();
                column.comment.clone_from(&value.comment);
                column.definition.clone_from(&definition);
            }
        }
        match &options.opt_rename {
            Some(RenameSelectItem::Single(one)) => self.rename(&mut shape, one),
            Some(RenameSelectItem::Multiple(many)) => {
                many.iter().for_each(|one| self.rename(&mut shape, one));
            }
            None => {}
        }
        shape
    }

    /// Gives a column of a star another name.
    fn rename(&mut self, shape: &mut Shape, rename: &IdentWithAlias) {
        let key = self.names.column_key(&rename.ident);
        if shape.exact && !shape.columns.iter().any(|column| column.key == key) {
            self.not_in_star(shape, &rename.ident);
        }
        for column in shape.columns.iter_mut().filter(|column| column.key == key) {
            column.name = self.names.stored(&rename.alias).as_ref().into();
            column.key = self.names.column_key(&rename.alias);
            column.definition = bytes(rename.alias.span);
        }
    }

    /// Says that a star does not stand for a column that is to be left out or replaced.
    fn not_in_star(&mut self, shape: &mut Shape, name: &Ident) {
        let span = bytes(name.span).unwrap_or_default();
        let relation = whole(std::mem::take(shape), span);
        self.unknown_column(name, vec![&relation]);
        *shape = std::sync::Arc::unwrap_or_clone(relation.shape);
    }

    /// Leaves out a column, which has to be there.
    fn exclude(&mut self, shape: &mut Shape, name: &Ident) {
        let key = self.names.column_key(name);
        let before = shape.columns.len();
        let stays = |column: &Column| column.key != key;
        let found = shape.columns.iter().find(|column| !stays(column)).cloned();
        shape.columns.retain(stays);
        match (found, bytes(name.span)) {
            (Some(column), Some(span)) => {
                let meaning = crate::analyzer::Meaning::Column {
                    column,
                    relation: None,
                    reference: None,
                };
                self.note(span, meaning);
            }
            (None, Some(_)) if shape.exact && before > 0 => self.not_in_star(shape, name),
            _ => {}
        }
    }
}

/// All columns that an unqualified star stands for.
pub(crate) fn everything(at: Place<'_>) -> Shape {
    let mut shape = Shape::exact(at.scope.merged.clone());
    // Where nothing is read, something is missing.
    shape.exact = !at.scope.open && !at.scope.relations.is_empty();
    for relation in at
        .scope
        .relations
        .iter()
        .filter(|relation| !relation.is_behind && !relation.is_computed)
    {
        let columns = columns_of(relation);
        shape.exact &= columns.exact;
        let merged = &at.scope.merged;
        let is_own = |column: &Column| !merged.iter().any(|merged| merged.key == column.key);
        shape
            .columns
            .extend(columns.columns.into_iter().filter(is_own));
    }
    shape
}

/// A relation's columns, as a star after its name stands for.
fn columns_of(relation: &Relation) -> Shape {
    let shape = (*relation.shape).clone();
    match relation.nullable {
        true => shape.nullable(),
        false => shape,
    }
}

/// What a star stands for, as something that a message can be about.
fn whole(shape: Shape, span: Range<usize>) -> Relation {
    Relation {
        span,
        ..Relation::new("*", shape)
    }
}

fn last(name: &ObjectName) -> Option<&Ident> {
    name.0.last().and_then(ObjectNamePart::as_ident)
}

/// Whether a text is like a pattern with `%` and `_`.
fn is_like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    // The places in the text up to which the pattern so far can be matched.
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    for sign in pattern.chars() {
        let before = ends.clone();
        let mut any_before = false;
        for (index, end) in ends.iter_mut().enumerate() {
            any_before |= before.get(index).copied().unwrap_or(false);
            let previous = index.checked_sub(1);
            *end = match sign {
                '%' => any_before,
                '_' => previous.is_some_and(|previous| before[previous]),
                sign => previous.is_some_and(|previous| before[previous] && text[previous] == sign),
            };
        }
    }
    ends.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn patterns_match_as_like_does() {
        let check = |text: &str, pattern: &str, expected: bool| {
            assert_eq!(is_like(text, pattern), expected, "{text} like {pattern}");
        };
        check("customer_id", "%id%", true);
        check("customer_id", "%id", true);
        check("customer_id", "id%", false);
        check("a", "_", true);
        check("ab", "_", false);
        check("", "%", true);
    }
}
