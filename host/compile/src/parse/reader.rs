//! How the parser reads each dialect.

use std::any::TypeId;
use std::cell::Cell;

use sqlparser::ast::{BinaryOperator, Expr, Ident, ObjectNamePart, Statement};
use sqlparser::dialect::{Dialect as Rules, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

use crate::Dialect;

/// How many operands may be asked for, per token. What people write needs one or two.
const OPERANDS_PER_TOKEN: usize = 20;

/// How deep operands may be nested in each other: less than what the parser descends for them, which is at most twice as far.
const MOST_OPERANDS_DEEP: usize = 180;

/// The parser's rules for a dialect, completed where it knows less than the warehouse, and with a limit to its effort.
///
/// The parser tries many words in two ways. Where such words are nested and something is wrong at the innermost, its work doubles
/// with every level; it has no limit for that, but it asks its dialect before each operand.
#[derive(Debug)]
pub(crate) struct Reader {
    dialect: Dialect,
    operands_left: Cell<usize>,
    depth: Cell<usize>,
    /// Whether an operand was nested too deep. The parser may make another error of it than that it has gone too deep.
    went_too_deep: Cell<bool>,
    /// Whether the next question for an operand is this reader's own.
    asks_itself: Cell<bool>,
    /// Whether the condition of a join may stand behind the joins after it.
    has_conditions_behind_joins: bool,
}

impl Reader {
    pub(crate) fn new(dialect: Dialect, tokens: usize) -> Self {
        Self {
            dialect,
            operands_left: Cell::new(1_000 + tokens.saturating_mul(OPERANDS_PER_TOKEN)),
            depth: Cell::new(0),
            went_too_deep: Cell::new(false),
            asks_itself: Cell::new(false),
            has_conditions_behind_joins: dialect == Dialect::Snowflake,
        }
    }

    /// The same, for texts in which the condition of a join stands behind the joins after it.
    pub(crate) fn with_conditions_behind_joins(self) -> Self {
        Self {
            has_conditions_behind_joins: true,
            ..self
        }
    }

    /// Whether the parser was stopped because it went on for too long or too deep.
    pub(crate) fn is_spent(&self) -> bool {
        self.operands_left.get() == 0 || self.went_too_deep.get()
    }

    fn rules(&self) -> &'static dyn Rules {
        self.dialect.parser()
    }
}

/// Says which dialects have a feature; the parser's default is that they do not.
macro_rules! features {
    ($($dialects:pat => $($feature:ident)*;)*) => {
        $($(fn $feature(&self) -> bool {
            matches!(self.dialect, $dialects)
        })*)*
    };
}

impl Rules for Reader {
    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        if self.asks_itself.take() {
            return None;
        }
        let Some(left) = self.operands_left.get().checked_sub(1) else {
            // Of all errors this is the one that is not followed by another try.
            return Some(Err(ParserError::RecursionLimitExceeded));
        };
        self.operands_left.set(left);
        let depth = self.depth.get();
        if depth >= MOST_OPERANDS_DEEP {
            self.went_too_deep.set(true);
            return Some(Err(ParserError::RecursionLimitExceeded));
        }
        self.depth.set(depth + 1);
        self.asks_itself.set(true);
        let operand = parser.parse_prefix();
        self.depth.set(depth);
        Some(operand)
    }

    fn dialect(&self) -> TypeId {
        self.rules().dialect()
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        self.rules().is_delimited_identifier_start(character)
    }

    fn is_identifier_start(&self, character: char) -> bool {
        self.rules().is_identifier_start(character) || character.is_alphabetic()
    }

    fn is_identifier_part(&self, character: char) -> bool {
        self.rules().is_identifier_part(character) || character.is_alphanumeric()
    }

    fn parse_infix(
        &self,
        parser: &mut Parser,
        left: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        if self.dialect == Dialect::Databricks && parser.parse_keyword(Keyword::DIV) {
            let right = parser.parse_subexpr(precedence);
            return Some(right.map(|right| Expr::BinaryOp {
                left: Box::new(left.clone()),
                op: BinaryOperator::MyIntegerDivide,
                right: Box::new(right),
            }));
        }
        None
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        self.rules().get_next_precedence(parser)
    }

    fn parse_statement(&self, parser: &mut Parser) -> Option<Result<Statement, ParserError>> {
        self.rules().parse_statement(parser)
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        self.rules().prec_value(precedence)
    }

    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        self.rules().is_reserved_for_identifier(keyword)
    }

    fn get_reserved_keywords_for_select_item_operator(&self) -> &[Keyword] {
        self.rules()
            .get_reserved_keywords_for_select_item_operator()
    }

    fn is_column_alias(&self, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.rules().is_column_alias(keyword, parser)
    }

    fn is_select_item_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.rules().is_select_item_alias(explicit, keyword, parser)
    }

    fn is_table_factor(&self, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.rules().is_table_factor(keyword, parser)
    }

    fn is_table_alias(&self, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.rules().is_table_alias(keyword, parser)
    }

    fn is_table_factor_alias(
        &self,
        explicit: bool,
        keyword: &Keyword,
        parser: &mut Parser,
    ) -> bool {
        self.rules()
            .is_table_factor_alias(explicit, keyword, parser)
    }

    fn is_identifier_generating_function_name(
        &self,
        name: &Ident,
        parts: &[ObjectNamePart],
    ) -> bool {
        self.rules()
            .is_identifier_generating_function_name(name, parts)
    }

    fn supports_left_associative_joins_without_parens(&self) -> bool {
        !self.has_conditions_behind_joins
    }

    features! {
        Dialect::Databricks | Dialect::BigQuery | Dialect::Snowflake =>
            supports_string_literal_backslash_escape supports_select_expr_star supports_group_by_expr
            supports_lambda_functions supports_filter_during_aggregation supports_table_versioning
            supports_window_clause_named_window_reference supports_projection_trailing_commas
            supports_window_function_null_treatment_arg supports_order_by_all supports_group_by_with_modifier
            supports_named_fn_args_with_rarrow_operator supports_boolean_literals
            supports_select_wildcard_except supports_select_wildcard_replace supports_pipe_operator
            supports_parens_around_table_factor supports_comma_separated_trim allow_extract_custom
            allow_extract_single_quotes;
        Dialect::Databricks | Dialect::BigQuery =>
            supports_struct_literal supports_string_literal_concatenation
            supports_bitwise_shift_operators supports_from_first_select;
        Dialect::BigQuery => require_interval_qualifier supports_triple_quoted_string;
        Dialect::Databricks | Dialect::Snowflake =>
            supports_values_as_table_factor supports_subquery_as_function_arg
            supports_within_after_array_aggregation supports_bang_not_operator
            supports_from_trailing_commas supports_select_wildcard_exclude;
        Dialect::Databricks =>
            supports_table_sample_before_alias supports_nested_comments supports_numeric_prefix supports_cte_without_as
            supports_select_item_multi_column_alias
            supports_select_wildcard_with_alias;
        Dialect::Snowflake =>
            supports_object_name_double_dot_notation supports_outer_join_operator supports_connect_by
            supports_match_recognize supports_dictionary_syntax supports_extract_comma_syntax
            supports_array_typedef_without_element_type supports_partiql
            supports_semantic_view_table_factor supports_select_wildcard_ilike
            supports_select_wildcard_rename;
    }
}
