//! One model at a time.

use std::collections::HashMap;
use std::sync::Arc;

use rocky_schema::TableName;
use sqlparser::ast::{Ident, Query};

use super::entry::Fault;
use crate::analyzer::Analyzer;
use crate::parse::{self, Refusal};
use crate::resolve::{Nobody, RelationPath, Resolved, Resolver};
use crate::scope::Shape;
use crate::{Analysis, Code, Diagnostic, Model, Target};

/// How much stack a walk over a query may take. Only what is used of it costs anything.
const STACK_BYTES: usize = 256 << 20;

/// What reading a model's text came to.
pub(crate) type Reading = Result<Box<Query>, Refusal>;

/// Does some work where there is enough stack to walk over the deepest query that is read at all.
pub(crate) fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
        match builder.spawn_scoped(scope, work) {
            Ok(thread) => match thread.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            },
            // Without a thread there is nothing to be done at all.
            Err(error) => panic!("no thread could be started: {error}"),
        }
    })
}

/// Reads a model's text.
pub(crate) fn read(model: &Model) -> Reading {
    parse::query(model.home.dialect, &model.text, model.query.clone())
}

/// The relations that a query names, each once.
pub(crate) fn paths(model: &Model, reading: &Reading) -> Arc<[RelationPath]> {
    let Ok(query) = reading else {
        return Arc::from([]);
    };
    let mut analyzer = Analyzer::new(&model.home, &model.text, &Nobody);
    analyzer.whole(query);
    let mut paths = analyzer.found.paths;
    paths.sort();
    paths.dedup();
    paths.into()
}

/// Knows what the relations of one query mean.
pub(crate) struct Known<'p> {
    by_path: HashMap<&'p RelationPath, &'p Resolved>,
    nearest: &'p Nearest<'p>,
}

/// Finds what may have been meant by the name of a table.
pub(crate) type Nearest<'p> = dyn Fn(&TableName, &Ident) -> Option<String> + 'p;

impl<'p> Known<'p> {
    pub(crate) fn new(
        pairs: impl IntoIterator<Item = (&'p RelationPath, &'p Resolved)>,
        nearest: &'p Nearest<'p>,
    ) -> Self {
        Self {
            by_path: pairs.into_iter().collect(),
            nearest,
        }
    }
}

impl Resolver for Known<'_> {
    fn resolve(&self, path: &RelationPath) -> Resolved {
        match self.by_path.get(path) {
            Some(resolved) => (*resolved).clone(),
            None => Resolved::Unknown,
        }
    }

    fn nearest(&self, table: &TableName, written: &Ident) -> Option<String> {
        (self.nearest)(table, written)
    }
}

/// Analyses a model whose names mean what `resolver` says.
pub(crate) fn analyse(
    model: &Model,
    reading: Reading,
    resolver: &dyn Resolver,
    faults: &[Fault],
) -> (Analysis, Shape) {
    let mut analyzer = Analyzer::new(&model.home, &model.text, resolver);
    let shape = match reading {
        Ok(query) => {
            let shape = analyzer.whole(&query);
            analyzer.duplicate_outputs(&shape, model);
            shape
        }
        Err(refusal) => {
            analyzer.report(refusal.into_diagnostic());
            Shape::unknown()
        }
    };
    let found = analyzer.found;
    let mut diagnostics = found.diagnostics;
    for fault in faults {
        diagnostics.push(of_fault(model, fault, &found.references));
    }
    if !model.check {
        diagnostics.clear();
    }
    diagnostics.sort_by_key(|it| (it.span.start, it.code));
    diagnostics.dedup();
    let mut references = found.references;
    references.shrink_to_fit();
    let mut symbols = found.symbols;
    symbols.sort_by_key(|symbol| (symbol.span.start, symbol.span.end));
    let analysis = Analysis {
        outputs: shape.outputs(),
        exact: shape.exact,
        diagnostics,
        references,
        symbols,
    };
    (analysis, shape)
}

/// Where a fault of the whole model is shown: its first word.
fn first_word(model: &Model) -> std::ops::Range<usize> {
    let sql = model.text.get(model.query.clone()).unwrap_or_default();
    let start = model.query.start + (sql.len() - sql.trim_start().len());
    let word = sql.trim_start();
    let end = word.find(char::is_whitespace).unwrap_or(word.len());
    start..start + end
}

fn of_fault(model: &Model, fault: &Fault, references: &[crate::Reference]) -> Diagnostic {
    match fault {
        Fault::Cycle { names, next } => {
            let message = format!("models read each other in a circle: {}", names.join(" → "));
            let is_next = |reference: &&crate::Reference| {
                let last = reference
                    .name
                    .rsplit(['.', '`', '"'])
                    .find(|part| !part.is_empty());
                matches!(reference.target, Target::Unknown)
                    && last.is_some_and(|last| last.eq_ignore_ascii_case(&next.written))
            };
            let place = references
                .iter()
                .find(is_next)
                .map(|reference| reference.span.clone());
            Diagnostic::new(
                Code::Cycle,
                message,
                place.unwrap_or_else(|| first_word(model)),
            )
        }
        Fault::SameName(other) => {
            let message = format!("the model `{}` is defined in {other}, too", model.name);
            Diagnostic::new(Code::DuplicateModel, message, first_word(model))
        }
    }
}

impl Analyzer<'_> {
    /// Two columns of a result may not have the same name where it becomes a table.
    fn duplicate_outputs(&mut self, shape: &Shape, model: &Model) {
        let mut seen: HashMap<&str, usize> = HashMap::with_capacity(shape.columns.len());
        for (index, column) in shape.columns.iter().enumerate() {
            if column.made_up || column.name.is_empty() {
                continue;
            }
            if seen.insert(&column.key, index).is_some() {
                let span = column
                    .definition
                    .clone()
                    .unwrap_or_else(|| first_word(model));
                let message = format!("two columns of the result are named `{}`", column.name);
                self.report(Diagnostic::new(Code::DuplicateOutput, message, span));
            }
        }
    }
}
