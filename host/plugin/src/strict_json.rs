//! JSON that no two parsers read differently: no member twice, nothing around it.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Values in one text: a statement has some hundreds of parameters at most, and a value takes 16 times as much memory as text.
const VALUES: u32 = 100_000;

/// Reads a JSON text. Objects with two members of one name are refused: servers differ in which one counts.
pub(crate) fn parse(text: &[u8]) -> Result<Value, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let values = Cell::new(0);
    let value = Strict { values: &values }.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| error.to_string())
}

/// The first leaf of a value that is not at or below one of these JSON pointers, as a pointer itself.
pub(crate) fn outside(value: &Value, members: &[&str]) -> Option<String> {
    fn find(value: &Value, path: &str, members: &[&str]) -> Option<String> {
        let below = |member: &&str| {
            path.strip_prefix(member)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if members.iter().any(below) {
            return None;
        }
        match value {
            Value::Object(object) if !object.is_empty() => {
                object.iter().find_map(|(name, value)| {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    find(value, &format!("{path}/{name}"), members)
                })
            }
            _ => Some(path.to_owned()),
        }
    }
    find(value, "", members)
}

/// Reads one value, and counts it with all within.
#[derive(Clone, Copy)]
struct Strict<'c> {
    values: &'c Cell<u32>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > VALUES {
            return Err(D::Error::custom(format_args!(
                "it holds more than {VALUES} values"
            )));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!(
                    "it holds the member {name:?} twice"
                )));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_text_has_so_many_values_and_no_more() {
        let array = |length: usize| format!("[{}0]", "0,".repeat(length - 1));
        assert!(parse(array(VALUES as usize - 1).as_bytes()).is_ok());
        let refused = parse(array(VALUES as usize).as_bytes()).unwrap_err();
        assert!(refused.contains("more than 100000 values"), "{refused}");
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        for bad in [
            r#"{"statement":"SHOW TABLES","statement":"DROP TABLE t"}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"[{"a":1,"\u0061":2}]"#,
            r#"{"a":1}{"b":2}"#,
            "\u{feff}{}",
            "",
            "{'a':1}",
            r#"{"a":1,}"#,
            "{} //",
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(parse(b"{\"a\":\"\xff\"}").is_err());
        let deep = "[".repeat(100_000);
        assert!(parse(deep.as_bytes()).is_err());
    }

    #[test]
    fn members_are_admitted_with_all_that_is_below_them() {
        let body = serde_json::json!({"a": {"b": 1, "c": [1, {"d": 2}]}, "e/f": null, "g": {}});
        let outside = |members: &[&str]| super::outside(&body, members);
        assert_eq!(outside(&["/a", "/e~1f", "/g"]), None);
        assert_eq!(outside(&["/a/b", "/a/c", "/e~1f", "/g"]), None);
        assert_eq!(outside(&["/a/b", "/e~1f", "/g"]).as_deref(), Some("/a/c"));
        assert_eq!(outside(&["/a", "/e", "/g"]).as_deref(), Some("/e~1f"));
        assert_eq!(outside(&["/a", "/e~1f"]).as_deref(), Some("/g"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(text in "\\PC*", number: i64) {
            let value = serde_json::json!({"a": [text, number, null, true, {"b": text}]});
            proptest::prop_assert_eq!(parse(value.to_string().as_bytes()).unwrap(), value);
        }
    }
}
