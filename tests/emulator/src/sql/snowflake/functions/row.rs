//! Functions of one row's values in Snowflake's types.

use crate::sql::row_function::{self, DialectType};
use crate::types::snowflake::{SnowflakeType, from_arrow, to_arrow};
use datafusion::arrow::datatypes::DataType as Arrow;

pub(in crate::sql::snowflake) type RowFunction = row_function::RowFunction<SnowflakeType>;
pub(in crate::sql::snowflake) type Returns = row_function::Returns<SnowflakeType>;

impl DialectType for SnowflakeType {
    fn from_arrow(arrow: &Arrow) -> Self {
        from_arrow(arrow)
    }

    fn to_arrow(&self) -> Arrow {
        to_arrow(self)
    }

    fn wrong_count(function: &str, least: usize, most: usize, given: usize) -> String {
        format!(
            "not enough or too many arguments for function [{}]: expected {least} to {most}, got {given}",
            function.to_uppercase()
        )
    }
}
