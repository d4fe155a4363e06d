//! The words that Snowflake has for kinds of tables, and how large they are.

use crate::catalog::{Content, Table};
use datafusion::arrow::record_batch::RecordBatch;

/// A kind of table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind<'a> {
    /// In SHOW TABLES and REST, for example TRANSIENT.
    pub show: &'a str,
    /// In INFORMATION_SCHEMA.TABLES, for example BASE TABLE.
    pub information: &'a str,
    /// `table_type` in REST.
    pub rest: &'static str,
    pub dynamic: bool,
    pub iceberg: bool,
    pub hybrid: bool,
}

const TABLE: Kind<'static> = Kind {
    show: "TABLE",
    information: "BASE TABLE",
    rest: "NORMAL",
    dynamic: false,
    iceberg: false,
    hybrid: false,
};

/// What a table is. Raw tables may claim anything; what Snowflake has no word for is told verbatim.
pub(crate) fn table_kind(table: &Table) -> Kind<'_> {
    let kind = table.kind.as_str();
    let is = |word: &str| kind.to_uppercase().contains(word);
    if table.kind.is_view() {
        let information = match is("MATERIALIZED") {
            true => "MATERIALIZED VIEW",
            false => "VIEW",
        };
        let show = information;
        return Kind {
            show,
            information,
            ..TABLE
        };
    }
    match kind {
        "MANAGED" | "TABLE" | "BASE TABLE" | "PERMANENT" | "NORMAL" => TABLE,
        _ if is("TRANSIENT") => Kind {
            show: "TRANSIENT",
            ..TABLE
        },
        _ if is("TEMPORARY") => Kind {
            show: "TEMPORARY",
            information: "TEMPORARY TABLE",
            ..TABLE
        },
        _ if is("DYNAMIC") => Kind {
            dynamic: true,
            rest: "DYNAMIC",
            ..TABLE
        },
        _ if is("ICEBERG") => Kind {
            iceberg: true,
            rest: "ICEBERG",
            ..TABLE
        },
        _ if is("HYBRID") => Kind {
            hybrid: true,
            rest: "HYBRID",
            ..TABLE
        },
        _ if is("EXTERNAL") => Kind {
            information: "EXTERNAL TABLE",
            rest: "EXTERNAL",
            ..TABLE
        },
        _ if is("EVENT") => Kind {
            information: "EVENT TABLE",
            rest: "EVENT",
            ..TABLE
        },
        other => Kind {
            show: other,
            information: other,
            ..TABLE
        },
    }
}

/// How many rows a table holds; unknown for anything that is none.
pub(crate) fn row_count(table: &Table) -> Option<usize> {
    matches!(table.content, Content::Rows(_) if !table.kind.is_view())
        .then(|| table.rows().iter().map(RecordBatch::num_rows).sum())
}

/// What its values take up.
pub(crate) fn bytes(table: &Table) -> Option<usize> {
    let batches = || table.rows().iter();
    row_count(table).map(|_| batches().map(RecordBatch::get_array_memory_size).sum())
}
