//! Many processes, one cache file.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::SystemTime;

use rocky_cache::{CacheConfig, Reader, Timestamp};
use rocky_emulator::{Action, Fault};
use rocky_schema::SchemaName;

use crate::clocks::{describe, table};
use crate::project::{Lake, Output, add_tables, empty_warehouse};

const TABLES: [&str; 4] = ["t1", "t2", "t3", "t4"];

/// Gives every table this many columns.
fn set_columns(lake: &Lake, count: usize) {
    let columns: Vec<String> = (0..count).map(|index| format!("c{index}")).collect();
    let columns: Vec<(&str, &str)> = columns.iter().map(|name| (name.as_str(), "int")).collect();
    add_tables(
        &lake.emulator,
        "s",
        &TABLES.map(|name| (name, &columns[..])),
    );
}

fn lake() -> Lake {
    let lake = Lake::new(empty_warehouse(), &["s"], "");
    set_columns(&lake, 1);
    assert_eq!(lake.run().code, Some(0));
    lake
}

#[test]
fn readers_are_never_refused_and_never_find_nothing_while_a_run_writes() {
    const ROUNDS: usize = 8;
    let lake = lake();
    let is_over = AtomicBool::new(false);
    let read = |table: &str| {
        let name = format!("c.s.{table}");
        let mut seen = 1;
        let mut answers = 0;
        while answers == 0 || !is_over.load(Ordering::Acquire) {
            let columns = lake.json(&["schema", "show", &name])["columns"]
                .as_array()
                .unwrap()
                .len();
            assert!(columns >= seen, "after {seen} columns came {columns}");
            seen = columns;
            answers += 1;
        }
        answers
    };
    let answers = thread::scope(|scope| {
        let readers = ["t1", "t2", "t4"].map(|table| scope.spawn(move || read(table)));
        for round in 2..=ROUNDS {
            set_columns(&lake, round);
            let run = lake.run();
            assert_eq!(
                (run.counts("s"), run.warnings().len()),
                (Some([4, 0, 0]), 0),
                "{run}"
            );
        }
        is_over.store(true, Ordering::Release);
        readers.map(|reader| reader.join().unwrap())
    });
    assert!(answers.iter().all(|count| *count > 0), "{answers:?}");
}

#[test]
fn two_runs_at_once_both_write() {
    let emulator = empty_warehouse();
    for schema in ["a", "b", "d"] {
        add_tables(
            &emulator,
            schema,
            &TABLES.map(|name| (name, &[("x", "int")][..])),
        );
    }
    let lake = Lake::new(emulator, &[], "");
    let run = |schemas: &[&str]| -> Output {
        let flags = schemas.iter().flat_map(|schema| ["--schema", schema]);
        let arguments: Vec<&str> = ["run", "--output", "json", "--catalog", "c"]
            .into_iter()
            .chain(flags)
            .collect();
        let mut command: Command = lake.command(&arguments);
        lake.finish(&mut command)
    };
    lake.write(
        "rocky.toml",
        crate::project::config(&lake.emulator.url(), &["a"], ""),
    );
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| run(&["a", "b"]));
        let second = scope.spawn(|| run(&["b", "d"]));
        (first.join().unwrap(), second.join().unwrap())
    });
    for run in [&first, &second] {
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    }
    for schema in ["c.a", "c.b", "c.d"] {
        assert_eq!(
            lake.cached_tables(schema),
            Some(TABLES.map(str::to_owned).to_vec())
        );
    }
}

/// Schemas and tables of each of a large cache: 100,000 tables.
const LARGE: [usize; 2] = [1000, 100];

fn large_lake() -> Lake {
    let lake = Lake::new(empty_warehouse(), &["s"], "");
    add_tables(&lake.emulator, "slow", &[("t", &[("x", "int")])]);
    let [schemas, tables] = LARGE;
    let tables: Vec<_> = (0..tables).map(|i| table(&format!("t{i}"))).collect();
    let schemas: Vec<_> = (0..schemas)
        .map(|i| (format!("s{i}"), tables.clone()))
        .collect();
    describe(&lake, &schemas, SystemTime::now());
    lake
}

/// A run that has written one schema and waits for the warehouse to answer about another, for as long as it takes.
fn start_long_run(lake: &Lake) -> Child {
    let hang = Fault::on("/tables", Action::Hang).query("schema_name=slow");
    lake.emulator.fault(hang.forever());
    let arguments = ["run", "--catalog", "c", "--schema", "s", "--schema", "slow"];
    let mut command = lake.command(&arguments);
    let run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    while lake.cached_tables("c.s").is_none() {
        thread::yield_now();
    }
    run.unwrap()
}

/// Asks as an editor does: one reader, open all the time, a snapshot for each question.
fn edit(lake: &Lake, is_over: &AtomicBool) {
    let reader = Reader::open(&CacheConfig::at(lake.cache()));
    let reader = reader.unwrap().unwrap();
    let mut index = 0;
    while index == 0 || !is_over.load(Ordering::Acquire) {
        let name = SchemaName::new("c", format!("s{}", index % LARGE[0]));
        let found = reader.snapshot().unwrap().table(
            "elsewhere",
            &name.table("t7"),
            Timestamp::from(SystemTime::now()),
            86_400,
        );
        assert!(found.unwrap().table().is_some(), "{name}");
        index += 1;
    }
}

#[test]
fn a_run_that_takes_long_keeps_nobody_from_a_large_cache() {
    let lake = large_lake();
    set_columns(&lake, 1);
    let mut long = start_long_run(&lake);
    let is_over = AtomicBool::new(false);
    let read = |table: &str| {
        let name = format!("c.s42.{table}");
        let mut is_first = true;
        while is_first || !is_over.load(Ordering::Acquire) {
            let shown = lake.json(&["schema", "show", &name]);
            assert_eq!(shown["columns"][0]["name"], "x");
            is_first = false;
        }
    };
    thread::scope(|scope| {
        for table in ["t0", "t50", "t99"] {
            scope.spawn(move || read(table));
        }
        scope.spawn(|| edit(&lake, &is_over));
        // Whoever fails here would leave the others waiting.
        let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for columns in 2..5 {
                set_columns(&lake, columns);
                let run = lake.run();
                let expected = (Some([4, 0, 0]), "");
                assert_eq!((run.counts("s"), run.stderr.as_str()), expected, "{run}");
            }
            let clear = [
                "state",
                "clear-schema-cache",
                "--schema",
                "s",
                "--catalog",
                "c",
            ];
            assert_eq!(lake.json(&clear)["entries_deleted"], 4);
            assert_eq!(lake.run().counts("s"), Some([4, 0, 0]));
            let state = lake.json(&["state"]);
            let counts = ["schemas", "tables"].map(|name| state[name].as_u64());
            assert_eq!(counts, [Some(1001), Some(100_004)]);
        }));
        is_over.store(true, Ordering::Release);
        written.unwrap();
    });
    long.kill().unwrap();
    long.wait().unwrap();
    let checked = lake.json(&["state", "check"]);
    assert_eq!(
        (&checked["sound"], &checked["tables"]),
        (&true.into(), &100_004.into())
    );
}
