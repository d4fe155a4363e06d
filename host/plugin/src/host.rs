use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, PoolingAllocationConfig};

use crate::artifact::ArtifactDirectory;
use crate::bindings::exports::rocky::adapter::{batch_describe, metadata};
use crate::error::{Call, CallError, HostError, LoadError};
use crate::instance::State;
use crate::plugin::{Digest, Loaded, Plugin, read_manifest};
use crate::rate_gates::RateGates;
use crate::resolve::{Resolve, SystemResolver};
use crate::usage::Usage;
use crate::{bindings, contract, convert, resources};

/// How often a guest that computes lets others run, and can be stopped.
pub(crate) const EPOCH: Duration = Duration::from_millis(10);

/// How a [`Host`] is set up.
#[derive(Clone)]
pub struct HostConfig {
    /// Where compiled components are kept. Without it each process compiles anew.
    pub artifact_directory: Option<PathBuf>,
    /// Where the memory of instances comes from.
    pub allocation: Allocation,
    /// The most instances at once, over all adapters.
    pub instances: u32,
    /// The `User-Agent` of every request.
    pub user_agent: String,
    /// Looks up names.
    pub resolver: Arc<dyn Resolve>,
}

impl fmt::Debug for HostConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostConfig")
            .field("artifact_directory", &self.artifact_directory)
            .field("allocation", &self.allocation)
            .field("instances", &self.instances)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

/// Where the memory of instances comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// From the operating system, for each instance anew.
    OnDemand,
    /// From places reserved at the start: faster for thousands of instances, slower to set up.
    Pooling,
}

impl Default for HostConfig {
    fn default() -> Self {
        Self {
            artifact_directory: None,
            allocation: Allocation::OnDemand,
            instances: 64,
            user_agent: concat!("rocky/", env!("CARGO_PKG_VERSION")).to_owned(),
            resolver: Arc::new(SystemResolver),
        }
    }
}

/// Runs components. Cheap to clone; one per process is enough.
#[derive(Clone)]
pub struct Host(Arc<Inner>);

struct Inner {
    engine: Engine,
    linker: Linker<State>,
    artifacts: Option<ArtifactDirectory>,
    places: Semaphore,
    user_agent: String,
    resolver: Arc<dyn Resolve>,
    rates: Arc<RateGates>,
    cancelled: Arc<AtomicBool>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("artifacts", &self.0.artifacts)
            .finish_non_exhaustive()
    }
}

impl Host {
    /// Sets up an engine. An artifact directory that cannot be used safely is left alone, with a log line.
    ///
    /// # Errors
    ///
    /// When the machine cannot run compiled WebAssembly, or lacks the address space for a pool.
    pub fn new(config: HostConfig) -> Result<Self, HostError> {
        let fail = |error: wasmtime::Error| HostError {
            reason: format!("{error:#}"),
        };
        let engine = Engine::new(&engine_config(&config)).map_err(fail)?;
        let linker = link(&engine).map_err(fail)?;
        let artifacts = config.artifact_directory.as_deref().and_then(|path| {
            ArtifactDirectory::open(path)
                .inspect_err(|error| {
                    tracing::warn!(
                        "compiled plugins are not kept in {}: {error}",
                        path.display()
                    );
                })
                .ok()
        });
        tick(&engine).map_err(|error| HostError {
            reason: error.to_string(),
        })?;
        Ok(Self(Arc::new(Inner {
            engine,
            linker,
            artifacts,
            places: Semaphore::new(config.instances as usize),
            user_agent: config.user_agent,
            resolver: config.resolver,
            rates: Arc::default(),
            cancelled: Arc::default(),
        })))
    }

    /// Loads a component: compiles it unless it was compiled before, checks that it is an adapter, and asks for its manifest.
    ///
    /// # Errors
    ///
    /// [`LoadError`] says what about the file does not fit.
    pub async fn load(&self, path: &Path) -> Result<Plugin, LoadError> {
        let file = read(path)?;
        let digest = Digest::of(&file);
        let component = self.compile(path, &file, &digest)?;
        let shape = contract::check(&self.0.engine, &component, path)?;
        let mismatch = |error: wasmtime::Error| LoadError::Mismatch {
            path: path.to_owned(),
            reason: format!("{error:#}"),
        };
        let component = self
            .0
            .linker
            .instantiate_pre(&component)
            .map_err(mismatch)?;
        let metadata = metadata::GuestIndices::new(&component).map_err(mismatch)?;
        let describe = match shape.describes {
            true => Some(batch_describe::GuestIndices::new(&component).map_err(mismatch)?),
            false => None,
        };
        let manifest = read_manifest(&component, &metadata)
            .await
            .map_err(|failure| {
                Box::new(CallError {
                    adapter: path
                        .file_stem()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned(),
                    call: Call::Manifest,
                    failure,
                    refusals: Vec::new(),
                    usage: Usage::default(),
                })
            })?;
        let unusable = |source| LoadError::Manifest {
            path: path.to_owned(),
            source,
        };
        let manifest = convert::manifest(manifest).map_err(unusable)?;
        manifest.check(describe.is_some()).map_err(unusable)?;
        Ok(Plugin(Arc::new(Loaded {
            host: self.clone(),
            path: path.to_owned(),
            bytes: file.len() as u64,
            digest,
            imports: shape.imports,
            manifest,
            component,
            describe,
        })))
    }

    fn compile(&self, path: &Path, file: &[u8], digest: &Digest) -> Result<Component, LoadError> {
        recognise(path, file)?;
        let engine = &self.0.engine;
        if let Some(component) = self
            .0
            .artifacts
            .as_ref()
            .and_then(|kept| kept.load(engine, digest))
        {
            return Ok(component);
        }
        let fail = |error: wasmtime::Error| LoadError::Compile {
            path: path.to_owned(),
            reason: format!("{error:#}"),
        };
        tracing::debug!(path = %path.display(), "compiling");
        let component = Component::from_binary(engine, file).map_err(fail)?;
        if let Some(artifacts) = &self.0.artifacts {
            let compiled = component.serialize().map_err(fail)?;
            if let Err(error) = artifacts.store(engine, digest, &compiled) {
                tracing::warn!(
                    "cannot keep the compiled plugin {}: {error}",
                    path.display()
                );
            }
        }
        Ok(component)
    }

    pub(crate) fn user_agent(&self) -> &str {
        &self.0.user_agent
    }

    /// Ends all describing: calls that run end after their step, so that their adapters can end what they have running on the
    /// warehouse, and no other begins. There is no way back.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn cancelled(&self) -> Arc<AtomicBool> {
        self.0.cancelled.clone()
    }

    pub(crate) fn resolver(&self) -> Arc<dyn Resolve> {
        self.0.resolver.clone()
    }

    pub(crate) fn rates(&self) -> Arc<RateGates> {
        self.0.rates.clone()
    }

    /// Waits for room for one more instance. The semaphore is never closed, so there always is a permit.
    pub(crate) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.0.places.acquire().await.ok()
    }
}

fn engine_config(config: &HostConfig) -> Config {
    let mut engine = Config::new();
    engine.wasm_component_model(true);
    engine.epoch_interruption(true);
    // Neither is shown to anybody, and both make artifacts larger and slower to map.
    engine
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false);
    if config.allocation == Allocation::Pooling {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(config.instances)
            .total_core_instances(config.instances.saturating_mul(8))
            .total_memories(config.instances)
            .total_tables(config.instances.saturating_mul(4))
            .total_stacks(config.instances);
        engine.allocation_strategy(pool);
    }
    engine
}

fn link(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    resources::limit_methods(&mut linker)?;
    bindings::rocky::adapter::log::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    bindings::rocky::adapter::types::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| {
        state
    })?;
    Ok(linker)
}

/// Advances the engine's epoch for as long as the engine lives.
fn tick(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(EPOCH);
        }
    };
    std::thread::Builder::new()
        .name("rocky-epoch".to_owned())
        .spawn(tick)?;
    Ok(())
}

/// The largest component: those in Python bring their whole runtime, some 40 MB.
pub(crate) const COMPONENT_BYTES: u64 = 256 << 20;

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let unreadable = |source| LoadError::Read {
        path: path.to_owned(),
        source,
    };
    let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
    match bytes > COMPONENT_BYTES {
        true => Err(LoadError::TooLarge {
            path: path.to_owned(),
            bytes,
        }),
        false => std::fs::read(path).map_err(unreadable),
    }
}

/// Tells a component by its first bytes, so that other files get a better answer than a parser's.
fn recognise(path: &Path, file: &[u8]) -> Result<(), LoadError> {
    let found = match file {
        [b'\0', b'a', b's', b'm', 0x0d, 0, 1, 0, ..] => return Ok(()),
        [b'\0', b'a', b's', b'm', 1, 0, 0, 0, ..] => {
            "a core module (build it with `--target wasm32-wasip2`, or make a component of it with `wasm-tools component new`)"
        }
        [b'\0', b'a', b's', b'm', ..] => "WebAssembly of another version",
        [] => "an empty file",
        _ => "some other kind of file",
    };
    Err(LoadError::NotAComponent {
        path: path.to_owned(),
        found,
    })
}
