#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::*;

fn read(text: &str) -> Result<Project, Mistake> {
    let variables = |name: &str| (name == "TOKEN").then(|| "se\"cret-canary".to_owned());
    let document = Document::new(Path::new("rocky.toml"), text.to_owned());
    Project::read(document, PathBuf::from("/project"), &variables)
}

/// What is wrong with the file, or else with its adapter.
fn refused(text: &str) -> String {
    match read(text) {
        Ok(project) => format!("{:?}", project.adapters["lake"].section().unwrap_err()),
        Err(mistake) => format!("{mistake:?}"),
    }
}

const LAKE: &str =
    "[adapter.lake]\nplugin = 'databricks'\nhost = 'https://x.example'\nwarehouse_id = 'w'\n";

#[test]
fn keys_that_the_host_does_not_know_are_the_plugins() {
    let project = read(&format!("{LAKE}retries = 3\n[adapter.lake.auth]\ntype='bearer'\ntoken='${{TOKEN}}'\n[adapter.lake.limits]\nmemory_mb = 0x40\n")).unwrap();
    let lake = project.adapters["lake"].section().unwrap();
    assert_eq!(lake.plugin, PluginReference::Name("databricks".to_owned()));
    assert_eq!(
        Value::from(lake.settings.clone()),
        serde_json::json!({"host": "https://x.example", "warehouse_id": "w", "retries": 3})
    );
    assert_eq!((lake.limits.memory_mb, lake.limits.idle_seconds), (64, 120));
    assert_eq!(lake.credential.kind(), "bearer");
    assert!(!format!("{project:?}").contains("canary"));
}

#[test]
fn a_pipeline_names_schemas_of_adapters_that_exist() {
    let project = read(&format!("{LAKE}[pipeline.p]\nsource = {{ adapter = 'lake', catalog = 'raw', schemas = ['flights', 'src__*'] }}\n")).unwrap();
    let source = project.pipelines["p"].source.as_ref().unwrap();
    assert_eq!(source.schemas, ["flights", "src__*"]);
    let error = refused(&format!(
        "{LAKE}[pipeline.p]\nsource = {{ adapter = 'lak', catalog = 'raw', schemas = ['x'] }}\n"
    ));
    assert!(
        error.contains("there is no adapter `lak`") && error.contains("did you mean `lake`?"),
        "{error}"
    );
}

#[test]
fn the_cache_is_on_for_a_day_unless_told_otherwise() {
    let cache = read("").unwrap().cache;
    assert_eq!(
        (cache.enabled, cache.ttl_seconds, cache.history_days),
        (true, 86_400, 90)
    );
    let cache = read("[cache.schemas]\nenabled = false\nttl_seconds = 9223372036854775807\n")
        .unwrap()
        .cache;
    assert_eq!(
        (cache.enabled, cache.ttl_seconds),
        (false, 9_223_372_036_854_775_807)
    );
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let error = refused(text);
    for part in expected {
        assert!(error.contains(part), "{text}\n{error}\nlacks {part}");
    }
}

#[test]
fn every_mistake_is_shown_where_it_stands() {
    check(
        "[cache.schemas]\nenabeld = true\n",
        &[
            "unknown key `enabeld` in [cache.schemas]",
            "rocky.toml:2:1",
            "did you mean `enabled`?",
        ],
    );
    check(
        "[cache.schemas]\nttl_seconds = -1\n",
        &["`ttl_seconds` is out of range: -1", "rocky.toml:2:15"],
    );
    check(
        "[cache.schemas]\nenabled = 'yes'\n",
        &["`enabled` must be true or false, not a text"],
    );
    check(
        "[adapter.lake]\nhost = 'x'\n",
        &["[adapter.lake] needs the key `plugin`", "rocky.toml:1"],
    );
    check(
        "[adapter.lake]\nplugn = 'databricks'\n",
        &[
            "[adapter.lake] needs the key `plugin`",
            "rocky.toml:2:1",
            "did you mean `plugin`?",
        ],
    );
    for place in [
        "catalog = '', schemas = ['s']",
        "catalog = 'c', schemas = ['s', ' ']",
    ] {
        let place = format!("{LAKE}[pipeline.p]\nsource = {{ adapter = 'lake', {place} }}\n");
        check(&place, &["holds an empty name"]);
    }
    check(
        "[adapter]\nlake = 3\n",
        &["`lake` must be a table, not a whole number"],
    );
    check(
        "adaptor = 3\n",
        &[
            "unknown key `adaptor` at the top of the file",
            "did you mean `adapter`?",
        ],
    );
    check("[adapter.lake\n", &["rocky.toml:1"]);
}

#[test]
fn a_value_that_cannot_be_used_is_shown_where_it_stands() {
    check(
        &format!("{LAKE}[adapter.lake.auth]\ntype = 'bearer'\ntoken = '${{NOPE}}'\n"),
        &["needs the environment variable NOPE", "rocky.toml:7:9"],
    );
    check(
        &format!("{LAKE}[adapter.lake.auth]\ntype = 'baerer'\n"),
        &["there is no type `baerer`", "did you mean `bearer`?"],
    );
    check(
        &format!("{LAKE}[adapter.lake.limits]\nmemory = 3\n"),
        &["unknown key `memory` in [adapter.lake.limits]"],
    );
    check(
        &format!("{LAKE}[pipeline.p]\n"),
        &["a pipeline needs a `source` or a `target`"],
    );
}
