//! Types of all shapes, and texts that are none.

use Dialect::{BigQuery, Databricks, Snowflake};
use proptest::prelude::*;

use super::*;

/// Scalars of Databricks alone.
fn databricks() -> BoxedStrategy<Type> {
    let sizes = [
        IntegerSize::Tiny,
        IntegerSize::Small,
        IntegerSize::Int,
        IntegerSize::Big,
    ];
    prop_oneof![
        prop::sample::select(sizes.to_vec()).prop_map(Type::Integer),
        Just(Type::Float(FloatSize::Single)),
        Just(Type::Null),
        Just(Type::Variant),
        Just(Type::TEXT),
        Just(Type::Bytes { length: None }),
        Just(Type::Interval(Some("DAY TO HOUR".to_owned()))),
        (1_u64..1000, any::<bool>()).prop_map(|(length, fixed)| Type::String {
            length: Some(length),
            fixed,
        }),
    ]
    .boxed()
}

/// Scalars of BigQuery alone.
fn bigquery() -> BoxedStrategy<Type> {
    prop_oneof![
        Just(Type::Integer(IntegerSize::Big)),
        Just(Type::Json),
        Just(Type::Interval(None)),
        Just(Type::Range(Box::new(Type::Date))),
        prop::option::of((1_u16..77, 0_i16..39))
            .prop_map(|precision| Type::BigDecimal { precision }),
        sized(),
    ]
    .boxed()
}

/// Scalars of Snowflake alone.
fn snowflake() -> BoxedStrategy<Type> {
    prop_oneof![
        Just(Type::Variant),
        Just(Type::Object),
        Just(Type::Geometry),
        prop::option::of(0_u8..=9).prop_map(|digits| Type::Timestamp {
            zone: Zone::Stored,
            digits,
        }),
        sized(),
        (1_u32..5000).prop_map(|dimension| Type::Vector {
            element: Box::new(Type::Float(FloatSize::Single)),
            dimension,
        }),
    ]
    .boxed()
}

/// Texts and bytes, of some length or any.
fn sized() -> impl Strategy<Value = Type> {
    let length = || prop::option::of(0_u64..100_000_000);
    prop_oneof![
        length().prop_map(|length| Type::String {
            length,
            fixed: false,
        }),
        length().prop_map(|length| Type::Bytes { length }),
    ]
}

/// Types that have a text of their own in the dialect, which is not another's.
pub(crate) fn types(dialect: Dialect) -> impl Strategy<Value = Type> {
    let own = match dialect {
        Databricks => databricks(),
        BigQuery => bigquery(),
        Snowflake => snowflake(),
    };
    let scalar = prop_oneof![
        Just(Type::Boolean),
        Just(Type::Date),
        Just(Type::Geography),
        Just(Type::Time { digits: None }),
        Just(Type::Float(FloatSize::Double)),
        Just(Type::timestamp(Zone::None)),
        Just(Type::timestamp(Zone::Local)),
        (1_u16..=38, 0_i16..38).prop_map(|(precision, scale)| Type::Decimal { precision, scale }),
        own,
    ];
    let name = match dialect {
        BigQuery => "[a-z_]{0,3}|\\PC{0,5}",
        Databricks | Snowflake => "[a-z_]{1,3}|\\PC{1,5}",
    };
    scalar.prop_recursive(4, 32, 4, move |inner| {
        let field = (name, inner.clone(), any::<bool>());
        let field = field.prop_map(|(name, data_type, nullable)| Field {
            name,
            data_type,
            nullable,
        });
        prop_oneof![
            inner.clone().prop_map(|it| Type::Array(Box::new(it))),
            (inner.clone(), inner)
                .prop_map(|(key, value)| Type::Map(Box::new(key), Box::new(value))),
            prop::collection::vec(field, 0..5).prop_map(Type::Struct),
        ]
    })
}

fn check_round_trip(dialect: Dialect, data_type: &Type) -> Result<(), TestCaseError> {
    let text = data_type.text(dialect).unwrap();
    prop_assert_eq!(&Type::parse(dialect, &text), data_type, "{}", text);
    Ok(())
}

proptest! {
    #[test]
    fn what_is_written_for_databricks_is_read_again(data_type in types(Databricks)) {
        check_round_trip(Databricks, &data_type)?;
    }

    #[test]
    fn what_is_written_for_bigquery_is_read_again(data_type in types(BigQuery)) {
        check_round_trip(BigQuery, &data_type)?;
    }

    #[test]
    fn what_is_written_for_snowflake_is_read_again(data_type in types(Snowflake)) {
        check_round_trip(Snowflake, &data_type)?;
    }

    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,60}|([A-Z ]{0,6}[<>(),:'`\" 0-9]{0,3}|STRUCT<|ARRAY<|OBJECT\\(|NOT NULL){0,20}") {
        for dialect in [Databricks, BigQuery, Snowflake] {
            let read = Type::parse(dialect, &text);
            if let Type::Other(words) = &read {
                prop_assert_eq!(words, text.trim());
            }
        }
    }

    #[test]
    fn what_two_have_in_common_does_not_depend_on_their_order(one in types(Snowflake), other in types(Snowflake)) {
        for dialect in [Databricks, BigQuery, Snowflake] {
            prop_assert_eq!(Type::common(dialect, &one, &other), Type::common(dialect, &other, &one));
        }
    }
}
