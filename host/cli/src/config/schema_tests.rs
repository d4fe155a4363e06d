//! What rocky reads and what the JSON Schema admits are the same: both know the shapes, so files are made of the shapes, right ones and
//! wrong ones.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Map, Value, json};

use super::*;
use crate::config::shape::TAG;

/// The schema, ready to judge.
struct Judge {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Judge {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler
            .add_resource("rocky-toml.json", json_schema())
            .unwrap();
        let index = compiler.compile("rocky-toml.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    #[track_caller]
    fn check(&self, text: &str, expected: bool) {
        let file: Value = toml::from_str(text).unwrap();
        let admitted = self.schemas.validate(&file, self.index);
        assert_eq!(
            admitted.is_ok(),
            expected,
            "the schema: {admitted:?}\n{text}"
        );
        let read = read(text);
        assert_eq!(read.is_ok(), expected, "rocky: {read:?}\n{text}");
    }
}

/// Reads a file with all that it says, where every variable is set.
fn read(text: &str) -> Result<(), String> {
    let document = Document::new(Path::new("rocky.toml"), text.to_owned());
    let variables = |_: &str| Some("x".to_owned());
    let project = Project::read(document, PathBuf::new(), &variables);
    let project = project.map_err(|mistake| format!("{mistake:?}"))?;
    for entry in project.adapters.values() {
        let section = entry.section().map_err(|error| format!("{error:?}"))?;
        section.auth().map_err(|error| format!("{error:?}"))?;
    }
    Ok(())
}

/// Which of several files is made.
#[derive(Clone, Copy)]
struct Choice {
    /// Of the kinds of credential.
    auth: usize,
    /// Of the ways to give a secret.
    way: usize,
}

fn table(shape: &Shape, choice: Choice) -> Map<String, Value> {
    let mut members = Map::new();
    for key in shape.keys {
        let name = match key.kind {
            Kind::Secret(names) => names[choice.way],
            _ => key.name,
        };
        members.insert(name.to_owned(), value(key, choice));
    }
    members
}

fn value(key: &Key, choice: Choice) -> Value {
    let text = match key.name {
        "adapter" => "user-s-name",
        "header" => "x-token",
        "token_url" => "https://idp.example/token",
        "allow" => "https://*.store.example",
        "proxy" => "none",
        _ => "x",
    };
    match key.kind {
        Kind::Text | Kind::Name => json!(text),
        Kind::Choice(choices) => json!(choices.last()),
        Kind::Boolean => json!(true),
        Kind::Number(maximum) => json!(maximum.min(i64::MAX.unsigned_abs())),
        Kind::Texts | Kind::Names => json!([text, text]),
        Kind::TextTable => json!({"user-s-name": text}),
        Kind::Secret(_) if choice.way == 2 => json!([text]),
        Kind::Secret(_) => json!(text),
        Kind::Table(shape) => Value::Object(table(shape, choice)),
        Kind::Tables(shape) => json!({"user-s-name": table(shape, choice)}),
        Kind::Tagged(of_type) => {
            let (tag, shape) = of_type.shapes[choice.auth];
            let mut members = table(shape, choice);
            members.insert(TAG.to_owned(), json!(tag));
            Value::Object(members)
        }
    }
}

fn each_choice() -> impl Iterator<Item = Choice> {
    let kinds = 0..auth::AUTH.shapes.len();
    kinds.flat_map(|auth| (0..3).map(move |way| Choice { auth, way }))
}

/// Files in each of which one thing of a table is wrong, as changes of what is right.
fn mistakes(shape: &'static Shape, choice: Choice) -> Vec<Map<String, Value>> {
    let right = table(shape, choice);
    let with = |name: &str, value: Value| {
        let mut members = right.clone();
        members.insert(name.to_owned(), value);
        members
    };
    let mut wrong = Vec::new();
    if !shape.open {
        wrong.push(with("nobody-knows-it", json!(1)));
    }
    for key in shape.keys {
        if key.required {
            let mut without = right.clone();
            let is_of = |name: &str| shape.key(name).is_some_and(|it| it.name == key.name);
            without.retain(|name, _| !is_of(name));
            wrong.push(without);
        }
        let bad: Vec<Value> = match key.kind {
            Kind::Boolean => vec![json!("true")],
            Kind::Number(u64::MAX) => vec![json!(-1), json!("1"), json!(1.5)],
            Kind::Number(maximum) => vec![json!(-1), json!(maximum + 1)],
            Kind::Name => vec![json!(" "), json!(1)],
            Kind::Names => vec![json!([]), json!([" "]), json!("x")],
            Kind::Texts => vec![json!("x"), json!([1])],
            Kind::Choice(_) => vec![json!("nobody-knows-it"), json!(1)],
            Kind::TextTable => vec![json!({"x": 1}), json!(1)],
            Kind::Text | Kind::Table(_) | Kind::Tables(_) | Kind::Tagged(_) => vec![json!(1)],
            Kind::Secret(names) => {
                let other = names[(choice.way + 1) % 3];
                let value = if other == names[2] {
                    json!(["x"])
                } else {
                    json!("x")
                };
                wrong.push(with(other, value));
                wrong.push(with(names[choice.way], json!(1)));
                continue;
            }
        };
        wrong.extend(bad.into_iter().map(|value| with(key.name, value)));
        wrong.extend(
            inside(key, choice)
                .into_iter()
                .map(|value| with(key.name, value)),
        );
    }
    if let [_, ..] = shape.needs {
        wrong.push(Map::new());
    }
    wrong
}

/// The same of the tables below a key.
fn inside(key: &Key, choice: Choice) -> Vec<Value> {
    match key.kind {
        Kind::Table(shape) => {
            let wrong = mistakes(shape, choice).into_iter();
            wrong.map(Value::Object).collect()
        }
        Kind::Tables(shape) => {
            let wrong = mistakes(shape, choice).into_iter();
            wrong.map(|table| json!({"user-s-name": table})).collect()
        }
        Kind::Tagged(of_type) => {
            let (tag, shape) = of_type.shapes[choice.auth];
            let wrong = mistakes(shape, choice).into_iter();
            let mut wrong: Vec<Value> = wrong
                .map(|mut table| {
                    table.insert(TAG.to_owned(), json!(tag));
                    Value::Object(table)
                })
                .collect();
            wrong.push(json!({}));
            wrong.push(json!({"type": "nobody-knows-it"}));
            wrong
        }
        _ => Vec::new(),
    }
}

#[test]
fn a_file_with_every_key_is_read_and_admitted() {
    let judge = Judge::new();
    for choice in each_choice() {
        let file = toml::to_string(&table(&ROOT, choice)).unwrap();
        judge.check(&file, true);
    }
    judge.check("", true);
}

#[test]
fn a_file_with_one_mistake_is_refused_by_both() {
    let judge = Judge::new();
    let mut count = 0;
    for choice in each_choice() {
        // What is not of the credential is the same for each.
        for wrong in mistakes(&ROOT, choice) {
            judge.check(&toml::to_string(&wrong).unwrap(), false);
            count += 1;
        }
    }
    assert!(count > 1000, "{count}");
}

#[test]
fn what_the_documentation_shows_is_read_and_admitted() {
    let judge = Judge::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let example = fs::read_to_string(root.join("examples/flights/rocky.toml")).unwrap();
    judge.check(&example, true);
    let page = fs::read_to_string(root.join("README.md")).unwrap();
    let blocks = page.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks.filter_map(|it| it.split("```").next()).collect();
    assert!(blocks.len() >= 3);
    blocks.iter().for_each(|block| judge.check(block, true));
}

#[test]
fn a_variable_may_stand_for_a_choice() {
    let judge = Judge::new();
    let text = "[adapter.a]\nplugin = '${PLUGIN:-databricks}'\n[adapter.a.network]\nstatements = '${LEVEL:-read}'\n";
    let file: Value = toml::from_str(text).unwrap();
    let admitted = judge.schemas.validate(&file, judge.index);
    assert!(admitted.is_ok(), "{admitted:?}");
    // Every variable is set to something that is no choice here.
    let refused = read(text).unwrap_err();
    assert!(refused.contains("there is no statements `x`"), "{refused}");
}
