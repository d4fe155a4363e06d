use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use rocky_credentials::{Broker, CredentialConfig, SystemClock};
use rocky_schema::{Attributes, SchemaEntry};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use wasmtime::component::ResourceAny;

use crate::answer::check_names;
use crate::bindings::exports::rocky::adapter::batch_describe as wit;
use crate::client::Clients;
use crate::describe::{self, DescribeRequest, Described, Outcome, PageSink};
use crate::egress::Gate;
use crate::error::{Call, CallError, ConfigError, Failure};
use crate::instance::Sandbox;
use crate::limits::Limits;
use crate::manifest::EndpointSource;
use crate::origin::Origin;
use crate::pattern::OriginPattern;
use crate::plugin::Plugin;
use crate::policy::NetworkConfig;
use crate::requests::RequestRules;
use crate::single_flight::SingleFlight;
use crate::token_client::TokenClient;
use crate::usage::{Contact, Contacts, Usage, lock};
use crate::{convert, endpoint, settings};

/// How an adapter is configured.
#[derive(Clone, Debug)]
pub struct AdapterConfig {
    /// What the configuration calls it; stands in errors and log lines.
    pub name: String,
    /// The adapter's own settings, as JSON values. No secret belongs here.
    pub settings: Map<String, Value>,
    /// What the host attaches to requests for the endpoint.
    pub credential: CredentialConfig,
    /// What one call may use.
    pub limits: Limits,
    /// What it may do on the network.
    pub network: NetworkConfig,
}

impl AdapterConfig {
    /// No settings, no credential, the default limits, no network but the endpoint.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            settings: Map::new(),
            credential: CredentialConfig::None,
            limits: Limits::default(),
            network: NetworkConfig::default(),
        }
    }
}

/// A plugin bound to one warehouse.
///
/// Every call runs in an instance of its own; equal calls under way at once are joined. Cheap to clone.
#[derive(Clone)]
pub struct Adapter(Arc<Inner>);

struct Inner {
    plugin: Plugin,
    name: Arc<str>,
    settings: Map<String, Value>,
    gate: Arc<Gate>,
    calls: Semaphore,
    learned: Mutex<Attributes>,
    describes: SingleFlight<DescribeRequest, Result<Described, CallError>>,
    schema_lists: SingleFlight<String, Result<Vec<SchemaEntry>, CallError>>,
}

impl fmt::Debug for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            name, plugin, gate, ..
        } = &*self.0;
        f.debug_struct("Adapter")
            .field("name", name)
            .field("plugin", &plugin.manifest().name)
            .field("endpoint", &gate.endpoint)
            .finish_non_exhaustive()
    }
}

/// An open connection in an instance of its own.
pub(crate) struct Session {
    pub sandbox: Sandbox,
    pub guest: wit::Guest,
    connection: ResourceAny,
}

impl Adapter {
    pub(crate) fn new(plugin: Plugin, config: AdapterConfig) -> Result<Self, ConfigError> {
        check_limits(&config.limits)?;
        let settings = settings::resolve(plugin.manifest(), &config.settings)?;
        let (source, endpoint) = endpoint::resolve(plugin.manifest(), &config.settings)?;
        let has_credential = !matches!(config.credential, CredentialConfig::None);
        if has_credential && !endpoint::is_safe_for_credentials(&endpoint) {
            return Err(ConfigError::Cleartext {
                endpoint: endpoint.to_string(),
            });
        }
        if !config.network.approved.admits_endpoint(source, &endpoint) {
            return Err(ConfigError::Unapproved {
                endpoint: endpoint.to_string(),
                plugin: plugin.manifest().name.clone(),
            });
        }
        let calls = Semaphore::new(config.limits.concurrency as usize);
        let gate = gate(
            &plugin,
            source,
            endpoint,
            config.credential,
            config.network,
            config.limits,
        )?;
        Ok(Self(Arc::new(Inner {
            plugin,
            name: config.name.into(),
            settings,
            gate: Arc::new(gate),
            calls,
            learned: Mutex::default(),
            describes: SingleFlight::new(),
            schema_lists: SingleFlight::new(),
        })))
    }

    /// What the configuration calls it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The plugin that it runs.
    pub fn plugin(&self) -> &Plugin {
        &self.0.plugin
    }

    /// The one place that it can reach.
    pub fn endpoint(&self) -> &Origin {
        &self.0.gate.endpoint
    }

    /// The origins that its calls have sent requests to so far, sorted; also by calls that failed.
    pub fn contacts(&self) -> Vec<Contact> {
        self.0.gate.contacts.all()
    }

    /// The settings that decide who asks, such as a role.
    pub fn identity(&self) -> BTreeMap<String, String> {
        settings::identity(self.0.plugin.manifest(), &self.0.settings)
    }

    /// Every catalog that the principal may see.
    ///
    /// # Errors
    ///
    /// [`CallError`], whatever happened inside the adapter.
    pub async fn list_catalogs(&self) -> Result<Vec<String>, CallError> {
        let listed = self
            .in_session(Call::ListCatalogs, async |session| {
                session.list_catalogs().await
            })
            .await;
        listed.map(|(catalogs, _)| catalogs)
    }

    /// Every schema of a catalog that the principal may see.
    ///
    /// # Errors
    ///
    /// [`CallError`], whatever happened inside the adapter.
    pub async fn list_schemas(&self, catalog: &str) -> Result<Vec<SchemaEntry>, CallError> {
        let catalog = catalog.to_owned();
        let call = async {
            let call = Call::ListSchemas(catalog.clone());
            let listed = self
                .in_session(call, async |session| session.list_schemas(&catalog).await)
                .await;
            listed.map(|(schemas, _)| schemas)
        };
        self.0.schema_lists.run(&catalog, call).await.value
    }

    /// Describes a schema and hands its tables to `sink`, page by page.
    ///
    /// While an equal call is under way this one waits for it, and its own `sink` gets nothing: [`Described::joined`] tells.
    ///
    /// # Errors
    ///
    /// [`CallError`], whatever happened inside the adapter. What the sink was given then counts for nothing.
    pub async fn describe(
        &self,
        request: DescribeRequest,
        sink: &mut dyn PageSink,
    ) -> Result<Described, CallError> {
        let flown = self
            .0
            .describes
            .run(&request, self.describe_now(&request, sink))
            .await;
        flown.value.map(|described| Described {
            joined: flown.joined,
            ..described
        })
    }

    async fn describe_now(
        &self,
        request: &DescribeRequest,
        sink: &mut dyn PageSink,
    ) -> Result<Described, CallError> {
        let learned = lock(&self.0.learned).clone();
        let call = Call::Describe(request.schema.clone());
        let run = self.in_session(call, async |session| {
            describe::run(session, request, &learned, &mut *sink).await
        });
        let ((outcome, learned), usage) = run.await?;
        if matches!(outcome, Outcome::Done(_)) {
            *lock(&self.0.learned) = learned;
        }
        Ok(Described {
            outcome,
            usage,
            joined: false,
        })
    }

    /// Runs `work` with an open connection in a fresh instance.
    async fn in_session<T>(
        &self,
        call: Call,
        work: impl AsyncFnOnce(&mut Session) -> Result<T, Failure>,
    ) -> Result<(T, Usage), CallError> {
        let fail = |failure, sandbox: Option<&Sandbox>| CallError {
            adapter: self.name().to_owned(),
            call: call.clone(),
            failure,
            refusals: sandbox
                .map(|sandbox| sandbox.requests().refusals())
                .unwrap_or_default(),
            usage: sandbox.map(Sandbox::usage).unwrap_or_default(),
        };
        let Some(indices) = self.0.plugin.describe_exports() else {
            return Err(fail(Failure::NothingToDescribe, None));
        };
        // Neither semaphore is ever closed.
        let _turn = self.0.calls.acquire().await;
        let _place = self.0.plugin.place().await;
        if self.0.gate.cancelled.load(Ordering::Relaxed) {
            return Err(fail(Failure::Cancelled, None));
        }
        let started = self
            .0
            .plugin
            .start(self.0.name.clone(), Some(self.0.gate.clone()))
            .await;
        let mut sandbox = started.map_err(|failure| fail(failure, None))?;
        let guest = indices
            .load(&mut sandbox.store, &sandbox.instance)
            .map_err(|error| fail(Failure::Host(format!("{error:#}")), None))?;
        let connection = open(
            &mut sandbox,
            &guest,
            &self.0.gate.endpoint,
            &self.0.settings,
        )
        .await;
        let connection = connection.map_err(|failure| fail(failure, Some(&sandbox)))?;
        let mut session = Session {
            sandbox,
            guest,
            connection,
        };
        let outcome = work(&mut session).await;
        match outcome {
            // A guest may have swallowed the error of a request that was stopped; its answer is not what it seems then.
            Ok(value) => match session.sandbox.swallowed() {
                Some(failure) => Err(fail(failure, Some(&session.sandbox))),
                None => Ok((value, session.sandbox.usage())),
            },
            Err(failure) => Err(fail(failure, Some(&session.sandbox))),
        }
    }
}

async fn open(
    sandbox: &mut Sandbox,
    guest: &wit::Guest,
    endpoint: &Origin,
    settings: &Map<String, Value>,
) -> Result<ResourceAny, Failure> {
    let endpoint = endpoint.to_string();
    let settings =
        serde_json::to_string(settings).map_err(|error| Failure::Host(error.to_string()))?;
    let patience = sandbox.patience();
    let connections = guest.connection();
    let opened = timeout(
        patience,
        connections.call_open(&mut sandbox.store, &endpoint, &settings),
    )
    .await;
    let opened = sandbox.settle("connection.open", opened)?;
    opened.map_err(|error| sandbox.refused(error))
}

impl Session {
    async fn list_catalogs(&mut self) -> Result<Vec<String>, Failure> {
        let patience = self.sandbox.patience();
        let connections = self.guest.connection();
        let listed = timeout(
            patience,
            connections.call_list_catalogs(&mut self.sandbox.store, self.connection),
        )
        .await;
        let listed = self.sandbox.settle("connection.list-catalogs", listed)?;
        let listed = listed.map_err(|error| self.sandbox.refused(error))?;
        check_names("the name of a catalog", listed.iter().map(String::as_str))?;
        Ok(listed)
    }

    async fn list_schemas(&mut self, catalog: &str) -> Result<Vec<SchemaEntry>, Failure> {
        let patience = self.sandbox.patience();
        let connections = self.guest.connection();
        let call = connections.call_list_schemas(&mut self.sandbox.store, self.connection, catalog);
        let listed = timeout(patience, call).await;
        let listed = self.sandbox.settle("connection.list-schemas", listed)?;
        let listed = listed.map_err(|error| self.sandbox.refused(error))?;
        check_names(
            "the name of a schema",
            listed.iter().map(|entry| entry.name.as_str()),
        )?;
        Ok(listed.into_iter().map(convert::schema_entry).collect())
    }

    pub(crate) async fn describe(
        &mut self,
        request: &wit::DescribeRequest,
    ) -> Result<ResourceAny, Failure> {
        let patience = self.sandbox.patience();
        let connections = self.guest.connection();
        let call = connections.call_describe(&mut self.sandbox.store, self.connection, request);
        let cursor = timeout(patience, call).await;
        let cursor = self.sandbox.settle("connection.describe", cursor)?;
        cursor.map_err(|error| self.sandbox.refused(error))
    }

    /// Runs a resource's destructor, in which a cursor cancels what still runs.
    pub(crate) async fn drop_resource(
        &mut self,
        export: &'static str,
        resource: ResourceAny,
    ) -> Result<(), Failure> {
        let patience = self.sandbox.patience();
        let dropped = timeout(
            patience,
            resource.resource_drop_async(&mut self.sandbox.store),
        )
        .await;
        self.sandbox.settle(export, dropped)
    }
}

/// The way out for the adapter's instances.
fn gate(
    plugin: &Plugin,
    source: &EndpointSource,
    endpoint: Origin,
    credential: CredentialConfig,
    network: NetworkConfig,
    limits: Limits,
) -> Result<Gate, ConfigError> {
    let manifest = plugin.manifest();
    let rules = RequestRules::new(manifest, &network);
    let is_named = network.approved.counts_as_named(source);
    let typed = is_named.then_some(&endpoint);
    let exact = network.allow.iter().filter_map(OriginPattern::exact);
    let named = typed.into_iter().chain(exact);
    let named = named.map(|origin| origin.host().to_string()).collect();
    let host = plugin.host();
    let contacts = Arc::new(Contacts::default());
    let tokens = TokenClient {
        clients: Clients::new(
            host.user_agent(),
            host.resolver(),
            None,
            network.proxy.clone(),
        ),
        contacts: contacts.clone(),
    };
    let credential = Broker::new(credential, Arc::new(tokens), Arc::new(SystemClock));
    let credential = credential.map_err(ConfigError::Credential)?;
    let clients = Clients::new(
        host.user_agent(),
        host.resolver(),
        Some(named),
        network.proxy,
    );
    clients
        .of(endpoint.scheme())
        .map_err(|reason| ConfigError::Client {
            endpoint: endpoint.to_string(),
            reason,
        })?;
    Ok(Gate {
        declared: manifest
            .origins
            .iter()
            .map(|it| it.pattern.clone())
            .collect(),
        allow: network.allow,
        rates: host.rates(),
        cancelled: host.cancelled(),
        contacts,
        endpoint,
        credential,
        rules,
        clients,
        limits,
    })
}

fn check_limits(limits: &Limits) -> Result<(), ConfigError> {
    let checks = [
        ("memory_mb", u64::from(limits.memory_mb)),
        ("idle_seconds", limits.idle_seconds.into()),
        ("total_seconds", limits.total_seconds.into()),
        ("cpu_seconds", limits.cpu_seconds.into()),
        ("concurrency", limits.concurrency.into()),
        ("requests", limits.requests),
        ("response_mb", limits.response_mb),
        ("tables", limits.tables),
        ("columns", limits.columns),
        ("page_mb", limits.page_mb.into()),
        ("answer_mb", limits.answer_mb),
    ];
    match checks.iter().find(|(_, value)| *value == 0) {
        Some((key, _)) => Err(ConfigError::ZeroLimit { key }),
        None => Ok(()),
    }
}
