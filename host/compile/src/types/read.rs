//! Reads the text of a type: by descent, of bounded depth, without looking at any character more than a few times.

use super::bound::MOST_LEVELS;
use super::scan::Scanner;
use super::words;
use super::{Field, Type};
use crate::Dialect;

/// The type that a text tells. What cannot be read is kept in its own words.
pub(super) fn type_of(dialect: Dialect, text: &str) -> Type {
    let mut reader = Reader {
        dialect,
        scanner: Scanner::new(dialect, text),
        level: 0,
    };
    match reader.data_type() {
        Some(data_type) if reader.scanner.is_at_end() => data_type,
        _ => Type::Other(text.trim().to_owned()),
    }
}

/// Every method returns None where the text goes on otherwise than it may.
struct Reader<'a> {
    dialect: Dialect,
    scanner: Scanner<'a>,
    level: usize,
}

impl Reader<'_> {
    /// A type with what may follow it in any place.
    fn data_type(&mut self) -> Option<Type> {
        self.level += 1;
        if self.level > MOST_LEVELS {
            return None;
        }
        let written = self.scanner.rest();
        let word = self.scanner.word()?;
        let mut buffer = [0; words::LONGEST];
        let word = words::upper(word, &mut buffer)?;
        let data_type = match word {
            "ARRAY" => self.array(),
            "MAP" => self.map(),
            "STRUCT" => self.fields().map(Type::Struct),
            "OBJECT" if self.scanner.is_next('(') => self.fields().map(Type::Struct),
            "INTERVAL" => self.interval(),
            "RANGE" => self.range(),
            "VECTOR" => self.vector(),
            "GEOGRAPHY" => self.geographic(Type::Geography),
            "GEOMETRY" => self.geographic(Type::Geometry),
            _ => self.scalar(word, written),
        }?;
        if self.scanner.takes_word("COLLATE") {
            self.scanner.word_or_text()?;
        }
        self.level -= 1;
        Some(data_type)
    }

    fn array(&mut self) -> Option<Type> {
        let Some(close) = self.open() else {
            // Snowflake's ARRAY holds whatever VARIANT holds; the others' tell of what they are.
            let is_whole = self.dialect == Dialect::Snowflake;
            return is_whole.then(|| Type::Array(Box::new(Type::Variant)));
        };
        let element = self.data_type()?;
        self.not_null()?;
        self.scanner.takes(close).then_some(())?;
        Some(Type::Array(Box::new(element)))
    }

    fn map(&mut self) -> Option<Type> {
        let close = self.open()?;
        let key = self.data_type()?;
        self.scanner.takes(',').then_some(())?;
        let value = self.data_type()?;
        self.not_null()?;
        self.scanner.takes(close).then_some(())?;
        Some(Type::Map(Box::new(key), Box::new(value)))
    }

    fn range(&mut self) -> Option<Type> {
        let close = self.open()?;
        let element = self.data_type()?;
        self.scanner.takes(close).then_some(())?;
        Some(Type::Range(Box::new(element)))
    }

    /// What opens a list of types. Returned is what closes it.
    fn open(&mut self) -> Option<char> {
        if self.scanner.takes('<') {
            Some('>')
        } else if self.scanner.takes('(') {
            Some(')')
        } else {
            None
        }
    }

    /// The fields of a struct, which may be none at all.
    fn fields(&mut self) -> Option<Vec<Field>> {
        let close = self.open()?;
        let mut fields = Vec::new();
        if self.scanner.takes(close) {
            return Some(fields);
        }
        loop {
            fields.push(self.field()?);
            if self.scanner.takes(close) {
                return Some(fields);
            }
            self.scanner.takes(',').then_some(())?;
        }
    }

    fn field(&mut self) -> Option<Field> {
        let name = self.scanner.field_name()?;
        self.scanner.takes(':');
        let data_type = self.data_type()?;
        let mut nullable = true;
        loop {
            if !self.not_null()? {
                nullable = false;
            } else if self.scanner.takes_word("COLLATE") {
                self.scanner.word_or_text()?;
            } else if self.scanner.takes_word("COMMENT") {
                self.scanner.text()?;
            } else if self.scanner.takes_word("OPTIONS") {
                self.scanner.parenthesised()?;
            } else {
                return Some(Field {
                    name,
                    data_type,
                    nullable,
                });
            }
        }
    }

    /// Whether there is no `NOT NULL`.
    fn not_null(&mut self) -> Option<bool> {
        if !self.scanner.takes_word("NOT") {
            return Some(true);
        }
        self.scanner.takes_word("NULL").then_some(false)
    }

    /// `INTERVAL`, with its units where the dialect tells them.
    fn interval(&mut self) -> Option<Type> {
        let Some(from) = self.scanner.takes_any_word(words::UNITS) else {
            return Some(Type::Interval(None));
        };
        if !self.scanner.takes_word("TO") {
            return Some(Type::Interval(Some(from.to_owned())));
        }
        let to = self.scanner.takes_any_word(words::UNITS)?;
        Some(Type::Interval(Some(format!("{from} TO {to}"))))
    }

    fn vector(&mut self) -> Option<Type> {
        self.scanner.takes('(').then_some(())?;
        let element = self.scanner.takes_any_word(&["FLOAT", "INT"])?;
        self.scanner.takes(',').then_some(())?;
        let dimension = self.scanner.number()?.try_into().ok()?;
        self.scanner.takes(')').then_some(())?;
        let element = Box::new(words::vector_element(element)?);
        Some(Type::Vector { element, dimension })
    }

    /// The system of coordinates, where it is told, is not kept.
    fn geographic(&mut self, data_type: Type) -> Option<Type> {
        if self.scanner.is_next('(') {
            self.scanner.parenthesised()?;
        }
        Some(data_type)
    }

    /// A type without types in it. One that is not known keeps its words where it is only a part: the rest of the whole is known.
    fn scalar(&mut self, word: &str, written: &str) -> Option<Type> {
        let parts = self.scalar_parts(word)?;
        let is_part = self.level > 1;
        parts.or_else(|| is_part.then(|| Type::Other(self.scanner.since(written).to_owned())))
    }

    /// Words, and up to two numbers. The inner None is a type that is not known.
    fn scalar_parts(&mut self, word: &str) -> Option<Option<Type>> {
        let is_varying = words::VARYING.contains(&word) && self.scanner.takes_word("VARYING");
        if word == "DOUBLE" {
            self.scanner.takes_word("PRECISION");
        }
        let numbers = self.numbers()?;
        let zone = self.zone_words()?;
        let is_plain = !is_varying && zone == words::ZoneWords::Unsaid;
        Some(match self.dialect {
            Dialect::Databricks if is_plain => words::databricks(word, numbers),
            Dialect::BigQuery if is_plain => words::bigquery(word, numbers),
            Dialect::Databricks | Dialect::BigQuery => None,
            Dialect::Snowflake => words::snowflake(word, numbers, is_varying, zone),
        })
    }

    /// What stands in parentheses behind a word. A number that is left out, or a `MAX`, is None.
    fn numbers(&mut self) -> Option<[Option<i64>; 2]> {
        if !self.scanner.takes('(') {
            return Some([None, None]);
        }
        let first = self.scanner.number()?;
        let second = match self.scanner.takes(',') {
            true => Some(self.scanner.number()?),
            false => None,
        };
        self.scanner.takes(')').then_some(())?;
        Some([Some(first), second])
    }

    /// Standard SQL's words for zones of time, such as `WITH LOCAL TIME ZONE`.
    fn zone_words(&mut self) -> Option<words::ZoneWords> {
        let zone = if self.scanner.takes_word("WITHOUT") {
            words::ZoneWords::Without
        } else if self.scanner.takes_word("WITH") {
            match self.scanner.takes_word("LOCAL") {
                true => words::ZoneWords::WithLocal,
                false => words::ZoneWords::With,
            }
        } else {
            return Some(words::ZoneWords::Unsaid);
        };
        let is_whole = self.scanner.takes_word("TIME") && self.scanner.takes_word("ZONE");
        is_whole.then_some(zone)
    }
}
