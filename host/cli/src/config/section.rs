//! One table of a configuration file, read key by key; what nobody asked for at the end is a mistake.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::Variables;
use crate::config::document::{Document, Mistake};
use crate::config::shape::{Key, Kind, Shape};
use crate::config::value;
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
    pub(super) document: &'a Document,
    pub(super) variables: Variables<'a>,
    shape: &'static Shape,
    path: Vec<String>,
    mark: Mark,
    left: DeTable<'a>,
    asked: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub fn new(
        document: &'a Document,
        variables: Variables<'a>,
        shape: &'static Shape,
        path: Vec<String>,
        table: DeTable<'a>,
    ) -> Self {
        Self {
            document,
            variables,
            shape,
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
        match self.take(key, |it| {
            let is_secret = matches!(it.kind, Kind::Secret(_));
            (is_secret || !it.required) && is_text(it.kind, key)
        }) {
            Some(value) => self.expect_text(key, value).map(Some),
            None => Ok(None),
        }
    }

    pub fn required_text(&mut self, key: &'static str) -> Result<String, Mistake> {
        self.required_marked_text(key).map(|(text, _)| text)
    }

    /// A text that must be there, and where it stands, for an error that does not show it.
    pub fn required_marked_text(&mut self, key: &'static str) -> Result<(String, Mark), Mistake> {
        self.required(key, |it| is_text(it.kind, key))
    }

    fn required(
        &mut self,
        key: &'static str,
        is_meant: impl Fn(&Key) -> bool,
    ) -> Result<(String, Mark), Mistake> {
        let value = self.take(key, |it| it.required && is_meant(it));
        let value = value.ok_or_else(|| self.missing(key))?;
        self.expect_text(key, value)
    }

    /// A text that must be there and be one of those that the shape names.
    pub fn required_choice(&mut self, key: &'static str) -> Result<String, Mistake> {
        let text = self.required(key, |it| matches!(it.kind, Kind::Choice(_)))?;
        self.chosen(key, text, self.choices(key))
    }

    /// A text that must be there and be one of a few that only the rest of the file tells.
    pub fn required_one_of(
        &mut self,
        key: &'static str,
        known: &[&str],
    ) -> Result<String, Mistake> {
        let text = self.required_marked_text(key)?;
        self.chosen(key, text, known)
    }

    /// The same of a text that may be missing.
    pub fn one_of(&mut self, key: &'static str, known: &[&str]) -> Result<Option<String>, Mistake> {
        match self.marked_text(key)? {
            Some(text) => self.chosen(key, text, known).map(Some),
            None => Ok(None),
        }
    }

    /// A text that may be missing and is one of those that the shape names.
    pub fn choice(&mut self, key: &'static str) -> Result<Option<String>, Mistake> {
        let value = self.take(key, |it| !it.required && matches!(it.kind, Kind::Choice(_)));
        match value {
            Some(value) => {
                let text = self.expect_text(key, value)?;
                self.chosen(key, text, self.choices(key)).map(Some)
            }
            None => Ok(None),
        }
    }

    fn choices(&self, key: &str) -> &'static [&'static str] {
        match self.shape.key(key).map(|key| key.kind) {
            Some(Kind::Choice(choices)) => choices,
            _ => &[],
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
        let Some(value) = self.take(key, |it| matches!(it.kind, Kind::Boolean)) else {
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
        let is_meant = |it: &Key| {
            let fits = |number: u64| N::try_from(number).is_ok();
            let is_largest = |it: u64| fits(it) && it.checked_add(1).is_none_or(|it| !fits(it));
            matches!(it.kind, Kind::Number(maximum) if is_largest(maximum))
        };
        let Some(value) = self.take(key, is_meant) else {
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
        let value = self.take(key, |it| it.required && matches!(it.kind, Kind::Names));
        let value = value.ok_or_else(|| self.missing(key))?;
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
        let texts = self.marked_texts(key)?;
        Ok(texts.map(|(texts, _)| texts))
    }

    /// A list of texts that may be missing, and where it stands.
    pub fn marked_texts(
        &mut self,
        key: &'static str,
    ) -> Result<Option<(MarkedTexts, Mark)>, Mistake> {
        let Some(value) = self.take(key, |it| is_texts(it.kind, key)) else {
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

    /// A text that must be there and must not be empty.
    pub fn required_name(&mut self, key: &'static str) -> Result<String, Mistake> {
        let text = self.required(key, |it| matches!(it.kind, Kind::Name))?;
        self.not_empty(key, text)
    }

    /// A name that may be missing, but not empty.
    pub fn name(&mut self, key: &'static str) -> Result<Option<String>, Mistake> {
        match self.take(key, |it| !it.required && matches!(it.kind, Kind::Name)) {
            Some(value) => {
                let text = self.expect_text(key, value)?;
                self.not_empty(key, text).map(Some)
            }
            None => Ok(None),
        }
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

    /// From here on the keys of this shape are meant.
    pub fn becomes(&mut self, shape: &'static Shape) {
        self.shape = shape;
    }

    pub fn section(&mut self, key: &'static str) -> Result<Option<Section<'a>>, Mistake> {
        let shape = match self.shape.key(key).map(|key| key.kind) {
            Some(Kind::Table(shape)) => shape,
            Some(Kind::Tagged(tagged)) => &tagged.tag,
            _ => &OF_THE_USER,
        };
        let is_table = |it: &Key| {
            matches!(
                it.kind,
                Kind::Table(_) | Kind::Tables(_) | Kind::Tagged(_) | Kind::TextTable
            )
        };
        match self.take(key, is_table) {
            Some(value) => self.enter(key, value, shape).map(Some),
            None => Ok(None),
        }
    }

    /// The tables of a table, by name: `[adapter.NAME]`.
    pub fn sections(&mut self, key: &'static str) -> Result<Vec<(String, Section<'a>)>, Mistake> {
        let Some(Kind::Tables(shape)) = self.shape.key(key).map(|key| key.kind) else {
            return Ok(Vec::new());
        };
        let Some(all) = self.section(key)? else {
            return Ok(Vec::new());
        };
        let Section { path, left, .. } = all;
        left.into_iter()
            .map(|(name, value)| {
                let name = name.into_inner().into_owned();
                let mut section = self.enter(&name, value, shape)?;
                section.path = path.iter().cloned().chain([name.clone()]).collect();
                Ok((name, section))
            })
            .collect()
    }

    /// Everything that was not asked for, as JSON, and where it stands.
    pub fn rest(self) -> Result<Rest, Mistake> {
        debug_assert!(self.shape.open, "{:?} is closed", self.path);
        self.assert_asked();
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
        self.assert_asked();
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

    /// Every key of the shape is read; else it would be refused as unknown.
    fn assert_asked(&self) {
        let asked = |name: &str| self.asked.contains(&name);
        let is_asked = |key: &Key| match key.kind {
            Kind::Secret(names) => names.into_iter().all(asked),
            _ => asked(key.name),
        };
        debug_assert!(
            self.shape.keys.iter().all(is_asked),
            "{:?}: only {:?} are read",
            self.path,
            self.asked
        );
    }

    /// What stands at a key, which has to be in the shape as it is meant here.
    fn take(
        &mut self,
        key: &'static str,
        is_meant: impl Fn(&Key) -> bool,
    ) -> Option<Spanned<DeValue<'a>>> {
        debug_assert!(
            self.shape.key(key).is_some_and(is_meant),
            "{:?}: the shape says something else of {key}",
            self.path
        );
        self.asked.push(key);
        self.left.remove(key)
    }

    fn enter(
        &self,
        key: &str,
        value: Spanned<DeValue<'a>>,
        shape: &'static Shape,
    ) -> Result<Section<'a>, Mistake> {
        let mark = Mark(value.span());
        match value.into_inner() {
            DeValue::Table(table) => {
                let path = self.path.iter().cloned().chain([key.to_owned()]).collect();
                Ok(Section {
                    mark,
                    ..Section::new(self.document, self.variables, shape, path, table)
                })
            }
            other => Err(self.error_at(
                &mark,
                &format!("`{key}` must be a table, not {}", value::kind(&other)),
                None,
            )),
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
}

/// A table whose keys are the user's.
static OF_THE_USER: Shape = Shape {
    open: true,
    ..Shape::closed("", &[])
};

/// Whether a key holds a text: one of its own, a secret, or the name of a secret's file.
fn is_text(kind: Kind, key: &str) -> bool {
    match kind {
        Kind::Secret([itself, file, _]) => [itself, file].contains(&key),
        kind => matches!(kind, Kind::Text),
    }
}

/// Whether a key holds a list of texts: one of its own, or the command that prints a secret.
fn is_texts(kind: Kind, key: &str) -> bool {
    match kind {
        Kind::Secret([_, _, command]) => command == key,
        kind => matches!(kind, Kind::Texts),
    }
}
