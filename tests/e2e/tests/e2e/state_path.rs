//! Where the cache is: one rule for every command, and one warning where there is a choice.

use std::fs;

use crate::project::{Lake, add_tables, config, empty_warehouse};

fn lake() -> Lake {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    Lake::new(emulator, &["s"], "")
}

/// Where every command looks, and the one warning that each gives.
#[track_caller]
fn check(lake: &Lake, place: &str, warning: Option<&str>) {
    for arguments in [
        &["run"][..],
        &["state"],
        &["state", "check"],
        &["state", "clear-schema-cache", "--dry-run"],
        &["state", "compact"],
        &["schema", "ls"],
        &["schema", "show", "c.s.t"],
    ] {
        let output = lake.rocky(&[arguments, &["--output", "json"]].concat());
        assert_eq!(output.code, Some(0), "{output}");
        let warnings = output.warnings();
        assert_eq!(warnings.len(), usize::from(warning.is_some()), "{output}");
        assert!(
            warnings
                .iter()
                .all(|found| found.contains(warning.unwrap_or_default())),
            "{output}"
        );
    }
    let state = lake.json(&["state"]);
    assert_eq!(state["path"], lake.path(place).to_str().unwrap());
    assert_eq!(
        (state["exists"].as_bool(), state["schemas"].as_u64()),
        (Some(true), Some(1))
    );
}

#[test]
fn the_cache_is_in_the_models_directory_if_there_is_one_and_stays_where_it_was() {
    let lake = lake();
    check(&lake, ".rocky-state.redb", None);
    fs::create_dir(lake.path("models")).unwrap();
    check(
        &lake,
        ".rocky-state.redb",
        Some("belongs into the models directory; move it to"),
    );
    fs::copy(lake.cache(), lake.path("models/.rocky-state.redb")).unwrap();
    check(
        &lake,
        ".rocky-state.redb",
        Some("there are two state files"),
    );
    fs::remove_file(lake.cache()).unwrap();
    check(&lake, "models/.rocky-state.redb", None);
    fs::remove_file(lake.path("models/.rocky-state.redb")).unwrap();
    check(&lake, "models/.rocky-state.redb", None);
}

#[test]
fn the_models_directory_can_be_called_otherwise() {
    let lake = lake();
    fs::create_dir(lake.path("sql")).unwrap();
    lake.write(
        "rocky.toml",
        "models = \"sql\"\n".to_owned() + &config(&lake.emulator.url(), &["s"], ""),
    );
    check(&lake, "sql/.rocky-state.redb", None);
}

#[test]
fn a_path_that_is_given_outranks_every_other() {
    let lake = lake();
    fs::create_dir(lake.path("models")).unwrap();
    lake.rocky(&["run", "--state-path", "given.redb"]);
    assert_eq!(lake.files(), ["given.redb", "models", "rocky.toml"]);
    let run = lake.finish(
        lake.command(&["run"])
            .env("ROCKY_STATE_PATH", "variable.redb"),
    );
    assert_eq!(run.code, Some(0));
    assert!(lake.path("variable.redb").exists());
    let both = ["state", "--state-path", "given.redb", "--output", "json"];
    let state = lake
        .finish(lake.command(&both).env("ROCKY_STATE_PATH", "variable.redb"))
        .json();
    assert_eq!(state["path"], lake.path("given.redb").to_str().unwrap());
    assert_eq!(state["reason"], "given by --state-path");
}

#[test]
fn without_a_project_it_is_in_the_working_directory_or_in_models_below() {
    let lake = lake();
    fs::remove_file(lake.path("rocky.toml")).unwrap();
    let path = |lake: &Lake| {
        let state = lake.json(&["state"]);
        let reason = state["reason"].as_str().unwrap().to_owned();
        (state["path"].as_str().unwrap().to_owned(), reason)
    };
    let at = |place: &str, reason: &str| {
        (
            lake.path(place).to_str().unwrap().to_owned(),
            reason.to_owned(),
        )
    };
    let new = at(".rocky-state.redb", "new, in the project directory");
    assert_eq!(path(&lake), new);
    fs::create_dir(lake.path("models")).unwrap();
    let new = at("models/.rocky-state.redb", "new, in the models directory");
    assert_eq!(path(&lake), new);
    lake.write("models/.rocky-state.redb", "");
    let there = at("models/.rocky-state.redb", "in the models directory");
    assert_eq!(path(&lake), there);
}

#[test]
fn a_project_is_found_from_below() {
    let lake = lake();
    fs::create_dir_all(lake.path("models/deep")).unwrap();
    let below = lake.path("models/deep");
    let run = lake.finish(lake.command(&["run"]).current_dir(&below));
    assert_eq!(run.code, Some(0), "{run}");
    assert!(lake.path("models/.rocky-state.redb").exists());
    let elsewhere = lake.path("rocky.toml");
    let config = [
        "run",
        "--config",
        elsewhere.to_str().unwrap(),
        "--output",
        "json",
    ];
    let run = lake.finish(lake.command(&config).current_dir("/"));
    assert_eq!(run.counts("s"), Some([0, 1, 0]), "{run}");
}
