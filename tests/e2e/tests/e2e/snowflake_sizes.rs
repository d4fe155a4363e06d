//! Snowflake's statements: warehouses that wake or do not, results in parts, schemas that are too large for one of the sources.

use std::collections::BTreeMap;

use rocky_emulator::emulator::DEFAULT_TOKEN;
use rocky_emulator::{Action, Emulator, Fault, RawColumn, RawTable};
use serde_json::{Value, json};

use crate::snowflake::{
    SHOW, SQL, TYPES, add, check_told, every_type, lake, lake_with, refusal, three_tables,
};

#[test]
fn a_schema_beyond_the_limit_of_show_ends_complete_with_every_source() {
    let emulator = Emulator::builder().start().unwrap();
    let columns: Vec<RawColumn> = (0..250)
        .map(|at| RawColumn::new(&format!("C{at}"), TYPES[at % 4]))
        .collect();
    let wide = |at| RawTable::new(&format!("T{at:02}"), columns.clone());
    add(&emulator, (0..60).map(wide).collect());
    emulator.settings(|settings| settings.information_schema_rows = Some(4_000));
    let lake = lake(emulator, "");
    let mut before: Option<BTreeMap<String, Value>> = None;
    for (setting, source) in [
        ("source=auto", "rest"),
        ("source=show", "describe"),
        ("source=rest", "rest"),
        ("source=information_schema", "information_schema"),
    ] {
        let run = lake.rocky(&["run", "--output", "json", "--set", setting]);
        assert_eq!(run.code, Some(0), "{run}");
        let schema = run.schema("S");
        assert_eq!(schema["facts"]["source"], source, "{run}");
        let told = [&schema["tables"], &schema["columns"], &schema["coverage"]];
        assert_eq!(json!(told), json!([60, 15_000, "exhausted"]), "{run}");
        let now = BTreeMap::from([(
            "T42".to_owned(),
            lake.json(&["schema", "show", "D.S.T42"])["columns"].take(),
        )]);
        assert_eq!(before.get_or_insert(now.clone()), &now);
    }
    // Where the lists are closed, the query is next, in parts; where no warehouse is there either, each table by itself.
    lake.emulator
        .fault(Fault::on("/schemas/S/tables", refusal(403, "390422")).forever());
    let run = lake.run();
    assert_eq!(
        run.schema("S")["facts"]["source"],
        "information_schema",
        "{run}"
    );
    lake.emulator
        .settings(|settings| settings.default_warehouse = None);
    let run = lake.run();
    assert_eq!(run.schema("S")["facts"]["source"], "describe", "{run}");
    assert_eq!(run.counts("S"), Some([0, 60, 0]), "{run}");
}

#[test]
fn ten_thousand_columns_exactly_are_not_taken_for_all() {
    for (tables, source) in [(40, "rest"), (39, "show")] {
        let emulator = Emulator::builder().start().unwrap();
        let columns: Vec<RawColumn> = (0..250)
            .map(|at| RawColumn::new(&format!("C{at}"), "DATE"))
            .collect();
        let wide = |at| RawTable::new(&format!("T{at:02}"), columns.clone());
        add(&emulator, (0..tables).map(wide).collect());
        let run = lake(emulator, "").run();
        assert_eq!(run.schema("S")["facts"]["source"], source, "{run}");
        assert_eq!(run.schema("S")["tables"], tables);
    }
}

#[test]
fn no_warehouse_wakes_unless_it_is_asked_for() {
    let emulator = three_tables();
    emulator.settings(|settings| settings.default_warehouse = None);
    add(&emulator, vec![every_type()]);
    let lake = lake(emulator, "");
    for source in ["source=auto", "source=show", "source=rest"] {
        let run = lake.rocky(&["run", "--output", "json", "--set", source]);
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(run.schema("S")["principal"], "PUBLIC", "{run}");
    }
    assert_eq!(lake.emulator.requests().warehouse_statements, 0);
    let sql = [
        "run",
        "--output",
        "json",
        "--set",
        "source=information_schema",
    ];
    let run = lake.rocky(&sql);
    assert_eq!(run.schema("S")["error"]["code"], "invalid-config", "{run}");
    run.has("the setting `warehouse`");
    let run = lake.rocky(&[&sql[..], &["--set", "warehouse=wh_xs"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(lake.emulator.requests().warehouse_statements, 1);
}

#[test]
fn a_warehouse_that_sleeps_is_waited_for_and_its_statement_cancelled_when_nobody_waits() {
    let first = lake(three_tables(), SQL);
    first
        .emulator
        .settings(|settings| settings.pending_polls = 2);
    assert_eq!(first.run().counts("S"), Some([3, 0, 0]));
    let asleep = three_tables();
    asleep.settings(|settings| settings.pending_polls = u32::MAX);
    let auth = format!("type = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"");
    let limited = format!("{SQL}\n[adapter.lake.limits]\ntotal_seconds = 3");
    let lake = lake_with(asleep, &limited, &auth, "D", &["S"]);
    let run = lake.run();
    check_told(&lake, &run, "limit", &["total_seconds"]);
    let requests = lake.emulator.requests();
    assert_eq!(requests.to("/cancel"), 1, "{requests:?}");
}

#[test]
fn a_part_of_a_result_that_fails_fails_the_schema_or_is_got_over() {
    for source in [SHOW, SQL] {
        let emulator = three_tables();
        emulator.settings(|settings| settings.chunk_rows = 1);
        let lake = lake(emulator, &format!("{source}\nretry_seconds = 20"));
        let second = |action| Fault::on("/statements/", action).query("partition=2");
        lake.emulator.fault(second(Action::status(503)));
        assert_eq!(lake.run().counts("S"), Some([3, 0, 0]), "{source}");
        lake.emulator.fault(second(refusal(422, "000709")));
        let run = lake.run();
        assert_eq!(run.schema("S")["error"]["code"], "unavailable", "{run}");
        assert_eq!(lake.cached_tables("D.S").unwrap().len(), 3);
    }
}

#[test]
fn a_submission_whose_answer_is_lost_runs_once() {
    let lake = lake(three_tables(), SQL);
    lake.emulator
        .fault(Fault::on("/api/v2/statements", Action::DropConnection));
    let run = lake.run();
    assert_eq!(run.counts("S"), Some([3, 0, 0]), "{run}");
    assert_eq!(lake.emulator.requests().warehouse_statements, 1);
}
