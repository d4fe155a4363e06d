//! Describing through Unity Catalog's REST API.

use super::*;
use rocky_adapter_sdk::Coverage;

pub(super) const LIST: &str =
    "GET /api/2.1/unity-catalog/tables?catalog_name=c&schema_name=s&max_results=0";
pub(super) const ME: &str = "GET /api/2.0/preview/scim/v2/Me";

const ITEM: &str = r#"{"name":"item","catalog_name":"c","schema_name":"s","full_name":"c.s.item","table_type":"MANAGED",
  "data_source_format":"DELTA","comment":"sellable things","columns":[
    {"name":"id","position":0,"nullable":false,"type_text":"bigint","type_name":"LONG","type_precision":0,
     "type_json":"{\"name\":\"id\",\"type\":\"long\",\"nullable\":false,\"metadata\":{}}"},
    {"name":"tags","position":1,"nullable":true,"type_text":"array<string>","comment":"free labels"},
    {"name":"day","position":2,"type_text":"date","partition_index":"0","comment":""}],
  "updated_at":"1763000000000","table_id":"8d3b","storage_location":"s3://bkt/x","properties":{"a":"1"}}"#;

/// A warehouse that knows who asks, and these pages of the schema's list.
pub(super) fn warehouse(pages: &[&str]) -> Script {
    let script = Script::new();
    script.always(
        ME,
        Reply::json(r#"{"id":"7","userName":"ada@corp.example","groups":[]}"#),
    );
    let mut line = LIST.to_owned();
    for (index, page) in pages.iter().enumerate() {
        let next = if index + 1 < pages.len() {
            format!(r#","next_page_token":"p{index}""#)
        } else {
            String::new()
        };
        script.on(
            &line,
            Reply::json(format!(r#"{{"tables":[{page}]{next}}}"#)).after_millis(50),
        );
        line = format!("{LIST}&page_token=p{index}");
    }
    script
}

fn rest(script: &Script) -> Result<Answer> {
    describe(script, "{}", |_| ())
}

#[test]
fn a_table_has_all_that_unity_catalog_tells() {
    let answer = rest(&warehouse(&[ITEM])).unwrap();
    let mut day = Column::new("day", "date");
    day.attributes.set("partition_index", "0");
    let mut expected = Table::new("item", "table").with_comment(Some("sellable things"));
    expected.columns = vec![
        Column::new("id", "bigint").with_nullable(false),
        Column::new("tags", "array<string>").with_comment(Some("free labels")),
        day,
    ];
    expected.revision = Some("8d3b@1763000000000".to_owned());
    expected.attributes = [("table_id", "8d3b"), ("format", "DELTA")]
        .into_iter()
        .collect();
    assert_eq!(answer.entries, [Entry::Table(expected)]);
    let summary = answer.summary.unwrap();
    assert_eq!(summary.coverage, Coverage::Exhausted);
    assert_eq!(summary.principal.as_deref(), Some("ada@corp.example"));
    assert_eq!(summary.learned.get("principal"), Some("ada@corp.example"));
}

#[test]
fn short_and_empty_pages_are_followed_with_one_request_each() {
    let script = warehouse(&[
        r#"{"name":"a","columns":[]}"#,
        "",
        "",
        r#"{"name":"b","columns":[]}"#,
    ]);
    assert_eq!(names(&rest(&script).unwrap()), ["a", "b"]);
    assert_eq!(script.sent().len(), 4 + 1);
    assert_eq!(script.lines()[1], ME, "asked beside the first page");
    assert_eq!(script.elapsed().as_millis(), 200);
}

#[test]
fn what_is_learned_saves_a_request() {
    let script = warehouse(&[ITEM]);
    let answer = describe(&script, "{}", |request| {
        request.learned.set("principal", "ada")
    })
    .unwrap();
    assert_eq!(script.sent().len(), 1);
    assert_eq!(answer.summary.unwrap().principal.as_deref(), Some("ada"));
}

#[test]
fn not_knowing_who_asks_fails_nothing() {
    for reply in [
        Reply::status(403).with_body(r#"{"detail":"no","status":"403"}"#),
        Reply::status(503),
        Reply::json("[]"),
        Reply::json("{}").after_millis(600_000),
    ] {
        let script = warehouse(&[ITEM]);
        script.on(ME, reply);
        let summary = rest(&script).unwrap().summary.unwrap();
        assert_eq!(
            (summary.principal, summary.learned.is_empty()),
            (None, true)
        );
        assert!(script.elapsed().as_secs() < 10, "{:?}", script.elapsed());
    }
}

#[test]
fn a_list_that_holds_a_table_twice_may_lack_another() {
    for pages in [vec![format!("{ITEM},{ITEM}")], vec![ITEM.to_owned(); 2]] {
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        let error = rest(&warehouse(&pages)).unwrap_err();
        assert_eq!(error.code, ErrorCode::Protocol);
        assert!(error.message.contains("twice"), "{error}");
    }
}

#[test]
fn a_broken_table_fails_alone() {
    let page = r#"{"name":"a","columns":[]},{"name":"hidden"},{"name":"b","columns":[{"name":"x"}]},
        {"name":"d","columns":[{"type_text":"int"}]},{"name":"e","columns":[{"name":"x","type_text":"struct<a:int,... 3 more fields>"}]},
        {"name":"f","columns":7},{"name":"g","columns":[{"name":"x","type_text":"int","nullable":"no"}]},
        {"name":"h","columns":[{"name":"x","type_text":""}]}"#;
    let answer = rest(&warehouse(&[page])).unwrap();
    assert_eq!(tables(&answer).len(), 1);
    assert!(failure(&answer, "hidden").contains("without columns"));
    assert_eq!(failure(&answer, "b"), "column `x` has no `type_text`");
    assert_eq!(failure(&answer, "d"), "column 0 has no `name`");
    assert!(failure(&answer, "e").contains("shortened"));
    assert!(failure(&answer, "f").contains("expected a sequence"));
    assert!(failure(&answer, "g").contains("expected a boolean"));
    assert_eq!(failure(&answer, "h"), "column `x` has an empty `type_text`");
}

#[test]
fn columns_stand_in_the_order_of_their_positions() {
    let column = |name: &str, position: u32| {
        format!(r#"{{"name":"{name}","position":"{position}","type_text":"int"}}"#)
    };
    let page = format!(
        r#"{{"name":"t","columns":[{},{},{}]}}"#,
        column("c", 2),
        column("a", 0),
        column("b", 1)
    );
    let answer = rest(&warehouse(&[&page])).unwrap();
    let columns: Vec<&str> = tables(&answer)[0]
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(columns, ["a", "b", "c"]);
}

#[test]
fn any_name_passes_through() {
    let odd = r#"a.b \"c\" `d` 😀 \u0000 ñ"#;
    let page = format!(
        r#"{{"name":"{odd}","columns":[{{"name":"{odd}","type_text":"int"}}]}},{{"name":"A","columns":[]}},{{"name":"a","columns":[]}}"#
    );
    let answer = rest(&warehouse(&[&page])).unwrap();
    let stored = "a.b \"c\" `d` 😀 \0 ñ";
    assert_eq!(names(&answer), [stored, "A", "a"]);
    assert_eq!(tables(&answer)[0].columns[0].name, stored);
}

#[test]
fn ten_thousand_columns_are_described() {
    let columns: Vec<String> = (0..10_000)
        .map(|n| format!(r#"{{"name":"c{n}","position":{n},"type_text":"int"}}"#))
        .collect();
    let answer = rest(&warehouse(&[&format!(
        r#"{{"name":"wide","columns":[{}]}}"#,
        columns.join(",")
    )]))
    .unwrap();
    assert_eq!(tables(&answer)[0].columns.len(), 10_000);
    assert_eq!(tables(&answer)[0].columns[9_999].name, "c9999");
}

#[test]
fn a_large_page_is_handed_over_in_portions() {
    let page: Vec<String> = (0..700)
        .map(|n| format!(r#"{{"name":"t{n}","columns":[]}}"#))
        .collect();
    assert_eq!(
        rest(&warehouse(&[&page.join(",")])).unwrap().pages,
        [300, 300, 100]
    );
}

#[test]
fn wanted_tables_are_asked_for_one_by_one() {
    let script = warehouse(&[]);
    let line = |name: &str| format!("GET /api/2.1/unity-catalog/tables/c.s.{name}");
    script.on(
        &line("a%2Fb"),
        Reply::json(r#"{"name":"a/b","columns":[]}"#).after_millis(100),
    );
    script.on(
        &line("gone"),
        Reply::status(404).with_body(r#"{"error_code":"TABLE_DOES_NOT_EXIST","message":"x"}"#),
    );
    script.on(
        &line("mine"),
        Reply::status(403).with_body(r#"{"error_code":"PERMISSION_DENIED","message":"no"}"#),
    );
    script.on(
        &line("d"),
        Reply::json(r#"{"name":"d","columns":[]}"#).after_millis(100),
    );
    let only = ["a/b", "gone", "mine", "d", "d"]
        .map(str::to_owned)
        .to_vec();
    let answer = describe(&script, "{}", |request| request.only = Some(only)).unwrap();
    assert_eq!(names(&answer), ["a/b", "mine", "d"]);
    assert!(failure(&answer, "mine").ends_with("HTTP 403 PERMISSION_DENIED: no"));
    assert_eq!(answer.summary.unwrap().coverage, Coverage::Exhausted);
    assert_eq!(
        (script.sent().len(), script.elapsed().as_millis()),
        (5, 100)
    );
}

#[test]
fn no_wanted_table_is_an_answer_without_requests() {
    let script = warehouse(&[]);
    let answer = describe(&script, "{}", |request| request.only = Some(Vec::new())).unwrap();
    assert!(answer.entries.is_empty());
    assert_eq!(script.lines(), [ME]);
}

#[test]
fn a_wanted_table_with_a_dot_in_its_name_is_picked_from_the_list() {
    let script = warehouse(&[r#"{"name":"a.b","columns":[]},{"name":"c","columns":[]}"#]);
    let answer = describe(&script, "{}", |request| {
        request.only = Some(vec!["a.b".to_owned()])
    })
    .unwrap();
    assert_eq!(names(&answer), ["a.b"]);
}

#[test]
fn an_unknown_schema_is_not_found_by_name() {
    let gone = || {
        Reply::status(404).with_body(
            r#"{"error_code":"SCHEMA_DOES_NOT_EXIST","message":"Schema 'c.s' does not exist."}"#,
        )
    };
    let script = warehouse(&[]);
    script.on(LIST, gone());
    let error = rest(&script).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(
        error
            .message
            .starts_with("schema `c`.`s` does not exist, or is hidden from this principal: GET "),
        "{error}"
    );
    script.on("GET /api/2.1/unity-catalog/tables/c.s.t", gone());
    let error = describe(&script, "{}", |request| {
        request.only = Some(vec!["t".to_owned()])
    })
    .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

fn check_failure(reply: Reply, code: ErrorCode, words: &str) {
    let script = warehouse(&[]);
    script.always(LIST, reply);
    let error = rest(&script).unwrap_err();
    assert_eq!(error.code, code, "{error}");
    assert!(
        error
            .message
            .starts_with("cannot list the tables of schema `c`.`s`: "),
        "{error}"
    );
    assert!(
        error.message.contains("GET /api/2.1/unity-catalog/tables"),
        "{error}"
    );
    assert!(error.message.contains(words), "{error}");
}

#[test]
fn every_status_has_its_kind_and_its_words() {
    let no = r#"{"error_code":"PERMISSION_DENIED","message":"no USE"}"#;
    let later = |status| Reply::status(status).with_header("retry-after", "3600");
    check_failure(
        Reply::status(401),
        ErrorCode::Unauthenticated,
        "check the credential",
    );
    check_failure(
        Reply::status(403).with_body(no),
        ErrorCode::PermissionDenied,
        "no USE",
    );
    check_failure(later(429), ErrorCode::RateLimited, "HTTP 429");
    check_failure(
        Reply::status(500).with_body("CODE: oh"),
        ErrorCode::Unavailable,
        "CODE: oh",
    );
    check_failure(later(503), ErrorCode::Unavailable, "HTTP 503");
}

#[test]
fn what_is_not_a_whole_json_body_is_told() {
    let page = Reply::status(200).with_body("<html><title>Login</title>");
    check_failure(page, ErrorCode::Protocol, "HTML page titled `Login`");
    check_failure(
        Reply::json(r#"{"tables":[{"name":"a"#),
        ErrorCode::Protocol,
        "ends in the middle",
    );
    let half = Reply::json(r#"{"tables":[]}"#).with_header("content-length", "99");
    check_failure(half, ErrorCode::Unavailable, "13 of 99 bytes");
}

#[test]
fn a_page_that_fails_once_is_asked_for_again() {
    let script = warehouse(&[]);
    let second = format!("{LIST}&page_token=p");
    script.on(LIST, Reply::json(r#"{"tables":[],"next_page_token":"p"}"#));
    script.on(&second, Reply::status(429).with_header("retry-after", "3"));
    script.on(
        &second,
        Reply::json(r#"{"tables":[{"name":"a","columns":[]}]}"#),
    );
    let answer = rest(&script).unwrap();
    assert_eq!(names(&answer), ["a"]);
    assert_eq!(answer.waits.len(), 1, "{:?}", answer.waits);
    assert!(
        answer.waits[0].message.ends_with("next try in 2 s"),
        "{:?}",
        answer.waits
    );
}

#[test]
fn no_more_tries_than_the_settings_allow() {
    let script = warehouse(&[]);
    script.always(LIST, Reply::status(503));
    let error = describe(&script, r#"{"retry_seconds":0}"#, |_| ()).unwrap_err();
    assert_eq!(error.code, ErrorCode::Unavailable);
    assert_eq!(script.elapsed().as_secs(), 0);
}

#[test]
fn a_page_token_that_repeats_is_an_error() {
    let script = warehouse(&[]);
    script.on(LIST, Reply::json(r#"{"next_page_token":"x"}"#));
    script.always(
        &format!("{LIST}&page_token=x"),
        Reply::json(r#"{"next_page_token":"x"}"#),
    );
    let error = rest(&script).unwrap_err();
    assert_eq!(error.code, ErrorCode::Protocol);
    assert!(error.message.contains("leads in a circle"), "{error}");
}
