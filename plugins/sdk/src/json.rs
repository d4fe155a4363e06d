//! JSON from warehouses, read quickly and with patience.
//!
//! Answers are read into borrowing serde types: name the members that matter, and the rest is skipped without being
//! stored. [`Text`] and [`Int64`] take the place of `String` and `i64` there.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde_json::error::Category;

use crate::{Error, Result};

/// A text of an answer: a slice of the body wherever the JSON has no escape in it.
///
/// serde borrows a `Cow` only where a field is marked for it, and never inside an `Option`. This type always borrows if it can.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<'a>(pub Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self)
    }
}

impl From<Text<'_>> for String {
    fn from(text: Text<'_>) -> Self {
        text.0.into_owned()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = Text<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_str(Texts)
    }
}

/// A 64-bit integer that warehouses write as a number or, because JavaScript cannot hold it, as a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Int64(pub i64);

impl<'de> Deserialize<'de> for Int64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Integers;

        impl Visitor<'_> for Integers {
            type Value = Int64;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a 64-bit integer, as a number or a text")
            }

            fn visit_i64<E>(self, number: i64) -> Result<Int64, E> {
                Ok(Int64(number))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Int64, E> {
                i64::try_from(number)
                    .map(Int64)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Int64, E> {
                text.parse()
                    .map(Int64)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(Integers)
    }
}

/// Reads JSON, borrowing from it. The error says what was found where, with a little of the text around it.
///
/// ```
/// use rocky_adapter_sdk::json::{self, Int64, Text};
///
/// #[derive(serde::Deserialize)]
/// struct Chunk<'a> {
///     row_count: Int64,
///     #[serde(borrow)]
///     name: Text<'a>,
/// }
///
/// let chunk: Chunk = json::decode(br#"{"row_count":"3","name":"a"}"#)?;
/// assert_eq!((chunk.row_count, &*chunk.name), (Int64(3), "a"));
///
/// let error = json::decode::<Chunk>(br#"{"row_count":"3","name":[]}"#).err().unwrap();
/// assert_eq!(error.message, r#"invalid type: sequence, expected a text, after `{"row_count":"3","name":`"#);
/// # Ok::<(), rocky_adapter_sdk::Error>(())
/// ```
pub fn decode<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T> {
    // Looking at the encoding once is cheaper than at that of every text; where it is wrong, the slow way says where.
    let value = match std::str::from_utf8(json) {
        Ok(json) => serde_json::from_str(json),
        Err(_) => serde_json::from_slice(json),
    };
    value.map_err(|error| Error::protocol(explain(&error, json)))
}

fn explain(error: &serde_json::Error, json: &[u8]) -> String {
    match error.classify() {
        Category::Eof => format!("the JSON ends in the middle, after {} bytes", json.len()),
        Category::Syntax => format!("not JSON: {error}"),
        Category::Data | Category::Io => {
            let reason = serde_json::Error::custom(error).to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            format!(
                "{reason}, after `{}`",
                text_before(json, error.line(), error.column())
            )
        }
    }
}

/// The last characters of the line before a position, as a person would quote them.
fn text_before(json: &[u8], line: usize, column: usize) -> String {
    let line = json
        .split(|byte| *byte == b'\n')
        .nth(line.saturating_sub(1))
        .unwrap_or_default();
    // serde_json counts the bytes that it has taken.
    let end = column.min(line.len());
    let start = end.saturating_sub(60);
    String::from_utf8_lossy(&line[start..end])
        .trim_start_matches('\u{fffd}')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    #[derive(Debug, serde::Deserialize)]
    struct Example<'a> {
        #[serde(borrow)]
        text: Option<Text<'a>>,
        number: Option<Int64>,
    }

    fn read(json: &str) -> Result<Example<'_>> {
        decode(json.as_bytes())
    }

    #[test]
    fn a_text_without_escapes_borrows_even_in_an_option() {
        let text = read(r#"{"text":"grüße"}"#).unwrap().text.unwrap();
        assert!(matches!(text.0, Cow::Borrowed("grüße")));
    }

    #[test]
    fn a_text_with_escapes_is_unescaped() {
        assert_eq!(
            &*read(r#"{"text":"a\"\u00e9\n"}"#).unwrap().text.unwrap(),
            "a\"é\n"
        );
    }

    #[test]
    fn an_integer_is_a_number_or_a_text() {
        for json in [
            r#"{"number":1763000000000}"#,
            r#"{"number":"1763000000000"}"#,
        ] {
            assert_eq!(read(json).unwrap().number, Some(Int64(1_763_000_000_000)));
        }
        assert_eq!(
            read(r#"{"number":"-9223372036854775808"}"#).unwrap().number,
            Some(Int64(i64::MIN))
        );
        assert_eq!(read(r#"{"number":null}"#).unwrap().number, None);
        assert_eq!(read("{}").unwrap().number, None);
    }

    #[test]
    fn an_integer_is_nothing_else() {
        for json in [
            r#"{"number":"12x"}"#,
            r#"{"number":1.5}"#,
            r#"{"number":9223372036854775808}"#,
            r#"{"number":[]}"#,
        ] {
            let error = read(json).unwrap_err();
            assert_eq!(error.code, ErrorCode::Protocol);
            assert!(
                error.message.contains("expected a 64-bit integer"),
                "{}",
                error.message
            );
        }
    }

    #[test]
    fn half_a_body_is_told_from_no_json() {
        assert_eq!(
            read(r#"{"text":"a"#).unwrap_err().message,
            "the JSON ends in the middle, after 10 bytes"
        );
        assert!(
            read("<html>")
                .unwrap_err()
                .message
                .starts_with("not JSON: ")
        );
    }

    #[test]
    fn a_wrong_encoding_matters_only_in_what_is_read() {
        let found: Example = decode(b"{\"other\":\"\xff\",\"text\":\"a\"}").unwrap();
        assert_eq!(&*found.text.unwrap(), "a");
        let error = decode::<Example>(b"{\"text\":\"\xff\"}").unwrap_err();
        assert_eq!(error.code, ErrorCode::Protocol);
        assert!(error.message.starts_with("not JSON: "), "{error}");
    }

    #[test]
    fn an_error_quotes_what_stands_before_it_but_not_everything() {
        let json = format!(r#"{{"a":"{}","text":7}}"#, "é".repeat(300));
        let error = read(&json).unwrap_err();
        assert!(
            error
                .message
                .starts_with("invalid type: integer `7`, expected a text, after `"),
            "{error}"
        );
        assert!(error.message.len() < 160, "{error}");
    }
}
