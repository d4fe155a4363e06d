//! How a connection begins and ends, and what it survives.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::client::{Editor, at, codes, model_uri, uri};
use super::memory::{Memory, on_disk};

#[tokio::test]
async fn the_client_is_asked_to_watch_the_projects_files() {
    let memory = Memory::new(&[]);
    let mut editor = Editor::start(&memory).await;
    let asked = editor.params("client/registerCapability").await;
    let registration = &asked["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    let watchers = json!([{ "globPattern": "**/models/**/*.sql" }]);
    assert_eq!(registration["registerOptions"]["watchers"], watchers);
    editor.leave().await;
}

#[tokio::test]
async fn the_first_folder_is_the_project() {
    let memory = Memory::new(&[]);
    let folders = ["", "models"].map(|path| json!({ "uri": uri(path), "name": path }));
    let params = json!({ "capabilities": {}, "workspaceFolders": folders });
    let mut editor = Editor::initialized(&memory, params).await;
    editor.open("m", "select id from orders").await;
    editor.diagnostics("m", 1).await;
    assert_eq!(memory.opened(), [on_disk("/project")]);
    editor.leave().await;
}

#[tokio::test]
async fn folders_without_a_project_are_passed_over() {
    let memory = Memory::new(&[]);
    let folders = ["../docs", ""].map(|path| json!({ "uri": uri(path), "name": path }));
    let params = json!({ "capabilities": {}, "workspaceFolders": folders });
    let mut editor = Editor::initialized(&memory, params).await;
    editor.open("m", "select id from orders").await;
    editor.diagnostics("m", 1).await;
    assert_eq!(memory.opened(), [on_disk("/project")]);
    editor.leave().await;
}

#[tokio::test]
async fn a_project_below_the_folder_is_opened_with_its_first_file() {
    let memory = Memory::new(&[]);
    let folder = json!({ "uri": uri(".."), "name": "mono" });
    let params = json!({ "capabilities": {}, "workspaceFolders": [folder] });
    let mut editor = Editor::initialized(&memory, params).await;
    let document =
        json!({ "uri": uri("../notes.sql"), "languageId": "sql", "version": 1, "text": "select" });
    editor
        .notify("textDocument/didOpen", json!({ "textDocument": document }))
        .await;
    editor.open("m", "select wrong from orders").await;
    assert_eq!(codes(&editor.diagnostics("m", 1).await), ["unknown-column"]);
    assert_eq!(memory.opened(), [on_disk("/project/models")]);
    editor.leave().await;
}

#[tokio::test]
async fn without_a_folder_the_first_file_tells_the_project() {
    let memory = Memory::new(&[]);
    let params = json!({ "capabilities": {}, "rootUri": null });
    let mut editor = Editor::initialized(&memory, params).await;
    editor.open("m", "select wrong from orders").await;
    assert_eq!(codes(&editor.diagnostics("m", 1).await), ["unknown-column"]);
    assert_eq!(memory.opened(), [on_disk("/project/models")]);
    editor.leave().await;
}

#[tokio::test]
async fn documents_that_nobody_knows_do_no_harm() {
    let memory = Memory::new(&[("m", "select id from orders")]);
    let mut editor = Editor::start(&memory).await;
    editor.change("unknown", 2, "select 1").await;
    for uri in ["untitled:Untitled-1", "file:///elsewhere/x.sql", "file:///"] {
        let document = json!({ "uri": uri, "languageId": "sql", "version": 1, "text": "select" });
        editor
            .notify("textDocument/didOpen", json!({ "textDocument": document }))
            .await;
        let params = json!({ "textDocument": { "uri": uri }, "position": at(0, 0) });
        for what in ["hover", "completion", "definition"] {
            let method = format!("textDocument/{what}");
            assert_eq!(editor.request(&method, params.clone()).await, Value::Null);
        }
    }
    assert_eq!(editor.ask("hover", "unknown", at(0, 0)).await, Value::Null);
    editor.open("m", "select wrong from orders").await;
    assert_eq!(codes(&editor.diagnostics("m", 1).await), ["unknown-column"]);
    editor.leave().await;
}

#[tokio::test]
async fn positions_beyond_the_end_mean_the_end() {
    let memory = Memory::new(&[]);
    let mut editor = Editor::start(&memory).await;
    editor.open("m", "select id from ").await;
    editor.diagnostics("m", 1).await;
    let far = at(u32::MAX, u32::MAX);
    assert_eq!(editor.ask("hover", "m", far.clone()).await, Value::Null);
    let items = editor.ask("completion", "m", far.clone()).await;
    assert_ne!(items, json!([]));
    let range = json!({ "start": far, "end": at(7, 0) });
    editor
        .edit("m", 2, json!({ "range": range, "text": "orders" }))
        .await;
    assert_eq!(codes(&editor.diagnostics("m", 2).await), [""; 0]);
    editor.leave().await;
}

#[tokio::test]
async fn messages_that_make_no_sense_are_refused() {
    let memory = Memory::new(&[]);
    let mut editor = Editor::start(&memory).await;
    let response = editor.respond("textDocument/teleport", json!({})).await;
    assert_eq!(response["error"]["code"], -32601);
    let response = editor
        .respond("textDocument/hover", json!({ "position": 7 }))
        .await;
    assert_eq!(response["error"]["code"], -32602);
    let again = editor
        .respond("initialize", json!({ "capabilities": {} }))
        .await;
    assert_eq!(again["error"]["code"], -32600);
    editor
        .notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": model_uri("m") } }),
        )
        .await;
    editor.open("m", "select wrong from orders").await;
    assert_eq!(codes(&editor.diagnostics("m", 1).await), ["unknown-column"]);
    editor.leave().await;
}

#[tokio::test]
async fn nothing_is_answered_before_the_client_says_hello() {
    let memory = Memory::new(&[]);
    let mut editor = Editor::connect(&memory);
    let params = json!({ "textDocument": { "uri": model_uri("m") }, "position": at(0, 0) });
    let response = editor.respond("textDocument/hover", params).await;
    assert_eq!(response["error"]["code"], -32002);
    editor.notify("exit", Value::Null).await;
    editor.gone().await;
}

#[tokio::test]
async fn an_analysis_that_panics_does_not_end_all_analysis() {
    let memory = Memory::new(&[("other", "select wrong from orders")]);
    let mut editor = Editor::start(&memory).await;
    editor.published("other", |_| true).await;
    editor.open("m", "select * from trap").await;
    // Each answer gives the analysis time to step into the trap.
    while !memory.trapped.load(Ordering::SeqCst) {
        editor.ask("hover", "m", at(0, 0)).await;
    }
    editor.change("m", 2, "select id from orders").await;
    assert_eq!(codes(&editor.diagnostics("m", 2).await), [""; 0]);
    editor.leave().await;
}

#[tokio::test]
async fn a_message_that_is_none_is_passed_over() {
    let memory = Memory::new(&[]);
    let mut editor = Editor::start(&memory).await;
    for body in ["{nope", "[]", r#"{"id":5.5,"method":"shutdown"}"#, ""] {
        editor.send_raw(body).await;
    }
    let half = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"{}","languageId":"sql","version":1,"text":"select '\ud83d', wrong from orders"}}}}}}"#,
        model_uri("m")
    );
    editor.send_raw(&half).await;
    assert_eq!(codes(&editor.diagnostics("m", 1).await), ["unknown-column"]);
    editor.leave().await;
}
