//! The command line itself: wrong use, forms of output, colours, and readers that have seen enough.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use insta::assert_snapshot;

use crate::project::{Lake, Project, add_tables, empty_warehouse};

#[test]
fn wrong_use_exits_with_2_and_says_what_would_be_right() {
    let project = Project::without_config();
    for (arguments, expected) in [
        (&["rum"][..], "unrecognized subcommand 'rum'"),
        (&[], "Usage:"),
        (&["run", "--schema", "s"], "--catalog"),
        (
            &["run", "--catalog", "", "--schema", "s"],
            "a value is required for '--catalog",
        ),
        (&["run", "--catalog", "c"], "--schema"),
        (&["run", "--set", "novalue"], "expected KEY=VALUE"),
        (
            &["run", "--plugin", "a", "--adapter", "b"],
            "cannot be used with",
        ),
        (&["run", "-v", "-q"], "cannot be used with"),
        (&["run", "--output", "xml"], "possible values: table, json"),
        (&["run", "--cache-ttl", "soon"], "invalid value 'soon'"),
        (&["schema", "show"], "<CATALOG.SCHEMA.TABLE>"),
        (
            &["run"],
            "there is no rocky.toml here or in a parent directory, and no --plugin is given",
        ),
        (
            &["run", "--adapter", "lake"],
            "there is no rocky.toml that names the adapter `lake`",
        ),
        (
            &["run", "--plugin", "databricks", "--set", "host=https://x"],
            "add --catalog C --schema S",
        ),
        (
            &[
                "run",
                "--plugin",
                "databricks",
                "--catalog",
                "c",
                "--schema",
                "s",
            ],
            "give it with --set host=…",
        ),
        (
            &[
                "run",
                "--plugin",
                "databricks",
                "--set",
                "hots=x",
                "--catalog",
                "c",
                "--schema",
                "s",
            ],
            "did you mean `host`?",
        ),
        (
            &[
                "run",
                "--plugin",
                "databricks",
                "--set",
                "retry_seconds=x",
                "--catalog",
                "c",
                "--schema",
                "s",
            ],
            "--set retry_seconds: `x` is not",
        ),
        (
            &[
                "run",
                "--plugin",
                "databricks",
                "--set",
                "host=x",
                "--set",
                "source=odbc",
                "--catalog",
                "c",
                "--schema",
                "s",
            ],
            "must be one of auto, rest, information_schema, not `odbc`",
        ),
    ] {
        let output = project.rocky(arguments);
        assert_eq!(output.code, Some(2), "{arguments:?}: {output}");
        assert!(output.stderr.contains(expected), "{arguments:?}: {output}");
        // A program that reads standard output finds nothing there, or the error as JSON.
        if !output.stdout.is_empty() {
            assert!(output.json()["error"]["message"].is_string(), "{output}");
        }
        assert_eq!(project.files(), [""; 0]);
    }
}

#[test]
fn the_help_says_what_each_command_does() {
    let project = Project::without_config();
    for (name, arguments) in [
        ("help", &["--help"][..]),
        ("help_run", &["run", "--help"]),
        ("help_short", &["-h"]),
        ("help_discover", &["discover", "--help"]),
        ("help_schema", &["schema", "--help"]),
        ("help_schema_diff", &["schema", "diff", "--help"]),
        ("help_schema_export", &["schema", "export", "--help"]),
        ("help_plugin_inspect", &["plugin", "inspect", "--help"]),
        ("help_plugin_lock", &["plugin", "lock", "--help"]),
        ("help_completions", &["completions", "--help"]),
        ("help_json_schema", &["json-schema", "--help"]),
        ("help_state", &["state", "--help"]),
        ("help_clear", &["state", "clear-schema-cache", "--help"]),
        ("help_check", &["state", "check", "--help"]),
        ("help_compact", &["state", "compact", "--help"]),
    ] {
        let mut output = project.rocky(arguments);
        assert_eq!(output.code, Some(0));
        if !["help", "help_short", "help_run"].contains(&name) {
            // The same everywhere.
            let global = output.stdout.find("Global options:").unwrap();
            let examples = output.stdout.find("Examples:").unwrap();
            output.stdout.replace_range(global..examples, "");
        }
        assert_snapshot!(name, output.redacted());
    }
    let version = project.rocky(&["--version"]);
    assert_eq!(
        version.stdout,
        format!("rocky {}\n", env!("CARGO_PKG_VERSION"))
    );
}

fn filled() -> Lake {
    let emulator = empty_warehouse();
    let names: Vec<String> = (0..3000).map(|index| format!("table_{index}")).collect();
    let tables: Vec<(&str, &[(&str, &str)])> = names
        .iter()
        .map(|name| (name.as_str(), &[("x", "int")][..]))
        .collect();
    add_tables(&emulator, "s", &tables);
    let lake = Lake::new(emulator, &["s"], "");
    assert_eq!(lake.run().code, Some(0));
    lake
}

#[test]
fn programs_get_json_and_colours_are_for_terminals_unless_told_otherwise() {
    let lake = filled();
    assert_eq!(lake.rocky(&["schema", "ls"]).json()["version"], 1);
    let variable = lake.finish(lake.command(&["schema", "ls"]).env("ROCKY_OUTPUT", "table"));
    assert!(variable.stdout.starts_with("adapter"), "{variable}");
    let is_coloured = |arguments: &[&str], no_color: &str| {
        let arguments = [arguments, &["--output", "table"]].concat();
        lake.finish(lake.command(&arguments).env("NO_COLOR", no_color))
            .stdout
            .contains('\u{1b}')
    };
    for (arguments, no_color, expected) in [
        (&["schema", "ls"][..], "", false),
        (&["schema", "ls", "--color", "always"], "", true),
        (&["schema", "ls", "--color", "always"], "1", true),
        (&["schema", "ls", "--color", "never"], "", false),
        (&["schema", "ls"], "1", false),
    ] {
        assert_eq!(
            is_coloured(arguments, no_color),
            expected,
            "{arguments:?} {no_color}"
        );
    }
    let json = lake.rocky(&["schema", "ls", "--color", "always", "--output", "json"]);
    assert!(!json.stdout.contains('\u{1b}'));
    let error = lake.rocky(&["schema", "ls", "--adapter", "x", "--color", "always"]);
    assert!(
        error.stderr.starts_with("\u{1b}[1;31merror\u{1b}[0m: "),
        "{:?}",
        error.stderr
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let lake = filled();
    for form in ["table", "json"] {
        let mut command = lake.command(&["schema", "ls", "c.s", "--output", form]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{form}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.stderr, b"", "{form}");
    }
}

#[test]
fn quiet_says_only_what_went_wrong_and_verbose_what_happens() {
    let lake = filled();
    assert_eq!(lake.rocky(&["run", "--quiet"]).stderr, "");
    assert_eq!(lake.rocky(&["run"]).stderr, "");
    let verbose = lake.rocky(&["run", "-vvv"]);
    for text in ["GET", "/api/2.1/unity-catalog/tables", "lake"] {
        assert!(verbose.stderr.contains(text), "{verbose}");
    }
    assert_eq!(verbose.json()["command"], "run");
}

#[test]
fn every_shell_has_a_script_that_knows_the_commands() {
    let project = Project::without_config();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = project.rocky(&["completions", shell]);
        assert_eq!(output.code, Some(0), "{output}");
        for word in ["discover", "with-schemas", "clear-schema-cache"] {
            assert!(output.stdout.contains(word), "{shell} lacks {word}");
        }
    }
    let wrong = project.rocky(&["completions", "cmd"]);
    assert_eq!(wrong.code, Some(2), "{wrong}");
    wrong.has("possible values: bash");
}

#[test]
fn every_command_has_a_man_page_with_its_examples() {
    let project = Project::without_config();
    let report = project.json(&["man", "made/man1"]);
    let pages = project.tree("made/man1");
    let files: Vec<&str> = pages.keys().map(String::as_str).collect();
    assert_eq!(report["files"], serde_json::json!(files));
    for command in [
        "",
        "-run",
        "-schema-diff",
        "-state-clear-schema-cache",
        "-man",
    ] {
        assert!(
            pages.contains_key(&format!("rocky{command}.1")),
            "{files:?}"
        );
    }
    assert!(pages["rocky.1"].contains(".SH FILES\n.nf\n\\&rocky.toml"));
    for (name, page) in &pages {
        assert!(page.contains(".TH rocky"), "{name}: {page}");
        // As it is typed, each line for itself.
        let (_, examples) = page.split_once(".SH EXAMPLES\n.nf\n").unwrap();
        let (examples, _) = examples.split_once("\n.fi").unwrap();
        assert!(
            examples.lines().all(|line| line.starts_with("\\&rocky ")),
            "{name}: {page}"
        );
    }
    project.write("file", "");
    project.rocky(&["man", "file"]).failed_with(1);
    project.rocky(&["json-schema", "file"]).failed_with(1);
}
