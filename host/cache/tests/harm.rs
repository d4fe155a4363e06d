//! Files that are broken, foreign, locked or out of reach: typed errors, nothing lost, nothing touched.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use rocky_cache::{CacheConfig, CacheError, Lookup, Reader, TapReport, Timestamp};
use rocky_schema::{Entry, Summary, Table};
use support::*;
use tempfile::tempdir;

/// A run that meets the file as it is.
fn tap(config: &CacheConfig) -> TapReport {
    describe(
        config,
        &flights(),
        &[entry("new", &["x"])],
        &Summary::exhausted(),
        9,
    )
}

fn open_error(config: &CacheConfig) -> CacheError {
    match Reader::open(config) {
        Ok(_) => panic!("the file opened"),
        Err(error) => error,
    }
}

/// Both a run and a reader get an error like `expected` that names the path, and the file keeps its bytes.
fn check_refused(config: &CacheConfig, expected: impl Fn(&CacheError) -> bool) {
    let before = fs::read(&config.path).unwrap();
    let report = tap(config);
    let written = failure(&report);
    let read = open_error(config);
    for error in [written, &read] {
        assert!(expected(error), "{error:?}");
        assert!(
            error.to_string().contains(config.path.to_str().unwrap()),
            "{error}"
        );
    }
    assert!(
        fs::read(&config.path).unwrap() == before,
        "the file was changed"
    );
    assert_eq!(
        fs::read_dir(config.path.parent().unwrap()).unwrap().count(),
        1
    );
}

/// A cache with a few tables, cleanly closed.
fn filled(directory: &Path) -> (CacheConfig, Vec<Table>) {
    let config = config(directory);
    let tables: Vec<_> = (0..40)
        .map(|i| table(&format!("t{i}"), &[&format!("c{i}"), "id", "name"]))
        .collect();
    let entries: Vec<_> = tables.iter().cloned().map(Entry::Table).collect();
    refresh(&config, &entries, 1);
    (config, tables)
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    for content in [&b"x"[..], b"SQLite format 3\0", &[0; 100_000]] {
        fs::write(&config.path, content).unwrap();
        check_refused(&config, |error| matches!(error, CacheError::NotRedb { .. }));
    }
}

fn set_format(config: &CacheConfig, version: u64) {
    let database = Database::open(&config.path).unwrap();
    let transaction = database.begin_write().unwrap();
    let meta = TableDefinition::<&str, u64>::new("rocky.cache.meta");
    let mut table = transaction.open_table(meta).unwrap();
    table.insert("format", version).unwrap();
    drop(table);
    transaction.commit().unwrap();
}

#[test]
fn an_older_format_is_read_and_grows_with_the_first_write() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &[entry("a", &["x"])], 1);
    set_format(&config, 1);
    let format = || snapshot(&config).stats(at(1), 60).unwrap().format_version;
    assert_eq!(format(), Some(1));
    assert!(cached(&config, "a").is_some());
    refresh(&config, &[entry("a", &["y"])], 2);
    assert_eq!(format(), Some(rocky_cache::FORMAT_VERSION));
    assert!(cached(&config, "a").is_some());
}

#[test]
fn a_newer_format_is_refused() {
    let directory = tempdir().unwrap();
    let (config, _) = filled(directory.path());
    set_format(&config, 99);
    check_refused(
        &config,
        |error| matches!(error, CacheError::Format { what, .. } if what.contains("99")),
    );
}

#[test]
fn a_truncated_file_is_refused() {
    let directory = tempdir().unwrap();
    let (config, _) = filled(directory.path());
    let whole = fs::read(&config.path).unwrap();
    for keep in [100, 5000, whole.len() / 2, whole.len() - 1] {
        fs::write(&config.path, &whole[..keep]).unwrap();
        let report = tap(&config);
        let error = failure(&report);
        assert!(
            matches!(
                error,
                CacheError::Damaged { .. } | CacheError::NotRedb { .. }
            ),
            "{keep}: {error:?}"
        );
        read_everything(&config, &[]);
        assert!(
            fs::read(&config.path).unwrap() == whole[..keep],
            "{keep}: the file was changed"
        );
    }
}

#[test]
fn a_damaged_header_is_survived_or_refused_and_a_refused_file_keeps_its_bytes() {
    let directory = tempdir().unwrap();
    let (config, tables) = filled(directory.path());
    let whole = fs::read(&config.path).unwrap();
    for position in 0..320 {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x55;
        fs::write(&config.path, &bytes).unwrap();
        if Reader::open(&config).is_err() {
            assert!(
                fs::read(&config.path).unwrap() == bytes,
                "{position}: the file was changed"
            );
        }
        read_everything(&config, &tables);
    }
}

/// Asks for everything; a panic or a table other than those written fails the test, an error does not.
fn read_everything(config: &CacheConfig, tables: &[Table]) {
    let Ok(Some(reader)) = Reader::open(config) else {
        return;
    };
    let Ok(snapshot) = reader.snapshot() else {
        return;
    };
    let _ = snapshot.connections();
    let _ = snapshot.schemas(ADAPTER);
    let _ = snapshot.tables(ADAPTER, &flights());
    let _ = snapshot.revisions(ADAPTER, &flights());
    let _ = snapshot.stats(at(1), 60);
    for table in tables {
        let name = flights().table(table.name.clone());
        let _ = snapshot.history(ADAPTER, &name);
        if let Ok(Lookup::Fresh(cached)) = snapshot.table(ADAPTER, &name, at(1), 60) {
            assert_eq!(cached.table, *table);
            assert_eq!(cached.described_at, at(1));
        }
    }
}

/// How many bytes are flipped, unless the environment says otherwise: with a million, each that is used.
const FLIPS: &str = "ROCKY_CACHE_FLIPS";

/// Flips one bit after the other of a file with this content, reads it, and has a run write it.
fn check_flipped(config: &CacheConfig, tables: &[Table], whole: &[u8]) {
    let flips = std::env::var(FLIPS).ok().and_then(|it| it.parse().ok());
    let used: Vec<_> = (320..whole.len()).filter(|i| whole[*i] != 0).collect();
    for position in used.iter().step_by(used.len() / flips.unwrap_or(150) + 1) {
        let mut bytes = whole.to_vec();
        bytes[*position] ^= 1 << (position % 8);
        fs::write(&config.path, &bytes).unwrap();
        read_everything(config, tables);
        // Reading may have repaired it.
        let before = fs::read(&config.path).unwrap();
        let report = tap(config);
        if report.failures().next().is_some() {
            let after = fs::read(&config.path).unwrap();
            assert!(after == before, "{position}: a refused file was changed");
        }
        read_everything(config, &[]);
    }
}

#[test]
fn flipped_bytes_never_panic_and_never_become_an_answer() {
    let directory = tempdir().unwrap();
    let (config, tables) = filled(directory.path());
    let whole = fs::read(&config.path).unwrap();
    check_flipped(&config, &tables, &whole);
}

#[test]
fn flipped_bytes_of_a_file_that_was_not_closed_do_no_more_harm() {
    let directory = tempdir().unwrap();
    let (config, tables) = filled(directory.path());
    let open = redb::Builder::new()
        .set_concurrency_mode(redb::ConcurrencyMode::MultiWriter)
        .open(&config.path)
        .unwrap();
    let unfinished = fs::read(&config.path).unwrap();
    let copy = CacheConfig::at(directory.path().join("copy.redb"));
    check_flipped(&copy, &tables, &unfinished);
    drop(open);
}

#[test]
fn a_directory_in_place_of_the_file_is_refused() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    fs::create_dir(&config.path).unwrap();
    let report = tap(&config);
    assert!(matches!(failure(&report), CacheError::NotAFile { .. }));
    assert!(matches!(open_error(&config), CacheError::NotAFile { .. }));
    assert_eq!(fs::read_dir(&config.path).unwrap().count(), 0);
}

#[test]
fn a_missing_directory_is_named_and_not_created() {
    let directory = tempdir().unwrap();
    let config = CacheConfig::at(directory.path().join("none/state.redb"));
    let report = tap(&config);
    assert!(matches!(failure(&report), CacheError::Denied { .. }));
    assert!(Reader::open(&config).unwrap().is_none());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_another_program_has_locked_is_refused_and_unchanged() {
    let directory = tempdir().unwrap();
    let (config, _) = filled(directory.path());
    let database = Database::open(&config.path).unwrap();
    check_refused(&config, |error| matches!(error, CacheError::Locked { .. }));
    drop(database);
    assert!(tap(&config).failures().next().is_none());
}

#[test]
fn an_empty_file_is_an_empty_cache() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    fs::write(&config.path, "").unwrap();
    assert!(Reader::open(&config).unwrap().is_none());
    assert!(tap(&config).failures().next().is_none());
    assert!(cached(&config, "new").is_some());
}

#[test]
fn tables_of_other_programs_in_the_same_file_stay_as_they_are() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let foreign = TableDefinition::<&str, &str>::new("theirs");
    let database = Database::create(&config.path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction
        .open_table(foreign)
        .unwrap()
        .insert("key", "value")
        .unwrap();
    transaction.commit().unwrap();
    drop(database);

    let empty = snapshot(&config);
    assert_eq!(empty.stats(at(1), 60).unwrap().format_version, None);
    assert_eq!(
        empty
            .table(ADAPTER, &flights().table("new"), at(1), 60)
            .unwrap(),
        Lookup::Unknown
    );
    drop(empty);
    refresh(&config, &[entry("a", &["x"])], 1);
    refresh(&config, &[], 2);

    let database = Database::open(&config.path).unwrap();
    let theirs = database.begin_read().unwrap().open_table(foreign).unwrap();
    assert_eq!(theirs.get("key").unwrap().unwrap().value(), "value");
    assert_eq!(theirs.iter().unwrap().count(), 1);
}

#[test]
fn a_file_that_was_not_closed_is_repaired_by_the_first_who_opens_it() {
    let directory = tempdir().unwrap();
    let (config, tables) = filled(directory.path());
    // A copy of a file that is open for writing is what a killed writer leaves.
    let open = redb::Builder::new()
        .set_concurrency_mode(redb::ConcurrencyMode::MultiWriter)
        .open(&config.path)
        .unwrap();
    for reader_first in [true, false] {
        let copy = CacheConfig::at(directory.path().join(format!("copy-{reader_first}.redb")));
        fs::copy(&config.path, &copy.path).unwrap();
        if reader_first {
            assert_eq!(cached(&copy, "t7").as_ref(), Some(&tables[7]));
        } else {
            assert!(tap(&copy).failures().next().is_none());
            assert!(cached(&copy, "new").is_some());
        }
    }
    drop(open);
}

#[test]
fn an_unfinished_file_that_is_also_truncated_is_refused() {
    let directory = tempdir().unwrap();
    let (original, _) = filled(directory.path());
    let open = redb::Builder::new()
        .set_concurrency_mode(redb::ConcurrencyMode::MultiWriter)
        .open(&original.path)
        .unwrap();
    let bytes = fs::read(&original.path).unwrap();
    let other = tempdir().unwrap();
    let config = config(other.path());
    for keep in [400, 4096, 12_288, bytes.len() / 2] {
        fs::write(&config.path, &bytes[..keep]).unwrap();
        check_refused(&config, |error| {
            matches!(
                error,
                CacheError::Damaged { .. } | CacheError::NotRedb { .. }
            )
        });
    }
    drop(open);
}

/// Without the privileges of root, which may write to anything.
#[cfg(unix)]
#[test]
fn a_directory_and_file_that_cannot_be_written_are_read_all_the_same() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempdir().unwrap();
    let (config, tables) = filled(directory.path());
    let open = redb::Builder::new()
        .set_concurrency_mode(redb::ConcurrencyMode::MultiWriter)
        .open(&config.path)
        .unwrap();
    let unfinished = fs::read(&config.path).unwrap();
    drop(open);
    let finished = fs::read(&config.path).unwrap();
    for content in [finished, unfinished] {
        fs::write(&config.path, &content).unwrap();
        fs::set_permissions(&config.path, fs::Permissions::from_mode(0o400)).unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o500)).unwrap();
        let privileged = fs::OpenOptions::new()
            .write(true)
            .open(&config.path)
            .is_ok();
        if !privileged {
            let report = tap(&config);
            assert!(matches!(failure(&report), CacheError::Denied { .. }));
        }
        assert_eq!(cached(&config, "t7").as_ref(), Some(&tables[7]));
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
        fs::set_permissions(&config.path, fs::Permissions::from_mode(0o600)).unwrap();
        if !privileged {
            assert!(
                fs::read(&config.path).unwrap() == content,
                "the file was changed"
            );
        }
    }
}

#[test]
fn a_run_without_cache_warns_once_and_reports_every_schema() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    fs::write(&config.path, "text").unwrap();
    let tap = rocky_cache::Tap::start(&config);
    for index in 0..5 {
        let name = rocky_schema::SchemaName::new("raw", format!("s{index}"));
        let connection = connection(rocky_schema::Matching::Exact);
        let mut schema = tap.schema(&connection, &provenance(), name);
        schema.page(&[entry("a", &["x"])]);
        schema.done(&Summary::exhausted(), cost(1));
    }
    let report = tap.finish();
    assert_eq!((report.schemas.len(), report.failures().count()), (5, 5));
    assert_eq!(report.total(), rocky_cache::Written::default());
    assert_eq!(fs::read(&config.path).unwrap(), b"text");
}

#[test]
fn times_convert_without_loss() {
    let moment = Timestamp::from_millis(1_700_000_000_123);
    assert_eq!(Timestamp::from(std::time::SystemTime::from(moment)), moment);
}
