//! What is said when other processes fill the cache, and when they are started to.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rocky_schema::SchemaName;
use serde_json::{Value, json};

use super::client::{Editor, at, codes};
use super::memory::Memory;

const MISSING: &str = "select l.line from raw.lines l";
const LINES: &str = "lines: line STRING!";

async fn editor(memory: &Arc<Memory>) -> Editor {
    let mut editor = Editor::start(memory).await;
    editor.open("m", MISSING).await;
    assert_eq!(
        codes(&editor.diagnostics("m", 1).await),
        ["table-not-cached"]
    );
    editor
}

/// The command that the editor is offered for what is missing.
async fn offered(editor: &mut Editor) -> Value {
    let actions = editor.ask_of_all("codeAction", "m").await;
    assert_eq!(actions[0]["title"], "Describe main.raw with rocky run");
    let command = &actions[0]["command"];
    json!({ "command": command["command"], "arguments": command["arguments"] })
}

async fn settled(editor: &mut Editor) {
    editor
        .published("m", |params| params["diagnostics"] == json!([]))
        .await;
}

#[tokio::test]
async fn a_cache_that_another_process_wrote_is_picked_up() {
    let memory = Memory::new(&[]);
    let mut editor = editor(&memory).await;
    memory.cache("raw", LINES);
    settled(&mut editor).await;
    editor.leave().await;
}

#[tokio::test]
async fn a_missing_schema_is_described_on_request() {
    let memory = Memory::new(&[]);
    memory.create("raw", LINES);
    let mut editor = editor(&memory).await;
    let command = offered(&mut editor).await;
    let argument = json!({ "adapter": "lake", "catalog": "main", "schema": "raw" });
    assert_eq!(command["arguments"], json!([argument]));
    assert_eq!(
        editor.request("workspace/executeCommand", command).await,
        Value::Null
    );
    let begin = editor.params("$/progress").await;
    assert_eq!(begin["value"]["title"], "Describing main.raw");
    let end = editor.params("$/progress").await;
    assert_eq!(end["value"]["kind"], "end");
    settled(&mut editor).await;
    editor.leave().await;
}

#[tokio::test]
async fn without_arguments_everything_that_is_missing_is_described() {
    let memory = Memory::new(&[("other", "select a from more.things")]);
    memory.create("raw", LINES);
    memory.create("more", "things: a INT");
    let mut editor = editor(&memory).await;
    let command = json!({ "command": "rocky.describe", "arguments": [] });
    editor.request("workspace/executeCommand", command).await;
    let begin = editor.params("$/progress").await;
    assert_eq!(begin["value"]["title"], "Describing 2 schemas");
    settled(&mut editor).await;
    let described = memory.described.lock().expect("nobody panics").clone();
    let expected = ["more", "raw"].map(|schema| SchemaName::new("main", schema));
    assert!(described.iter().eq(&expected), "{described:?}");
    editor.leave().await;
}

#[tokio::test]
async fn the_user_is_told_why_a_schema_could_not_be_described() {
    let memory = Memory::new(&[]);
    let mut editor = editor(&memory).await;
    let command = offered(&mut editor).await;
    editor.request("workspace/executeCommand", command).await;
    let shown = editor.params("window/showMessage").await;
    assert_eq!(shown["type"], 1);
    assert_eq!(
        shown["message"],
        "main.raw: the warehouse has no such schema"
    );
    editor.leave().await;
}

#[tokio::test]
async fn answers_do_not_wait_for_a_schema_that_is_being_described() {
    let memory = Memory::new(&[]);
    memory.hangs.store(true, Ordering::SeqCst);
    let mut editor = editor(&memory).await;
    let command = offered(&mut editor).await;
    editor
        .request("workspace/executeCommand", command.clone())
        .await;
    let begin = editor.params("$/progress").await;
    assert_eq!(begin["value"]["kind"], "begin");
    editor.change("m", 2, "select id from orders").await;
    assert_eq!(codes(&editor.diagnostics("m", 2).await), [""; 0]);
    assert_ne!(editor.ask("hover", "m", at(0, 8)).await, Value::Null);

    // What is running is not started again, and ends when the user no longer wants it.
    editor.request("workspace/executeCommand", command).await;
    let token = json!({ "token": begin["token"] });
    editor.notify("window/workDoneProgress/cancel", token).await;
    let end = editor.params("$/progress").await;
    assert_eq!(
        (&end["value"]["kind"], &end["token"]),
        (&json!("end"), &begin["token"])
    );
    editor.leave().await;
}

#[tokio::test]
async fn leaving_ends_what_is_being_described() {
    let memory = Memory::new(&[]);
    memory.hangs.store(true, Ordering::SeqCst);
    let mut editor = editor(&memory).await;
    let command = offered(&mut editor).await;
    editor.request("workspace/executeCommand", command).await;
    editor.leave().await;
}

#[tokio::test]
async fn commands_that_make_no_sense_are_refused() {
    let memory = Memory::new(&[]);
    let mut editor = editor(&memory).await;
    let foreign = json!({ "adapter": "other", "catalog": "main", "schema": "raw" });
    let commands = [
        json!({ "command": "rocky.erase", "arguments": [] }),
        json!({ "command": "rocky.describe", "arguments": ["main.raw"] }),
        json!({ "command": "rocky.describe", "arguments": [foreign] }),
    ];
    for command in commands {
        let response = editor
            .respond("workspace/executeCommand", command.clone())
            .await;
        assert_eq!(response["error"]["code"], -32602, "{command}");
    }
    assert!(memory.described.lock().expect("nobody panics").is_empty());
    editor.leave().await;
}
