//! A run that is killed leaves the old snapshot or the new one.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;

use rocky_emulator::Emulator;

use crate::project::{Lake, add_tables};

const TABLES: usize = 30;
const ROUNDS: usize = 25;

/// Gives every table this many columns.
fn set_columns(lake: &Lake, count: usize) {
    let columns: Vec<String> = (0..count).map(|index| format!("c{index}")).collect();
    let columns: Vec<(&str, &str)> = columns.iter().map(|name| (name.as_str(), "int")).collect();
    let names: Vec<String> = (0..TABLES).map(|index| format!("t{index}")).collect();
    let tables: Vec<(&str, &[(&str, &str)])> = names
        .iter()
        .map(|name| (name.as_str(), &columns[..]))
        .collect();
    add_tables(&lake.emulator, "s", &tables);
}

/// How many columns every table of the cache has.
fn columns_of_all(lake: &Lake) -> usize {
    let listed = lake.json(&["schema", "ls", "c.s"]);
    let tables = listed["tables"].as_array().unwrap();
    let counts: Vec<u64> = tables
        .iter()
        .map(|table| table["columns"].as_u64().unwrap())
        .collect();
    assert_eq!(counts.len(), TABLES, "{listed}");
    assert!(
        counts.iter().all(|count| *count == counts[0]),
        "a mix: {counts:?}"
    );
    usize::try_from(counts[0]).unwrap()
}

fn start(lake: &Lake) -> Child {
    spawn(lake, &["run", "--output", "json"])
}

fn spawn(lake: &Lake, arguments: &[&str]) -> Child {
    let mut command = lake.command(arguments);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until something is seen, or there is nothing to wait for any more.
fn until(child: &mut Child, mut is_seen: impl FnMut() -> bool) {
    while !is_seen() && child.try_wait().unwrap().is_none() {
        thread::yield_now();
    }
}

/// Waits until the file was seen to change so many times, which counts from its opening to its closing.
fn until_changed(lake: &Lake, child: &mut Child, times: usize) {
    let mut content = fs::read(lake.cache()).unwrap();
    let mut changes = 0;
    until(child, || {
        let found = fs::read(lake.cache()).unwrap();
        changes += usize::from(found != content);
        content = found;
        changes > times
    });
}

#[test]
fn what_keeps_the_cache_in_order_can_be_killed_at_any_time() {
    let lake = Lake::new(Emulator::builder().start().unwrap(), &["s", "other"], "");
    let tables = |count| (0..count).map(|index| format!("t{index}"));
    for round in 0..12 {
        set_columns(&lake, 1 + round % 2);
        let names: Vec<String> = tables(200 + round).collect();
        let own = format!("c{round}");
        let columns = [(own.as_str(), "int")];
        let other: Vec<(&str, &[(&str, &str)])> = names
            .iter()
            .map(|name| (name.as_str(), &columns[..]))
            .collect();
        add_tables(&lake.emulator, "other", &other);
        assert_eq!(lake.run().code, Some(0));
        let arguments = match round % 2 {
            0 => &["state", "compact"][..],
            _ => &[
                "state",
                "clear-schema-cache",
                "--schema",
                "other",
                "--history",
            ],
        };
        let mut child = spawn(&lake, arguments);
        until_changed(&lake, &mut child, round / 2);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(lake.json(&["state", "check"])["sound"], true);
        assert_eq!(columns_of_all(&lake), 1 + round % 2);
        let other = lake.cached_tables("c.other").map(|tables| tables.len());
        let is_whole = other == Some(200 + round) || other.is_none() && round % 2 == 1;
        assert!(is_whole, "round {round}: {other:?}");
    }
}

#[test]
fn a_killed_run_leaves_the_old_snapshot_or_the_new_one() {
    let emulator = Emulator::builder()
        .settings(|settings| settings.page_size = 5)
        .start()
        .unwrap();
    let lake = Lake::new(emulator, &["s"], "");
    set_columns(&lake, 1);
    assert_eq!(lake.run().code, Some(0));
    // Pages, and one request for who asks.
    let requests = TABLES as u64 / 5 + 1;
    let mut before = 1;
    let mut endings = [0, 0];
    for round in 0..ROUNDS {
        let after = before + 1;
        set_columns(&lake, after);
        lake.emulator.reset_requests();
        let mut child = start(&lake);
        if round % 3 == 0 {
            // The answer is still coming in.
            let seen = round as u64 % requests;
            until(&mut child, || lake.emulator.requests().total >= seen);
        } else {
            until_changed(&lake, &mut child, round % 8);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let found = columns_of_all(&lake);
        assert!(
            found == before || found == after,
            "round {round}: neither {before} nor {after} but {found}"
        );
        endings[found - before] += 1;
        before = found;
    }
    eprintln!("{endings:?} rounds ended before and after their commit");
    let run = lake.run();
    assert_eq!((run.code, run.warnings().len()), (Some(0), 0), "{run}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_and_keeps_what_was_committed() {
    use rocky_emulator::{Action, Fault};
    let emulator = Emulator::builder().start().unwrap();
    let lake = Lake::new(emulator, &["s"], "");
    set_columns(&lake, 1);
    assert_eq!(lake.run().code, Some(0));
    set_columns(&lake, 2);
    lake.emulator.reset_requests();
    lake.emulator
        .fault(Fault::on("/tables", Action::Hang).forever());
    let mut command = lake.command(&["run", "--output", "json"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while lake.emulator.requests().to("/tables") == 0 {
        thread::yield_now();
    }
    let interrupt = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupt.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "interrupted: cancelling what still runs (Ctrl-C again to leave it)\n\
         error: interrupted; what was committed to the cache stays\n"
    );
    assert_eq!(columns_of_all(&lake), 1);
}
