//! A function of one row's values, in the types of a dialect.

use crate::catalog::TYPE_TEXT;
use datafusion::arrow::array::new_empty_array;
use datafusion::arrow::datatypes::{DataType as Arrow, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

/// The types of a dialect, which print as it spells them.
pub(super) trait DialectType: fmt::Display + 'static {
    fn from_arrow(arrow: &Arrow) -> Self;

    fn to_arrow(&self) -> Arrow;

    /// What is said of a call with too few or too many arguments.
    fn wrong_count(function: &str, least: usize, most: usize, given: usize) -> String;
}

/// What a function returns.
pub(super) enum Returns<T> {
    /// Always this type.
    Type(fn() -> T),
    /// The type of the argument at this place.
    Argument(usize),
    /// What the types of the arguments lead to.
    From(fn(&[Arrow]) -> T),
}

// Derived ones would ask the same of the type.
impl<T> Clone for Returns<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Returns<T> {}

/// A function whose result depends on one row only.
pub(super) struct RowFunction<T> {
    pub name: &'static str,
    /// Least and most arguments.
    pub arguments: (usize, usize),
    pub returns: Returns<T>,
    /// Called with values none of which is NULL; a NULL argument makes the result NULL.
    pub row: fn(&[ScalarValue]) -> Result<ScalarValue>,
    /// Whether `row` wants to see NULL arguments too.
    pub sees_nulls: bool,
}

impl<T> Clone for RowFunction<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RowFunction<T> {}

impl<T> fmt::Debug for RowFunction<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RowFunction({})", self.name)
    }
}

impl<T> RowFunction<T> {
    /// A function of a fixed number of arguments.
    pub const fn new(
        name: &'static str,
        arguments: usize,
        returns: Returns<T>,
        row: fn(&[ScalarValue]) -> Result<ScalarValue>,
    ) -> Self {
        Self {
            name,
            arguments: (arguments, arguments),
            returns,
            row,
            sees_nulls: false,
        }
    }

    /// Accepts down to this many arguments.
    pub const fn at_least(mut self, arguments: usize) -> Self {
        self.arguments.0 = arguments;
        self
    }

    /// Lets `row` see NULL arguments.
    pub const fn with_nulls(mut self) -> Self {
        self.sees_nulls = true;
        self
    }

    fn result(&self, types: &[Arrow]) -> T
    where
        T: DialectType,
    {
        match self.returns {
            Returns::Type(of) => of(),
            Returns::Argument(at) => T::from_arrow(types.get(at).unwrap_or(&Arrow::Null)),
            Returns::From(of) => of(types),
        }
    }

    fn apply(&self, arguments: &[ScalarValue], to: &Arrow) -> Result<ScalarValue> {
        if !self.sees_nulls && arguments.iter().any(ScalarValue::is_null) {
            return ScalarValue::try_from(to);
        }
        let value = (self.row)(arguments)?;
        match value.is_null() {
            true => ScalarValue::try_from(to),
            false if value.data_type() == *to => Ok(value),
            false => value.cast_to(to),
        }
    }
}

impl<T> PartialEq for RowFunction<T> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<T> Eq for RowFunction<T> {}

impl<T> Hash for RowFunction<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

static ANY: LazyLock<Signature> = LazyLock::new(|| Signature::variadic_any(Volatility::Immutable));

impl<T: DialectType> ScalarUDFImpl for RowFunction<T> {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &ANY
    }

    fn return_type(&self, types: &[Arrow]) -> Result<Arrow> {
        Ok(self.result(types).to_arrow())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let (least, most) = self.arguments;
        let given = args.arg_fields.len();
        if given < least || given > most {
            let message = T::wrong_count(self.name, least, most, given);
            return Err(datafusion::error::DataFusionError::Plan(message));
        }
        let types = args
            .arg_fields
            .iter()
            .map(|field| field.data_type().clone());
        let result = self.result(&types.collect::<Vec<_>>());
        let metadata = HashMap::from([(TYPE_TEXT.to_owned(), result.to_string())]);
        let field = Field::new(self.name, result.to_arrow(), true).with_metadata(metadata);
        Ok(Arc::new(field))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let to = args.return_field.data_type();
        let constant: Option<Vec<ScalarValue>> = args
            .args
            .iter()
            .map(|argument| match argument {
                ColumnarValue::Scalar(value) => Some(value.clone()),
                ColumnarValue::Array(_) => None,
            })
            .collect();
        if let Some(arguments) = constant {
            return self.apply(&arguments, to).map(ColumnarValue::Scalar);
        }
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        if args.number_rows == 0 {
            return Ok(ColumnarValue::Array(new_empty_array(to)));
        }
        let mut values = Vec::with_capacity(args.number_rows);
        for row in 0..args.number_rows {
            let arguments: Result<Vec<ScalarValue>> = arrays
                .iter()
                .map(|array| ScalarValue::try_from_array(array, row))
                .collect();
            values.push(self.apply(&arguments?, to)?);
        }
        ScalarValue::iter_to_array(values).map(ColumnarValue::Array)
    }
}
