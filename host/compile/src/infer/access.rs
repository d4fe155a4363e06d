//! What lies within a value: fields of structs, elements of arrays, paths into semi-structured data.

use sqlparser::ast::{AccessExpr, Expr, Ident, JsonPath, JsonPathElem, Subscript};

use super::{Place, Value};
use crate::analyzer::{Analyzer, Meaning};
use crate::functions::{Literal, Typed};
use crate::parse::bytes;
use crate::{Code, Diagnostic, Dialect, Type};

impl Analyzer<'_> {
    /// `root.a.b`, where `path` is what was before.
    pub(super) fn fields(&mut self, mut value: Value, path: &[Ident], fields: &[Ident]) -> Value {
        let mut text = path
            .last()
            .map(|last| last.value.clone())
            .unwrap_or_default();
        for field in fields {
            text = format!("{text}.{}", field.value);
            value = self.field(value, field);
            if let Some(span) = bytes(field.span) {
                let typed = value.typed.clone();
                let meaning = Meaning::Field {
                    path: text.clone(),
                    typed,
                };
                self.note(span, meaning);
            }
        }
        value
    }

    /// One field of a value.
    fn field(&mut self, value: Value, field: &Ident) -> Value {
        let nullable = value.typed.nullable;
        let typed = match &value.typed.data_type {
            Type::Struct(fields) if !fields.is_empty() => {
                let found = fields
                    .iter()
                    .find(|it| self.names.is_field(&it.name, &field.value));
                match found {
                    Some(found) => Typed::new(found.data_type.clone(), found.nullable || nullable),
                    None => {
                        let known: Vec<String> = fields.iter().map(|it| it.name.clone()).collect();
                        self.unknown_field(field, &known);
                        Typed::UNKNOWN
                    }
                }
            }
            // Databricks takes the field of every element.
            Type::Array(element) if self.dialect() == Dialect::Databricks => match &**element {
                Type::Struct(fields) => {
                    let found = fields
                        .iter()
                        .find(|it| self.names.is_field(&it.name, &field.value));
                    let element = found.map_or(Type::Unknown, |found| found.data_type.clone());
                    Typed::new(Type::Array(Box::new(element)), nullable)
                }
                _ => Typed::UNKNOWN,
            },
            Type::Map(_, element) => Typed::new((**element).clone(), true),
            Type::Json => Typed::new(Type::Json, true),
            Type::Variant | Type::Object => Typed::new(Type::Variant, true),
            _ => Typed::UNKNOWN,
        };
        // Databricks names an output by a field only where nothing but names leads to it.
        let is_named = value.name.is_some() || self.dialect() != Dialect::Databricks;
        Value {
            typed,
            literal: None,
            comment: None,
            name: is_named.then(|| field.value.as_str().into()),
            ..value
        }
    }

    fn unknown_field(&mut self, field: &Ident, known: &[String]) {
        let Some(span) = bytes(field.span) else {
            return;
        };
        let known: Vec<&str> = known
            .iter()
            .map(String::as_str)
            .filter(|it| !it.is_empty())
            .collect();
        // A struct with unnamed fields may have come about in a way that is not followed here.
        if known.is_empty() {
            return;
        }
        let message = format!("the struct has no field `{}`", field.value);
        let mut diagnostic = Diagnostic::new(Code::UnknownField, message, span.clone());
        diagnostic.fix =
            crate::suggest::nearest(&field.value, known.iter().copied()).map(|name| crate::Fix {
                span,
                replacement: name.to_owned(),
            });
        diagnostic.help = crate::suggest::help(diagnostic.fix.as_ref(), "there are", &known);
        self.report(diagnostic);
    }

    /// `root.a[0].b` and the like.
    pub(super) fn access(&mut self, root: &Expr, chain: &[AccessExpr], at: Place<'_>) -> Value {
        let mut names: Vec<Ident> = match root {
            Expr::Identifier(ident) => vec![ident.clone()],
            Expr::CompoundIdentifier(parts) => parts.clone(),
            _ => Vec::new(),
        };
        let mut rest = chain;
        if !names.is_empty() {
            while let [AccessExpr::Dot(Expr::Identifier(ident)), after @ ..] = rest {
                names.push(ident.clone());
                rest = after;
            }
        }
        let mut value = match (names.is_empty(), rest) {
            (true, _) => self.expr(root, at),
            // What stands before a function's name says where it is defined.
            (false, [AccessExpr::Dot(Expr::Function(function)), after @ ..]) => {
                rest = after;
                let arguments = self.call_arguments(function, at);
                Value::computed(Typed::UNKNOWN, arguments)
            }
            (false, _) => self.compound(&names, at),
        };
        for step in rest {
            value = match step {
                AccessExpr::Dot(Expr::Identifier(field)) => {
                    self.fields(value, &[], std::slice::from_ref(field))
                }
                AccessExpr::Dot(Expr::CompoundIdentifier(fields)) => {
                    self.fields(value, &[], fields)
                }
                AccessExpr::Dot(other) => {
                    // A function after a period, or a literal that the parser took for one.
                    let mut inner = Value::unknown();
                    inner.add_sources(value.sources);
                    if matches!(other, Expr::Function(_)) {
                        inner.add_sources(self.expr(other, at).sources);
                    }
                    inner
                }
                AccessExpr::Subscript(Subscript::Index { index }) => self.element(value, index, at),
                AccessExpr::Subscript(Subscript::Slice {
                    lower_bound,
                    upper_bound,
                    stride,
                }) => {
                    let bounds = [lower_bound, upper_bound, stride];
                    self.exprs(bounds.into_iter().flatten(), at);
                    Value {
                        literal: None,
                        name: None,
                        ..value
                    }
                }
            };
        }
        value
    }

    /// One element of a value.
    fn element(&mut self, value: Value, index: &Expr, at: Place<'_>) -> Value {
        // BigQuery's OFFSET(0), ORDINAL(1) and the SAFE_ ones are no functions.
        let index = match index {
            Expr::Function(function) if self.dialect() == Dialect::BigQuery => self
                .call_arguments(function, at)
                .into_iter()
                .next()
                .unwrap_or_else(Value::unknown),
            index => self.expr(index, at),
        };
        let typed = match &value.typed.data_type {
            Type::Array(element) | Type::Map(_, element) => Typed::new((**element).clone(), true),
            Type::Struct(fields) => match &index.literal {
                Some(Literal::Text(name)) => {
                    let field = fields.iter().find(|it| self.names.is_field(&it.name, name));
                    Typed::new(field.map_or(Type::Unknown, |it| it.data_type.clone()), true)
                }
                _ => Typed::UNKNOWN,
            },
            Type::Json => Typed::new(Type::Json, true),
            Type::Variant | Type::Object => Typed::new(Type::Variant, true),
            _ => Typed::UNKNOWN,
        };
        let mut element = Value::computed(typed, [index]);
        element.add_sources(value.sources);
        element
    }

    /// `value:a.b[0]`, a path into semi-structured data.
    pub(super) fn path(&mut self, value: &Expr, path: &JsonPath, at: Place<'_>) -> Value {
        let mut value = self.expr(value, at);
        let is_text = matches!(value.typed.data_type, Type::String { .. });
        let mut name = None;
        for step in &path.path {
            let data_type = match step {
                JsonPathElem::Dot { key, .. } => {
                    name = Some(key.as_str().into());
                    self.named(&value.typed.data_type, key)
                }
                JsonPathElem::Bracket { key } | JsonPathElem::ColonBracket { key } => {
                    let key = self.expr(key, at);
                    let inner = match &key.literal {
                        Some(Literal::Text(key)) => self.named(&value.typed.data_type, key),
                        _ => match &value.typed.data_type {
                            Type::Array(element) => (**element).clone(),
                            Type::Variant | Type::Object => Type::Variant,
                            _ => Type::Unknown,
                        },
                    };
                    value.add_sources(key.sources);
                    inner
                }
            };
            value.typed = Typed::new(data_type, true);
        }
        // Databricks reads JSON in strings by paths, and answers strings.
        if is_text && self.dialect() == Dialect::Databricks {
            let data_type = Type::String {
                length: None,
                fixed: false,
            };
            value.typed = Typed::new(data_type, true);
        }
        Value {
            name: name.filter(|_| self.dialect() == Dialect::Databricks),
            literal: None,
            comment: None,
            ..value
        }
    }

    /// What lies under a key.
    fn named(&self, data_type: &Type, key: &str) -> Type {
        match data_type {
            Type::Variant | Type::Object => Type::Variant,
            Type::Map(_, element) => (**element).clone(),
            Type::Struct(fields) => {
                let field = fields.iter().find(|it| self.names.is_field(&it.name, key));
                field.map_or(Type::Unknown, |it| it.data_type.clone())
            }
            _ => Type::Unknown,
        }
    }
}
