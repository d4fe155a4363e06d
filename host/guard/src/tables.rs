//! What a query reads from.

use sqlparser::ast::{Expr, FunctionArg};
use sqlparser::ast::{
    ExprWithAlias, Ident, Join, JoinConstraint, JoinOperator, ObjectName, PivotValueSource,
    TableAlias, TableFactor, TableFunctionArgs, TableSample, TableSampleKind, TableSampleQuantity,
    TableVersion, TableWithJoins,
};

use crate::Level;
use crate::functions::Place;
use crate::names;
use crate::query::{Walk, absent};
use crate::refused::Refused;
use crate::types;

impl<'q> Walk<'q> {
    pub(crate) fn tables(&mut self, tables: &'q [TableWithJoins]) -> Result<(), Refused> {
        tables
            .iter()
            .try_for_each(|table| self.table_with_joins(table))
    }

    fn table_with_joins(&mut self, table: &'q TableWithJoins) -> Result<(), Refused> {
        let TableWithJoins { relation, joins } = table;
        self.factor(relation)?;
        joins.iter().try_for_each(|join| {
            let Join {
                relation,
                global,
                join_operator,
            } = join;
            absent(!global, "`GLOBAL JOIN`")?;
            self.factor(relation)?;
            self.join_operator(join_operator)
        })
    }

    fn join_operator(&mut self, operator: &'q JoinOperator) -> Result<(), Refused> {
        let constraint = match operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint)
            | JoinOperator::CrossJoin(constraint)
            | JoinOperator::Semi(constraint)
            | JoinOperator::LeftSemi(constraint)
            | JoinOperator::RightSemi(constraint)
            | JoinOperator::Anti(constraint)
            | JoinOperator::LeftAnti(constraint)
            | JoinOperator::RightAnti(constraint) => constraint,
            JoinOperator::AsOf {
                match_condition,
                constraint,
            } => {
                self.expression(match_condition)?;
                constraint
            }
            JoinOperator::CrossApply
            | JoinOperator::OuterApply
            | JoinOperator::StraightJoin(_)
            | JoinOperator::ArrayJoin
            | JoinOperator::LeftArrayJoin
            | JoinOperator::InnerArrayJoin => {
                return Err(Refused::construct("a join of another dialect"));
            }
        };
        match constraint {
            JoinConstraint::On(condition) => self.expression(condition),
            JoinConstraint::Using(_) | JoinConstraint::Natural | JoinConstraint::None => Ok(()),
        }
    }

    fn factor(&mut self, factor: &'q TableFactor) -> Result<(), Refused> {
        self.descend(|walk| match factor {
            TableFactor::Table { .. } => walk.table(factor),
            TableFactor::Derived {
                lateral: _,
                subquery,
                alias,
                sample,
            } => {
                walk.alias(alias.as_ref())?;
                walk.sample(sample.as_ref())?;
                walk.query(subquery)
            }
            TableFactor::TableFunction { expr, alias } => {
                walk.alias(alias.as_ref())?;
                walk.table_of(expr)
            }
            TableFactor::Function {
                lateral: _,
                name,
                args,
                with_ordinality,
                alias,
            } => {
                absent(!with_ordinality, "`WITH ORDINALITY`")?;
                walk.alias(alias.as_ref())?;
                walk.table_function(name, args)
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset: _,
                with_offset_alias: _,
                with_ordinality: _,
            } => {
                walk.alias(alias.as_ref())?;
                walk.expressions(array_exprs)
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                walk.alias(alias.as_ref())?;
                walk.table_with_joins(table_with_joins)
            }
            TableFactor::Pivot { .. } | TableFactor::Unpivot { .. } => walk.pivot(factor),
            TableFactor::MatchRecognize { .. } => Err(Refused::construct("`MATCH_RECOGNIZE`")),
            TableFactor::JsonTable { .. } => Err(Refused::construct("`JSON_TABLE`")),
            TableFactor::OpenJsonTable { .. } => Err(Refused::construct("`OPENJSON`")),
            TableFactor::XmlTable { .. } => Err(Refused::construct("`XMLTABLE`")),
            TableFactor::SemanticView { .. } => Err(Refused::construct("`SEMANTIC_VIEW`")),
        })
    }

    /// A name in `FROM`: of a table, of a common table expression or, with arguments, of a function.
    fn table(&mut self, factor: &'q TableFactor) -> Result<(), Refused> {
        let TableFactor::Table {
            name,
            alias,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } = factor
        else {
            return Err(Refused::construct("an unknown kind of table"));
        };
        absent(with_hints.is_empty(), "a hint or an option of a table")?;
        absent(!with_ordinality, "`WITH ORDINALITY`")?;
        absent(partitions.is_empty(), "`PARTITION`")?;
        absent(json_path.is_none(), "a path into a table")?;
        absent(index_hints.is_empty(), "a hint of an index")?;
        self.alias(alias.as_ref())?;
        self.sample(sample.as_ref())?;
        if let Some(version) = version {
            self.version(version)?;
        }
        match args {
            Some(TableFunctionArgs { args, settings }) => {
                absent(settings.is_none(), "`SETTINGS`")?;
                self.table_function(name, args)
            }
            None => self.named_table(name),
        }
    }

    fn named_table(&self, name: &ObjectName) -> Result<(), Refused> {
        let parts = names::parts(name, self.dialect)?;
        let passes = match self.level {
            Level::Read => true,
            Level::Metadata => self.is_cte(&parts) || names::is_metadata(&parts, self.dialect),
        };
        match passes {
            true => Ok(()),
            false => Err(Refused::table(&plain(&parts))),
        }
    }

    fn is_cte(&self, parts: &[&Ident]) -> bool {
        let [name] = parts else { return false };
        self.visible
            .iter()
            .any(|visible| self.dialect.same_name(visible, name))
    }

    /// A call in `FROM`.
    fn table_function(
        &mut self,
        name: &'q ObjectName,
        args: &'q [FunctionArg],
    ) -> Result<(), Refused> {
        self.may_call(name, Place::Table)?;
        self.arguments(args)
    }

    /// What stands in the brackets of `TABLE(…)`. A string or a parameter there names what nobody sees.
    fn table_of(&mut self, expr: &'q Expr) -> Result<(), Refused> {
        match expr {
            _ if self.level == Level::Metadata => Err(Refused::construct("`TABLE(…)`")),
            Expr::Function(function) => self.function(function, Place::Table),
            _ => Err(Refused::construct(
                "`TABLE(…)` of something that is no call",
            )),
        }
    }

    /// What stands behind `LATERAL VIEW`.
    pub(crate) fn generator(&mut self, expr: &'q Expr) -> Result<(), Refused> {
        match expr {
            Expr::Function(function) => self.function(function, Place::Table),
            _ => Err(Refused::construct(
                "`LATERAL VIEW` of something that is no call",
            )),
        }
    }

    pub(crate) fn alias(&self, alias: Option<&TableAlias>) -> Result<(), Refused> {
        let Some(TableAlias {
            explicit: _,
            name: _,
            columns,
            at,
        }) = alias
        else {
            return Ok(());
        };
        absent(at.is_none(), "`AT` behind an alias")?;
        let mut types = columns
            .iter()
            .filter_map(|column| column.data_type.as_ref());
        types.try_for_each(types::check)
    }

    fn version(&mut self, version: &'q TableVersion) -> Result<(), Refused> {
        absent(self.level == Level::Read, "an earlier version of a table")?;
        match version {
            TableVersion::ForSystemTimeAsOf(expr)
            | TableVersion::TimestampAsOf(expr)
            | TableVersion::VersionAsOf(expr) => self.expression(expr),
            // Snowflake's `AT(…)` and `BEFORE(…)`.
            TableVersion::Function(Expr::Function(function)) => {
                self.function(function, Place::Version)
            }
            TableVersion::Function(_) | TableVersion::Changes { .. } => {
                Err(Refused::construct("the changes of a table"))
            }
        }
    }

    fn sample(&mut self, sample: Option<&'q TableSampleKind>) -> Result<(), Refused> {
        let Some(
            TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample),
        ) = sample
        else {
            return Ok(());
        };
        let TableSample {
            modifier: _,
            name: _,
            quantity,
            seed: _,
            bucket,
            offset,
        } = sample.as_ref();
        absent(self.level == Level::Read, "a sample of a table")?;
        absent(bucket.is_none(), "a bucket of a table")?;
        if let Some(TableSampleQuantity {
            parenthesized: _,
            value,
            unit: _,
        }) = quantity
        {
            self.expression(value)?;
        }
        self.expressions(offset)
    }

    fn pivot(&mut self, factor: &'q TableFactor) -> Result<(), Refused> {
        absent(self.level == Level::Read, "`PIVOT` or `UNPIVOT`")?;
        match factor {
            TableFactor::Pivot {
                table,
                aggregate_functions,
                value_column,
                value_source,
                default_on_null,
                alias,
            } => {
                self.alias(alias.as_ref())?;
                self.factor(table)?;
                self.with_aliases(aggregate_functions)?;
                self.expressions(value_column)?;
                self.expressions(default_on_null)?;
                match value_source {
                    PivotValueSource::List(values) => self.with_aliases(values),
                    PivotValueSource::Any(order_by) => self.order_by(order_by),
                    PivotValueSource::Subquery(query) => self.query(query),
                }
            }
            TableFactor::Unpivot {
                table,
                value,
                name: _,
                columns,
                null_inclusion: _,
                alias,
            } => {
                self.alias(alias.as_ref())?;
                self.factor(table)?;
                self.expression(value)?;
                self.with_aliases(columns)
            }
            _ => Err(Refused::construct("an unknown kind of table")),
        }
    }

    fn with_aliases(&mut self, expressions: &'q [ExprWithAlias]) -> Result<(), Refused> {
        expressions
            .iter()
            .try_for_each(|ExprWithAlias { expr, alias: _ }| self.expression(expr))
    }
}

/// The name as people write it.
fn plain(parts: &[&Ident]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
    parts.join(".")
}
