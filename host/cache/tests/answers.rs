//! What answers of adapters do to the cache, and what the cache then answers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::sync::Arc;

use rocky_cache::{
    CacheConfig, CacheError, ChangeKind, Connection, Lookup, Outcome, Reader, SchemaInfo, Tap,
    Timestamp, Written, is_fresh,
};
use rocky_schema::{Coverage, Entry, Matching, SchemaName, Summary};
use support::*;
use tempfile::tempdir;

#[test]
fn a_second_look_at_unchanged_tables_writes_none_of_them() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let entries = [entry("a", &["x"]), entry("b", &["x", "y"])];
    let first = refresh(&config, &entries, 1);
    assert_eq!(
        first,
        Written {
            tables: 2,
            columns: 3,
            written: 2,
            ..Written::default()
        }
    );
    let second = refresh(&config, &entries, 2);
    assert_eq!(
        second,
        Written {
            tables: 2,
            columns: 3,
            unchanged: 2,
            ..Written::default()
        }
    );
    let info = snapshot(&config)
        .schema(ADAPTER, &flights())
        .unwrap()
        .unwrap();
    assert_eq!(info.cost, cost(2));
    assert_eq!(info.provenance, *provenance());
}

#[test]
fn a_changed_column_shows_in_last_changed_and_history_and_a_comment_in_neither() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("a", &["x"])], 1);
    refresh(&config, &[entry("a", &["x", "y"])], 2);
    let mut commented = table("a", &["x", "y"]);
    commented.comment = Some("all of it".into());
    commented.columns[1].comment = Some("why".into());
    commented.columns[1]
        .attributes
        .insert("partition_index".into(), "0".into());
    commented.attributes.insert("format".into(), "delta".into());
    let last = refresh(&config, &[Entry::Table(commented.clone())], 3);
    assert_eq!(last.written, 1);

    let found = lookup(&config, "a").table().unwrap();
    assert_eq!(found.table, commented);
    assert_eq!((found.first_seen, found.last_changed), (at(1), at(2)));
    let history = snapshot(&config)
        .history(ADAPTER, &flights().table("a"))
        .unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].at, at(2));
    assert_eq!(history[0].change, ChangeKind::Altered);
    assert_eq!(history[0].columns, table("a", &["x"]).columns);
}

#[test]
fn only_a_complete_answer_removes_tables() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("a", &["x"]), entry("b", &["x"])], 1);

    let partial = describe(&config, &flights(), &[entry("a", &["x"])], &truncated(), 2);
    assert_eq!(written(&partial).tables, 2);
    assert!(matches!(lookup(&config, "b"), Lookup::Fresh(_)));
    assert_eq!(lookup(&config, "c"), Lookup::Unknown);

    let summary = Summary {
        principal: Some("ada".into()),
        ..Summary::exhausted()
    };
    let complete = describe(&config, &flights(), &[entry("a", &["x"])], &summary, 3);
    assert_eq!(written(&complete).removed, 1);
    let not_visible = Lookup::NotVisible {
        principal: Some("ada".into()),
        described_at: at(3),
    };
    assert_eq!(lookup(&config, "b"), not_visible);
    let history = snapshot(&config)
        .history(ADAPTER, &flights().table("b"))
        .unwrap();
    assert_eq!(
        (history[0].at, history[0].change),
        (at(3), ChangeKind::Dropped)
    );
    assert_eq!(history[0].columns, table("b", &["x"]).columns);

    refresh(&config, &[entry("a", &["x"]), entry("b", &["x"])], 4);
    assert_eq!(lookup(&config, "b").table().unwrap().first_seen, at(4));
}

#[test]
fn a_table_that_failed_keeps_its_row_and_makes_absence_unknown() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("a", &["x"])], 1);
    let second = refresh(&config, &[failed("a"), failed("b")], 2);
    assert_eq!(
        second,
        Written {
            tables: 1,
            columns: 1,
            failed: 2,
            ..Written::default()
        }
    );
    assert!(matches!(lookup(&config, "a"), Lookup::Fresh(_)));
    assert_eq!(lookup(&config, "b"), Lookup::Unknown);
    assert!(
        !snapshot(&config)
            .schema(ADAPTER, &flights())
            .unwrap()
            .unwrap()
            .is_complete()
    );
}

#[test]
fn an_unchanged_table_keeps_its_row_and_revision_and_one_not_held_counts_as_failed() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let mut known = table("a", &["x"]);
    known.revision = Some("7".into());
    refresh(&config, &[Entry::Table(known)], 1);
    let second = refresh(&config, &[unchanged("a"), unchanged("ghost")], 2);
    assert_eq!((second.unchanged, second.failed, second.tables), (1, 1, 1));
    let snapshot = snapshot(&config);
    let info = snapshot.schema(ADAPTER, &flights()).unwrap().unwrap();
    assert_eq!((info.renewals, info.may_be_renewed()), (1, true));
    let revisions = snapshot
        .revisions(&*connection(Matching::Exact), &flights())
        .unwrap();
    assert_eq!(revisions, [("a".to_owned(), "7".to_owned())]);
}

#[test]
fn a_whole_schema_called_unchanged_is_renewed_or_refused() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let renew = |seconds| {
        let tap = Tap::start(&config);
        tap.schema(&connection(Matching::Exact), &provenance(), flights())
            .unchanged(cost(seconds));
        tap.finish()
    };
    assert!(matches!(
        failure(&renew(1)),
        CacheError::NothingToRenew { .. }
    ));
    refresh(&config, &[entry("a", &["x"])], 2);
    assert_eq!(written(&renew(3)).unchanged, 1);
    renew(4);
    let info = snapshot(&config)
        .schema(ADAPTER, &flights())
        .unwrap()
        .unwrap();
    assert_eq!(
        (info.cost.described_at, info.renewals, info.tables),
        (at(4), 2, 1)
    );
    (0..SchemaInfo::MOST_RENEWALS).for_each(|_| drop(renew(4)));
    let info = snapshot(&config)
        .schema(ADAPTER, &flights())
        .unwrap()
        .unwrap();
    assert!(!info.may_be_renewed());
    refresh(&config, &[entry("a", &["x"])], 5);
    assert_eq!(
        snapshot(&config)
            .schema(ADAPTER, &flights())
            .unwrap()
            .unwrap()
            .renewals,
        0
    );
}

#[test]
fn a_describe_that_stops_half_way_changes_nothing() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("a", &["x"])], 1);
    let tap = Tap::start(&config);
    let mut schema = tap.schema(&connection(Matching::Exact), &provenance(), flights());
    schema.page(&[entry("a", &["changed"]), entry("b", &["x"])]);
    drop(schema);
    assert!(tap.finish().schemas.is_empty());
    assert_eq!(cached(&config, "a").unwrap(), table("a", &["x"]));
    assert_eq!(cached(&config, "b"), None);
}

#[test]
fn a_schema_is_written_once_per_run_and_schemas_of_many_threads_all_arrive() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let tap = Tap::start(&config);
    std::thread::scope(|scope| {
        for index in 0..40 {
            let tap = tap.clone();
            scope.spawn(move || {
                let name = SchemaName::new("raw", format!("s{}", index % 20));
                let mut schema = tap.schema(&connection(Matching::Exact), &provenance(), name);
                schema.page(&[entry("a", &["x"])]);
                schema.done(&Summary::exhausted(), cost(index));
            });
        }
    });
    let report = tap.finish();
    let again = report
        .schemas
        .iter()
        .filter(|s| matches!(s.outcome, Outcome::AlreadyWritten));
    assert_eq!((report.schemas.len(), again.count()), (40, 20));
    assert_eq!(report.total().written, 20);
    let stats = snapshot(&config).stats(at(100), 60).unwrap();
    assert_eq!((stats.schemas, stats.tables, stats.layouts), (20, 20, 1));
}

#[test]
fn equal_connections_share_what_they_know_and_others_do_not() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("a", &["x"])], 1);
    let base = connection(Matching::Exact);
    let twin = Arc::new(Connection {
        adapter: "twin".into(),
        ..base.as_ref().clone()
    });
    let other = Arc::new(Connection {
        endpoint: "https://other.example".into(),
        ..base.as_ref().clone()
    });

    let snapshot = snapshot(&config);
    assert!(
        snapshot
            .schema(twin.as_ref(), &flights())
            .unwrap()
            .is_some()
    );
    assert!(
        snapshot
            .schema(other.as_ref(), &flights())
            .unwrap()
            .is_none()
    );
    assert!(
        snapshot.schema("twin", &flights()).unwrap().is_none(),
        "it has not written yet"
    );

    let tap = Tap::start(&config);
    tap.schema(&twin, &provenance(), flights())
        .unchanged(cost(2));
    tap.finish();
    let snapshot = support::snapshot(&config);
    assert_eq!(
        snapshot.schemas("twin").unwrap(),
        snapshot.schemas(ADAPTER).unwrap()
    );
    let adapters: Vec<_> = snapshot
        .connections()
        .unwrap()
        .into_iter()
        .map(|c| c.adapter)
        .collect();
    assert_eq!(adapters, [ADAPTER, "twin"]);
}

#[test]
fn history_forgets_what_is_older_than_its_days() {
    let directory = tempdir().unwrap();
    let config = CacheConfig {
        history_days: 1,
        ..config(directory.path())
    };
    let day = 86_400;
    for (step, seconds) in [0, 10, day + 5, day + 20].into_iter().enumerate() {
        refresh(&config, &[entry("a", &[&format!("c{step}")])], seconds);
    }
    let history = snapshot(&config)
        .history(ADAPTER, &flights().table("a"))
        .unwrap();
    let times: Vec<_> = history.iter().map(|change| change.at).collect();
    assert_eq!(times, [at(day + 5), at(day + 20)]);
}

#[test]
fn schemas_and_stats_tell_fresh_stale_and_incomplete_apart() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    describe(
        &config,
        &SchemaName::new("raw", "b"),
        &[entry("t", &["x"])],
        &truncated(),
        10,
    );
    describe(
        &config,
        &SchemaName::new("raw", "a"),
        &[entry("t", &["y"])],
        &Summary::exhausted(),
        90,
    );
    let snapshot = snapshot(&config);
    let names: Vec<_> = snapshot
        .schemas(ADAPTER)
        .unwrap()
        .into_iter()
        .map(|s| (s.name.schema, s.coverage))
        .collect();
    assert_eq!(
        names,
        [
            ("a".into(), Coverage::Exhausted),
            ("b".into(), Coverage::Truncated)
        ]
    );
    let stats = snapshot.stats(at(100), 60).unwrap();
    assert_eq!(stats.path, config.path);
    assert_eq!(stats.format_version, Some(rocky_cache::FORMAT_VERSION));
    let lake = &stats.adapters[0];
    assert_eq!(
        (
            lake.schemas,
            lake.tables,
            lake.fresh,
            lake.stale,
            lake.incomplete
        ),
        (2, 2, 1, 1, 1)
    );
    assert_eq!(
        snapshot
            .tables(ADAPTER, &SchemaName::new("raw", "a"))
            .unwrap()[0]
            .columns,
        1
    );
    assert!(snapshot.schemas("nobody").unwrap().is_empty());
}

#[test]
fn a_disabled_cache_touches_nothing() {
    let directory = tempdir().unwrap();
    // A path that cannot even be asked about: its parent is a file.
    let file = directory.path().join("file");
    std::fs::write(&file, "text").unwrap();
    let config = CacheConfig {
        enabled: false,
        ..CacheConfig::at(file.join("state.redb"))
    };
    assert!(Reader::open(&config).unwrap().is_none());
    let report = describe(
        &config,
        &flights(),
        &[entry("a", &["x"])],
        &Summary::exhausted(),
        1,
    );
    assert!(report.schemas.is_empty());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn reading_where_nothing_was_written_creates_nothing() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    assert!(Reader::open(&config).unwrap().is_none());
    let tap = Tap::start(&config);
    drop(tap.schema(&connection(Matching::Exact), &provenance(), flights()));
    tap.finish();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_reader_that_stays_open_follows_what_is_written() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("a", &["x"])], 1);
    let reader = Reader::open(&config).unwrap().unwrap();
    let before = reader.snapshot().unwrap();
    refresh(&config, &[entry("a", &["x"]), entry("b", &["x"])], 2);
    assert_eq!(before.tables(ADAPTER, &flights()).unwrap().len(), 1);
    assert_eq!(
        reader
            .snapshot()
            .unwrap()
            .tables(ADAPTER, &flights())
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn the_time_to_live_is_inclusive_and_safe_at_its_extremes() {
    let moment = Timestamp::from_millis;
    let check = |described_at, now, ttl, expected| {
        assert_eq!(
            is_fresh(described_at, now, ttl),
            expected,
            "{described_at:?} {now:?} {ttl}"
        );
    };
    check(moment(0), moment(60_000), 60, true);
    check(moment(0), moment(60_001), 60, false);
    check(moment(5), moment(5), 0, false);
    check(moment(5), moment(5), 1, true);
    check(moment(0), moment(u64::MAX), u64::MAX, true);
    check(moment(0), moment(u64::MAX), u64::MAX / 1000 - 1, false);
    check(moment(6), moment(5), u64::MAX, false);
}

#[test]
fn a_lookup_is_fresh_up_to_the_time_to_live_and_stale_after() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("a", &["x"])], 10);
    let snapshot = snapshot(&config);
    let ask = |now, ttl| {
        snapshot
            .table(ADAPTER, &flights().table("a"), at(now), ttl)
            .unwrap()
    };
    assert!(matches!(ask(70, 60), Lookup::Fresh(_)));
    assert!(matches!(ask(71, 60), Lookup::Stale(_)));
    assert!(matches!(ask(10, 0), Lookup::Stale(_)));
    assert!(matches!(ask(9, u64::MAX), Lookup::Stale(_)));
}

#[test]
fn a_schema_larger_than_the_buffer_goes_through_a_temporary_file() {
    let directory = tempdir().unwrap();
    let config = CacheConfig {
        buffer_bytes: 1000,
        ..config(directory.path())
    };
    let tables: Vec<_> = (0..300)
        .map(|i| table(&format!("t{i:03}"), &[&format!("c{i}"), "shared"]))
        .collect();
    let entries: Vec<_> = tables.iter().cloned().map(Entry::Table).collect();
    assert_eq!(refresh(&config, &entries, 1).written, 300);
    for table in tables.iter().step_by(37) {
        assert_eq!(cached(&config, &table.name).as_ref(), Some(table));
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("a", &["x"])], 1);
    let mode = std::fs::metadata(&config.path)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
