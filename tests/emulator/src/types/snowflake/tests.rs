//! The grammar and what types are called.

use super::*;
use crate::catalog::Column;
use crate::types;
use proptest::prelude::*;

#[test]
fn types_are_printed_as_describe_shows_them() {
    for (text, expected) in [
        ("int", "NUMBER(38,0)"),
        ("decimal(12, 2)", "NUMBER(12,2)"),
        ("string", "VARCHAR(16777216)"),
        ("char", "VARCHAR(1)"),
        ("VARCHAR(40) COLLATE 'en-ci'", "VARCHAR(40) COLLATE 'en-ci'"),
        ("double precision", "FLOAT"),
        ("timestamp", "TIMESTAMP_NTZ(9)"),
        ("timestamp_tz(3)", "TIMESTAMP_TZ(3)"),
        ("vector(float,256)", "VECTOR(FLOAT, 256)"),
        ("array(int not null)", "ARRAY(NUMBER(38,0) NOT NULL)"),
        (
            "object(a int, \"b c\" map(varchar, date) not null)",
            "OBJECT(a NUMBER(38,0), \"b c\" MAP(VARCHAR(16777216), DATE) NOT NULL)",
        ),
        ("interval year to month", "INTERVAL YEAR TO MONTH"),
        ("geography", "GEOGRAPHY"),
    ] {
        let printed = parse_type(text).map(|data_type| data_type.to_string());
        assert_eq!(printed.as_deref(), Ok(expected), "{text}");
    }
    for wrong in [
        "",
        "number(39)",
        "number(3,4)",
        "map(float, int)",
        "time(10)",
        "vector(varchar, 3)",
        "interval month to year",
        "array<int>",
        "nope",
    ] {
        assert!(parse_type(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_column_says_what_it_was_registered_with_and_scripts_types_are_translated() {
    let check = |text: &str, shown: &str, family: &str| {
        let mut column = Column::new(
            "c",
            types::parse_type(text).unwrap_or_else(|_| types::DataType::Opaque(text.into())),
        );
        column.type_text = Some(text.into());
        assert_eq!(column_text(&column), shown);
        assert_eq!(of_column(&column).family(), family, "{text}");
    };
    check("bigint", "NUMBER(38,0)", "NUMBER");
    check("timestamp", "TIMESTAMP_LTZ(9)", "TIMESTAMP_LTZ");
    check("struct<a:int>", "OBJECT(a NUMBER(38,0))", "OBJECT");
    check("Vector(Float, 3)", "Vector(Float, 3)", "VECTOR");
    check("NUMBER(12, 2)", "NUMBER(12, 2)", "NUMBER");
    check("FUTURE(3)", "FUTURE(3)", "FUTURE");
}

#[test]
fn show_columns_has_a_types_numbers() {
    let shown = |text: &str| parse_type(text).map(|data_type| json(&data_type, true));
    assert_eq!(
        shown("number(12,2)"),
        Ok(serde_json::json!({"type": "FIXED", "precision": 12, "scale": 2, "nullable": true}))
    );
    assert_eq!(
        shown("varchar(40)"),
        Ok(serde_json::json!(
            {"type": "TEXT", "length": 40, "byteLength": 160, "nullable": true, "fixed": false}
        ))
    );
}

fn any_type() -> impl Strategy<Value = SnowflakeType> {
    let leaf = prop_oneof![
        Just(SnowflakeType::INTEGER),
        (1..=38_u8, 0..=37_u8).prop_map(|(precision, scale)| SnowflakeType::Number {
            precision,
            scale: scale.min(precision),
        }),
        (1..=TEXT_LENGTH).prop_map(|length| SnowflakeType::Text {
            length,
            collation: None,
        }),
        Just(SnowflakeType::Float),
        Just(SnowflakeType::Boolean),
        (0..=9_u8).prop_map(SnowflakeType::TimestampTz),
        Just(SnowflakeType::Variant),
        Just(SnowflakeType::Object(None)),
        Just(SnowflakeType::Vector(VectorElement::Int, 3)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let element = (inner, any::<bool>()).prop_map(|(data_type, nullable)| SnowflakeElement {
            data_type,
            nullable,
        });
        let field = ("[a-zA-Z \"]{1,5}", element.clone()).prop_map(|(name, value)| {
            let name = name.into();
            SnowflakeField { name, value }
        });
        prop_oneof![
            element
                .clone()
                .prop_map(|element| SnowflakeType::Array(Some(Box::new(element)))),
            element.prop_map(|value| SnowflakeType::Map(Box::new((SnowflakeType::TEXT, value)))),
            prop::collection::vec(field, 1..4)
                .prop_map(|fields| SnowflakeType::Object(Some(fields))),
        ]
    })
}

proptest! {
    #[test]
    fn every_type_that_is_printed_is_read_again(data_type in any_type()) {
        prop_assert_eq!(parse_type(&data_type.to_string()), Ok(data_type));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = parse_type(&text);
    }
}
