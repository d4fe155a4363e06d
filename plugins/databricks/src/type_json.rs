//! Types as `DESCRIBE … AS JSON` tells them.

use rocky_adapter_sdk::json::Int64;
use rocky_adapter_sdk::{Error, Result};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A type.
#[derive(Debug, Deserialize)]
pub struct TypeJson {
    name: String,
    precision: Option<Int64>,
    scale: Option<Int64>,
    length: Option<Int64>,
    collation: Option<String>,
    start_unit: Option<String>,
    end_unit: Option<String>,
    srid: Option<Value>,
    element_type: Option<Box<TypeJson>>,
    key_type: Option<Box<TypeJson>>,
    value_type: Option<Box<TypeJson>>,
    fields: Option<Vec<FieldJson>>,
    /// Whether an array's elements, or a map's values, may be NULL: the text of a type has no word for it.
    #[serde(rename = "element_nullable")]
    _element_nullable: Option<bool>,
    #[serde(rename = "value_nullable")]
    _value_nullable: Option<bool>,
    /// What is not known may be a parameter, so that without it the type would be another one.
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
}

/// A field of a struct.
#[derive(Debug, Deserialize)]
struct FieldJson {
    name: String,
    #[serde(rename = "type")]
    data_type: TypeJson,
    nullable: Option<bool>,
}

impl TypeJson {
    /// The type in the words of Databricks SQL, whole.
    ///
    /// # Errors
    /// When a part is missing, or there is one whose meaning is not known.
    pub fn text(&self) -> Result<String> {
        if let Some(name) = self.unknown.keys().next() {
            let of = &self.name;
            return Err(Error::protocol(format!(
                "the type `{of}` has a member `{name}`, which is not known"
            )));
        }
        Ok(match self.name.as_str() {
            "decimal" => {
                let (precision, scale) = (
                    self.number(self.precision, "precision")?,
                    self.number(self.scale, "scale")?,
                );
                format!("decimal({precision},{scale})")
            }
            "char" | "varchar" => {
                format!("{}({})", self.name, self.number(self.length, "length")?)
            }
            "string" => match self.collation.as_deref() {
                None | Some("UTF8_BINARY") => "string".to_owned(),
                Some(collation) => format!("string collate {collation}"),
            },
            "timestamp_ltz" => "timestamp".to_owned(),
            "time" => match self.precision {
                Some(precision) => format!("time({})", precision.0),
                None => "time".to_owned(),
            },
            "interval" => self.interval()?,
            "geography" | "geometry" => self.spatial()?,
            "array" => format!(
                "array<{}>",
                part(&self.element_type, "element_type")?.text()?
            ),
            "map" => format!(
                "map<{},{}>",
                part(&self.key_type, "key_type")?.text()?,
                part(&self.value_type, "value_type")?.text()?
            ),
            "struct" => {
                let fields = part(&self.fields, "fields")?.iter().map(FieldJson::text);
                format!("struct<{}>", fields.collect::<Result<Vec<_>>>()?.join(","))
            }
            plain => plain.to_owned(),
        })
    }

    fn number(&self, value: Option<Int64>, member: &str) -> Result<i64> {
        part(&value, member).map(|number| number.0)
    }

    fn interval(&self) -> Result<String> {
        let start = part(&self.start_unit, "start_unit")?;
        Ok(match self.end_unit.as_deref() {
            Some(end) if end != start => format!("interval {start} to {end}"),
            _ => format!("interval {start}"),
        })
    }

    fn spatial(&self) -> Result<String> {
        let srid = match part(&self.srid, "srid")? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Ok(format!("{}({srid})", self.name))
    }
}

fn part<'a, T>(value: &'a Option<T>, member: &str) -> Result<&'a T> {
    value
        .as_ref()
        .ok_or_else(|| Error::protocol(format!("a type has no `{member}`")))
}

impl FieldJson {
    fn text(&self) -> Result<String> {
        let is_bare = self
            .name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && !self.name.starts_with(|first: char| first.is_ascii_digit())
            && !self.name.is_empty();
        let name = match is_bare {
            true => self.name.clone(),
            false => format!("`{}`", self.name.replace('`', "``")),
        };
        let nullable = match self.nullable {
            Some(false) => " not null",
            _ => "",
        };
        Ok(format!("{name}:{}{nullable}", self.data_type.text()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocky_adapter_sdk::json;

    fn text(json: &str) -> Result<String> {
        json::decode::<TypeJson>(json.as_bytes())?.text()
    }

    #[test]
    fn every_type_has_its_text() {
        for (json, expected) in [
            (r#"{"name":"int"}"#, "int"),
            (
                r#"{"name":"decimal","precision":12,"scale":2}"#,
                "decimal(12,2)",
            ),
            (r#"{"name":"varchar","length":"20"}"#, "varchar(20)"),
            (r#"{"name":"string","collation":"UTF8_BINARY"}"#, "string"),
            (
                r#"{"name":"string","collation":"de_CI"}"#,
                "string collate de_CI",
            ),
            (r#"{"name":"timestamp_ltz"}"#, "timestamp"),
            (r#"{"name":"time","precision":3}"#, "time(3)"),
            (
                r#"{"name":"interval","start_unit":"day","end_unit":"second"}"#,
                "interval day to second",
            ),
            (
                r#"{"name":"interval","start_unit":"month","end_unit":"month"}"#,
                "interval month",
            ),
            (r#"{"name":"geography","srid":4326}"#, "geography(4326)"),
            (r#"{"name":"geometry","srid":"ANY"}"#, "geometry(ANY)"),
            (
                r#"{"name":"map","key_type":{"name":"string"},"value_type":{"name":"array","element_type":{"name":"date"},
                    "element_nullable":true},"value_nullable":true}"#,
                "map<string,array<date>>",
            ),
            (
                r#"{"name":"struct","fields":[{"name":"a","type":{"name":"int"},"nullable":false,"comment":"x"},
                    {"name":"b `c","type":{"name":"variant"}}]}"#,
                "struct<a:int not null,`b ``c`:variant>",
            ),
        ] {
            assert_eq!(text(json).unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn a_type_that_is_not_understood_is_not_made_up() {
        for json in [
            r#"{"name":"decimal"}"#,
            r#"{"name":"array"}"#,
            r#"{"name":"vector","dimension":3}"#,
            r#"{"name":"struct","fields":[{"name":"a"}]}"#,
            r#"{}"#,
        ] {
            assert!(text(json).is_err(), "{json}");
        }
    }
}
