#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use proptest::prelude::*;

fn check(text: &str, printed: &str) {
    assert_eq!(parse_type(text).unwrap().to_string(), printed, "{text}");
}

#[test]
fn every_synonym_prints_as_unity_catalog_prints_it() {
    check("Integer", "int");
    check("LONG", "bigint");
    check("real", "float");
    check("DEC", "decimal(10,0)");
    check("NUMERIC ( 12 )", "decimal(12,0)");
    check("TIMESTAMP_LTZ", "timestamp");
    check("STRING COLLATE UTF8_LCASE", "string collate UTF8_LCASE");
    check("GEOGRAPHY(ANY)", "geography(any)");
    check("INTERVAL DAY TO SECOND", "interval day to second");
    check("time(3)", "time(3)");
}

#[test]
fn nested_types_read_whatever_the_spacing() {
    check("ARRAY<ARRAY<ARRAY<INT>>>", "array<array<array<int>>>");
    check("STRUCT<>", "struct<>");
    check(
        "map<string,struct<a int,b:int>>",
        "map<string,struct<a:int,b:int>>",
    );
    check(
        r"struct<`a``<>:,`: int NOT NULL COMMENT 'it\'s <odd>, isn''t it'>",
        r"struct<`a``<>:,`:int not null comment 'it\'s <odd>, isn\'t it'>",
    );
}

#[test]
fn what_is_no_type_is_refused_with_its_place() {
    for text in [
        "",
        "strin",
        "decimal(39)",
        "decimal(5,6)",
        "array<int",
        "struct<a:>",
        "int int",
    ] {
        assert!(parse_type(text).is_err(), "{text}");
    }
    let error = parse_type("map<map<int,int>,int>").unwrap_err().to_string();
    assert!(error.contains("not itself a map"), "{error}");
    let error = parse_type("interval day to year").unwrap_err().to_string();
    assert!(error.contains("smaller unit"), "{error}");
}

fn structs(depth: usize) -> String {
    format!("{}int{}", "struct<a:".repeat(depth), ">".repeat(depth))
}

#[test]
fn the_depth_limit_fits_a_small_stack_and_names_itself() {
    let walk = || {
        let deepest = parse_type(&structs(MAX_DEPTH)).unwrap();
        assert_eq!(deepest.to_string(), structs(MAX_DEPTH));
        assert_eq!(deepest, deepest.clone());
        let error = parse_type(&structs(MAX_DEPTH + 1)).unwrap_err();
        assert!(error.to_string().contains("500 levels"), "{error}");
        assert!(parse_type(&structs(100_000)).is_err());
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(walk)
        .unwrap()
        .join()
        .unwrap();
}

fn leaf() -> impl Strategy<Value = DataType> {
    let unit = (0..6usize).prop_map(|at| IntervalUnit::ALL[at]);
    let srid = prop_oneof![Just(Srid::Any), (0..100_000u32).prop_map(Srid::Number)];
    prop_oneof![
        Just(DataType::Boolean),
        Just(DataType::TinyInt),
        Just(DataType::SmallInt),
        Just(DataType::BigInt),
        Just(DataType::Float),
        Just(DataType::Double),
        Just(DataType::Binary),
        Just(DataType::Timestamp),
        Just(DataType::TimestampNtz),
        Just(DataType::Void),
        Just(DataType::Variant),
        Just(DataType::Object),
        (1..=38u8)
            .prop_flat_map(|precision| (Just(precision), 0..=precision))
            .prop_map(|(precision, scale)| DataType::Decimal { precision, scale }),
        proptest::option::of("[A-Z][A-Z0-9_]{0,8}").prop_map(|collation| DataType::String {
            collation: collation.map(Into::into)
        }),
        any::<u32>().prop_map(DataType::Char),
        any::<u32>().prop_map(DataType::Varchar),
        proptest::option::of(0..=6u8).prop_map(|precision| DataType::Time { precision }),
        (unit.clone(), unit).prop_map(|(from, to)| DataType::Interval {
            from,
            to: (to > from && to.is_year_month() == from.is_year_month()).then_some(to),
        }),
        srid.clone().prop_map(DataType::Geography),
        srid.prop_map(DataType::Geometry),
    ]
}

fn any_type() -> impl Strategy<Value = DataType> {
    leaf().prop_recursive(5, 40, 6, |inner| {
        let field = (
            "\\PC{1,12}",
            inner.clone(),
            any::<bool>(),
            proptest::option::of("\\PC{0,12}"),
        )
            .prop_map(|(name, data_type, nullable, comment)| StructField {
                name: name.into(),
                data_type,
                nullable,
                // A backslash before % or _ is LIKE's, so such a text prints differently.
                comment: comment.map(|text| text.replace('\\', "/").into()),
            });
        prop_oneof![
            inner
                .clone()
                .prop_map(|element| DataType::Array(Box::new(element))),
            (leaf(), inner).prop_map(|entry| DataType::Map(Box::new(entry))),
            proptest::collection::vec(field, 0..6).prop_map(DataType::Struct),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_prints_reads_back(data_type in any_type()) {
        let printed = data_type.to_string();
        prop_assert_eq!(parse_type(&printed).unwrap(), data_type);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}") {
        let _ = parse_type(&text);
    }
}
