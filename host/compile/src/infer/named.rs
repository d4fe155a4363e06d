//! Names in expressions.

use std::ops::Range;
use std::sync::Arc;

use rocky_schema::TableName;
use sqlparser::ast::Ident;
use sqlparser::tokenizer::Span;

use super::{Place, Value};
use crate::analyzer::{Analyzer, Meaning};
use crate::functions::{Typed, niladic};
use crate::parse::bytes;
use crate::scope::{Column, Hit, Lookup, Relation, Scope};
use crate::{Code, Described, Diagnostic, Dialect, Source, SourceRelation, Target, Type};

/// For so many names of a query that nobody knows it is looked for what was meant.
const MOST_SUGGESTIONS: usize = 100;

impl Analyzer<'_> {
    /// A name of one part.
    pub(super) fn identifier(&mut self, ident: &Ident, at: Place<'_>) -> Value {
        if let Some(value) = self.visible(ident, at) {
            return value;
        }
        let key = self.names.column_key(ident);
        if let Lookup::Missing { certain: true } = at.scope.column(&key)
            && !self.is_made_up(ident, at.scope)
        {
            self.unknown_column(ident, at.scope.all_relations().collect());
            let is_text = self.dialect() == Dialect::Snowflake && ident.quote_style.is_some();
            if let Some(told) = self.found.diagnostics.last_mut()
                && is_text
                && told.fix.is_none()
            {
                told.help = Some(format!("a text stands in single quotes: '{}'", ident.value));
            }
        }
        self.nothing(ident)
    }

    /// A parameter, or a column by its place.
    pub(super) fn placeholder(&mut self, name: &str, span: Span, at: Place<'_>) -> Value {
        let ident = Ident {
            value: name.to_owned(),
            quote_style: None,
            span,
        };
        self.identifier(&ident, at)
    }

    /// A name of which nothing is known but that it names an output.
    fn nothing(&self, ident: &Ident) -> Value {
        Value {
            name: Some(Arc::from(self.names.stored(ident).as_ref())),
            ..Value::unknown()
        }
    }

    /// What a name of one part means, if anything is known by it.
    fn visible(&mut self, ident: &Ident, at: Place<'_>) -> Option<Value> {
        let key = self.names.column_key(ident);
        if self.dialect() == Dialect::BigQuery {
            let alias = self.names.alias_key(ident);
            if let Some(relation) = at.scope.relation_before_column(&alias, &key) {
                return Some(match relation.column(&key).filter(|_| relation.is_value) {
                    Some(hit) => self.hit(ident, &hit),
                    None => self.row(ident, relation),
                });
            }
        }
        match at.scope.column(&key) {
            Lookup::Found(hit) => Some(self.hit(ident, &hit)),
            Lookup::Ambiguous(one, other) => {
                self.ambiguous(ident, one, other);
                Some(self.nothing(ident))
            }
            Lookup::Missing { .. } => {
                let alias = self.names.alias_key(ident);
                if let Some(relation) = at.scope.relation(std::slice::from_ref(&alias)) {
                    return Some(self.row(ident, relation));
                }
                if ident.quote_style.is_none()
                    && let Some(typed) = niladic(self.dialect(), &ident.value.to_uppercase())
                {
                    return Some(Value::of(typed));
                }
                None
            }
        }
    }

    /// A relation's name as a value: one of its rows.
    fn row(&mut self, ident: &Ident, relation: &Relation) -> Value {
        if let Some(span) = bytes(ident.span) {
            self.note_relation(span, relation);
        }
        let data_type = match self.dialect() {
            Dialect::Snowflake => Type::Unknown,
            Dialect::BigQuery | Dialect::Databricks => relation.row(),
        };
        let mut value = Value::of(Typed::new(data_type, relation.nullable));
        for column in &relation.shape.columns {
            value.add_sources(column.sources.to_vec());
        }
        Value {
            name: Some(Arc::from(self.names.stored(ident).as_ref())),
            ..value
        }
    }

    /// A column that was found, noted for editors.
    fn hit(&mut self, ident: &Ident, hit: &Hit<'_>) -> Value {
        let Some(column) = hit.column else {
            let name = self.names.stored(ident);
            return Value {
                name: Some(Arc::from(name.as_ref())),
                ..Value::of(hit.typed.clone())
            };
        };
        if let Some(span) = bytes(ident.span) {
            let mut noted = column.clone();
            noted.typed = hit.typed.clone();
            let meaning = Meaning::Column {
                column: noted,
                relation: hit.relation.map(|relation| relation.text.clone()),
                reference: hit.relation.and_then(|relation| relation.reference),
            };
            self.note(span, meaning);
        }
        Value {
            typed: hit.typed.clone(),
            sources: hit.sources().map(|it| it.to_vec()).unwrap_or_default(),
            literal: None,
            comment: column.comment.clone(),
            name: Some(column.name.clone()),
            definition: column.definition.clone(),
        }
    }

    /// A name with periods: a relation's column or a column's field.
    pub(super) fn compound(&mut self, parts: &[Ident], at: Place<'_>) -> Value {
        // BigQuery's quotes may enclose several parts.
        if self.dialect() == Dialect::BigQuery && parts.iter().any(|part| part.value.contains('.'))
        {
            let parts: Vec<Ident> = parts.iter().flat_map(split).collect();
            return self.compound(&parts, at);
        }
        let (value, used) = self.longest(parts, at);
        self.fields(
            value,
            &parts[..used.min(parts.len())],
            parts.get(used..).unwrap_or_default(),
        )
    }

    /// What the beginning of a name with periods means, and how many of its parts that took.
    pub(super) fn longest(&mut self, parts: &[Ident], at: Place<'_>) -> (Value, usize) {
        let Some((first, rest)) = parts.split_first() else {
            return (Value::unknown(), 0);
        };
        if rest.is_empty() {
            return (self.identifier(first, at), 1);
        }
        let qualified = self.qualified(parts, at.scope);
        if let Some((relation, used)) = qualified {
            let column = &parts[used];
            let key = self.names.column_key(column);
            if let Some(hit) = relation.column(&key) {
                self.note_qualifier(&parts[..used], relation);
                if relation.has_twice(&key) {
                    self.ambiguous(column, relation, relation);
                }
                return (self.hit(column, &hit), used + 1);
            }
        }
        if let Lookup::Found(hit) = at.scope.column(&self.names.column_key(first)) {
            return (self.hit(first, &hit), 1);
        }
        match qualified {
            Some((relation, used)) => {
                self.note_qualifier(&parts[..used], relation);
                let column = &parts[used];
                let hides =
                    at.scope.open || self.is_made_up(column, at.scope) || self.is_pseudo(column);
                if relation.shape.exact && !hides {
                    self.unknown_column(column, vec![relation]);
                }
            }
            None => self.unknown_qualifier(parts, at.scope),
        }
        let last = rest.last().unwrap_or(first);
        (self.nothing(last), parts.len())
    }

    /// The relation that the beginning of `parts` names, and how many parts that took; something is left for a column.
    fn qualified<'s>(
        &self,
        parts: &[Ident],
        scope: &'s Scope<'_>,
    ) -> Option<(&'s Relation, usize)> {
        let keys: Vec<String> = parts
            .iter()
            .map(|part| self.names.alias_key(part))
            .collect();
        let longest = parts.len().saturating_sub(1).min(3);
        (1..=longest).rev().find_map(|used| {
            let column = self.names.column_key(parts.get(used)?);
            Some((scope.relation_with(keys.get(..used)?, &column)?, used))
        })
    }

    fn note_qualifier(&mut self, parts: &[Ident], relation: &Relation) {
        let last = parts.last().and_then(|part| bytes(part.span));
        if let Some(span) = last {
            self.note_relation(span, relation);
        }
    }

    /// Notes that a relation is named at `span`.
    pub(crate) fn note_relation(&mut self, span: Range<usize>, relation: &Relation) {
        let named = crate::analyzer::Named {
            name: relation.text.clone(),
            is_cte: false,
            shape: relation.shape.clone(),
            definition: relation.span.clone(),
            reference: relation.reference,
        };
        self.note(span, Meaning::Named(named));
    }

    /// Whether a name may be one that a subquery's author did not write: the warehouse makes up those of expressions.
    fn is_made_up(&self, ident: &Ident, scope: &Scope<'_>) -> bool {
        if self.is_pseudo(ident) {
            return true;
        }
        self.dialect() != Dialect::BigQuery
            && scope
                .all_relations()
                .flat_map(|relation| &relation.shape.columns)
                .any(|column| column.made_up)
    }

    /// Whether every table, or a session, has something of that name.
    fn is_pseudo(&self, ident: &Ident) -> bool {
        let name = ident.value.to_ascii_uppercase();
        if name.starts_with(['$', '@', ':', '?']) || name.contains("{{") || name.contains("${") {
            return true;
        }
        let names: &[&str] = match self.dialect() {
            Dialect::BigQuery => &[
                "_PARTITIONTIME",
                "_PARTITIONDATE",
                "_TABLE_SUFFIX",
                "_FILE_NAME",
                "_CHANGE_TYPE",
                "_CHANGE_TIMESTAMP",
            ],
            Dialect::Databricks => &[
                "_METADATA",
                "_CHANGE_TYPE",
                "_COMMIT_VERSION",
                "_COMMIT_TIMESTAMP",
                "_RESCUED_DATA",
                "_INPUT_FILE_NAME_",
            ],
            Dialect::Snowflake => &[
                "LEVEL",
                "ROWNUM",
                "SYSTIMESTAMP",
                "SYSDATE",
                "RECORD_METADATA",
                "RECORD_CONTENT",
            ],
        };
        names.contains(&name.as_str())
            || (self.dialect() == Dialect::Snowflake && name.starts_with("METADATA$"))
    }

    fn ambiguous(&mut self, ident: &Ident, one: &Relation, other: &Relation) {
        if self.is_pseudo(ident) {
            return;
        }
        let Some(span) = bytes(ident.span) else {
            return;
        };
        let name = &ident.value;
        let (one_name, other_name) = (shown(one), shown(other));
        let (message, help) = match std::ptr::eq(one, other) {
            true => (
                format!("two columns of {one_name} are named `{name}`"),
                "give one of them another name where they are selected".to_owned(),
            ),
            false => (
                format!("`{name}` may be a column of {one_name} or of {other_name}"),
                match one.key.is_some() && other.key.is_some() {
                    true => format!("write `{}.{name}` or `{}.{name}`", one.text, other.text),
                    false => "give both an alias, and write it before the name".to_owned(),
                },
            ),
        };
        let mut diagnostic = Diagnostic::new(Code::AmbiguousColumn, message, span);
        diagnostic.help = Some(help);
        self.report(diagnostic);
    }

    /// Says that nothing stands before the period.
    pub(crate) fn unknown_qualifier(&mut self, parts: &[Ident], scope: &Scope<'_>) {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
            return;
        };
        let is_sequence =
            self.dialect() == Dialect::Snowflake && last.value.eq_ignore_ascii_case("nextval");
        let is_variable = self.dialect() == Dialect::Databricks
            && ["session", "system", "window", "session_window"]
                .iter()
                .any(|word| first.value.eq_ignore_ascii_case(word));
        let is_certain = scope.is_exact()
            && matches!(
                scope.column(&self.names.column_key(first)),
                Lookup::Missing { certain: true }
            );
        if !is_certain || is_sequence || is_variable || self.is_made_up(first, scope) {
            return;
        }
        let Some(span) = bytes(first.span) else {
            return;
        };
        let relations: Vec<&Relation> = scope.all_relations().collect();
        let message = format!("nothing is named `{}` here", first.value);
        let mut diagnostic = Diagnostic::new(Code::UnknownQualifier, message, span.clone());
        let known = relations
            .iter()
            .filter(|it| it.key.is_some())
            .map(|it| it.text.as_ref());
        let known: Vec<&str> = known.collect();
        diagnostic.fix =
            crate::suggest::nearest(&first.value, known.iter().copied()).map(|name| crate::Fix {
                span,
                replacement: name.to_owned(),
            });
        diagnostic.help = crate::suggest::help(diagnostic.fix.as_ref(), "in scope", &known);
        self.report(diagnostic);
    }

    /// Says that none of these relations has such a column.
    pub(crate) fn unknown_column(&mut self, ident: &Ident, relations: Vec<&Relation>) {
        let Some(span) = bytes(ident.span) else {
            return;
        };
        let mut names: Vec<String> = relations.iter().map(|it| shown(it)).collect();
        names.dedup();
        let name = match ident.quote_style {
            Some(quote) if quote != '`' => format!("{quote}{}{quote}", ident.value),
            _ => ident.value.clone(),
        };
        let message = match names.as_slice() {
            [] => format!("there is no column `{name}`: nothing is read here"),
            [one] => format!("{one} has no column `{name}`"),
            [one, other] => format!("neither {one} nor {other} has a column `{name}`"),
            [most @ .., last] => {
                let most = most.join(", ");
                format!("none of {most} and {last} has a column `{name}`")
            }
        };
        let mut diagnostic = Diagnostic::new(Code::UnknownColumn, message, span.clone());
        let columns = || {
            let columns = relations.iter().flat_map(|it| &it.shape.columns);
            columns
                .filter(|column| !column.made_up)
                .map(|column| column.name.as_ref())
        };
        // Whoever has made so many mistakes has made one, and what was meant would be looked for in vain for seconds.
        let nearest = (self.mark() < MOST_SUGGESTIONS)
            .then(|| crate::suggest::nearest(&ident.value, columns()))
            .flatten();
        diagnostic.fix = nearest.map(|name| crate::Fix {
            span,
            replacement: crate::suggest::written(&self.names, name, ident),
        });
        let known: Vec<&str> = columns().take(12).collect();
        diagnostic.help = crate::suggest::help(diagnostic.fix.as_ref(), "there are", &known);
        let is_quoted = ident.quote_style.is_some();
        match &mut diagnostic.help {
            Some(help)
                if is_quoted && nearest.is_some_and(|it| it.eq_ignore_ascii_case(&ident.value)) =>
            {
                help.push_str(" In quotes, letter case counts");
            }
            _ => {}
        }
        if let [relation] = relations.as_slice() {
            diagnostic.described = self.described(relation);
        }
        self.report(diagnostic);
    }

    /// The table whose description it rests on what columns a relation has: that which it is, or all of whose columns it passes on.
    fn described(&self, relation: &Relation) -> Option<(TableName, Described)> {
        let reference = relation
            .reference
            .and_then(|it| self.found.references.get(it));
        if let Some(Target::Table(table)) = reference.map(|it| &it.target) {
            return Some((table.name.clone(), table.described.clone()));
        }
        let mut columns = relation.shape.columns.iter();
        let first = only_table(columns.next()?)?;
        if !columns.all(|column| only_table(column) == Some(first)) {
            return None;
        }
        let targets = self.found.references.iter().map(|it| &it.target);
        let mut targets = targets;
        targets.find_map(|target| match target {
            Target::Table(table) if table.name == *first => {
                Some((table.name.clone(), table.described.clone()))
            }
            _ => None,
        })
    }
}

/// The table that a column is passed on from, as it is there.
fn only_table(column: &Column) -> Option<&TableName> {
    match &*column.sources {
        [
            Source {
                relation: SourceRelation::Table(table),
                column: source,
            },
        ] if *source == column.name => Some(table),
        _ => None,
    }
}

/// A relation as messages name it.
fn shown(relation: &Relation) -> String {
    match relation.text.starts_with("the ") {
        // It has no name.
        true => relation.text.to_string(),
        false => format!("`{}`", relation.text),
    }
}

/// The parts that a quoted name holds, all at its place.
fn split(name: &Ident) -> impl Iterator<Item = Ident> {
    name.value.split('.').map(|part| Ident {
        value: part.to_owned(),
        ..name.clone()
    })
}
