//! What this adapter is.

use rocky_adapter_sdk::{
    ControlShape, Endpoint, Folding, IdentifierRules, Manifest, Matching, Setting, SettingKind,
    StatementShape,
};

/// Everything that can be told of the adapter without configuring it.
pub fn manifest() -> Manifest {
    Manifest {
        name: "bigquery".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: "Describes the tables of BigQuery projects.".to_owned(),
        dialect: "bigquery".to_owned(),
        identifiers: IdentifierRules {
            unquoted: Folding::Preserve,
            tables: Matching::Exact,
            columns: Matching::IgnoreCase,
            quote: '`',
        },
        settings: settings(),
        endpoints: vec![
            Endpoint::Setting("api_endpoint".to_owned()),
            Endpoint::Template("https://bigquery.googleapis.com".to_owned()),
        ],
        origins: Vec::new(),
        statements: vec![
            StatementShape::post("/bigquery/v2/projects/*/queries", "/query", "bigquery")
                .with_members([
                    "/location",
                    "/timeoutMs",
                    "/maximumBytesBilled",
                    "/parameterMode",
                    "/queryParameters",
                    "/requestId",
                ])
                // Legacy SQL is another language, and what a query is in unless it says otherwise.
                .with_fixed("/useLegacySql", "false"),
        ],
        controls: vec![
            ControlShape::post(
                "/bigquery/v2/projects/*/jobs/*/cancel",
                "cancels a query that nobody waits for any more",
            )
            .with_query(["location"]),
        ],
    }
}

fn settings() -> Vec<Setting> {
    use SettingKind::{Integer, Text, TextList};
    vec![
        Setting::new(
            "api_endpoint",
            Text,
            "The address of the API where it is not https://bigquery.googleapis.com, such as a private endpoint.",
        ),
        Setting::new(
            "project",
            Text,
            "The project that queries run in and are billed to, where it is not the one that they describe.",
        ),
        Setting::new(
            "location",
            Text,
            "Where the datasets are, such as EU or europe-west1: queries run there, and ask the region's INFORMATION_SCHEMA.",
        ),
        Setting::new(
            "source",
            Text,
            "Where tables are described from: the REST API, a request for each table, which is free; the dataset's \
             INFORMATION_SCHEMA, one query, which is billed; or auto: REST for few tables, the query for many.",
        )
        .choices(["auto", "rest", "information_schema"])
        .default_value("auto"),
        Setting::new(
            "maximum_bytes_billed",
            Integer,
            "A query that would be billed more than so many bytes fails instead, and costs nothing.",
        ),
        Setting::new(
            "shards",
            Text,
            "Which of the tables are described that are days of one, as events_20260101 is: all of them, or the newest of each family.",
        )
        .choices(["all", "newest"])
        .default_value("all"),
        Setting::new(
            "include",
            TextList,
            "Only tables with names like these are described; * stands for any characters, ? for one.",
        ),
        Setting::new("exclude", TextList, "Tables with names like these are not described."),
        Setting::new(
            "retry_seconds",
            Integer,
            "For how many seconds in all a request is repeated that BigQuery turns away or that gets lost.",
        )
        .default_value(60),
    ]
}
