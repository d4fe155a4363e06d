//! `rocky state clear-schema-cache`, `check` and `compact`.

use std::fs;

use insta::assert_snapshot;
use redb::{Database, TableDefinition};
use serde_json::{Value, json};

use crate::project::{Lake, Project, add_tables, config, empty_warehouse};

const CLEAR: &str = "clear-schema-cache";

/// A cache of the schemas `a` and `B`, whose tables have changed once.
fn filled() -> Lake {
    let lake = Lake::new(empty_warehouse(), &["a", "B"], "");
    for column in ["x", "y"] {
        for schema in ["a", "B"] {
            let tables: [(&str, &[(&str, &str)]); 2] =
                [("t1", &[(column, "int")]), ("t2", &[(column, "text")])];
            add_tables(&lake.emulator, schema, &tables);
        }
        assert_eq!(lake.run().code, Some(0));
    }
    lake
}

fn clear(lake: &Project, arguments: &[&str]) -> Value {
    let mut cleared = lake.json(&[&["state", CLEAR], arguments].concat());
    assert_eq!(cleared["version"].take(), 1);
    assert_eq!(cleared["command"].take(), "state clear-schema-cache");
    cleared
}

/// How many entries a command says it has deleted.
#[track_caller]
fn check_deleted(lake: &Project, arguments: &[&str], expected: u64) {
    let cleared = clear(lake, arguments);
    assert_eq!(cleared["entries_deleted"], expected, "{arguments:?}");
}

#[test]
fn without_a_cache_nothing_is_deleted_and_no_file_is_made() {
    let project = Project::without_config();
    for dry_run in [&[][..], &["--dry-run"]] {
        let cleared = clear(&project, dry_run);
        assert_eq!(cleared["entries_deleted"], 0);
        assert_eq!(cleared["dry_run"], !dry_run.is_empty());
    }
    assert_eq!(project.json(&["state", "check"])["exists"], false);
    assert_eq!(project.json(&["state", "compact"])["exists"], false);
    for command in [CLEAR, "check", "compact"] {
        let output = project.rocky(&["state", command, "--output", "table"]);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        assert_snapshot!(format!("{command}_of_nothing"), output.redacted());
    }
    assert_eq!(project.files(), [""; 0]);
}

#[test]
fn a_dry_run_counts_and_changes_nothing() {
    let lake = filled();
    let before = fs::read(lake.cache()).unwrap();
    let expected = json!({
        "version": null, "command": null, "entries_deleted": 4, "dry_run": true, "schemas_deleted": 2, "history_deleted": 4,
    });
    assert_eq!(clear(&lake, &["--dry-run", "--history"]), expected);
    assert_snapshot!(
        "clear_dry_run",
        lake.rocky(&["state", CLEAR, "--dry-run", "--output", "table"])
            .redacted()
    );
    assert!(fs::read(lake.cache()).unwrap() == before);
}

#[test]
fn only_what_every_condition_holds_for_is_cleared() {
    let lake = filled();
    check_deleted(&lake, &["--adapter", "pond"], 0);
    check_deleted(&lake, &["--catalog", "d"], 0);
    check_deleted(&lake, &["--schema", "a", "--catalog", "d"], 0);
    check_deleted(&lake, &["--older-than", "1h"], 0);
    // The warehouse does not care for letter case.
    check_deleted(&lake, &["--schema", "b", "--catalog", "C*", "--dry-run"], 2);
    check_deleted(&lake, &["--schema", "?", "--dry-run"], 4);
    check_deleted(&lake, &["--adapter", "lake", "--schema", "A"], 2);
    assert_eq!(lake.cached_tables("c.a"), None);
    assert!(lake.cached_tables("c.b").is_some());
    check_deleted(&lake, &["--older-than", "0s"], 2);
    assert_eq!(lake.json(&["state"])["tables"], 0);
    // What is gone is described again as new.
    assert_eq!(lake.run().counts("a"), Some([2, 0, 0]));
}

#[test]
fn what_clearing_says() {
    let lake = filled();
    let clear = |arguments: &[&str]| {
        let arguments = [&["state", CLEAR, "--output", "table"], arguments].concat();
        lake.rocky(&arguments).redacted()
    };
    assert_snapshot!("clear", clear(&["--schema", "a"]));
    assert_snapshot!("clear_with_history", clear(&["--history"]));
    assert_snapshot!("clear_again", clear(&[]));
}

#[test]
fn wrong_conditions_are_wrong_use() {
    let project = Project::without_config();
    for (arguments, expected) in [
        (
            &["--older-than", "7"][..],
            "`7` is not a number and a unit: 90s, 30m, 12h, 7d or 2w",
        ),
        (&["--older-than=-1d"], "`-1d` is not a number and a unit"),
        (
            &["--older-than", "99999999999999999999s"],
            "is longer than time is counted",
        ),
        (&["--schema", ""], "a value is required for '--schema"),
    ] {
        let output = project.rocky(&[&["state", CLEAR], arguments].concat());
        assert_eq!(output.code, Some(2), "{output}");
        output.has(expected);
    }
}

#[test]
fn a_disabled_cache_is_not_looked_at() {
    let disabled = "[cache.schemas]\nenabled = false\n";
    let lake = Lake::with_config(empty_warehouse(), &(config("URL", &["s"], "") + disabled));
    lake.write(".rocky-state.redb", "not a cache");
    check_deleted(&lake, &[], 0);
    for command in ["check", "compact"] {
        lake.rocky(&["state", command, "--output", "table"])
            .has("The schema cache is disabled");
    }
    assert_eq!(fs::read(lake.cache()).unwrap(), b"not a cache");
}

#[test]
fn compacting_makes_the_file_smaller_and_loses_nothing_that_is_used() {
    let lake = filled();
    clear(&lake, &["--schema", "a", "--history"]);
    let compacted = lake.json(&["state", "compact"]);
    let member = |name: &str| compacted[name].as_u64().unwrap();
    assert_eq!(
        (member("layouts_removed"), member("history_removed")),
        (0, 0)
    );
    assert!(member("bytes_after") < member("bytes_before"));
    assert_eq!(
        fs::metadata(lake.cache()).unwrap().len(),
        member("bytes_after")
    );
    clear(&lake, &["--history"]);
    assert_snapshot!(
        "compact",
        lake.rocky(&["state", "compact", "--output", "table"])
            .redacted()
    );
    assert_eq!(lake.json(&["state"])["layouts"], 0);
    assert_eq!(lake.run().counts("a"), Some([2, 0, 0]));
}

#[test]
fn history_expires_by_the_days_of_the_project() {
    let lake = filled();
    let short = "[cache.schemas]\nhistory_days = 0\n";
    let text = config(&lake.emulator.url(), &["a", "B"], "") + short;
    lake.write("rocky.toml", text);
    assert_eq!(lake.json(&["state", "compact"])["history_removed"], 4);
}

#[test]
fn a_sound_file_is_called_sound_and_stays() {
    let lake = filled();
    let before = fs::read(lake.cache()).unwrap();
    for arguments in [&["state", "check"][..], &["state", "check", "--repair"]] {
        let checked = lake.json(arguments);
        let counts = ["schemas", "tables", "layouts"].map(|name| checked[name].as_u64());
        assert_eq!(counts, [Some(2), Some(4), Some(4)]);
        assert_eq!(
            (&checked["sound"], &checked["moved_to"]),
            (&Value::Bool(true), &Value::Null)
        );
    }
    let output = lake.rocky(&["state", "check", "--output", "table"]);
    assert_snapshot!("check_sound", output.redacted());
    assert!(fs::read(lake.cache()).unwrap() == before);
}

#[test]
fn only_repair_moves_a_broken_file_aside() {
    let lake = filled();
    let whole = fs::read(lake.cache()).unwrap();
    let mut flipped = whole.clone();
    for start in 0..whole.len() - 10 {
        if &whole[start..start + 10] == b"databricks" {
            flipped[start] ^= 1;
        }
    }
    for (number, content) in [(1, b"text".as_slice()), (2, &whole[..5000]), (3, &flipped)] {
        fs::write(lake.cache(), content).unwrap();
        let checked = lake.rocky(&["state", "check", "--output", "json"]);
        assert_eq!(checked.code, Some(1), "{checked}");
        assert_eq!(checked.json()["sound"], false);
        for command in [&["run"][..], &["state", "check"], &["state", "compact"]] {
            lake.rocky(command);
            assert!(fs::read(lake.cache()).unwrap() == content, "{command:?}");
        }
        let name = match number {
            1 => ".rocky-state.redb.broken".to_owned(),
            _ => format!(".rocky-state.redb.broken-{number}"),
        };
        if number == 1 {
            let form = ["--output", "table"];
            let check = lake.rocky(&[&["state", "check"], &form[..]].concat());
            assert_snapshot!("check_broken", check.redacted());
            let repair = lake.rocky(&[&["state", "check", "--repair"], &form[..]].concat());
            assert_snapshot!("check_repaired", repair.redacted());
        } else {
            let repaired = lake.json(&["state", "check", "--repair"]);
            assert_eq!(repaired["moved_to"], lake.path(&name).to_str().unwrap());
        }
        assert!(fs::read(lake.path(&name)).unwrap() == content);
        assert!(!lake.cache().exists());
        assert_eq!(lake.run().counts("a"), Some([2, 0, 0]));
    }
}

#[test]
fn what_is_not_broken_is_not_moved_aside() {
    let lake = filled();
    let format = TableDefinition::<&str, u64>::new("rocky.cache.meta");
    let set = |version| {
        let database = Database::open(lake.cache()).unwrap();
        let transaction = database.begin_write().unwrap();
        let mut meta = transaction.open_table(format).unwrap();
        meta.insert("format", version).unwrap();
        drop(meta);
        transaction.commit().unwrap();
    };
    let commands = [
        &["state", "check", "--repair"][..],
        &["state", "compact"],
        &["state", CLEAR],
    ];
    let check_refused = |expected: &str| {
        for command in commands {
            let output = lake.rocky(command);
            output.failed_with(1);
            output.has(expected);
        }
    };
    let database = Database::open(lake.cache()).unwrap();
    check_refused("another program has locked the whole file");
    drop(database);
    set(99);
    check_refused("it has cache format 99, and this version of rocky knows format");
    // Nothing but moving it away can be done with an older one.
    set(0);
    let run = lake.run();
    assert_eq!((run.code, run.warnings().len()), (Some(0), 1), "{run}");
    run.has("it has cache format 0 of an older version");
    assert_eq!(lake.rocky(&["state", "check"]).code, Some(1));
    assert!(lake.json(&["state", "check", "--repair"])["moved_to"].is_string());
    fs::create_dir(lake.cache()).unwrap();
    check_refused("it is not a regular file");
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_the_file_keeps_what_it_had() {
    let lake = filled();
    let before = lake.json(&["state"]);
    for arguments in [&["state", CLEAR, "--history"][..], &["state", "compact"]] {
        // Such a limit behaves as a full disk does. In units of 512 bytes.
        let output = lake.finish(&mut lake.command_after("trap '' XFSZ; ulimit -f 8", arguments));
        output.failed_with(1);
        output.has("Free some space");
        assert_eq!(lake.json(&["state", "check"])["sound"], true);
        assert_eq!(lake.json(&["state"])["tables"], before["tables"]);
    }
    check_deleted(&lake, &[], 4);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_can_be_checked_and_nothing_else() {
    use std::os::unix::fs::PermissionsExt;
    let lake = filled();
    let before = fs::read(lake.cache()).unwrap();
    let permit = |name: &str, mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(lake.path(name), permissions).unwrap();
    };
    permit(".rocky-state.redb", 0o400);
    permit("", 0o500);
    // Root may write to anything.
    let is_privileged = fs::OpenOptions::new()
        .write(true)
        .open(lake.cache())
        .is_ok();
    assert_eq!(lake.json(&["state", "check"])["sound"], true);
    check_deleted(&lake, &["--dry-run"], 4);
    let refused = match is_privileged {
        true => Vec::new(),
        false => vec![
            lake.rocky(&["state", CLEAR]),
            lake.rocky(&["state", "compact"]),
        ],
    };
    permit("", 0o700);
    for output in refused {
        output.failed_with(1);
        output.has("Make the file and its directory accessible");
    }
    assert!(fs::read(lake.cache()).unwrap() == before);
}
