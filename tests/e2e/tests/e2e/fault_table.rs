//! `docs/faults.md`: what the user sees of each failure of a warehouse, and what the cache holds then. The test makes the page anew
//! and compares; with `ROCKY_UPDATE_DOCS=1` it writes it.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use regex::Regex;
use rocky_emulator::{Action, Emulator, Fault};

use crate::project::{Lake, add_tables, through_sql};

const HEAD: &str = "# What a failing warehouse looks like

This page is made by a test, from runs against the local warehouse: three tables, described before; then one changes, and the workspace fails
while they are described again. *For ever* means that it fails at every try (here `retry_seconds = 1`), *once* that the next try is well
(`retry_seconds = 20`).

Whatever happens, a schema is cached as it was before or as it is now, never in between; other schemas of the same run are not affected.

";

/// Where the workspace fails, and how to find those requests.
struct Place {
    title: &'static str,
    through: Through,
    path: &'static str,
    query: Option<&'static str>,
}

/// How the tables are described.
#[derive(Clone, Copy, PartialEq)]
enum Through {
    Rest,
    Sql,
    /// A result that is too large to come inline.
    Links,
}

const PLACES: [Place; 4] = [
    Place {
        title: "Unity Catalog's REST API: the second page of the tables",
        through: Through::Rest,
        path: "/unity-catalog/tables",
        query: Some("page_token="),
    },
    Place {
        title: "Statements: the request that starts one",
        through: Through::Sql,
        path: "/api/2.0/sql/statements",
        query: None,
    },
    Place {
        title: "Statements: a chunk of the result",
        through: Through::Sql,
        path: "/result/chunks/",
        query: None,
    },
    Place {
        title: "Statements: a file in storage, of a result that is too large to come inline",
        through: Through::Links,
        path: "/results/",
        query: None,
    },
];

fn faults() -> Vec<(&'static str, Action)> {
    vec![
        ("401, unknown token", Action::status(401)),
        ("403, not permitted", Action::status(403)),
        ("404, not found", Action::status(404)),
        ("429, come back in a second", Action::rate_limited(1)),
        ("429, come back in an hour", Action::rate_limited(3_600)),
        ("500, internal error", Action::status(500)),
        ("503, unavailable", Action::status(503)),
        ("a login page in the place of JSON", Action::Html),
        ("half a body", Action::CutBody),
        ("half a JSON text", Action::InvalidJson),
        ("a connection that breaks", Action::DropConnection),
    ]
}

/// A warehouse whose table `t1` has changed since it was cached.
fn changed(place: &Place, retry_seconds: u32) -> Lake {
    let emulator = Emulator::builder().settings(|settings| {
        settings.page_size = 1;
        settings.chunk_rows = 1;
        if place.through == Through::Links {
            settings.inline_limit_bytes = 1;
        }
    });
    let emulator = emulator.start().unwrap();
    let tables: [(&str, &[(&str, &str)]); 3] = [
        ("t1", &[("x", "int")]),
        ("t2", &[("x", "int")]),
        ("t3", &[("x", "int")]),
    ];
    add_tables(&emulator, "s", &tables);
    let source = match place.through {
        Through::Rest => "source = \"rest\"".to_owned(),
        Through::Sql => through_sql(),
        Through::Links => {
            let storage = emulator.storage_url();
            format!("{}\nnetwork.allow = [\"{storage}\"]", through_sql())
        }
    };
    let lake = Lake::new(
        emulator,
        &["s"],
        &format!("{source}\nretry_seconds = {retry_seconds}"),
    );
    assert_eq!(lake.run().counts("s"), Some([3, 0, 0]));
    add_tables(
        &lake.emulator,
        "s",
        &[("t1", &[("x", "int"), ("y", "int")])],
    );
    lake
}

/// What a run comes to: what is said, and what the cache holds then.
fn outcome(lake: &Lake) -> (String, &'static str) {
    let run = lake.run_whole();
    let error = run.schema("s")["error"].take();
    let said = match error["message"].as_str() {
        None => "nothing: it is got over".to_owned(),
        Some(message) => format!(
            "{}. *{}*",
            message.trim_end_matches('.'),
            error["hint"].as_str().unwrap_or_default()
        ),
    };
    let said = said.replace("adapter `lake` could not describe c.s: ", "");
    let changing = [
        (r"127\.0\.0\.1:\d+", "HOST"),
        // How often something was tried depends on how long each pause was, and that is chance.
        (r" \(tried \d+ times in \d+ s\)", ""),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "ID"),
        (r"01[0-9a-f]{6}-[0-9a-f-]+", "ID"),
        // Chunks are fetched several at a time, and any of them may be the one that fails.
        (r"chunk \d+", "chunk N"),
        (r"chunks/\d+", "chunks/N"),
        (r"results/([^/]+)/\d+", "results/$1/N"),
        (r"after \d+ bytes", "after … bytes"),
        (r"\|", "\\|"),
        (r"\s+", " "),
    ];
    let said = changing.into_iter().fold(said, |text, (pattern, shown)| {
        Regex::new(pattern)
            .unwrap()
            .replace_all(&text, shown)
            .into_owned()
    });
    let columns = lake.json(&["schema", "show", "c.s.t1"])["columns"]
        .as_array()
        .unwrap()
        .len();
    (
        said,
        if columns == 2 {
            "as it is now"
        } else {
            "as it was"
        },
    )
}

fn section(place: &Place) -> String {
    let mut page = format!(
        "## {}\n\n| the workspace answers | how often | the user sees | the cache holds the schema |\n|---|---|---|---|\n",
        place.title
    );
    for (name, action) in faults() {
        for (often, times) in [("for ever", None), ("once", Some(1))] {
            let lake = changed(place, if times.is_none() { 1 } else { 20 });
            let mut fault = Fault::on(place.path, action.clone());
            if let Some(query) = place.query {
                fault = fault.query(query);
            }
            lake.emulator.fault(match times {
                None => fault.forever(),
                Some(times) => fault.times(times),
            });
            let (said, cached) = outcome(&lake);
            writeln!(page, "| {name} | {often} | {said} | {cached} |").unwrap();
        }
    }
    page + "\n"
}

#[test]
fn the_page_about_failures_is_true() {
    let sections: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = PLACES
            .iter()
            .map(|place| scope.spawn(|| section(place)))
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let page = format!("{HEAD}{}\n", sections.concat().trim_end());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/faults.md");
    if std::env::var_os("ROCKY_UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differing = page
        .lines()
        .zip(written.lines())
        .find(|(made, written)| made != written);
    assert!(
        written == page,
        "docs/faults.md is not what runs show; write it with ROCKY_UPDATE_DOCS=1: {differing:#?}"
    );
}
