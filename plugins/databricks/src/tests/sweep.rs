//! Describing again what is known.

use super::rest::{LIST, ME, warehouse};
use super::*;

/// A table in a list without columns.
fn listed(name: &str, id: &str, updated_at: i64) -> String {
    format!(r#"{{"name":"{name}","table_id":"{id}","updated_at":{updated_at}}}"#)
}

/// A table as it is told with columns.
fn whole(name: &str, updated_at: i64) -> String {
    format!(
        r#"{{"name":"{name}","table_id":"1","updated_at":{updated_at},"columns":[{{"name":"x","type_text":"int"}}]}}"#
    )
}

/// A warehouse whose list without columns has these pages.
fn swept(pages: &[String]) -> Script {
    let script = Script::new();
    script.always(ME, Reply::json(r#"{"userName":"ada"}"#));
    let mut line = format!("{LIST}&omit_columns=true&omit_properties=true");
    for (index, page) in pages.iter().enumerate() {
        let next = match index + 1 < pages.len() {
            true => format!(r#","next_page_token":"p{index}""#),
            false => String::new(),
        };
        script.on(
            &line,
            Reply::json(format!(r#"{{"tables":[{page}]{next}}}"#)),
        );
        line = format!("{LIST}&omit_columns=true&omit_properties=true&page_token=p{index}");
    }
    script
}

fn one(name: &str) -> String {
    format!("GET /api/2.1/unity-catalog/tables/c.s.{name}")
}

/// Describes a schema of which these tables are known at time 1.
fn again(script: &Script, known: &[&str]) -> Result<Answer> {
    describe(script, "{}", |request| {
        let known = known
            .iter()
            .map(|name| ((*name).to_owned(), "1@1".to_owned()));
        request.known = known.collect();
    })
}

#[test]
fn only_what_has_changed_is_asked_for() {
    let first = [listed("same", "1", 1), listed("altered", "1", 2)].join(",");
    let second = [listed("made_again", "9", 1), listed("new", "1", 1)].join(",");
    let script = swept(&[first, second]);
    for name in ["altered", "made_again", "new"] {
        script.on(&one(name), Reply::json(whole(name, 3)));
    }
    let answer = again(&script, &["same", "altered", "made_again", "gone"]).unwrap();
    assert_eq!(answer.entries[0], Entry::Unchanged("same".to_owned()));
    let mut described: Vec<&str> = tables(&answer).iter().map(|it| &*it.name).collect();
    described.sort_unstable();
    assert_eq!(described, ["altered", "made_again", "new"]);
    let revision = tables(&answer)[0].revision.as_deref();
    assert_eq!(
        revision,
        Some("1@3"),
        "of the answer with the columns, not of the list"
    );
}

#[test]
fn a_table_that_goes_while_it_is_asked_for_is_gone() {
    let script = swept(&[[listed("same", "1", 1), listed("going", "1", 2)].join(",")]);
    script.on(
        &one("going"),
        Reply::status(404).with_body(
            r#"{"error_code":"TABLE_DOES_NOT_EXIST","message":"Table 'c.s.going' does not exist."}"#,
        ),
    );
    let answer = again(&script, &["same", "going"]).unwrap();
    assert_eq!(names(&answer), ["same"]);
}

#[test]
fn where_most_has_changed_the_list_with_columns_is_less_work() {
    let changed: Vec<String> = (0..17).map(|n| format!("t{n}")).collect();
    let page: Vec<String> = changed.iter().map(|name| listed(name, "1", 2)).collect();
    let script = swept(&[page.join(",")]);
    let page: Vec<String> = changed.iter().map(|name| whole(name, 2)).collect();
    script.on(
        LIST,
        Reply::json(format!(r#"{{"tables":[{}]}}"#, page.join(","))),
    );
    let known: Vec<&str> = changed.iter().map(String::as_str).collect();
    let answer = again(&script, &known).unwrap();
    assert_eq!(tables(&answer).len(), 17);
    assert_eq!(script.sent().len(), 3, "two lists, and who asks");
}

#[test]
fn a_table_whose_name_holds_a_dot_is_found_in_the_list() {
    let script = swept(&[listed("a.b", "1", 2)]);
    script.on(
        LIST,
        Reply::json(format!(r#"{{"tables":[{}]}}"#, whole("a.b", 2))),
    );
    let answer = again(&script, &["a.b"]).unwrap();
    assert_eq!(tables(&answer)[0].name, "a.b");
}

#[test]
fn what_nobody_wants_to_know_of_has_not_changed() {
    let script = swept(&[[listed("same", "1", 1), listed("tmp_1", "1", 2)].join(",")]);
    let answer = describe(&script, r#"{"exclude":["tmp_*"]}"#, |request| {
        request.known.insert("same".to_owned(), "1@1".to_owned());
    });
    assert_eq!(names(&answer.unwrap()), ["same"]);
    assert_eq!(script.sent().len(), 2, "one list, and who asks");
}

#[test]
fn a_table_that_is_listed_twice_fails_the_list() {
    let script = swept(&[listed("a", "1", 1), listed("a", "1", 1)]);
    let error = again(&script, &["a"]).unwrap_err();
    assert!(error.message.contains("twice"), "{error}");
}

#[test]
fn nothing_known_needs_no_look() {
    let script = warehouse(&[&whole("a", 1)]);
    assert_eq!(tables(&again(&script, &[]).unwrap()).len(), 1);
    assert_eq!(script.sent().len(), 2);
}
