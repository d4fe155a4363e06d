//! Which requests an adapter may send to its endpoint: reads, and what its manifest announced and somebody approved.

use std::sync::Arc;

use http::Method;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use http::request::Parts;
use serde_json::Value;
use url::Url;

use crate::manifest::{ControlShape, Manifest, StatementShape};
use crate::policy::{NetworkConfig, StatementGuard, StatementLevel};
use crate::usage::RefusalKind;
use crate::{query, strict_json};

/// Why a request is not let out.
pub(crate) type Reason = (RefusalKind, String);
/// Whether a request is let out.
pub(crate) type Verdict = Result<(), Reason>;

/// What the body of a request has to be, by its head.
#[derive(Debug)]
pub(crate) enum Expected<'rules> {
    /// Whatever it is.
    Anything,
    /// Nothing; and what the request is if it is something.
    Nothing { otherwise: String },
    /// Nothing, or an empty object.
    NoContent,
    /// A statement, as each of these shapes has it.
    Statement(Vec<&'rules StatementShape>),
}

/// The rules for the requests of one adapter.
pub(crate) struct RequestRules {
    level: StatementLevel,
    guard: Option<Arc<dyn StatementGuard>>,
    /// What the manifest announced and somebody approved.
    statements: Vec<StatementShape>,
    /// All that is approved. What is known of a path holds, whatever a manifest says of it besides.
    approved: Vec<StatementShape>,
    controls: Vec<ControlShape>,
    /// What the manifest announced and nobody approved: method and path.
    unapproved: Vec<(String, String)>,
}

impl RequestRules {
    pub(crate) fn new(manifest: &Manifest, network: &NetworkConfig) -> Self {
        let approved = &network.approved;
        let is_statement = |shape: &&StatementShape| {
            let mut approved = approved.statements.iter();
            approved.any(|it| it.is_same_request(shape))
        };
        let control_of = |shape: &ControlShape| {
            let mut approved = approved.controls.iter();
            approved.find(|it| it.is_same_request(shape))
        };
        let (statements, others): (Vec<_>, Vec<_>) =
            manifest.statements.iter().partition(is_statement);
        let of_statements = others
            .into_iter()
            .map(|it| (it.method.clone(), it.path.clone()));
        let of_controls = manifest.controls.iter();
        let of_controls = of_controls.filter(|shape| control_of(shape).is_none());
        let of_controls = of_controls.map(|it| (it.method.clone(), it.path.clone()));
        Self {
            level: network.statements,
            guard: network.guard.clone(),
            unapproved: of_statements.chain(of_controls).collect(),
            approved: approved.statements.clone(),
            statements: statements.into_iter().cloned().collect(),
            controls: manifest
                .controls
                .iter()
                .filter_map(control_of)
                .cloned()
                .collect(),
        }
    }

    /// Judges a request to the endpoint before its body has come, and says what that has to be; `url` is where it is sent.
    pub(crate) fn judge_head(&self, head: &Parts, url: &Url) -> Result<Expected<'_>, Reason> {
        if self.level == StatementLevel::Any {
            return Ok(Expected::Anything);
        }
        let method = &head.method;
        if is_read(method) {
            if let Some(name) = query::overriding(url) {
                let reason = format!("`{name}` in its query may make another request of it");
                return Err((RefusalKind::Unannounced, reason));
            }
            let otherwise = format!("a {method} with a body is no plain read");
            return Ok(Expected::Nothing { otherwise });
        }
        let fits = |of_method: &str, of_path: &str| {
            method.as_str() == of_method && path_fits(of_path, url.path())
        };
        let is_it = |it: &&StatementShape| fits(&it.method, &it.path);
        if self.statements.iter().any(|it| is_it(&it)) {
            let known: Vec<_> = self.approved.iter().filter(is_it).collect();
            known
                .iter()
                .try_for_each(|it| check_query(url, &it.query))?;
            check_content_type(&head.headers).map_err(|reason| (RefusalKind::Body, reason))?;
            return Ok(Expected::Statement(known));
        }
        if let Some(control) = self.controls.iter().find(|it| fits(&it.method, &it.path)) {
            check_query(url, &control.query)?;
            return Ok(Expected::NoContent);
        }
        let mut unapproved = self.unapproved.iter();
        Err(match unapproved.any(|(method, path)| fits(method, path)) {
            true => (
                RefusalKind::Unapproved,
                "its manifest announces this request, and nobody has approved that".to_owned(),
            ),
            false => (
                RefusalKind::Unannounced,
                format!(
                    "a {method} can change something, and its manifest does not announce this one"
                ),
            ),
        })
    }

    /// Judges the body of a request whose head has been judged.
    pub(crate) fn judge_body(&self, expected: &Expected, body: &[u8]) -> Verdict {
        match (expected, body) {
            (Expected::Anything, _)
            | (Expected::Nothing { .. }, b"")
            | (Expected::NoContent, b"" | b"{}") => Ok(()),
            (Expected::Nothing { otherwise }, _) => {
                Err((RefusalKind::Unannounced, otherwise.clone()))
            }
            (Expected::NoContent, _) => Err((
                RefusalKind::Body,
                "it was announced as a request without content, and has some".to_owned(),
            )),
            (Expected::Statement(known), _) => self.judge_statement(known, body),
        }
    }

    fn judge_statement(&self, known: &[&StatementShape], body: &[u8]) -> Verdict {
        let body_is = |reason: String| (RefusalKind::Body, reason);
        let body = strict_json::parse(body)
            .map_err(|reason| body_is(format!("its body is not plain JSON: {reason}")))?;
        known.iter().try_for_each(|statement| {
            let pointer = &statement.pointer;
            let sql = body.pointer(pointer).and_then(Value::as_str);
            let sql = sql.ok_or_else(|| body_is(format!("its body has no text at `{pointer}`")))?;
            check_members(&body, statement).map_err(body_is)?;
            let judged = match &self.guard {
                Some(guard) => guard.check(&statement.dialect, sql, self.level),
                None => Err("nothing here can judge SQL".to_owned()),
            };
            judged.map_err(|reason| {
                let reason = format!("its statement is refused: {reason}");
                (RefusalKind::Statement, reason)
            })
        })
    }
}

/// Holds a body to what is known to be harmless beside the statement.
fn check_members(body: &Value, statement: &StatementShape) -> Result<(), String> {
    let admitted: Vec<&str> = std::iter::once(&statement.pointer)
        .chain(&statement.members)
        .chain(statement.fixed.keys())
        .map(String::as_str)
        .collect();
    if let Some(other) = strict_json::outside(body, &admitted) {
        return Err(format!(
            "its body holds `{other}`, which is not known to be harmless"
        ));
    }
    for (pointer, expected) in &statement.fixed {
        let expected: Option<Value> = serde_json::from_str(expected).ok();
        if expected.is_none() || body.pointer(pointer) != expected.as_ref() {
            return Err(format!(
                "`{pointer}` in its body is not what it has to be there"
            ));
        }
    }
    Ok(())
}

/// Holds the query of a request that is no read to the parameters that are known to be harmless.
fn check_query(url: &Url, admitted: &[String]) -> Verdict {
    match query::outside(url, admitted) {
        None => Ok(()),
        Some(name) => Err((
            RefusalKind::Unannounced,
            format!("its query holds `{name}`, which is not known to be harmless"),
        )),
    }
}

/// Whether a request of this method only reads (RFC 9110, 9.2.1).
pub(crate) fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// A body that a server might read as something else than the guard does is not judged at all.
fn check_content_type(headers: &HeaderMap) -> Result<(), String> {
    if headers.contains_key(CONTENT_ENCODING) {
        return Err("its body is encoded".to_owned());
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let of_type = types
        .next()
        .map(|value| value.to_str().unwrap_or("unreadable"));
    let plain = of_type.map(|text| text.to_ascii_lowercase().replace([' ', '"'], ""));
    match plain.as_deref() {
        Some("application/json" | "application/json;charset=utf-8") if types.next().is_none() => {
            Ok(())
        }
        _ => Err("its body is not announced as application/json in UTF-8".to_owned()),
    }
}

/// Whether a path is of a shape, in which `*` stands for one segment. What it stands for is of characters that no server
/// takes for anything but themselves: no escapes, no parameters.
fn path_fits(shape: &str, path: &str) -> bool {
    let plain = |segment: &str| {
        let is_plain =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b':');
        !segment.is_empty() && !matches!(segment, "." | "..") && segment.bytes().all(is_plain)
    };
    let (mut expected, mut found) = (shape.split('/'), path.split('/'));
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return true,
            (Some("*"), Some(segment)) if plain(segment) => {}
            (Some(fixed), Some(segment)) if fixed != "*" && fixed == segment => {}
            _ => return false,
        }
    }
}
