//! `rocky lsp`: an editor's messages to the real binary, while another process writes the cache.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use rocky_emulator::Emulator;
use serde_json::{Value, json};

use crate::project::Lake;

/// An editor that has the project open.
struct Editor<'a> {
    lake: &'a Lake,
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: u64,
}

impl<'a> Editor<'a> {
    fn start(lake: &'a Lake) -> Self {
        let mut command = lake.command(&["lsp"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let mut editor = Self {
            lake,
            input: server.stdin.take().unwrap(),
            output: BufReader::new(server.stdout.take().unwrap()),
            server,
            requests: 0,
        };
        let folder = json!({"uri": editor.uri(""), "name": "project"});
        let params = json!({"capabilities": {}, "workspaceFolders": [folder]});
        editor.request("initialize", params);
        editor.notify("initialized", json!({}));
        editor
    }

    fn uri(&self, file: &str) -> String {
        format!("file://{}", self.lake.path(file).display())
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.hear(|message| message["id"] == id && message.get("method").is_none())["result"].take()
    }

    /// Waits for a message like this. Requests of the server are answered with nothing.
    fn hear(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.read();
            if message.get("method").is_some() && message.get("id").is_some() {
                self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": null}));
            }
            if wanted(&message) {
                return message;
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(
                self.output.read_line(&mut line).unwrap(),
                0,
                "the server has gone"
            );
            if let Some(told) = line.strip_prefix("Content-Length: ") {
                length = told.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// The codes of what is said to be wrong with a file, once it is other than before.
    fn diagnostics(&mut self, file: &str) -> Vec<String> {
        let uri = self.uri(file);
        let told = self.hear(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
        });
        let diagnostics = told["params"]["diagnostics"].as_array().unwrap().clone();
        let code = |it: &Value| it["code"].as_str().unwrap_or("project").to_owned();
        diagnostics.iter().map(code).collect()
    }

    fn at(&self, file: &str, character: u64) -> Value {
        json!({
            "textDocument": {"uri": self.uri(file)},
            "position": {"line": 0, "character": character},
        })
    }

    fn open(&mut self, file: &str, text: &str) {
        let uri = self.uri(file);
        let document = json!({"uri": uri, "languageId": "sql", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    fn change(&mut self, file: &str, version: u64, text: &str) {
        let document = json!({"uri": self.uri(file), "version": version});
        let params = json!({"textDocument": document, "contentChanges": [{"text": text}]});
        self.notify("textDocument/didChange", params);
    }

    fn end(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        // Standard input stays open: the server ends because it was told to.
        assert!(self.server.wait().unwrap().success());
    }
}

impl Drop for Editor<'_> {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn lake() -> Lake {
    let emulator = Emulator::builder().start().unwrap();
    emulator
        .sql("CREATE CATALOG c; CREATE SCHEMA c.s; CREATE TABLE c.s.orders (id BIGINT NOT NULL, amount DECIMAL(10,2) COMMENT 'in euros')")
        .unwrap();
    let lake = Lake::new(emulator, &["s"], "");
    lake.write("models/a.sql", "SELECT id FROM c.s.orders");
    lake
}

#[test]
fn an_editor_sees_what_another_process_writes_while_somebody_types() {
    let lake = lake();
    let mut editor = Editor::start(&lake);
    let text = "SELECT o.id, o.amout FROM c.s.orders AS o";
    editor.open("models/a.sql", text);
    while editor.diagnostics("models/a.sql") != ["table-not-cached"] {}
    assert_eq!(lake.emulator.requests().to(""), 0, "no warehouse is asked");

    assert_eq!(lake.run().code, Some(0));
    while editor.diagnostics("models/a.sql") != ["unknown-column"] {}
    editor.change("models/a.sql", 2, &text.replace("amout", "amount"));
    while editor.diagnostics("models/a.sql") != [""; 0] {}

    let hover = editor.request("textDocument/hover", editor.at("models/a.sql", 16));
    let hover = hover["contents"].to_string();
    for told in ["DECIMAL(10,2)", "in euros", "databricks", "dev@example.com"] {
        assert!(hover.contains(told), "{hover}");
    }
    editor.change("models/a.sql", 3, "SELECT o. FROM c.s.orders AS o");
    let items = editor.request("textDocument/completion", editor.at("models/a.sql", 9));
    assert!(items.to_string().contains("amount"), "{items}");

    lake.emulator
        .sql("ALTER TABLE c.s.orders DROP COLUMN amount")
        .unwrap();
    editor.change("models/a.sql", 4, "SELECT amount FROM c.s.orders");
    while editor.diagnostics("models/a.sql") != [""; 0] {}
    assert_eq!(lake.run().code, Some(0));
    while editor.diagnostics("models/a.sql") != ["unknown-column"] {}
    editor.end();
}

#[test]
fn a_missing_schema_is_described_on_request() {
    let lake = lake();
    let mut editor = Editor::start(&lake);
    editor.open("models/a.sql", "SELECT id FROM c.s.orders");
    while editor.diagnostics("models/a.sql") != ["table-not-cached"] {}
    let range = json!({"start": {"line": 0, "character": 15}, "end": {"line": 0, "character": 25}});
    let params = json!({
        "textDocument": {"uri": editor.uri("models/a.sql")},
        "range": range,
        "context": {"diagnostics": []},
    });
    let actions = editor.request("textDocument/codeAction", params);
    let action = &actions.as_array().unwrap()[0];
    let command = match action["command"].is_object() {
        true => action["command"].clone(),
        false => action.clone(),
    };
    assert_eq!(command["command"], "rocky.describe", "{actions}");
    let params = json!({"command": "rocky.describe", "arguments": command["arguments"]});
    editor.request("workspace/executeCommand", params);
    while editor.diagnostics("models/a.sql") != [""; 0] {}
    assert!(lake.emulator.requests().to("/tables") > 0);
    editor.end();
}

#[test]
fn a_broken_configuration_is_told_where_it_is_and_mended_while_the_editor_is_open() {
    let lake = lake();
    lake.run();
    let good = std::fs::read_to_string(lake.path("rocky.toml")).unwrap();
    lake.write("rocky.toml", "[adapter.lake\n");
    let mut editor = Editor::start(&lake);
    editor.open("models/a.sql", "SELECT nothing FROM c.s.orders");
    while editor.diagnostics("rocky.toml").is_empty() {}
    lake.write("rocky.toml", good);
    let changed = json!([{"uri": editor.uri("rocky.toml"), "type": 2}]);
    editor.notify(
        "workspace/didChangeWatchedFiles",
        json!({"changes": changed}),
    );
    while editor.diagnostics("models/a.sql") != ["unknown-column"] {}
    editor.end();
}
