//! What this adapter is.

use rocky_adapter_sdk::{
    ControlShape, Endpoint, Folding, IdentifierRules, Manifest, Matching, Origin, Setting,
    SettingKind, StatementShape,
};

use crate::settings::MAX_STATEMENTS;

/// Everything that can be told of the adapter without configuring it.
pub fn manifest() -> Manifest {
    Manifest {
        name: "databricks".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: "Describes the tables of Databricks workspaces with Unity Catalog.".to_owned(),
        dialect: "databricks".to_owned(),
        identifiers: IdentifierRules {
            unquoted: Folding::LowerCase,
            tables: Matching::IgnoreCase,
            columns: Matching::IgnoreCase,
            quote: '`',
        },
        settings: settings(),
        endpoints: vec![Endpoint::Setting("host".to_owned())],
        origins: origins(),
        statements: vec![
            StatementShape::post("/api/2.0/sql/statements", "/statement", "databricks")
                .with_members([
                    "/warehouse_id",
                    "/parameters",
                    "/disposition",
                    "/format",
                    "/wait_timeout",
                    "/on_wait_timeout",
                ]),
        ],
        controls: vec![ControlShape::post(
            "/api/2.0/sql/statements/*/cancel",
            "cancels a statement that nobody waits for any more",
        )],
    }
}

/// Where the files of large results are: in the storage of the cloud that the workspace is in.
fn origins() -> Vec<Origin> {
    let origin = |pattern: &str| Origin {
        pattern: pattern.to_owned(),
        purpose: "results of statements that are too large to come inline".to_owned(),
    };
    let patterns = [
        "https://*.amazonaws.com",
        "https://*.amazonaws.com.cn",
        "https://*.core.windows.net",
        "https://*.core.chinacloudapi.cn",
        "https://*.core.usgovcloudapi.net",
        "https://storage.googleapis.com",
        "https://*.storage.googleapis.com",
    ];
    patterns.map(origin).to_vec()
}

fn settings() -> Vec<Setting> {
    use SettingKind::{Integer, Text, TextList};
    vec![
        Setting::new("host", Text, "The address of the workspace, such as https://dbc-1234.cloud.databricks.com.").required(),
        Setting::new(
            "source",
            Text,
            "Where tables are described from: Unity Catalog's REST API, which needs no SQL warehouse; the catalog's \
             information_schema, which does; or auto: REST, and SQL where that is not permitted. Tables of hive_metastore are \
             described one by one with SQL, which rest does not allow.",
        )
        .choices(["auto", "rest", "information_schema"])
        .default_value("auto"),
        Setting::new("warehouse_id", Text, "The SQL warehouse that statements run on; needed for information_schema, useful for auto."),
        Setting::new(
            "http_path",
            Text,
            "The SQL warehouse's HTTP path, in place of warehouse_id: /sql/1.0/warehouses/1234567890abcdef.",
        ),
        Setting::new("include", TextList, "Only tables with names like these are described; * stands for any characters, ? for one."),
        Setting::new("exclude", TextList, "Tables with names like these are not described."),
        Setting::new(
            "max_statements",
            Integer,
            "How many statements at most describe one schema of hive_metastore: one lists its tables, and each table takes one (what it takes to \
             find out in which form it answers does not count).",
        )
        .default_value(MAX_STATEMENTS),
        Setting::new(
            "retry_seconds",
            Integer,
            "For how many seconds in all a request is repeated that the workspace turns away or that gets lost.",
        )
        .default_value(60),
    ]
}
