//! Sessions of drivers, and who has which.

use super::super::Service;
use super::super::error::ApiError;
use super::error::Failure;
use crate::access::Viewer;
use crate::random;
use crate::sql::snowflake::Context;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a session can be renewed.
pub(super) const MASTER_LIFETIME: Duration = Duration::from_secs(4 * 60 * 60);

/// What a driver has between two statements.
#[derive(Debug)]
pub(in crate::snowflake) struct Session {
    pub id: u64,
    pub principal: Arc<str>,
    context: Mutex<Context>,
}

impl Session {
    pub fn new(principal: &str, context: Context) -> Self {
        Self {
            // Drivers keep it as a number that fits into all of their languages.
            id: random::number() >> 12,
            principal: principal.into(),
            context: Mutex::new(context),
        }
    }

    /// Where bare names are looked up.
    pub fn context(&self) -> Context {
        let context = self.context.lock();
        context.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_context(&self, context: Context) {
        *self.context.lock().unwrap_or_else(PoisonError::into_inner) = context;
    }
}

#[derive(Debug)]
struct Ticket {
    session: Arc<Session>,
    expires: Instant,
}

/// The two tokens of a session.
#[derive(Debug)]
pub(super) struct Tokens {
    /// Opens the session.
    pub session: String,
    /// Gives another one that does.
    pub master: String,
}

/// What a token turned out to be.
#[derive(Debug)]
enum Known {
    Valid(Arc<Session>),
    Expired,
    Unknown,
}

/// All sessions, by their tokens.
#[derive(Debug, Default)]
pub(in crate::snowflake) struct Sessions {
    tickets: Mutex<Tickets>,
}

#[derive(Debug, Default)]
struct Tickets {
    session: HashMap<String, Ticket>,
    master: HashMap<String, Ticket>,
}

fn look_up(tickets: &HashMap<String, Ticket>, token: &str) -> Known {
    match tickets.get(token) {
        Some(ticket) if Instant::now() < ticket.expires => Known::Valid(ticket.session.clone()),
        Some(_) => Known::Expired,
        None => Known::Unknown,
    }
}

impl Sessions {
    fn with<T>(&self, work: impl FnOnce(&mut Tickets) -> T) -> T {
        work(&mut self.tickets.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tokens for a session; the one that opens it does so for this long.
    pub(super) fn open(&self, session: &Arc<Session>, lifetime: Duration) -> Tokens {
        let new = || format!("ver:1-{:016x}{:016x}", random::number(), random::number());
        let tokens = Tokens {
            session: new(),
            master: new(),
        };
        let now = Instant::now();
        let ticket = |lifetime| Ticket {
            session: Arc::clone(session),
            expires: now + lifetime,
        };
        self.with(|tickets| {
            let gone = |ticket: &Ticket| ticket.expires + MASTER_LIFETIME < now;
            tickets.session.retain(|_, ticket| !gone(ticket));
            tickets.master.retain(|_, ticket| !gone(ticket));
            let (session, master) = (tokens.session.clone(), tokens.master.clone());
            tickets.session.insert(session, ticket(lifetime));
            tickets.master.insert(master, ticket(MASTER_LIFETIME));
        });
        tokens
    }

    /// Tokens that take the place of those that this one belongs to.
    pub(super) fn renew(&self, master: &str, lifetime: Duration) -> Result<Tokens, ApiError> {
        let session = match self.with(|tickets| look_up(&tickets.master, master)) {
            Known::Valid(session) => session,
            Known::Expired => return Err(ApiError::master_expired()),
            Known::Unknown => return Err(ApiError::no_master()),
        };
        self.close(&session);
        Ok(self.open(&session, lifetime))
    }

    pub(super) fn close(&self, session: &Arc<Session>) {
        self.with(|tickets| {
            let other = |ticket: &Ticket| !Arc::ptr_eq(&ticket.session, session);
            tickets.session.retain(|_, ticket| other(ticket));
            tickets.master.retain(|_, ticket| other(ticket));
        });
    }

    /// The session that this token opens.
    pub fn find(&self, token: &str) -> Result<Arc<Session>, ApiError> {
        match self.with(|tickets| look_up(&tickets.session, token)) {
            Known::Valid(session) => Ok(session),
            Known::Expired => Err(ApiError::session_expired()),
            Known::Unknown => Err(ApiError::no_session()),
        }
    }
}

/// The token of `Snowflake Token="…"`.
pub(in crate::snowflake) fn token(header: &str) -> Option<&str> {
    let (scheme, rest) = header.split_once(' ')?;
    let quoted = scheme.eq_ignore_ascii_case("snowflake");
    let rest = quoted.then(|| rest.trim().strip_prefix("Token=\""))??;
    rest.strip_suffix('"')
}

/// The token that a request brings along.
pub(super) fn brought(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(AUTHORIZATION)?;
    token(header.to_str().ok()?)
}

/// The caller's session, for handlers to ask for.
#[derive(Debug)]
pub(super) struct Caller {
    pub session: Arc<Session>,
    pub viewer: Viewer,
}

impl FromRequestParts<Arc<Service>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Failure> {
        let token = brought(parts).ok_or_else(ApiError::no_session)?;
        let session = service.sessions.find(token)?;
        let viewer = service.shared.viewer_of(&session.principal);
        Ok(Self { session, viewer })
    }
}
