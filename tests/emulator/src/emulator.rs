//! The running emulator, for tests and for the binary.

use crate::access::{Access, OauthClient, Rule, Viewer};
use crate::background::Background;
use crate::bigquery;
use crate::catalog::Metastore;
use crate::databricks;
use crate::generate::{GenerateError, Shape, generate};
use crate::http::fault::Fault;
use crate::http::requests::Requests;
use crate::http::{control, serve};
use crate::identity::GoogleIdentity;
use crate::load::{LOADER, LoadError, load};
use crate::register::{RawTables, register};
use crate::settings::Settings;
use crate::shared::Shared;
use crate::snowflake::{self, SnowflakeUser};
use crate::sql::{ScriptError, Session};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

/// The token that is accepted when no other is given.
pub const DEFAULT_TOKEN: &str = "dapi-emulator";
/// Whose token that is.
pub const DEFAULT_PRINCIPAL: &str = "dev@example.com";
/// The SQL warehouse there is when no other is given.
pub const DEFAULT_WAREHOUSE: &str = "4f2a9c0e77d1b3aa";

/// Largest request body, in bytes. A statement alone may have 16 MiB.
const BODY_LIMIT: usize = 64 << 20;

/// Why the emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or sockets or threads are not to be had.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// Which port was asked for.
        port: u16,
        /// Why not.
        source: io::Error,
    },
    /// A directory could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A service account's or user's key is none.
    #[error("cannot register an identity: {0}")]
    Identity(String),
    /// The generated catalog clashes with one that a script created.
    #[error("cannot generate a catalog: {0}")]
    Generate(String),
}

impl From<GenerateError> for StartError {
    fn from(error: GenerateError) -> Self {
        Self::Generate(error.to_string())
    }
}

/// What the emulator shall hold and how it shall behave.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    directories: Vec<PathBuf>,
    shape: Option<Shape>,
    tokens: Vec<(String, String)>,
    clients: Vec<OauthClient>,
    google_identities: Vec<GoogleIdentity>,
    snowflake_users: Vec<SnowflakeUser>,
    rules: Vec<Rule>,
    warehouses: Vec<String>,
    settings: Settings,
    port: u16,
    storage_port: u16,
}

impl Builder {
    /// Runs the directory's scripts; see the crate's README for how files are found. May be given
    /// several times.
    #[must_use]
    pub fn load_dir(mut self, directory: impl AsRef<Path>) -> Self {
        self.directories.push(directory.as_ref().to_owned());
        self
    }

    /// Makes up the catalog `gen`.
    #[must_use]
    pub fn generate(mut self, shape: Shape) -> Self {
        self.shape = Some(shape);
        self
    }

    /// Accepts this bearer token as this principal's. Without any, [`DEFAULT_TOKEN`] is accepted.
    #[must_use]
    pub fn token(mut self, token: &str, principal: &str) -> Self {
        self.tokens.push((token.to_owned(), principal.to_owned()));
        self
    }

    /// Gives tokens of this principal to whoever signs in with this id and secret.
    #[must_use]
    pub fn client(mut self, id: &str, secret: &str, principal: &str) -> Self {
        self.clients.push(OauthClient {
            id: id.to_owned(),
            secret: secret.to_owned(),
            principal: principal.to_owned(),
        });
        self
    }

    /// Gives tokens to a service account or user of Google's.
    #[must_use]
    pub fn google_identity(mut self, identity: GoogleIdentity) -> Self {
        self.google_identities.push(identity);
        self
    }

    /// Believes the tokens that a user of Snowflake's signs.
    #[must_use]
    pub fn snowflake_user(mut self, user: SnowflakeUser) -> Self {
        self.snowflake_users.push(user);
        self
    }

    /// Keeps something from a principal.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Has a SQL warehouse of this id. Without any, there is [`DEFAULT_WAREHOUSE`].
    #[must_use]
    pub fn warehouse(mut self, id: &str) -> Self {
        self.warehouses.push(id.to_owned());
        self
    }

    /// Turns knobs.
    #[must_use]
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Listens on this port of 127.0.0.1; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves the files of large results on this port of 127.0.0.1; 0, the default, takes a free one.
    #[must_use]
    pub fn storage_port(mut self, port: u16) -> Self {
        self.storage_port = port;
        self
    }

    /// Fills the warehouse and starts to listen. Blocks until both are done.
    ///
    /// # Errors
    /// When a script fails, the port is taken, or the catalog `gen` exists already.
    pub fn start(self) -> Result<Emulator, StartError> {
        let port = self.port;
        let failed = move |source| StartError::Listen { port, source };
        let background = Background::new().map_err(failed)?;
        let listener = listen(&background, port)?;
        let storage = listen(&background, self.storage_port)?;
        let address = listener.local_addr().map_err(failed)?;
        let storage_address = storage.local_addr().map_err(failed)?;
        let storage_url = format!("http://{storage_address}");
        let shared = Arc::new(self.shared(storage_url));
        let filled = background.wait(self.clone().fill(Arc::clone(&shared)));
        filled.ok_or_else(|| failed(panicked()))??;
        let databricks = databricks::servers(&shared, &self.warehouse_ids());
        let snowflake = snowflake::servers(&shared);
        let files = databricks.storage.merge(snowflake.storage);
        background.spawn(serve(storage, files));
        let app = app(&shared, snowflake.api, databricks.api);
        background.spawn(serve(listener, app));
        Ok(Emulator {
            shared,
            address,
            storage_address,
            background,
        })
    }

    fn shared(&self, storage_url: String) -> Shared {
        let mut tokens = self.tokens.clone();
        if tokens.is_empty() {
            tokens.push((DEFAULT_TOKEN.to_owned(), DEFAULT_PRINCIPAL.to_owned()));
        }
        let access = Access::new(tokens, self.clients.clone(), self.rules.clone());
        let metastore = Arc::new(Metastore::new());
        Shared::new(metastore, self.settings.clone(), access, storage_url)
    }

    async fn fill(self, shared: Arc<Shared>) -> Result<(), StartError> {
        for identity in self.google_identities {
            shared
                .identities
                .add(identity)
                .map_err(StartError::Identity)?;
        }
        for user in self.snowflake_users {
            shared
                .snowflake_users
                .add(user)
                .map_err(StartError::Identity)?;
        }
        for directory in &self.directories {
            load(&shared.engine, directory).await?;
        }
        if let Some(shape) = self.shape {
            generate(&shared.metastore, shape)?;
        }
        Ok(())
    }

    fn warehouse_ids(&self) -> Vec<String> {
        match self.warehouses.is_empty() {
            true => vec![DEFAULT_WAREHOUSE.to_owned()],
            false => self.warehouses.clone(),
        }
    }
}

fn listen(background: &Background, port: u16) -> Result<TcpListener, StartError> {
    let bound = background.wait(TcpListener::bind((Ipv4Addr::LOCALHOST, port)));
    let bound = bound.ok_or_else(panicked).and_then(|bound| bound);
    bound.map_err(|source| StartError::Listen { port, source })
}

fn panicked() -> io::Error {
    io::Error::other("a task of the emulator panicked")
}

/// The protocols' paths do not overlap; Databricks' answers for paths of nobody.
fn app(shared: &Arc<Shared>, snowflake: Router, databricks: Router) -> Router {
    Router::new()
        .nest("/_emulator", control::router(Arc::clone(shared)))
        .merge(bigquery::router(Arc::clone(shared)))
        .merge(snowflake)
        .fallback_service(databricks)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// A running emulator. Dropping it stops it and closes all connections.
#[derive(Debug)]
pub struct Emulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    storage_address: SocketAddr,
    background: Background,
}

impl Emulator {
    /// An emulator yet to be started.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens, for example `http://127.0.0.1:49152`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the object store listens that external links lead to: another origin.
    pub fn storage_url(&self) -> String {
        format!("http://{}", self.storage_address)
    }

    /// Runs a script, as an administrator whom no rule touches.
    ///
    /// # Errors
    /// The first statement that fails; those before it have been carried out.
    pub fn sql(&self, script: &str) -> Result<(), ScriptError> {
        let session = Session::new(Viewer::unrestricted(LOADER));
        let engine = self.shared.engine.clone();
        let text = script.to_owned();
        let run = async move { engine.run_script(&text, &session).await };
        match self.background.wait(run) {
            Some(finished) => finished.map(drop),
            None => Err(ScriptError::panicked(script)),
        }
    }

    /// What clients asked for since the start or the last reset; the control endpoint is not counted.
    pub fn requests(&self) -> Requests {
        self.shared.requests.report()
    }

    /// Forgets the requests counted so far.
    pub fn reset_requests(&self) {
        self.shared.requests.reset();
    }

    /// Adds a fault behind those there are.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Turns knobs.
    pub fn settings(&self, change: impl FnOnce(&mut Settings)) {
        self.shared.change_settings(change);
    }

    /// Registers tables that exist only as metadata.
    pub fn add_tables(&self, tables: RawTables) {
        register(&self.shared.metastore, tables);
    }

    /// Accepts one more token.
    pub fn add_token(&self, token: &str, principal: &str) {
        let (token, principal) = (token.to_owned(), principal.to_owned());
        self.shared
            .change_access(|access| access.add_token(token, principal));
    }

    /// No longer accepts a token, as if it had expired.
    pub fn remove_token(&self, token: &str) {
        self.shared
            .change_access(|access| access.remove_token(token));
    }

    /// Gives tokens to one more OAuth client.
    pub fn add_client(&self, client: OauthClient) {
        self.shared
            .change_access(|access| access.add_client(client));
    }

    /// Keeps something from a principal, from the next request on.
    pub fn add_rule(&self, rule: Rule) {
        self.shared.change_access(|access| access.add_rule(rule));
    }
}
