//! JSON Schemas (draft 2020-12) of what commands print for programs, made of the very types that are printed.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::error::FailedCommand;
use crate::output::{Envelope, JSON_VERSION, Report};

/// The version of JSON Schema.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schemas of all outputs, by the command that prints them.
#[derive(Default)]
pub struct Outputs(BTreeMap<&'static str, Output>);

/// Everything that one command may print.
struct Output {
    generator: SchemaGenerator,
    forms: Vec<Schema>,
}

impl Outputs {
    /// Adds what a command prints.
    pub fn add<R: Report>(&mut self) {
        self.add_as::<R>(R::COMMAND);
    }

    /// Adds what a command prints without making a report of it.
    pub fn add_as<T: JsonSchema>(&mut self, command: &'static str) {
        let output = self.0.entry(command).or_insert_with(|| Output {
            generator: SchemaSettings::draft2020_12()
                .for_serialize()
                .into_generator(),
            forms: Vec::new(),
        });
        output.add::<T>(command);
    }

    /// The schema of each command's output, by the command's name.
    pub fn finish(self) -> BTreeMap<&'static str, Value> {
        let schemas = self.0.into_iter();
        schemas
            .map(|(command, output)| (command, output.finish(command)))
            .collect()
    }
}

impl Output {
    fn add<T: JsonSchema>(&mut self, command: &str) {
        let mut form = Envelope::<T>::json_schema(&mut self.generator);
        let own = T::json_schema(&mut self.generator);
        if let Some(description) = own.get("description") {
            form.insert("description".to_owned(), description.clone());
        }
        for (pointer, value) in [
            ("/properties/version", json!(JSON_VERSION)),
            ("/properties/command", json!(command)),
        ] {
            if let Some(Value::Object(property)) = form.pointer_mut(pointer) {
                property.retain(|key, _| key == "description");
                property.insert("const".to_owned(), value);
            }
        }
        self.forms.push(form);
    }

    fn finish(mut self, command: &str) -> Value {
        // A command may always fail instead.
        self.add::<FailedCommand>(command);
        let mut schema = schemars::json_schema!({
            "$schema": DIALECT,
            "title": format!("rocky {command}"),
            "description": format!("What `rocky {command} --output json` prints on standard output."),
            "anyOf": self.forms,
            "$defs": self.generator.take_definitions(true),
        });
        Plain.transform(&mut schema);
        schema.to_value()
    }
}

/// Says in schemas what is meant for programs: of a docstring its first paragraph, and of what may be left out that it is never null.
#[derive(Clone)]
struct Plain;

impl Transform for Plain {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::String(text)) = schema.get_mut("description") {
            let paragraph = text.split("\n\n").next().unwrap_or_default();
            *text = paragraph
                .replace('\n', " ")
                .replace("[`", "`")
                .replace("`]", "`");
        }
        let required = schema.get("required").cloned().unwrap_or_default();
        let is_required = |name: &String| {
            required
                .as_array()
                .is_some_and(|it| it.contains(&json!(name)))
        };
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            let optional = properties.iter_mut().filter(|(name, _)| !is_required(name));
            optional.for_each(|(_, property)| never_null(property));
        }
        transform_subschemas(self, schema);
    }
}

fn never_null(property: &mut Value) {
    let null = json!("null");
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|it| *it != null);
        if let [only] = types.as_slice() {
            property["type"] = only.clone();
        }
    }
    if let Some(Value::Array(forms)) = property.get_mut("anyOf") {
        forms.retain(|form| form.get("type") != Some(&null));
    }
}
