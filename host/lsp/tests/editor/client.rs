//! An editor, as the server sees it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use rocky_lsp::serve;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::io::{DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;
use tower_lsp_server::ls_types::Uri;

use super::memory::{Memory, Projects, on_disk};

/// Longer than anything takes: who waits longer waits for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// An editor that is connected to a server.
pub struct Editor {
    input: BufReader<ReadHalf<DuplexStream>>,
    output: WriteHalf<DuplexStream>,
    server: JoinHandle<()>,
    requests: i64,
    /// What the server said and nobody has looked at.
    heard: VecDeque<Value>,
}

/// A file of the project, as editors name it.
pub fn uri(path: &str) -> String {
    let file = match path.strip_prefix("..") {
        Some(outside) => on_disk(outside),
        None => on_disk(&format!("/project/{path}")),
    };
    let uri = Uri::from_file_path(file).expect("it is absolute");
    uri.as_str().to_owned()
}

/// The URI of a model's file.
pub fn model_uri(name: &str) -> String {
    uri(&format!("models/{name}.sql"))
}

/// A position in the protocol's form.
pub fn at(line: u32, character: u32) -> Value {
    json!({ "line": line, "character": character })
}

impl Editor {
    /// An editor with nothing but a connection.
    pub fn connect(memory: &Arc<Memory>) -> Self {
        let (near, far) = tokio::io::duplex(1 << 16);
        let (far_input, far_output) = tokio::io::split(far);
        let host = Arc::new(Projects(memory.clone()));
        let server = tokio::spawn(serve(host, far_input, far_output));
        let (input, output) = tokio::io::split(near);
        Self {
            input: BufReader::new(input),
            output,
            server,
            requests: 0,
            heard: VecDeque::new(),
        }
    }

    /// An editor that has the project's folder open and can do everything.
    pub async fn start(memory: &Arc<Memory>) -> Self {
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-16"] },
            "window": { "workDoneProgress": true },
            "textDocument": { "hover": { "contentFormat": ["markdown", "plaintext"] } },
            "workspace": {
                "didChangeWatchedFiles": { "dynamicRegistration": true },
                "inlayHint": { "refreshSupport": true },
            },
        });
        Self::start_with(memory, capabilities).await
    }

    /// An editor that has the project's folder open.
    pub async fn start_with(memory: &Arc<Memory>, capabilities: Value) -> Self {
        let folder = json!({ "uri": uri(""), "name": "project" });
        let params = json!({ "capabilities": capabilities, "workspaceFolders": [folder] });
        Self::initialized(memory, params).await
    }

    /// An editor that begins with these parameters.
    pub async fn initialized(memory: &Arc<Memory>, params: Value) -> Self {
        let mut editor = Self::connect(memory);
        editor.request("initialize", params).await;
        editor.notify("initialized", json!({})).await;
        editor
    }

    /// Sends these bytes as one message.
    pub async fn send_raw(&mut self, body: &str) {
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        let message = [header.as_bytes(), body.as_bytes()].concat();
        self.output.write_all(&message).await.expect("it listens");
    }

    async fn send(&mut self, message: Value) {
        self.send_raw(&message.to_string()).await;
    }

    /// Sends a notification.
    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
            .await;
    }

    /// Sends a request, and returns the whole response.
    pub async fn respond(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send(request).await;
        self.hear(|message| message["id"] == id && message.get("method").is_none())
            .await
    }

    /// Sends a request, and returns its result.
    pub async fn request(&mut self, method: &str, params: Value) -> Value {
        let mut response = self.respond(method, params).await;
        assert_eq!(response.get("error"), None, "{method}");
        response["result"].take()
    }

    /// Waits for the first message like that, and answers the server's requests meanwhile.
    pub async fn hear(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.heard.iter().position(&is_wanted) {
            return self.heard.remove(place).expect("it is there");
        }
        loop {
            let message = self.read().await;
            if message.get("method").is_some() && message.get("id").is_some() {
                let answer = json!({ "jsonrpc": "2.0", "id": message["id"], "result": null });
                self.send(answer).await;
            }
            if is_wanted(&message) {
                return message;
            }
            self.heard.push_back(message);
        }
    }

    async fn read(&mut self) -> Value {
        let reading = async {
            let mut length = 0;
            loop {
                let mut line = String::new();
                self.input.read_line(&mut line).await.expect("it speaks");
                match line.trim_end() {
                    "" => break,
                    header => {
                        if let Some(value) = header.strip_prefix("Content-Length: ") {
                            length = value.parse().expect("a length is a number");
                        }
                    }
                }
            }
            let mut body = vec![0; length];
            self.input.read_exact(&mut body).await.expect("it speaks");
            serde_json::from_slice(&body).expect("it speaks JSON")
        };
        let result = tokio::time::timeout(PATIENCE, reading).await;
        result.expect("the server says something")
    }

    /// Waits for what is said of a method, and returns its parameters.
    pub async fn params(&mut self, method: &str) -> Value {
        let mut message = self.hear(|message| message["method"] == method).await;
        message["params"].take()
    }

    /// Opens a model's text.
    pub async fn open(&mut self, name: &str, text: &str) {
        let document =
            json!({ "uri": model_uri(name), "languageId": "sql", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }))
            .await;
    }

    /// Replaces a model's text.
    pub async fn change(&mut self, name: &str, version: i32, text: &str) {
        self.edit(name, version, json!({ "text": text })).await;
    }

    /// Changes a part of a model's text.
    pub async fn edit(&mut self, name: &str, version: i32, change: Value) {
        let document = json!({ "uri": model_uri(name), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": [change] });
        self.notify("textDocument/didChange", params).await;
    }

    /// Says that a file changed on the disk: 1 created, 2 changed, 3 deleted.
    pub async fn tell_of_file(&mut self, name: &str, kind: u32) {
        let params = json!({ "changes": [{ "uri": model_uri(name), "type": kind }] });
        self.notify("workspace/didChangeWatchedFiles", params).await;
    }

    /// Waits for what is wrong with a version of an open model.
    pub async fn diagnostics(&mut self, name: &str, version: i32) -> Vec<Value> {
        self.published(name, |params| params["version"] == version)
            .await
    }

    /// Waits for such a publication of what is wrong with a model.
    pub async fn published(
        &mut self,
        name: &str,
        is_wanted: impl Fn(&Value) -> bool,
    ) -> Vec<Value> {
        let uri = model_uri(name);
        let message = self
            .hear(|message| {
                let params = &message["params"];
                message["method"] == "textDocument/publishDiagnostics"
                    && params["uri"] == uri.as_str()
                    && is_wanted(params)
            })
            .await;
        let found = message["params"]["diagnostics"].as_array();
        found.expect("diagnostics are a list").clone()
    }

    /// Asks about a place in a model.
    pub async fn ask(&mut self, what: &str, name: &str, position: Value) -> Value {
        let params = json!({ "textDocument": { "uri": model_uri(name) }, "position": position });
        self.request(&format!("textDocument/{what}"), params).await
    }

    /// Asks about a whole model.
    pub async fn ask_of_all(&mut self, what: &str, name: &str) -> Value {
        let params = json!({
            "textDocument": { "uri": model_uri(name) },
            "range": { "start": at(0, 0), "end": at(9999, 0) },
            "context": { "diagnostics": [] },
        });
        self.request(&format!("textDocument/{what}"), params).await
    }

    /// Says goodbye, and waits until the server is gone.
    pub async fn leave(mut self) {
        self.request("shutdown", Value::Null).await;
        self.notify("exit", Value::Null).await;
        self.gone().await;
    }

    /// Waits until the server is gone.
    pub async fn gone(self) {
        let result = tokio::time::timeout(PATIENCE, self.server).await;
        result.expect("it ends").expect("it does not panic");
    }
}

/// The codes of diagnostics.
pub fn codes(diagnostics: &[Value]) -> Vec<&str> {
    let codes = diagnostics.iter().map(|it| it["code"].as_str());
    codes.map(|code| code.unwrap_or("none")).collect()
}
