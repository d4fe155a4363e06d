//! What functions return, and the columns of those that return rows.

use super::*;

fn check_calls(dialect: Dialect, calls: &[(&str, &[&str], &str)]) {
    for (name, arguments, expected) in calls {
        let arguments: Vec<_> = arguments.iter().map(|it| argument(dialect, it)).collect();
        let returned = text(dialect, &call(dialect, name, &arguments));
        assert_eq!(&returned, expected, "{dialect:?} {name}");
    }
}

const IN_DATABRICKS: &[(&str, &[&str], &str)] = &[
    ("COUNT", &[], "BIGINT!"),
    ("UPPER", &["STRING!"], "STRING!"),
    ("UPPER", &["VARCHAR(3)"], "STRING"),
    ("SUM", &["INT!"], "BIGINT"),
    ("SUM", &["DECIMAL(10,2)"], "DECIMAL(20,2)"),
    ("SUM", &["DECIMAL(38,2)"], "DECIMAL(38,2)"),
    ("SUM", &["STRING"], "?"),
    ("AVG", &["DECIMAL(10,2)"], "DECIMAL(14,6)"),
    ("AVG", &["INT"], "DOUBLE"),
    ("ROUND", &["DECIMAL(10,4)!", "2"], "DECIMAL(9,2)!"),
    ("ROUND", &["DECIMAL(10,4)"], "DECIMAL(7,0)"),
    ("ROUND", &["DECIMAL(10,4)", "-2"], "DECIMAL(7,0)"),
    ("ROUND", &["DECIMAL(10,4)", "INT"], "?"),
    ("CEIL", &["DOUBLE"], "BIGINT"),
    ("FLOOR", &["DECIMAL(10,4)"], "DECIMAL(7,0)"),
    ("COALESCE", &["INT", "BIGINT!"], "BIGINT!"),
    ("COALESCE", &["INT", "STRING"], "?"),
    ("IF", &["BOOLEAN", "INT!", "INT!"], "INT!"),
    ("NULLIF", &["INT!", "INT!"], "INT"),
    ("ARRAY", &["INT", "BIGINT"], "ARRAY<BIGINT>!"),
    (
        "COLLECT_LIST",
        &["STRUCT<a: INT>"],
        "ARRAY<STRUCT<a: INT>>!",
    ),
    ("ELEMENT_AT", &["MAP<STRING, DATE>!", "'a"], "DATE"),
    (
        "MAP_ENTRIES",
        &["MAP<STRING, DATE>!"],
        "ARRAY<STRUCT<key: STRING NOT NULL, value: DATE>>!",
    ),
    (
        "NAMED_STRUCT",
        &["'a", "INT!", "'b", "DATE"],
        "STRUCT<a: INT NOT NULL, b: DATE>!",
    ),
    ("NAMED_STRUCT", &["STRING", "INT!"], "?!"),
    (
        "MAP",
        &["'a", "INT", "'b", "BIGINT"],
        "MAP<STRING, BIGINT>!",
    ),
    ("EXTRACT", &["'second", "TIMESTAMP!"], "DECIMAL(8,6)!"),
    ("EXTRACT", &["'year", "DATE"], "INT"),
    ("DATE_ADD", &["DATE", "1"], "DATE"),
    ("DATEADD", &["'hour", "1", "TIMESTAMP_NTZ"], "TIMESTAMP_NTZ"),
    ("PERCENTILE_APPROX", &["INT", "ARRAY<DOUBLE>"], "ARRAY<INT>"),
    ("TRY_DIVIDE", &["INT", "INT"], "DOUBLE"),
    ("LAG", &["DATE!"], "DATE"),
    ("CONCAT", &["ARRAY<INT>", "ARRAY<BIGINT>"], "ARRAY<BIGINT>"),
    ("CONCAT", &["STRING", "BINARY"], "?"),
    ("SEQUENCE", &["INT", "BIGINT", "1"], "ARRAY<BIGINT>"),
    ("SEQUENCE", &["DATE", "DATE", "INTERVAL DAY"], "ARRAY<DATE>"),
    (
        "FROM_JSON",
        &["STRING", "'a INT, `b c` STRUCT<d: DATE>"],
        "STRUCT<a: INT, `b c`: STRUCT<d: DATE>>",
    ),
    (
        "FROM_JSON",
        &["STRING", "'map<string, int>"],
        "MAP<STRING, INT>",
    ),
    ("FROM_JSON", &["STRING", "'what is this?"], "?"),
    ("FROM_JSON", &["STRING", "STRING"], "?"),
    (
        "VARIANT_GET",
        &["VARIANT", "'$.a", "'decimal(5,2)"],
        "DECIMAL(5,2)",
    ),
    ("MY_OWN_FUNCTION", &["DATE!"], "?"),
];

#[test]
fn calls_in_databricks() {
    check_calls(Databricks, IN_DATABRICKS);
}

#[test]
fn calls_in_bigquery() {
    check_calls(
        BigQuery,
        &[
            ("COUNT", &["STRING"], "INT64!"),
            ("UPPER", &["STRING(10)!"], "STRING!"),
            ("SAFE.UPPER", &["STRING!"], "STRING"),
            ("UPPER", &["BYTES"], "BYTES"),
            ("SUM", &["NUMERIC(10, 2)"], "NUMERIC"),
            ("AVG", &["INT64"], "FLOAT64"),
            ("ROUND", &["INT64!"], "FLOAT64!"),
            ("ROUND", &["BIGNUMERIC"], "BIGNUMERIC"),
            ("NET.HOST", &["STRING!"], "STRING"),
            ("DATE_TRUNC", &["DATE!", "'MONTH"], "DATE!"),
            ("TIMESTAMP_ADD", &["TIMESTAMP", "INTERVAL!"], "TIMESTAMP"),
            ("EXTRACT", &["'DATE", "TIMESTAMP!"], "DATE!"),
            ("EXTRACT", &["'YEAR", "DATE"], "INT64"),
            ("SPLIT", &["STRING"], "ARRAY<STRING>"),
            ("ARRAY_AGG", &["STRUCT<INT64>"], "ARRAY<STRUCT<INT64>>"),
            (
                "ARRAY_CONCAT",
                &["ARRAY<INT64>!", "ARRAY<FLOAT64>!"],
                "ARRAY<FLOAT64>!",
            ),
            ("IFNULL", &["INT64", "0"], "INT64!"),
            ("GREATEST", &["INT64!", "FLOAT64"], "FLOAT64"),
            ("JSON_QUERY", &["JSON", "'$.a"], "JSON"),
            ("JSON_VALUE", &["JSON!", "'$.a"], "STRING"),
            ("RANGE", &["DATE", "DATE"], "RANGE<DATE>"),
            ("RANGE_END", &["RANGE<DATE>"], "DATE"),
            ("SAFE_DIVIDE", &["INT64!", "INT64!"], "FLOAT64"),
        ],
    );
}

#[test]
fn calls_in_snowflake() {
    check_calls(
        Snowflake,
        &[
            ("COUNT", &[], "NUMBER(18,0)!"),
            ("SUM", &["NUMBER(10,2)"], "NUMBER(38,2)"),
            ("SUM", &["FLOAT"], "FLOAT"),
            ("AVG", &["NUMBER(38,0)"], "NUMBER(38,6)"),
            ("AVG", &["NUMBER(10,2)"], "?"),
            ("UPPER", &["VARCHAR(10)!"], "VARCHAR!"),
            ("MAX", &["VARCHAR(10)!"], "VARCHAR(10)"),
            (
                "IFF",
                &["BOOLEAN", "VARCHAR(3)!", "VARCHAR(5)!"],
                "VARCHAR(5)!",
            ),
            ("DATEADD", &["'day", "1", "DATE!"], "DATE!"),
            ("DATEADD", &["'hour", "1", "DATE"], "TIMESTAMP_NTZ(9)"),
            ("DATEADD", &["INT", "1", "DATE"], "?"),
            (
                "DATE_TRUNC",
                &["'month", "TIMESTAMP_TZ(3)"],
                "TIMESTAMP_TZ(3)",
            ),
            ("TO_TIMESTAMP", &["VARCHAR"], "TIMESTAMP"),
            (
                "CONVERT_TIMEZONE",
                &["'UTC", "TIMESTAMP_NTZ!"],
                "TIMESTAMP_TZ!",
            ),
            (
                "CONVERT_TIMEZONE",
                &["'UTC", "'Asia/Tokyo", "TIMESTAMP_NTZ"],
                "TIMESTAMP_NTZ",
            ),
            ("TO_NUMBER", &["VARCHAR"], "NUMBER(38,0)"),
            ("TO_NUMBER", &["VARCHAR", "10", "2"], "NUMBER(10,2)"),
            (
                "TO_NUMBER",
                &["VARCHAR", "'999.9", "10", "1"],
                "NUMBER(10,1)",
            ),
            ("TO_NUMBER", &["VARCHAR", "NUMBER(3,0)"], "?"),
            ("CURRENT_TIMESTAMP", &[], "TIMESTAMP_LTZ(9)!"),
            ("PARSE_JSON", &["VARCHAR!"], "VARIANT"),
            (
                "GREATEST",
                &["NUMBER(10,2)!", "NUMBER(12,0)!"],
                "NUMBER(14,2)!",
            ),
            ("CONCAT", &["VARCHAR!", "NUMBER(3,0)!"], "VARCHAR!"),
        ],
    );
}

/// A call and the columns of its rows.
type Rows = (
    Dialect,
    &'static str,
    &'static [&'static str],
    Option<&'static str>,
);

const ROWS: &[Rows] = &[
    (Databricks, "EXPLODE", &["ARRAY<INT>"], Some("col INT")),
    (
        Databricks,
        "EXPLODE",
        &["MAP<STRING, INT>"],
        Some("key STRING!, value INT"),
    ),
    (
        Databricks,
        "EXPLODE_OUTER",
        &["MAP<STRING, INT>"],
        Some("key STRING, value INT"),
    ),
    (Databricks, "EXPLODE", &["?"], None),
    (
        Databricks,
        "POSEXPLODE",
        &["ARRAY<INT>"],
        Some("pos INT!, col INT"),
    ),
    (
        Databricks,
        "INLINE",
        &["ARRAY<STRUCT<a: INT, b: DATE>>"],
        Some("a INT, b DATE"),
    ),
    (
        Databricks,
        "STACK",
        &["2", "INT", "INT", "INT"],
        Some("col0 ?, col1 ?"),
    ),
    (
        Databricks,
        "STACK",
        &["1", "INT", "DATE"],
        Some("col0 INT, col1 DATE"),
    ),
    (Databricks, "STACK", &["0", "INT"], None),
    (
        Databricks,
        "JSON_TUPLE",
        &["STRING", "'a", "'b"],
        Some("c0 STRING, c1 STRING"),
    ),
    (Databricks, "RANGE", &["5"], Some("id BIGINT!")),
    (
        Snowflake,
        "SPLIT_TO_TABLE",
        &["VARCHAR", "'."],
        Some("SEQ NUMBER(38,0)!, INDEX NUMBER(38,0)!, VALUE VARCHAR"),
    ),
    (Snowflake, "GENERATOR", &[], Some("")),
    (Snowflake, "RESULT_SCAN", &["VARCHAR"], None),
    (BigQuery, "UNNEST", &["ARRAY<INT64>"], None),
];

#[test]
fn rows_of_table_functions_have_the_columns_of_their_arguments() {
    for &(dialect, name, arguments, expected) in ROWS {
        let arguments: Vec<_> = arguments.iter().map(|it| argument(dialect, it)).collect();
        let columns = table_function(dialect, name, &arguments);
        let columns = columns.map(|columns| {
            let columns = columns.iter();
            let texts = columns.map(|(name, typed)| format!("{name} {}", text(dialect, typed)));
            texts.collect::<Vec<_>>().join(", ")
        });
        assert_eq!(columns.as_deref(), expected, "{name}");
    }
}

#[test]
fn flattened_values_are_variants_unless_their_type_is_told() {
    for (data_type, expected) in [
        ("VARIANT", "VARIANT"),
        ("ARRAY", "VARIANT"),
        ("ARRAY(DATE)", "?"),
        ("?", "?"),
    ] {
        let columns = table_function(Snowflake, "FLATTEN", &[argument(Snowflake, data_type)]);
        let columns = columns.unwrap();
        let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["SEQ", "KEY", "PATH", "INDEX", "VALUE", "THIS"]);
        assert_eq!(text(Snowflake, &columns[4].1), expected);
    }
}

#[test]
fn a_type_that_is_made_of_itself_again_and_again_stops_growing() {
    for name in ["ARRAY", "NAMED_STRUCT", "MAP", "ARRAY_AGG"] {
        let mut grown = argument(Databricks, "INT");
        let mut is_given_up = false;
        for _ in 0..200 {
            let key = argument(Databricks, "'key");
            let arguments = match name {
                "NAMED_STRUCT" => vec![key.clone(), grown.clone(), key, grown],
                "MAP" => vec![key, grown],
                _ => vec![grown],
            };
            grown = Argument {
                typed: call(Databricks, name, &arguments),
                literal: None,
            };
            is_given_up |= grown.typed.data_type == Type::Unknown;
        }
        assert!(is_given_up, "{name}");
    }
}
