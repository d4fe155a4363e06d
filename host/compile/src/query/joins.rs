//! Joins: what they leave in scope, and what they may make NULL.

use sqlparser::ast::{Ident, JoinConstraint, JoinOperator, ObjectNamePart};

use super::Env;
use crate::analyzer::{Analyzer, Meaning};
use crate::infer::{Grouping, Place};
use crate::parse::bytes;
use crate::scope::{Column, Hit, Relation, Scope};
use crate::{Dialect, Type};

/// Which sides of a join keep rows without a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Keeps {
    left: bool,
    right: bool,
}

/// Which side of a join is only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hidden {
    Left,
    Right,
}

impl Analyzer<'_> {
    /// Joins the relations of `scope` from `start` on with those from `right` on.
    pub(super) fn join(
        &mut self,
        operator: &JoinOperator,
        start: usize,
        right: usize,
        scope: &mut Scope<'_>,
        env: &Env<'_>,
    ) {
        let (keeps, hidden, constraint) = sides(operator);
        if let JoinOperator::AsOf {
            match_condition, ..
        } = operator
        {
            self.expr(match_condition, Place::new(env, scope, Grouping::Not));
        }
        match constraint {
            Some(JoinConstraint::On(condition)) => {
                let at = Place::new(env, scope, Grouping::Not);
                self.expr(condition, at);
            }
            Some(JoinConstraint::Using(names)) => {
                let names = names
                    .iter()
                    .filter_map(|name| name.0.last().and_then(ObjectNamePart::as_ident));
                for name in names {
                    self.using(name, start, right, keeps, scope);
                }
            }
            Some(JoinConstraint::Natural) => self.natural(start, right, keeps, scope),
            Some(JoinConstraint::None) | None => {}
        }
        for (index, relation) in scope.relations.iter_mut().enumerate().skip(start) {
            let is_left = index < right;
            relation.nullable |= if is_left { keeps.right } else { keeps.left };
        }
        match hidden {
            Some(Hidden::Right) => scope.relations.truncate(right),
            Some(Hidden::Left) => {
                scope.relations.drain(start..right);
            }
            None => {}
        }
    }

    /// Makes one column of two that a USING names.
    fn using(
        &mut self,
        name: &Ident,
        start: usize,
        right: usize,
        keeps: Keeps,
        scope: &mut Scope<'_>,
    ) {
        let key = self.names.column_key(name);
        let merged = scope
            .merged
            .iter()
            .find(|column| column.key == key)
            .cloned();
        let sides = [&scope.relations[start..right], &scope.relations[right..]];
        for (index, side) in sides.iter().enumerate() {
            let is_known =
                (index == 0 && merged.is_some()) || side.iter().any(|it| it.column(&key).is_some());
            if !is_known && side.iter().all(|it| it.shape.exact) && !scope.open {
                let relations: Vec<&Relation> = side.iter().collect();
                self.unknown_column(name, relations);
            }
        }
        let left = merged.or_else(|| first(&scope.relations[start..right], &key));
        let other = first(&scope.relations[right..], &key);
        let column = self.merged(name, left, other, keeps);
        if let Some(span) = bytes(name.span) {
            let meaning = Meaning::Column {
                column: column.clone(),
                relation: None,
                reference: None,
            };
            self.note(span, meaning);
        }
        match scope.merged.iter_mut().find(|column| column.key == key) {
            Some(merged) => *merged = column,
            None => scope.merged.push(column),
        }
    }

    /// One column of the two that a join makes equal.
    fn merged(
        &self,
        name: &Ident,
        left: Option<Column>,
        right: Option<Column>,
        keeps: Keeps,
    ) -> Column {
        let mut column = match (&left, &right) {
            (Some(left), _) => left.clone(),
            (None, Some(right)) => right.clone(),
            (None, None) => Column::unknown(),
        };
        column.key = self.names.column_key(name);
        if column.name.is_empty() {
            column.name = self.names.stored(name).as_ref().into();
        }
        column.made_up = false;
        let (Some(left), Some(right)) = (left, right) else {
            column.typed = crate::functions::Typed::UNKNOWN;
            return column;
        };
        let mut sources = left.sources.to_vec();
        let new = right
            .sources
            .iter()
            .filter(|source| !left.sources.contains(source));
        sources.extend(new.cloned());
        column.sources = sources.into();
        let (one, other) = (&left.typed, &right.typed);
        column.typed.data_type = match (keeps.left, keeps.right) {
            (true, false) => one.data_type.clone(),
            (false, true) => other.data_type.clone(),
            (false, false) if self.dialect() == Dialect::Databricks => one.data_type.clone(),
            _ => Type::common(self.dialect(), &one.data_type, &other.data_type),
        };
        column.typed.nullable = match (keeps.left, keeps.right) {
            (false, false) => one.nullable && other.nullable,
            (true, false) => one.nullable,
            (false, true) => other.nullable,
            (true, true) => one.nullable || other.nullable,
        };
        column
    }

    /// A NATURAL join is a USING of all names that both sides have.
    fn natural(&mut self, start: usize, right: usize, keeps: Keeps, scope: &mut Scope<'_>) {
        let is_exact = scope.relations.iter().skip(start).all(|it| it.shape.exact);
        if !is_exact {
            scope.open = true;
        }
        let left = scope.relations[start..right]
            .iter()
            .flat_map(|it| &it.shape.columns);
        let mut names: Vec<Column> = Vec::new();
        for column in left {
            let in_right = scope.relations[right..]
                .iter()
                .any(|it| it.column(&column.key).is_some());
            if in_right && !names.iter().any(|name| name.key == column.key) {
                names.push(column.clone());
            }
        }
        for column in names {
            let name = Ident::with_quote(self.names.rules.quote, &*column.name);
            self.using(&name, start, right, keeps, scope);
        }
    }
}

/// Which sides a join keeps, which it hides, and what it joins by.
fn sides(operator: &JoinOperator) -> (Keeps, Option<Hidden>, Option<&JoinConstraint>) {
    use JoinOperator as J;
    let none = Keeps {
        left: false,
        right: false,
    };
    let left = Keeps { left: true, ..none };
    let right = Keeps {
        right: true,
        ..none
    };
    match operator {
        J::Left(it) | J::LeftOuter(it) => (left, None, Some(it)),
        J::AsOf { constraint, .. } => (left, None, Some(constraint)),
        J::Right(it) | J::RightOuter(it) => (right, None, Some(it)),
        J::FullOuter(it) => (
            Keeps {
                left: true,
                right: true,
            },
            None,
            Some(it),
        ),
        // What is left has the columns of the side that is not hidden.
        J::Semi(it) | J::LeftSemi(it) | J::Anti(it) | J::LeftAnti(it) => {
            (left, Some(Hidden::Right), Some(it))
        }
        J::RightSemi(it) | J::RightAnti(it) => (right, Some(Hidden::Left), Some(it)),
        J::Join(it) | J::Inner(it) | J::CrossJoin(it) | J::StraightJoin(it) => {
            (none, None, Some(it))
        }
        J::OuterApply | J::LeftArrayJoin => (left, None, None),
        J::CrossApply | J::ArrayJoin | J::InnerArrayJoin => (none, None, None),
    }
}

/// The first column with this key, as its relation has it.
fn first(relations: &[Relation], key: &str) -> Option<Column> {
    let hit: Hit<'_> = relations.iter().find_map(|relation| relation.column(key))?;
    let mut column = hit.column?.clone();
    column.typed = hit.typed;
    Some(column)
}
