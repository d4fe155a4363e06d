use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::sync::SemaphorePermit;
use wasmtime::component::InstancePre;

use crate::adapter::{Adapter, AdapterConfig};
use crate::bindings::exports::rocky::adapter::{batch_describe, metadata};
use crate::egress::Gate;
use crate::error::{ConfigError, Failure};
use crate::host::Host;
use crate::instance::{Sandbox, State};
use crate::manifest::{EndpointSource, Manifest};
use crate::origin::Origin;
use crate::{endpoint, settings};

/// The SHA-256 of a component's file.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// As hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// A component that was loaded, checked and asked for its manifest. Cheap to clone.
#[derive(Clone)]
pub struct Plugin(pub(crate) Arc<Loaded>);

pub(crate) struct Loaded {
    pub host: Host,
    pub path: PathBuf,
    pub bytes: u64,
    pub digest: Digest,
    pub imports: Vec<String>,
    pub manifest: Manifest,
    pub component: InstancePre<State>,
    pub describe: Option<batch_describe::GuestIndices>,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loaded {
            path,
            digest,
            manifest,
            ..
        } = &*self.0;
        f.debug_struct("Plugin")
            .field("name", &manifest.name)
            .field("path", path)
            .field("digest", digest)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// The file that it was loaded from.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The file's size in bytes.
    pub fn bytes(&self) -> u64 {
        self.0.bytes
    }

    /// The file's digest.
    pub fn digest(&self) -> Digest {
        self.0.digest
    }

    /// What it imports, sorted.
    pub fn imports(&self) -> &[String] {
        &self.0.imports
    }

    /// Whether it exports `batch-describe`; if not there is nothing to describe.
    pub fn describes(&self) -> bool {
        self.0.describe.is_some()
    }

    /// The endpoint that these settings lead to, and whether the plugin chose its domain: then it has to be in
    /// [`Approved::endpoints`](crate::Approved).
    ///
    /// # Errors
    ///
    /// When the settings do not fit the manifest, or lead to no endpoint.
    pub fn endpoint(&self, settings: &Map<String, Value>) -> Result<(Origin, bool), ConfigError> {
        settings::resolve(self.manifest(), settings)?;
        let (source, origin) = endpoint::resolve(self.manifest(), settings)?;
        let chosen = matches!(source, EndpointSource::Template(_));
        Ok((origin, chosen))
    }

    /// Binds it to a warehouse.
    ///
    /// # Errors
    ///
    /// When the settings do not fit the manifest, or lead to no endpoint that a credential may be sent to.
    pub fn configure(&self, config: AdapterConfig) -> Result<Adapter, ConfigError> {
        Adapter::new(self.clone(), config)
    }

    pub(crate) fn host(&self) -> &Host {
        &self.0.host
    }

    pub(crate) fn describe_exports(&self) -> Option<&batch_describe::GuestIndices> {
        self.0.describe.as_ref()
    }

    /// Waits until the host has room for one more instance.
    pub(crate) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.0.host.place().await
    }

    pub(crate) async fn start(
        &self,
        adapter: Arc<str>,
        gate: Option<Arc<Gate>>,
    ) -> Result<Sandbox, Failure> {
        Sandbox::start(&self.0.component, adapter, gate).await
    }
}

/// Asks a component for its manifest, in an instance without network.
pub(crate) async fn read_manifest(
    component: &InstancePre<State>,
    exports: &metadata::GuestIndices,
) -> Result<metadata::AdapterManifest, Failure> {
    let mut sandbox = Sandbox::start(component, Arc::from("metadata"), None).await?;
    let guest = exports
        .load(&mut sandbox.store, &sandbox.instance)
        .map_err(|error| Failure::Host(format!("{error:#}")))?;
    let patience = sandbox.patience();
    let manifest = tokio::time::timeout(patience, guest.call_manifest(&mut sandbox.store)).await;
    let manifest = sandbox.settle("metadata.manifest", manifest)?;
    match sandbox.swallowed() {
        Some(failure) => Err(failure),
        None => Ok(manifest),
    }
}
