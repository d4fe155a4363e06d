//! Checks the user's settings against the adapter's manifest and fills in defaults.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::ConfigError;
use crate::manifest::{Manifest, Setting};

/// The settings as the adapter gets them.
pub(crate) fn resolve(
    manifest: &Manifest,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, ConfigError> {
    for (key, value) in given {
        let setting = manifest
            .setting(key)
            .ok_or_else(|| ConfigError::UnknownSetting {
                key: key.clone(),
                plugin: manifest.name.clone(),
                known: manifest.settings.iter().map(|s| s.name.clone()).collect(),
            })?;
        check(setting, value)?;
    }
    let mut settings = given.clone();
    for setting in &manifest.settings {
        match &setting.default {
            Some(default) => {
                settings
                    .entry(setting.name.clone())
                    .or_insert_with(|| default.clone());
            }
            None if setting.required && !settings.contains_key(&setting.name) => {
                return Err(ConfigError::MissingSetting {
                    key: setting.name.clone(),
                    description: setting.description.clone(),
                });
            }
            None => {}
        }
    }
    Ok(settings)
}

/// The settings that decide who asks.
pub(crate) fn identity(
    manifest: &Manifest,
    settings: &Map<String, Value>,
) -> BTreeMap<String, String> {
    let identity = manifest.settings.iter().filter(|setting| setting.identity);
    identity
        .filter_map(|setting| Some((setting.name.clone(), settings.get(&setting.name)?)))
        .map(|(name, value)| match value {
            Value::String(text) => (name, text.clone()),
            other => (name, other.to_string()),
        })
        .collect()
}

fn check(setting: &Setting, value: &Value) -> Result<(), ConfigError> {
    if !setting.kind.admits(value) {
        return Err(ConfigError::WrongKind {
            key: setting.name.clone(),
            expected: setting.kind,
            found: value.clone(),
        });
    }
    let admitted =
        |text: &str| setting.choices.is_empty() || setting.choices.iter().any(|c| c == text);
    match value.as_str() {
        Some(text) if !admitted(text) => Err(ConfigError::NotAChoice {
            key: setting.name.clone(),
            found: text.to_owned(),
            choices: setting.choices.clone(),
        }),
        _ => Ok(()),
    }
}
