//! The compiler: SQL models checked against the schemas that the cache holds, without a warehouse.
//!
//! A [`Workspace`] holds the models of a project. [`Workspace::update`] analyses them in the order in which they depend on each other;
//! an [`Analysis`] says which columns a model has, of which types, what they are computed from, and what is wrong. Editors ask
//! [`hover`], [`definition`] and [`completions`] about a place in a text.
//!
//! Pure and sync: no I/O, no clock, no printing. What tables there are, a [`Catalog`] tells.
//!
//! The law of this crate: SQL that a warehouse accepts is never called wrong. What cannot be known is [`Type::Unknown`], and an error is
//! reported only where it is certain.

mod analysis;
mod analyzer;
mod catalog;
mod diagnostic;
mod dialect;
#[cfg(test)]
mod fixture;
mod functions;
mod infer;
mod model;
mod parse;
mod position;
mod query;
mod resolve;
mod scope;
mod suggest;
mod types;
mod workspace;

pub use analysis::{Analysis, Output, Reference, Source, SourceRelation, Target};
pub use catalog::{Catalog, Described, Found, Relation};
pub use diagnostic::{Code, Diagnostic, Fix, Severity};
pub use dialect::Dialect;
pub use functions::{
    Argument, FunctionKind, Literal, Typed, binary, binary_arguments, call, function_kind, niladic,
    table_function, unary,
};
pub use model::{Home, Model};
pub use position::{
    Completion, CompletionKind, Hover, HoverColumn, HoverKind, Location, completions, definition,
    hover,
};
pub use types::{Field, FloatSize, IntegerSize, Type, Zone};
pub use workspace::Workspace;
