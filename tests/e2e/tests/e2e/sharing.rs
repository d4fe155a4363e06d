//! Many processes, one cache file.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

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
