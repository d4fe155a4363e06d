//! One table of a configuration file, read key by key; what nobody asked for at the end is a mistake.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::Variables;
use crate::config::document::{Document, Mistake};
use crate::config::interpolate::{InterpolationError, interpolate};
use crate::names;

/// A place in a configuration file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark(Range<usize>);

impl Mark {
    pub fn new(range: Range<usize>) -> Self {
        Self(range)
    }

    pub fn range(&self) -> Range<usize> {
        self.0.clone()
    }
}

/// What is left of a table, as JSON, and where each key stands.
pub type Rest = (Map<String, Value>, BTreeMap<String, Mark>);

/// Texts of a list, and where each stands.
pub type MarkedTexts = Vec<(String, Mark)>;

/// A table that is being read.
pub struct Section<'a> {
    document: &'a Document,
    variables: Variables<'a>,
    path: Vec<String>,
    mark: Mark,
    left: DeTable<'a>,
    asked: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub fn new(
        document: &'a Document,
        variables: Variables<'a>,
        path: Vec<String>,
        table: DeTable<'a>,
    ) -> Self {
        Self {
            document,
            variables,
            path,
            mark: Mark::default(),
            left: table,
            asked: Vec::new(),
        }
    }

    pub fn mark(&self) -> Mark {
        self.mark.clone()
    }

    pub fn error(&self, message: &str, help: Option<&str>) -> Mistake {
        self.document.error(&self.mark, message, help)
    }

    pub fn error_at(&self, mark: &Mark, message: &str, help: Option<&str>) -> Mistake {
        self.document.error(mark, message, help)
    }

    pub fn text(&mut self, key: &'static str) -> Result<Option<String>, Mistake> {
        let text = self.marked_text(key)?;
        Ok(text.map(|(text, _)| text))
    }

    /// A text that may be missing, and where it stands.
    pub fn marked_text(&mut self, key: &'static str) -> Result<Option<(String, Mark)>, Mistake> {
        match self.take(key) {
            Some(value) => self.expect_text(key, value).map(Some),
            None => Ok(None),
        }
    }

    pub fn required_text(&mut self, key: &'static str) -> Result<String, Mistake> {
        self.required_marked_text(key).map(|(text, _)| text)
    }

    /// A text that must be there, and where it stands, for an error that does not show it.
    pub fn required_marked_text(&mut self, key: &'static str) -> Result<(String, Mark), Mistake> {
        let value = self.take(key).ok_or_else(|| self.missing(key))?;
        self.expect_text(key, value)
    }

    /// A text that must be there and be one of a few.
    pub fn required_choice(
        &mut self,
        key: &'static str,
        choices: &[&str],
    ) -> Result<String, Mistake> {
        let text = self.required_marked_text(key)?;
        self.chosen(key, text, choices)
    }

    /// A text that may be missing and is one of a few.
    pub fn choice(
        &mut self,
        key: &'static str,
        choices: &[&str],
    ) -> Result<Option<String>, Mistake> {
        match self.marked_text(key)? {
            Some(text) => self.chosen(key, text, choices).map(Some),
            None => Ok(None),
        }
    }

    fn chosen(
        &self,
        key: &str,
        (text, mark): (String, Mark),
        choices: &[&str],
    ) -> Result<String, Mistake> {
        if choices.contains(&text.as_str()) {
            return Ok(text);
        }
        let help = match (names::closest(&text, choices.iter().copied()), choices) {
            (Some(closest), _) => format!("did you mean `{closest}`?"),
            (None, []) => "there is none".to_owned(),
            (None, choices) => format!("expected one of: {}", choices.join(", ")),
        };
        Err(self.error_at(&mark, &format!("there is no {key} `{text}`"), Some(&help)))
    }

    /// True or false, and where that stands.
    pub fn marked_boolean(&mut self, key: &'static str) -> Result<Option<(bool, Mark)>, Mistake> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::Boolean(boolean) => Ok(Some((*boolean, Mark::new(value.span())))),
            other => Err(self.wrong(key, &value, "true or false", other)),
        }
    }

    /// A whole number that fits the type asked for.
    pub fn number<N>(&mut self, key: &'static str) -> Result<Option<N>, Mistake>
    where
        N: TryFrom<u64> + Display,
    {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let DeValue::Integer(integer) = value.get_ref() else {
            return Err(self.wrong(key, &value, "a whole number", value.get_ref()));
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        match number.and_then(|number| N::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => {
                let message = format!("`{key}` is out of range: {integer}");
                Err(self.error_at(
                    &Mark(value.span()),
                    &message,
                    Some("too small or too large"),
                ))
            }
        }
    }

    pub fn required_texts(&mut self, key: &'static str) -> Result<Vec<String>, Mistake> {
        let value = self.take(key).ok_or_else(|| self.missing(key))?;
        let mark = Mark(value.span());
        let texts = self.expect_texts(key, value)?;
        if texts.is_empty() {
            return Err(self.error_at(
                &mark,
                &format!("`{key}` is empty"),
                Some("name at least one"),
            ));
        }
        let texts = texts.into_iter();
        texts.map(|text| self.not_empty(key, text)).collect()
    }

    /// A list of texts that may be missing or empty.
    pub fn texts(&mut self, key: &'static str) -> Result<Option<MarkedTexts>, Mistake> {
        match self.take(key) {
            Some(value) => self.expect_texts(key, value).map(Some),
            None => Ok(None),
        }
    }

    /// A list of texts that may be missing, and where it stands.
    pub fn marked_texts(
        &mut self,
        key: &'static str,
    ) -> Result<Option<(MarkedTexts, Mark)>, Mistake> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let mark = Mark(value.span());
        Ok(Some((self.expect_texts(key, value)?, mark)))
    }

    /// Everything that is left, all of it texts.
    pub fn all_texts(mut self) -> Result<BTreeMap<String, String>, Mistake> {
        let left = std::mem::take(&mut self.left);
        let texts = left.into_iter().map(|(key, value)| {
            let key = key.into_inner().into_owned();
            let (text, _) = self.expect_text(&key, value)?;
            Ok((key, text))
        });
        texts.collect()
    }

    fn expect_texts(&self, key: &str, value: Spanned<DeValue<'a>>) -> Result<MarkedTexts, Mistake> {
        let span = value.span();
        let DeValue::Array(array) = value.into_inner() else {
            return Err(self.error_at(
                &Mark(span),
                &format!("`{key}` must be a list of texts"),
                Some("write [\"…\"]"),
            ));
        };
        let items = array.into_iter();
        items.map(|item| self.expect_text(key, item)).collect()
    }

    /// A text that must be there and must not be empty.
    pub fn required_name(&mut self, key: &'static str) -> Result<String, Mistake> {
        let text = self.required_marked_text(key)?;
        self.not_empty(key, text)
    }

    fn not_empty(&self, key: &str, (text, mark): (String, Mark)) -> Result<String, Mistake> {
        match text.trim() {
            "" => Err(self.error_at(
                &mark,
                &format!("`{key}` holds an empty name"),
                Some("write a name"),
            )),
            _ => Ok(text),
        }
    }

    pub fn section(&mut self, key: &'static str) -> Result<Option<Section<'a>>, Mistake> {
        match self.take(key) {
            Some(value) => self.enter(key, value).map(Some),
            None => Ok(None),
        }
    }

    /// The tables of a table, by name: `[adapter.NAME]`.
    pub fn sections(&mut self, key: &'static str) -> Result<Vec<(String, Section<'a>)>, Mistake> {
        let Some(all) = self.section(key)? else {
            return Ok(Vec::new());
        };
        let Section { path, left, .. } = all;
        left.into_iter()
            .map(|(name, value)| {
                let name = name.into_inner().into_owned();
                let mut section = self.enter(&name, value)?;
                section.path = path.iter().cloned().chain([name.clone()]).collect();
                Ok((name, section))
            })
            .collect()
    }

    /// Everything that was not asked for, as JSON, and where it stands.
    pub fn rest(self) -> Result<Rest, Mistake> {
        let mut values = Map::new();
        let mut marks = BTreeMap::new();
        for (key, value) in self.left.iter() {
            let mark = Mark(key.span());
            let key = key.get_ref().to_string();
            values.insert(key.clone(), self.to_json(&key, value)?);
            marks.insert(key, mark);
        }
        Ok((values, marks))
    }

    /// Ends the reading: a key that nobody asked for is an error.
    pub fn finish(self) -> Result<(), Mistake> {
        let Some((key, _)) = self.left.iter().next() else {
            return Ok(());
        };
        let name = key.get_ref();
        let place = match self.path.as_slice() {
            [] => "at the top of the file".to_owned(),
            path => format!("in [{}]", path.join(".")),
        };
        let help = match names::closest(name, self.asked.iter().copied()) {
            Some(closest) => format!("did you mean `{closest}`?"),
            None => format!("the keys here are: {}", self.asked.join(", ")),
        };
        Err(self.error_at(
            &Mark(key.span()),
            &format!("unknown key `{name}` {place}"),
            Some(&help),
        ))
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.left.remove(key)
    }

    fn enter(&self, key: &str, value: Spanned<DeValue<'a>>) -> Result<Section<'a>, Mistake> {
        let mark = Mark(value.span());
        match value.into_inner() {
            DeValue::Table(table) => {
                let path = self.path.iter().cloned().chain([key.to_owned()]).collect();
                Ok(Section {
                    mark,
                    ..Section::new(self.document, self.variables, path, table)
                })
            }
            other => Err(self.error_at(
                &mark,
                &format!("`{key}` must be a table, not {}", kind(&other)),
                None,
            )),
        }
    }

    fn expect_text(
        &self,
        key: &str,
        value: Spanned<DeValue<'a>>,
    ) -> Result<(String, Mark), Mistake> {
        match value.get_ref() {
            DeValue::String(text) => self.expand(key, text, Mark(value.span())),
            other => Err(self.wrong(key, &value, "a text", other)),
        }
    }

    fn expand(&self, key: &str, text: &str, mark: Mark) -> Result<(String, Mark), Mistake> {
        match interpolate(text, self.variables) {
            Ok(expanded) => Ok((expanded, mark)),
            Err(InterpolationError::Unset(name)) => {
                let message =
                    format!("`{key}` needs the environment variable {name}, which is not set");
                Err(self.error_at(
                    &mark,
                    &message,
                    Some(&format!("set it, or write ${{{name}:-default}}")),
                ))
            }
            Err(InterpolationError::Malformed) => {
                let message = format!("`{key}` holds `${{` without a variable's name and `}}`");
                Err(self.error_at(
                    &mark,
                    &message,
                    Some("write ${NAME}, or $${ for the characters themselves"),
                ))
            }
        }
    }

    fn to_json(&self, key: &str, value: &Spanned<DeValue<'a>>) -> Result<Value, Mistake> {
        let mark = Mark(value.span());
        match value.get_ref() {
            DeValue::String(text) => self
                .expand(key, text, mark)
                .map(|(text, _)| Value::from(text)),
            DeValue::Integer(integer) => {
                match i64::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(number) => Ok(Value::from(number)),
                    Err(_) => Err(self.error_at(
                        &mark,
                        &format!("`{key}` is out of range: {integer}"),
                        None,
                    )),
                }
            }
            DeValue::Float(float) => match float.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Value::from(number)),
                _ => Err(self.error_at(&mark, &format!("`{key}` is not a finite number"), None)),
            },
            DeValue::Boolean(boolean) => Ok(Value::from(*boolean)),
            DeValue::Datetime(datetime) => Ok(Value::from(datetime.to_string())),
            DeValue::Array(array) => array.iter().map(|item| self.to_json(key, item)).collect(),
            DeValue::Table(table) => {
                let members = table.iter().map(|(name, value)| {
                    Ok((
                        name.get_ref().to_string(),
                        self.to_json(name.get_ref(), value)?,
                    ))
                });
                members.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
        }
    }

    /// A key that must be there; where a key stands that may have been meant, the error points to it.
    /// The same, where the key is one of several that would do.
    pub fn missing_one(&self, key: &str, help: &str) -> Mistake {
        let message = format!("[{}] needs the key `{key}`", self.path.join("."));
        match self.left.is_empty() {
            true => self.error_at(&self.mark, &message, Some(help)),
            false => self.missing(key),
        }
    }

    fn missing(&self, key: &str) -> Mistake {
        let message = format!("[{}] needs the key `{key}`", self.path.join("."));
        let there = || self.left.keys().map(|key| key.get_ref().as_ref());
        let meant = names::closest(key, there());
        let meant = meant.and_then(|meant| self.left.keys().find(|key| key.get_ref() == meant));
        match meant {
            Some(meant) => {
                let help = format!("did you mean `{key}`?");
                self.error_at(&Mark(meant.span()), &message, Some(&help))
            }
            None => self.error_at(&self.mark, &message, None),
        }
    }

    fn wrong(
        &self,
        key: &str,
        value: &Spanned<DeValue>,
        expected: &str,
        found: &DeValue,
    ) -> Mistake {
        let message = format!("`{key}` must be {expected}, not {}", kind(found));
        self.error_at(&Mark(value.span()), &message, None)
    }
}

fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
