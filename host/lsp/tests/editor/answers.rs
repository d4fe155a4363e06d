//! What requests are answered.

use serde_json::{Value, json};

use super::client::{Editor, at, codes, model_uri};
use super::memory::Memory;

/// An editor with one open model, of which the first analysis is finished.
async fn editor(text: &str) -> Editor {
    let memory = Memory::new(&[("stage", "\nselect id, amount * 2 as twice from orders")]);
    let mut editor = Editor::start(&memory).await;
    editor.open("m", text).await;
    editor.diagnostics("m", 1).await;
    editor
}

fn labels(items: &Value) -> Vec<&str> {
    let items = items.as_array().expect("completions are a list");
    let labels = items.iter().map(|item| item["label"].as_str());
    labels.map(|label| label.expect("each has one")).collect()
}

#[tokio::test]
async fn hovering_tells_type_comment_and_provenance() {
    let mut editor = editor("select o.id from orders o").await;
    let column = editor.ask("hover", "m", at(0, 10)).await;
    let text = column["contents"]["value"].as_str().expect("it is text");
    assert!(
        text.starts_with("```sql\ncolumn id BIGINT NOT NULL\nfrom o"),
        "{text}"
    );
    let provenance = r"main\.shop described 3 hours ago by databricks as analyst";
    assert!(text.ends_with(provenance), "{text}");
    assert_eq!(column["range"]["start"], at(0, 9));

    let table = editor.ask("hover", "m", at(0, 18)).await;
    let text = table["contents"]["value"].as_str().expect("it is text");
    assert!(
        text.starts_with("```sql\ntable main.shop.orders\n```"),
        "{text}"
    );
    assert!(text.contains(r"All orders \*ever\*"), "{text}");
    assert!(text.contains("amount DECIMAL(10,2)\n"), "{text}");
    assert!(text.ends_with(provenance), "{text}");

    assert_eq!(editor.ask("hover", "m", at(0, 2)).await, Value::Null);
    editor.leave().await;
}

#[tokio::test]
async fn a_client_without_markdown_gets_plain_text() {
    let memory = Memory::new(&[]);
    let mut editor = Editor::start_with(&memory, json!({})).await;
    editor.open("m", "select id from orders").await;
    editor.diagnostics("m", 1).await;
    let hover = editor.ask("hover", "m", at(0, 16)).await;
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let text = hover["contents"]["value"].as_str().expect("it is text");
    assert!(text.contains("All orders *ever*"), "{text}");
    editor.leave().await;
}

#[tokio::test]
async fn names_are_completed_in_a_text_that_is_no_query_yet() {
    let mut editor = editor("select 1 as a").await;
    // Asked for at once: the text of the request counts, analysed or not.
    editor.change("m", 2, "select o. from orders o where").await;
    let items = editor.ask("completion", "m", at(0, 9)).await;
    assert_eq!(labels(&items), ["id", "amount", "note"]);
    assert_eq!(items[0]["textEdit"]["range"]["start"], at(0, 9));
    assert_eq!(items[1]["kind"], 5);

    editor
        .change("m", 3, "with w as (select 1 as a) select * from ")
        .await;
    let items = editor.ask("completion", "m", at(0, 40)).await;
    let offered = labels(&items);
    for name in ["w", "stage", "orders", "shop", "main"] {
        assert!(offered.contains(&name), "{name}: {offered:?}");
    }
    editor.change("m", 4, "select * from main.").await;
    let items = editor.ask("completion", "m", at(0, 19)).await;
    assert_eq!(labels(&items), ["shop"]);
    editor.leave().await;
}

#[tokio::test]
async fn definitions_are_found_in_other_files() {
    let mut editor = editor("select twice from stage").await;
    let column = editor.ask("definition", "m", at(0, 9)).await;
    assert_eq!(column["uri"], model_uri("stage"));
    assert_eq!(
        column["range"],
        json!({ "start": at(1, 25), "end": at(1, 30) })
    );
    let model = editor.ask("definition", "m", at(0, 20)).await;
    assert_eq!(model["range"]["start"], at(1, 0));

    // The place moves with what is typed in the other file.
    editor
        .open("stage", "\n\n\nselect id, amount * 2 as twice from orders")
        .await;
    let column = editor.ask("definition", "m", at(0, 9)).await;
    assert_eq!(column["range"]["start"], at(3, 25));
    editor.leave().await;
}

#[tokio::test]
async fn outputs_are_annotated_with_their_types() {
    let mut editor = editor("select id, amount * 2 as twice, o.* from orders o").await;
    let hints = editor.ask_of_all("inlayHint", "m").await;
    let shown = annotations(&hints);
    let expected = [
        (&json!(": BIGINT NOT NULL"), &at(0, 9)),
        (&json!(": DECIMAL(12,2)"), &at(0, 30)),
        (&json!(": 3 columns"), &at(0, 35)),
    ];
    assert_eq!(shown, expected);
    assert_eq!(
        hints[2]["tooltip"],
        "id BIGINT NOT NULL\namount DECIMAL(10,2)\nnote STRING"
    );
    editor.leave().await;
}

#[tokio::test]
async fn hints_stay_while_a_word_is_typed() {
    let mut editor = editor("select id, amount * 2 as twice from orders o").await;
    let typed = "select id, o., amount * 2 as twice from orders o";
    editor.change("m", 2, typed).await;
    assert_eq!(codes(&editor.diagnostics("m", 2).await), ["syntax"]);
    let hints = editor.ask_of_all("inlayHint", "m").await;
    let shown = annotations(&hints);
    let expected = [
        (&json!(": BIGINT NOT NULL"), &at(0, 9)),
        (&json!(": DECIMAL(12,2)"), &at(0, 34)),
    ];
    assert_eq!(shown, expected);
    editor.leave().await;
}

#[tokio::test]
async fn the_client_is_told_when_hints_are_others() {
    let mut editor = editor("select 1 as a").await;
    editor.change("m", 2, "select 'text' as a").await;
    editor
        .hear(|message| message["method"] == "workspace/inlayHint/refresh")
        .await;
    editor.leave().await;
}

#[tokio::test]
async fn a_misspelt_name_can_be_replaced() {
    let mut editor = editor("select amont from orders").await;
    let actions = editor.ask_of_all("codeAction", "m").await;
    assert_eq!(actions[0]["title"], "Replace with amount");
    assert_eq!(actions[0]["kind"], "quickfix");
    let edit = &actions[0]["edit"]["changes"][model_uri("m")][0];
    assert_eq!(edit["newText"], "amount");
    assert_eq!(
        edit["range"],
        json!({ "start": at(0, 7), "end": at(0, 12) })
    );
    assert_eq!(actions[0]["diagnostics"][0]["code"], "unknown-column");
    editor.leave().await;
}

/// A column that is unknown stands after this comment: in units of UTF-16 and of UTF-8.
const FOREIGN: &str = "select /* 😀é */ wrong from orders";

#[tokio::test]
async fn columns_are_counted_in_utf_16() {
    let mut editor = editor(FOREIGN).await;
    editor.change("m", 2, FOREIGN).await;
    let found = editor.diagnostics("m", 2).await;
    assert_eq!(
        found[0]["range"],
        json!({ "start": at(0, 17), "end": at(0, 22) })
    );
    let change = json!({ "range": found[0]["range"], "text": "amount" });
    editor.edit("m", 3, change).await;
    assert_eq!(codes(&editor.diagnostics("m", 3).await), [""; 0]);
    let hover = editor.ask("hover", "m", at(0, 17)).await;
    assert_eq!(
        hover["range"],
        json!({ "start": at(0, 17), "end": at(0, 23) })
    );
    editor.leave().await;
}

#[tokio::test]
async fn columns_are_counted_in_utf_8_where_the_client_prefers_that() {
    let memory = Memory::new(&[]);
    let general = json!({ "positionEncodings": ["utf-8", "utf-16"] });
    let mut editor = Editor::connect(&memory);
    let folder = json!({ "uri": super::client::uri(""), "name": "project" });
    let params = json!({ "capabilities": { "general": general }, "workspaceFolders": [folder] });
    let answer = editor.request("initialize", params).await;
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-8");
    editor.notify("initialized", json!({})).await;
    editor.open("m", FOREIGN).await;
    let found = editor.diagnostics("m", 1).await;
    assert_eq!(
        found[0]["range"],
        json!({ "start": at(0, 20), "end": at(0, 25) })
    );
    editor.leave().await;
}

/// What hints say, and where.
fn annotations(hints: &Value) -> Vec<(&Value, &Value)> {
    let hints = hints.as_array().expect("hints are a list");
    let hints = hints.iter();
    hints.map(|it| (&it["label"], &it["position"])).collect()
}
