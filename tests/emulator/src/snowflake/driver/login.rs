//! Sign in and out, and keep a session.

use super::super::Service;
use super::super::caller;
use super::super::error::ApiError;
use super::super::extract::{Body, Params};
use super::error::Failure;
use super::session::{Caller, MASTER_LIFETIME, Session, Tokens, token};
use super::{render, success};
use crate::access::Viewer;
use crate::sql::snowflake::Context;
use crate::sql::snowflake::names;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Where the session begins, as names are written in SQL.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    #[serde(rename = "databaseName")]
    database: String,
    #[serde(rename = "schemaName")]
    schema: String,
    warehouse: String,
    #[serde(rename = "roleName")]
    role: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Login {
    data: Credentials,
}

/// Who signs in and how that is proved.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "SCREAMING_SNAKE_CASE")]
struct Credentials {
    login_name: String,
    password: String,
    authenticator: Option<String>,
    token: String,
}

impl Credentials {
    fn viewer(&self, service: &Service) -> Result<Viewer, ApiError> {
        let authenticator = self.authenticator.as_deref().unwrap_or("SNOWFLAKE");
        let shared = &service.shared;
        match authenticator.to_uppercase().as_str() {
            "SNOWFLAKE_JWT" => {
                let principal = caller::verified(service, &self.token)?;
                Ok(shared.viewer_of(&principal))
            }
            "OAUTH" => shared
                .viewer(&self.token)
                .ok_or_else(ApiError::unknown_token),
            "PROGRAMMATIC_ACCESS_TOKEN" => shared
                .viewer(&self.token)
                .ok_or_else(ApiError::unknown_access_token),
            // Where a password is asked for, an access token will do, and there are no passwords.
            "SNOWFLAKE" if !self.login_name.is_empty() => shared
                .viewer(&self.password)
                .ok_or_else(ApiError::wrong_password),
            _ => Err(ApiError::wrong_password()),
        }
    }
}

/// The name that stands for a text of a connection string; none if it is empty.
fn stored(text: &str) -> Result<Option<String>, ApiError> {
    let name = (!text.is_empty()).then(|| names::written(text));
    let name = name.transpose();
    name.map_err(|error| ApiError::malformed(error.to_string()))
}

impl Start {
    /// Database and schema only count if they are there.
    fn context(&self, service: &Service, viewer: &Viewer) -> Result<Context, ApiError> {
        let catalogs = service.shared.metastore.read();
        let database = stored(&self.database)?;
        let found = database
            .as_deref()
            .and_then(|name| names::database(&catalogs, viewer, name));
        let schema = stored(&self.schema)?.unwrap_or_else(|| "PUBLIC".to_owned());
        let schema = found.as_ref().and_then(|database| {
            let found = names::schema(database, viewer, &schema)?;
            Some(found.name.into_owned())
        });
        let warehouse = stored(&self.warehouse)?;
        Ok(Context {
            database: found.map(|found| found.name.into_owned()),
            schema,
            warehouse: warehouse.or_else(|| service.shared.settings().default_warehouse),
            role: stored(&self.role)?,
        })
    }
}

fn lifetime(service: &Service) -> Duration {
    Duration::from_millis(service.shared.settings().token_lifetime_ms)
}

/// The tokens under the names that one answer has for them.
fn tokens(names: [&str; 4], tokens: Tokens, lifetime: Duration) -> Value {
    let [session, session_seconds, master, master_seconds] = names;
    json!({
        session: tokens.session,
        session_seconds: lifetime.as_secs(),
        master: tokens.master,
        master_seconds: MASTER_LIFETIME.as_secs(),
    })
}

/// `POST /session/v1/login-request`
pub(super) async fn login(
    State(service): State<Arc<Service>>,
    Params(start): Params<Start>,
    Body(login): Body<Login>,
) -> Result<Json<Value>, Failure> {
    let viewer = login.data.viewer(&service)?;
    let context = start.context(&service, &viewer)?;
    let session = Arc::new(Session::new(&viewer.principal, context.clone()));
    let lifetime = lifetime(&service);
    let opened = service.sessions.open(&session, lifetime);
    let names = [
        "token",
        "validityInSeconds",
        "masterToken",
        "masterValidityInSeconds",
    ];
    let mut data = tokens(names, opened, lifetime);
    data["sessionId"] = session.id.into();
    data["displayUserName"] = login.data.login_name.as_str().into();
    data["serverVersion"] = "9.0.0".into();
    data["firstLogin"] = false.into();
    data["healthCheckInterval"] = 45.into();
    data["parameters"] = render::parameters();
    data["sessionInfo"] = json!({
        "databaseName": context.database,
        "schemaName": context.schema,
        "warehouseName": context.warehouse,
        "roleName": render::role(&context),
    });
    Ok(Json(success(data)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Logout {
    delete: Option<String>,
}

/// `POST /session?delete=true`
pub(super) async fn logout(
    State(service): State<Arc<Service>>,
    Caller { session, .. }: Caller,
    Params(logout): Params<Logout>,
) -> Json<Value> {
    if logout.delete.as_deref() == Some("true") {
        service.sessions.close(&session);
    }
    Json(success(Value::Null))
}

/// `POST /session/heartbeat`
pub(super) async fn heartbeat(_: Caller) -> Json<Value> {
    Json(success(Value::Null))
}

/// `POST /session/token-request`: other tokens for the same session.
pub(super) async fn renew(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Failure> {
    let header = headers.get(AUTHORIZATION);
    let header = header.and_then(|header| header.to_str().ok());
    let master = header.and_then(token).ok_or_else(ApiError::no_master)?;
    let lifetime = lifetime(&service);
    let renewed = service.sessions.renew(master, lifetime)?;
    let names = [
        "sessionToken",
        "validityInSecondsST",
        "masterToken",
        "validityInSecondsMT",
    ];
    let session = service.sessions.find(&renewed.session)?;
    let mut data = tokens(names, renewed, lifetime);
    data["sessionId"] = session.id.into();
    Ok(Json(success(data)))
}
