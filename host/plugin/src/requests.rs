//! Which requests an adapter may send to its endpoint: reads, and what its manifest announced and somebody approved.

use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use http::{Method, Request};
use serde_json::Value;

use crate::manifest::{ControlShape, Manifest, StatementShape};
use crate::policy::{ApprovedStatement, NetworkConfig, StatementGuard, StatementLevel};
use crate::strict_json;
use crate::usage::RefusalKind;

/// Why a request is not let out.
pub(crate) type Verdict = Result<(), (RefusalKind, String)>;

/// The rules for the requests of one adapter.
pub(crate) struct RequestRules {
    level: StatementLevel,
    guard: Option<Arc<dyn StatementGuard>>,
    /// What the manifest announced and somebody approved.
    statements: Vec<ApprovedStatement>,
    /// All that is approved. What is known of a path holds, whatever a manifest says of it besides.
    approved: Vec<ApprovedStatement>,
    controls: Vec<ControlShape>,
    /// What the manifest announced and nobody approved: method and path.
    unapproved: Vec<(String, String)>,
}

impl RequestRules {
    pub(crate) fn new(manifest: &Manifest, network: &NetworkConfig) -> Self {
        let approved = &network.approved;
        let statement_of =
            |shape: &StatementShape| approved.statements.iter().find(|it| it.shape == *shape);
        let same =
            |a: &ControlShape, b: &ControlShape| (&a.method, &a.path) == (&b.method, &b.path);
        let is_control = |shape: &ControlShape| approved.controls.iter().any(|it| same(it, shape));
        let of_statements = manifest
            .statements
            .iter()
            .filter(|shape| statement_of(shape).is_none());
        let of_controls = manifest.controls.iter().filter(|shape| !is_control(shape));
        let unapproved = of_statements
            .map(|shape| (shape.method.clone(), shape.path.clone()))
            .chain(of_controls.map(|shape| (shape.method.clone(), shape.path.clone())));
        Self {
            level: network.statements,
            guard: network.guard.clone(),
            unapproved: unapproved.collect(),
            approved: approved.statements.clone(),
            statements: manifest
                .statements
                .iter()
                .filter_map(statement_of)
                .cloned()
                .collect(),
            controls: manifest
                .controls
                .iter()
                .filter(|shape| is_control(shape))
                .cloned()
                .collect(),
        }
    }

    /// Judges a request to the endpoint; `path` is the one that is sent.
    pub(crate) fn judge<B>(&self, request: &Request<B>, path: &str, body: &[u8]) -> Verdict {
        if self.level == StatementLevel::Any {
            return Ok(());
        }
        let method = request.method();
        let refuse = |kind, reason: String| Err((kind, reason));
        if is_read(method) {
            return match body.is_empty() {
                true => Ok(()),
                false => refuse(
                    RefusalKind::Unannounced,
                    format!("a {method} with a body is no plain read"),
                ),
            };
        }
        let fits = |of_method: &str, of_path: &str| {
            method.as_str() == of_method && path_fits(of_path, path)
        };
        let is_it = |it: &&ApprovedStatement| fits(&it.shape.method, &it.shape.path);
        if self.statements.iter().any(|it| is_it(&it)) {
            let mut known = self.approved.iter().filter(is_it);
            return known.try_for_each(|it| self.judge_statement(it, request.headers(), body));
        }
        if self.controls.iter().any(|it| fits(&it.method, &it.path)) {
            return match body {
                b"" | b"{}" => Ok(()),
                _ => refuse(
                    RefusalKind::Body,
                    "it was announced as a request without content, and has some".to_owned(),
                ),
            };
        }
        match self
            .unapproved
            .iter()
            .any(|(method, path)| fits(method, path))
        {
            true => refuse(
                RefusalKind::Unapproved,
                "its manifest announces this request, and nobody has approved that".to_owned(),
            ),
            false => refuse(
                RefusalKind::Unannounced,
                format!(
                    "a {method} can change something, and its manifest does not announce this one"
                ),
            ),
        }
    }

    fn judge_statement(
        &self,
        statement: &ApprovedStatement,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Verdict {
        let body_is = |reason: String| (RefusalKind::Body, reason);
        check_content_type(headers).map_err(body_is)?;
        let body = strict_json::parse(body)
            .map_err(|reason| body_is(format!("its body is not plain JSON: {reason}")))?;
        let pointer = &statement.shape.pointer;
        let sql = body.pointer(pointer).and_then(Value::as_str);
        let sql = sql.ok_or_else(|| body_is(format!("its body has no text at `{pointer}`")))?;
        if let Some(members) = &statement.members
            && let Some(other) = strict_json::outside(&body, members)
        {
            return Err(body_is(format!(
                "its body holds `{other}`, which is not known to be harmless"
            )));
        }
        let judged = match &self.guard {
            Some(guard) => guard.check(&statement.shape.dialect, sql, self.level),
            None => Err("nothing here can judge SQL".to_owned()),
        };
        judged.map_err(|reason| {
            (
                RefusalKind::Statement,
                format!("its statement is refused: {reason}"),
            )
        })
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
