//! Whatever a function or an operator is given, what it makes is a type of the dialect or none.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::types::proptests::types;

fn arguments(dialect: Dialect) -> impl Strategy<Value = Vec<Argument>> {
    let literal = prop_oneof![
        3 => Just(None),
        1 => any::<i64>().prop_map(|it| Some(Literal::Integer(it))),
        1 => "\\PC{0,12}|[a-z]{1,3} (INT|DATE|STRUCT<a INT>)|DAY|YEAR".prop_map(|it| Some(Literal::Text(it))),
        1 => Just(Some(Literal::Null)),
    ];
    let data_type = prop_oneof![9 => types(dialect), 1 => Just(Type::Unknown)];
    let argument =
        (data_type, any::<bool>(), literal).prop_map(|(data_type, nullable, literal)| Argument {
            typed: Typed::new(data_type, nullable),
            literal,
        });
    prop::collection::vec(argument, 0..5)
}

/// Decimals have digits, and not more than there are; a text can be read again as the same type.
fn check(dialect: Dialect, data_type: &Type) -> Result<(), TestCaseError> {
    if let Type::Decimal { precision, .. } = data_type {
        prop_assert!((1..=38).contains(precision), "{:?}", data_type);
    }
    if let Some(text) = data_type.text(dialect) {
        prop_assert_eq!(Type::parse(dialect, &text), data_type.clone());
    }
    Ok(())
}

fn check_all(dialect: Dialect, which: Index, arguments: &[Argument]) -> Result<(), TestCaseError> {
    let lines = table::text_of(dialect).lines();
    let names = lines.filter(|it| !it.starts_with('#'));
    let names: Vec<_> = names
        .filter_map(|line| line.rsplit('|').next())
        .flat_map(str::split_whitespace)
        .collect();
    let name = which.get(&names);
    check(dialect, &call(dialect, name, arguments).data_type)?;
    for (_, typed) in table_function(dialect, name, arguments)
        .into_iter()
        .flatten()
    {
        check(dialect, &typed.data_type)?;
    }
    let [left, right, ..] = arguments else {
        return Ok(());
    };
    for operator in OPERATORS {
        let made = binary_arguments(dialect, operator, left, right);
        check(dialect, &made.data_type)?;
        // What is known without literals is no other with them.
        let blind = binary(dialect, operator, &left.typed, &right.typed);
        if blind.data_type != Type::Unknown {
            prop_assert_eq!(made.data_type, blind.data_type);
        }
    }
    Ok(())
}

const OPERATORS: &[BinaryOperator] = &[
    BinaryOperator::Plus,
    BinaryOperator::Minus,
    BinaryOperator::Multiply,
    BinaryOperator::Divide,
    BinaryOperator::Modulo,
    BinaryOperator::StringConcat,
    BinaryOperator::BitwiseAnd,
    BinaryOperator::PGBitwiseShiftLeft,
    BinaryOperator::Eq,
];

proptest! {
    #[test]
    fn what_databricks_makes_is_a_type(which: Index, arguments in arguments(Databricks)) {
        check_all(Databricks, which, &arguments)?;
    }

    #[test]
    fn what_bigquery_makes_is_a_type(which: Index, arguments in arguments(BigQuery)) {
        check_all(BigQuery, which, &arguments)?;
    }

    #[test]
    fn what_snowflake_makes_is_a_type(which: Index, arguments in arguments(Snowflake)) {
        check_all(Snowflake, which, &arguments)?;
    }
}
