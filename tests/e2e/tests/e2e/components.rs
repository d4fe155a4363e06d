//! Files that are no plugins: each is told apart from the others.

use std::fmt::Write;
use std::fs;

use crate::project::{Project, components};

const METADATA: &str = "rocky:adapter/metadata@0.1.0";

/// Components as text, and what is said of them.
fn texts() -> Vec<(&'static str, String, &'static str)> {
    let import = |name: &str| format!("(component (import \"{name}\" (instance)))");
    let export =
        |name: &str| format!("(component (instance $i) (export \"{name}\" (instance $i)))");
    vec![
        (
            "empty component",
            "(component)".to_owned(),
            "does not export `rocky:adapter/metadata@0.1.0`, so it is not a rocky adapter",
        ),
        (
            "unknown import",
            import("acme:db/query@1.0.0"),
            "imports `acme:db/query@1.0.0`, which rocky does not offer",
        ),
        (
            "plain import",
            import("env"),
            "imports `env`, which rocky does not offer",
        ),
        (
            "wasi of the future",
            import("wasi:http/handler@0.3.0"),
            "imports `wasi:http/handler@0.3.0`, which rocky does not offer",
        ),
        (
            "import of another contract",
            import("rocky:adapter/log@9.0.0"),
            "was built for version 9.0.0 of the contract `rocky:adapter`",
        ),
        (
            "export of another contract",
            export("rocky:adapter/metadata@0.2.0"),
            "this rocky speaks 0.1.0",
        ),
        (
            "another shape",
            export(METADATA),
            "does not fit the contract",
        ),
        (
            "core module",
            "(module)".to_owned(),
            "is not a WebAssembly component: it is a core module",
        ),
    ]
}

#[test]
fn every_file_that_is_no_plugin_is_told_apart() {
    let project = Project::without_config();
    let mut cases: Vec<(&str, Vec<u8>, &str)> = Vec::new();
    for (name, text, expected) in texts() {
        cases.push((name, wat::parse_str(text).unwrap(), expected));
    }
    let whole = fs::read(components().join("databricks.wasm")).unwrap();
    cases.push((
        "half a component",
        whole[..whole.len() / 2].to_vec(),
        "cannot compile the component",
    ));
    cases.push((
        "text",
        b"#!/bin/sh\n".to_vec(),
        "it is some other kind of file",
    ));
    cases.push(("empty file", Vec::new(), "it is an empty file"));
    let mut told = String::new();
    for (name, bytes, expected) in cases {
        project.write("plugin.wasm", bytes);
        for arguments in [
            &["plugin", "inspect", "plugin.wasm"][..],
            &[
                "run",
                "--plugin",
                "./plugin.wasm",
                "--catalog",
                "c",
                "--schema",
                "s",
            ],
        ] {
            let output = project.rocky(arguments);
            output.failed_with(1);
            output.has(expected);
            output.has("plugin.wasm");
        }
        let output = project.rocky(&["plugin", "inspect", "plugin.wasm"]);
        write!(
            told,
            "{name}: {}",
            output.redacted().split_once("--- stderr\n").unwrap().1
        )
        .unwrap();
    }
    // How the compiler puts it changes with the compiler.
    let compiler = regex::Regex::new(r"(half a component: .*wasm): .*").unwrap();
    insta::assert_snapshot!("components", compiler.replace(&told, "$1: [REASON]"));
}

#[test]
fn a_plugin_that_is_not_there_is_told_with_the_places_that_were_looked_in() {
    let project = Project::without_config();
    let output = project.rocky(&["plugin", "inspect", "databrick"]);
    assert_eq!(output.code, Some(1));
    insta::assert_snapshot!("component_missing", output.redacted());
    let output = project.rocky(&["plugin", "inspect", "./none.wasm"]);
    assert_eq!(output.code, Some(1));
    output.has(project.path("./none.wasm").to_str().unwrap());
}

#[test]
fn a_plugin_is_found_by_name_in_each_place_and_by_path_from_the_project() {
    let project = Project::new("");
    let data = project.home("data/rocky/plugins");
    fs::create_dir_all(&data).unwrap();
    fs::copy(components().join("test/probe.wasm"), data.join("mine.wasm")).unwrap();
    let found = project.json(&["plugin", "inspect", "mine"]);
    assert_eq!(found["path"], data.join("mine.wasm").to_str().unwrap());

    fs::create_dir(project.path("plugins")).unwrap();
    fs::copy(data.join("mine.wasm"), project.path("plugins/own.wasm")).unwrap();
    let run = "[adapter.a]\nplugin = \"plugins/own.wasm\"\nhost = \"http://127.0.0.1:9\"\nbehaviour = \"nothing\"\n\
               [pipeline.p]\nsource = { adapter = \"a\", catalog = \"c\", schemas = [\"s\"] }\n";
    project.write("rocky.toml", run);
    let run = project.finish(
        project
            .command(&["run", "--output", "json"])
            .current_dir(project.path("plugins")),
    );
    assert_eq!(run.counts("s"), Some([1, 0, 0]), "{run}");
}

#[test]
fn a_plugin_is_compiled_once_and_kept_where_nobody_else_can_write() {
    let project = Project::without_config();
    let kept = project.path("cache");
    let inspect = || {
        let mut command = project.command(&["plugin", "inspect", "metadata_only", "-vv"]);
        project.finish(command.env("XDG_CACHE_HOME", &kept))
    };
    let (first, second) = (inspect(), inspect());
    first.has("compiling");
    assert!(!second.stderr.contains("compiling"), "{second}");
    let artifacts: Vec<_> = fs::read_dir(kept.join("rocky/components"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(artifacts.len(), 1);

    fs::write(&artifacts[0], b"no machine code").unwrap();
    assert_eq!(inspect().code, Some(0));
    check_private(&kept, &inspect);
}

#[cfg(unix)]
fn check_private(kept: &std::path::Path, inspect: &dyn Fn() -> crate::project::Output) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let directory = kept.join("rocky/components");
    assert_eq!(fs::metadata(&directory).unwrap().mode() & 0o777, 0o700);
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
    let output = inspect();
    assert_eq!(output.code, Some(0), "{output}");
    output.has("can be written by another user");
}

#[cfg(not(unix))]
fn check_private(_: &std::path::Path, _: &dyn Fn() -> crate::project::Output) {}
