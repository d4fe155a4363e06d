//! Functions of one row's values in BigQuery's types.

use crate::sql::row_function::{self, DialectType};
use crate::types::google::{GoogleType, from_arrow, to_arrow};
use datafusion::arrow::datatypes::DataType as Arrow;

pub(in crate::sql::google) type RowFunction = row_function::RowFunction<GoogleType>;
pub(in crate::sql::google) type Returns = row_function::Returns<GoogleType>;

impl DialectType for GoogleType {
    fn from_arrow(arrow: &Arrow) -> Self {
        from_arrow(arrow)
    }

    fn to_arrow(&self) -> Arrow {
        to_arrow(self)
    }

    fn wrong_count(function: &str, least: usize, most: usize, given: usize) -> String {
        format!(
            "No matching signature for function {}: it takes {least} to {most} arguments, not {given}",
            function.to_uppercase()
        )
    }
}
