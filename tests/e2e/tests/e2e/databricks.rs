//! What only Databricks has: sign-in of programs, results that are too large to come inline, and the catalog from before Unity Catalog.

use rocky_emulator::emulator::{DEFAULT_TOKEN, DEFAULT_WAREHOUSE};
use rocky_emulator::{Action, Emulator, Fault, OauthClient};
use serde_json::{Value, json};

use crate::project::{Lake, Project, add_tables, empty_warehouse, through_sql};

/// Three tables, the description of which is too large to come inline, read in files of two rows.
fn large(more: &str) -> Lake {
    let emulator = empty_warehouse();
    let columns: &[(&str, &str)] = &[("a", "int"), ("b", "struct<x:int>")];
    add_tables(
        &emulator,
        "s",
        &[("t1", columns), ("t2", columns), ("t3", columns)],
    );
    emulator.settings(|settings| {
        settings.inline_limit_bytes = 200;
        settings.chunk_rows = 2;
    });
    let more = more.replace("STORAGE", &emulator.storage_url());
    let options = format!("{}\nretry_seconds = 1\n{more}", through_sql());
    Lake::new(emulator, &["s"], &options)
}

const ALLOWED: &str = "network.allow = [\"STORAGE\"]";

#[test]
fn a_large_result_comes_from_storage_without_the_credential() {
    let lake = large(ALLOWED);
    let run = lake.run();
    assert_eq!(
        (run.code, run.counts("s")),
        (Some(0), Some([3, 0, 0])),
        "{run}"
    );
    // A request with a credential would have been refused there.
    let files = lake.emulator.requests().to("/results/{statement}/{chunk}");
    assert_eq!(files, 3, "{:?}", lake.emulator.requests());
    let shown = lake.json(&["schema", "show", "c.s.t2"]);
    assert_eq!(shown["columns"][1]["data_type"], "struct<x:int>");

    lake.emulator
        .settings(|settings| settings.inline_overflow_closes = true);
    let again = lake.run();
    assert_eq!(again.counts("s"), Some([0, 3, 0]), "{again}");
}

#[test]
fn a_file_is_refused_until_the_user_allows_its_place_and_the_link_is_never_shown() {
    let lake = large("");
    let run = lake.rocky(&["run", "--output", "json", "-vvv"]);
    assert_eq!(run.code, Some(1), "{run}");
    run.has(&lake.emulator.storage_url());
    run.has("is neither this adapter's endpoint");
    let asked = lake.emulator.requests().to("/result/chunks/{chunk_index}");
    assert!(
        asked <= 2,
        "what the host refuses is not asked for again: {asked}"
    );
    let told = run.to_string();
    assert!(!told.contains("signature="), "{told}");
    assert_eq!(lake.cached_tables("c.s"), None);
}

#[test]
fn links_expire_and_storage_fails_and_nothing_is_half_written() {
    let lake = large(ALLOWED);
    lake.emulator
        .fault(Fault::on("/results/", Action::status(403)).skip(1));
    let run = lake.run();
    assert_eq!(run.counts("s"), Some([3, 0, 0]), "{run}");

    let lake = large(ALLOWED);
    lake.emulator
        .settings(|settings| settings.link_lifetime_ms = 0);
    for (action, words) in [
        (None, "Request has expired"),
        (Some(Action::status(503)), "SlowDown"),
        (Some(Action::CutBody), "cannot fetch chunk 0"),
        (Some(Action::InvalidJson), "/results/"),
        (Some(Action::Html), "HTML"),
    ] {
        if let Some(action) = action {
            lake.emulator
                .settings(|settings| settings.link_lifetime_ms = 60_000);
            lake.emulator.clear_faults();
            lake.emulator
                .fault(Fault::on("/results/", action).forever());
        }
        let run = lake.run();
        assert_eq!(run.code, Some(1), "{run}");
        run.has(words);
        assert!(!run.to_string().contains("signature="), "{run}");
        assert_eq!(lake.cached_tables("c.s"), None);
    }
}

/// A workspace with a catalog from before Unity Catalog, and a project that describes it.
fn hive(more: &str) -> (Emulator, Project) {
    let emulator = Emulator::builder().start().unwrap();
    let fields: Vec<String> = (0..30).map(|at| format!("f{at}: INT")).collect();
    emulator
        .sql(&format!(
            "CREATE CATALOG hive_metastore; CREATE SCHEMA hive_metastore.old;
             CREATE TABLE hive_metastore.old.orders (id BIGINT NOT NULL COMMENT 'key', amount DECIMAL(12,2), day DATE)
                 PARTITIONED BY (day) COMMENT 'sold';
             CREATE TABLE hive_metastore.old.wide (w STRUCT<{}>);
             CREATE VIEW hive_metastore.old.recent AS SELECT id FROM hive_metastore.old.orders",
            fields.join(", ")
        ))
        .unwrap();
    let url = emulator.url();
    let project = Project::new(&format!(
        "[adapter.lake]\nplugin = \"databricks\"\nhost = \"{url}\"\n{more}\n\
         [adapter.lake.auth]\ntype = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"\n\
         [pipeline.old]\nsource = {{ adapter = \"lake\", catalog = \"hive_metastore\", schemas = [\"o*\"] }}\n"
    ));
    (emulator, project)
}

fn column(table: &Value, name: &str) -> Value {
    let columns = table["columns"].as_array().unwrap().iter();
    columns
        .clone()
        .find(|column| column["name"] == name)
        .unwrap()
        .clone()
}

#[test]
fn the_hive_metastore_is_described_table_by_table() {
    let warehouse = format!("warehouse_id = \"{DEFAULT_WAREHOUSE}\"");
    let (emulator, project) = hive(&warehouse);
    let run = project.rocky(&["run", "--output", "json"]);
    // The type of one column is not to be had whole, so that its table has failed, and only that.
    assert_eq!(run.code, Some(3), "{run}");
    run.has("shortens the type of column `w`");
    let orders = project.json(&["schema", "show", "hive_metastore.old.orders"]);
    assert_eq!(orders["comment"], "sold");
    assert_eq!(column(&orders, "amount")["data_type"], "decimal(12,2)");
    assert_eq!(column(&orders, "day")["attributes"]["partition_index"], "0");
    // DESCRIBE does not say, and what is not known may be.
    assert_eq!(column(&orders, "id")["nullable"], true);
    let recent = project.json(&["schema", "show", "hive_metastore.old.recent"]);
    assert_eq!(recent["kind"], "view");

    emulator.settings(|settings| settings.hive_as_json = true);
    let run = project.rocky(&["run", "--output", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    let orders = project.json(&["schema", "show", "hive_metastore.old.orders"]);
    assert_eq!(column(&orders, "id")["nullable"], false);
    let wide = project.json(&["schema", "show", "hive_metastore.old.wide"]);
    let data_type = column(&wide, "w")["data_type"].as_str().unwrap().to_owned();
    assert!(data_type.ends_with(",f29:int>"), "{data_type}");
}

#[test]
fn the_hive_metastore_has_a_budget_and_needs_a_warehouse() {
    let (_emulator, project) = hive(&format!(
        "warehouse_id = \"{DEFAULT_WAREHOUSE}\"\nmax_statements = 3"
    ));
    let run = project.rocky(&["run", "--output", "json"]);
    run.has("2 of 3 tables were described");
    let (_emulator, project) = hive("");
    let run = project.rocky(&["run"]);
    assert_eq!(run.code, Some(1), "{run}");
    run.has("`warehouse_id` or `http_path`");
}

#[test]
fn a_target_on_a_warehouse_that_does_not_exist_is_a_failure_and_not_yet_to_come() {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("a", "int")])]);
    let url = emulator.url();
    let project = Project::new(&format!(
        "[adapter.lake]\nplugin = \"databricks\"\nhost = \"{url}\"\nsource = \"information_schema\"\nwarehouse_id = \"nope\"\n\
         [adapter.lake.auth]\ntype = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"\n\
         [pipeline.p]\ntarget = {{ adapter = \"lake\", catalog = \"c\", schemas = [\"s\"] }}\n"
    ));
    let run = project.rocky(&["run", "--output", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.schema("s")["error"]["code"], "invalid-config");
    run.has("SQL warehouse `nope`");
}

#[test]
fn a_program_signs_in_and_again_when_its_token_ends() {
    let emulator = empty_warehouse();
    emulator.add_client(OauthClient {
        id: "app".to_owned(),
        secret: "hush-hush-hush".to_owned(),
        principal: "robot@example.com".to_owned(),
    });
    add_tables(&emulator, "s", &[("t", &[("a", "int")])]);
    let url = emulator.url();
    let project = Project::new(&format!(
        "[adapter.lake]\nplugin = \"databricks\"\nhost = \"{url}\"\n\
         [adapter.lake.auth]\ntype = \"oauth-m2m\"\nclient_id = \"app\"\nclient_secret = \"hush-hush-hush\"\n\
         [pipeline.p]\nsource = {{ adapter = \"lake\", catalog = \"c\", schemas = [\"s\"] }}\n"
    ));
    let run = project.rocky(&["run", "--output", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.schema("s")["principal"], json!("robot@example.com"));
    assert_eq!(emulator.requests().to("/oidc/v1/token"), 1);

    // The workspace ends a token early: another one is asked for, once.
    emulator.fault(Fault::on("/unity-catalog/tables", Action::status(401)));
    let run = project.rocky(&["run", "--output", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(emulator.requests().to("/oidc/v1/token"), 3);

    emulator.add_client(OauthClient {
        id: "app".to_owned(),
        secret: "another".to_owned(),
        principal: "robot@example.com".to_owned(),
    });
    let run = project.rocky(&["run"]);
    assert_eq!(run.code, Some(1), "{run}");
    run.has("invalid_client");
    run.has("[adapter.lake.auth]");
    assert!(!run.to_string().contains("hush"), "{run}");
}
