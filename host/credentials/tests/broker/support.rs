use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use rocky_credentials::{
    BoxFuture, Broker, Clock, CredentialConfig, CredentialError, Secret, SecretSource,
    TokenTransport, TransportError,
};
use tokio::sync::Semaphore;

pub type Answer = Result<Response<Bytes>, TransportError>;

/// Records what is sent, and answers the n-th request, counted from 1, as it is told.
pub struct Script {
    answer: Box<dyn Fn(usize) -> Answer + Send + Sync>,
    requests: Mutex<Vec<Request<Bytes>>>,
    /// Each answer takes one permit.
    pub permits: Semaphore,
}

impl Script {
    pub fn new(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        let script = Self::held(answer);
        script.permits.add_permits(10_000);
        script
    }

    /// Answers nothing until permits are added.
    pub fn held(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            answer: Box::new(answer),
            requests: Mutex::default(),
            permits: Semaphore::new(0),
        })
    }

    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.requests.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// The fields of the form in the last request.
    pub fn form(&self) -> HashMap<String, String> {
        let requests = self.requests();
        let request = requests.last().unwrap();
        let content_type = &request.headers()["content-type"];
        assert_eq!(content_type, "application/x-www-form-urlencoded");
        url::form_urlencoded::parse(request.body())
            .into_owned()
            .collect()
    }
}

impl TokenTransport for Script {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Answer> {
        let mut requests = self.requests.lock().unwrap();
        requests.push(request);
        let number = requests.len();
        Box::pin(async move {
            self.permits.acquire().await.unwrap().forget();
            (self.answer)(number)
        })
    }
}

/// An answer in JSON.
pub fn json(status: u16, body: &str) -> Answer {
    let answer = Response::builder().status(status);
    let answer = answer.header("content-type", "application/json");
    Ok(answer
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap())
}

/// `token-canary-1` to the first request, and so on, each for an hour.
pub fn numbered_tokens(number: usize) -> Answer {
    token(&format!("token-canary-{number}"), 3_600)
}

pub fn token(token: &str, expires_in: u64) -> Answer {
    let body =
        format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{expires_in}}}"#);
    json(200, &body)
}

/// A clock that stands still until it is moved; who waits for some seconds moves it, and who waits for longer waits
/// for ever.
pub struct SetClock(AtomicU64);

impl SetClock {
    /// How far it has been moved.
    pub fn moved(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed) - START)
    }
}

/// A clock that nobody has to wait for.
pub struct HastyClock;

impl Clock for HastyClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(START)
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// When tests begin: Fri, 06 Mar 2026 12:00:00 GMT.
pub const START: u64 = 1_772_798_400;

impl SetClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(START)))
    }

    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        if time > Duration::from_secs(10) {
            return Box::pin(std::future::pending());
        }
        self.advance(time.as_secs());
        Box::pin(std::future::ready(()))
    }
}

pub fn text(secret: &str) -> SecretSource {
    SecretSource::Text(Secret::new(secret))
}

pub fn broker(config: CredentialConfig, script: &Arc<Script>, clock: &Arc<SetClock>) -> Broker {
    Broker::new(config, script.clone(), clock.clone()).unwrap()
}

/// A broker of which nothing is sent.
pub fn offline(config: CredentialConfig) -> Result<Broker, CredentialError> {
    let script = Script::new(|_| panic!("nothing is to be sent"));
    Broker::new(config, script, SetClock::new())
}

/// A service principal of Databricks.
pub fn m2m() -> CredentialConfig {
    let endpoint = "https://dbc-1.example/".parse().unwrap();
    rocky_credentials::databricks_m2m(&endpoint, "client-1", text("client-secret-canary"))
}

/// What a request has after the attachment.
pub async fn headers(broker: &Broker) -> HeaderMap {
    let mut headers = HeaderMap::new();
    broker.attachment().await.unwrap().apply(&mut headers);
    headers
}

pub async fn authorization(broker: &Broker) -> String {
    headers(broker).await["authorization"]
        .to_str()
        .unwrap()
        .to_owned()
}

/// The error of a broker that gets no credential.
pub async fn error(broker: &Broker) -> CredentialError {
    broker.attachment().await.unwrap_err()
}

pub const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys");

pub fn key(name: &str) -> String {
    std::fs::read_to_string(format!("{KEYS}/{name}.pem")).unwrap()
}

/// Checks a JWT's signature against the test key, and gives its header and claims.
pub fn verified(jwt: &str) -> (serde_json::Value, serde_json::Value) {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    let pem = key("test_rsa_2048.public");
    let digits: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let info = STANDARD.decode(digits).unwrap();
    // What goes before the key in a SubjectPublicKeyInfo of 2048 bits: the algorithm, always the same.
    let public_key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &info[24..]);

    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public_key.verify(signed.as_bytes(), &signature).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let part = |part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (part(header), part(claims))
}
