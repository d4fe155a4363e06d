//! `rocky discover`: what a warehouse holds, and all of it in the cache.

use rocky_emulator::{Action, Emulator, Fault, Rule, Shape};
use serde_json::{Value, json};

use crate::project::{Lake, Output, Project, add_tables, config, empty_warehouse};

/// Two catalogs, one of which holds a schema that nobody may see into.
fn warehouse() -> Emulator {
    let emulator = empty_warehouse();
    emulator
        .sql(
            "CREATE CATALOG c; CREATE SCHEMA c.src__a; CREATE SCHEMA c.src__b; CREATE TABLE c.src__a.t (x INT);
             CREATE CATALOG d; CREATE SCHEMA d.other; CREATE TABLE d.other.u (y INT, z DATE)",
        )
        .unwrap();
    emulator
}

fn lake(more: &str) -> Lake {
    let emulator = warehouse();
    let text = config("URL", &["src__a"], "");
    Lake::with_config(emulator, &format!("{text}{more}"))
}

fn discover(lake: &Lake, arguments: &[&str]) -> Output {
    lake.rocky(&[&["discover", "--output", "json"], arguments].concat())
}

/// The schemas that were found, as `catalog.schema`.
fn found(output: &Output) -> Vec<String> {
    let report = output.json();
    let mut all = Vec::new();
    for catalog in report["catalogs"].as_array().unwrap() {
        let names = catalog["schemas"].as_array().unwrap().iter();
        let catalog = catalog["catalog"].as_str().unwrap();
        all.extend(names.map(|name| format!("{catalog}.{}", name.as_str().unwrap())));
    }
    all
}

#[test]
fn catalogs_and_schemas_are_listed_and_nothing_is_cached() {
    let lake = lake("");
    let output = discover(&lake, &[]);
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(
        found(&output),
        ["c.default", "c.src__a", "c.src__b", "d.default", "d.other"]
    );
    let report = output.json();
    assert_eq!(report["schemas_found"], 5);
    assert_eq!(report.get("schemas_described"), None);
    assert!(!lake.cache().exists());
    assert_eq!(lake.emulator.requests().to("/tables"), 0);
    let shown = lake.rocky(&["discover", "--output", "table"]);
    insta::assert_snapshot!("discover", shown.redacted());
}

#[test]
fn patterns_choose_what_is_found() {
    let lake = lake("");
    for (arguments, expected) in [
        (
            &["--include", "c.src__*"][..],
            &["c.src__a", "c.src__b"][..],
        ),
        (&["--include", "d"], &["d.default", "d.other"]),
        (
            &["--include", "C.SRC__?", "--exclude", "*.src__b"],
            &["c.src__a"],
        ),
        (&["--exclude", "c", "--exclude", "*.default"], &["d.other"]),
        (
            &["--include", "?.information_schema"],
            &["c.information_schema", "d.information_schema"],
        ),
        (&["--include", "nothing.*"], &[]),
    ] {
        let output = discover(&lake, arguments);
        assert_eq!(output.code, Some(0), "{output}");
        assert_eq!(found(&output), expected, "{arguments:?}");
    }
    let output = discover(&lake, &["--include", "a.b.c"]);
    assert_eq!(output.code, Some(2), "{output}");
}

#[test]
fn every_schema_is_described_and_cached() {
    let lake = lake("");
    let output = discover(&lake, &["--with-schemas", "--exclude", "*.default"]);
    assert_eq!(output.code, Some(0), "{output}");
    let report = output.json();
    let told = [
        "schemas_described",
        "tables_cached",
        "columns",
        "schemas_failed",
        "tables_failed",
    ];
    assert_eq!(
        json!(told.map(|name| report[name].clone())),
        json!([3, 2, 3, [], 0])
    );
    assert_eq!(lake.cached_tables("d.other").unwrap(), ["u"]);
    assert_eq!(lake.cached_tables("c.src__b").unwrap(), [""; 0]);
    // The second time nothing is written, and all of it is still counted.
    let again = discover(&lake, &["--with-schemas", "--exclude", "*.default"]);
    assert_eq!(again.json()["tables_cached"], 2);
    let shown = lake.rocky(&["discover", "--with-schemas", "--output", "table"]);
    insta::assert_snapshot!("discover_with_schemas", shown.redacted());
}

#[test]
fn what_fails_is_told_and_the_rest_goes_on() {
    let lake = lake("");
    lake.emulator.fault(
        Fault::on("/tables", Action::status(403))
            .query("schema_name=src__b")
            .forever(),
    );
    lake.emulator.fault(
        Fault::on("/schemas", Action::status(403))
            .query("catalog_name=d")
            .forever(),
    );
    let output = discover(&lake, &["--with-schemas", "--exclude", "*.default"]);
    assert_eq!(output.code, Some(3), "{output}");
    let report = output.json();
    assert_eq!(report["schemas_described"], 1);
    let failed = &report["schemas_failed"][0];
    let told = [
        &failed["catalog"],
        &failed["schema"],
        &failed["error"]["code"],
    ];
    assert_eq!(json!(told), json!(["c", "src__b", "permission-denied"]));
    let unlisted = &report["listings_failed"][0];
    let told = [
        &unlisted["adapter"],
        &unlisted["catalog"],
        &unlisted["error"]["code"],
    ];
    assert_eq!(json!(told), json!(["lake", "d", "permission-denied"]));
    let shown = lake.rocky(&[
        "discover",
        "--with-schemas",
        "--exclude",
        "*.default",
        "--output",
        "table",
    ]);
    insta::assert_snapshot!("discover_in_part", shown.redacted());
}

#[test]
fn an_adapter_whose_catalogs_cannot_be_listed_is_a_failure() {
    let lake = lake("");
    lake.emulator
        .fault(Fault::on("/catalogs", Action::status(401)).forever());
    let output = discover(&lake, &["--with-schemas"]);
    assert_eq!(output.code, Some(1), "{output}");
    let failed = output.json()["listings_failed"][0].take();
    assert_eq!(failed["error"]["code"], "unauthenticated", "{output}");
    assert_eq!(failed.get("catalog"), None);
    output.has("[adapter.lake.auth]");
}

#[test]
fn a_disabled_cache_is_told_before_any_request() {
    let lake = lake("[cache.schemas]\nenabled = false\n");
    let output = discover(&lake, &["--with-schemas"]);
    assert_eq!(output.code, Some(1), "{output}");
    output.has("--with-schemas");
    output.has("enabled = false");
    output.has("rocky.toml:");
    assert_eq!(lake.emulator.requests().total, 0);
    // Listing needs no cache.
    assert_eq!(discover(&lake, &[]).code, Some(0));
}

#[test]
fn a_schema_that_may_not_be_seen_is_not_found() {
    let lake = lake("");
    lake.emulator.add_rule(Rule::hide("*", "c.src__b"));
    let output = discover(&lake, &["--include", "c.src__*"]);
    assert_eq!(found(&output), ["c.src__a"]);
}

#[test]
fn all_adapters_of_a_project_are_asked_and_one_that_fails_does_not_stop_another() {
    let emulator = warehouse();
    let url = emulator.url();
    let text = format!(
        "{}[adapter.second]\nplugin = \"databricks\"\nhost = \"{url}\"\n[adapter.second.auth]\ntype = \"bearer\"\ntoken = \"wrong\"\n",
        config(&url, &["src__a"], "")
    );
    let project = Project::new(&text);
    let output = project.rocky(&["discover", "--output", "json"]);
    assert_eq!(output.code, Some(3), "{output}");
    let report = output.json();
    assert_eq!(report["schemas_found"], 5, "{output}");
    assert_eq!(report["listings_failed"][0]["adapter"], "second");
    let chosen = project.rocky(&["discover", "--output", "json", "--adapter", "lake"]);
    assert_eq!(chosen.code, Some(0), "{chosen}");
    let wrong = project.rocky(&["discover", "--adapter", "lkae"]);
    assert_eq!(wrong.code, Some(2), "{wrong}");
}

#[test]
fn without_a_project_a_plugin_is_enough() {
    let emulator = warehouse();
    let project = Project::without_config();
    let host = format!("host={}", emulator.url());
    let arguments = [
        "discover",
        "--plugin",
        "databricks",
        "--set",
        &host,
        "--output",
        "json",
    ];
    let mut command = project.command(&arguments);
    command.env("DATABRICKS_TOKEN", rocky_emulator::emulator::DEFAULT_TOKEN);
    let output = project.finish(&mut command);
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(output.json()["schemas_found"], 5, "{output}");
    let bare = project.rocky(&["discover"]);
    assert_eq!(bare.code, Some(2), "{bare}");
    bare.has("rocky discover --plugin NAME");
}

#[test]
fn snowflake_and_bigquery_are_discovered_as_well() {
    let shape = Shape {
        schemas: 2,
        tables: 3,
        columns: 4,
    };
    for (plugin, endpoint, schemas) in [
        ("snowflake", "host", ["GEN.S0001", "GEN.S0002"]),
        ("bigquery", "api_endpoint", ["gen.s0001", "gen.s0002"]),
    ] {
        let emulator = Emulator::builder().generate(shape).start().unwrap();
        add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
        let text = config("URL", &["s"], "")
            .replace("\"databricks\"", &format!("\"{plugin}\""))
            .replace("host =", &format!("{endpoint} ="));
        let lake = Lake::with_config(emulator, &text);
        let output = discover(&lake, &["--with-schemas", "--include", "gen.*"]);
        assert_eq!(output.code, Some(0), "{output}");
        assert_eq!(found(&output), schemas, "{output}");
        assert_eq!(output.json()["tables_cached"], Value::from(6), "{output}");
    }
}
