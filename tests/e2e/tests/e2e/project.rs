//! A project on disk, a warehouse to describe, and `rocky` run as a user would run it.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;
use rocky_emulator::emulator::{DEFAULT_TOKEN, DEFAULT_WAREHOUSE};
use rocky_emulator::{Emulator, RawColumn, RawTable, RawTables};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::json_schema;

/// Where `cargo xtask test` has put something.
fn built(variable: &str) -> PathBuf {
    match env::var_os(variable) {
        Some(path) => PathBuf::from(path),
        None => panic!("{variable} is not set: run these tests with `cargo xtask test`"),
    }
}

/// The folder of finished components.
pub fn components() -> PathBuf {
    built("ROCKY_COMPONENTS")
}

/// A project, with a home of its own.
pub struct Project {
    directory: TempDir,
}

impl Project {
    /// A project with this `rocky.toml`.
    pub fn new(config: &str) -> Self {
        let project = Self::without_config();
        project.write("rocky.toml", config);
        project
    }

    /// A directory that is no project.
    pub fn without_config() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("project")).unwrap();
        Self { directory }
    }

    /// A path in the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("project").join(name)
    }

    /// A path in the home.
    pub fn home(&self, name: &str) -> PathBuf {
        self.directory.path().join("home").join(name)
    }

    /// The cache file, where it is unless told otherwise.
    pub fn cache(&self) -> PathBuf {
        self.path(".rocky-state.redb")
    }

    /// Writes a file of the project, and the directories that it needs.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// All files below a directory of the project, by path, with what they say.
    pub fn tree(&self, directory: &str) -> BTreeMap<String, String> {
        let root = self.path(directory);
        let (mut files, mut left) = (BTreeMap::new(), vec![root.clone()]);
        while let Some(directory) = left.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    left.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                    files.insert(name.to_owned(), fs::read_to_string(&path).unwrap());
                }
            }
        }
        files
    }

    /// The names of the project's files, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// `rocky` with these arguments, in the project's directory and in an environment that holds nothing else.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.isolated(Command::new(built("ROCKY_BIN")), arguments)
    }

    /// `rocky` with these arguments, started by a shell that runs `preparation` first.
    pub fn command_after(&self, preparation: &str, arguments: &[&str]) -> Command {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &format!("{preparation}; exec \"$0\" \"$@\"")]);
        shell.arg(built("ROCKY_BIN"));
        self.isolated(shell, arguments)
    }

    fn isolated(&self, mut command: Command, arguments: &[&str]) -> Command {
        let components = components();
        // What was compiled once serves every test.
        let compiled = components.with_file_name("e2e-cache");
        let plugins = env::join_paths([&components, &components.join("test")]).unwrap();
        command
            .args(arguments)
            .current_dir(self.path(""))
            .env_clear()
            .env("HOME", self.directory.path().join("home"))
            .env("XDG_CACHE_HOME", compiled)
            .env("XDG_DATA_HOME", self.home("data"))
            .env("ROCKY_PLUGIN_PATH", plugins)
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null());
        command
    }

    /// Runs `rocky` to its end.
    pub fn rocky(&self, arguments: &[&str]) -> Output {
        self.finish(&mut self.command(arguments))
    }

    /// Runs a command of this project to its end.
    pub fn finish(&self, command: &mut Command) -> Output {
        let output = command.output().unwrap();
        let output = Output {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            directory: self.directory.path().to_owned(),
        };
        json_schema::check(&output, &self.path("rocky.toml"));
        output
    }

    /// What a command that succeeds prints as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.rocky(&[arguments, &["--output", "json"]].concat());
        assert_eq!(output.code, Some(0), "{arguments:?}: {output}");
        output.json()
    }

    /// The tables that the cache holds of a schema, or none if it does not hold the schema.
    pub fn cached_tables(&self, schema: &str) -> Option<Vec<String>> {
        let output = self.rocky(&["schema", "ls", schema, "--output", "json"]);
        if output.code != Some(0) {
            assert_eq!(output.code, Some(1), "{output}");
            return None;
        }
        let tables = output.json()["tables"].take();
        let name = |table: &Value| table["table"].as_str().unwrap().to_owned();
        Some(tables.as_array().unwrap().iter().map(name).collect())
    }
}

/// A project whose adapter `lake` describes what an emulator holds.
pub struct Lake {
    project: Project,
    pub emulator: Emulator,
}

impl Deref for Lake {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.project
    }
}

impl Lake {
    /// The schemas of the catalog `c` with these names are sources; `more` is added to the adapter's section.
    pub fn new(emulator: Emulator, schemas: &[&str], more: &str) -> Self {
        let project = Project::new(&config(&emulator.url(), schemas, more));
        Self { project, emulator }
    }

    /// The same with a `rocky.toml` of its own, in which `URL` stands for the emulator.
    pub fn with_config(emulator: Emulator, config: &str) -> Self {
        let project = Project::new(&config.replace("URL", &emulator.url()));
        Self { project, emulator }
    }

    /// The flights of the example, as its `rocky.toml` names them.
    pub fn flights() -> Self {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flights");
        let emulator = Emulator::builder().load_dir(example.join("warehouse"));
        let emulator = emulator.start().unwrap();
        let config = fs::read_to_string(example.join("rocky.toml")).unwrap();
        let config = config
            .replace("${DATABRICKS_HOST}", &emulator.url())
            .replace("${DATABRICKS_TOKEN}", DEFAULT_TOKEN);
        let project = Project::new(&config);
        Self { project, emulator }
    }

    /// The same with the example's models.
    pub fn flights_with_models() -> Self {
        let lake = Self::flights();
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flights/models");
        for model in fs::read_dir(models).unwrap() {
            let model = model.unwrap().path();
            let name = model.file_name().unwrap().to_str().unwrap();
            lake.write(&format!("models/{name}"), fs::read(&model).unwrap());
        }
        lake
    }

    /// A run, with its report as JSON.
    pub fn run(&self) -> Output {
        self.rocky(&["run", "--output", "json"])
    }

    /// The same, which asks for everything whatever is known.
    pub fn run_whole(&self) -> Output {
        self.rocky(&["run", "--refresh", "--output", "json"])
    }
}

/// An emulator that holds nothing yet.
pub fn empty_warehouse() -> Emulator {
    Emulator::builder().start().unwrap()
}

/// The configuration of an adapter `lake` for schemas of the catalog `c`.
pub fn config(url: &str, schemas: &[&str], more: &str) -> String {
    let schemas = json!(schemas);
    format!(
        "[adapter.lake]\nplugin = \"databricks\"\nhost = \"{url}\"\n{more}\n\
         [adapter.lake.auth]\ntype = \"bearer\"\ntoken = \"{DEFAULT_TOKEN}\"\n\
         [pipeline.p]\nsource = {{ adapter = \"lake\", catalog = \"c\", schemas = {schemas} }}\n"
    )
}

/// What makes the adapter use SQL.
pub fn through_sql() -> String {
    format!("source = \"information_schema\"\nwarehouse_id = \"{DEFAULT_WAREHOUSE}\"")
}

/// Puts tables into the catalog `c`, each with the columns that are given by name and type.
pub fn add_tables(emulator: &Emulator, schema: &str, tables: &[(&str, &[(&str, &str)])]) {
    let column = |&(name, data_type): &(&str, &str)| RawColumn::new(name, data_type);
    let table = |&(name, columns): &(&str, &[(&str, &str)])| {
        RawTable::new(name, columns.iter().map(column).collect())
    };
    emulator.add_tables(RawTables {
        catalog: "c".to_owned(),
        schema: schema.to_owned(),
        tables: tables.iter().map(table).collect(),
    });
}

/// What `rocky` left behind.
pub struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    directory: PathBuf,
}

impl Output {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("no JSON: {error}\n{self}"),
        }
    }

    /// One schema of a run's report.
    pub fn schema(&self, name: &str) -> Value {
        let report = self.json();
        let schemas = report["schemas"].as_array().unwrap();
        let found = schemas.iter().find(|schema| schema["schema"] == name);
        found
            .unwrap_or_else(|| panic!("no schema {name}: {self}"))
            .clone()
    }

    /// How many tables of a schema a run has written, found unchanged, and removed; none where the cache was not written.
    pub fn counts(&self, schema: &str) -> Option<[u64; 3]> {
        let schema = self.schema(schema);
        let counts = schema.get("cache")?;
        Some(["written", "unchanged", "removed"].map(|count| counts[count].as_u64().unwrap()))
    }

    /// Makes sure that the command did nothing but fail, and told people and programs so.
    #[track_caller]
    pub fn failed_with(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{self}");
        assert!(self.stderr.contains("error: "), "{self}");
        let json = self.json();
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["command", "error", "version"], "{self}");
        assert!(json["error"]["message"].is_string(), "{self}");
    }

    /// Makes sure that a text is somewhere in the output.
    #[track_caller]
    pub fn has(&self, text: &str) {
        let found = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(found, "lacks {text:?}: {self}");
    }

    /// The lines of standard error that warn.
    pub fn warnings(&self) -> Vec<&str> {
        let lines = self.stderr.lines();
        lines
            .filter_map(|line| line.strip_prefix("warning: "))
            .collect()
    }

    /// Everything, without what differs from run to run and from machine to machine.
    pub fn redacted(&self) -> String {
        let mut text = self.to_string();
        let components = components();
        let binary = built("ROCKY_BIN");
        for (path, name) in [
            (self.directory.as_path(), "[HOME]"),
            (components.as_path(), "[COMPONENTS]"),
            (binary.parent().unwrap(), "[BIN]"),
        ] {
            text = text.replace(path.to_str().unwrap(), name);
        }
        for (pattern, replacement) in [
            (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
            (r"sha256:[0-9a-f]{64}", "sha256:[DIGEST]"),
            (r"_ms\x22: \d+", "_ms\": [MS]"),
            (r"\x22bytes\x22: \d+", "\"bytes\": [BYTES]"),
            (r"sha256:[0-9a-f]{12}\b", "sha256:[DIGEST]"),
            (r"\d+(\.\d+)? [KM]iB\b", "[BYTES]"),
            // The column is as wide as the time is long.
            (r" +time\b", " time"),
            (r" +(\d+ ms|\d+(\.\d+)? s)\b", " [TIME]"),
            (r" +-  (failed|not there yet)", " -  $1"),
            // Who asks is learned once; whether that is before or after the next schema begins is chance.
            (r" \d+ \[TIME\]", " [N] [TIME]"),
            (r"\x22requests\x22: \d+", "\"requests\": [N]"),
            (r"\x22response_bytes\x22: \d+", "\"response_bytes\": [N]"),
            (r"@\d{13}\b", "@[MS]"),
            (r"(just now|\d+ (second|hour|day)s? ago) *", "[AGE] "),
            (r"described +\n", "described\n"),
            (r" +\n", "\n"),
        ] {
            let pattern = Regex::new(pattern).unwrap();
            text = pattern.replace_all(&text, replacement).into_owned();
        }
        text
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self
            .code
            .map_or("killed".to_owned(), |code| code.to_string());
        writeln!(f, "exit status {code}")?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "--- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}
