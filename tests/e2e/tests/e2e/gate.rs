//! A cache that is switched off is not there.

use crate::project::{Lake, add_tables, config, empty_warehouse};

#[test]
fn a_disabled_cache_is_neither_made_nor_opened() {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let disabled = "[cache.schemas]\nenabled = false\n";
    let lake = Lake::with_config(emulator, &(config("URL", &["s"], "") + disabled));
    let check = |files: &[&str]| {
        let run = lake.run();
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
        assert_eq!(run.json()["cache"]["enabled"], false);
        assert_eq!(
            (run.schema("s")["tables"].as_u64(), run.counts("s")),
            (Some(1), None)
        );
        lake.rocky(&["run", "--output", "table"])
            .has("the cache is disabled");
        assert_eq!(lake.files(), files);
    };
    check(&["rocky.toml"]);
    // Whoever opened this would complain.
    lake.write(".rocky-state.redb", "not a cache");
    check(&[".rocky-state.redb", "rocky.toml"]);
    assert_eq!(std::fs::read(lake.cache()).unwrap(), b"not a cache");

    let listed = lake.rocky(&["schema", "ls"]);
    assert_eq!(listed.code, Some(1));
    listed.has("the schema cache is disabled");
    listed.has("set `enabled = true` under [cache.schemas] in rocky.toml");
    let state = lake.json(&["state"]);
    assert_eq!(
        (state["enabled"].as_bool(), state["exists"].as_bool()),
        (Some(false), Some(false))
    );
    lake.rocky(&["state", "--output", "table"])
        .has("The schema cache is disabled");
}

#[test]
fn the_time_to_live_only_changes_what_counts_as_fresh() {
    let emulator = empty_warehouse();
    add_tables(&emulator, "s", &[("t", &[("x", "int")])]);
    let stale = "[cache.schemas]\nttl_seconds = 0\n";
    let lake = Lake::with_config(emulator, &(config("URL", &["s"], "") + stale));
    lake.run();
    let is_fresh = |arguments: &[&str]| {
        lake.json(&[&["schema", "show", "c.s.t"], arguments].concat())["fresh"].as_bool()
    };
    assert_eq!(
        (is_fresh(&[]), is_fresh(&["--cache-ttl", "60"])),
        (Some(false), Some(true))
    );
    lake.rocky(&["schema", "show", "c.s.t", "--output", "table"])
        .has("through adapter `lake`, stale");
    lake.rocky(&["schema", "ls", "--output", "table"])
        .has("stale");
    assert_eq!(lake.json(&["state"])["adapters"][0]["stale"], 1);
}
