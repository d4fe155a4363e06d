//! The smallest HTTP client that shows everything: also answers that break off.

use rocky_emulator::Emulator;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub fn promised_length(&self) -> usize {
        self.headers["content-length"].parse().unwrap()
    }
}

/// Calls one emulator with one token.
#[derive(Debug, Clone)]
pub struct Client {
    address: String,
    token: Option<String>,
}

impl Client {
    pub fn new(emulator: &Emulator, token: &str) -> Self {
        Self::at(&emulator.url(), token)
    }

    pub fn at(url: &str, token: &str) -> Self {
        Self {
            address: url.strip_prefix("http://").unwrap().to_owned(),
            token: Some(token.to_owned()),
        }
    }

    pub fn without_token(&self) -> Self {
        Self {
            token: None,
            ..self.clone()
        }
    }

    /// `None` when the connection ends without an answer.
    pub fn try_request(&self, method: &str, path: &str, body: &[u8]) -> Option<Answer> {
        self.try_request_with(method, path, &[], body)
    }

    fn try_request_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let length = body.len();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: emulator\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n"
        );
        if let Some(token) = &self.token {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).ok()?;
        parse(&received)
    }

    pub fn request(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.try_request(method, path, body).expect("an answer")
    }

    /// With further headers.
    pub fn request_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.try_request_with(method, path, headers, body)
            .expect("an answer")
    }

    /// With further headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request_with("GET", path, headers, b"")
    }

    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path, b"")
    }

    /// The JSON of a successful GET.
    pub fn get_json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path, body.to_string().as_bytes())
    }

    /// Posts a statement and waits for its end.
    pub fn statement(&self, sql: &str) -> Value {
        self.statement_with(sql, json!({}))
    }

    /// The same with further members in the request.
    pub fn statement_with(&self, sql: &str, members: Value) -> Value {
        let mut body = json!({
            "statement": sql,
            "warehouse_id": rocky_emulator::emulator::DEFAULT_WAREHOUSE,
            "wait_timeout": "50s",
        });
        let members = members.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members);
        let answer = self.post("/api/2.0/sql/statements", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// The rows of a query that succeeds in one chunk.
    pub fn rows(&self, sql: &str) -> Value {
        let answer = self.statement(sql);
        assert_eq!(answer["status"]["state"], "SUCCEEDED", "{sql}: {answer}");
        let rows = answer["result"]["data_array"].clone();
        if rows.is_null() { json!([]) } else { rows }
    }

    /// The error message of a statement that fails.
    pub fn failure(&self, sql: &str) -> String {
        let answer = self.statement(sql);
        assert_eq!(answer["status"]["state"], "FAILED", "{sql}: {answer}");
        answer["status"]["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// Somebody without a token at the object store, and the path that a link leads to there.
pub fn client_of(emulator: &Emulator, link: &str) -> (Client, String) {
    let path = link.strip_prefix(&emulator.storage_url()).unwrap();
    let client = Client::at(&emulator.storage_url(), "").without_token();
    (client, path.to_owned())
}

fn parse(received: &[u8]) -> Option<Answer> {
    let end = received.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&received[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_lowercase(), value.to_owned())
    };
    Some(Answer {
        status,
        headers: lines.map(header).collect(),
        body: received[end + 4..].to_vec(),
    })
}

/// The value of one member in every object of a list.
pub fn pluck(list: &Value, member: &str) -> Vec<String> {
    let objects = list.as_array().into_iter().flatten();
    objects
        .map(|object| object[member].as_str().unwrap().to_owned())
        .collect()
}
