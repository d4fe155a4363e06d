//! Many schemas at once.

use rocky_emulator::{Action, Emulator, Fault, Shape};

use crate::project::{Lake, add_tables, config, empty_warehouse};

#[test]
fn sixty_schemas_are_described_in_one_run() {
    let shape = Shape {
        schemas: 60,
        tables: 3,
        columns: 34,
    };
    let emulator = Emulator::builder()
        .generate(shape)
        .settings(|settings| settings.page_size = 2)
        .start()
        .unwrap();
    let text = config("URL", &["s*"], "").replace("catalog = \"c\"", "catalog = \"gen\"");
    let lake = Lake::with_config(emulator, &text);
    let run = lake.run();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    let total = &run.json()["total"];
    let counts = ["schemas", "described", "failed", "tables", "columns"]
        .map(|member| total[member].as_u64().unwrap());
    assert_eq!(counts, [60, 60, 0, 180, 180 * 34]);
    assert_eq!(lake.emulator.requests().to("/tables"), 120);
    let state = lake.json(&["state"]);
    assert_eq!(
        (state["schemas"].as_u64(), state["tables"].as_u64()),
        (Some(60), Some(180))
    );
    let again = lake.run();
    let schemas = again.json();
    for schema in schemas["schemas"].as_array().unwrap() {
        assert_eq!(
            schema["cache"],
            serde_json::json!({"written": 0, "unchanged": 3, "removed": 0})
        );
    }
}

#[test]
fn a_schema_that_several_pipelines_name_is_asked_for_once() {
    let emulator = empty_warehouse();
    for schema in ["s", "u"] {
        add_tables(&emulator, schema, &[("t", &[("x", "int")])]);
    }
    let again = "[pipeline.q]\nsource = { adapter = \"lake\", catalog = \"C\", schemas = [\"S\", \"s*\"] }\n\
                 target = { adapter = \"lake\", catalog = \"c\", schemas = [\"s\", \"u\"] }\n";
    let lake = Lake::with_config(emulator, &(config("URL", &["s", "u"], "") + again));
    let run = lake.run();
    assert_eq!(
        (run.code, run.json()["total"]["schemas"].as_u64()),
        (Some(0), Some(2)),
        "{run}"
    );
    assert_eq!(lake.emulator.requests().to("/tables"), 2);
}

#[test]
fn one_slow_schema_does_not_hold_up_the_others() {
    let emulator = empty_warehouse();
    for schema in ["slow", "s1", "s2", "s3"] {
        add_tables(&emulator, schema, &[("t", &[("x", "int")])]);
    }
    let lake = Lake::new(
        emulator,
        &["slow", "s1", "s2", "s3"],
        "[adapter.lake.limits]\nidle_seconds = 1\nconcurrency = 2",
    );
    lake.emulator.fault(
        Fault::on("/tables", Action::Hang)
            .query("schema_name=slow")
            .forever(),
    );
    let run = lake.run();
    assert_eq!(run.code, Some(3), "{run}");
    for schema in ["s1", "s2", "s3"] {
        assert_eq!(run.counts(schema), Some([1, 0, 0]), "{run}");
    }
    assert_eq!(run.schema("slow")["error"]["code"], "limit");
}
