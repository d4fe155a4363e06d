//! What is in scope at a cursor, also in a text that is no query yet: the whole parts of it are put together to one.

use sqlparser::ast::SetExpr;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::cursor::{Clause, clause};
use crate::analyzer::{Analyzer, Named};
use crate::catalog::Catalog;
use crate::parse::{self, is_word};
use crate::query::Env;
use crate::resolve::{RelationPath, Resolved, Resolver};
use crate::scope::Relation;
use crate::{Model, Workspace};

/// What is in scope at a cursor.
#[derive(Debug, Default)]
pub(super) struct Visible {
    /// The relations, the nearest first.
    pub(super) relations: Vec<Relation>,
    /// The common table expressions, the nearest first.
    pub(super) ctes: Vec<Named>,
    /// The aliases of the outputs before, as they are written.
    pub(super) aliases: Vec<String>,
}

/// Asks a workspace and a catalog.
struct Live<'w> {
    workspace: &'w Workspace,
    catalog: &'w dyn Catalog,
    model: &'w Model,
}

impl Resolver for Live<'_> {
    fn resolve(&self, path: &RelationPath) -> Resolved {
        self.workspace.resolve(self.catalog, self.model, path)
    }
}

/// What is in scope at `place` among the tokens of a model's query.
pub(super) fn visible(
    workspace: &Workspace,
    catalog: &dyn Catalog,
    model: &Model,
    tokens: &[TokenWithSpan],
    place: usize,
) -> Visible {
    let live = Live {
        workspace,
        catalog,
        model,
    };
    let levels = levels(tokens, place);
    let mut builder = Builder {
        live,
        ctes: Vec::new(),
        known: Vec::new(),
    };
    // From the outermost inwards, so that inner ones may read outer common table expressions.
    let mut visible = Visible::default();
    let mut outer: Vec<Relation> = Vec::new();
    for (index, level) in levels.iter().enumerate() {
        let query = &tokens[level.start..level.end];
        builder.add_ctes(query, level.at - level.start);
        let select = select_at(query, level.at - level.start);
        let from = from_items(
            &query[select.start..select.end],
            level.at - level.start - select.start,
        );
        let mut relations = builder.relations(&from);
        let is_innermost = index + 1 == levels.len();
        // What is derived in a FROM does not see what stands beside it.
        let is_correlated = is_innermost
            || clause(tokens, level.at) != Clause::Relation && !in_from(tokens, level.at);
        if is_innermost {
            visible.aliases = aliases(&query[select.start..select.end]);
        }
        if is_correlated {
            relations.append(&mut outer);
            outer = relations;
        } else {
            outer.clear();
        }
    }
    visible.relations = outer;
    builder.known.reverse();
    visible.ctes = builder.known;
    visible
}

/// A query around the cursor.
#[derive(Clone, Copy, Debug)]
struct Level {
    /// Its tokens, without the brackets around it.
    start: usize,
    end: usize,
    /// The place of the cursor, or of the brackets that it stands in.
    at: usize,
}

/// The queries around `place`, the outermost first.
fn levels(tokens: &[TokenWithSpan], place: usize) -> Vec<Level> {
    let mut opened: Vec<usize> = Vec::new();
    for (index, token) in tokens.iter().enumerate().take(place) {
        match token.token {
            Token::LParen => opened.push(index),
            Token::RParen => {
                opened.pop();
            }
            _ => {}
        }
    }
    let begins_query = |index: &usize| {
        let next = tokens.get(index + 1).map(|token| &token.token);
        next.is_some_and(|next| {
            ["SELECT", "WITH", "FROM"]
                .iter()
                .any(|word| is_word(next, word))
        })
    };
    let opened: Vec<usize> = opened.into_iter().filter(begins_query).collect();
    let mut levels = vec![Level {
        start: 0,
        end: tokens.len(),
        at: place,
    }];
    for open in opened {
        if let Some(level) = levels.last_mut() {
            level.at = open;
        }
        levels.push(Level {
            start: open + 1,
            end: closing(tokens, open),
            at: place,
        });
    }
    levels
}

/// Where the bracket that opens at `open` is closed; the end where it is not.
fn closing(tokens: &[TokenWithSpan], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth <= 1 => return index,
            Token::RParen => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The places of tokens that are in no brackets.
fn outside(tokens: &[TokenWithSpan]) -> impl Iterator<Item = (usize, &Token)> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().filter_map(move |(index, token)| {
        let is_outside = depth == 0;
        match token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_outside.then_some((index, &token.token))
    })
}

/// The SELECT of a query that holds the token at `at`: what stands between set operations.
fn select_at(query: &[TokenWithSpan], at: usize) -> std::ops::Range<usize> {
    let mut range = 0..query.len();
    for (index, token) in outside(query) {
        let is_operation = ["UNION", "INTERSECT", "EXCEPT", "MINUS"]
            .iter()
            .any(|word| is_word(token, word));
        let next = query.get(index + 1).map(|next| &next.token);
        let is_followed = next.is_some_and(|next| {
            ["ALL", "DISTINCT", "SELECT"]
                .iter()
                .any(|word| is_word(next, word))
                || (*next == Token::LParen && !is_word(token, "EXCEPT"))
        });
        if is_operation && is_followed {
            match index < at {
                true => range.start = index + 1,
                false => {
                    range.end = index;
                    break;
                }
            }
        }
    }
    range
}

/// Whether `place` is within a FROM clause rather than in a condition.
fn in_from(tokens: &[TokenWithSpan], place: usize) -> bool {
    let mut depth = 0_usize;
    for token in tokens.iter().take(place).rev().map(|token| &token.token) {
        match token {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => return false,
            Token::LParen => depth -= 1,
            token if depth == 0 => {
                if ["FROM", "JOIN"].iter().any(|word| is_word(token, word)) {
                    return true;
                }
                if ["ON", "WHERE", "SELECT", "HAVING", "QUALIFY"]
                    .iter()
                    .any(|word| is_word(token, word))
                {
                    return false;
                }
            }
            _ => {}
        }
    }
    false
}

/// Words that end a FROM clause.
const AFTER_FROM: [&str; 9] = [
    "WHERE", "GROUP", "HAVING", "QUALIFY", "ORDER", "LIMIT", "WINDOW", "SELECT", "CONNECT",
];

/// Words that stand between relations, or after one.
const BETWEEN: [&str; 12] = [
    "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER", "SEMI", "ANTI", "NATURAL", "ASOF",
    "ANY",
];

/// The relations of a SELECT's FROM, each with its alias, but the one that the cursor is in.
fn from_items(select: &[TokenWithSpan], at: usize) -> Vec<&[TokenWithSpan]> {
    let is = |token: &Token, words: &[&str]| words.iter().any(|word| is_word(token, word));
    let mut items = Vec::new();
    let mut start: Option<usize> = None;
    let mut in_clause = false;
    let mut end_item = |start: &mut Option<usize>, end: usize| {
        if let Some(start) = start.take()
            && start < end
            && !(start..=end).contains(&at)
        {
            items.push(&select[start..end]);
        }
    };
    for (index, token) in outside(select) {
        let is_view = is(token, &["LATERAL"])
            && select
                .get(index + 1)
                .is_some_and(|next| is(&next.token, &["VIEW"]));
        if is(token, &["FROM"]) {
            in_clause = true;
            start = Some(index + 1);
        } else if in_clause
            && (is(token, &AFTER_FROM) || *token == Token::VerticalBarRightAngleBracket)
        {
            end_item(&mut start, index);
            in_clause = false;
        } else if in_clause && is(token, &["JOIN"])
            || (in_clause && start.is_some() && *token == Token::Comma)
        {
            end_item(&mut start, index);
            start = Some(index + 1);
        } else if is_view && in_clause {
            end_item(&mut start, index);
            start = Some(index);
        } else if in_clause
            && (is(token, &["ON", "USING"]) || is(token, &BETWEEN))
            && start != Some(index)
        {
            let in_view = start.is_some_and(|start| is(&select[start].token, &["LATERAL"]));
            if !in_view {
                end_item(&mut start, index);
            }
        }
    }
    end_item(&mut start, select.len());
    items
}

/// The aliases that a SELECT's list gives.
fn aliases(select: &[TokenWithSpan]) -> Vec<String> {
    let mut aliases = Vec::new();
    let mut after_as = false;
    let list = outside(select).skip_while(|(_, token)| !is_word(token, "SELECT"));
    for (_, token) in list.take_while(|(_, token)| !is_word(token, "FROM")) {
        if let (true, Token::Word(word)) = (after_as, token) {
            aliases.push(word.to_string());
        }
        after_as = is_word(token, "AS");
    }
    aliases
}

/// Puts whole parts of a text together to queries.
struct Builder<'w> {
    live: Live<'w>,
    /// The tokens of the common table expressions so far, each `name AS (…)`.
    ctes: Vec<Vec<TokenWithSpan>>,
    known: Vec<Named>,
}

impl Builder<'_> {
    /// Takes up those common table expressions of a query that end before `at`.
    fn add_ctes(&mut self, query: &[TokenWithSpan], at: usize) {
        let Some(first) = query.first().filter(|first| is_word(&first.token, "WITH")) else {
            return;
        };
        let _ = first;
        let mut start = 1;
        if query
            .get(1)
            .is_some_and(|next| is_word(&next.token, "RECURSIVE"))
        {
            start = 2;
        }
        while let Some(Token::Word(name)) = query.get(start).map(|token| &token.token) {
            let open = outside(&query[start..]).find(|(_, token)| **token == Token::LParen);
            let Some((open, _)) = open else { break };
            let mut end = closing(query, start + open);
            // A list of columns comes before the query.
            if query
                .get(end + 1)
                .is_some_and(|next| is_word(&next.token, "AS"))
            {
                end = closing(query, end + 2);
            }
            if end >= at || end >= query.len() {
                break;
            }
            self.add_cte(&query[start..=end], &name.value);
            if query
                .get(end + 1)
                .is_none_or(|next| next.token != Token::Comma)
            {
                break;
            }
            start = end + 2;
        }
    }

    fn add_cte(&mut self, cte: &[TokenWithSpan], name: &str) {
        let mut ctes = self.ctes.clone();
        ctes.push(cte.to_vec());
        let from = [cte.first().cloned().into_iter().collect::<Vec<_>>()];
        let relations = self.analysed(&ctes, &from);
        let relation = relations.as_ref().and_then(|relations| relations.first());
        self.known.push(Named {
            name: name.into(),
            is_cte: true,
            shape: relation
                .map(|relation| relation.shape.clone())
                .unwrap_or_default(),
            definition: 0..0,
            reference: None,
        });
        if relations.is_some() {
            self.ctes = ctes;
        }
    }

    /// The relations that these parts of a FROM bring into scope; those that are no relations yet are left out.
    fn relations(&self, items: &[&[TokenWithSpan]]) -> Vec<Relation> {
        let all: Vec<Vec<TokenWithSpan>> = items.iter().map(|item| item.to_vec()).collect();
        if let Some(relations) = self.analysed(&self.ctes, &all) {
            return relations;
        }
        let mut sound: Vec<Vec<TokenWithSpan>> = Vec::new();
        let mut relations = Vec::new();
        for item in all {
            sound.push(item);
            match self.analysed(&self.ctes, &sound) {
                Some(found) => relations = found,
                None => {
                    sound.pop();
                }
            }
        }
        relations
    }

    /// What `WITH ctes SELECT * FROM items` reads; `None` where that is no query.
    fn analysed(
        &self,
        ctes: &[Vec<TokenWithSpan>],
        items: &[Vec<TokenWithSpan>],
    ) -> Option<Vec<Relation>> {
        let mut tokens: Vec<TokenWithSpan> = Vec::new();
        let dialect = self.live.model.home.dialect;
        for (index, cte) in ctes.iter().enumerate() {
            tokens.push(if index == 0 {
                word("WITH")
            } else {
                sign(Token::Comma)
            });
            tokens.extend_from_slice(cte);
        }
        tokens.extend([word("SELECT"), sign(Token::Mul)]);
        for (index, item) in items.iter().enumerate() {
            let is_view = item
                .first()
                .is_some_and(|first| is_word(&first.token, "LATERAL"))
                && item.get(1).is_some_and(|next| is_word(&next.token, "VIEW"));
            match (index, is_view) {
                (0, _) => tokens.push(word("FROM")),
                (_, true) => {}
                _ => tokens.push(sign(Token::Comma)),
            }
            tokens.extend_from_slice(item);
        }
        let model = self.live.model;
        let query = parse::of_tokens(dialect, &model.text, tokens, model.text.len()).ok()?;
        let SetExpr::Select(select) = &*query.body else {
            return None;
        };
        let mut analyzer = Analyzer::new(&model.home, &model.text, &self.live);
        let mut relations = Vec::new();
        match &query.with {
            Some(with) => {
                analyzer.with(with, &Env::default(), &mut |analyzer, env| {
                    relations = analyzer.read_from(select, env).relations;
                    crate::scope::Shape::unknown()
                });
            }
            None => relations = analyzer.read_from(select, &Env::default()).relations,
        }
        Some(relations)
    }
}

fn sign(token: Token) -> TokenWithSpan {
    TokenWithSpan::new(token, Span::empty())
}

fn word(text: &str) -> TokenWithSpan {
    sign(Token::make_keyword(text))
}
