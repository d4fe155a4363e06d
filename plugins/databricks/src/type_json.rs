//! Types as `DESCRIBE … AS JSON` tells them.

use rocky_adapter_sdk::{Error, Result};
use serde_json::{Map, Value};

/// A type in the words of Databricks SQL, whole.
///
/// # Errors
/// When a part is missing, or there is one whose meaning is not known: it may be a parameter, and the type without it another one.
pub fn text(of_type: &Value) -> Result<String> {
    let mut parts = Parts::of(of_type)?;
    let name = parts.text("name")?;
    let text = match name.as_str() {
        "decimal" => {
            let (precision, scale) = (parts.number("precision")?, parts.number("scale")?);
            format!("decimal({precision},{scale})")
        }
        "char" | "varchar" => {
            let length = parts.number("length")?;
            format!("{name}({length}){}", parts.collation())
        }
        "string" => format!("string{}", parts.collation()),
        "timestamp_ltz" => "timestamp".to_owned(),
        "time" => match parts.number("precision") {
            Ok(precision) => format!("time({precision})"),
            Err(_) => name,
        },
        "interval" => parts.interval()?,
        "geography" | "geometry" => format!("{name}({})", parts.srid()?),
        "array" => format!("array<{}>", text(&parts.take("element_type")?)?),
        "map" => {
            let (key, value) = (parts.take("key_type")?, parts.take("value_type")?);
            format!("map<{},{}>", text(&key)?, text(&value)?)
        }
        "struct" => {
            let fields = parts.take("fields")?;
            let fields = fields.as_array().ok_or_else(|| missing("fields"))?;
            let fields: Vec<String> = fields.iter().map(field).collect::<Result<_>>()?;
            format!("struct<{}>", fields.join(","))
        }
        _ => name,
    };
    parts.finish(&text)?;
    Ok(text)
}

/// What the owner wrote about the fields within a column, by path, such as `lines.sku`.
pub fn descriptions(path: &str, of_type: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for field in of_type["fields"].as_array().into_iter().flatten() {
        let path = format!("{path}.{}", field["name"].as_str().unwrap_or_default());
        if let Some(comment) = field["comment"].as_str().filter(|it| !it.is_empty()) {
            found.push((path.clone(), comment.to_owned()));
        }
        found.extend(descriptions(&path, &field["type"]));
    }
    // The elements of an array and the values of a map have no names of their own.
    for inner in ["element_type", "key_type", "value_type"] {
        if of_type[inner].is_object() {
            found.extend(descriptions(path, &of_type[inner]));
        }
    }
    found
}

/// The members of a type, each taken once.
struct Parts(Map<String, Value>);

impl Parts {
    fn of(of_type: &Value) -> Result<Self> {
        let members = of_type.as_object().cloned();
        members
            .map(Self)
            .ok_or_else(|| Error::protocol("a type is no object"))
    }

    fn take(&mut self, member: &str) -> Result<Value> {
        let value = self.0.remove(member).filter(|value| !value.is_null());
        value.ok_or_else(|| missing(member))
    }

    fn text(&mut self, member: &str) -> Result<String> {
        match self.take(member)? {
            Value::String(text) => Ok(text),
            _ => Err(missing(member)),
        }
    }

    /// A number, which some gateways write as a text.
    fn number(&mut self, member: &str) -> Result<i64> {
        let number = match self.take(member)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| missing(member))
    }

    /// How texts are compared, unless that is as usual.
    fn collation(&mut self) -> String {
        match self.text("collation") {
            Ok(collation) if collation != "UTF8_BINARY" => format!(" collate {collation}"),
            _ => String::new(),
        }
    }

    fn interval(&mut self) -> Result<String> {
        let start = self.text("start_unit")?;
        Ok(match self.text("end_unit") {
            Ok(end) if end != start => format!("interval {start} to {end}"),
            _ => format!("interval {start}"),
        })
    }

    fn srid(&mut self) -> Result<String> {
        Ok(match self.take("srid")? {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }

    /// Refuses what was not taken, but for whether elements and values may be NULL: the text of a type has no word for that.
    fn finish(mut self, text: &str) -> Result<()> {
        self.0.remove("element_nullable");
        self.0.remove("value_nullable");
        self.0.retain(|_, value| !value.is_null());
        match self.0.keys().next() {
            None => Ok(()),
            Some(member) => Err(Error::protocol(format!(
                "the type `{text}` has a member `{member}`, which is not known"
            ))),
        }
    }
}

fn missing(member: &str) -> Error {
    Error::protocol(format!("a type has no `{member}`, or one of another kind"))
}

/// `name:type`, and `not null` where it is so.
fn field(field: &Value) -> Result<String> {
    let name = field["name"].as_str().ok_or_else(|| missing("name"))?;
    let is_bare = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty();
    let name = match is_bare {
        true => name.to_owned(),
        false => format!("`{}`", name.replace('`', "``")),
    };
    let nullable = match field["nullable"].as_bool() {
        Some(false) => " not null",
        _ => "",
    };
    Ok(format!("{name}:{}{nullable}", text(&field["type"])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<String> {
        text(&serde_json::from_str(json).unwrap())
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
            (
                r#"{"name":"varchar","length":20,"collation":"UNICODE_CI"}"#,
                "varchar(20) collate UNICODE_CI",
            ),
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
            assert_eq!(read(json).unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn a_type_that_is_not_understood_is_not_made_up() {
        for json in [
            r#"{"name":"decimal"}"#,
            r#"{"name":"array"}"#,
            r#"{"name":"vector","dimension":3}"#,
            r#"{"name":"vector","length":3,"element_type":{"name":"float"}}"#,
            r#"{"name":"timestamp_ntz","precision":3}"#,
            r#"{"name":"interval","start_unit":"day","precision":4}"#,
            r#"{"name":"struct","fields":[{"name":"a"}]}"#,
            r#"{"name":"struct","fields":{}}"#,
            "{}",
            "[]",
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn comments_of_nested_fields_have_their_paths() {
        let json = r#"{"name":"array","element_type":{"name":"struct","fields":[
            {"name":"sku","type":{"name":"string"},"comment":"which"},
            {"name":"d","type":{"name":"struct","fields":[{"name":"e","type":{"name":"int"},"comment":"when"}]}}]}}"#;
        let found = descriptions("lines", &serde_json::from_str(json).unwrap());
        let expected = [("lines.sku", "which"), ("lines.d.e", "when")];
        assert_eq!(
            found,
            expected.map(|(path, text)| (path.to_owned(), text.to_owned()))
        );
    }
}
