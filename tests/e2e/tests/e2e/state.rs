//! `rocky state`.

use insta::assert_snapshot;

use crate::project::{Lake, add_tables, empty_warehouse};

#[test]
fn the_state_is_told_before_and_after_the_first_run() {
    let emulator = empty_warehouse();
    add_tables(
        &emulator,
        "s",
        &[
            ("t1", &[("x", "int")]),
            ("t2", &[("x", "int")]),
            ("u", &[("y", "int")]),
        ],
    );
    let lake = Lake::new(emulator, &["s"], "");
    assert_snapshot!(
        "state_new",
        lake.rocky(&["state", "--output", "table"]).redacted()
    );
    assert_eq!(lake.json(&["state"])["exists"], false);
    assert_eq!(lake.files(), ["rocky.toml"]);
    lake.run();
    for form in ["table", "json"] {
        assert_snapshot!(
            format!("state_{form}"),
            lake.rocky(&["state", "--output", form]).redacted()
        );
    }
    let short = lake.rocky(&["state", "--output", "table"]).redacted();
    assert_eq!(
        lake.rocky(&["state", "show", "--output", "table"])
            .redacted(),
        short
    );
}

#[test]
fn an_empty_file_is_an_empty_cache() {
    let lake = Lake::new(empty_warehouse(), &["s"], "");
    lake.write(".rocky-state.redb", "");
    let state = lake.rocky(&["state", "--output", "json"]);
    assert_eq!(state.code, Some(0), "{state}");
}

#[test]
fn a_state_that_cannot_be_read_is_an_error_that_names_the_file() {
    let lake = Lake::new(empty_warehouse(), &["s"], "");
    lake.write(".rocky-state.redb", "text");
    let state = lake.rocky(&["state"]);
    state.failed_with(1);
    assert_snapshot!(state.redacted());
}
