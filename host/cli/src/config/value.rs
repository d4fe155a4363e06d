//! One value of a configuration file, as it is meant to be used.

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::DeValue;

use crate::config::document::Mistake;
use crate::config::interpolate::{InterpolationError, interpolate};
use crate::config::section::{Mark, MarkedTexts, Section};

impl<'a> Section<'a> {
    pub(super) fn expect_texts(
        &self,
        key: &str,
        value: Spanned<DeValue<'a>>,
    ) -> Result<MarkedTexts, Mistake> {
        let span = value.span();
        let DeValue::Array(array) = value.into_inner() else {
            return Err(self.error_at(
                &Mark::new(span),
                &format!("`{key}` must be a list of texts"),
                Some("write [\"…\"]"),
            ));
        };
        let items = array.into_iter();
        items.map(|item| self.expect_text(key, item)).collect()
    }

    pub(super) fn expect_text(
        &self,
        key: &str,
        value: Spanned<DeValue<'a>>,
    ) -> Result<(String, Mark), Mistake> {
        match value.get_ref() {
            DeValue::String(text) => self.expand(key, text, Mark::new(value.span())),
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

    pub(super) fn to_json(
        &self,
        key: &str,
        value: &Spanned<DeValue<'a>>,
    ) -> Result<Value, Mistake> {
        let mark = Mark::new(value.span());
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

    pub(super) fn wrong(
        &self,
        key: &str,
        value: &Spanned<DeValue>,
        expected: &str,
        found: &DeValue,
    ) -> Mistake {
        let message = format!("`{key}` must be {expected}, not {}", kind(found));
        self.error_at(&Mark::new(value.span()), &message, None)
    }
}

/// What a value is, for people.
pub fn kind(value: &DeValue) -> &'static str {
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
