//! What the cache costs, beside what the same bytes cost in bare redb. Prints a table; asserts no time.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use redb::{Builder, ConcurrencyMode, ReadableDatabase, ReadableTable, TableDefinition};
use rocky_cache::{CacheConfig, Reader, Snapshot, Tap};
use rocky_schema::{Column, Entry, Matching, SchemaName, Summary, Table, TableName};
use support::{ADAPTER, at, config, connection, cost, flights, provenance};
use tempfile::tempdir;

const ROUNDS: usize = 9;

/// `count` tables of ten columns, no two alike.
fn entries(count: usize) -> Vec<Entry> {
    let table = |table: usize| {
        let columns =
            (0..10).map(|column| Column::new(format!("column_{table}_{column}"), "DECIMAL(10,2)"));
        let mut described = Table::new(format!("table_{table:06}"), columns.collect());
        described.revision = Some(format!("17000000{table:05}"));
        Entry::Table(described)
    };
    (0..count).map(table).collect()
}

fn run(path: &Path, schema: &SchemaName, entries: &[Entry], seconds: u64) {
    let config = config(path);
    let tap = Tap::start(&config);
    let mut schema = tap.schema(
        &connection(Matching::IgnoreCase),
        &provenance(),
        schema.clone(),
    );
    for page in entries.chunks(100) {
        schema.page(page);
    }
    schema.done(&Summary::exhausted(), cost(seconds));
    assert_eq!(tap.finish().failures().count(), 0);
}

/// The median of several runs of `work` on what `prepare` made.
fn median<T>(mut prepare: impl FnMut() -> T, mut work: impl FnMut(&mut T)) -> Duration {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let mut prepared = prepare();
            let start = Instant::now();
            work(&mut prepared);
            start.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

/// Every row of the cache in `from`, put into a new file by redb alone, in one transaction of the same kind.
fn raw_rows(from: &Path) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let database = Builder::new().open_read_only(config(from).path).unwrap();
    let transaction = database.begin_read().unwrap();
    let mut rows = Vec::new();
    let tables = TableDefinition::<(u32, &str), &[u8]>::new("rocky.cache.tables");
    for row in transaction.open_table(tables).unwrap().iter().unwrap() {
        let (key, value) = row.unwrap();
        let (id, name) = key.value();
        let key = [id.to_be_bytes().as_slice(), name.as_bytes()].concat();
        rows.push(("tables".to_owned(), key, value.value().to_vec()));
    }
    let layouts = TableDefinition::<u128, &[u8]>::new("rocky.cache.layouts");
    for row in transaction.open_table(layouts).unwrap().iter().unwrap() {
        let (key, value) = row.unwrap();
        rows.push((
            "layouts".to_owned(),
            key.value().to_be_bytes().to_vec(),
            value.value().to_vec(),
        ));
    }
    rows
}

fn raw_insert(path: &Path, rows: &[(String, Vec<u8>, Vec<u8>)]) {
    let database = Builder::new()
        .set_concurrency_mode(ConcurrencyMode::MultiWriter)
        .create(path.join("raw.redb"))
        .unwrap();
    let transaction = database.begin_write().unwrap();
    for group in ["tables", "layouts"] {
        let mut table = transaction
            .open_table(TableDefinition::<&[u8], &[u8]>::new(group))
            .unwrap();
        for (_, key, value) in rows.iter().filter(|row| row.0 == group) {
            table.insert(key.as_slice(), value.as_slice()).unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// An open, one row and a commit: what any change of the file costs.
fn raw_touch(path: &Path) {
    let database = Builder::new()
        .set_concurrency_mode(ConcurrencyMode::MultiWriter)
        .create(path.join("raw.redb"))
        .unwrap();
    let transaction = database.begin_write().unwrap();
    let definition = TableDefinition::<&[u8], &[u8]>::new("tables");
    transaction
        .open_table(definition)
        .unwrap()
        .insert(&b"key"[..], &b"value"[..])
        .unwrap();
    transaction.commit().unwrap();
}

fn print(what: &str, measured: Duration, baseline: Option<(&str, Duration)>, target: &str) {
    let millis = |time: Duration| format!("{:.3} ms", time.as_secs_f64() * 1000.0);
    let (baseline, ratio) = match baseline {
        Some((name, time)) => (
            format!("{} ({name})", millis(time)),
            format!("{:.2}", measured.as_secs_f64() / time.as_secs_f64()),
        ),
        None => (String::new(), String::new()),
    };
    println!(
        "{what:<48} | {:>12} | {baseline:<36} | {ratio:>6} | {target}",
        millis(measured)
    );
}

fn main() {
    println!(
        "{:<48} | {:>12} | {:<36} | {:>6} | target",
        "what", "measured", "baseline", "ratio"
    );
    writing();
    reading();
}

fn writing() {
    let entries = entries(10_000);
    let first = median(
        || tempdir().unwrap(),
        |path| run(path.path(), &flights(), &entries, 1),
    );
    let full = tempdir().unwrap();
    run(full.path(), &flights(), &entries, 1);
    let rows = raw_rows(full.path());
    let raw = median(|| tempdir().unwrap(), |path| raw_insert(path.path(), &rows));
    print(
        "tap and commit 100,000 columns of 10,000 tables",
        first,
        Some(("redb alone", raw)),
        "",
    );

    let mut seconds = 1;
    let mut refresh = |entries: &[Entry]| {
        median(
            || (),
            |()| {
                seconds += 1;
                run(full.path(), &flights(), entries, seconds);
            },
        )
    };
    let described = refresh(&entries);
    let known: Vec<_> = entries
        .iter()
        .map(|entry| Entry::Unchanged(entry.name().into()))
        .collect();
    let unchanged = refresh(&known);
    let touched = tempdir().unwrap();
    raw_insert(touched.path(), &rows);
    let touch = median(|| (), |()| raw_touch(touched.path()));
    let baseline = Some(("redb: open, one row, close", touch));
    print(
        "refresh 10,000 equal tables, described in full",
        described,
        baseline,
        "≤ 20 ms",
    );
    print(
        "refresh 10,000 tables called unchanged",
        unchanged,
        baseline,
        "≤ 20 ms",
    );
}

fn reading() {
    let directory = tempdir().unwrap();
    let entries = entries(10_000);
    for schema in 0..10 {
        let name = SchemaName::new("raw", format!("s{schema}"));
        run(directory.path(), &name, &entries, 1);
    }
    let config = config(directory.path());
    let names: Vec<_> = (0..1000)
        .map(|i| {
            SchemaName::new("raw", format!("s{}", i % 10)).table(format!("table_{:06}", i * 9))
        })
        .collect();
    lookups(&config, &names);
    lists(&config);
}

fn ask(snapshot: &Snapshot, name: &TableName) {
    let found = snapshot.table(ADAPTER, name, at(1), 60).unwrap();
    black_box(found.table().expect("held"));
}

fn lookups(config: &CacheConfig, names: &[TableName]) {
    let reader = Reader::open(config).unwrap().unwrap();
    let each = |total: Duration| total / u32::try_from(names.len()).unwrap();
    let every = |name: &TableName| ask(&reader.snapshot().unwrap(), name);
    let lookup = each(median(|| (), |()| names.iter().for_each(every)));
    let snapshot = reader.snapshot().unwrap();
    let shared = each(median(
        || (),
        |()| names.iter().for_each(|name| ask(&snapshot, name)),
    ));
    let raw = Some((
        "redb: snapshot, one get",
        each(raw_lookups(&config.path, names.len())),
    ));
    print("one lookup among 100,000 tables", lookup, raw, "≤ 0.020 ms");
    print(
        "one lookup in a snapshot already taken",
        shared,
        raw,
        "≤ 0.020 ms",
    );

    let cold = median(
        || (),
        |()| {
            let reader = Reader::open(config).unwrap().unwrap();
            ask(&reader.snapshot().unwrap(), &names[7]);
        },
    );
    let open = median(
        || (),
        |()| {
            let mut builder = Builder::new();
            builder.set_concurrency_mode(ConcurrencyMode::MultiWriter);
            black_box(builder.open_read_only(&config.path).unwrap());
        },
    );
    print(
        "open and one lookup",
        cold,
        Some(("redb: open", open)),
        "≤ 0.5 ms",
    );
}

fn lists(config: &CacheConfig) {
    let snapshot = support::snapshot(config);
    let schema = SchemaName::new("raw", "s3");
    let connection = connection(Matching::IgnoreCase);
    let list = median(
        || (),
        |()| drop(black_box(snapshot.tables(ADAPTER, &schema).unwrap())),
    );
    print("list the 10,000 tables of one schema", list, None, "");
    let revisions = median(
        || (),
        |()| {
            drop(black_box(
                snapshot.revisions(&*connection, &schema).unwrap(),
            ))
        },
    );
    print("all revisions of one schema", revisions, None, "");
}

fn raw_lookups(path: &Path, count: usize) -> Duration {
    let database = Builder::new()
        .set_concurrency_mode(ConcurrencyMode::MultiWriter)
        .open_read_only(path)
        .unwrap();
    let tables = TableDefinition::<(u32, &str), &[u8]>::new("rocky.cache.tables");
    median(
        || (),
        |()| {
            for index in 0..count {
                let transaction = database.begin_read().unwrap();
                let table = transaction.open_table(tables).unwrap();
                let name = format!("table_{:06}", index * 9);
                black_box(
                    table
                        .get((1, name.as_str()))
                        .unwrap()
                        .expect("held")
                        .value()
                        .len(),
                );
            }
        },
    )
}
