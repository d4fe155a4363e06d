//! What operators make of values.

use super::*;

fn check_operators(dialect: Dialect, operations: &[(&str, BinaryOperator, &str, &str)]) {
    for (left, operator, right, expected) in operations {
        let (left, right) = (argument(dialect, left), argument(dialect, right));
        let made = text(dialect, &binary_arguments(dialect, operator, &left, &right));
        assert_eq!(&made, expected, "{dialect:?} {left:?} {operator} {right:?}");
    }
}

#[test]
fn operators_in_databricks() {
    use BinaryOperator::*;
    check_operators(
        Databricks,
        &[
            ("INT!", Divide, "INT!", "DOUBLE!"),
            ("INT", Plus, "BIGINT!", "BIGINT"),
            ("DECIMAL(10,2)", Plus, "DECIMAL(5,4)", "DECIMAL(13,4)"),
            ("DECIMAL(10,2)", Multiply, "DECIMAL(5,4)", "DECIMAL(16,6)"),
            ("DECIMAL(10,2)", Divide, "DECIMAL(5,4)", "DECIMAL(20,8)"),
            ("DECIMAL(10,2)", Modulo, "DECIMAL(5,4)", "DECIMAL(5,4)"),
            (
                "DECIMAL(38,10)",
                Multiply,
                "DECIMAL(38,10)",
                "DECIMAL(38,6)",
            ),
            ("DECIMAL(10,2)", Multiply, "2", "DECIMAL(12,2)"),
            ("DECIMAL(10,2)", Multiply, "INT", "DECIMAL(21,2)"),
            ("DECIMAL(10,2)", Plus, "DOUBLE", "DOUBLE"),
            ("FLOAT", Plus, "FLOAT", "FLOAT"),
            ("DATE", Plus, "1", "DATE"),
            ("DATE", Minus, "DATE", "INTERVAL DAY"),
            ("DATE!", Plus, "INTERVAL MONTH!", "DATE!"),
            ("DATE", Plus, "INTERVAL HOUR", "?"),
            ("TIMESTAMP", Minus, "INTERVAL HOUR", "TIMESTAMP"),
            ("TIMESTAMP", Minus, "TIMESTAMP", "INTERVAL DAY TO SECOND"),
            ("STRING", StringConcat, "INT", "STRING"),
            ("ARRAY<INT>", StringConcat, "ARRAY<BIGINT>", "ARRAY<BIGINT>"),
            ("?", Eq, "INT!", "BOOLEAN"),
            ("?", Spaceship, "INT", "BOOLEAN!"),
            ("BIGINT", BitwiseAnd, "INT", "BIGINT"),
            ("?", Plus, "INT", "?"),
            ("INT", MyIntegerDivide, "INT", "BIGINT"),
        ],
    );
}

#[test]
fn operators_in_bigquery() {
    use BinaryOperator::*;
    check_operators(
        BigQuery,
        &[
            ("INT64!", Divide, "INT64!", "FLOAT64!"),
            ("INT64", Multiply, "NUMERIC(10, 2)", "NUMERIC"),
            ("NUMERIC", Multiply, "BIGNUMERIC", "BIGNUMERIC"),
            ("NUMERIC", Multiply, "FLOAT64", "FLOAT64"),
            ("NUMERIC", Multiply, "FLOAT64!", "?"),
            ("DATE", Plus, "1", "DATE"),
            ("DATE", Minus, "DATE", "INTERVAL"),
            ("DATE", Plus, "INTERVAL", "DATETIME"),
            ("STRING(3)!", StringConcat, "STRING!", "STRING!"),
            ("BYTES", StringConcat, "BYTES", "BYTES"),
            ("INT64", PGBitwiseShiftLeft, "INT64", "INT64"),
            ("BOOL!", And, "BOOL!", "BOOL!"),
            ("BOOL", Or, "BOOL!", "BOOL"),
        ],
    );
}

#[test]
fn operators_in_snowflake() {
    use BinaryOperator::*;
    check_operators(
        Snowflake,
        &[
            ("NUMBER(38,0)", Divide, "NUMBER(38,0)", "NUMBER(38,6)"),
            ("NUMBER(10,2)", Plus, "NUMBER(5,4)", "NUMBER(13,4)"),
            ("NUMBER(10,2)", Multiply, "NUMBER(5,4)", "NUMBER(15,6)"),
            ("NUMBER(10,8)", Multiply, "NUMBER(10,8)", "NUMBER(16,12)"),
            ("NUMBER(10,2)!", Divide, "2", "NUMBER(16,8)!"),
            ("NUMBER(10,2)", Modulo, "NUMBER(5,4)", "NUMBER(12,4)"),
            ("NUMBER(10,2)", Plus, "FLOAT", "FLOAT"),
            ("DATE", Minus, "DATE", "NUMBER(38,0)"),
            ("DATE!", Plus, "1", "DATE!"),
            ("VARIANT", Plus, "1", "?"),
            ("VARCHAR(3)", StringConcat, "VARIANT", "VARCHAR"),
        ],
    );
}

#[test]
fn a_number_beside_a_decimal_may_be_a_literal_or_not() {
    let price = argument(Databricks, "DECIMAL(10,2)").typed;
    let two = argument(Databricks, "2").typed;
    let product = binary(Databricks, &BinaryOperator::Multiply, &price, &two);
    assert_eq!(product.data_type, Type::Unknown);
}

#[test]
fn a_literal_that_decides_leaves_no_null() {
    let truth = Argument {
        typed: Typed::new(Type::Boolean, false),
        literal: Some(Literal::Boolean(true)),
    };
    let open = argument(BigQuery, "BOOL");
    for (operator, expected) in [(BinaryOperator::Or, "BOOL!"), (BinaryOperator::And, "BOOL")] {
        let made = binary_arguments(BigQuery, &operator, &open, &truth);
        assert_eq!(text(BigQuery, &made), expected);
    }
}

#[test]
fn one_value_stays_what_it_is_or_becomes_a_truth() {
    for (operator, operand, expected) in [
        (UnaryOperator::Minus, "DECIMAL(10,2)!", "DECIMAL(10,2)!"),
        (UnaryOperator::Minus, "STRING", "?"),
        (UnaryOperator::Not, "?", "BOOLEAN"),
        (UnaryOperator::BitwiseNot, "INT!", "INT!"),
    ] {
        let operand = argument(Databricks, operand).typed;
        let made = unary(Databricks, &operator, &operand);
        assert_eq!(text(Databricks, &made), expected);
    }
}
