//! What a case says of outputs and diagnostics. `corpus/README.md` tells how it is written.

use rocky_compile::{Dialect, Type};

use super::warehouse::name_and_rest;

/// An output column as a case expects it; what is None is not judged.
#[derive(Clone, Debug)]
pub struct ExpectedOutput {
    pub name: Option<String>,
    pub data_type: ExpectedType,
    pub nullable: Option<bool>,
    /// As it is written.
    pub text: String,
}

#[derive(Clone, Debug)]
pub enum ExpectedType {
    /// `*`
    Any,
    /// `?`
    Unknown,
    /// `NUMBER(..)`
    Head(String),
    Exactly(Type),
}

/// The columns of a result.
#[derive(Clone, Debug, Default)]
pub struct ExpectedOutputs {
    pub columns: Vec<ExpectedOutput>,
    /// Whether more may follow.
    pub open: bool,
}

/// A diagnostic as a case expects it.
#[derive(Clone, Debug, Default)]
pub struct ExpectedDiagnostic {
    pub code: String,
    pub at: Option<String>,
    /// Which of the places where that text is a word of its own.
    pub occurrence: Option<usize>,
    pub says: Vec<String>,
    pub helps: Vec<String>,
    pub fix: Option<String>,
    /// As it is written.
    pub text: String,
}

impl ExpectedOutputs {
    /// Reads one line more, without its arrow.
    pub fn push(&mut self, dialect: Dialect, line: &str) {
        assert!(!self.open, "`{line}` stands behind `...`");
        match line {
            "..." => self.open = true,
            _ => self.columns.push(ExpectedOutput::read(dialect, line)),
        }
    }
}

impl ExpectedOutput {
    fn read(dialect: Dialect, line: &str) -> Self {
        let (name, rest) = name_and_rest(line);
        let (data_type, nullable) = if let Some(data_type) = rest.strip_suffix(" not null") {
            (data_type, Some(false))
        } else if let Some(data_type) = rest.strip_suffix(" ?") {
            (data_type, None)
        } else {
            (rest, Some(true))
        };
        Self {
            name: (name != "*").then(|| name.to_owned()),
            data_type: ExpectedType::read(dialect, data_type),
            nullable,
            text: line.to_owned(),
        }
    }
}

impl ExpectedType {
    fn read(dialect: Dialect, text: &str) -> Self {
        match (text, text.strip_suffix("(..)")) {
            ("*", _) => Self::Any,
            ("?", _) => Self::Unknown,
            (_, Some(head)) => Self::Head(head.to_owned()),
            _ => {
                let data_type = Type::parse(dialect, text);
                assert!(!matches!(data_type, Type::Other(_)), "type `{text}`");
                Self::Exactly(data_type)
            }
        }
    }
}

impl ExpectedDiagnostic {
    /// Reads `code at "text"^2 says "part" helps "part" fix "text"`, without the marks before it.
    pub fn read(line: &str) -> Self {
        let (code, mut rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut diagnostic = Self {
            code: code.to_owned(),
            text: line.to_owned(),
            ..Self::default()
        };
        while !rest.is_empty() {
            let (word, behind) = rest.split_once(' ').unwrap();
            let (text, mut behind) = quoted(behind);
            if let Some(places) = behind.strip_prefix('^') {
                let end = places.find(' ').unwrap_or(places.len());
                diagnostic.occurrence = Some(places[..end].parse().unwrap());
                behind = &places[end..];
            }
            match word {
                "at" => diagnostic.at = Some(text),
                "says" => diagnostic.says.push(text),
                "helps" => diagnostic.helps.push(text),
                "fix" => diagnostic.fix = Some(text),
                _ => panic!("`{word}` in `{line}`"),
            }
            rest = behind.trim_start();
        }
        diagnostic
    }
}

/// The text in quotes that `line` begins with, and what follows it.
fn quoted(line: &str) -> (String, &str) {
    let mut characters = line.char_indices();
    assert_eq!(characters.next(), Some((0, '"')), "`{line}`");
    let mut text = String::new();
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => return (text, &line[offset + 1..]),
            '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => text.push(character),
        }
    }
    panic!("`{line}` does not end");
}
