//! Everything that any test makes `rocky` print as JSON is what `docs/schemas` says, and has no field that is not there.

use std::fs;
use std::path::{Path, PathBuf};

use boon::{Compiler, Schemas};
use serde_json::{Map, Value, json};

use crate::project::Output;

/// Where the schemas are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas")
}

/// The schema in the file of this name.
pub fn named(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
    let text = fs::read_to_string(&path);
    let text = text
        .unwrap_or_else(|error| panic!("{}: {error}: run `cargo xtask schemas`", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Programs are to ignore fields that they do not know; here there may be none. Keywords are told from fields by where they stand.
fn close(schema: &mut Value) {
    let Value::Object(members) = schema else {
        return;
    };
    if members.contains_key("properties") && !members.contains_key("additionalProperties") {
        members.insert("additionalProperties".to_owned(), json!(false));
    }
    for (keyword, value) in members.iter_mut() {
        match (keyword.as_str(), value) {
            ("properties" | "$defs", Value::Object(named)) => named.values_mut().for_each(close),
            ("anyOf" | "oneOf" | "allOf", Value::Array(schemas)) => {
                schemas.iter_mut().for_each(close);
            }
            ("items" | "additionalProperties", schema) => close(schema),
            _ => {}
        }
    }
}

/// Makes sure that an object that a command printed is what its schema says, and the file that was read for it.
#[track_caller]
pub fn check(output: &Output, config: &Path) {
    let Ok(printed) = serde_json::from_str::<Map<String, Value>>(&output.stdout) else {
        return;
    };
    let command = printed["command"].as_str().unwrap();
    // What a run reads without failing is right; other commands may not look at all of it.
    if command == "run"
        && output.code == Some(0)
        && let Ok(text) = fs::read_to_string(config)
    {
        validate("rocky-toml", &toml::from_str(&text).unwrap(), output);
    }
    validate(&command.replace(' ', "-"), &Value::Object(printed), output);
}

#[track_caller]
fn validate(name: &str, value: &Value, output: &Output) {
    let mut schema = named(name);
    if name != "rocky-toml" {
        close(&mut schema);
    }
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("schema.json", schema).unwrap();
    let compiled = compiler.compile("schema.json", &mut schemas).unwrap();
    if let Err(error) = schemas.validate(value, compiled) {
        panic!(
            "not what docs/schemas/{name}.json says (`cargo xtask schemas`?): {error:#}\n{output}"
        );
    }
}
