//! Which of the warehouses' functions are pure, and which are known to do harm.
//!
//! At [`Level::Metadata`](crate::Level::Metadata) only the pure ones pass. At [`Level::Read`](crate::Level::Read) a statement may read
//! secrets of the user, so the harmful ones are above all those that could carry them away: over the network, to a model, into a file.

use crate::dialect::Dialect;

/// A function that is built in, by the initials of the warehouses that have it: `d` Databricks, `b` BigQuery, `s` Snowflake. `a` is for
/// those of standard SQL, also where nobody knows the warehouse. Elsewhere the name is free, and may be a function of some user.
type Builtin = (&'static str, &'static str);

/// Functions of a row or a group that depend on nothing but their arguments, the session's user and the time. Sorted.
const PURE: &[Builtin] = &[
    ("abs", "dbs"),
    ("any_value", "dbs"),
    ("approx_count_distinct", "dbs"),
    ("array", "db"),
    ("array_agg", "dbs"),
    ("array_append", "ds"),
    ("array_compact", "ds"),
    ("array_concat", "b"),
    ("array_concat_agg", "b"),
    ("array_construct", "s"),
    ("array_construct_compact", "s"),
    ("array_contains", "ds"),
    ("array_distinct", "ds"),
    ("array_except", "ds"),
    ("array_intersect", "d"),
    ("array_join", "d"),
    ("array_length", "b"),
    ("array_max", "ds"),
    ("array_min", "ds"),
    ("array_position", "ds"),
    ("array_prepend", "ds"),
    ("array_remove", "ds"),
    ("array_reverse", "b"),
    ("array_size", "ds"),
    ("array_sort", "ds"),
    ("array_to_string", "bs"),
    ("array_union", "d"),
    ("array_unique_agg", "s"),
    ("arrays_overlap", "ds"),
    ("arrays_zip", "ds"),
    ("ascii", "dbs"),
    ("avg", "dbs"),
    ("bool_and", "d"),
    ("bool_or", "d"),
    ("booland_agg", "s"),
    ("boolor_agg", "s"),
    ("btrim", "d"),
    ("cardinality", "d"),
    ("cast", "dbs"),
    ("ceil", "dbs"),
    ("ceiling", "db"),
    ("char", "ds"),
    ("char_length", "dba"),
    ("character_length", "dba"),
    ("charindex", "ds"),
    ("chr", "dbs"),
    ("coalesce", "dbs"),
    ("collect_list", "d"),
    ("collect_set", "d"),
    ("concat", "dbs"),
    ("concat_ws", "ds"),
    ("contains", "ds"),
    ("contains_substr", "b"),
    ("count", "dbs"),
    ("count_if", "ds"),
    ("countif", "b"),
    ("current_account", "s"),
    ("current_catalog", "da"),
    ("current_database", "ds"),
    ("current_date", "dbs"),
    ("current_metastore", "d"),
    ("current_region", "s"),
    ("current_role", "sa"),
    ("current_schema", "dsa"),
    ("current_schemas", "s"),
    ("current_time", "bsa"),
    ("current_timestamp", "dbs"),
    ("current_timezone", "d"),
    ("current_user", "dsa"),
    ("current_version", "s"),
    ("current_warehouse", "s"),
    ("date", "dbs"),
    ("date_add", "db"),
    ("date_diff", "db"),
    ("date_format", "d"),
    ("date_part", "ds"),
    ("date_sub", "db"),
    ("date_trunc", "dbs"),
    ("dateadd", "ds"),
    ("datediff", "ds"),
    ("datetime", "b"),
    ("day", "ds"),
    ("dayofmonth", "ds"),
    ("dayofweek", "ds"),
    ("decode", "ds"),
    ("dense_rank", "dbs"),
    ("element_at", "d"),
    ("ends_with", "b"),
    ("endswith", "ds"),
    ("equal_null", "ds"),
    ("every", "d"),
    ("exists", "d"),
    ("filter", "ds"),
    ("first", "d"),
    ("first_value", "dbs"),
    ("floor", "dbs"),
    ("format", "b"),
    ("format_date", "b"),
    ("format_number", "d"),
    ("format_string", "d"),
    ("format_timestamp", "b"),
    ("from_json", "d"),
    ("from_unixtime", "d"),
    ("get", "ds"),
    ("get_json_object", "d"),
    ("get_path", "s"),
    ("getdate", "ds"),
    ("greatest", "dbs"),
    ("grouping", "dbs"),
    ("grouping_id", "ds"),
    ("hash", "ds"),
    ("hex", "d"),
    ("hour", "ds"),
    ("if", "db"),
    ("iff", "ds"),
    ("ifnull", "dbs"),
    ("ilike", "d"),
    ("initcap", "dbs"),
    ("instr", "db"),
    ("is_array", "s"),
    ("is_object", "s"),
    ("isnotnull", "d"),
    ("isnull", "d"),
    ("json_array", "b"),
    ("json_array_length", "d"),
    ("json_extract", "b"),
    ("json_extract_array", "b"),
    ("json_extract_scalar", "b"),
    ("json_extract_string_array", "b"),
    ("json_object", "b"),
    ("json_object_keys", "d"),
    ("json_query", "b"),
    ("json_query_array", "b"),
    ("json_tuple", "d"),
    ("json_value", "b"),
    ("json_value_array", "b"),
    ("lag", "dbs"),
    ("last", "d"),
    ("last_day", "dbs"),
    ("last_value", "dbs"),
    ("lcase", "d"),
    ("lead", "dbs"),
    ("least", "dbs"),
    ("left", "dbs"),
    ("len", "ds"),
    ("length", "dbs"),
    ("levenshtein", "d"),
    ("like", "ds"),
    ("listagg", "ds"),
    ("locate", "d"),
    ("logical_and", "b"),
    ("logical_or", "b"),
    ("lower", "dbs"),
    ("lpad", "dbs"),
    ("ltrim", "dbs"),
    ("map", "d"),
    ("map_concat", "d"),
    ("map_entries", "d"),
    ("map_from_arrays", "d"),
    ("map_from_entries", "d"),
    ("map_keys", "ds"),
    ("map_values", "d"),
    ("max", "dbs"),
    ("max_by", "dbs"),
    ("md5", "dbs"),
    ("median", "ds"),
    ("min", "dbs"),
    ("min_by", "dbs"),
    ("minute", "ds"),
    ("mod", "dbs"),
    ("mode", "ds"),
    ("month", "ds"),
    ("named_struct", "d"),
    ("now", "d"),
    ("nth_value", "dbs"),
    ("ntile", "dbs"),
    ("nullif", "dbs"),
    ("nullifzero", "ds"),
    ("nvl", "ds"),
    ("nvl2", "ds"),
    ("object_agg", "s"),
    ("object_construct", "s"),
    ("object_construct_keep_null", "s"),
    ("object_keys", "s"),
    ("octet_length", "dbs"),
    ("offset", "b"),
    ("ordinal", "b"),
    ("overlay", "d"),
    ("parse_json", "dbs"),
    ("parse_timestamp", "b"),
    ("percent_rank", "dbs"),
    ("position", "dsa"),
    ("quarter", "ds"),
    ("rank", "dbs"),
    ("regexp", "ds"),
    ("regexp_contains", "b"),
    ("regexp_count", "ds"),
    ("regexp_extract", "db"),
    ("regexp_extract_all", "db"),
    ("regexp_instr", "dbs"),
    ("regexp_like", "ds"),
    ("regexp_replace", "dbs"),
    ("regexp_substr", "dbs"),
    ("replace", "dbs"),
    ("reverse", "dbs"),
    ("right", "dbs"),
    ("rlike", "ds"),
    ("round", "dbs"),
    ("row_number", "dbs"),
    ("rpad", "dbs"),
    ("rtrim", "dbs"),
    ("safe_cast", "b"),
    ("safe_offset", "b"),
    ("safe_ordinal", "b"),
    ("second", "ds"),
    ("session_user", "dba"),
    ("sha1", "dbs"),
    ("sha2", "ds"),
    ("sha256", "b"),
    ("sign", "dbs"),
    ("size", "d"),
    ("slice", "d"),
    ("some", "d"),
    ("sort_array", "d"),
    ("split", "dbs"),
    ("split_part", "ds"),
    ("starts_with", "b"),
    ("startswith", "ds"),
    ("string", "db"),
    ("string_agg", "b"),
    ("strip_null_value", "s"),
    ("strpos", "b"),
    ("strtok", "s"),
    ("strtok_to_array", "s"),
    ("struct", "db"),
    ("substr", "dbs"),
    ("substring", "dbs"),
    ("substring_index", "d"),
    ("sum", "dbs"),
    ("timestamp", "db"),
    ("timestamp_diff", "b"),
    ("timestamp_micros", "db"),
    ("timestamp_millis", "db"),
    ("timestamp_seconds", "db"),
    ("timestamp_trunc", "b"),
    ("timestampadd", "ds"),
    ("timestampdiff", "ds"),
    ("to_array", "s"),
    ("to_boolean", "s"),
    ("to_char", "ds"),
    ("to_date", "ds"),
    ("to_decimal", "s"),
    ("to_double", "s"),
    ("to_hex", "b"),
    ("to_json", "dbs"),
    ("to_json_string", "b"),
    ("to_number", "ds"),
    ("to_object", "s"),
    ("to_timestamp", "ds"),
    ("to_timestamp_ltz", "s"),
    ("to_timestamp_ntz", "s"),
    ("to_timestamp_tz", "s"),
    ("to_varchar", "ds"),
    ("to_variant", "s"),
    ("transform", "ds"),
    ("translate", "dbs"),
    ("trim", "dbs"),
    ("trunc", "dbs"),
    ("try_cast", "ds"),
    ("try_element_at", "d"),
    ("try_parse_json", "ds"),
    ("try_to_boolean", "s"),
    ("try_to_date", "s"),
    ("try_to_number", "ds"),
    ("try_to_timestamp", "ds"),
    ("typeof", "ds"),
    ("ucase", "d"),
    ("unix_millis", "db"),
    ("unix_seconds", "db"),
    ("unix_timestamp", "d"),
    ("upper", "dbs"),
    ("user", "d"),
    ("version", "d"),
    ("week", "s"),
    ("year", "ds"),
    ("zeroifnull", "ds"),
];

/// Functions that turn a value into rows. Sorted.
const PURE_TABLES: &[Builtin] = &[
    ("explode", "d"),
    ("explode_outer", "d"),
    ("flatten", "s"),
    ("inline", "d"),
    ("inline_outer", "d"),
    ("json_tuple", "d"),
    ("posexplode", "d"),
    ("posexplode_outer", "d"),
    ("split_to_table", "s"),
    ("stack", "d"),
    ("strtok_split_to_table", "s"),
    ("unnest", "ba"),
    ("variant_explode", "d"),
    ("variant_explode_outer", "d"),
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

/// Whether the warehouse has a function of this name that yields a value which depends on nothing else, and does nothing else.
pub(crate) fn is_pure(name: &str, dialect: Dialect) -> bool {
    is_among(PURE, name, dialect)
}

/// Whether the warehouse has a function of this name that yields rows which depend on nothing but its arguments.
pub(crate) fn is_pure_table(name: &str, dialect: Dialect) -> bool {
    is_among(PURE_TABLES, name, dialect)
}

fn is_among(builtins: &[Builtin], name: &str, dialect: Dialect) -> bool {
    let found = builtins.binary_search_by_key(&name, |(builtin, _)| builtin);
    let Some((_, warehouses)) = found.ok().and_then(|index| builtins.get(index)) else {
        return false;
    };
    match dialect {
        Dialect::Databricks => warehouses.contains('d'),
        Dialect::BigQuery => warehouses.contains('b'),
        Dialect::Snowflake => warehouses.contains('s'),
        Dialect::Ansi | Dialect::Generic => {
            warehouses.contains('a') || warehouses.starts_with("dbs")
        }
    }
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
        assert_eq!(pure.find(|(name, _)| harm(name).is_some()), None);
    }
}
