//! Conditions that spare a view the objects that they leave out.

use datafusion::logical_expr::{Expr, Operator};

/// Names that a query pins or bounds, as they are shown.
#[derive(Debug, Default)]
pub(super) struct Pins<'a> {
    schema: Option<&'a str>,
    tables: Vec<(Operator, &'a str)>,
}

impl<'a> Pins<'a> {
    /// Those of these conditions, all of which must hold.
    pub fn of(filters: &'a [Expr]) -> Self {
        let mut pins = Self::default();
        for (column, operator, value) in filters.iter().filter_map(comparison) {
            match column {
                "TABLE_SCHEMA" | "SCHEMA_NAME" if operator == Operator::Eq => {
                    pins.schema = Some(value);
                }
                "TABLE_NAME" => pins.tables.push((operator, value)),
                _ => {}
            }
        }
        pins
    }

    /// Whether a condition can be one of them.
    pub fn knows(filter: &Expr) -> bool {
        comparison(filter).is_some()
    }

    /// Whether a schema of this name can be in the result.
    pub fn admit_schema(&self, name: &str) -> bool {
        self.schema.is_none_or(|pin| pin == name)
    }

    /// Whether a table of this name can be in the result.
    pub fn admit_table(&self, name: &str) -> bool {
        self.tables.iter().all(|(operator, pin)| match operator {
            Operator::GtEq => name >= *pin,
            Operator::LtEq => name <= *pin,
            Operator::Lt => name < *pin,
            Operator::Gt => name > *pin,
            _ => name == *pin,
        })
    }
}

/// `column = 'text'` or another bound, either way round.
fn comparison(filter: &Expr) -> Option<(&str, Operator, &str)> {
    let Expr::BinaryExpr(comparison) = filter else {
        return None;
    };
    let operator = comparison.op;
    let is_bound = matches!(
        operator,
        Operator::GtEq | Operator::LtEq | Operator::Gt | Operator::Lt
    );
    if operator != Operator::Eq && !is_bound {
        return None;
    }
    let (column, operator, value) = match (&*comparison.left, &*comparison.right) {
        (Expr::Column(column), Expr::Literal(value, _)) => (column, operator, value),
        (Expr::Literal(value, _), Expr::Column(column)) => (column, operator.swap()?, value),
        _ => return None,
    };
    Some((&column.name, operator, value.try_as_str()??))
}
