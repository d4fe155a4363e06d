//! Calls: what is called, and with what.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, HavingBound, Ident, ListAggOnOverflow, ObjectName,
    ObjectNamePart, WindowFrame, WindowFrameBound, WindowSpec, WindowType,
};

use crate::Level;
use crate::builtins;
use crate::dialect::Dialect;
use crate::query::{Walk, absent};
use crate::refused::Refused;
use crate::types;

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It yields a value.
    Expression,
    /// It yields rows.
    Table,
    /// It is no call but says which version of a table is meant.
    Version,
}

impl<'q> Walk<'q> {
    pub(crate) fn function(&mut self, function: &'q Function, place: Place) -> Result<(), Refused> {
        let Function {
            name,
            uses_odbc_syntax,
            parameters,
            args,
            filter,
            null_treatment: _,
            over,
            within_group,
        } = function;
        absent(!uses_odbc_syntax, "a brace")?;
        absent(
            matches!(parameters, FunctionArguments::None),
            "a second list of arguments",
        )?;
        self.may_call(name, place)?;
        match args {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => self.query(query)?,
            FunctionArguments::List(list) => self.argument_list(list)?,
        }
        self.expressions(filter.as_deref())?;
        self.order_by(within_group)?;
        match over {
            Some(WindowType::WindowSpec(window)) => self.window(window),
            Some(WindowType::NamedWindow(_)) | None => Ok(()),
        }
    }

    /// Whether the function with this name may be called.
    pub(crate) fn may_call(&self, name: &ObjectName, place: Place) -> Result<(), Refused> {
        let parts: Option<Vec<&Ident>> = name.0.iter().map(ObjectNamePart::as_ident).collect();
        let Some(parts) = parts else {
            return Err(Refused::unknown_function(&name.to_string()));
        };
        // A warehouse that ignores case takes some letters outside of ASCII for letters within: the Kelvin sign for a k.
        if !parts.iter().all(|part| part.value.is_ascii()) {
            return Err(Refused::unknown_function(&name.to_string()));
        }
        let lower = lower(&parts, self.dialect);
        if let Some(reason) = builtins::harm(&lower) {
            return Err(Refused::harmful_function(&name.to_string(), reason));
        }
        if self.level == Level::Read && !self.dialect.is_anybody() {
            return Ok(());
        }
        let is_plain = matches!(parts.as_slice(), [only] if only.quote_style.is_none());
        let is_known = match place {
            Place::Expression => builtins::is_pure(&lower, self.dialect),
            Place::Table => builtins::is_pure_table(&lower, self.dialect),
            Place::Version => matches!(lower.as_str(), "at" | "before"),
        };
        match is_plain && is_known {
            true => Ok(()),
            false => Err(Refused::unknown_function(&name.to_string())),
        }
    }

    pub(crate) fn arguments(&mut self, args: &'q [FunctionArg]) -> Result<(), Refused> {
        args.iter().try_for_each(|arg| match arg {
            FunctionArg::Unnamed(arg) => self.argument(arg),
            FunctionArg::Named {
                name: _,
                arg,
                operator: FunctionArgOperator::RightArrow,
            } => self.argument(arg),
            FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => Err(Refused::construct(
                "an argument that is named in an unusual way",
            )),
        })
    }

    fn argument(&mut self, arg: &'q FunctionArgExpr) -> Result<(), Refused> {
        match arg {
            FunctionArgExpr::Expr(expr) => self.expression(expr),
            FunctionArgExpr::QualifiedWildcard(_) | FunctionArgExpr::Wildcard => Ok(()),
            FunctionArgExpr::WildcardWithOptions(options) => self.wildcard(options),
        }
    }

    fn argument_list(&mut self, list: &'q FunctionArgumentList) -> Result<(), Refused> {
        let FunctionArgumentList {
            duplicate_treatment: _,
            args,
            clauses,
        } = list;
        self.arguments(args)?;
        clauses.iter().try_for_each(|clause| match clause {
            FunctionArgumentClause::IgnoreOrRespectNulls(_)
            | FunctionArgumentClause::Separator(_)
            | FunctionArgumentClause::JsonNullClause(_)
            | FunctionArgumentClause::OnOverflow(ListAggOnOverflow::Error) => Ok(()),
            FunctionArgumentClause::OrderBy(order_by) => self.order_by(order_by),
            FunctionArgumentClause::Limit(expr)
            | FunctionArgumentClause::Having(HavingBound(_, expr)) => self.expression(expr),
            FunctionArgumentClause::OnOverflow(ListAggOnOverflow::Truncate {
                filler,
                with_count: _,
            }) => self.expressions(filler.as_deref()),
            FunctionArgumentClause::JsonReturningClause(returning) => {
                types::check(&returning.data_type)
            }
        })
    }

    pub(crate) fn window(&mut self, window: &'q WindowSpec) -> Result<(), Refused> {
        let WindowSpec {
            window_name: _,
            partition_by,
            order_by,
            window_frame,
        } = window;
        self.expressions(partition_by)?;
        self.order_by(order_by)?;
        let Some(WindowFrame {
            units: _,
            start_bound,
            end_bound,
        }) = window_frame
        else {
            return Ok(());
        };
        let bounds = std::iter::once(start_bound).chain(end_bound);
        self.expressions(bounds.filter_map(bound))
    }
}

fn bound(bound: &WindowFrameBound) -> Option<&Expr> {
    match bound {
        WindowFrameBound::CurrentRow => None,
        WindowFrameBound::Preceding(expr) | WindowFrameBound::Following(expr) => expr.as_deref(),
    }
}

/// The name in small letters, its parts joined with periods. BigQuery takes a path within a single pair of quotes too.
fn lower(parts: &[&Ident], dialect: Dialect) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| match dialect {
            Dialect::BigQuery => part.value.to_ascii_lowercase(),
            // A period within quotes is no separator.
            _ => part.value.to_ascii_lowercase().replace('.', "_"),
        })
        .collect();
    parts.join(".")
}
