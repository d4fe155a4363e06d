//! Every statement of `corpus/` gets the verdict that is written there.

mod support;

use rocky_guard::{Level, Refused, check};
use support::{Case, corpus};

/// Collects what differs, so that one run shows all of it.
fn each(verdict: &str, differs: impl Fn(&Case) -> Option<String>) {
    let differing: Vec<String> = corpus(verdict).iter().filter_map(differs).collect();
    assert!(differing.is_empty(), "\n{}", differing.join("\n"));
}

/// What is wrong with a verdict that should be a refusal.
fn wrong(case: &Case, verdict: Result<(), Refused>) -> Option<String> {
    let Case { dialect, sql, .. } = case;
    let Err(refused) = verdict else {
        return Some(format!("{dialect}: passed: {sql}"));
    };
    let reason = refused.to_string();
    let expected = case.reason.as_deref().unwrap_or_default();
    (!reason.starts_with(expected)).then(|| format!("{dialect}: {sql}\n    {reason}"))
}

#[test]
fn what_is_metadata_passes_at_both_levels() {
    each("metadata", |Case { dialect, sql, .. }| {
        let refused = [Level::Metadata, Level::Read].map(|level| check(dialect, sql, level));
        (refused != [Ok(()), Ok(())]).then(|| format!("{dialect}: {sql}\n    {refused:?}"))
    });
}

#[test]
fn what_reads_more_passes_only_as_a_read() {
    each("read", |case| {
        match check(&case.dialect, &case.sql, Level::Read) {
            Err(refused) => Some(format!("{}: {}\n    {refused}", case.dialect, case.sql)),
            Ok(()) => wrong(case, check(&case.dialect, &case.sql, Level::Metadata)),
        }
    });
}

#[test]
fn what_is_refused_never_passes() {
    each("refused", |case| {
        let at_metadata = check(&case.dialect, &case.sql, Level::Metadata);
        match at_metadata {
            Ok(()) => Some(format!(
                "{}: passed as metadata: {}",
                case.dialect, case.sql
            )),
            Err(_) => wrong(case, check(&case.dialect, &case.sql, Level::Read)),
        }
    });
}

#[test]
fn a_dialect_that_is_not_known_is_refused() {
    for dialect in ["", "Databricks", "mysql", "databricks\u{1b}"] {
        let refused = check(dialect, "SELECT 1", Level::Read);
        assert!(
            matches!(refused, Err(Refused::UnknownDialect { .. })),
            "{dialect:?}"
        );
    }
}
