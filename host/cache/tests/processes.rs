//! Real processes that share one cache file, and writers that are killed.
//!
//! The children are this very test binary, asked to run the test `child` alone with a role in the environment.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(unix)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use rocky_cache::{CacheConfig, CacheError, Reader, Snapshot, Tap, check, clear, compact};
use rocky_schema::{Entry, Matching, Summary, Table};
use support::*;
use tempfile::tempdir;

const ROLE: &str = "ROCKY_CACHE_TEST_ROLE";
const FILE: &str = "ROCKY_CACHE_TEST_FILE";
const ROUNDS: &str = "ROCKY_CACHE_CRASH_ROUNDS";

const TABLES: usize = 40;
const LAST_VERSION: u64 = 30;

/// What the processes write: every table of version `n` has the column `v<n>` and nothing else.
fn version(number: u64) -> Vec<Entry> {
    let column = format!("v{number}");
    (0..TABLES)
        .map(|i| entry(&format!("t{i}"), &[&column, &format!("own{i}")]))
        .collect()
}

/// The version that a snapshot holds; panics when it is a mix of two or has holes.
fn version_of(snapshot: &Snapshot) -> u64 {
    let tables: Vec<Table> = (0..TABLES)
        .map(|i| {
            let name = flights().table(format!("t{i}"));
            let found = snapshot.table(ADAPTER, &name, at(1), 60).expect("readable");
            found.table().expect("held").table
        })
        .collect();
    let first = tables[0].columns[0].name.clone();
    assert!(
        tables.iter().all(|table| table.columns[0].name == first),
        "a mix of versions"
    );
    assert_eq!(
        snapshot
            .tables(ADAPTER, &flights())
            .expect("readable")
            .len(),
        TABLES
    );
    first[1..].parse().expect("a number")
}

fn read_version(config: &CacheConfig) -> u64 {
    version_of(&snapshot(config))
}

/// Runs only in children.
#[test]
fn child() {
    let (Ok(role), Ok(file)) = (std::env::var(ROLE), std::env::var(FILE)) else {
        return;
    };
    let config = CacheConfig::at(file);
    match role.as_str() {
        "create" => drop(refresh(&config, &version(1), 1)),
        "write" => write_versions(&config, LAST_VERSION, false),
        "tidy" => write_versions(&config, LAST_VERSION, true),
        "crash" => write_versions(&config, u64::MAX, false),
        "crash tidying" => write_versions(&config, u64::MAX, true),
        "crash clearing" => fill_and_clear(&config),
        "read" => read_until_last(&config, false),
        "follow" => read_until_last(&config, true),
        "fill" => fill(&config),
        other => panic!("unknown role {other}"),
    }
}

/// Says a line to the parent. It starts on a line of its own, away from what the test harness prints.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n@{text}")
        .and_then(|()| out.flush())
        .expect("the parent listens");
}

/// Every version is written by a tap of its own, so opening and closing are part of the work.
fn write_versions(config: &CacheConfig, last: u64, tidy: bool) {
    let first = read_version(config) + 1;
    for number in first..=last {
        say(&format!("start {number}"));
        refresh(config, &version(number), 1);
        if tidy {
            // What the version before has left unused, and its history.
            compact(config, at(u64::MAX / 1000)).unwrap();
        }
        say(&format!("done {number}"));
    }
}

fn fill_and_clear(config: &CacheConfig) {
    for number in 1.. {
        say(&format!("start {number}"));
        refresh(config, &version(1), 1);
        clear(config, number % 2 == 0, |_| true).unwrap();
    }
}

fn read_until_last(config: &CacheConfig, keep_open: bool) {
    let open = || {
        Reader::open(config)
            .expect("never refused")
            .expect("never missing")
    };
    let mut reader = open();
    let mut seen = 0;
    let mut reads = 0_u64;
    while seen < LAST_VERSION {
        if !keep_open {
            reader = open();
        }
        let now = version_of(&reader.snapshot().expect("never refused"));
        assert!(now >= seen, "went back from {seen} to {now}");
        seen = now;
        reads += 1;
    }
    say(&format!("reads {reads}"));
}

/// Writes more than the limit on file sizes allows and says what the report says.
fn fill(config: &CacheConfig) {
    let columns: Vec<String> = (0..400)
        .map(|i| format!("a_rather_long_column_name_{i}"))
        .collect();
    let entries: Vec<_> = (0..2000)
        .map(|i| {
            let own = format!("own{i}");
            let columns: Vec<&str> = columns
                .iter()
                .map(String::as_str)
                .chain([own.as_str()])
                .collect();
            entry(&format!("t{i}"), &columns)
        })
        .collect();
    let report = describe(config, &flights(), &entries, &Summary::exhausted(), 2);
    match failure(&report) {
        CacheError::Full { .. } | CacheError::Buffer { .. } => say("full"),
        other => say(&format!("other {other:?}")),
    }
}

fn command(role: &str, file: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    configure(&mut command, role, file);
    command
}

fn configure(command: &mut Command, role: &str, file: &Path) {
    command
        .args(["child", "--exact", "--nocapture"])
        .env(ROLE, role)
        .env(FILE, file)
        .stdout(Stdio::piped());
}

/// The lines that a child said to its parent.
fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let out = BufReader::new(child.stdout.take().unwrap());
    out.lines()
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix('@').map(str::to_owned))
}

fn finish(mut child: Child) -> (ExitStatus, Vec<String>) {
    let said = lines(&mut child).collect();
    (child.wait().unwrap(), said)
}

fn check_readers(writer: &str) {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &version(1), 1);
    let roles = ["read", "read", "read", "follow"];
    let mut readers: Vec<_> = roles
        .iter()
        .map(|role| command(role, &config.path).spawn().unwrap())
        .collect();
    let (status, said) = finish(command(writer, &config.path).spawn().unwrap());
    if !status.success() {
        readers.iter_mut().for_each(|reader| reader.kill().unwrap());
    }
    assert!(status.success());
    assert_eq!(said.last().unwrap(), &format!("done {LAST_VERSION}"));
    for reader in readers {
        let (status, said) = finish(reader);
        assert!(status.success());
        let reads: u64 = said[0].strip_prefix("reads ").unwrap().parse().unwrap();
        assert!(reads > 1);
    }
    assert_eq!(read_version(&config), LAST_VERSION);
}

#[test]
fn readers_in_other_processes_are_never_refused_and_the_writer_is_never_starved() {
    check_readers("write");
}

#[test]
fn readers_are_not_refused_while_the_file_is_compacted_either() {
    check_readers("tidy");
}

#[test]
fn two_writing_processes_commit_everything() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &version(1), 1);
    let writers: Vec<_> = (0..2)
        .map(|_| command("write", &config.path).spawn().unwrap())
        .collect();
    for writer in writers {
        let (status, said) = finish(writer);
        assert!(status.success());
        assert_eq!(said.last().unwrap(), &format!("done {LAST_VERSION}"));
    }
    assert_eq!(read_version(&config), LAST_VERSION);
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// How often a writer is killed, unless the environment says otherwise.
fn rounds() -> u64 {
    let rounds = std::env::var(ROUNDS).ok();
    rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(40)
}

/// Kills a child in this role again and again, somewhere in its work, and calls `check` with the last that it said.
fn kill_again_and_again(role: &str, config: &CacheConfig, mut check: impl FnMut(u64, &str)) {
    let mut dice = Dice(7);
    for round in 0..rounds() {
        let mut writer = command(role, &config.path).spawn().unwrap();
        let mut said = lines(&mut writer);
        let mut last = String::new();
        for line in said
            .by_ref()
            .take(1 + usize::try_from(dice.roll(5)).unwrap())
        {
            last = line;
        }
        for _ in 0..dice.roll(300_000) {
            std::hint::spin_loop();
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        last = said.last().unwrap_or(last);
        check(round, &last);
    }
}

fn check_killed(role: &str) {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &version(1), 1);
    kill_again_and_again(role, &config, |round, last| {
        let found = read_version(&config);
        let (what, number) = last.split_once(' ').unwrap();
        let number: u64 = number.parse().unwrap();
        let allowed = if what == "done" {
            number..=number + 1
        } else {
            number - 1..=number
        };
        assert!(
            allowed.contains(&found),
            "round {round}: {found} after {last}"
        );
    });
    // Nothing is left behind that a later writer would stumble over.
    let next = read_version(&config) + 1;
    assert_eq!(
        usize::try_from(refresh(&config, &version(next), 1).written),
        Ok(TABLES)
    );
}

#[test]
fn a_writer_that_is_killed_leaves_the_old_or_the_new_snapshot() {
    check_killed("crash");
}

#[test]
fn a_compaction_that_is_killed_leaves_what_was_there() {
    check_killed("crash tidying");
}

#[test]
fn a_clearing_that_is_killed_has_cleared_all_or_nothing() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &version(1), 1);
    kill_again_and_again("crash clearing", &config, |round, _| {
        let snapshot = snapshot(&config);
        let left = snapshot.tables(ADAPTER, &flights()).expect("readable");
        let schemas = snapshot.schemas(ADAPTER).expect("readable");
        assert!(
            left.len() == TABLES * schemas.len(),
            "round {round}: {} tables",
            left.len()
        );
        assert!(check(&config).expect("sound").is_some());
    });
}

#[test]
fn a_writer_that_is_killed_while_it_creates_the_file_leaves_none_or_a_good_one() {
    let mut dice = Dice(11);
    for _ in 0..25 {
        let directory = tempdir().unwrap();
        let config = config(directory.path());
        let mut writer = command("create", &config.path).spawn().unwrap();
        for _ in 0..dice.roll(600_000) {
            std::hint::spin_loop();
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        refresh(&config, &version(3), 1);
        assert_eq!(read_version(&config), 3);
    }
}

/// Runs a child that may not write files beyond `blocks` of 512 or 1024 bytes, as the shell counts.
fn limited(config: &CacheConfig, blocks: u32) -> String {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""
    ));
    shell.arg(std::env::current_exe().unwrap());
    configure(&mut shell, "fill", &config.path);
    let (status, said) = finish(shell.spawn().unwrap());
    assert!(status.success());
    said.join(",")
}

#[test]
fn a_disk_that_fills_up_while_writing_leaves_the_old_snapshot() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    refresh(&config, &version(1), 1);
    let bytes = std::fs::metadata(&config.path).unwrap().len();
    assert_eq!(
        limited(&config, u32::try_from(bytes / 512).unwrap() + 200),
        "full"
    );
    assert_eq!(read_version(&config), 1);
    refresh(&config, &version(2), 2);
    assert_eq!(read_version(&config), 2);
}

#[test]
fn a_disk_without_room_for_the_file_is_left_without_one() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    assert_eq!(limited(&config, 1), "full");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    assert!(Reader::open(&config).unwrap().is_none());
}

#[test]
fn taps_of_one_process_share_the_file() {
    let directory = tempdir().unwrap();
    let config = config(directory.path());
    let taps = [Tap::start(&config), Tap::start(&config)];
    for (index, tap) in taps.iter().enumerate() {
        let name = rocky_schema::SchemaName::new("raw", format!("s{index}"));
        let mut schema = tap.schema(&connection(Matching::Exact), &provenance(), name);
        schema.page(&version(1));
        schema.done(&Summary::exhausted(), cost(1));
    }
    for tap in taps {
        assert_eq!(tap.finish().failures().count(), 0);
    }
    assert_eq!(snapshot(&config).schemas(ADAPTER).unwrap().len(), 2);
}
