//! `rocky plugin inspect`.

use insta::assert_snapshot;
use rocky_compile::Dialect;

use crate::project::Project;

#[test]
fn a_plugin_tells_what_it_is_needs_and_may_do() {
    let project = Project::without_config();
    for plugin in ["databricks", "metadata_only"] {
        for form in ["table", "json"] {
            let output = project.rocky(&["plugin", "inspect", plugin, "--output", form]);
            assert_eq!(
                (output.code, output.stderr.as_str()),
                (Some(0), ""),
                "{output}"
            );
            assert_snapshot!(format!("inspect_{plugin}_{form}"), output.redacted());
        }
    }
    for plugin in ["tiny_adapter", "probe"] {
        assert_eq!(
            project.json(&["plugin", "inspect", plugin])["describes"],
            true
        );
    }
    let hostile = project.rocky(&["plugin", "inspect", "hostile", "--output", "table"]);
    hostile.has("  POST /own/*/stop: stops something\n      with reason in its query\n");
    assert_eq!(project.files(), [""; 0]);
}

#[test]
fn adapters_tell_the_rules_for_names_that_the_compiler_goes_by_before_it_was_told() {
    let project = Project::without_config();
    for dialect in [Dialect::Databricks, Dialect::BigQuery, Dialect::Snowflake] {
        let inspected = project.json(&["plugin", "inspect", dialect.name()]);
        let manifest = &inspected["manifest"];
        assert_eq!(manifest["dialect"], dialect.name());
        let rules = serde_json::to_value(dialect.identifier_rules()).unwrap();
        assert_eq!(manifest["identifiers"], rules, "{}", dialect.name());
    }
}
