//! Requests that go wrong on purpose.

use crate::client::{Client, pluck};
use rocky_emulator::{Action, Emulator, Fault};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const CATALOGS: &str = "/api/2.1/unity-catalog/catalogs";

fn emulator() -> (Emulator, Client) {
    let emulator = Emulator::builder().token("t", "tester").start().unwrap();
    emulator.sql("CREATE CATALOG a; CREATE CATALOG b").unwrap();
    let client = Client::new(&emulator, "t");
    (emulator, client)
}

#[test]
fn the_third_request_fails_once() {
    let (emulator, client) = emulator();
    emulator.fault(Fault::on("/catalogs", Action::status(503)).skip(2));
    let statuses: Vec<u16> = (0..4).map(|_| client.get(CATALOGS).status).collect();
    assert_eq!(statuses, [200, 200, 503, 200]);
}

#[test]
fn a_status_comes_with_the_services_body_and_given_headers() {
    let (emulator, client) = emulator();
    emulator.fault(Fault::on("*/catalogs", Action::rate_limited(7)).method("get"));
    let answer = client.get(CATALOGS);
    assert_eq!(answer.status, 429);
    assert_eq!(answer.headers["retry-after"], "7");
    assert_eq!(answer.json()["error_code"], "REQUEST_LIMIT_EXCEEDED");
    emulator.fault(Fault::on("/catalogs", Action::Html));
    let answer = client.get(CATALOGS);
    assert_eq!(answer.status, 200);
    assert!(answer.text().starts_with("<!DOCTYPE html>"));
    emulator.fault(Fault::on(
        "/catalogs",
        Action::Redirect {
            to: "https://login.example/".to_owned(),
        },
    ));
    let answer = client.get(CATALOGS);
    assert_eq!(
        (answer.status, answer.headers["location"].as_str()),
        (302, "https://login.example/")
    );
}

#[test]
fn a_cut_body_promises_more_than_it_sends() {
    let (emulator, client) = emulator();
    let whole = client.get(CATALOGS);
    emulator.fault(Fault::on("/catalogs", Action::CutBody));
    let cut = client.get(CATALOGS);
    assert_eq!(cut.promised_length(), whole.body.len());
    assert_eq!(cut.body, whole.body[..whole.body.len() / 2]);
    emulator.fault(Fault::on("/catalogs", Action::InvalidJson));
    let invalid = client.get(CATALOGS);
    assert_eq!(invalid.promised_length(), invalid.body.len());
    assert!(serde_json::from_slice::<serde_json::Value>(&invalid.body).is_err());
}

#[test]
fn a_dropped_connection_has_no_answer() {
    let (emulator, client) = emulator();
    emulator.fault(Fault::on("/catalogs", Action::DropConnection));
    assert!(client.try_request("GET", CATALOGS, b"").is_none());
    assert_eq!(client.get(CATALOGS).status, 200);
}

#[test]
fn a_hanging_request_does_not_keep_the_emulator_alive() {
    let (emulator, client) = emulator();
    emulator.fault(Fault::on("/catalogs", Action::Hang).forever());
    let hanging = std::thread::spawn(move || client.try_request("GET", CATALOGS, b"").is_none());
    while emulator.requests().to("/catalogs") == 0 {
        std::thread::yield_now();
    }
    let address = emulator.url();
    drop(emulator);
    assert!(hanging.join().unwrap());
    assert!(TcpStream::connect(address.strip_prefix("http://").unwrap()).is_err());
}

#[test]
fn delay_and_latency_take_their_time() {
    let (emulator, client) = emulator();
    emulator.settings(|settings| settings.latency_ms = 30);
    emulator.fault(Fault::on("/catalogs", Action::Delay { ms: 40 }));
    let start = Instant::now();
    assert_eq!(client.get(CATALOGS).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(70));
}

#[test]
fn lists_can_lie() {
    let (emulator, client) = emulator();
    emulator.fault(Fault::on("/catalogs", Action::DuplicateItem));
    let list = client.get_json(CATALOGS);
    assert_eq!(pluck(&list["catalogs"], "name"), ["a", "b", "system", "a"]);
    emulator.fault(Fault::on("/catalogs", Action::RepeatPage).forever());
    let first = client.get_json(&format!("{CATALOGS}?max_results=1"));
    let token = first["next_page_token"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        let page = client.get_json(&format!("{CATALOGS}?max_results=1&page_token={token}"));
        assert_eq!(page["next_page_token"].as_str(), Some(token.as_str()));
        assert_eq!(pluck(&page["catalogs"], "name"), ["a"]);
    }
    emulator.clear_faults();
    assert!(client.get_json(CATALOGS).get("next_page_token").is_none());
}

#[test]
fn requests_are_counted_by_route_also_when_a_fault_answers() {
    let (emulator, client) = emulator();
    emulator.reset_requests();
    emulator.fault(Fault::on("/catalogs/a", Action::status(500)));
    client.get(&format!("{CATALOGS}/a"));
    let sent = client.get(&format!("{CATALOGS}/b")).body.len();
    client.get("/nowhere");
    client.get("/_emulator/health");
    let requests = emulator.requests();
    assert_eq!(requests.total, 3);
    assert_eq!(requests.to("/catalogs/{name}"), 2);
    let route = requests
        .routes
        .iter()
        .find(|route| route.path.ends_with("{name}"));
    let route = route.unwrap();
    assert_eq!(route.method, "GET");
    assert!(route.bytes_sent > sent as u64 && requests.bytes_sent > route.bytes_sent);
}

#[tokio::test]
async fn the_handle_works_within_async_code() {
    let (emulator, _) = emulator();
    emulator.sql("CREATE SCHEMA a.s").unwrap();
    drop(emulator);
}
