//! The client's messages, before anything acts on them.
//!
//! The library that reads them ends with the first one that it cannot read. Clients do send such: half a character of an unfinished emoji
//! is no JSON.

use std::io;

use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
};

/// No message is longer, in bytes: what claims to be is none.
const LONGEST: usize = 1 << 30;

/// Passes on every message that can be understood, and logs the others, until `input` ends.
pub async fn relay(input: impl AsyncRead + Unpin, mut output: impl AsyncWrite + Unpin) {
    let mut input = BufReader::new(input);
    loop {
        let body = match read(&mut input).await {
            Ok(Some(body)) => body,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "the client's messages cannot be read any more");
                return;
            }
        };
        let Some(body) = understood(body) else {
            tracing::warn!("a message of the client is no JSON-RPC, and is passed over");
            continue;
        };
        let head = format!("Content-Length: {}\r\n\r\n", body.len());
        let written = async {
            output.write_all(head.as_bytes()).await?;
            output.write_all(&body).await?;
            output.flush().await
        };
        // Nobody listens any more.
        if written.await.is_err() {
            return;
        }
    }
}

/// The body of the next message; `None` at the end.
async fn read(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        match (line.split_once(':'), length) {
            (Some((name, value)), _) if name.trim().eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse::<usize>().ok();
            }
            (None, Some(length)) if line.is_empty() && length <= LONGEST => {
                let mut body = Vec::new();
                let read = input.take(length as u64).read_to_end(&mut body).await?;
                return Ok((read == length).then_some(body));
            }
            _ => {}
        }
    }
}

/// A message, as far as it has to be understood.
#[derive(Deserialize)]
#[expect(dead_code, reason = "that it can be read is all")]
struct Message {
    id: Option<Id>,
    method: Option<String>,
    params: Option<IgnoredAny>,
    result: Option<IgnoredAny>,
}

/// What a request is known by.
#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "that it can be read is all")]
enum Id {
    Number(i64),
    Text(String),
}

/// The message, mended where that is possible.
fn understood(body: Vec<u8>) -> Option<Vec<u8>> {
    let mended = without_halves(body);
    let is_message = serde_json::from_slice::<Message>(&mended).is_ok();
    is_message.then_some(mended)
}

/// Halves of surrogate pairs, which are no characters, as the character that stands for such.
fn without_halves(mut body: Vec<u8>) -> Vec<u8> {
    let mut place = 0;
    while let Some(byte) = body.get(place) {
        if *byte != b'\\' {
            place += 1;
            continue;
        }
        match unit(&body, place) {
            Some(0xd800..=0xdbff) if matches!(unit(&body, place + 6), Some(0xdc00..=0xdfff)) => {
                place += 12;
            }
            Some(0xd800..=0xdfff) => {
                body[place + 2..place + 6].copy_from_slice(b"fffd");
                place += 6;
            }
            // Whatever it is, what stands behind the backslash begins nothing.
            _ => place += 2,
        }
    }
    body
}

/// The code that is written as `\uXXXX` at this place.
fn unit(body: &[u8], place: usize) -> Option<u16> {
    let digits = body.get(place..place + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Option<&str>) {
        let found = understood(body.as_bytes().to_vec());
        let found = found.as_deref().map(String::from_utf8_lossy);
        assert_eq!(found.as_deref(), expected, "{body}");
    }

    #[test]
    fn only_what_can_be_read_is_passed_on() {
        let whole = r#"{"id":1,"method":"m","params":{"text":"\ud83d\udee9 \\ud83d"}}"#;
        check(whole, Some(whole));
        check(
            r#"{"method":"m","params":["\ud83d", "\udee9x", "\\\ud83d"]}"#,
            Some(r#"{"method":"m","params":["\ufffd", "\ufffdx", "\\\ufffd"]}"#),
        );
        check(r#"{"id":5.5,"method":"m"}"#, None);
        check("[]", None);
        check("{nope", None);
        check("", None);
    }

    #[tokio::test]
    async fn messages_are_found_between_whatever_else_there_is() {
        let input = "content-length: 2\r\n\r\n{}Content-Type: x\r\nContent-Length: 5\r\n\r\n{nopeContent-Length: 8\r\n\r\n{\"id\":1}";
        let mut output = Vec::new();
        relay(input.as_bytes(), &mut output).await;
        let expected = "Content-Length: 2\r\n\r\n{}Content-Length: 8\r\n\r\n{\"id\":1}";
        assert_eq!(String::from_utf8_lossy(&output), expected);
    }
}
