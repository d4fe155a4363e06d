//! Conditions of a query that spare a view the objects that they leave out.

use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

const DATASETS: [&str; 3] = ["table_schema", "schema_name", "dataset_id"];
const TABLES: [&str; 2] = ["table_name", "table_id"];

/// The names that datasets and tables must have. The engine checks every row again, so what is not
/// understood here costs time only.
#[derive(Debug)]
pub(super) struct Conditions<'a> {
    datasets: Vec<&'a str>,
    tables: Vec<&'a str>,
}

impl<'a> Conditions<'a> {
    /// Those of these filters, all of which must hold.
    pub fn new(filters: &'a [Expr]) -> Self {
        let equal = || filters.iter().filter_map(equal);
        let of = |columns: &[&str]| {
            let of_them = equal().filter(|(column, _)| columns.contains(column));
            of_them.map(|(_, name)| name).collect()
        };
        Self {
            datasets: of(&DATASETS),
            tables: of(&TABLES),
        }
    }

    /// Whether a filter is one of them.
    pub fn knows(filter: &Expr) -> bool {
        equal(filter)
            .is_some_and(|(column, _)| DATASETS.contains(&column) || TABLES.contains(&column))
    }

    /// Whether a dataset of this name can be in the result.
    pub fn allow_dataset(&self, name: &str) -> bool {
        self.datasets.iter().all(|wanted| *wanted == name)
    }

    /// Whether a table of this name can be in the result.
    pub fn allow_table(&self, name: &str) -> bool {
        self.tables.iter().all(|wanted| *wanted == name)
    }
}

/// The column and the text of `column = 'text'`.
fn equal(filter: &Expr) -> Option<(&str, &str)> {
    let Expr::BinaryExpr(BinaryExpr {
        left,
        op: Operator::Eq,
        right,
    }) = filter
    else {
        return None;
    };
    match (&**left, &**right) {
        (Expr::Column(column), Expr::Literal(value, _))
        | (Expr::Literal(value, _), Expr::Column(column)) => {
            Some((&column.name, value.try_as_str()??))
        }
        _ => None,
    }
}
