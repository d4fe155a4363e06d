//! Cache files that are broken, foreign, locked or out of reach: the run warns, goes on and leaves them as they are.

use std::fs;
use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::project::{Lake, Output, add_tables, empty_warehouse};

const FORMAT: TableDefinition<&str, u64> = TableDefinition::new("rocky.cache.meta");
const THEIRS: TableDefinition<&str, &str> = TableDefinition::new("theirs");

/// A project with a filled cache, and one more table in the warehouse that a run would add.
fn filled() -> Lake {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("old", &[("x", "int")])]);
    let lake = Lake::new(emulator, &["s"], "");
    assert_eq!(lake.run().counts("s"), Some([1, 0, 0]));
    add_tables(&lake.emulator, "s", &[("new", &[("x", "int")])]);
    lake
}

/// A run that describes everything, exits with 0, and warns once, naming the path.
#[track_caller]
fn check_warned(run: &Output, path: &Path, expected: &str) {
    assert_eq!(run.code, Some(0), "{run}");
    let schema = run.schema("s");
    assert_eq!(
        (schema["status"].as_str(), schema["tables"].as_u64()),
        (Some("described"), Some(2)),
        "{run}"
    );
    assert_eq!(run.counts("s"), None, "{run}");
    let [warning] = run.warnings()[..] else {
        panic!("not one warning: {run}")
    };
    assert!(warning.contains(path.to_str().unwrap()), "{warning}");
    assert!(warning.contains(expected), "{warning}");
    assert_eq!(run.stderr.lines().count(), 1, "{run}");
    assert_eq!(run.json()["cache"]["warnings"].as_array().unwrap().len(), 1);
}

/// The cache file with this content is warned about and keeps it.
#[track_caller]
fn check_left_alone(lake: &Lake, content: &[u8], expected: &str) {
    fs::write(lake.cache(), content).unwrap();
    check_warned(&lake.run(), &lake.cache(), expected);
    assert!(
        fs::read(lake.cache()).unwrap() == content,
        "the file was changed: {expected}"
    );
    assert_eq!(lake.files(), [".rocky-state.redb", "rocky.toml"]);
    let shown = lake.rocky(&["schema", "show", "c.s.old"]);
    if shown.code != Some(0) {
        assert_eq!(shown.code, Some(1), "{shown}");
        shown.has(lake.cache().to_str().unwrap());
    }
}

#[test]
fn a_file_that_is_no_cache_is_left_alone() {
    let lake = filled();
    let whole = fs::read(lake.cache()).unwrap();
    for content in [&b"text"[..], b"SQLite format 3\0", &[0; 100_000]] {
        check_left_alone(
            &lake,
            content,
            "it is not a redb file and was left as it is",
        );
    }
    for kept in [400, whole.len() / 2, whole.len() - 1] {
        check_left_alone(&lake, &whole[..kept], "it is damaged");
    }
    let database = Database::open({
        fs::write(lake.cache(), &whole).unwrap();
        lake.cache()
    });
    let database = database.unwrap();
    let transaction = database.begin_write().unwrap();
    transaction
        .open_table(FORMAT)
        .unwrap()
        .insert("format", 99)
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    let newer = fs::read(lake.cache()).unwrap();
    check_left_alone(
        &lake,
        &newer,
        "it has cache format 99, and this version of rocky knows",
    );
}

#[test]
fn a_file_with_damage_inside_never_fails_a_run_nor_answers_wrongly() {
    let lake = filled();
    let whole = fs::read(lake.cache()).unwrap();
    let used: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    for at in used.iter().step_by(used.len() / 12) {
        let mut damaged = whole.clone();
        damaged[*at] ^= 0x24;
        fs::write(lake.cache(), &damaged).unwrap();
        let run = lake.run();
        assert_eq!(run.code, Some(0), "byte {at}: {run}");
        assert!(!run.stderr.contains("panic"), "byte {at}: {run}");
        let shown = lake.rocky(&["schema", "show", "c.s.old", "--output", "json"]);
        assert!(!shown.stderr.contains("panic"), "byte {at}: {shown}");
        if shown.code == Some(0) {
            assert_eq!(shown.json()["columns"][0]["name"], "x", "byte {at}");
        }
    }
}

#[test]
fn who_reads_a_file_with_lost_pages_is_told_in_one_error() {
    let lake = filled();
    let whole = fs::read(lake.cache()).unwrap();
    let mut refused = 0;
    // The first page is the header.
    for page in 1..whole.len() / 4096 {
        let mut damaged = whole.clone();
        let lost = damaged.get_mut(page * 4096..(page + 1) * 4096).unwrap();
        if lost.iter().all(|byte| *byte == 0) {
            continue;
        }
        lost.fill(0x24);
        fs::write(lake.cache(), &damaged).unwrap();
        for command in [
            &["schema", "show", "c.s.old"][..],
            &["schema", "ls"],
            &["state"],
        ] {
            let output = lake.rocky(command);
            if output.code != Some(0) {
                refused += 1;
                output.failed_with(1);
                let path = lake.cache();
                assert!(output.stderr.contains(path.to_str().unwrap()), "{output}");
                assert!(!output.stderr.contains("panicked"), "page {page}: {output}");
            }
        }
    }
    assert!(refused > 0);
}

#[test]
fn a_file_that_another_program_has_locked_is_left_alone() {
    let lake = filled();
    let database = Database::open(lake.cache()).unwrap();
    let before = fs::read(lake.cache()).unwrap();
    check_warned(
        &lake.run(),
        &lake.cache(),
        "another program has locked the whole file",
    );
    assert!(
        fs::read(lake.cache()).unwrap() == before,
        "the file was changed"
    );
    let listed = lake.rocky(&["schema", "ls"]);
    assert_eq!(listed.code, Some(1));
    listed.has("End that program, or choose another path");
    drop(database);
    assert_eq!(lake.run().counts("s"), Some([1, 1, 0]));
}

#[test]
fn a_path_that_cannot_be_a_file_is_warned_about() {
    let lake = filled();
    fs::create_dir(lake.path("directory")).unwrap();
    for (path, expected) in [
        (lake.path("directory"), "it is not a regular file"),
        (
            lake.path("rocky.toml/state.redb"),
            "it is not a regular file",
        ),
        (lake.path("none/state.redb"), "No such file or directory"),
        ("/dev/full".into(), "it is not a regular file"),
        (
            "/proc/rocky-state.redb".into(),
            "Make the file and its directory accessible",
        ),
    ] {
        let run = lake.rocky(&[
            "run",
            "--output",
            "json",
            "--state-path",
            path.to_str().unwrap(),
        ]);
        check_warned(&run, &path, expected);
    }
    assert_eq!(fs::read_dir(lake.path("directory")).unwrap().count(), 0);
    assert_eq!(
        lake.files(),
        [".rocky-state.redb", "directory", "rocky.toml"]
    );
}

#[cfg(unix)]
#[test]
fn a_directory_and_file_that_cannot_be_written_are_read_all_the_same() {
    use std::os::unix::fs::PermissionsExt;
    let lake = filled();
    let before = fs::read(lake.cache()).unwrap();
    let permit = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    permit(&lake.cache(), 0o400).unwrap();
    permit(&lake.path(""), 0o500).unwrap();
    // Root may write to anything.
    let is_privileged = fs::OpenOptions::new()
        .write(true)
        .open(lake.cache())
        .is_ok();
    let run = lake.run();
    let cached = lake.cached_tables("c.s");
    permit(&lake.path(""), 0o700).unwrap();
    if !is_privileged {
        check_warned(
            &run,
            &lake.cache(),
            "Make the file and its directory accessible",
        );
        assert!(
            fs::read(lake.cache()).unwrap() == before,
            "the file was changed"
        );
        assert_eq!(cached, Some(vec!["old".to_owned()]));
    }
    assert_eq!(run.code, Some(0));
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_warned_about_and_the_file_keeps_what_it_had() {
    let lake = filled();
    let before = fs::metadata(lake.cache()).unwrap().len();
    let columns: Vec<(String, String)> = (0..4000)
        .map(|i| (format!("column_{i}_{}", "x".repeat(200)), "int".to_owned()))
        .collect();
    let columns: Vec<(&str, &str)> = columns
        .iter()
        .map(|(name, kind)| (name.as_str(), kind.as_str()))
        .collect();
    add_tables(&lake.emulator, "s", &[("new", &columns)]);
    // Such a limit behaves as a full disk does. In units of 512 bytes.
    let blocks = before / 512;
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
    let run = lake.finish(&mut lake.command_after(&limit, &["run", "--output", "json"]));
    check_warned(&run, &lake.cache(), "Free some space");
    assert_eq!(lake.cached_tables("c.s"), Some(vec!["old".to_owned()]));
    // Only its free pages may hold what did not fit.
    let length = fs::metadata(lake.cache()).unwrap().len();
    assert_eq!(length, before);
    assert_eq!(lake.run().counts("s"), Some([1, 1, 0]));
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_from_the_start_is_warned_about() {
    let lake = filled();
    let limit = "trap '' XFSZ; ulimit -f 1";
    let path = lake.path("fresh.redb");
    let arguments = [
        "run",
        "--output",
        "json",
        "--state-path",
        path.to_str().unwrap(),
    ];
    let run = lake.finish(&mut lake.command_after(limit, &arguments));
    check_warned(&run, &path, "Free some space");
    let run = lake.rocky(&arguments);
    assert_eq!(
        run.counts("s"),
        Some([2, 0, 0]),
        "what was left behind is in the way: {run}"
    );
}

#[test]
fn tables_of_other_programs_in_the_same_file_stay_as_they_are() {
    let lake = filled();
    fs::remove_file(lake.cache()).unwrap();
    let database = Database::create(lake.cache()).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction
        .open_table(THEIRS)
        .unwrap()
        .insert("key", "value")
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    assert_eq!(lake.cached_tables("c.s"), None);
    assert_eq!(lake.run().counts("s"), Some([2, 0, 0]));
    lake.emulator.sql("DROP TABLE c.s.old").unwrap();
    assert_eq!(lake.run().counts("s"), Some([0, 1, 1]));
    let database = Database::open(lake.cache()).unwrap();
    let theirs = database.begin_read().unwrap().open_table(THEIRS).unwrap();
    assert_eq!(theirs.get("key").unwrap().unwrap().value(), "value");
}
