//! The JSON Schema of `rocky.toml`, made of the shapes that it is read by.

use serde_json::{Map, Value, json};

use crate::config::ROOT;
use crate::config::shape::{Key, Kind, SecretKeys, Shape, TAG, Tagged};
use crate::json_schema::DIALECT;

/// What `rocky.toml` may say, for editors. Not in it is what only reading can tell: whether an adapter that a pipeline names is there, a
/// variable is set, a text is a URL.
pub fn json_schema() -> Value {
    let mut schema = table(&ROOT);
    insert(&mut schema, "$schema", json!(DIALECT));
    insert(&mut schema, "title", json!("rocky.toml"));
    schema
}

fn insert(schema: &mut Value, key: &str, value: Value) {
    if let Value::Object(members) = schema {
        members.insert(key.to_owned(), value);
    }
}

/// A text in which a variable stands, whose value nobody knows before it is read.
fn interpolated() -> Value {
    json!({"type": "string", "pattern": r"\$\{"})
}

fn table(shape: &Shape) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut conditions = Vec::new();
    for key in shape.keys {
        if let Kind::Secret(names) = key.kind {
            properties.extend(secret(names, key.description));
            conditions.push(one_way(names, key.required));
            continue;
        }
        properties.insert(key.name.to_owned(), property(key));
        if key.required {
            required.push(key.name);
        }
    }
    if !shape.needs.is_empty() {
        conditions.push(json!({"anyOf": with_each(shape.needs)}));
    }
    let mut schema = json!({
        "type": "object",
        "description": shape.description,
        "properties": properties,
        "additionalProperties": shape.open,
    });
    if !required.is_empty() {
        insert(&mut schema, "required", json!(required));
    }
    if !conditions.is_empty() {
        insert(&mut schema, "allOf", json!(conditions));
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = match key.kind {
        Kind::Text => json!({"type": "string"}),
        Kind::Name => not_blank(),
        Kind::Choice(choices) => json!({"anyOf": [{"enum": choices}, interpolated()]}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Number(u64::MAX) => json!({"type": "integer", "minimum": 0}),
        Kind::Number(maximum) => json!({"type": "integer", "minimum": 0, "maximum": maximum}),
        Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Names => json!({"type": "array", "items": not_blank(), "minItems": 1}),
        Kind::TextTable => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        Kind::Table(shape) => table(shape),
        Kind::Tables(shape) => json!({"type": "object", "additionalProperties": table(shape)}),
        Kind::Tagged(of_type) => tagged(of_type),
        // A table makes three properties of one.
        Kind::Secret(_) => Value::Bool(true),
    };
    insert(&mut schema, "description", json!(key.description));
    schema
}

fn not_blank() -> Value {
    json!({"type": "string", "pattern": r"\S"})
}

/// The three ways to give a secret.
fn secret(
    [itself, file, command]: SecretKeys,
    description: &str,
) -> impl Iterator<Item = (String, Value)> {
    let text = format!(
        "{description} Better as \"${{VARIABLE}}\" than itself: the file may be seen by others."
    );
    let of_file = format!("The file that holds `{itself}`, from the directory of rocky.toml.");
    let of_command = format!("The command, as a list of words, that prints `{itself}`.");
    [
        (itself, json!({"type": "string", "description": text})),
        (file, json!({"type": "string", "description": of_file})),
        (
            command,
            json!({"type": "array", "items": {"type": "string"}, "description": of_command}),
        ),
    ]
    .into_iter()
    .map(|(key, schema)| (key.to_owned(), schema))
}

/// A schema for each key that asks for it.
fn with_each(keys: &[&str]) -> Vec<Value> {
    keys.iter().map(|key| json!({"required": [key]})).collect()
}

/// A secret is given in one way, or in none if it may be missing.
fn one_way(names: SecretKeys, required: bool) -> Value {
    let mut ways = with_each(&names);
    if !required {
        ways.push(json!({"not": {"anyOf": with_each(&names)}}));
    }
    json!({"oneOf": ways})
}

fn tagged(of_type: &Tagged) -> Value {
    let shapes = of_type.shapes.iter().map(|(choice, shape)| {
        let mut schema = table(shape);
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.insert(TAG.to_owned(), json!({"const": choice}));
        }
        schema
    });
    let unknown = json!({"properties": {TAG: interpolated()}});
    let tag = of_type.tag.keys.iter();
    let tag: Map<String, Value> = tag
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    json!({
        "type": "object",
        "description": of_type.description,
        "properties": tag,
        "required": [TAG],
        "oneOf": shapes.chain([unknown]).collect::<Vec<_>>(),
    })
}
