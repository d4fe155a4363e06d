#![allow(clippy::unwrap_used)]

use std::path::Path;

use rocky_plugin::{PluginReference, StatementLevel};
use serde_json::Value;

use super::*;

fn read(text: &str) -> Result<Project, Mistake> {
    let variables = |name: &str| (name == "TOKEN").then(|| "se\"cret-canary".to_owned());
    let document = Document::new(Path::new("rocky.toml"), text.to_owned());
    Project::read(document, PathBuf::from("/project"), &variables)
}

/// What is wrong with the file, or else with its adapter.
fn refused(text: &str) -> String {
    match read(text) {
        Ok(project) => match project.adapters["lake"].section() {
            Ok(section) => format!("{:?}", section.auth().unwrap_err()),
            Err(error) => format!("{error:?}"),
        },
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
    let endpoint = "https://x.example".parse().unwrap();
    assert_eq!(
        lake.auth().unwrap().for_endpoint(&endpoint).kind(),
        "bearer"
    );
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
fn an_adapter_may_read_metadata_of_its_endpoint_and_more_only_if_told() {
    let project = read(LAKE).unwrap();
    let network = &project.adapters["lake"].section().unwrap().network;
    assert_eq!(
        (network.allow.len(), network.statements),
        (0, StatementLevel::Metadata)
    );
    let text = "[adapter.lake.network]\nallow = ['https://*.Store.example.com', 'http://localhost:9']\nstatements = 'read'\nproxy = 'none'\n";
    let project = read(&format!("{LAKE}{text}")).unwrap();
    let network = &project.adapters["lake"].section().unwrap().network;
    let allow: Vec<String> = network.allow.iter().map(ToString::to_string).collect();
    assert_eq!(allow, ["https://*.store.example.com", "http://localhost:9"]);
    assert_eq!(network.statements, StatementLevel::Read);
    for (line, expected) in [
        ("allow = ['https://*']", "`allow` holds no origin"),
        (
            "allow = 'https://a.example'",
            "`allow` must be a list of texts",
        ),
        (
            "allow = ['https://a.example', 'https://b*.example']",
            "rocky.toml:6:31",
        ),
        (
            "statements = 'writes'",
            "expected one of: metadata, read, any",
        ),
        (
            "proxy = 'socks5://u:canary@a:1'",
            "`proxy` is no address of a proxy",
        ),
        (
            "origins = []",
            "unknown key `origins` in [adapter.lake.network]",
        ),
    ] {
        check(
            &format!("{LAKE}[adapter.lake.network]\n{line}\n"),
            &[expected],
        );
    }
}

/// The kind of credential that a section describes, and shows no secret of.
fn kind(auth: &str) -> &'static str {
    let project = read(&format!("{LAKE}[adapter.lake.auth]\n{auth}\n")).unwrap();
    let section = project.adapters["lake"].section().unwrap();
    let auth = section
        .auth()
        .unwrap_or_else(|error| panic!("{auth}: {error:?}"));
    let config = auth.for_endpoint(&"https://x.example".parse().unwrap());
    assert!(!format!("{project:?} {config:?}").contains("canary"));
    config.kind()
}

#[test]
fn every_kind_of_credential_can_be_written() {
    for (auth, expected) in [
        ("type = 'none'", "none"),
        ("type = 'bearer'\ntoken_file = 'token'", "bearer"),
        (
            "type = 'bearer'\ntoken_command = ['vault', 'read', 'token']",
            "bearer",
        ),
        (
            "type = 'basic'\nusername = 'u'\npassword = '${TOKEN}'",
            "basic",
        ),
        (
            "type = 'header'\nheader = 'x-api-key'\nvalue = '${TOKEN}'",
            "header",
        ),
        (
            "type = 'oauth-client-credentials'\ntoken_url = 'https://idp.example/token'\nclient_id = 'i'\n\
             client_secret = '${TOKEN}'\nscope = 'a b'\nclient_auth = 'body'\nextra = { audience = 'x' }",
            "oauth-client-credentials",
        ),
        (
            "type = 'oauth-m2m'\nclient_id = 'i'\nclient_secret = '${TOKEN}'",
            "oauth-client-credentials",
        ),
        (
            "type = 'google-service-account'\nkey_file = 'k.json'\nscopes = ['s']",
            "google-service-account",
        ),
        (
            "type = 'google-authorized-user'\ncredentials_file = 'c.json'",
            "google-authorized-user",
        ),
        ("type = 'google-metadata'", "google-metadata"),
    ] {
        assert_eq!(kind(auth), expected);
    }
}

#[test]
fn every_kind_of_snowflake_s_credentials_is_read() {
    for (auth, expected) in [
        (
            "type = 'snowflake-key-pair'\naccount = 'a'\nuser = 'u'\nprivate_key_file = 'k.p8'\npassphrase = '${TOKEN}'",
            "snowflake-key-pair",
        ),
        (
            "type = 'snowflake-pat'\ntoken = '${TOKEN}'",
            "snowflake-pat",
        ),
        (
            "type = 'snowflake-oauth'\ntoken = '${TOKEN}'",
            "snowflake-oauth",
        ),
        (
            "type = 'snowflake-oauth'\nclient_id = 'i'\nclient_secret = '${TOKEN}'\nrefresh_token_file = 'r'",
            "snowflake-oauth",
        ),
    ] {
        assert_eq!(kind(auth), expected);
    }
}

#[test]
fn a_credential_that_is_not_whole_is_told_where_it_stands() {
    for (auth, expected) in [
        ("token = 'x'", "needs the key `type`"),
        ("type = 'bearer'", "or give `token_file` or `token_command`"),
        (
            "type = 'bearer'\ntoken = 'x'\ntoken_file = 'y'",
            "give only one of `token`, `token_file` and `token_command`",
        ),
        (
            "type = 'snowflake-oauth'",
            "or a `refresh_token` with `client_id`",
        ),
        (
            "type = 'snowflake-oauth'\nrefresh_token = 'x'\nclient_id = 'y'",
            "`client_secret_file`",
        ),
        ("type = 'bearer'\ntokn = 'x'", "did you mean `token`?"),
        (
            "type = 'bearer'\ntoken = 'x'\nclient_id = 'y'",
            "unknown key `client_id` in [adapter.lake.auth]",
        ),
        (
            "type = 'header'\nheader = 'a b'\nvalue = 'x'",
            "`header` is no name of a header: `a b`",
        ),
        (
            "type = 'oauth-client-credentials'\ntoken_url = 'idp'\nclient_id = 'i'\nclient_secret = 'x'",
            "`token_url` is no URL",
        ),
    ] {
        check(&format!("{LAKE}[adapter.lake.auth]\n{auth}\n"), &[expected]);
    }
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
