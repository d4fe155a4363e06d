//! Values for the named markers of a statement.

use super::error::SqlError;
use crate::types::{DataType, parse_type};
use datafusion::sql::sqlparser::ast::{
    CastKind, DataType as SqlType, Expr, Ident, ObjectName, Value,
};

/// A value for `:name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name without the colon; matched in any case.
    pub name: String,
    /// The value as text; none for NULL.
    pub value: Option<String>,
    /// The type.
    pub data_type: DataType,
}

impl Parameter {
    /// Reads the type; a parameter is of a scalar type, STRING unless it says otherwise.
    pub(crate) fn new(
        name: String,
        value: Option<String>,
        type_text: Option<&str>,
    ) -> Result<Self, SqlError> {
        let data_type = match type_text {
            None => DataType::STRING,
            Some(text) => parse_type(text)?,
        };
        let nested = matches!(
            data_type,
            DataType::Array(_) | DataType::Map(_) | DataType::Struct(_)
        );
        if nested {
            let message =
                format!("Parameter {name} is of the type {data_type}, but must be scalar.");
            return Err(SqlError::new("INVALID_PARAMETER_TYPE", "22023", message));
        }
        Ok(Self {
            name,
            value,
            data_type,
        })
    }

    pub(super) fn find<'a>(parameters: &'a [Self], name: &str) -> Result<&'a Self, SqlError> {
        let same = |parameter: &&Self| parameter.name.eq_ignore_ascii_case(name);
        let found = parameters.iter().find(same);
        found.ok_or_else(|| SqlError::unbound(name))
    }

    /// The value as an expression of its type.
    pub(super) fn to_expression(&self) -> Expr {
        let value = match &self.value {
            Some(text) => Value::SingleQuotedString(text.clone()),
            None => Value::Null,
        };
        let literal = Expr::Value(value.into());
        match self.data_type {
            DataType::String { .. } if self.value.is_some() => literal,
            _ => cast(literal, &self.data_type),
        }
    }
}

/// `CAST(expression AS type)`.
pub(super) fn cast(expression: Expr, data_type: &DataType) -> Expr {
    let name = ObjectName::from(vec![Ident::new(data_type.to_string())]);
    Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(expression),
        data_type: SqlType::Custom(name, vec![]),
        array: false,
        format: None,
    }
}
