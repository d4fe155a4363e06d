//! The adapter's settings, as the user gave them.

use std::cell::Cell;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// The settings that the manifest names, with defaults filled in, as the host hands them over. There is no secret in them.
///
/// ```
/// use rocky_adapter_sdk::{ErrorCode, Settings};
///
/// #[derive(serde::Deserialize)]
/// struct Mine {
///     warehouse_id: Option<String>,
///     retry_seconds: u32,
/// }
///
/// let mine: Mine = Settings::parse(r#"{"retry_seconds": 60}"#)?.read()?;
/// assert_eq!(mine.retry_seconds, 60);
/// assert_eq!(mine.warehouse_id, None);
///
/// let error = Settings::parse(r#"{"retry_seconds": "soon"}"#)?.read::<Mine>().err().unwrap();
/// assert_eq!(error.code, ErrorCode::InvalidConfig);
/// assert_eq!(error.message, "setting `retry_seconds`: invalid type: string \"soon\", expected u32");
/// # Ok::<(), rocky_adapter_sdk::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Settings(Map<String, Value>);

impl Settings {
    /// Reads the JSON object that the host sends.
    pub fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).map(Self).map_err(|error| {
            Error::invalid_config(format!("the settings are not a JSON object: {error}"))
        })
    }

    /// Reads the settings into a type, the member names of which are the keys.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let key = Cell::new(None);
        let entries = Entries {
            rest: self.0.iter(),
            value: None,
            key: &key,
        };
        T::deserialize(MapAccessDeserializer::new(entries)).map_err(|error: serde_json::Error| {
            Error::invalid_config(match key.get() {
                Some(key) => format!("setting `{key}`: {error}"),
                None => format!("the settings are not complete: {error}"),
            })
        })
    }
}

/// The settings as a map that remembers which key is being read, because serde's errors do not say.
struct Entries<'a> {
    rest: serde_json::map::Iter<'a>,
    value: Option<&'a Value>,
    key: &'a Cell<Option<&'a str>>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        let Some((key, value)) = self.rest.next() else {
            self.key.set(None);
            return Ok(None);
        };
        self.key.set(Some(key));
        self.value = Some(value);
        seed.deserialize(serde::de::value::BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        seed.deserialize(self.value.take().unwrap_or(&Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    #[derive(Debug, serde::Deserialize)]
    struct Example {
        host: String,
        tables: Option<Vec<String>>,
    }

    #[test]
    fn settings_become_a_type() {
        let settings =
            Settings::parse(r#"{"host":"https://a.example","tables":["x","y"]}"#).unwrap();
        let example: Example = settings.read().unwrap();
        assert_eq!(example.host, "https://a.example");
        assert_eq!(example.tables.unwrap(), ["x", "y"]);
    }

    #[test]
    fn a_missing_setting_is_named() {
        let error = Settings::parse("{}")
            .unwrap()
            .read::<Example>()
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidConfig);
        assert_eq!(
            error.message,
            "the settings are not complete: missing field `host`"
        );
    }

    #[test]
    fn a_setting_of_the_wrong_kind_is_named() {
        let error = Settings::parse(r#"{"host":"h","tables":[1]}"#)
            .unwrap()
            .read::<Example>()
            .unwrap_err();
        assert_eq!(
            error.message,
            "setting `tables`: invalid type: integer `1`, expected a string"
        );
    }

    #[test]
    fn settings_that_are_no_object_are_refused() {
        assert_eq!(
            Settings::parse("[]").unwrap_err().code,
            ErrorCode::InvalidConfig
        );
    }
}
