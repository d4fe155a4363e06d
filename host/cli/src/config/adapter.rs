//! `[adapter.NAME]`

use std::collections::BTreeMap;
use std::path::Path;

use rocky_plugin::{Limits, OriginPattern, PatternError, PluginReference, StatementLevel};
use serde_json::{Map, Value};
use url::Url;

use crate::config::auth::{self, Auth};
use crate::config::document::Mistake;
use crate::config::section::{Mark, Section};
use crate::config::shape::{Key, Kind, Shape};
use crate::error::CommandError;
use crate::proxy;

/// An adapter of the project. What is wrong with its section, such as a token that is not in the environment, matters to those
/// who use the adapter, and not to those who only read the cache.
#[derive(Debug)]
pub struct AdapterEntry {
    /// Its plugin, if that much can be told.
    pub plugin: Option<PluginReference>,
    section: Result<AdapterSection, Mistake>,
}

impl AdapterEntry {
    /// The section, or what is wrong with it.
    pub fn section(&self) -> Result<&AdapterSection, CommandError> {
        self.section
            .as_ref()
            .map_err(|mistake| mistake.clone().into())
    }
}

/// `[adapter.NAME]`
#[derive(Debug)]
pub struct AdapterSection {
    pub plugin: PluginReference,
    auth: Result<Auth, Mistake>,
    /// Where `auth` stands, or the section itself if there is none.
    pub(super) auth_mark: Mark,
    pub limits: Limits,
    pub network: Network,
    /// Every key that is not the host's.
    pub settings: Map<String, Value>,
    /// Where each of them, and the section itself, stands.
    pub(super) marks: BTreeMap<String, Mark>,
    pub(super) mark: Mark,
}

impl AdapterSection {
    /// The credential, or what is wrong with it. Whoever only wants to know where it would be sent needs no token in the
    /// environment.
    pub fn auth(&self) -> Result<&Auth, CommandError> {
        self.auth.as_ref().map_err(|mistake| mistake.clone().into())
    }
}

/// `[adapter.NAME.network]`
#[derive(Debug, Default)]
pub struct Network {
    /// Where the adapter may read besides its endpoint.
    pub allow: Vec<OriginPattern>,
    /// What its SQL may do.
    pub statements: StatementLevel,
    /// The proxy, if the environment does not decide.
    pub proxy: ProxyChoice,
}

/// How https requests find their way out.
#[derive(Debug, Default)]
pub enum ProxyChoice {
    /// As `HTTPS_PROXY` and its like say.
    #[default]
    Environment,
    /// Straight.
    None,
    /// Through this one.
    Through(Url),
}

/// `[adapter.NAME]`
pub static ADAPTER: Shape = Shape {
    open: true,
    ..Shape::closed(
        "A warehouse, and how it is reached. Other keys are the settings of the plugin: `rocky plugin inspect` lists them.",
        &[
            Key::text(
                "plugin",
                "The name of a plugin, or the path of a component (with a `/`, or ending in `.wasm`).",
            )
            .required(),
            Key::new(
                "auth",
                Kind::Tagged(&auth::AUTH),
                "How rocky proves who it is.",
            ),
            Key::table("limits", &LIMITS, "What one call may use."),
            Key::table(
                "network",
                &NETWORK,
                "What the adapter may do besides reading from its endpoint.",
            ),
        ],
    )
};

static LIMITS: Shape = Shape::closed(
    "What one call may use.",
    &[
        Key::u32("memory_mb", "Memory of an instance, in MiB."),
        Key::u32("idle_seconds", "Time without a step."),
        Key::u32("total_seconds", "Time of a whole call."),
        Key::u32(
            "cpu_seconds",
            "Computing of a call; waiting does not count.",
        ),
        Key::u32("concurrency", "Calls at once."),
        Key::u64("requests", "HTTP requests of a call."),
        Key::u64(
            "response_mb",
            "HTTP responses of a call, in MiB after decompression.",
        ),
        Key::u64("tables", "Tables in one answer."),
        Key::u64("columns", "Columns in one answer."),
        Key::u32("page_mb", "One page of an answer, in MiB."),
        Key::u64("answer_mb", "All pages of an answer, in MiB."),
    ],
);

static NETWORK: Shape = Shape::closed(
    "What the adapter may do besides reading from its endpoint.",
    &[
        Key::texts(
            "allow",
            "Origins where it may read besides its endpoint, such as `https://acme.blob.core.windows.net`.",
        ),
        Key::new(
            "statements",
            Kind::Choice(&["metadata", "read", "any"]),
            "What its SQL may do; `metadata` unless told otherwise.",
        ),
        Key::text(
            "proxy",
            "The http proxy of https requests, or `none`; unless told otherwise as the environment says.",
        ),
    ],
);

/// Reads `[adapter.NAME]`.
pub fn read(mut section: Section, directory: &Path) -> AdapterEntry {
    match section.required_text("plugin") {
        Ok(plugin) => {
            let plugin = PluginReference::from(plugin.as_str());
            AdapterEntry {
                plugin: Some(plugin.clone()),
                section: read_adapter_of(section, plugin, directory),
            }
        }
        Err(mistake) => AdapterEntry {
            plugin: None,
            section: Err(mistake),
        },
    }
}

fn read_adapter_of(
    mut section: Section,
    plugin: PluginReference,
    directory: &Path,
) -> Result<AdapterSection, Mistake> {
    let mark = section.mark();
    let mut auth_mark = mark.clone();
    let auth = match section.section("auth")? {
        Some(auth) => {
            auth_mark = auth.mark();
            auth::read(auth, directory)
        }
        None => Ok(Auth::none()),
    };
    let limits = match section.section("limits")? {
        Some(limits) => read_limits(limits)?,
        None => Limits::default(),
    };
    let network = match section.section("network")? {
        Some(network) => read_network(network)?,
        None => Network::default(),
    };
    let (settings, marks) = section.rest()?;
    Ok(AdapterSection {
        plugin,
        auth,
        auth_mark,
        limits,
        network,
        settings,
        marks,
        mark,
    })
}

fn read_limits(mut section: Section) -> Result<Limits, Mistake> {
    let d = Limits::default();
    let limits = Limits {
        memory_mb: section.number("memory_mb")?.unwrap_or(d.memory_mb),
        idle_seconds: section.number("idle_seconds")?.unwrap_or(d.idle_seconds),
        total_seconds: section.number("total_seconds")?.unwrap_or(d.total_seconds),
        cpu_seconds: section.number("cpu_seconds")?.unwrap_or(d.cpu_seconds),
        concurrency: section.number("concurrency")?.unwrap_or(d.concurrency),
        requests: section.number("requests")?.unwrap_or(d.requests),
        response_mb: section.number("response_mb")?.unwrap_or(d.response_mb),
        tables: section.number("tables")?.unwrap_or(d.tables),
        columns: section.number("columns")?.unwrap_or(d.columns),
        page_mb: section.number("page_mb")?.unwrap_or(d.page_mb),
        answer_mb: section.number("answer_mb")?.unwrap_or(d.answer_mb),
    };
    section.finish()?;
    Ok(limits)
}

fn read_network(mut section: Section) -> Result<Network, Mistake> {
    let mut allow = Vec::new();
    for (text, mark) in section.texts("allow")?.unwrap_or_default() {
        let pattern = text.parse();
        let pattern = pattern.map_err(|error: PatternError| {
            section.error_at(&mark, &format!("`allow` holds no origin: {error}"), None)
        });
        allow.push(pattern?);
    }
    let statements = match section.choice("statements")?.as_deref() {
        Some("read") => StatementLevel::Read,
        Some("any") => StatementLevel::Any,
        _ => StatementLevel::Metadata,
    };
    let proxy = match section.marked_text("proxy")? {
        None => ProxyChoice::Environment,
        Some((text, _)) if text == "none" => ProxyChoice::None,
        Some((text, mark)) => match proxy::parse(&text) {
            Some(url) => ProxyChoice::Through(url),
            // It may hold a password.
            None => {
                let help = "write \"http://HOST:PORT\", or \"none\"";
                return Err(section.error_at(
                    &mark,
                    "`proxy` is no address of a proxy",
                    Some(help),
                ));
            }
        },
    };
    section.finish()?;
    Ok(Network {
        allow,
        statements,
        proxy,
    })
}
