//! What the types of results are made of.

use super::rules::{self, Rule};
use super::{Argument, Operand, operators};
use crate::Dialect;
use crate::types::{Type, may_be_combined};
use sqlparser::ast::BinaryOperator;

/// What a function returns, as its line of the table tells it. Indices are of arguments.
#[derive(Clone, Debug)]
pub(super) enum Returns {
    /// Always this.
    Fixed(Type),
    /// What the argument is.
    Argument(usize),
    /// What the argument is, if it is a number.
    Number(usize),
    /// What the argument is, if it is a day, a time or both.
    Moment(usize),
    /// What the argument is, if it is a text or bytes.
    Text(usize),
    /// What the argument's elements are.
    Element(usize),
    /// An array of what the argument is.
    ArrayOf(usize),
    /// What this argument and all behind it have in common.
    Common(usize),
    /// An array of that.
    ArrayOfCommon(usize),
    /// What an operator makes of the first two arguments.
    Operator(BinaryOperator),
    /// What the dialect's rule for a function is.
    Rule(Rule),
}

impl Returns {
    pub(super) fn read(dialect: Dialect, words: &str) -> Option<Self> {
        if words.starts_with(|first: char| first.is_ascii_uppercase()) {
            return match Type::parse(dialect, words) {
                Type::Other(other) if other != "TIMESTAMP" => None,
                data_type => Some(Self::Fixed(data_type)),
            };
        }
        if let Some((word, number)) = words.rsplit_once(' ') {
            let at = number.parse::<usize>().ok()?.checked_sub(1)?;
            return Some(match word {
                "argument" => Self::Argument(at),
                "number" => Self::Number(at),
                "moment" => Self::Moment(at),
                "text" => Self::Text(at),
                "element" => Self::Element(at),
                "array" => Self::ArrayOf(at),
                "common" => Self::Common(at),
                "array-of-common" => Self::ArrayOfCommon(at),
                _ => return None,
            });
        }
        Some(match words {
            "unknown" => Self::Fixed(Type::Unknown),
            "+" => Self::Operator(BinaryOperator::Plus),
            "-" => Self::Operator(BinaryOperator::Minus),
            "*" => Self::Operator(BinaryOperator::Multiply),
            "/" => Self::Operator(BinaryOperator::Divide),
            "%" => Self::Operator(BinaryOperator::Modulo),
            _ => Self::Rule(Rule::read(words)?),
        })
    }
}

/// The type of a result.
pub(super) fn of(dialect: Dialect, returns: &Returns, arguments: &[Argument]) -> Type {
    let argument = |at: usize| {
        arguments
            .get(at)
            .map_or(&Type::Unknown, |it| &it.typed.data_type)
    };
    // What is made of nothing but its arguments is a little larger than they are.
    if !may_be_combined(arguments.iter().map(|it| &it.typed.data_type)) {
        return match returns {
            Returns::Fixed(data_type) => data_type.clone(),
            _ => Type::Unknown,
        };
    }
    match returns {
        Returns::Fixed(data_type) => data_type.clone(),
        Returns::Argument(at) => as_value(dialect, argument(*at)),
        Returns::Number(at) => match argument(*at) {
            Type::Integer(_) | Type::Decimal { .. } | Type::BigDecimal { .. } | Type::Float(_) => {
                as_value(dialect, argument(*at))
            }
            _ => Type::Unknown,
        },
        Returns::Moment(at) => match argument(*at) {
            Type::Date | Type::Time { .. } | Type::Timestamp { .. } => argument(*at).clone(),
            _ => Type::Unknown,
        },
        Returns::Text(at) => match argument(*at) {
            Type::String { .. } => Type::TEXT,
            Type::Bytes { .. } => Type::Bytes { length: None },
            _ => Type::Unknown,
        },
        Returns::Element(at) => match argument(*at) {
            Type::Array(element) => (**element).clone(),
            _ => Type::Unknown,
        },
        Returns::ArrayOf(at) => Type::Array(Box::new(as_value(dialect, argument(*at)))),
        Returns::Common(from) => common(dialect, arguments.iter().skip(*from)),
        Returns::ArrayOfCommon(from) => {
            Type::Array(Box::new(common(dialect, arguments.iter().skip(*from))))
        }
        Returns::Operator(operator) => match arguments {
            [left, right, ..] => {
                let (left, right) = (Operand::of_argument(left), Operand::of_argument(right));
                operators::binary(dialect, operator, left, right).data_type
            }
            _ => Type::Unknown,
        },
        Returns::Rule(rule) => rules::of(dialect, *rule, arguments),
    }
}

/// What is left of a type where it is of a value: in Databricks and BigQuery only columns have lengths, and in BigQuery digits.
pub(super) fn as_value(dialect: Dialect, data_type: &Type) -> Type {
    match (dialect, data_type) {
        (Dialect::Databricks | Dialect::BigQuery, Type::String { .. }) => Type::TEXT,
        (Dialect::BigQuery, Type::Bytes { .. }) => Type::Bytes { length: None },
        (Dialect::BigQuery, Type::Decimal { .. }) => Type::NUMERIC,
        (Dialect::BigQuery, Type::BigDecimal { .. }) => Type::BigDecimal { precision: None },
        _ => data_type.clone(),
    }
}

/// What all of them have in common.
pub(super) fn common<'a>(
    dialect: Dialect,
    mut arguments: impl Iterator<Item = &'a Argument>,
) -> Type {
    let Some(first) = arguments.next() else {
        return Type::Unknown;
    };
    let first = as_value(dialect, &first.typed.data_type);
    arguments.fold(first, |common, argument| {
        let data_type = as_value(dialect, &argument.typed.data_type);
        Type::common(dialect, &common, &data_type)
    })
}
