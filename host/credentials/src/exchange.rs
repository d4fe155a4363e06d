//! Asks a token endpoint, and asks again where that may help.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::endpoint;
use crate::error::{CredentialError, Grant};
use crate::excerpt;
use crate::mint::Context;
use crate::transport::TransportError;

/// How long to wait before the second and the third attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];

/// A server that asks for a longer pause is not asked again: somebody waits for the token.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A question to a token endpoint.
pub(crate) struct Question {
    /// What is offered.
    pub grant: Grant,
    /// Origin and path of the endpoint.
    pub endpoint: String,
    url: Url,
    request: Request<Bytes>,
}

impl Question {
    /// A form, posted (RFC 6749, section 4.4.2).
    pub(crate) fn post(grant: Grant, url: &Url, form: &[(&str, &str)]) -> Self {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, form_type);
        Self::new(grant, url, request)
    }

    /// A question that is all in its address.
    pub(crate) fn get(grant: Grant, url: &Url) -> Self {
        Self::new(grant, url, Request::new(Bytes::new()))
    }

    fn new(grant: Grant, url: &Url, mut request: Request<Bytes>) -> Self {
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(ACCEPT, json);
        Self {
            grant,
            endpoint: endpoint::name(url),
            url: url.clone(),
            request,
        }
    }

    /// The headers that go with it.
    pub(crate) fn headers_mut(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    /// Asks, at most three times: again only where no connection came about or the server says that it is not at its best.
    pub(crate) async fn ask(&self, context: &Context) -> Result<Response<Bytes>, CredentialError> {
        let failed = |attempts, reason: String| CredentialError::Transport {
            endpoint: self.endpoint.clone(),
            attempts,
            reason: excerpt::beginning(&reason, &context.vault).unwrap_or_default(),
        };
        let mut request = self.request.clone();
        *request.uri_mut() = self
            .url
            .as_str()
            .parse()
            .map_err(|error: http::uri::InvalidUri| failed(0, error.to_string()))?;
        let mut attempts = 1;
        let mut pauses = PAUSES.into_iter();
        loop {
            let answer = context.transport.send(request.clone()).await;
            let pause = pauses
                .next()
                .and_then(|pause| pause_before_next(&answer, pause, context.clock.now()));
            let Some(pause) = pause else {
                return answer.map_err(|error| failed(attempts, error.to_string()));
            };
            context.clock.sleep(pause).await;
            attempts += 1;
        }
    }
}

/// How long to wait before another attempt; none where there should not be one.
fn pause_before_next(
    answer: &Result<Response<Bytes>, TransportError>,
    pause: Duration,
    now: SystemTime,
) -> Option<Duration> {
    match answer {
        Err(TransportError::Unreachable(_)) => Some(pause),
        Err(_) => None,
        Ok(answer) => match answer.status().as_u16() {
            429 | 500 | 502 | 503 | 504 => {
                let asked = retry_after(answer.headers(), now).unwrap_or_default();
                (asked <= LONGEST_PAUSE).then(|| asked.max(pause))
            }
            _ => None,
        },
    }
}

/// How long a server asks to be left alone: seconds, or a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}
