//! What is said while somebody types, and while files change.

use serde_json::json;

use super::client::{Editor, at, codes};
use super::memory::Memory;

#[tokio::test]
async fn the_text_in_the_editor_counts_and_not_the_file() {
    let memory = Memory::new(&[("m", "select amount from orders")]);
    let mut editor = Editor::start(&memory).await;
    editor.open("m", "select amont from orders").await;
    let found = editor.diagnostics("m", 1).await;
    assert_eq!(codes(&found), ["unknown-column"]);
    let range = json!({ "start": at(0, 7), "end": at(0, 12) });
    assert_eq!(found[0]["range"], range);
    assert_eq!(found[0]["severity"], 1);

    let insertion = json!({ "start": at(0, 10), "end": at(0, 10) });
    editor
        .edit("m", 2, json!({ "range": insertion, "text": "u" }))
        .await;
    let found = editor.diagnostics("m", 2).await;
    assert_eq!(codes(&found), [""; 0]);
    editor.leave().await;
}

#[tokio::test]
async fn what_reads_a_model_is_checked_again_as_it_changes() {
    let memory = Memory::new(&[
        ("reader", "select twice from stage"),
        ("stage", "select amount * 2 as twice from orders"),
    ]);
    let mut editor = Editor::start(&memory).await;
    editor
        .open("stage", "select amount * 2 as double from orders")
        .await;
    let found = editor
        .published("reader", |params| params["diagnostics"] != json!([]))
        .await;
    assert_eq!(codes(&found), ["unknown-column"]);
    editor
        .change("stage", 2, "select amount * 2 as twice from orders")
        .await;
    editor
        .published("reader", |params| params["diagnostics"] == json!([]))
        .await;
    editor.leave().await;
}

#[tokio::test]
async fn the_newest_text_wins() {
    let memory = Memory::new(&[]);
    let mut editor = Editor::start(&memory).await;
    editor.open("m", "select 1 as a").await;
    for version in 2..200 {
        let text = format!("select nothing_{version} from orders");
        editor.change("m", version, &text).await;
    }
    editor.change("m", 200, "select amount from orders").await;
    // Of the texts in between some are skipped, and none is spoken of after a newer one.
    let mut versions = Vec::new();
    while versions.last() != Some(&200) {
        let message = editor
            .hear(|message| message["method"] == "textDocument/publishDiagnostics")
            .await;
        let params = &message["params"];
        versions.push(params["version"].as_i64().expect("it is open"));
        let count = params["diagnostics"].as_array().map(Vec::len);
        let is_right = matches!(versions.last(), Some(1 | 200));
        assert_eq!(count, Some(usize::from(!is_right)), "{versions:?}");
    }
    assert!(versions.is_sorted(), "{versions:?}");
    editor.leave().await;
}

#[tokio::test]
async fn a_file_that_is_renamed_is_found_under_its_new_name() {
    let memory = Memory::new(&[
        ("old", "select id from orders"),
        ("m", "select id from old"),
    ]);
    let mut editor = Editor::start(&memory).await;
    editor.open("m", "select id from old").await;
    assert_eq!(codes(&editor.diagnostics("m", 1).await), [""; 0]);
    memory.remove("old");
    memory.write("new", "select id from orders");
    editor.tell_of_file("old", 3).await;
    editor.tell_of_file("new", 1).await;
    let found = editor
        .published("m", |params| params["diagnostics"] != json!([]))
        .await;
    assert_eq!(codes(&found), ["table-not-visible"]);
    editor.change("m", 2, "select id from new").await;
    assert_eq!(codes(&editor.diagnostics("m", 2).await), [""; 0]);
    editor.leave().await;
}

#[tokio::test]
async fn a_text_that_is_closed_gives_way_to_its_file() {
    let memory = Memory::new(&[("m", "select wrong from orders")]);
    let mut editor = Editor::start(&memory).await;
    editor.open("m", "select amount from orders").await;
    assert_eq!(codes(&editor.diagnostics("m", 1).await), [""; 0]);
    let closed = json!({ "textDocument": { "uri": super::client::model_uri("m") } });
    editor.notify("textDocument/didClose", closed).await;
    let found = editor
        .published("m", |params| {
            params.get("version").is_none_or(|it| it.is_null())
                && params["diagnostics"] != json!([])
        })
        .await;
    assert_eq!(codes(&found), ["unknown-column"]);
    editor.leave().await;
}

#[tokio::test]
async fn what_a_file_says_about_itself_is_checked_too() {
    let memory = Memory::new(&[("other", "-- nonsense\nselect 1 as a")]);
    let mut editor = Editor::start(&memory).await;
    let found = editor.published("other", |_| true).await;
    assert_eq!(found[0]["message"], "that is nonsense\nhelp: leave it out");
    assert_eq!(found[0]["range"]["end"], at(0, 11));
    editor.open("other", "select 1 as a").await;
    assert_eq!(codes(&editor.diagnostics("other", 1).await), [""; 0]);
    editor.change("other", 2, "-- nonsense").await;
    assert_eq!(codes(&editor.diagnostics("other", 2).await), ["none"]);
    editor.leave().await;
}
