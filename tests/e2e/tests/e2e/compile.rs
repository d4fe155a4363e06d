//! `rocky compile`: models checked against what the cache holds, and nothing else.

use std::net::TcpListener;

use rocky_emulator::Emulator;
use serde_json::{Value, json};

use crate::project::{Lake, Output, Project, config};

/// A warehouse with `c.s.orders`, described, and these models.
fn lake(models: &[(&str, &str)]) -> Lake {
    let emulator = Emulator::builder().start().unwrap();
    emulator
        .sql(
            "CREATE CATALOG c; CREATE SCHEMA c.s; CREATE TABLE c.s.orders \
             (id BIGINT NOT NULL, placed_on DATE, amount DECIMAL(10,2) COMMENT 'in euros')",
        )
        .unwrap();
    let lake = Lake::new(emulator, &["s"], "");
    for (name, sql) in models {
        lake.write(&format!("models/{name}"), sql);
    }
    let run = lake.run();
    assert_eq!(run.counts("s"), Some([1, 0, 0]), "{run}");
    lake
}

fn compile(project: &Project, arguments: &[&str]) -> Output {
    project.rocky(&[&["compile", "--output", "json"], arguments].concat())
}

/// Code, file, line and column of each finding.
fn found(output: &Output) -> Vec<String> {
    let report = output.json();
    let found = report["diagnostics"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found = found.map(|it| {
        let (code, path) = (text(&it["code"]), text(&it["path"]));
        format!("{code} {path}:{}:{}", it["line"], it["column"])
    });
    found.collect()
}

const DAILY: (&str, &str) = (
    "daily.sql",
    "SELECT placed_on, sum(amount) AS total, count(*) AS orders FROM c.s.orders GROUP BY placed_on",
);
const BEST: (&str, &str) = (
    "best/best_days.sql",
    "SELECT placed_on AS day, total FROM daily WHERE total > 100",
);

#[test]
fn the_flights_are_not_known_before_they_are_described_and_right_after() {
    let lake = Lake::flights_with_models();
    let before = compile(&lake, &[]);
    assert_eq!(before.code, Some(0), "{before}");
    assert!(
        found(&before)
            .iter()
            .all(|it| it.starts_with("table-not-cached"))
    );
    assert_eq!(compile(&lake, &["--deny", "warnings"]).code, Some(1));
    assert_eq!(lake.emulator.requests().to(""), 0);

    let run = lake.run();
    assert_eq!(run.json()["check"]["total"]["errors"], 0, "{run}");
    let after = compile(&lake, &["--deny", "warnings"]);
    assert_eq!(
        (after.code, found(&after)),
        (Some(0), Vec::new()),
        "{after}"
    );
    let models = after.json()["models"].take();
    assert!(models.as_array().unwrap().len() >= 8);
    for model in models.as_array().unwrap() {
        assert_eq!(model["exact"], true, "{model}");
        for column in model["columns"].as_array().unwrap() {
            assert!(column["data_type"].is_string(), "{model}");
        }
    }
    let shown = lake.rocky(&[
        "compile",
        "--select",
        "route_stats",
        "--lineage",
        "--output",
        "table",
    ]);
    insta::assert_snapshot!("compile_lineage", shown.redacted());
}

#[test]
fn a_mistake_is_shown_with_its_line_its_source_and_a_way_out() {
    let lake = lake(&[DAILY, BEST]);
    lake.write(
        "models/wrong.sql",
        "SELECT o.id,\n       o.amout\nFROM c.s.orders AS o\nJOIN c.s.payments AS p ON p.id = o.id\n",
    );
    let shown = lake.rocky(&["compile", "--output", "table"]);
    assert_eq!(shown.code, Some(1));
    insta::assert_snapshot!("compile_mistakes", shown.redacted());
    let report = compile(&lake, &[]).json();
    let finding = &report["diagnostics"][0];
    assert_eq!(finding["replacement"], "amount");
    assert_eq!(finding["described"]["table"], "orders");
    assert_eq!(finding["described"]["principal"], "dev@example.com");
}

#[test]
fn an_incomplete_or_stale_description_proves_nothing_absent() {
    let lake = lake(&[("m.sql", "SELECT * FROM c.s.payments")]);
    assert_eq!(
        found(&compile(&lake, &[])),
        ["table-not-visible models/m.sql:1:15"]
    );
    let stale = compile(&lake, &["--cache-ttl", "0"]);
    assert_eq!(found(&stale), ["table-not-cached models/m.sql:1:15"]);
}

#[test]
fn models_are_selected_by_name_and_by_what_depends_on_them() {
    let lake = lake(&[DAILY, BEST, ("other.sql", "SELECT 1 AS one")]);
    let names = |selection: &[&str]| {
        let output = compile(&lake, selection);
        assert_eq!(output.code, Some(0), "{output}");
        let report = output.json();
        let models = report["models"].as_array().unwrap().iter();
        let names: Vec<String> = models
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect();
        names
    };
    assert_eq!(names(&[]), ["daily", "best_days", "other"]);
    assert_eq!(names(&["-s", "d*"]), ["daily"]);
    assert_eq!(names(&["-s", "./models/daily.sql"]), ["daily"]);
    assert_eq!(names(&["-s", "daily+"]), ["daily", "best_days"]);
    assert_eq!(names(&["-s", "+best_days"]), ["daily", "best_days"]);
    assert_eq!(
        names(&["-s", "models/best/*", "-s", "other"]),
        ["best_days", "other"]
    );
    let nothing = compile(&lake, &["-s", "dayly"]);
    nothing.failed_with(1);
    nothing.has("no model is called `dayly`");
    nothing.has("did you mean `daily`?");
}

#[test]
fn a_changed_source_is_told_by_the_run_that_finds_it() {
    let lake = lake(&[DAILY, BEST]);
    lake.emulator
        .sql("ALTER TABLE c.s.orders DROP COLUMN amount")
        .unwrap();
    let run = lake.rocky(&["run", "--output", "table"]);
    assert_eq!(run.code, Some(0), "{run}");
    insta::assert_snapshot!("run_that_breaks_models", run.redacted());
    let run = lake.rocky(&["run", "--check", "--output", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    let codes = &run.json()["check"]["diagnostics"];
    assert_eq!(codes[0]["code"], "unknown-column");
    assert_eq!(
        codes.as_array().unwrap().len(),
        1,
        "one mistake is one error: {codes}"
    );
}

#[test]
fn a_check_that_cannot_be_made_fails() {
    let lake = lake(&[DAILY]);
    let unwritten = lake.rocky(&["run", "--check", "--state-path", "rocky.toml/cache.redb"]);
    assert_eq!(unwritten.code, Some(1), "{unwritten}");
    unwritten.has("cannot open the schema cache");
    let asked = lake.emulator.requests().to("");
    let config = std::fs::read_to_string(lake.path("rocky.toml")).unwrap();
    lake.write(
        "rocky.toml",
        format!("{config}\n[cache.schemas]\nenabled = false\n"),
    );
    let disabled = lake.rocky(&["run", "--check"]);
    disabled.failed_with(1);
    disabled.has("enabled = false");
    lake.write("rocky.toml", format!("models = \"nowhere\"\n{config}"));
    let without = lake.rocky(&["run", "--check"]);
    without.failed_with(1);
    without.has("there is no directory of models: nowhere");
    assert_eq!(lake.emulator.requests().to(""), asked, "nobody was asked");
}

#[test]
fn a_project_whose_models_are_elsewhere_is_told_so() {
    let lake = lake(&[DAILY]);
    lake.write("queries/readme.txt", "");
    let config = std::fs::read_to_string(lake.path("rocky.toml")).unwrap();
    lake.write("rocky.toml", format!("models = \"queries\"\n{config}"));
    let output = compile(&lake, &[]);
    assert_eq!(output.code, Some(0), "{output}");
    output.has("there is no file NAME.sql in queries");
    let moved = compile(&lake, &["--state-path", "other.redb"]);
    assert_eq!(moved.code, Some(0), "{moved}");
}

#[test]
fn what_was_meant_replaces_all_that_is_marked() {
    let lake = lake(&[("m.sql", "SELECT id FROM c.s.ordrs")]);
    let output = compile(&lake, &[]);
    assert_eq!(found(&output), ["table-not-visible models/m.sql:1:16"]);
    let finding = &output.json()["diagnostics"][0];
    assert_eq!(finding["end_column"], 25);
    assert_eq!(finding["replacement"], "c.s.orders");
    assert_eq!(finding["help"], "did you mean `orders`?");
}

#[test]
fn more_mistakes_than_anybody_reads_are_counted() {
    let columns: Vec<String> = (0..250).map(|index| format!("wrong{index}")).collect();
    let sql = format!("SELECT {} FROM c.s.orders", columns.join(", "));
    let lake = lake(&[("m.sql", &sql)]);
    let shown = lake.rocky(&["compile", "--output", "table"]);
    assert_eq!(shown.code, Some(1));
    shown.has("… and 50 more, which `rocky compile --output json` shows");
    shown.has("250 errors");
    assert_eq!(found(&compile(&lake, &[])).len(), 250);
}

#[test]
fn nobody_is_asked_anything() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let project = Project::new(&config(&url, &["s"], ""));
    project.write("models/m.sql", "SELECT * FROM c.s.t");
    let mut command = project.command(&["compile"]);
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(variable, &url);
    }
    assert_eq!(project.finish(&mut command).code, Some(0));
    assert!(listener.accept().is_err());
    assert!(!project.path("models/.rocky-state.redb").exists());
}

#[test]
fn what_a_model_says_of_itself_counts() {
    let lake = lake(&[
        (
            "a.sql",
            "/*---\nname = \"first\"\ncatalog = \"c\"\nschema = \"s\"\n---*/\nSELECT id FROM orders",
        ),
        ("b.sql", "SELECT id FROM c.s.first"),
        ("b.toml", "description = \"The second.\"\n"),
        ("bom.sql", "\u{feff}SELECT id\r\nFROM c.s.orders;\r\n"),
        (
            "c.sql",
            "---\ncheck = false\n---\nSELECT nothing FROM c.s.orders",
        ),
    ]);
    let output = compile(&lake, &[]);
    assert_eq!(
        (output.code, found(&output)),
        (Some(0), Vec::new()),
        "{output}"
    );
    let report = output.json();
    assert_eq!(report["models"][0]["name"], "first");
    assert_eq!(report["models"][0]["schema"], "s");
    assert_eq!(report["models"][1]["reads_models"], json!(["first"]));
    assert_eq!(report["models"][1]["description"], "The second.");
}

#[test]
fn a_file_that_is_no_model_is_told_and_the_others_are_checked() {
    let lake = lake(&[DAILY]);
    lake.write("models/binary.sql", [0xff, 0xfe, 0x00]);
    lake.write(
        "models/misspelt.sql",
        "/*---\nnane = \"x\"\n---*/\nSELECT 1",
    );
    lake.write(
        "models/lost.sql",
        "/*---\nadapter = \"lace\"\n---*/\nSELECT 1",
    );
    lake.write("models/beside.sql", "SELECT 1");
    lake.write("models/beside.toml", "check = \"no\"");
    lake.write("models/empty.sql", "-- nothing yet\n");
    lake.write("models/.hidden.sql", "not SQL");
    lake.write("models/notes.txt", "not SQL");
    let shown = lake.rocky(&["compile", "--output", "table"]);
    assert_eq!(shown.code, Some(1));
    insta::assert_snapshot!("compile_files", shown.redacted());
}

#[test]
fn a_project_without_models_or_without_a_home_for_them_says_what_to_do() {
    let project = Project::new(&config("http://127.0.0.1:9", &["s"], ""));
    let nothing = compile(&project, &[]);
    nothing.failed_with(1);
    nothing.has("there is no directory of models: models");
    let text = config("http://127.0.0.1:9", &["s"], "");
    let disabled = Project::new(&format!("{text}[cache.schemas]\nenabled = false\n"));
    disabled.write("models/m.sql", "SELECT 1 AS one");
    let disabled = compile(&disabled, &[]);
    disabled.failed_with(1);
    disabled.has("enabled = false");
    let elsewhere = compile(&Project::without_config(), &[]);
    elsewhere.failed_with(2);

    let two = "[adapter.a]\nplugin = \"databricks\"\nhost = \"http://127.0.0.1:9\"\n[adapter.b]\nplugin = \"./own.wasm\"\n";
    let project = Project::new(two);
    project.write("models/m.sql", "SELECT 1 AS one");
    let output = compile(&project, &[]);
    output.has("set `adapter` under [compile] in rocky.toml");
    project.write("rocky.toml", format!("{two}[compile]\nadapter = \"a\"\n"));
    assert_eq!(compile(&project, &[]).code, Some(0));
    project.write("rocky.toml", format!("{two}[compile]\nadapter = \"b\"\n"));
    compile(&project, &[]).has("run `rocky run`");
    project.write("rocky.toml", format!("{two}[compile]\nadapter = \"c\"\n"));
    compile(&project, &[]).failed_with(1);
}

#[test]
fn each_warehouse_reads_names_in_its_own_way_before_and_after_it_was_asked() {
    for (plugin, endpoint, sql, codes) in [
        (
            "snowflake",
            "host",
            "SELECT id FROM T WHERE \"id\" = 1",
            vec!["unknown-column models/m.sql:1:24"],
        ),
        (
            "bigquery",
            "api_endpoint",
            "SELECT ID FROM T",
            vec!["table-not-visible models/m.sql:1:16"],
        ),
        ("databricks", "host", "SELECT Id FROM T", vec![]),
    ] {
        let emulator = Emulator::builder().start().unwrap();
        emulator
            .sql("CREATE CATALOG c; CREATE SCHEMA c.s; CREATE TABLE c.s.t (id INT)")
            .unwrap();
        let text = config(&emulator.url(), &["s"], "");
        let text = text
            .replace("databricks", plugin)
            .replace("host =", &format!("{endpoint} ="));
        let text = text.replace(
            "[adapter.lake.auth]",
            &match plugin {
                "bigquery" => "project = \"c\"\n[adapter.lake.auth]".to_owned(),
                _ => "[adapter.lake.auth]".to_owned(),
            },
        );
        let project = Project::new(&format!(
            "{text}[compile]\ncatalog = \"c\"\nschema = \"s\"\n"
        ));
        project.write("models/m.sql", sql);
        let before = compile(&project, &[]);
        assert!(
            found(&before)[0].starts_with("table-not-cached"),
            "{before}"
        );
        let run = project.rocky(&["run", "--output", "json"]);
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(found(&compile(&project, &[])), codes, "{plugin}");
    }
}
