//! Which of the warehouses' functions are pure, and which are known to do harm.
//!
//! At [`Level::Metadata`](crate::Level::Metadata) only the pure ones pass. At [`Level::Read`](crate::Level::Read) a statement may read
//! secrets of the user, so the harmful ones are above all those that could carry them away: over the network, to a model, into a file.

/// Functions of a row or a group that depend on nothing but their arguments, the session's user and the time. Sorted.
const PURE: &[&str] = &[
    "abs",
    "any_value",
    "approx_count_distinct",
    "array",
    "array_agg",
    "array_append",
    "array_compact",
    "array_concat",
    "array_concat_agg",
    "array_construct",
    "array_construct_compact",
    "array_contains",
    "array_distinct",
    "array_except",
    "array_intersect",
    "array_join",
    "array_length",
    "array_max",
    "array_min",
    "array_position",
    "array_prepend",
    "array_remove",
    "array_reverse",
    "array_size",
    "array_sort",
    "array_to_string",
    "array_union",
    "array_unique_agg",
    "arrays_overlap",
    "arrays_zip",
    "ascii",
    "avg",
    "bool_and",
    "bool_or",
    "booland_agg",
    "boolor_agg",
    "btrim",
    "cardinality",
    "cast",
    "ceil",
    "ceiling",
    "char",
    "char_length",
    "character_length",
    "charindex",
    "chr",
    "coalesce",
    "collect_list",
    "collect_set",
    "concat",
    "concat_ws",
    "contains",
    "contains_substr",
    "count",
    "count_if",
    "countif",
    "current_account",
    "current_catalog",
    "current_database",
    "current_date",
    "current_metastore",
    "current_region",
    "current_role",
    "current_schema",
    "current_schemas",
    "current_time",
    "current_timestamp",
    "current_timezone",
    "current_user",
    "current_version",
    "current_warehouse",
    "date",
    "date_add",
    "date_diff",
    "date_format",
    "date_part",
    "date_sub",
    "date_trunc",
    "dateadd",
    "datediff",
    "datetime",
    "day",
    "dayofmonth",
    "dayofweek",
    "decode",
    "dense_rank",
    "element_at",
    "ends_with",
    "endswith",
    "equal_null",
    "every",
    "exists",
    "filter",
    "first",
    "first_value",
    "floor",
    "format",
    "format_date",
    "format_number",
    "format_string",
    "format_timestamp",
    "from_json",
    "from_unixtime",
    "get",
    "get_json_object",
    "get_path",
    "getdate",
    "greatest",
    "grouping",
    "grouping_id",
    "hash",
    "hex",
    "hour",
    "if",
    "iff",
    "ifnull",
    "ilike",
    "initcap",
    "instr",
    "is_array",
    "is_object",
    "isnotnull",
    "isnull",
    "json_array",
    "json_array_length",
    "json_extract",
    "json_extract_array",
    "json_extract_scalar",
    "json_extract_string_array",
    "json_object",
    "json_object_keys",
    "json_query",
    "json_query_array",
    "json_tuple",
    "json_value",
    "json_value_array",
    "lag",
    "last",
    "last_day",
    "last_value",
    "lcase",
    "lead",
    "least",
    "left",
    "len",
    "length",
    "levenshtein",
    "like",
    "listagg",
    "locate",
    "logical_and",
    "logical_or",
    "lower",
    "lpad",
    "ltrim",
    "map",
    "map_concat",
    "map_entries",
    "map_from_arrays",
    "map_from_entries",
    "map_keys",
    "map_values",
    "max",
    "max_by",
    "md5",
    "median",
    "min",
    "min_by",
    "minute",
    "mod",
    "mode",
    "month",
    "named_struct",
    "now",
    "nth_value",
    "ntile",
    "nullif",
    "nullifzero",
    "nvl",
    "nvl2",
    "object_agg",
    "object_construct",
    "object_construct_keep_null",
    "object_keys",
    "octet_length",
    "offset",
    "ordinal",
    "overlay",
    "parse_json",
    "parse_timestamp",
    "percent_rank",
    "position",
    "quarter",
    "rank",
    "regexp",
    "regexp_contains",
    "regexp_count",
    "regexp_extract",
    "regexp_extract_all",
    "regexp_instr",
    "regexp_like",
    "regexp_replace",
    "regexp_substr",
    "replace",
    "reverse",
    "right",
    "rlike",
    "round",
    "row_number",
    "rpad",
    "rtrim",
    "safe_cast",
    "safe_offset",
    "safe_ordinal",
    "second",
    "session_user",
    "sha1",
    "sha2",
    "sha256",
    "sign",
    "size",
    "slice",
    "some",
    "sort_array",
    "split",
    "split_part",
    "starts_with",
    "startswith",
    "string",
    "string_agg",
    "strip_null_value",
    "strpos",
    "strtok",
    "strtok_to_array",
    "struct",
    "substr",
    "substring",
    "substring_index",
    "sum",
    "timestamp",
    "timestamp_diff",
    "timestamp_micros",
    "timestamp_millis",
    "timestamp_seconds",
    "timestamp_trunc",
    "timestampadd",
    "timestampdiff",
    "to_array",
    "to_boolean",
    "to_char",
    "to_date",
    "to_decimal",
    "to_double",
    "to_hex",
    "to_json",
    "to_json_string",
    "to_number",
    "to_object",
    "to_timestamp",
    "to_timestamp_ltz",
    "to_timestamp_ntz",
    "to_timestamp_tz",
    "to_varchar",
    "to_variant",
    "transform",
    "translate",
    "trim",
    "trunc",
    "try_cast",
    "try_element_at",
    "try_parse_json",
    "try_to_boolean",
    "try_to_date",
    "try_to_number",
    "try_to_timestamp",
    "typeof",
    "ucase",
    "unix_millis",
    "unix_seconds",
    "unix_timestamp",
    "upper",
    "user",
    "version",
    "week",
    "year",
    "zeroifnull",
];

/// Functions that turn a value into rows. Sorted.
const PURE_TABLES: &[&str] = &[
    "explode",
    "explode_outer",
    "flatten",
    "inline",
    "inline_outer",
    "json_tuple",
    "posexplode",
    "posexplode_outer",
    "split_to_table",
    "stack",
    "strtok_split_to_table",
    "unnest",
    "variant_explode",
    "variant_explode_outer",
];

const DYNAMIC: &str = "stands for something that the statement does not show";
const NETWORK: &str = "talks to other services";
const MODEL: &str = "hands data to a model or another service";
const CODE: &str = "runs code outside of SQL";
const SECRET: &str = "reveals secrets";
const FILES: &str = "reads or hands out files";
const EFFECT: &str = "changes something";
const DATABASE: &str = "sends statements to another database";

/// Functions with effects beyond their result, by name: the warehouse that has them in a comment.
const HARMFUL: &[(&str, &str)] = &[
    // All: a name made of a string or a parameter. Snowflake runs the text of a query with the second.
    ("identifier", DYNAMIC),
    ("to_query", DYNAMIC),
    // Databricks
    ("cloud_files_state", FILES),
    ("from_avro", NETWORK), // fetches the schema from an address in its arguments
    ("from_protobuf", NETWORK),
    ("http_request", NETWORK),
    ("java_method", CODE),
    ("list_secrets", SECRET),
    ("query_foundation_model", MODEL),
    ("reflect", CODE),
    ("remote_query", DATABASE),
    ("secret", SECRET),
    ("to_avro", NETWORK),
    ("to_protobuf", NETWORK),
    ("try_reflect", CODE),
    ("try_secret", SECRET),
    ("vector_search", MODEL),
    // BigQuery
    ("external_query", DATABASE),
    // Snowflake
    ("build_scoped_file_url", FILES),
    ("build_stage_file_url", FILES),
    ("get_absolute_path", FILES),
    ("get_presigned_url", FILES),
    ("get_stage_location", FILES),
    ("getnextval", EFFECT),
    ("infer_schema", FILES),
    ("nextval", EFFECT),
    // What other databases have, should one of them be behind a dialect of ours.
    ("dblink", DATABASE),
    ("load_extension", CODE),
    ("load_file", FILES),
    ("openquery", DATABASE),
    ("openrowset", DATABASE),
    ("set_config", EFFECT),
    ("setval", EFFECT),
    ("xp_cmdshell", CODE),
];

/// What the names of whole families begin with.
const HARMFUL_PREFIXES: &[(&str, &str)] = &[
    ("ai_", MODEL),      // Databricks, Snowflake
    ("dlp_", NETWORK),   // BigQuery: Sensitive Data Protection and its keys
    ("http_", NETWORK),  // Databricks
    ("lo_", FILES),      // PostgreSQL
    ("pg_", EFFECT),     // PostgreSQL
    ("read_", FILES),    // Databricks: files and streams from any address
    ("system$", EFFECT), // Snowflake: tasks, mails, streams, cancelling
    ("write_", EFFECT),  // Databricks
];

/// Schemas that are full of such functions.
const HARMFUL_SCHEMAS: &[(&str, &str)] = &[
    ("ai", MODEL),             // Databricks' `system.ai`, BigQuery's `AI.`
    ("cortex", MODEL),         // Snowflake
    ("ml", MODEL),             // BigQuery's `ML.`, some of which call remote models
    ("notification", NETWORK), // Snowflake
    ("obj", FILES),            // BigQuery's `OBJ.`, signed addresses of files
];

/// Whether the function yields a value that depends on nothing else, and does nothing else.
pub(crate) fn is_pure(name: &str) -> bool {
    PURE.binary_search(&name).is_ok()
}

/// Whether the function yields rows that depend on nothing but its arguments.
pub(crate) fn is_pure_table(name: &str) -> bool {
    PURE_TABLES.binary_search(&name).is_ok()
}

/// What harm the function does, if that is known. `name` is in small letters, with its qualifiers.
pub(crate) fn harm(name: &str) -> Option<&'static str> {
    let (qualifiers, last) = name.rsplit_once('.').unwrap_or(("", name));
    let by_name = HARMFUL.iter().find(|(harmful, _)| last == *harmful);
    let by_prefix = || {
        HARMFUL_PREFIXES
            .iter()
            .find(|(prefix, _)| last.starts_with(prefix))
    };
    let by_schema = || {
        HARMFUL_SCHEMAS
            .iter()
            .find(|(schema, _)| qualifiers.split('.').any(|part| part == *schema))
    };
    by_name
        .or_else(by_prefix)
        .or_else(by_schema)
        .map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_that_are_searched_are_sorted() {
        assert!(PURE.is_sorted());
        assert!(PURE_TABLES.is_sorted());
    }

    #[test]
    fn no_function_is_pure_and_harmful() {
        let mut pure = PURE.iter().chain(PURE_TABLES);
        assert_eq!(pure.find(|name| harm(name).is_some()), None);
    }
}
