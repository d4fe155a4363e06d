//! Requests as the kit would never make them.

use rocky_adapter_sdk::{Error, Result};
use serde::Deserialize;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    Fields, IncomingResponse, Method, OutgoingBody, OutgoingRequest, Scheme,
};
use wasip2::io::streams::StreamError;

/// Requests that are sent at most to see how many may be under way.
const HOARD: usize = 10;

/// A request, as a test describes it.
#[derive(Deserialize)]
#[serde(default)]
struct Wanted {
    method: String,
    scheme: String,
    /// Host and port; the endpoint's where there is none.
    authority: Option<String>,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    /// The body so many times.
    times: usize,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            scheme: "http".to_owned(),
            authority: None,
            path: "/".to_owned(),
            headers: Vec::new(),
            body: String::new(),
            times: 1,
        }
    }
}

/// Sends the request that the JSON text `wanted` describes, and returns all that came back.
pub fn send(endpoint: &str, wanted: &str) -> Result<String> {
    let wanted: Wanted =
        serde_json::from_str(wanted).map_err(|error| Error::invalid_config(error.to_string()))?;
    let outgoing = build(endpoint, &wanted)?;
    let body = outgoing.body().map_err(|()| failed("the body was taken"))?;
    let future = outgoing_handler::handle(outgoing, None)
        .map_err(|code| failed(&format!("refused at once: {code:?}")))?;
    write(body, &wanted)?;
    future.subscribe().block();
    match future.get() {
        Some(Ok(Ok(response))) => read(&response),
        Some(Ok(Err(code))) => Err(failed(&format!("{code:?}"))),
        Some(Err(())) | None => Err(failed("there is no answer")),
    }
}

/// Sends the request that the JSON text `wanted` describes over and over, with bodies that never end, until one is answered, and
/// returns how many that took and what the answer was.
pub fn hoard_bodies(endpoint: &str, wanted: &str) -> Result<String> {
    let wanted: Wanted =
        serde_json::from_str(wanted).map_err(|error| Error::invalid_config(error.to_string()))?;
    let mut held = Vec::new();
    for sent in 1..=HOARD {
        let outgoing = build(endpoint, &wanted)?;
        let body = outgoing.body().map_err(|()| failed("the body was taken"))?;
        let future = outgoing_handler::handle(outgoing, None)
            .map_err(|code| failed(&format!("refused at once: {code:?}")))?;
        let stream = body.write().map_err(|()| failed("there is no stream"))?;
        let written = (0..wanted.times).try_for_each(|_| {
            let mut chunks = wanted.body.as_bytes().chunks(4_000);
            chunks.try_for_each(|chunk| stream.blocking_write_and_flush(chunk))
        });
        if written.is_err() {
            future.subscribe().block();
            let answer = future.get().and_then(Result::ok).map(|it| it.map(drop));
            return Ok(format!("{sent} requests, then {answer:?}"));
        }
        held.push((stream, body, future));
    }
    Ok(format!("{HOARD} requests, and no end"))
}

/// Has the host keep headers, and returns how many it keeps if there is no end to it. Of 100,000 the engine itself would be the end.
pub fn hoard_headers() -> String {
    let held: Vec<Fields> = (0..10_000).map(|_| Fields::new()).collect();
    format!("{} headers, and no end", held.len())
}

fn build(endpoint: &str, wanted: &Wanted) -> Result<OutgoingRequest> {
    let headers = Fields::new();
    for (name, value) in &wanted.headers {
        let appended = headers.append(name, value.as_bytes());
        appended.map_err(|error| failed(&format!("the header {name} is refused: {error:?}")))?;
    }
    let request = OutgoingRequest::new(headers);
    let method = match wanted.method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        other => Method::Other(other.to_owned()),
    };
    let scheme = match wanted.scheme.as_str() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    };
    let own = endpoint.split_once("://").map_or(endpoint, |(_, own)| own);
    let authority = wanted.authority.as_deref().unwrap_or(own);
    let refused = |what: &str| failed(&format!("the {what} is refused"));
    request
        .set_method(&method)
        .map_err(|()| refused("method"))?;
    request
        .set_scheme(Some(&scheme))
        .map_err(|()| refused("scheme"))?;
    request
        .set_authority(Some(authority))
        .map_err(|()| refused("authority"))?;
    request
        .set_path_with_query(Some(&wanted.path))
        .map_err(|()| refused("path"))?;
    Ok(request)
}

fn write(body: OutgoingBody, wanted: &Wanted) -> Result<()> {
    let Ok(stream) = body.write() else {
        return Err(failed("there is no stream"));
    };
    for _ in 0..wanted.times {
        for chunk in wanted.body.as_bytes().chunks(4_000) {
            if stream.blocking_write_and_flush(chunk).is_err() {
                // Whoever reads has gone; the answer says why.
                return Ok(());
            }
        }
    }
    drop(stream);
    match OutgoingBody::finish(body, None) {
        Ok(()) => Ok(()),
        Err(code) => Err(failed(&format!("the body is refused: {code:?}"))),
    }
}

fn read(response: &IncomingResponse) -> Result<String> {
    let mut told = format!("HTTP {}", response.status());
    for (name, value) in response.headers().entries() {
        told += &format!("\n{name}: {}", String::from_utf8_lossy(&value));
    }
    let body = response
        .consume()
        .map_err(|()| failed("the answer was taken"))?;
    let stream = body
        .stream()
        .map_err(|()| failed("the answer has no stream"))?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(chunk) => bytes.extend(chunk.into_iter().take(1 << 20)),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(failed(&error.to_debug_string()));
            }
        }
        // It only wants to see what a careless host lets in, not to run out of memory itself.
        bytes.truncate(1 << 20);
    }
    Ok(format!("{told}\n\n{}", String::from_utf8_lossy(&bytes)))
}

fn failed(what: &str) -> Error {
    Error::internal(what.to_owned())
}
