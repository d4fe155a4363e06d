//! Relations that are named.

use std::ops::Range;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart, Spanned, TableAlias};

use super::Env;
use crate::analyzer::{Analyzer, Meaning, Named};
use crate::parse::bytes;
use crate::resolve::{RelationPath, Resolved};
use crate::scope::{Relation, Scope, Shape};
use crate::{Code, Described, Diagnostic, Dialect, Fix, Reference, Target};

use rocky_schema::TableName;

impl Analyzer<'_> {
    /// Brings a table, model or common table expression into scope.
    pub(super) fn table(
        &mut self,
        name: &ObjectName,
        alias: Option<&TableAlias>,
        env: &Env<'_>,
        scope: &mut Scope<'_>,
    ) {
        let idents: Vec<&Ident> = name.0.iter().filter_map(ObjectNamePart::as_ident).collect();
        if self.is_correlated(&idents, scope, env) {
            let parts: Vec<Ident> = idents.into_iter().cloned().collect();
            self.unnest_path(&parts, alias, env, scope);
            return;
        }
        let span = bytes(name.span()).unwrap_or_default();
        let cte = match idents.as_slice() {
            [one] => env
                .ctes
                .and_then(|ctes| ctes.find(&self.names.alias_key(one)))
                .cloned(),
            _ => None,
        };
        let is_cte = cte.is_some();
        let mut relation = match cte {
            Some(cte) => self.read_cte(&cte, span),
            None => self.read_table(name, span, env),
        };
        if let [before @ .., last] = idents.as_slice()
            && idents.len() == name.0.len()
        {
            let (path, last) = self.qualifiers(before, last);
            relation.key = last;
            relation.path = match is_cte {
                true => path,
                false => self.whole_path(path),
            };
        }
        if let Some(alias) = alias {
            self.alias(&mut relation, alias);
        }
        scope.relations.push(relation);
    }

    /// The keys by which a relation without an alias is found.
    fn qualifiers(&self, before: &[&Ident], last: &Ident) -> (Vec<String>, Option<String>) {
        let mut keys: Vec<String> = before
            .iter()
            .map(|ident| self.names.alias_key(ident))
            .collect();
        let key = self.names.alias_key(last);
        match self.dialect() == Dialect::BigQuery && key.contains('.') {
            true => {
                keys.extend(key.split('.').map(str::to_owned));
                let last = keys.pop();
                (keys, last)
            }
            false => (keys, Some(key)),
        }
    }

    /// The keys of catalog and schema, where the home completes them.
    fn whole_path(&self, mut path: Vec<String>) -> Vec<String> {
        let key = |name: &String| self.names.rules.columns.key(name).into_owned();
        if path.is_empty() {
            path.extend(self.home.schema.as_ref().map(key));
        }
        if path.len() == 1
            && let Some(catalog) = &self.home.catalog
        {
            path.insert(0, key(catalog));
        }
        path
    }

    /// Whether a name begins with a relation in scope: then it is an array of it, which BigQuery reads as a relation.
    fn is_correlated(&self, idents: &[&Ident], scope: &Scope<'_>, env: &Env<'_>) -> bool {
        let [first, _, ..] = idents else {
            return false;
        };
        if self.dialect() != Dialect::BigQuery || first.value.contains('.') {
            return false;
        }
        let key = [self.names.alias_key(first)];
        scope.relation(&key).is_some()
            || env
                .outer
                .is_some_and(|outer| outer.relation(&key).is_some())
    }

    fn read_cte(&mut self, cte: &Named, span: Range<usize>) -> Relation {
        let reference = self.refer(span.clone(), Target::Cte(cte.definition.clone()));
        self.note(
            span.clone(),
            Meaning::Named(Named {
                reference: None,
                ..cte.clone()
            }),
        );
        Relation {
            span,
            reference: Some(reference),
            ..Relation::new(cte.name.clone(), cte.shape.clone())
        }
    }

    fn read_table(&mut self, name: &ObjectName, span: Range<usize>, env: &Env<'_>) -> Relation {
        let text = self.words(&span).to_owned();
        let resolved = match RelationPath::read(&self.names, name) {
            Some(path) => {
                let resolved = self.resolver.resolve(&path);
                if path.table(self.home).is_none() && matches!(resolved, Resolved::Unknown) {
                    self.nowhere(&text, &path, span.clone());
                }
                self.found.paths.push(path);
                resolved
            }
            None => Resolved::Unknown,
        };
        let (target, shape) = match resolved {
            Resolved::Model(model) => (Target::Model(model.path.clone()), model.shape.clone()),
            Resolved::Table(table) => (Target::Table(table.relation.clone()), table.shape.clone()),
            Resolved::NotVisible(table, described) => {
                let fix = self.meant(name, &table, env);
                self.not_visible(&table, &described, span.clone(), fix);
                (
                    Target::NotVisible(table, described),
                    Shape::unknown().into(),
                )
            }
            Resolved::NotCached(table) => {
                let fix = self.meant(name, &table, env);
                self.not_cached(&table, span.clone(), fix);
                (Target::NotCached(table), Shape::unknown().into())
            }
            Resolved::Circular | Resolved::Unknown => (Target::Unknown, Shape::unknown().into()),
        };
        let reference = self.refer(span.clone(), target);
        self.note(span.clone(), Meaning::Reference(reference));
        let last = name
            .0
            .last()
            .and_then(ObjectNamePart::as_ident)
            .map_or(text.as_str(), |it| it.value.as_str());
        let last = match self.dialect() {
            Dialect::BigQuery => last.rsplit('.').next().unwrap_or(last),
            _ => last,
        };
        Relation {
            span,
            reference: Some(reference),
            ..Relation::new(last, shape)
        }
    }

    fn refer(&mut self, span: Range<usize>, target: Target) -> usize {
        let name = self.words(&span).to_owned();
        self.found.references.push(Reference { span, name, target });
        self.found.references.len() - 1
    }

    fn nowhere(&mut self, text: &str, path: &RelationPath, span: Range<usize>) {
        let has_schema = path.parts.len() > 1;
        let (missing, help) = match has_schema || self.home.schema.is_some() {
            true if has_schema => ("catalog", "write its catalog before its name"),
            true => ("catalog", "write its catalog and schema before its name"),
            false => ("schema", "write its catalog and schema before its name"),
        };
        let message = format!("in which {missing} `{text}` is cannot be known");
        let mut diagnostic = Diagnostic::new(Code::TableNotCached, message, span);
        diagnostic.help = Some(help.to_owned());
        self.report(diagnostic);
    }

    fn not_visible(
        &mut self,
        table: &TableName,
        described: &Described,
        span: Range<usize>,
        fix: Option<Fix>,
    ) {
        let (code, message) = match self.may_be_stream(table) {
            true => (
                Code::TableNotCached,
                format!(
                    "there is no table or view `{table}`; if it is a stream, what is read from it is not checked"
                ),
            ),
            false => (
                Code::TableNotVisible,
                format!(
                    "there is no table `{table}`, as far as `{}` may see",
                    whom(described)
                ),
            ),
        };
        let mut diagnostic = Diagnostic::new(code, message, span);
        if code == Code::TableNotVisible {
            diagnostic.label = Some("not visible".to_owned());
            diagnostic.fix = fix;
            diagnostic.help = crate::suggest::help(diagnostic.fix.as_ref(), "", &[]);
        }
        diagnostic.described = Some((table.clone(), described.clone()));
        self.report(diagnostic);
    }

    /// What may have been meant by a name that stands for nothing: an expression of the same query, a model or another table.
    fn meant(&self, name: &ObjectName, table: &TableName, env: &Env<'_>) -> Option<Fix> {
        let last = name.0.last().and_then(ObjectNamePart::as_ident)?;
        let span = bytes(last.span)?;
        // BigQuery's quotes may enclose several parts, and its names with dashes are more than their first word.
        if self.words(&span).trim_matches(['`', '"']) != last.value {
            return None;
        }
        let ctes = env.ctes.filter(|_| name.0.len() == 1);
        let cte = ctes.and_then(|ctes| crate::suggest::nearest(&last.value, ctes.names()));
        let replacement = match cte {
            Some(cte) => cte.to_owned(),
            None => self.resolver.nearest(table, last)?,
        };
        Some(Fix { span, replacement })
    }

    /// Whether a name that is not described may be that of a change stream: going by it, or by columns that only those have.
    fn may_be_stream(&self, table: &TableName) -> bool {
        let is_word = |part: &str| {
            let words = ["STREAM", "STREAMS", "STRM"];
            words.iter().any(|word| part.eq_ignore_ascii_case(word))
        };
        let text = || self.text.to_ascii_uppercase();
        let columns = ["METADATA$ACTION", "METADATA$ISUPDATE", "METADATA$ROW_ID"];
        self.dialect() == Dialect::Snowflake
            && (table.table.split('_').any(is_word)
                || columns.iter().any(|column| text().contains(column)))
    }

    fn not_cached(&mut self, table: &TableName, span: Range<usize>, fix: Option<Fix>) {
        let message =
            format!("the cache does not know `{table}`, so what is read from it is not checked");
        let mut diagnostic = Diagnostic::new(Code::TableNotCached, message, span);
        diagnostic.help = crate::suggest::help(fix.as_ref(), "", &[]).or_else(|| {
            Some(format!(
                "describe its schema with: rocky run --adapter {} --catalog {} --schema {}",
                self.home.adapter,
                shell_word(&self.home.rules.written(&table.schema.catalog)),
                shell_word(&self.home.rules.written(&table.schema.schema)),
            ))
        });
        diagnostic.fix = fix;
        self.report(diagnostic);
    }
}

/// A text as a shell takes it for one word.
fn shell_word(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// As whom a schema was described.
fn whom(described: &Described) -> &str {
    described.principal.as_deref().unwrap_or(&described.plugin)
}
