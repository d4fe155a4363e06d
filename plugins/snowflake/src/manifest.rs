//! What this adapter is.

use rocky_adapter_sdk::{
    ControlShape, Endpoint, Folding, IdentifierRules, Manifest, Matching, Setting, SettingKind,
    StatementShape,
};

use crate::settings::MAX_STATEMENTS;

/// Everything that can be told of the adapter without configuring it.
pub fn manifest() -> Manifest {
    Manifest {
        name: "snowflake".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: "Describes the tables of Snowflake databases.".to_owned(),
        dialect: "snowflake".to_owned(),
        identifiers: IdentifierRules {
            unquoted: Folding::UpperCase,
            tables: Matching::Exact,
            columns: Matching::Exact,
            quote: '"',
        },
        settings: settings(),
        endpoints: vec![
            Endpoint::Setting("host".to_owned()),
            Endpoint::Template("https://{account}.snowflakecomputing.com".to_owned()),
        ],
        origins: Vec::new(),
        statements: vec![
            StatementShape::post("/api/v2/statements", "/statement", "snowflake")
                .with_members([
                    "/role",
                    "/warehouse",
                    "/bindings",
                    "/parameters/rows_per_resultset",
                ])
                .with_fixed("/parameters/MULTI_STATEMENT_COUNT", "\"1\"")
                .with_query(["requestId", "async", "retry"]),
        ],
        controls: vec![ControlShape::post(
            "/api/v2/statements/*/cancel",
            "cancels a statement that nobody waits for any more",
        )],
    }
}

fn settings() -> Vec<Setting> {
    let mut settings = of_session();
    settings.extend(of_describing());
    settings
}

/// Where the account is, and who asks.
fn of_session() -> Vec<Setting> {
    use SettingKind::Text;
    vec![
        Setting::new(
            "account",
            Text,
            "The account's identifier: ORGANISATION-ACCOUNT, or a locator with its region; the account's address works too.",
        ),
        Setting::new(
            "host",
            Text,
            "The address of the account where it is not https://ACCOUNT.snowflakecomputing.com.",
        ),
        Setting::new(
            "role",
            Text,
            "The role that asks, and so sees what it may see; the user's default role if not given. As in SQL, letter case counts \
             within quotes only.",
        )
        .identity(),
        Setting::new(
            "warehouse",
            Text,
            "The warehouse that queries of INFORMATION_SCHEMA run on; the user's default if not given. Nothing else wakes one.",
        ),
        Setting::new(
            "token_type",
            Text,
            "What kind of token the credential is, where its type does not say so (it does for snowflake-key-pair, snowflake-pat and \
             snowflake-oauth). Without it Snowflake looks at the token.",
        )
        .choices([
            "oauth",
            "programmatic_access_token",
            "keypair_jwt",
            "workload_identity_federation",
        ]),
    ]
}

/// What is described, and how.
fn of_describing() -> Vec<Setting> {
    use SettingKind::{Integer, Text, TextList};
    vec![
        Setting::new(
            "source",
            Text,
            "Where tables are described from: SHOW, which needs no warehouse and stops at 10,000 columns, beyond which each table is \
             described by itself; the REST API, which needs none either; the database's INFORMATION_SCHEMA, a query, which does; or \
             auto: SHOW, and for larger schemas the REST API, or the query where that is not permitted. What SHOW and the query leave \
             out of types is taken from the REST API, or from each table.",
        )
        .choices(["auto", "show", "rest", "information_schema"])
        .default_value("auto"),
        Setting::new("include", TextList, "Only tables with names like these are described; * stands for any characters, ? for one."),
        Setting::new("exclude", TextList, "Tables with names like these are not described."),
        Setting::new(
            "max_statements",
            Integer,
            "How many tables of one schema at most are described by a statement each.",
        )
        .default_value(MAX_STATEMENTS),
        Setting::new(
            "retry_seconds",
            Integer,
            "For how many seconds in all a request is repeated that Snowflake turns away or that gets lost.",
        )
        .default_value(60),
    ]
}
