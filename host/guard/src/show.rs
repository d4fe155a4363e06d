//! `SHOW`, `DESCRIBE` and `EXPLAIN`. The warehouses have more forms of them than any parser knows, so they are judged by their words.

use sqlparser::tokenizer::{Token, Word};

use crate::Level;
use crate::dialect::Dialect;
use crate::names;
use crate::query;
use crate::refused::Refused;
use crate::tokens::{Tokens, begins_statement, is_word};

/// What may follow `SHOW` in Databricks.
const DATABRICKS_LISTS: &[&str] = &[
    "CATALOGS",
    "COLUMNS",
    "CREATE TABLE",
    "DATABASES",
    "FUNCTIONS",
    "PARTITIONS",
    "SCHEMAS",
    "TABLE EXTENDED",
    "TABLES",
    "TBLPROPERTIES",
    "USER FUNCTIONS",
    "VIEWS",
    "VOLUMES",
];

/// What may follow `SHOW` in Snowflake, perhaps after `TERSE`.
const SNOWFLAKE_LISTS: &[&str] = &[
    "COLUMNS",
    "DATABASES",
    "DYNAMIC TABLES",
    "EVENT TABLES",
    "EXPORTED KEYS",
    "EXTERNAL TABLES",
    "FUNCTIONS",
    "HYBRID TABLES",
    "ICEBERG TABLES",
    "IMPORTED KEYS",
    "MATERIALIZED VIEWS",
    "OBJECTS",
    "PARAMETERS",
    "PRIMARY KEYS",
    "PROCEDURES",
    "SCHEMAS",
    "SEMANTIC VIEWS",
    "SEQUENCES",
    "STREAMS",
    "TABLES",
    "UNIQUE KEYS",
    "USER FUNCTIONS",
    "VIEWS",
    "WAREHOUSES",
];

/// What may follow `SHOW` where nobody knows the warehouse.
const COMMON_LISTS: &[&str] = &[
    "CATALOGS",
    "COLUMNS",
    "DATABASES",
    "SCHEMAS",
    "TABLES",
    "VIEWS",
];

/// What may follow `DESCRIBE` in Databricks, before the name. Without any of them the name is that of a table.
const DATABRICKS_KINDS: &[&str] = &[
    "CATALOG", "DATABASE", "DETAIL", "FUNCTION", "HISTORY", "SCHEMA", "TABLE", "VIEW", "VOLUME",
];

/// What has to follow `DESCRIBE` in Snowflake, before the name.
const SNOWFLAKE_KINDS: &[&str] = &[
    "DATABASE",
    "DYNAMIC TABLE",
    "EVENT TABLE",
    "EXTERNAL TABLE",
    "ICEBERG TABLE",
    "MATERIALIZED VIEW",
    "SCHEMA",
    "SEMANTIC VIEW",
    "SEQUENCE",
    "STREAM",
    "TABLE",
    "VIEW",
];

/// Words that, first in the place of a name, make it a query.
const QUERIES: [&str; 9] = [
    "EXPLAIN", "FROM", "MAP", "QUERY", "REDUCE", "SELECT", "TABLE", "VALUES", "WITH",
];

/// What a `SHOW` or `DESCRIBE` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// What tables are.
    Metadata,
    /// Values that are in tables, or what users have done with them.
    Read,
    /// Nobody has looked.
    Unknown,
}

impl Form {
    /// This form, if the statement was of it to its end.
    fn if_complete(self, is_complete: bool) -> Self {
        match is_complete {
            true => self,
            false => Self::Unknown,
        }
    }
}

/// Whether a `SHOW` or `DESCRIBE` is of a form that is known to list or describe, and nothing else, and may do so at `level`.
pub(crate) fn check(tokens: &Tokens, dialect: Dialect, level: Level) -> Result<(), Refused> {
    let all: Vec<&Token> = tokens
        .significant()
        .filter(|token| **token != Token::SemiColon)
        .collect();
    let mut words = Words { rest: &all };
    let form = if words.take("SHOW") {
        show(&mut words, dialect)?
    } else {
        words.rest = words.rest.get(1..).unwrap_or_default();
        describe(&mut words, dialect)?
    };
    match (form, level) {
        (Form::Metadata, _) | (Form::Read, Level::Read) => Ok(()),
        (Form::Read, Level::Metadata) => Err(Refused::NotMetadata {
            statement: tokens.opening(),
        }),
        (Form::Unknown, _) => Err(Refused::unknown_form(&tokens.opening())),
    }
}

/// Whether the query that is explained may pass.
pub(crate) fn explain(tokens: Tokens, dialect: Dialect, level: Level) -> Result<(), Refused> {
    if level == Level::Metadata {
        return Err(Refused::NotMetadata {
            statement: "EXPLAIN".to_owned(),
        });
    }
    let tokens = tokens.without_words(1);
    let options: &[(&str, usize)] = match dialect {
        Dialect::Databricks => &[
            ("CODEGEN", 1),
            ("COST", 1),
            ("EXTENDED", 1),
            ("FORMATTED", 1),
        ],
        // `USING TEXT`, `USING JSON`, `USING TABULAR`
        Dialect::Snowflake => &[("USING", 2)],
        Dialect::BigQuery | Dialect::Ansi | Dialect::Generic => &[],
    };
    let words = options
        .iter()
        .find(|(word, _)| *word == tokens.first_word())
        .map_or(0, |(_, words)| *words);
    let tokens = tokens.without_words(words);
    match tokens.first_word() {
        "SELECT" | "WITH" | "VALUES" | "" => query::check(tokens, dialect, level),
        _ => Err(Refused::not_a_read(&tokens.opening())),
    }
}

fn show(words: &mut Words<'_>, dialect: Dialect) -> Result<Form, Refused> {
    let lists = match dialect {
        Dialect::Databricks => DATABRICKS_LISTS,
        Dialect::Snowflake => SNOWFLAKE_LISTS,
        Dialect::Ansi | Dialect::Generic => COMMON_LISTS,
        Dialect::BigQuery => &[],
    };
    if dialect == Dialect::Snowflake {
        words.take("TERSE");
    }
    // Their names are values of columns.
    let form = match words.is_next("PARTITIONS") {
        true => Form::Read,
        false => Form::Metadata,
    };
    if !words.take_any(lists) {
        return Ok(Form::Unknown);
    }
    for token in words.rest {
        match token {
            Token::Word(word) if word.quote_style.is_some() => names::check_quoted(word, dialect)?,
            Token::Word(word) => {
                if begins_statement(&word.value) || is_word(token, "SELECT") {
                    return Err(Refused::construct(&format!("`{word}`")));
                }
            }
            Token::SingleQuotedString(_) | Token::DoubleQuotedString(_) => {}
            Token::Number(..) | Token::Period | Token::Comma | Token::Eq => {}
            _ => return Err(Refused::construct(&format!("`{token}`"))),
        }
    }
    Ok(form)
}

fn describe(words: &mut Words<'_>, dialect: Dialect) -> Result<Form, Refused> {
    let (kinds, needs_kind) = match dialect {
        Dialect::Databricks => (DATABRICKS_KINDS, false),
        Dialect::Snowflake => (SNOWFLAKE_KINDS, true),
        Dialect::Ansi | Dialect::Generic => (["TABLE", "VIEW"].as_slice(), false),
        Dialect::BigQuery => return Ok(Form::Unknown),
    };
    let is_table = words.is_next("TABLE");
    // Who has changed it when, and with which conditions on its values.
    let is_history = words.is_next("HISTORY");
    let has_kind = words.take_any(kinds);
    let is_extended = dialect == Dialect::Databricks && words.take_any(&["EXTENDED", "FORMATTED"]);
    if (needs_kind && !has_kind) || !words.take_name(dialect)? {
        return Ok(Form::Unknown);
    }
    let mut form = match is_history {
        true => Form::Read,
        false => Form::Metadata,
    };
    let ends_well = match dialect {
        Dialect::Databricks if words.take("AS") => words.take("JSON"),
        Dialect::Databricks if is_table && !words.rest.is_empty() => {
            // A column of it, with its statistics: the least and the greatest value.
            if is_extended {
                form = Form::Read;
            }
            words.take_name(dialect)?
        }
        Dialect::Snowflake if words.take("TYPE") => {
            words.take_sign(&Token::Eq) && words.take_any(&["COLUMNS", "STAGE"])
        }
        _ => true,
    };
    Ok(form.if_complete(ends_well && words.rest.is_empty()))
}

fn is_query(word: &Word) -> bool {
    QUERIES
        .iter()
        .any(|query| word.value.eq_ignore_ascii_case(query))
}

/// The tokens that are still to be read, without whitespace.
struct Words<'a> {
    rest: &'a [&'a Token],
}

impl Words<'_> {
    /// Whether an unquoted word is next.
    fn is_next(&self, text: &str) -> bool {
        self.rest.first().is_some_and(|first| is_word(first, text))
    }

    /// Takes an unquoted word, if that is next.
    fn take(&mut self, text: &str) -> bool {
        match self.rest {
            [first, rest @ ..] if is_word(first, text) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn take_sign(&mut self, sign: &Token) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == sign => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes one of these phrases, if all its words are next.
    fn take_any(&mut self, phrases: &[&str]) -> bool {
        let before = self.rest;
        for phrase in phrases {
            if phrase.split(' ').all(|word| self.take(word)) {
                return true;
            }
            self.rest = before;
        }
        false
    }

    /// Takes a name with its qualifiers, if that is next.
    fn take_name(&mut self, dialect: Dialect) -> Result<bool, Refused> {
        let mut is_first = true;
        loop {
            let [Token::Word(word), rest @ ..] = self.rest else {
                return Ok(false);
            };
            if word.quote_style.is_some() {
                names::check_quoted(word, dialect)?;
            } else if is_first && (is_query(word) || begins_statement(&word.value)) {
                return Ok(false);
            }
            is_first = false;
            self.rest = rest;
            if !self.take_sign(&Token::Period) {
                return Ok(true);
            }
        }
    }
}
