//! `rocky schema export --format arrow`, read by Arrow itself.

use std::process::Output;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{TimestampMillisecondType, UInt32Type};
use arrow_ipc::reader::StreamReader;
use rocky_schema::{Entry, Table};
use serde_json::{Map, Value, json};

use crate::filled::{Filled, column, table, view};
use crate::project::Project;

const AT: &str = "2026-11-20T12:00:00Z";

/// What the command prints, which is no text.
fn printed(project: &Project, more: &[&str]) -> Output {
    let arguments = [&["schema", "export", "--format", "arrow"], more].concat();
    project.command(&arguments).output().unwrap()
}

fn batches(project: &Project, more: &[&str]) -> (Vec<String>, Vec<RecordBatch>) {
    let output = printed(project, more);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stderr, b"");
    let reader = StreamReader::try_new(output.stdout.as_slice(), None).unwrap();
    let fields = reader.schema().fields().clone();
    let fields = fields.iter().map(|field| field.name().clone());
    (fields.collect(), reader.map(Result::unwrap).collect())
}

/// A row as an object.
fn row(batch: &RecordBatch, index: usize) -> Value {
    let named = |name: &str| batch.column_by_name(name).unwrap();
    let text = |name: &str| json!(named(name).as_string::<i32>().iter().nth(index).unwrap());
    let time = |name: &str| {
        json!(
            named(name)
                .as_primitive::<TimestampMillisecondType>()
                .value(index)
        )
    };
    let attributes = |name: &str| {
        let entries = named(name).as_map().value(index);
        let texts = [0, 1].map(|it| entries.column(it).as_string::<i32>().clone());
        let [keys, values] = &texts;
        let pairs = keys.iter().zip(values.iter());
        let pairs = pairs.map(|(key, value)| (key.unwrap().to_owned(), json!(value)));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    json!({
        "adapter": text("adapter"),
        "catalog": text("catalog"),
        "schema": text("schema"),
        "table": text("table"),
        "kind": text("kind"),
        "table_comment": text("table_comment"),
        "table_attributes": attributes("table_attributes"),
        "position": named("position").as_primitive::<UInt32Type>().value(index),
        "column": text("column"),
        "data_type": text("data_type"),
        "nullable": named("nullable").as_boolean().value(index),
        "comment": text("comment"),
        "attributes": attributes("attributes"),
        "described_at": time("described_at"),
        "first_seen": time("first_seen"),
        "last_changed": time("last_changed"),
    })
}

/// The same rows from what is printed as JSON, and what `schema show` tells of each table.
fn expected(project: &Project) -> Vec<Value> {
    let document = project.json(&["schema", "export", "--format", "json"]);
    let mut rows = Vec::new();
    for table in document["tables"].as_array().unwrap() {
        let name = ["catalog", "schema", "table"].map(|part| table[part].as_str().unwrap());
        let shown = project.json(&["schema", "show", &name.join("."), "--adapter", "lake"]);
        for (position, column) in (1..).zip(table["columns"].as_array().unwrap()) {
            rows.push(json!({
                "adapter": table["adapter"],
                "catalog": name[0],
                "schema": name[1],
                "table": name[2],
                "kind": table["kind"],
                "table_comment": table["comment"],
                "table_attributes": table["attributes"],
                "position": position,
                "column": column["name"],
                "data_type": column["data_type"],
                "nullable": column["nullable"],
                "comment": column["comment"],
                "attributes": column["attributes"],
                "described_at": shown["described_at_ms"],
                "first_seen": shown["first_seen_ms"],
                "last_changed": shown["last_changed_ms"],
            }));
        }
    }
    rows
}

fn rows(batches: &[RecordBatch]) -> Vec<Value> {
    let rows = |batch| (0..RecordBatch::num_rows(batch)).map(|index| row(batch, index));
    batches.iter().flat_map(rows).collect()
}

#[test]
fn every_column_is_a_row_with_all_that_json_says_of_it() {
    let project = Project::without_config();
    let lake = Filled::new(&project, "lake");
    let mut id = column("id", "bigint").required();
    id.comment = Some("two\nlines, größer".to_owned());
    id.attributes = [("pii".to_owned(), "no".to_owned())].into();
    let orders = Table {
        comment: Some("What was ordered".to_owned()),
        attributes: [("format", "DELTA"), ("owner", "me")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..Table::new("orders", vec![id, column("a`b", "struct<a: int>")])
    };
    let entries = [Entry::Table(orders), view("recent", &["id"])];
    lake.describe("sales", AT, &entries);
    lake.describe("sales", "2026-11-20T13:00:00Z", &entries);
    lake.describe("other", AT, &[table("t", &["x"]), table("empty", &[])]);
    let (_, found) = batches(&project, &[]);
    let found = rows(&found);
    assert_eq!(found, expected(&project));
    assert_eq!(found.len(), 4);
    let (_, some) = batches(&project, &["--in", "c.other"]);
    assert_eq!(rows(&some).len(), 1);
}

#[test]
fn many_columns_come_in_batches_and_none_leave_the_names_of_the_values() {
    let project = Project::without_config();
    let lake = Filled::new(&project, "lake");
    lake.describe("s", AT, &[]);
    let (names, none) = batches(&project, &[]);
    assert_eq!((names.len(), none.len()), (16, 0));
    let columns: Vec<String> = (0..300).map(|index| format!("c{index}")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let tables: Vec<Entry> = (0..60)
        .map(|index| table(&format!("t{index:02}"), &columns))
        .collect();
    lake.describe("s", "2026-11-20T13:00:00Z", &tables);
    let (_, many) = batches(&project, &[]);
    let counts: Vec<usize> = many.iter().map(RecordBatch::num_rows).collect();
    assert_eq!(counts, [8192, 8192, 1616]);
    let last = row(&many[2], 1615);
    assert_eq!(
        (&last["table"], &last["column"], &last["position"]),
        (&json!("t59"), &json!("c299"), &json!(300))
    );
}

#[test]
fn a_failure_before_the_stream_is_told_as_ever() {
    let project = Project::without_config();
    let failed = project.rocky(&["schema", "export", "--format", "arrow"]);
    failed.failed_with(1);
    failed.has("there is no schema cache");
}

/// `script` gives a command a terminal.
#[cfg(target_os = "linux")]
#[test]
fn no_terminal_is_sent_a_stream() {
    let project = Project::without_config();
    Filled::new(&project, "lake").describe("s", AT, &[table("t", &["x"])]);
    let inner = project.command(&[]);
    let rocky = inner.get_program().to_str().unwrap();
    let mut script = std::process::Command::new("script");
    script
        .args([
            "-qec",
            &format!("{rocky} schema export --format arrow"),
            "/dev/null",
        ])
        .current_dir(project.path(""))
        .env("HOME", project.home(""))
        .env_remove("ROCKY_OUTPUT")
        .stdin(std::process::Stdio::null());
    let output = script.output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("an Arrow stream is binary"), "{shown}");
}
