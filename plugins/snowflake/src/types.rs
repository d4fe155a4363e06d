//! How a column's type is told, and its full text.
//!
//! DESCRIBE and the REST API tell the text itself. SHOW COLUMNS tells JSON and INFORMATION_SCHEMA some numbers, of which the text is made
//! again as DESCRIBE would tell it; where they leave out what belongs to it, the type is not known until one of the others is asked.

use rocky_adapter_sdk::json::{Int64, Text};
use rocky_adapter_sdk::{Result, json};
use serde::Deserialize;

/// A type as far as one source tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The whole text.
    Whole(String),
    /// Something is left out: the elements of an array, for example.
    Part(String),
}

/// What SHOW COLUMNS says of a type.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    #[serde(borrow)]
    r#type: Text<'a>,
    precision: Option<Int64>,
    scale: Option<Int64>,
    length: Option<Int64>,
    dimension: Option<Int64>,
    #[serde(borrow)]
    vector_element_type: Option<Box<Shown<'a>>>,
    #[serde(borrow)]
    collation: Option<Text<'a>>,
}

/// What INFORMATION_SCHEMA says of a type, each number as a text.
#[derive(Debug, Default)]
pub struct Numbers<'a> {
    /// Of NUMBER.
    pub precision: Option<&'a str>,
    /// Of NUMBER.
    pub scale: Option<&'a str>,
    /// Of texts and bytes.
    pub length: Option<&'a str>,
    /// Of times, where it is told at all.
    pub fraction: Option<&'a str>,
}

/// The type and the collation of a column, from the JSON of SHOW COLUMNS.
pub fn of_show(text: &str) -> Result<(Told, Option<String>)> {
    let shown: Shown = json::decode(text.as_bytes())
        .map_err(|error| error.context(format_args!("the type `{text}` cannot be read")))?;
    let collation = shown
        .collation
        .as_deref()
        .filter(|it| !it.is_empty())
        .map(str::to_owned);
    let number = |number: Option<Int64>| number.map(|it| it.0.to_string());
    let [precision, scale, length] = [shown.precision, shown.scale, shown.length].map(number);
    let numbers = Numbers {
        precision: precision.as_deref(),
        scale: scale.as_deref(),
        length: length.as_deref(),
        fraction: scale.as_deref(),
    };
    let name = match &*shown.r#type {
        "FIXED" => "NUMBER",
        "REAL" => "FLOAT",
        other => other,
    };
    let told = match (name, shown.dimension, &shown.vector_element_type) {
        ("VECTOR", Some(dimension), Some(element)) => match &*element.r#type {
            "REAL" => Told::Whole(format!("VECTOR(FLOAT, {})", dimension.0)),
            "FIXED" => Told::Whole(format!("VECTOR(INT, {})", dimension.0)),
            _ => Told::Part(name.to_owned()),
        },
        _ => of_family(name, &numbers),
    };
    Ok((told, collation))
}

/// The type of a column, from the name of its family and its numbers.
pub fn of_family(family: &str, numbers: &Numbers<'_>) -> Told {
    let whole = |text: Option<String>| match text {
        Some(text) => Told::Whole(text),
        None => Told::Part(family.to_owned()),
    };
    let sized = |name: &str, size: Option<&str>| whole(size.map(|size| format!("{name}({size})")));
    match family {
        "NUMBER" => whole(
            numbers
                .precision
                .zip(numbers.scale)
                .map(|(precision, scale)| format!("NUMBER({precision},{scale})")),
        ),
        "TEXT" => sized("VARCHAR", numbers.length),
        "BINARY" => sized("BINARY", numbers.length),
        "TIME" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" | "TIMESTAMP_TZ" => {
            sized(family, numbers.fraction)
        }
        "BOOLEAN" | "DATE" | "DECFLOAT" | "FILE" | "FLOAT" | "GEOGRAPHY" | "GEOMETRY"
        | "VARIANT" => Told::Whole(family.to_owned()),
        // What is in an array, an object or a map is not told, and neither is whether they have a type of their own; what is not known
        // here may have parameters.
        _ => Told::Part(family.to_owned()),
    }
}

/// The type and the collation of a column, from the text of DESCRIBE or of the REST API.
pub fn of_text(text: &str) -> (&str, Option<String>) {
    const COLLATE: &str = " COLLATE '";
    let parts = text
        .strip_suffix('\'')
        .and_then(|text| text.rsplit_once(COLLATE));
    match parts {
        Some((data_type, collation)) if !collation.contains(['(', ')']) => {
            (data_type, Some(collation.replace("''", "'")))
        }
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_show_tells_becomes_the_text_of_describe() {
        for (shown, text) in [
            (
                r#"{"type":"FIXED","precision":12,"scale":2,"nullable":true}"#,
                "NUMBER(12,2)",
            ),
            (
                r#"{"type":"TEXT","length":40,"byteLength":160,"nullable":true,"fixed":false}"#,
                "VARCHAR(40)",
            ),
            (
                r#"{"type":"TIMESTAMP_NTZ","precision":0,"scale":9,"nullable":true}"#,
                "TIMESTAMP_NTZ(9)",
            ),
            (
                r#"{"type":"TIME","precision":0,"scale":0,"nullable":true}"#,
                "TIME(0)",
            ),
            (r#"{"type":"REAL","nullable":true}"#, "FLOAT"),
            (
                r#"{"type":"BINARY","length":8388608,"byteLength":8388608,"fixed":true}"#,
                "BINARY(8388608)",
            ),
            (r#"{"type":"VARIANT","nullable":true}"#, "VARIANT"),
            (
                r#"{"type":"VECTOR","dimension":3,"vectorElementType":{"type":"REAL","nullable":false}}"#,
                "VECTOR(FLOAT, 3)",
            ),
        ] {
            assert_eq!(
                of_show(shown).unwrap(),
                (Told::Whole(text.to_owned()), None)
            );
        }
        for shown in [
            r#"{"type":"ARRAY","nullable":true}"#,
            r#"{"type":"OBJECT"}"#,
            r#"{"type":"MAP"}"#,
            r#"{"type":"VECTOR"}"#,
            r#"{"type":"SOMETHING_NEW"}"#,
            r#"{"type":"FIXED"}"#,
        ] {
            assert!(
                matches!(of_show(shown), Ok((Told::Part(_), None))),
                "{shown}"
            );
        }
        assert!(of_show("NUMBER(38,0)").is_err());
    }

    #[test]
    fn a_collation_is_told_apart_from_the_type() {
        let shown = r#"{"type":"TEXT","length":5,"collation":"de-ci"}"#;
        let whole = Told::Whole("VARCHAR(5)".to_owned());
        assert_eq!(of_show(shown).unwrap(), (whole, Some("de-ci".to_owned())));
        for (text, data_type, collation) in [
            ("VARCHAR(5) COLLATE 'de-ci'", "VARCHAR(5)", Some("de-ci")),
            ("VARCHAR(5)", "VARCHAR(5)", None),
            (
                "ARRAY(VARCHAR(5) COLLATE 'de')",
                "ARRAY(VARCHAR(5) COLLATE 'de')",
                None,
            ),
            (
                "OBJECT(a VARCHAR COLLATE 'x', \"b')\" DATE)'",
                "OBJECT(a VARCHAR COLLATE 'x', \"b')\" DATE)'",
                None,
            ),
        ] {
            assert_eq!(of_text(text), (data_type, collation.map(str::to_owned)));
        }
    }

    #[test]
    fn numbers_that_are_left_out_are_not_made_up() {
        let numbers = Numbers {
            precision: Some("38"),
            scale: Some("0"),
            length: Some("7"),
            fraction: None,
        };
        assert_eq!(
            of_family("NUMBER", &numbers),
            Told::Whole("NUMBER(38,0)".to_owned())
        );
        assert_eq!(
            of_family("TEXT", &numbers),
            Told::Whole("VARCHAR(7)".to_owned())
        );
        assert_eq!(of_family("TIME", &numbers), Told::Part("TIME".to_owned()));
        assert_eq!(
            of_family("NUMBER", &Numbers::default()),
            Told::Part("NUMBER".to_owned())
        );
    }
}
