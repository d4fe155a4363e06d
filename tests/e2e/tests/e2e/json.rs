//! `docs/json.md` says all that programs are told, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rocky_emulator::RawTable;
use serde_json::Value;

use crate::json_schema;
use crate::project::{Lake, Project, add_tables, empty_warehouse};

/// What is documented of one command: paths of fields, and whether they may be left out.
type Fields = BTreeMap<String, bool>;

/// The fields of each section of the page.
fn documented() -> BTreeMap<String, Fields> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/json.md");
    let mut sections: BTreeMap<String, Fields> = BTreeMap::new();
    let mut section = String::new();
    for line in fs::read_to_string(page).unwrap().lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.to_owned();
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let [_, field, of_type, ..] = cells[..]
            && let Some(field) = field.strip_prefix('`').and_then(|it| it.strip_suffix('`'))
        {
            let fields = sections.entry(section.clone()).or_default();
            fields.insert(field.to_owned(), of_type.contains("optional"));
        }
    }
    sections
}

/// The paths of all values that are neither objects nor lists.
fn leaves(value: &Value, path: &str, open: &Fields, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let any = if path.is_empty() {
                    "*".to_owned()
                } else {
                    format!("{path}.*")
                };
                let path = match path {
                    _ if open.contains_key(&any) => any,
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                leaves(member, &path, open, found);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| leaves(item, &format!("{path}[]"), open, found)),
        _ => {
            // A setting's default may be a list.
            found.insert(path.to_owned());
        }
    }
}

/// What a command prints is in its section, or in the one for every command.
#[track_caller]
fn check(sections: &BTreeMap<String, Fields>, output: &Value) -> BTreeSet<String> {
    let command = output["command"].as_str().unwrap();
    let mut fields = sections["Every command"].clone();
    fields.extend(sections[command].clone());
    let mut found = BTreeSet::new();
    leaves(output, "", &fields, &mut found);
    let undocumented: Vec<&String> = found
        .iter()
        .filter(|path| !fields.contains_key(*path))
        .collect();
    assert!(
        undocumented.is_empty(),
        "{command}: docs/json.md lacks {undocumented:?}"
    );
    found
}

#[test]
fn what_is_printed_is_documented_and_what_is_documented_is_printed() {
    let sections = documented();
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    emulator.add_tables(rocky_emulator::RawTables {
        catalog: "c".to_owned(),
        schema: "broken".to_owned(),
        tables: vec![RawTable {
            comment: Some("nothing".to_owned()),
            ..RawTable::new("empty", Vec::new())
        }],
    });
    let lake = Lake::new(emulator, &["s", "missing", "broken"], "");
    lake.write(
        "models/m.sql",
        "/*---\ndescription = \"all\"\n---*/\nSELECT x, y FROM c.s.t",
    );
    lake.write("models/n.sql", "SELECT 1 AS one, x FROM m, c.s.other");
    let elsewhere = Project::without_config();
    let outputs = [
        lake.rocky(&["run"]),
        lake.rocky(&["run"]),
        lake.rocky(&["discover", "--with-schemas", "--include", "c"]),
        lake.rocky(&["compile", "--lineage"]),
        lake.rocky(&["schema", "ls"]),
        lake.rocky(&["schema", "ls", "c.s"]),
        lake.rocky(&["schema", "show", "c.s.t"]),
        lake.rocky(&["schema", "diff", "--since", "1d"]),
        lake.rocky(&["schema", "diff", "c.s", "c.broken"]),
        lake.rocky(&["schema", "history", "c.s.t"]),
        lake.rocky(&["schema", "search", "x"]),
        lake.rocky(&["schema", "export", "tree"]),
        lake.rocky(&["schema", "export", "--format", "json"]),
        lake.rocky(&["schema", "import", "tree"]),
        lake.rocky(&["state"]),
        lake.rocky(&["state", "check"]),
        lake.rocky(&["state", "clear-schema-cache"]),
        lake.rocky(&["state", "compact"]),
        lake.rocky(&["plugin", "inspect", "databricks"]),
        lake.rocky(&["plugin", "lock"]),
        lake.rocky(&["man", "man1"]),
        lake.rocky(&["json-schema", "schemas"]),
        elsewhere.rocky(&["schema", "show", "c.s.t"]),
        elsewhere.rocky(&["schema", "show", "t"]),
        elsewhere.rocky(&["run", "--config", "nowhere.toml"]),
    ];
    let mut printed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for output in &outputs {
        let json = output.json();
        let command = json["command"].as_str().unwrap().to_owned();
        printed
            .entry(command)
            .or_default()
            .extend(check(&sections, &json));
    }
    // A path that never came is either optional or an element of a list that was empty.
    for (command, fields) in sections.iter().filter(|(name, _)| *name != "Every command") {
        for (field, optional) in fields {
            let came = printed[command].contains(field);
            let may_be_empty = field.contains("[]") || field.ends_with(".*");
            assert!(
                came || *optional || may_be_empty,
                "{command} never prints `{field}`"
            );
        }
    }
    assert!(
        printed["run"].contains("schemas[].error.hint"),
        "{printed:?}"
    );
    assert!(
        printed["schema show"].contains("error.message"),
        "{printed:?}"
    );
    assert!(printed["run"].contains("error.causes[]"), "{printed:?}");
}

/// The fields that a schema tells of, as the page names them, and whether they may be left out.
struct Told {
    defs: Value,
    fields: Fields,
}

impl Told {
    fn of(command: &str) -> Self {
        let schema = json_schema::named(&command.replace(' ', "-"));
        let mut told = Self {
            defs: schema["$defs"].clone(),
            fields: Fields::new(),
        };
        for form in schema["anyOf"].as_array().unwrap() {
            // Every command may fail: that is told once for all.
            if form["properties"].get("error").is_none() {
                told.collect(form, "", false);
            }
        }
        told
    }

    fn collect(&mut self, schema: &Value, path: &str, optional: bool) {
        let reference = schema["$ref"].as_str();
        if let Some(name) = reference.and_then(|it| it.strip_prefix("#/$defs/")) {
            return self.collect(&self.defs[name].clone(), path, optional);
        }
        let forms = [&schema["anyOf"], &schema["oneOf"]];
        let forms = forms.into_iter().find_map(Value::as_array);
        if let Some(forms) = forms {
            let forms: Vec<&Value> = forms.iter().filter(|it| it["type"] != "null").collect();
            let optional = optional || (forms.len() > 1 && forms[0]["properties"].is_object());
            return forms
                .into_iter()
                .for_each(|form| self.collect(form, path, optional));
        }
        if let Some(properties) = schema["properties"].as_object() {
            let required = schema["required"].as_array();
            for (name, property) in properties {
                let is_required =
                    required.is_some_and(|it| it.contains(&Value::from(name.as_str())));
                let path = match path {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                self.collect(property, &path, optional || !is_required);
            }
            return;
        }
        match (&schema["items"], &schema["additionalProperties"]) {
            (Value::Null, Value::Null) => {
                self.fields.insert(path.to_owned(), optional);
            }
            (Value::Null, member) => self.collect(member, &format!("{path}.*"), optional),
            (item, _) => self.collect(item, &format!("{path}[]"), optional),
        }
    }
}

#[test]
fn the_page_and_the_schemas_say_the_same() {
    let sections = documented();
    let common = &sections["Every command"];
    for (command, fields) in sections.iter().filter(|(name, _)| *name != "Every command") {
        let mut told = Told::of(command).fields;
        told.retain(|field, _| !common.contains_key(field));
        assert_eq!(&told, fields, "{command}");
    }
}
