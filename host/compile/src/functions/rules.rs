//! What functions return by rules of their own.

use super::result::{as_value, common};
use super::{Argument, Literal, Typed, aggregates, moments};
use crate::Dialect;
use crate::types::{Field, FloatSize, Type};

/// A rule that is more than a choice among arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// A sum of many.
    Sum,
    /// Their mean.
    Average,
    /// The value where another is largest, or as many such values as the third argument says.
    ValueBy,
    /// A number with fewer digits behind the point.
    Round,
    /// A whole number beside one that is none.
    Ceiling,
    /// A floating point number made of a number.
    Double,
    /// Texts, bytes or arrays, one behind the other.
    Concatenate,
    /// A map of keys and values in turn.
    Map,
    /// A map of an array of keys and one of values.
    MapFromArrays,
    /// The keys of a map.
    MapKeys,
    /// Its values.
    MapValues,
    /// Both, as structs.
    MapEntries,
    /// The value in an array or a map.
    ElementAt,
    /// A struct of names and values in turn.
    NamedStruct,
    /// One of the values, or an array of some.
    Percentile,
    /// A part of a moment; the part is the first argument.
    Extract,
    /// A moment that so many units are added to.
    DateAdd,
    /// A moment in another zone.
    ConvertTimezone,
    /// Values from the first argument to the second.
    Sequence,
    /// A value of a type that the second argument writes out.
    Schema,
    /// A value of a type that the third argument writes out.
    VariantGet,
    /// A number of digits that the last arguments write out.
    ToNumber,
    /// A range of what the arguments are.
    Range,
    /// What a range is of.
    RangeElement,
}

impl Rule {
    pub(super) fn read(word: &str) -> Option<Self> {
        Some(match word {
            "sum" => Self::Sum,
            "average" => Self::Average,
            "value-by" => Self::ValueBy,
            "round" => Self::Round,
            "ceiling" => Self::Ceiling,
            "double" => Self::Double,
            "concatenate" => Self::Concatenate,
            "map" => Self::Map,
            "map-from-arrays" => Self::MapFromArrays,
            "map-keys" => Self::MapKeys,
            "map-values" => Self::MapValues,
            "map-entries" => Self::MapEntries,
            "element-at" => Self::ElementAt,
            "named-struct" => Self::NamedStruct,
            "percentile" => Self::Percentile,
            "extract" => Self::Extract,
            "date-add" => Self::DateAdd,
            "convert-timezone" => Self::ConvertTimezone,
            "sequence" => Self::Sequence,
            "schema" => Self::Schema,
            "variant-get" => Self::VariantGet,
            "to-number" => Self::ToNumber,
            "range" => Self::Range,
            "range-element" => Self::RangeElement,
            _ => return None,
        })
    }
}

/// The type of a result, by a rule.
pub(super) fn of(dialect: Dialect, rule: Rule, arguments: &[Argument]) -> Type {
    let [first, rest @ ..] = arguments else {
        return Type::Unknown;
    };
    let data_type = &first.typed.data_type;
    match (rule, data_type) {
        (Rule::Sum, _) => aggregates::sum(dialect, data_type),
        (Rule::Average, _) => aggregates::average(dialect, data_type),
        (Rule::ValueBy, _) => match (rest.len(), dialect) {
            (..=1, _) => as_value(dialect, data_type),
            (_, Dialect::Snowflake) => Type::parse(dialect, "ARRAY"),
            _ => Type::Unknown,
        },
        (Rule::Round, _) => aggregates::round(dialect, data_type, rest.first()),
        (Rule::Ceiling, _) if rest.is_empty() => aggregates::ceiling(dialect, data_type),
        (Rule::Double, Type::Integer(_) | Type::Decimal { .. } | Type::Float(_)) => {
            Type::Float(FloatSize::Double)
        }
        (Rule::Concatenate, _) => concatenated(dialect, arguments),
        (Rule::Map, _) => {
            let keys = common(dialect, arguments.iter().step_by(2));
            let values = common(dialect, arguments.iter().skip(1).step_by(2));
            Type::Map(Box::new(keys), Box::new(values))
        }
        (Rule::MapFromArrays, Type::Array(key)) => match rest.first().map(|it| &it.typed.data_type)
        {
            Some(Type::Array(value)) => Type::Map(key.clone(), value.clone()),
            _ => Type::Unknown,
        },
        (Rule::MapKeys, Type::Map(key, _)) => Type::Array(key.clone()),
        (Rule::MapValues, Type::Map(_, value)) => Type::Array(value.clone()),
        (Rule::MapEntries, Type::Map(key, value)) => entries(key, value),
        (Rule::ElementAt, Type::Map(_, value) | Type::Array(value)) => (**value).clone(),
        (Rule::NamedStruct, _) => named_struct(arguments),
        (Rule::Percentile, _) => match rest.first().map(|it| &it.typed.data_type) {
            Some(Type::Array(_)) => Type::Array(Box::new(data_type.clone())),
            Some(Type::Unknown) | None => Type::Unknown,
            Some(_) => data_type.clone(),
        },
        (Rule::Extract, _) => moments::part(dialect, first, rest.first()),
        (Rule::DateAdd, _) => moments::moved(dialect, first, rest),
        (Rule::ConvertTimezone, _) => moments::converted(rest),
        (Rule::Sequence, _) => Type::Array(Box::new(common(dialect, arguments.iter().take(2)))),
        (Rule::Schema, _) => written_out(dialect, rest.first()),
        (Rule::VariantGet, _) => written_out(dialect, rest.get(1)),
        (Rule::ToNumber, Type::String { .. } | Type::Decimal { .. } | Type::Variant) => {
            numbered(rest)
        }
        (Rule::Range, Type::Date | Type::Timestamp { .. }) => {
            Type::Range(Box::new(data_type.clone()))
        }
        (Rule::RangeElement, Type::Range(element)) => (**element).clone(),
        _ => Type::Unknown,
    }
}

/// What stands beside a text is made one, unless it is bytes or many values.
fn concatenated(dialect: Dialect, arguments: &[Argument]) -> Type {
    let mut types = arguments.iter().map(|it| &it.typed.data_type);
    let is_text = |it: &Type| matches!(it, Type::String { .. });
    let is_other = |it: &Type| matches!(it, Type::Bytes { .. } | Type::Array(_) | Type::Unknown);
    if types.clone().any(is_text) && !types.clone().any(is_other) {
        Type::TEXT
    } else if types.clone().all(|it| matches!(it, Type::Bytes { .. })) {
        Type::Bytes { length: None }
    } else if dialect != Dialect::Snowflake && types.all(|it| matches!(it, Type::Array(_))) {
        common(dialect, arguments.iter())
    } else {
        Type::Unknown
    }
}

fn entries(key: &Type, value: &Type) -> Type {
    let field = |name: &str, data_type: &Type, nullable| Field {
        name: name.to_owned(),
        data_type: data_type.clone(),
        nullable,
    };
    Type::Array(Box::new(Type::Struct(vec![
        field("key", key, false),
        field("value", value, true),
    ])))
}

/// Of names that are not written out nothing is known.
fn named_struct(arguments: &[Argument]) -> Type {
    let fields = arguments.chunks(2).map(|pair| match pair {
        [
            Argument {
                literal: Some(Literal::Text(name)),
                ..
            },
            Argument {
                typed:
                    Typed {
                        data_type,
                        nullable,
                    },
                ..
            },
        ] => Some(Field {
            name: name.clone(),
            data_type: data_type.clone(),
            nullable: *nullable,
        }),
        _ => None,
    });
    fields
        .collect::<Option<_>>()
        .map_or(Type::Unknown, Type::Struct)
}

/// The type whose text an argument is: of a value, or of the fields of a struct.
fn written_out(dialect: Dialect, argument: Option<&Argument>) -> Type {
    let Some(Literal::Text(text)) = argument.and_then(|it| it.literal.as_ref()) else {
        return Type::Unknown;
    };
    let read = match Type::parse(dialect, text) {
        Type::Other(text) => Type::parse(dialect, &format!("STRUCT<{text}>")),
        data_type => data_type,
    };
    match read {
        Type::Other(_) => Type::Unknown,
        data_type => as_value(dialect, &data_type),
    }
}

/// Behind a format, which may be left out, stand how many digits there are and how many of them behind the point.
fn numbered(rest: &[Argument]) -> Type {
    let is_text = |it: &Argument| matches!(it.typed.data_type, Type::String { .. });
    let digits = match rest {
        [format, digits @ ..] if is_text(format) => digits,
        digits => digits,
    };
    let digits = digits.iter().map(|it| match it.literal {
        Some(Literal::Integer(digits)) => Some(digits),
        _ => None,
    });
    let digits = digits.collect::<Option<Vec<_>>>();
    let (precision, scale) = match digits.as_deref() {
        Some([]) => (38, 0),
        Some([precision]) => (*precision, 0),
        Some([precision, scale]) => (*precision, *scale),
        _ => return Type::Unknown,
    };
    match (u16::try_from(precision), i16::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale @ 0..=37)) => Type::Decimal { precision, scale },
        _ => Type::Unknown,
    }
}
