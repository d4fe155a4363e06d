//! What is wrong with a model.

use std::fmt;
use std::ops::Range;

use rocky_schema::TableName;

use crate::Described;

/// Something that is wrong with a model, or cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule it breaks.
    pub code: Code,
    /// How bad that is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a period.
    pub message: String,
    /// Where, in bytes of [`Model::text`](crate::Model::text).
    pub span: Range<usize>,
    /// A few words to stand at the place.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// An edit that would mend it.
    pub fix: Option<Fix>,
    /// The table on whose description the finding rests, and where that is from. Whoever prints it says how long ago that was.
    pub described: Option<(TableName, Described)>,
}

/// An edit of a model's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced, in bytes of [`Model::text`](crate::Model::text).
    pub span: Range<usize>,
    /// By what.
    pub replacement: String,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It may be wrong, or rocky cannot know.
    Warning,
    /// The warehouse will refuse it, as far as its tables are what the cache says.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Declares the codes, each with its stable name and its usual severity.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal, $severity:ident;)*) => {
        /// Which rule a diagnostic is about. The names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $code,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$code),*];

            /// The stable name, in kebab-case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)*
                }
            }

            /// How bad it is to break this rule.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$code => Severity::$severity,)*
                }
            }
        }
    };
}

codes! {
    /// The text is no SQL.
    Syntax = "syntax", Error;
    /// The text may be SQL of a kind that rocky does not understand, so it is not checked.
    NotUnderstood = "not-understood", Warning;
    /// The file holds no query.
    Empty = "empty", Error;
    /// The file holds more than one statement.
    SeveralStatements = "several-statements", Error;
    /// The file holds a statement that is no query.
    NotAQuery = "not-a-query", Error;
    /// A table's schema is not in the cache, so what is read from it cannot be checked.
    TableNotCached = "table-not-cached", Warning;
    /// The schema was described completely, without this table.
    TableNotVisible = "table-not-visible", Error;
    /// No relation in scope has such a column.
    UnknownColumn = "unknown-column", Error;
    /// More than one relation in scope has such a column.
    AmbiguousColumn = "ambiguous-column", Error;
    /// A struct has no such field.
    UnknownField = "unknown-field", Error;
    /// Nothing in scope has the name before the period.
    UnknownQualifier = "unknown-qualifier", Error;
    /// The sides of a set operation have different numbers of columns.
    SetOperationArity = "set-operation-arity", Error;
    /// A list of column names is longer or shorter than the query that it names the columns of.
    ColumnListArity = "column-list-arity", Error;
    /// Two common table expressions of one WITH have the same name.
    DuplicateCte = "duplicate-cte", Error;
    /// Two relations of one FROM have the same name.
    DuplicateAlias = "duplicate-alias", Error;
    /// An aggregate function stands where rows are not aggregated yet.
    MisplacedAggregate = "misplaced-aggregate", Error;
    /// Two columns of the result have the same name.
    DuplicateOutput = "duplicate-output", Warning;
    /// Models read each other in a circle.
    Cycle = "cycle", Error;
    /// Two models have the same name.
    DuplicateModel = "duplicate-model", Error;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Diagnostic {
    /// A diagnostic of the code's usual severity that says no more than this.
    pub(crate) fn new(code: Code, message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            span,
            label: None,
            help: None,
            fix: None,
            described: None,
        }
    }
}
