//! Names of tables: which are plain names at all, and which are metadata.

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};
use sqlparser::tokenizer::Word;

use crate::dialect::Dialect;
use crate::refused::Refused;

/// Views of Snowflake's `SNOWFLAKE.ACCOUNT_USAGE` that describe objects. Its other views tell what people did.
const ACCOUNT_USAGE: [&str; 14] = [
    "COLUMNS",
    "DATABASES",
    "ELEMENT_TYPES",
    "FIELDS",
    "FUNCTIONS",
    "OBJECT_DEPENDENCIES",
    "REFERENTIAL_CONSTRAINTS",
    "SCHEMATA",
    "SEQUENCES",
    "TABLES",
    "TABLE_CONSTRAINTS",
    "TAGS",
    "TAG_REFERENCES",
    "VIEWS",
];

/// What views of an information schema begin with that tell of more than tables: the texts of people's statements, who has read what,
/// names of files, and partitions, whose names are values of a column.
const ACTIVITY: [&str; 9] = [
    "INSIGHTS",
    "JOBS",
    "LOAD_HISTORY",
    "PARTITIONS",
    "RECOMMENDATIONS",
    "SESSIONS",
    "SHARED_DATASET_USAGE",
    "STREAMING_TIMELINE",
    "WRITE_API_TIMELINE",
];

/// What Databricks reads a path with, as in `` parquet.`s3://bucket/folder` ``.
const FILE_FORMATS: [&str; 10] = [
    "AVRO",
    "BINARYFILE",
    "CSV",
    "DELTA",
    "ICEBERG",
    "JSON",
    "ORC",
    "PARQUET",
    "TEXT",
    "XML",
];

/// The parts of a table's name, each a plain or properly quoted word.
pub(crate) fn parts(name: &ObjectName, dialect: Dialect) -> Result<Vec<&Ident>, Refused> {
    let ObjectName(parts) = name;
    let parts = parts.iter().map(|part| match part {
        ObjectNamePart::Identifier(part) if is_proper(part, dialect) => Ok(part),
        ObjectNamePart::Identifier(_) => Err(Refused::name(&name.to_string())),
        ObjectNamePart::Function(function) => {
            Err(Refused::unknown_function(&function.name.to_string()))
        }
    });
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    if let [format, _] = parts.as_slice()
        && dialect == Dialect::Databricks
        && FILE_FORMATS
            .iter()
            .any(|word| dialect.is_word(format, word))
    {
        return Err(Refused::name(&name.to_string()));
    }
    Ok(parts)
}

/// Whether a quoted identifier is a name and not a path: a warehouse that is told to read a path fetches it, from wherever it points.
pub(crate) fn check_quoted(word: &Word, dialect: Dialect) -> Result<(), Refused> {
    match dialect == Dialect::Databricks && word.value.contains('/') {
        true => Err(Refused::name(&word.value)),
        false => Ok(()),
    }
}

/// Whether a table with this name is certainly metadata.
pub(crate) fn is_metadata(parts: &[&Ident], dialect: Dialect) -> bool {
    is_information_schema(parts, dialect)
        || match dialect {
            Dialect::BigQuery => is_tables_list(parts),
            Dialect::Snowflake => is_account_usage(parts, dialect),
            Dialect::Databricks | Dialect::Ansi | Dialect::Generic => false,
        }
}

fn is_information_schema(parts: &[&Ident], dialect: Dialect) -> bool {
    // BigQuery: project, region or dataset, schema, view.
    let most_parts = match dialect {
        Dialect::BigQuery => 4,
        _ => 3,
    };
    let [.., schema, view] = parts else {
        return false;
    };
    let tells_activity = |prefix: &&str| {
        view.value
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    parts.len() <= most_parts
        && dialect.is_word(schema, "INFORMATION_SCHEMA")
        && !ACTIVITY.iter().any(tells_activity)
}

/// BigQuery's `dataset.__TABLES__`.
fn is_tables_list(parts: &[&Ident]) -> bool {
    matches!(parts, [.., _, last] if last.value == "__TABLES__") && parts.len() <= 3
}

fn is_account_usage(parts: &[&Ident], dialect: Dialect) -> bool {
    let [database, schema, view] = parts else {
        return false;
    };
    dialect.is_word(database, "SNOWFLAKE")
        && dialect.is_word(schema, "ACCOUNT_USAGE")
        && ACCOUNT_USAGE.iter().any(|name| dialect.is_word(view, name))
}

/// The parser takes strings, `@stages` and `*` for names where it expects one.
fn is_proper(part: &Ident, dialect: Dialect) -> bool {
    match part.quote_style {
        None => {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
            let may_have_hyphens = dialect == Dialect::BigQuery;
            !part.value.is_empty()
                && part
                    .value
                    .bytes()
                    .all(|byte| is_plain(byte) || (may_have_hyphens && byte == b'-'))
        }
        Some(quote) => {
            let may_be_path = dialect == Dialect::Databricks && part.value.contains('/');
            quote == dialect.identifier_quote() && !part.value.is_empty() && !may_be_path
        }
    }
}
