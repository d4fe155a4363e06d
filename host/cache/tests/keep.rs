//! What keeps the file in order: clearing, compacting, checking, and setting aside.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use rocky_cache::{
    CacheConfig, CacheError, Candidate, Cleared, Lookup, Reader, Stats, check, clear, compact,
    set_aside,
};
use rocky_schema::{SchemaName, Summary};
use support::*;
use tempfile::tempdir;

fn schema(name: &str) -> SchemaName {
    SchemaName::new("raw", name)
}

/// A cache with the schemas `a` and `B`, of two tables each; one table of each has changed once.
fn filled(directory: &Path) -> CacheConfig {
    let config = config(directory);
    for name in ["a", "B"] {
        for (seconds, column) in [(1, "x"), (2, "y")] {
            let entries = [entry("t1", &[column]), entry("T2", &["z", name])];
            describe(
                &config,
                &schema(name),
                &entries,
                &Summary::exhausted(),
                seconds,
            );
        }
    }
    config
}

fn stats(config: &CacheConfig) -> Stats {
    snapshot(config).stats(at(5), 60).unwrap()
}

fn changes(config: &CacheConfig, name: &str) -> usize {
    let table = schema(name).table("t1");
    snapshot(config).history(ADAPTER, &table).unwrap().len()
}

fn is(name: &'static str) -> impl FnMut(&Candidate<'_>) -> bool {
    move |candidate| candidate.schema.name.schema == name
}

#[test]
fn what_is_cleared_is_gone_and_the_rest_stays() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    let expected = Cleared {
        schemas: 1,
        tables: 2,
        history: 0,
    };
    let snapshot = snapshot(&config);
    assert_eq!(snapshot.clearable(false, is("B")).unwrap(), expected);
    drop(snapshot);
    assert_eq!(clear(&config, false, is("B")).unwrap(), expected);
    assert_eq!(clear(&config, false, is("B")).unwrap(), Cleared::default());
    assert_eq!((stats(&config).schemas, stats(&config).tables), (1, 2));
    let reader = Reader::open(&config).unwrap().unwrap();
    let snapshot = reader.snapshot().unwrap();
    let look = |name: &str, table: &str| {
        let name = schema(name).table(table);
        snapshot.table(ADAPTER, &name, at(5), 60).unwrap()
    };
    for table in ["t1", "T2"] {
        assert_eq!(look("B", table), Lookup::Unknown);
        assert!(matches!(look("a", table), Lookup::Fresh(_)));
    }
    assert!(check(&config).unwrap().is_some());
}

#[test]
fn who_chooses_sees_who_described_what() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    let mut seen = Vec::new();
    clear(&config, false, |candidate| {
        seen.push((
            candidate.adapters.to_vec(),
            candidate.connection.plugin.clone(),
            candidate.schema.name.to_string(),
            candidate.schema.cost.described_at,
        ));
        false
    })
    .unwrap();
    let line = |name: &str| {
        let adapters = vec![ADAPTER.to_owned()];
        let plugin = "databricks".to_owned();
        (adapters, plugin, schema(name).to_string(), at(2))
    };
    assert_eq!(seen, [line("B"), line("a")]);
}

#[test]
fn history_outlives_clearing_unless_it_is_cleared_too() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    assert_eq!(changes(&config, "a"), 1);
    clear(&config, false, |_| true).unwrap();
    assert_eq!((changes(&config, "a"), changes(&config, "B")), (1, 1));
    // Compaction keeps it, and what it needs.
    compact(&config, at(3)).unwrap();
    assert_eq!(changes(&config, "a"), 1);
    // It goes on when the schema is described again.
    for (seconds, column) in [(6, "v"), (7, "w")] {
        let entries = [entry("t1", &[column])];
        describe(
            &config,
            &schema("a"),
            &entries,
            &Summary::exhausted(),
            seconds,
        );
    }
    assert_eq!(changes(&config, "a"), 2);
    let cleared = clear(&config, true, |_| true).unwrap();
    assert_eq!(
        (cleared.schemas, cleared.tables, cleared.history),
        (1, 1, 2)
    );
    assert_eq!(changes(&config, "a"), 0);
    assert!(check(&config).unwrap().is_some());
}

#[test]
fn a_cleared_schema_can_be_described_again_in_any_letter_case() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    for seconds in [1, 3] {
        let tap = rocky_cache::Tap::start(&config);
        let connection = connection(rocky_schema::Matching::IgnoreCase);
        let mut schema = tap.schema(&connection, &provenance(), schema("Mixed"));
        schema.page(&[entry("T", &["x"])]);
        schema.done(&Summary::exhausted(), cost(seconds));
        assert_eq!(tap.finish().failures().count(), 0);
        let name = SchemaName::new("RAW", "mixed").table("t");
        let found = snapshot(&config).table(ADAPTER, &name, at(3), 60).unwrap();
        assert_eq!(found.table().unwrap().name.to_string(), "raw.Mixed.T");
        clear(&config, false, |_| true).unwrap();
        let found = snapshot(&config).table(ADAPTER, &name, at(3), 60).unwrap();
        assert_eq!(found, Lookup::Unknown);
    }
}

#[test]
fn where_there_is_no_cache_nothing_is_made_and_nothing_is_wrong() {
    let directory = tempdir().unwrap();
    let mut config = config(directory.path());
    let nothing = |config: &CacheConfig| {
        assert_eq!(clear(config, true, |_| true).unwrap(), Cleared::default());
        assert_eq!(compact(config, at(1)).unwrap(), None);
        assert_eq!(check(config).unwrap(), None);
        assert_eq!(set_aside(config).unwrap(), None);
    };
    nothing(&config);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    fs::write(&config.path, "").unwrap();
    nothing(&config);
    assert_eq!(fs::metadata(&config.path).unwrap().len(), 0);
    fs::write(&config.path, "not even looked at").unwrap();
    config.enabled = false;
    nothing(&config);
}

#[test]
fn compaction_removes_what_nothing_uses_and_gives_the_space_back() {
    let directory = tempdir().unwrap();
    let mut config = config(directory.path());
    config.history_days = 1;
    let entries = |version: u64| -> Vec<_> {
        let columns: Vec<String> = (0..20).map(|i| format!("column_{version}_{i}")).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        (0..200)
            .map(|i| {
                entry(
                    &format!("t{i}"),
                    &[&columns[..], &[&format!("own{i}")]].concat(),
                )
            })
            .collect()
    };
    refresh(&config, &entries(1), 1);
    refresh(&config, &entries(2), 2);
    assert_eq!(stats(&config).layouts, 400);
    // The history is still young.
    let first = compact(&config, at(86_402)).unwrap().unwrap();
    assert_eq!((first.layouts, first.history), (0, 0));
    let second = compact(&config, at(86_403)).unwrap().unwrap();
    assert_eq!((second.layouts, second.history), (200, 200));
    assert!(second.shrunk && second.bytes_after < second.bytes_before);
    assert_eq!((stats(&config).layouts, stats(&config).tables), (200, 200));
    let empty = clear(&config, true, |_| true).unwrap();
    assert_eq!(empty.tables, 200);
    let third = compact(&config, at(86_403)).unwrap().unwrap();
    assert_eq!((third.layouts, third.connections), (200, 1));
    assert!(third.bytes_after < second.bytes_after);
    assert_eq!(stats(&config).adapters.len(), 0);
    refresh(&config, &entries(3), 5);
    assert_eq!(stats(&config).tables, 200);
    assert!(check(&config).unwrap().is_some());
}

#[test]
fn what_somebody_reads_is_not_moved_but_the_sweep_is_done() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    clear(&config, true, is("a")).unwrap();
    let reading = snapshot(&config);
    let compacted = compact(&config, at(5)).unwrap().unwrap();
    assert!(!compacted.shrunk);
    assert_eq!(compacted.layouts, 1);
    assert_eq!(reading.stats(at(5), 60).unwrap().tables, 2);
    drop(reading);
    assert!(compact(&config, at(5)).unwrap().unwrap().shrunk);
}

#[test]
fn tables_of_other_programs_survive_clearing_and_compacting() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    let theirs = TableDefinition::<u32, &str>::new("theirs");
    let database = Database::open(&config.path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction
        .open_table(theirs)
        .unwrap()
        .insert(1, "value")
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    clear(&config, true, |_| true).unwrap();
    assert!(compact(&config, at(5)).unwrap().unwrap().shrunk);
    let database = Database::open(&config.path).unwrap();
    let read = database.begin_read().unwrap();
    let theirs = read.open_table(theirs).unwrap();
    assert_eq!(theirs.get(1).unwrap().unwrap().value(), "value");
}

#[test]
fn every_flipped_bit_that_matters_is_found_and_none_is_changed() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    let whole = fs::read(&config.path).unwrap();
    let sound = check(&config).unwrap().unwrap();
    assert_eq!((sound.schemas, sound.tables, sound.layouts), (2, 4, 4));
    let used: Vec<_> = (4096..whole.len()).filter(|i| whole[*i] != 0).collect();
    let mut found = 0;
    for position in used.iter().step_by(used.len() / 60 + 1) {
        let mut bytes = whole.clone();
        bytes[*position] ^= 1 << (position % 8);
        fs::write(&config.path, &bytes).unwrap();
        match check(&config) {
            Ok(_) => {
                // What nothing uses any more is no damage: all that was written is there.
                assert_eq!(check(&config).unwrap(), Some(sound));
            }
            Err(CacheError::Damaged { .. }) => found += 1,
            Err(other) => panic!("{position}: {other}"),
        }
        assert!(fs::read(&config.path).unwrap() == bytes, "{position}");
    }
    assert!(found > 0);
}

#[test]
fn a_broken_file_is_moved_aside_under_a_name_that_is_free() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    assert_eq!(set_aside(&config).unwrap(), None);
    let whole = fs::read(&config.path).unwrap();
    let half = &whole[..whole.len() / 2];
    for (content, name) in [
        (&b"text"[..], "state.redb.broken"),
        (half, "state.redb.broken-2"),
    ] {
        fs::write(&config.path, content).unwrap();
        assert!(check(&config).unwrap_err().is_beyond_use());
        let aside = set_aside(&config).unwrap().unwrap();
        assert_eq!(aside, directory.path().join(name));
        assert!(fs::read(aside).unwrap() == content);
        assert!(!config.path.exists());
    }
    refresh(&config, &[entry("a", &["x"])], 1);
}

/// Writes another format into the file.
fn set_format(config: &CacheConfig, version: u64) {
    let database = Database::open(&config.path).unwrap();
    let transaction = database.begin_write().unwrap();
    let meta = TableDefinition::<&str, u64>::new("rocky.cache.meta");
    transaction
        .open_table(meta)
        .unwrap()
        .insert("format", version)
        .unwrap();
    transaction.commit().unwrap();
}

#[test]
fn a_newer_file_stays_and_an_older_one_may_be_moved() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    set_format(&config, 99);
    for error in [
        check(&config).unwrap_err(),
        set_aside(&config).unwrap_err(),
        clear(&config, false, |_| true).unwrap_err(),
        compact(&config, at(1)).unwrap_err(),
    ] {
        assert!(matches!(error, CacheError::Format { .. }), "{error}");
    }
    set_format(&config, 0);
    let error = check(&config).unwrap_err();
    assert!(matches!(error, CacheError::Outdated { .. }), "{error}");
    assert!(set_aside(&config).unwrap().is_some());
}

#[test]
fn what_is_no_file_or_locked_is_not_moved() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    let database = Database::open(&config.path).unwrap();
    let error = set_aside(&config).unwrap_err();
    assert!(matches!(error, CacheError::Locked { .. }), "{error}");
    drop(database);
    fs::remove_file(&config.path).unwrap();
    fs::create_dir(&config.path).unwrap();
    let error = set_aside(&config).unwrap_err();
    assert!(matches!(error, CacheError::NotAFile { .. }), "{error}");
    assert!(config.path.exists());
}

#[test]
fn an_unfinished_file_is_sound_and_checking_leaves_it_as_it_is() {
    let directory = tempdir().unwrap();
    let config = filled(directory.path());
    let open = redb::Builder::new()
        .set_concurrency_mode(redb::ConcurrencyMode::MultiWriter)
        .open(&config.path)
        .unwrap();
    let unfinished = fs::read(&config.path).unwrap();
    let copy = CacheConfig::at(directory.path().join("copy.redb"));
    fs::write(&copy.path, &unfinished).unwrap();
    // Also while somebody has it open for writing.
    for config in [&copy, &config] {
        assert_eq!(check(config).unwrap().unwrap().tables, 4);
    }
    // A snapshot needs no reader any more.
    let reader = Reader::open_untouched(&copy).unwrap().unwrap();
    let snapshot = reader.snapshot().unwrap();
    drop(reader);
    let found = snapshot.clearable(true, |_| true).unwrap();
    assert_eq!((found.schemas, found.tables, found.history), (2, 4, 2));
    drop(snapshot);
    assert!(fs::read(&copy.path).unwrap() == unfinished);
    drop(open);
}
