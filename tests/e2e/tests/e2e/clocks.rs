//! Time to live, and clocks that disagree.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rocky_cache::{CacheConfig, Connection, Cost, Provenance, Tap, Timestamp};
use rocky_schema::{Column, Entry, Folding, IdentifierRules, Matching, SchemaName, Summary, Table};
use serde_json::Value;

use crate::filled::view;
use crate::project::{Lake, Project, add_tables, empty_warehouse};

/// What another host has written, by its own clock: the schema `c.s` with the table `t`.
pub fn describe(project: &Project, schemas: &[(String, Vec<Entry>)], at: SystemTime) {
    let connection = Arc::new(Connection {
        adapter: "elsewhere".to_owned(),
        plugin: "databricks".to_owned(),
        endpoint: "https://lake.example".to_owned(),
        identity: Default::default(),
        rules: IdentifierRules {
            unquoted: Folding::Lower,
            tables: Matching::IgnoreCase,
            columns: Matching::IgnoreCase,
            quote: '`',
        },
        dialect: "databricks".to_owned(),
    });
    let provenance = Arc::new(Provenance {
        plugin: "databricks".to_owned(),
        version: "0.1.0".to_owned(),
        digest: "sha256:00".to_owned(),
    });
    let tap = Tap::start(&CacheConfig::at(project.cache()));
    for (name, entries) in schemas {
        let mut schema = tap.schema(&connection, &provenance, SchemaName::new("c", name));
        schema.page(entries);
        let cost = Cost {
            described_at: Timestamp::from(at),
            duration: Duration::from_millis(1),
            requests: 1,
        };
        schema.done(&Summary::exhausted(), cost);
    }
    assert_eq!(tap.finish().failures().count(), 0);
}

pub fn table(name: &str) -> Entry {
    Entry::Table(Table::new(name, vec![Column::new("x", "int")]))
}

fn one() -> [(String, Vec<Entry>); 1] {
    [("s".to_owned(), vec![table("t")])]
}

/// Whether every command that tells it tells the same.
fn is_fresh(project: &Project, ttl: &[&str]) -> bool {
    let ask = |command: &[&str]| project.json(&[command, ttl].concat());
    let fresh = ask(&["schema", "show", "c.s.t"])["fresh"].as_bool();
    assert_eq!(
        ask(&["schema", "ls"])["schemas"][0]["fresh"].as_bool(),
        fresh
    );
    let state = ask(&["state"]);
    let counts = ["fresh", "stale"].map(|name| state["adapters"][0][name].as_u64());
    let fresh = fresh.unwrap();
    assert_eq!(counts, [Some(u64::from(fresh)), Some(u64::from(!fresh))]);
    fresh
}

#[test]
fn the_flag_outranks_the_file_which_outranks_the_default() {
    let hours = |hours: u64| SystemTime::now() - Duration::from_secs(hours * 3600);
    for (described, flag, file, expected) in [
        (hours(23), None, None, true),
        (hours(25), None, None, false),
        (hours(25), None, Some("90001"), true),
        (hours(23), None, Some("80000"), false),
        (hours(23), Some("90000"), Some("0"), true),
        (hours(1), Some("0"), Some("90000"), false),
        (hours(1), Some("3599"), None, false),
        (hours(1), Some("18446744073709551615"), Some("0"), true),
        (
            SystemTime::UNIX_EPOCH,
            Some("18446744073709551615"),
            None,
            true,
        ),
        (hours(0), Some("0"), None, false),
    ] {
        let project = Project::without_config();
        if let Some(seconds) = file {
            project.write(
                "rocky.toml",
                format!("[cache.schemas]\nttl_seconds = {seconds}\n"),
            );
        }
        describe(&project, &one(), described);
        let flags: Vec<&str> = flag.map_or(Vec::new(), |seconds| vec!["--cache-ttl", seconds]);
        assert_eq!(
            is_fresh(&project, &flags),
            expected,
            "{described:?} {flag:?} {file:?}"
        );
    }
}

#[test]
fn every_command_takes_the_flag_and_refuses_what_is_no_number() {
    let project = Project::without_config();
    for command in [
        &["run"][..],
        &["discover"],
        &["schema", "ls"],
        &["schema", "show", "c.s.t"],
        &["schema", "diff", "c.s", "c.s"],
        &["schema", "history", "c.s.t"],
        &["schema", "search", "x"],
        &["schema", "export", "tree"],
        &["schema", "import", "tree"],
        &["state"],
        &["state", "show"],
        &["state", "clear-schema-cache"],
        &["state", "check"],
        &["state", "compact"],
        &["plugin", "inspect", "databricks"],
        &["plugin", "lock"],
    ] {
        for wrong in ["-1", "1.5", "18446744073709551616", "1d", ""] {
            let ttl = format!("--cache-ttl={wrong}");
            let output = project.rocky(&[command, &[&ttl]].concat());
            assert_eq!(output.code, Some(2), "{command:?} {wrong}: {output}");
            assert!(output.stderr.contains("invalid value") || wrong.is_empty());
        }
    }
    let state = project.json(&["state", "--cache-ttl", "18446744073709551615"]);
    assert_eq!(state["ttl_seconds"].as_u64(), Some(u64::MAX));
}

/// Commands that tell what the cache holds and not how old it is, each with something of its answer.
const TIMELESS: [(&[&str], &str); 8] = [
    (&["schema", "diff", "--since", "2020-01-01"], "added"),
    (&["schema", "diff", "c.s", "c.r"], "removed"),
    (&["schema", "diff", "c.s.t", "c.r.u"], "altered"),
    (&["schema", "history", "c.s.t"], "added"),
    (&["schema", "search", "x"], "int"),
    (&["schema", "export", "--format", "json"], "c"),
    (&["schema", "export", "--format", "ddl"], "CREATE TABLE"),
    (&["schema", "export", "tree", "--check"], "tree"),
];

#[test]
fn what_is_stale_is_compared_found_and_exported_as_what_is_fresh() {
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let schemas = [
        ("r".to_owned(), vec![table("u")]),
        ("s".to_owned(), vec![table("t"), view("v", &["x", "y"])]),
    ];
    // By the file alone, and by a flag that says the opposite of it.
    for (file, flag, fresh) in [
        ("7200", None, true),
        ("60", None, false),
        ("7200", Some("60"), false),
        ("60", Some("7200"), true),
        ("7200", Some("0"), false),
    ] {
        let project = Project::new(&format!("[cache.schemas]\nttl_seconds = {file}\n"));
        describe(&project, &schemas, hour_ago);
        let flags = flag.map_or(Vec::new(), |seconds| vec!["--cache-ttl", seconds]);
        let stale = project.json(&[&["schema", "ls", "--stale"], &flags[..]].concat());
        let stale = stale["schemas"].as_array().unwrap().len();
        assert_eq!(stale, if fresh { 0 } else { 2 }, "{file} {flag:?}");
        assert_eq!(project.rocky(&["schema", "export", "tree"]).code, Some(0));
        for (command, expected) in TIMELESS {
            let ageless = [command, &["--cache-ttl", "18446744073709551615"]].concat();
            let ageless = project.rocky(&ageless);
            let output = project.rocky(&[command, &flags].concat());
            assert_eq!(output.code, Some(0), "{command:?}: {output}");
            output.has(expected);
            assert_eq!(output.stdout, ageless.stdout, "{command:?} {file} {flag:?}");
            assert_eq!(output.stderr, ageless.stderr, "{command:?} {file} {flag:?}");
            assert!(!output.stdout.contains("stale"), "{output}");
        }
    }
}

#[test]
fn what_a_host_with_a_fast_clock_has_written_is_stale_and_can_be_replaced() {
    let emulator = empty_warehouse();
    add_tables(
        &emulator,
        "s",
        &[("t", &[("x", "int")]), ("u", &[("y", "int")])],
    );
    let lake = Lake::new(emulator, &["s"], "");
    assert_eq!(lake.run().code, Some(0));
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    describe(&lake, &one(), tomorrow);
    let of = |adapter: &str| -> Value {
        let state = lake.json(&["state", "--cache-ttl", "18446744073709551615"]);
        let adapters = state["adapters"].as_array().unwrap();
        let found = adapters.iter().find(|it| it["adapter"] == adapter);
        found.unwrap()["fresh"].clone()
    };
    assert_eq!((of("elsewhere"), of("lake")), (0.into(), 1.into()));
    lake.rocky(&["schema", "ls", "--output", "table"])
        .has("in the future");
    // Nobody knows how old it is, so no age is more than its own.
    let clear = |arguments: &[&str]| {
        let arguments = [
            &["state", "clear-schema-cache", "--adapter", "elsewhere"],
            arguments,
        ];
        lake.json(&arguments.concat())["entries_deleted"].as_u64()
    };
    assert_eq!(clear(&["--older-than", "0s"]), Some(0));
    // A host with the right time describes it again.
    describe(&lake, &one(), SystemTime::now());
    assert_eq!(of("elsewhere"), 1);
    assert_eq!(clear(&[]), Some(1));
    let run = lake.run();
    assert_eq!(run.counts("s"), Some([0, 2, 0]), "{run}");
}
