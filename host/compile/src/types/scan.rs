//! The words, numbers, texts and signs that the text of a type is made of.

use crate::Dialect;

/// A place in a text. A method that finds something else than it looks for stays where it is, but for white space.
pub(super) struct Scanner<'a> {
    dialect: Dialect,
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(dialect: Dialect, text: &'a str) -> Self {
        Self {
            dialect,
            rest: text,
        }
    }

    /// What is not read yet.
    pub(super) fn rest(&mut self) -> &'a str {
        self.skip_space();
        self.rest
    }

    /// What was read since there was this `rest`.
    pub(super) fn since<'b>(&self, rest: &'b str) -> &'b str {
        let read = rest.len().saturating_sub(self.rest.len());
        rest.get(..read).unwrap_or(rest).trim_end()
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.rest.is_empty()
    }

    pub(super) fn is_next(&mut self, sign: char) -> bool {
        self.skip_space();
        self.rest.starts_with(sign)
    }

    /// Whether `sign` is next, which is then passed.
    pub(super) fn takes(&mut self, sign: char) -> bool {
        self.skip_space();
        let after = self.rest.strip_prefix(sign);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Whether `expected`, in capitals, is the next word, in whatever letters, which is then passed.
    pub(super) fn takes_word(&mut self, expected: &str) -> bool {
        let (word, after) = self.split_word();
        let is_next = word.eq_ignore_ascii_case(expected);
        if is_next {
            self.rest = after;
        }
        is_next
    }

    /// Which of these words is next, which is then passed.
    pub(super) fn takes_any_word(&mut self, expected: &[&'static str]) -> Option<&'static str> {
        let found = expected.iter().find(|word| self.takes_word(word));
        found.copied()
    }

    /// A word without quotes.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        let (word, after) = self.split_word();
        self.rest = after;
        (!word.is_empty()).then_some(word)
    }

    pub(super) fn number(&mut self) -> Option<i64> {
        self.skip_space();
        let is_part = |letter: char| letter.is_ascii_digit() || letter == '-';
        let end = self.rest.find(|letter| !is_part(letter));
        let (digits, after) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = after;
        digits.parse().ok()
    }

    /// A text in single quotes, whose contents do not matter here.
    pub(super) fn text(&mut self) -> Option<()> {
        self.skip_space();
        let has_escapes = self.dialect != Dialect::Snowflake;
        let quote = self
            .rest
            .chars()
            .next()
            .filter(|it| matches!(it, '\'' | '"'))?;
        self.quoted(quote, has_escapes).map(drop)
    }

    /// What names a collation: a word, a name in quotes or a text.
    pub(super) fn word_or_text(&mut self) -> Option<()> {
        self.skip_space();
        match self.rest.chars().next()? {
            '\'' | '"' => self.text(),
            '`' => self.quoted('`', false).map(drop),
            _ => self.word().map(drop),
        }
    }

    /// Passes parentheses and all that is in them.
    pub(super) fn parenthesised(&mut self) -> Option<()> {
        self.takes('(').then_some(())?;
        let mut open = 1;
        while open > 0 {
            let letter = self.rest.chars().next()?;
            match letter {
                '\'' | '"' | '`' => {
                    self.quoted(letter, letter != '`')?;
                    continue;
                }
                '(' => open += 1,
                ')' => open -= 1,
                _ => {}
            }
            self.rest = &self.rest[letter.len_utf8()..];
        }
        Some(())
    }

    /// The name of a field: in quotes, a word, or in Databricks anything before a colon, as it writes names without quotes. It is empty where
    /// BigQuery has a type without a name.
    pub(super) fn field_name(&mut self) -> Option<String> {
        self.skip_space();
        match (self.rest.chars().next()?, self.dialect) {
            ('`', Dialect::Databricks) => self.quoted('`', false),
            ('`', _) => self.quoted('`', true),
            ('"', Dialect::Snowflake) => self.quoted('"', false),
            (_, Dialect::Databricks) => self.before_colon().or_else(|| self.owned_word()),
            (_, Dialect::BigQuery) if self.is_type_next() => Some(String::new()),
            _ => self.owned_word(),
        }
    }

    fn owned_word(&mut self) -> Option<String> {
        self.word().map(str::to_owned)
    }

    /// Whether the next word ends a type or goes on as only a type does, so that it is no name.
    fn is_type_next(&mut self) -> bool {
        let before = self.rest;
        self.word();
        let goes_on = self.takes_word("NOT") || self.takes_word("OPTIONS");
        let ends = [',', '>', '<', '(', ')']
            .into_iter()
            .any(|sign| self.is_next(sign));
        self.rest = before;
        goes_on || ends
    }

    fn before_colon(&mut self) -> Option<String> {
        let end = self
            .rest
            .find([':', ',', '<', '>', '(', ')', '\'', '"', '`'])?;
        let (name, after) = self.rest.split_at(end);
        if !after.starts_with(':') {
            return None;
        }
        self.rest = after;
        Some(name.trim().to_owned())
    }

    /// What stands between quotes. A doubled quote is one, and one behind a backslash where there are escapes.
    fn quoted(&mut self, quote: char, has_escapes: bool) -> Option<String> {
        let mut letters = self.rest.strip_prefix(quote)?.chars();
        let mut contents = String::new();
        loop {
            match letters.next()? {
                '\\' if has_escapes => contents.push(letters.next()?),
                letter if letter == quote => {
                    let rest = letters.as_str();
                    let Some(after) = rest.strip_prefix(quote) else {
                        self.rest = rest;
                        return Some(contents);
                    };
                    contents.push(quote);
                    letters = after.chars();
                }
                letter => contents.push(letter),
            }
        }
    }

    fn split_word(&mut self) -> (&'a str, &'a str) {
        self.skip_space();
        let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
        let end = self.rest.find(|letter| !is_part(letter));
        self.rest.split_at(end.unwrap_or(self.rest.len()))
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }
}
