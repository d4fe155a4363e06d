//! Mistakes in `rocky.toml` are shown where they stand.

use insta::assert_snapshot;

use crate::project::{Project, config};

/// A mistake that is told with its place and with what would be right.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let project = Project::new(text);
    let run = project.rocky(&["run"]);
    run.failed_with(1);
    expected.iter().for_each(|part| run.has(part));
    assert_eq!(project.files(), ["rocky.toml"]);
}

#[test]
fn every_mistake_is_shown_where_it_stands() {
    let lake = config("http://127.0.0.1:9", &["s"], "");
    check(
        &format!("{lake}[cache.schemas]\nenabeld = true\n"),
        &[
            "rocky.toml:11:1",
            "unknown key `enabeld` in [cache.schemas]",
            "did you mean `enabled`?",
        ],
    );
    check(
        &format!("{lake}[adaptor.x]\n"),
        &[
            "rocky.toml:10:",
            "unknown key `adaptor`",
            "did you mean `adapter`?",
        ],
    );
    check(
        &lake.replace("plugin =", "plugn ="),
        &[
            "rocky.toml:2:1",
            "needs the key `plugin`",
            "did you mean `plugin`?",
        ],
    );
    check(
        &lake.replace("host =", "hots ="),
        &[
            "rocky.toml:3:1",
            "`hots` is not a setting of the plugin `databricks`",
            "did you mean `host`?",
        ],
    );
    check(
        &lake.replace("host = \"http://127.0.0.1:9\"", ""),
        &["rocky.toml:1", "the setting `host` is missing"],
    );
    check(
        &lake.replace("http://127.0.0.1:9", "not a place"),
        &[
            "rocky.toml:3:",
            "does not tell where the warehouse is: `not a place`",
        ],
    );
    check(
        &lake.replace("\"http://127.0.0.1:9\"", "7"),
        &["rocky.toml:3:", "the setting `host` must be"],
    );
    check(
        &lake.replace("\"bearer\"", "\"baerer\""),
        &[
            "rocky.toml:6:8",
            "there is no type `baerer`",
            "did you mean `bearer`?",
        ],
    );
    check(
        &lake.replace("adapter = \"lake\"", "adapter = \"lak\""),
        &[
            "rocky.toml:9:",
            "there is no adapter `lak`",
            "did you mean `lake`?",
        ],
    );
    check(
        &lake.replace("[\"s\"]", "[]"),
        &["rocky.toml:9:", "`schemas` is empty"],
    );
    check(
        &lake.replace("http://127.0.0.1:9", "${NOWHERE}"),
        &[
            "rocky.toml:3:8",
            "needs the environment variable NOWHERE",
            "${NOWHERE:-default}",
        ],
    );
    check(
        &format!("{lake}[adapter.lake.limits]\nidle_seconds = 0\n"),
        &["the limit `idle_seconds` must be at least 1"],
    );
    check("[adapter.lake\n", &["rocky.toml:1"]);
    check("", &["rocky.toml names no adapter"]);
    check(
        "[adapter.lake]\nplugin = \"databricks\"\nhost = \"https://x\"\n",
        &["rocky.toml names no pipeline"],
    );
}

#[test]
fn a_mistake_looks_like_this() {
    let text = config("http://127.0.0.1:9", &["s"], "sauce = \"rest\"");
    let project = Project::new(&text);
    assert_snapshot!(project.rocky(&["run"]).redacted());
    let project = Project::without_config();
    assert_snapshot!(
        "config_missing",
        project.rocky(&["run", "--config", "none.toml"]).redacted()
    );
}

#[test]
fn a_value_from_the_environment_may_hold_anything() {
    let text =
        config("${HOST:-http://127.0.0.1:9}", &["s"], "").replace("dapi-emulator", "${TOKEN}");
    let project = Project::new(&text);
    let run = project.finish(
        project
            .command(&["run", "--output", "json"])
            .env("TOKEN", "a\"b=[${X}"),
    );
    assert_eq!(run.schema("s")["error"]["code"], "unavailable", "{run}");
}

/// Only root can give a file away.
#[cfg(unix)]
#[test]
fn a_configuration_of_another_user_is_not_followed_unless_named() {
    let project = Project::new(&config("http://127.0.0.1:9", &["s"], ""));
    let file = project.path("rocky.toml");
    if std::os::unix::fs::chown(&file, Some(65_534), None).is_err() {
        eprintln!("!! SKIPPED: only root can give a file to another user");
        return;
    }
    std::fs::create_dir(project.path("below")).unwrap();
    let below = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        project.finish(command.current_dir(project.path("below")))
    };
    let found = below(&["run"]);
    found.failed_with(1);
    found.has("rocky.toml belongs to another user");
    found.has("--config FILE");
    let named = below(&["run", "--config", "../rocky.toml"]);
    assert_eq!(named.schema("s")["status"], "failed", "{named}");
}

/// What `rocky run` says in a directory below the project.
#[cfg(unix)]
fn run_below(project: &Project, arguments: &[&str]) -> crate::project::Output {
    std::fs::create_dir_all(project.path("below")).unwrap();
    let mut command = project.command(arguments);
    project.finish(command.current_dir(project.path("below")))
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_found_is_no_link_and_in_nobody_elses_reach() {
    use std::fs::{Permissions, rename, set_permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    let project = Project::new(&config("http://127.0.0.1:9", &["s"], ""));
    let trusted = run_below(&project, &["run"]);
    assert_eq!(trusted.schema("s")["status"], "failed", "{trusted}");

    set_permissions(project.path(""), Permissions::from_mode(0o777)).unwrap();
    let open = run_below(&project, &["run"]);
    open.failed_with(1);
    open.has("who can put something else in");
    set_permissions(project.path(""), Permissions::from_mode(0o755)).unwrap();

    // The lock file beside it likewise.
    project.write("elsewhere", "version = 1\n");
    symlink(project.path("elsewhere"), project.path("rocky.lock")).unwrap();
    let linked = run_below(&project, &["run"]);
    linked.failed_with(1);
    linked.has("rocky.lock is a link");
    std::fs::remove_file(project.path("rocky.lock")).unwrap();

    rename(project.path("rocky.toml"), project.path("real.toml")).unwrap();
    symlink(project.path("real.toml"), project.path("rocky.toml")).unwrap();
    let linked = run_below(&project, &["run"]);
    linked.failed_with(1);
    linked.has("rocky.toml is a link");
    linked.has("--config FILE");
    let named = run_below(&project, &["run", "--config", "../rocky.toml"]);
    assert_eq!(named.schema("s")["status"], "failed", "{named}");
}
