//! Reading and writing types, and what two have in common.

use Dialect::{BigQuery, Databricks, Snowflake};
use sqlparser::dialect::{BigQueryDialect, DatabricksDialect, SnowflakeDialect};
use sqlparser::parser::Parser;

use super::*;

/// Texts that adapters emit, and how they are written again.
const TEXTS: &[(Dialect, &str, &str)] = &[
    (Databricks, "bigint", "BIGINT"),
    (Databricks, "DECIMAL(10,2)", "DECIMAL(10,2)"),
    (Databricks, "decimal", "DECIMAL(10,0)"),
    (Databricks, "byte", "TINYINT"),
    (Databricks, "string collate de_CI", "STRING"),
    (Databricks, "varchar(20) collate UNICODE_CI", "VARCHAR(20)"),
    (Databricks, "char(3)", "CHAR(3)"),
    (Databricks, "timestamp_ltz", "TIMESTAMP"),
    (
        Databricks,
        "interval day to second",
        "INTERVAL DAY TO SECOND",
    ),
    (Databricks, "interval month", "INTERVAL MONTH"),
    (Databricks, "geometry(ANY)", "GEOMETRY"),
    (Databricks, "geography(4326)", "GEOGRAPHY"),
    (Databricks, "time(3)", "TIME(3)"),
    (Databricks, "void", "VOID"),
    (Databricks, "struct<>", "STRUCT<>"),
    (
        Databricks,
        "map<string,array<struct<a:int,`b ``c`:decimal(3,1) not null>>>",
        "MAP<STRING, ARRAY<STRUCT<a: INT, `b ``c`: DECIMAL(3,1) NOT NULL>>>",
    ),
    (
        Databricks,
        "STRUCT<a: INT NOT NULL COMMENT 'it\\'s >, <', b STRING COLLATE UNICODE COMMENT \"x\">",
        "STRUCT<a: INT NOT NULL, b: STRING>",
    ),
    (
        Databricks,
        "struct<order id:bigint,a-b:struct<c:date>>",
        "STRUCT<`order id`: BIGINT, `a-b`: STRUCT<c: DATE>>",
    ),
    (
        BigQuery,
        "STRUCT<a INT64, b ARRAY<STRING(10)>>",
        "STRUCT<a INT64, b ARRAY<STRING(10)>>",
    ),
    (
        BigQuery,
        "STRUCT<INT64, x STRUCT<DATE>>",
        "STRUCT<INT64, x STRUCT<DATE>>",
    ),
    (
        BigQuery,
        "STRUCT<ARRAY<INT64>, NUMERIC(4, 1)>",
        "STRUCT<ARRAY<INT64>, NUMERIC(4, 1)>",
    ),
    (
        BigQuery,
        "ARRAY<STRUCT<`b c` STRUCT<d ARRAY<DATE>>, `\\`` BYTES(3)>>",
        "ARRAY<STRUCT<`b c` STRUCT<d ARRAY<DATE>>, `\\`` BYTES(3)>>",
    ),
    (
        BigQuery,
        "STRUCT<a INT64 NOT NULL OPTIONS(description='x) y'), b BOOL>",
        "STRUCT<a INT64 NOT NULL, b BOOL>",
    ),
    (BigQuery, "NUMERIC", "NUMERIC"),
    (BigQuery, "NUMERIC(10)", "NUMERIC(10)"),
    (BigQuery, "BIGNUMERIC(40)", "BIGNUMERIC(40)"),
    (BigQuery, "BIGDECIMAL(40, 3)", "BIGNUMERIC(40, 3)"),
    (BigQuery, "TIMESTAMP(12)", "TIMESTAMP(12)"),
    (BigQuery, "DATETIME", "DATETIME"),
    (BigQuery, "RANGE<DATE>", "RANGE<DATE>"),
    (BigQuery, "boolean", "BOOL"),
    (Snowflake, "NUMBER(38,0)", "NUMBER(38,0)"),
    (Snowflake, "BIGINT", "NUMBER(38,0)"),
    (Snowflake, "VARCHAR(40) COLLATE 'de-ci'", "VARCHAR(40)"),
    (Snowflake, "CHAR", "VARCHAR(1)"),
    (Snowflake, "CHAR VARYING(3)", "VARCHAR(3)"),
    (Snowflake, "DOUBLE PRECISION", "FLOAT"),
    (Snowflake, "TIMESTAMP_TZ(9)", "TIMESTAMP_TZ(9)"),
    (Snowflake, "TIMESTAMPLTZ", "TIMESTAMP_LTZ"),
    (Snowflake, "TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP_NTZ"),
    (
        Snowflake,
        "TIMESTAMP(3) WITH LOCAL TIME ZONE",
        "TIMESTAMP_LTZ(3)",
    ),
    (Snowflake, "DATETIME", "TIMESTAMP_NTZ"),
    (Snowflake, "TIMESTAMP", "TIMESTAMP"),
    (Snowflake, "ARRAY", "ARRAY"),
    (Snowflake, "OBJECT", "OBJECT"),
    (Snowflake, "ARRAY(VARCHAR NOT NULL)", "ARRAY(VARCHAR)"),
    (
        Snowflake,
        "MAP(VARCHAR, NUMBER)",
        "MAP(VARCHAR, NUMBER(38,0))",
    ),
    (Snowflake, "VECTOR(FLOAT, 256)", "VECTOR(FLOAT, 256)"),
    (
        Snowflake,
        "OBJECT(a NUMBER(38,0) NOT NULL, \"b\"\" c\" VARCHAR COLLATE 'x')",
        "OBJECT(a NUMBER(38,0) NOT NULL, \"b\"\" c\" VARCHAR)",
    ),
];

#[test]
fn every_text_of_a_warehouse_is_read() {
    for &(dialect, text, expected) in TEXTS {
        let read = Type::parse(dialect, text);
        assert_eq!(
            read.text(dialect).as_deref(),
            Some(expected),
            "{dialect:?} {text}: {read:?}"
        );
    }
}

#[test]
fn what_a_text_says_is_what_is_read() {
    let timestamp = |zone, digits| Type::Timestamp { zone, digits };
    for (dialect, text, expected) in [
        (Databricks, "TIMESTAMP", timestamp(Zone::Local, None)),
        (Databricks, "TIMESTAMP_NTZ", timestamp(Zone::None, None)),
        (BigQuery, "TIMESTAMP", timestamp(Zone::Local, None)),
        (BigQuery, "DATETIME", timestamp(Zone::None, None)),
        (
            Snowflake,
            "TIMESTAMP_TZ(9)",
            timestamp(Zone::Stored, Some(9)),
        ),
        (Snowflake, "FLOAT", Type::Float(FloatSize::Double)),
        (Databricks, "FLOAT", Type::Float(FloatSize::Single)),
        (Snowflake, "ARRAY", Type::Array(Box::new(Type::Variant))),
    ] {
        assert_eq!(Type::parse(dialect, text), expected, "{dialect:?} {text}");
    }
}

#[test]
fn a_part_that_is_not_known_leaves_the_others_known() {
    for (dialect, text, expected) in [
        (
            Snowflake,
            "OBJECT(a TIMESTAMP, b DECFLOAT NOT NULL)",
            "OBJECT(a TIMESTAMP, b DECFLOAT NOT NULL)",
        ),
        (Snowflake, "ARRAY( FILE )", "ARRAY(FILE)"),
        (
            Databricks,
            "struct<a:newtype(3),b:int>",
            "STRUCT<a: newtype(3), b: INT>",
        ),
    ] {
        let read = Type::parse(dialect, text);
        assert!(matches!(read, Type::Struct(_) | Type::Array(_)), "{read:?}");
        assert_eq!(read.text(dialect).as_deref(), Some(expected));
    }
}

/// Above all no struct without fields, which would make every field of it an unknown one.
#[test]
fn what_cannot_be_read_keeps_its_words() {
    for (dialect, text) in [
        (Databricks, "struct<a:int,b:string,... 3 more fields>"),
        (Databricks, "STRUCT"),
        (Databricks, "ARRAY"),
        (Databricks, "decimal(39,2)"),
        (Databricks, "decimal(10,2"),
        (Databricks, "int(3)"),
        (Databricks, "int unsigned"),
        (Databricks, "timestamp with time zone"),
        (BigQuery, "STRUCT"),
        (BigQuery, "my_dataset.my_type"),
        (Snowflake, "MAP"),
        (Snowflake, "DECFLOAT"),
        (Snowflake, "FILE"),
        (Snowflake, "INT[]"),
        (Snowflake, "VECTOR(TEXT, 3)"),
        (Snowflake, "A_WORD_LONGER_THAN_ANY_THAT_IS_KNOWN"),
        (Snowflake, ""),
    ] {
        assert_eq!(
            Type::parse(dialect, text),
            Type::Other(text.to_owned()),
            "{dialect:?}"
        );
    }
}

#[test]
fn nesting_without_end_is_given_up() {
    for opening in ["ARRAY<", "STRUCT<a ", "MAP<STRING, ", "STRUCT<"] {
        for dialect in [Databricks, BigQuery, Snowflake] {
            let text = opening.repeat(100_000);
            assert!(matches!(Type::parse(dialect, &text), Type::Other(_)));
        }
    }
}

#[test]
fn a_cast_names_what_its_dialect_means_by_it() {
    for (dialect, text, expected) in [
        (Databricks, "INT", "INT"),
        (Databricks, "VARCHAR(10)", "STRING"),
        (Databricks, "DECIMAL(12, 2)", "DECIMAL(12,2)"),
        (Databricks, "TIMESTAMP_NTZ", "TIMESTAMP_NTZ"),
        (
            Databricks,
            "ARRAY<STRUCT<a: VARCHAR(3)>>",
            "ARRAY<STRUCT<a: STRING>>",
        ),
        (
            Databricks,
            "ARRAY<STRUCT<a: INT, b: STRING>>",
            "ARRAY<STRUCT<a: INT, b: STRING>>",
        ),
        (BigQuery, "INT64", "INT64"),
        (BigQuery, "INT", "INT64"),
        (BigQuery, "STRING(10)", "STRING"),
        (
            BigQuery,
            "STRUCT<a INT64, b ARRAY<FLOAT64>>",
            "STRUCT<a INT64, b ARRAY<FLOAT64>>",
        ),
        (BigQuery, "BIGNUMERIC", "BIGNUMERIC"),
        (BigQuery, "DATETIME", "DATETIME"),
        (BigQuery, "BOOL", "BOOL"),
        (Snowflake, "INTEGER", "NUMBER(38,0)"),
        (Snowflake, "NUMBER(10,2)", "NUMBER(10,2)"),
        (Snowflake, "FLOAT", "FLOAT"),
        (Snowflake, "STRING", "VARCHAR(16777216)"),
        (Snowflake, "TEXT", "VARCHAR(16777216)"),
        (Snowflake, "VARCHAR(5)", "VARCHAR(5)"),
        (Snowflake, "BINARY", "BINARY(8388608)"),
        (Snowflake, "TIMESTAMP_LTZ", "TIMESTAMP_LTZ(9)"),
        (Snowflake, "TIMESTAMPTZ", "TIMESTAMP_TZ(9)"),
        (Snowflake, "TIMESTAMP", "TIMESTAMP"),
        (Snowflake, "DATETIME", "TIMESTAMP_NTZ(9)"),
        (Snowflake, "VARIANT", "VARIANT"),
        (Snowflake, "ARRAY", "ARRAY"),
        (Snowflake, "UUID", "UUID"),
    ] {
        let cast = Type::from_sql(dialect, &data_type(dialect, text));
        assert_eq!(
            cast.text(dialect).as_deref(),
            Some(expected),
            "{dialect:?} {text}: {cast:?}"
        );
    }
}

fn data_type(dialect: Dialect, text: &str) -> sqlparser::ast::DataType {
    let parsed = match dialect {
        Databricks => Parser::new(&DatabricksDialect).try_with_sql(text),
        BigQuery => Parser::new(&BigQueryDialect).try_with_sql(text),
        Snowflake => Parser::new(&SnowflakeDialect).try_with_sql(text),
    };
    parsed.unwrap().parse_data_type().unwrap()
}

/// Pairs, and what they have in common, in either order.
const COMMON: &[(Dialect, &str, &str, Option<&str>)] = &[
    (Databricks, "INT", "BIGINT", Some("BIGINT")),
    (Databricks, "INT", "FLOAT", Some("DOUBLE")),
    (Databricks, "SMALLINT", "FLOAT", Some("DOUBLE")),
    (Databricks, "DECIMAL(10,2)", "INT", Some("DECIMAL(12,2)")),
    (
        Databricks,
        "DECIMAL(10,2)",
        "DECIMAL(5,4)",
        Some("DECIMAL(12,4)"),
    ),
    (Databricks, "DECIMAL(38,0)", "DECIMAL(38,10)", None),
    (Databricks, "VARCHAR(3)", "STRING", Some("STRING")),
    (Databricks, "STRING", "INT", None),
    (Databricks, "DATE", "TIMESTAMP_NTZ", Some("TIMESTAMP_NTZ")),
    (Databricks, "TIMESTAMP", "TIMESTAMP_NTZ", Some("TIMESTAMP")),
    (
        Databricks,
        "ARRAY<INT>",
        "ARRAY<BIGINT>",
        Some("ARRAY<BIGINT>"),
    ),
    (
        Databricks,
        "STRUCT<a: INT>",
        "STRUCT<a: BIGINT NOT NULL>",
        Some("STRUCT<a: BIGINT>"),
    ),
    (Databricks, "STRUCT<a: INT>", "STRUCT<b: INT>", None),
    (Databricks, "VOID", "DATE", Some("DATE")),
    (BigQuery, "INT64", "FLOAT64", Some("FLOAT64")),
    (BigQuery, "INT64", "NUMERIC(10)", Some("NUMERIC")),
    (BigQuery, "INT64", "BIGNUMERIC", Some("BIGNUMERIC")),
    (BigQuery, "NUMERIC", "FLOAT64", None),
    (BigQuery, "STRING(3)", "STRING", Some("STRING")),
    (BigQuery, "DATE", "TIMESTAMP", None),
    (Snowflake, "NUMBER(10,2)", "NUMBER(38,0)", None),
    (
        Snowflake,
        "NUMBER(10,2)",
        "NUMBER(12,0)",
        Some("NUMBER(14,2)"),
    ),
    (Snowflake, "NUMBER(10,2)", "FLOAT", Some("FLOAT")),
    (Snowflake, "VARCHAR(3)", "VARCHAR(10)", Some("VARCHAR(10)")),
    (Snowflake, "VARCHAR(3)", "VARCHAR", Some("VARCHAR")),
    (
        Snowflake,
        "TIMESTAMP_NTZ(3)",
        "TIMESTAMP_NTZ(9)",
        Some("TIMESTAMP_NTZ(9)"),
    ),
    (Snowflake, "TIMESTAMP_NTZ(9)", "TIMESTAMP_TZ(9)", None),
    (Snowflake, "VARIANT", "VARCHAR", None),
];

#[test]
fn two_types_have_one_in_common_or_none_that_is_certain() {
    for &(dialect, left, right, expected) in COMMON {
        let (one, other) = (Type::parse(dialect, left), Type::parse(dialect, right));
        for (one, other) in [(&one, &other), (&other, &one)] {
            let common = Type::common(dialect, one, other);
            assert_eq!(
                common.text(dialect).as_deref(),
                expected,
                "{dialect:?} {left}, {right}"
            );
        }
    }
}
