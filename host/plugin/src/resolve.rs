//! From names to addresses, each checked before anything is dialled.

use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolving};

use crate::address::not_public;

/// Looks up the addresses of a host. [`HostConfig::resolver`](crate::HostConfig) takes one in the place of the system's.
pub trait Resolve: Send + Sync {
    /// The addresses of `host`, in the order in which they are to be tried.
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// The system's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A name leads only to addresses that an adapter must not reach.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host} leads to {address}, {reason}")]
pub(crate) struct AddressRefused {
    pub host: String,
    pub address: IpAddr,
    pub reason: &'static str,
}

/// Looks names up and keeps the addresses of the public internet. What the connection then dials is just what it
/// returned, so a name that changes between lookups gains nothing.
#[derive(Clone)]
pub(crate) struct CheckedResolver {
    pub resolver: Arc<dyn Resolve>,
    /// Hosts that the user has named: where they are is the user's choice. Without a list that is every host.
    pub named: Option<Arc<BTreeSet<String>>>,
}

impl reqwest::dns::Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let named = self.named.as_ref();
        let is_named = named.is_none_or(|named| named.contains(host.as_str()));
        let found = self.resolver.resolve(&host);
        Box::pin(async move {
            let found = found.await?;
            let admitted = match is_named {
                true => found,
                false => admit(host, found)?,
            };
            // The connector puts the port in the place of the zero.
            let addresses = admitted
                .into_iter()
                .map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

fn admit(host: String, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, AddressRefused> {
    let is_public = |address: &IpAddr| not_public(*address).is_none();
    let refused = found.iter().find_map(|&address| {
        let reason = not_public(address)?;
        Some(AddressRefused {
            host: host.clone(),
            address,
            reason,
        })
    });
    let admitted: Vec<IpAddr> = found.into_iter().filter(is_public).collect();
    match refused {
        Some(refused) if admitted.is_empty() => Err(refused),
        _ => Ok(admitted),
    }
}
