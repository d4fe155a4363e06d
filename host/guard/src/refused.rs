//! Why a statement may not pass.

use std::fmt::Write as _;

use sqlparser::parser::ParserError;

/// No more characters than this of what the statement itself holds are shown.
const MOST_CHARACTERS: usize = 120;

/// The reason why a statement may not pass.
///
/// Its text is one clause without a full stop, to follow the likes of `the statement was not sent:`. What comes from the statement has its
/// control and invisible characters escaped and is cut to 120 characters, in the fields as well as in the text.
///
/// ```
/// use rocky_guard::{Level, check};
///
/// let refused = check("snowflake", "DROP TABLE t", Level::Read).unwrap_err();
/// assert_eq!(refused.to_string(), "`DROP TABLE` is not a read");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The guard does not know how this dialect is read.
    #[error("`{dialect}` is no dialect that can be judged")]
    UnknownDialect {
        /// What was asked for.
        dialect: String,
    },
    /// There is nothing but whitespace and semicolons.
    #[error("it holds no statement")]
    Empty,
    /// The text is too long.
    #[error("it is {bytes} bytes long, and the limit is {limit}")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// Brackets or expressions are nested too deep.
    #[error("it is nested deeper than {limit} levels")]
    TooDeep {
        /// How many levels there may be.
        limit: usize,
    },
    /// Parsing it would take too long.
    #[error("it is too intricate to be judged: {what}")]
    TooIntricate {
        /// What there is too much of.
        what: &'static str,
    },
    /// There is more than one statement.
    #[error("it holds {count} statements")]
    SeveralStatements {
        /// How many statements there are, at least.
        count: usize,
    },
    /// There is a comment or a hint.
    #[error("it holds a comment, and what that hides depends on who reads it")]
    Comment,
    /// There is a character that has no place outside of quotes.
    #[error("it holds the character {character} outside of quotes")]
    Character {
        /// The character, printable.
        character: String,
    },
    /// There is a backslash.
    #[error("it holds a backslash, and what that escapes depends on who reads it")]
    Backslash,
    /// Where a literal ends depends on who reads it.
    #[error("its quotes can be read in more than one way: {what}")]
    Quoting {
        /// What is wrong with them.
        what: &'static str,
    },
    /// There is a `${`.
    #[error("it holds `${{`, which some warehouses replace before they read the statement")]
    Substitution,
    /// It cannot be parsed.
    #[error("it is not SQL that can be parsed: {message}{position}")]
    Unparsable {
        /// What the parser says.
        message: String,
        /// Where: ` at line 1, column 9`, or nothing.
        position: String,
    },
    /// It is another kind of statement, or holds one.
    #[error("`{statement}` is not a read")]
    NotARead {
        /// The first words of that statement.
        statement: String,
    },
    /// It is a read, but of more than metadata.
    #[error("`{statement}` tells more than metadata")]
    NotMetadata {
        /// The first words of the statement.
        statement: String,
    },
    /// It is a `SHOW` or `DESCRIBE` that nobody has looked at.
    #[error("this form of `{statement}` is not known to be harmless")]
    UnknownForm {
        /// The first words of the statement.
        statement: String,
    },
    /// It has a part that is not known to be harmless.
    #[error("it holds {what}, which is no part of a plain read")]
    Construct {
        /// The part.
        what: String,
    },
    /// It reads a table that is no metadata.
    #[error("it reads `{name}`, which is no table of an information schema")]
    Table {
        /// The table's name.
        name: String,
    },
    /// It reads from something that is not a table's name.
    #[error("it reads `{name}`, which is not the plain name of a table")]
    Name {
        /// The would-be name.
        name: String,
    },
    /// It calls a function that nobody has looked at.
    #[error("it calls `{name}`, which is not known to be harmless")]
    UnknownFunction {
        /// The function's name.
        name: String,
    },
    /// It calls a function that is known not to be harmless.
    #[error("it calls `{name}`, which {reason}")]
    HarmfulFunction {
        /// The function's name.
        name: String,
        /// What that function does.
        reason: &'static str,
    },
}

impl Refused {
    pub(crate) fn unknown_dialect(dialect: &str) -> Self {
        let dialect = shown(dialect);
        Self::UnknownDialect { dialect }
    }

    pub(crate) fn character(character: char) -> Self {
        let code = u32::from(character);
        let character = match shown(character.encode_utf8(&mut [0; 4])) {
            escaped if escaped.starts_with('\\') => format!("U+{code:04X}"),
            visible => format!("`{visible}` (U+{code:04X})"),
        };
        Self::Character { character }
    }

    pub(crate) fn not_a_read(statement: &str) -> Self {
        let statement = shown(statement);
        Self::NotARead { statement }
    }

    pub(crate) fn unknown_form(statement: &str) -> Self {
        let statement = shown(statement);
        Self::UnknownForm { statement }
    }

    pub(crate) fn construct(what: &str) -> Self {
        let what = shown(what);
        Self::Construct { what }
    }

    pub(crate) fn table(name: &str) -> Self {
        let name = shown(name);
        Self::Table { name }
    }

    pub(crate) fn name(name: &str) -> Self {
        let name = shown(name);
        Self::Name { name }
    }

    pub(crate) fn unknown_function(name: &str) -> Self {
        let name = shown(name);
        Self::UnknownFunction { name }
    }

    pub(crate) fn harmful_function(name: &str, reason: &'static str) -> Self {
        let name = shown(name);
        Self::HarmfulFunction { name, reason }
    }

    /// The parser's error, whose text ends with ` at Line: 1, Column: 9` where it knows that.
    pub(crate) fn parser(error: ParserError, depth: usize) -> Self {
        let text = match error {
            ParserError::RecursionLimitExceeded => return Self::TooDeep { limit: depth },
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
        };
        let (message, position) = text.rsplit_once(" at Line: ").unwrap_or((&text, ""));
        let position = match position.split_once(", Column: ") {
            Some((line, column)) => format!(" at line {}, column {}", shown(line), shown(column)),
            None => String::new(),
        };
        Self::Unparsable {
            message: shown(message),
            position,
        }
    }
}

/// `text` without anything that a terminal would obey or hide, and not too long.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == MOST_CHARACTERS {
            shown.push('…');
            break;
        }
        match character {
            '"' | '\'' => shown.push(character),
            // Writing to a string does not fail.
            _ => drop(write!(shown, "{}", character.escape_debug())),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_neither_moves_the_cursor_nor_hides_nor_runs_on() {
        let cases = [
            ("raw.\"größe\"", "raw.\"größe\"".to_owned()),
            ("a\u{1b}[2Jb\n", "a\\u{1b}[2Jb\\n".to_owned()),
            ("a\u{202e}b\u{200b}", "a\\u{202e}b\\u{200b}".to_owned()),
            (&"x".repeat(500), format!("{}…", "x".repeat(120))),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected);
        }
    }
}
