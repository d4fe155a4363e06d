use super::*;
use proptest::prelude::*;

fn check(text: &str, printed: &str) -> Result<(), crate::sql::cursor::SyntaxError> {
    assert_eq!(parse_type(text)?.to_string(), printed, "{text}");
    Ok(())
}

#[test]
fn types_print_as_the_information_schema_shows_them() -> Result<(), crate::sql::cursor::SyntaxError>
{
    check("integer", "INT64")?;
    check("numeric(12,2)", "NUMERIC(12, 2)")?;
    check("BIGDECIMAL(38)", "BIGNUMERIC(38)")?;
    check("range< date >", "RANGE<DATE>")?;
    check(
        "ARRAY<STRUCT<sku STRING(12) NOT NULL OPTIONS(description='key'), `odd name` JSON, INT64>>",
        "ARRAY<STRUCT<sku STRING(12), `odd name` JSON, INT64>>",
    )?;
    check(
        "STRUCT<date DATE, time TIME>",
        "STRUCT<date DATE, time TIME>",
    )
}

#[test]
fn what_is_no_type_is_refused() {
    for wrong in [
        "",
        "DOUBLE",
        "ARRAY<ARRAY<INT64>>",
        "NUMERIC(40, 2)",
        "NUMERIC(12, 13)",
        "RANGE<INT64>",
        "STRUCT<a: INT64>",
        "INT64 x",
    ] {
        assert!(parse_type(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_field_keeps_its_mode_and_description() -> Result<(), crate::sql::cursor::SyntaxError> {
    let GoogleType::Struct(fields) =
        parse_type("STRUCT<a INT64 NOT NULL OPTIONS(description='x')>")?
    else {
        panic!("a struct");
    };
    assert!(fields[0].required);
    assert_eq!(fields[0].description.as_deref(), Some("x"));
    Ok(())
}

fn scalars() -> impl Strategy<Value = GoogleType> {
    prop_oneof![
        Just(GoogleType::Int64),
        Just(GoogleType::Float64),
        Just(GoogleType::Bool),
        Just(GoogleType::Numeric(None)),
        (1..=29u32, 0..=9u32).prop_map(|(whole, scale)| GoogleType::Numeric(Some(Digits {
            precision: whole + scale,
            scale
        }))),
        Just(GoogleType::BigNumeric(None)),
        any::<Option<u32>>().prop_map(GoogleType::String),
        any::<Option<u32>>().prop_map(GoogleType::Bytes),
        Just(GoogleType::Date),
        Just(GoogleType::Datetime),
        Just(GoogleType::Timestamp(None)),
        Just(GoogleType::Interval),
        Just(GoogleType::Geography),
        Just(GoogleType::Json),
        Just(GoogleType::Range(Box::new(GoogleType::Date))),
    ]
}

fn types() -> impl Strategy<Value = GoogleType> {
    scalars().prop_recursive(4, 24, 4, |inner| {
        let element = inner.clone().prop_filter("no array of arrays", |element| {
            !matches!(element, GoogleType::Array(_))
        });
        let field = ("[a-z][a-z0-9_]{0,6}|[ -_a-z]{1,8}", inner).prop_map(|(name, data_type)| {
            GoogleField {
                name: Some(name.into()),
                data_type,
                required: false,
                description: None,
            }
        });
        prop_oneof![
            element.prop_map(|element| GoogleType::Array(Box::new(element))),
            prop::collection::vec(field, 0..4).prop_map(GoogleType::Struct),
        ]
    })
}

proptest! {
    #[test]
    fn every_type_reads_back_from_its_text(data_type in types()) {
        prop_assert_eq!(parse_type(&data_type.to_string()), Ok(data_type));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        let _ = parse_type(&text);
    }
}
