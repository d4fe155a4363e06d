//! What a guest may have the host keep for it: handles, headers, parts of bodies, names of methods.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceTable};
use wasmtime_wasi_http::p2::bindings::http::types::{HostOutgoingRequest as _, Method};
use wasmtime_wasi_http::p2::types::HostOutgoingRequest;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpView};

use crate::instance::State;

/// Handles of one instance at once. A request that is under way has eight at most, and no adapter of ours has more than 40.
const HANDLES: usize = 4_096;
/// What one set of headers takes in memory.
const FIELDS_BYTES: usize = 64 << 10;
/// What is taken of a request's body at once, and waits until somebody reads it.
pub(crate) const CHUNK_BYTES: usize = 16 << 10;
/// The longest registered method has 17 bytes.
const METHOD_BYTES: usize = 64;

/// An empty table of handles.
pub(crate) fn table() -> ResourceTable {
    let mut table = ResourceTable::new();
    table.set_max_capacity(HANDLES);
    table
}

/// The settings of `wasi:http`.
pub(crate) fn http() -> WasiHttpCtx {
    let mut http = WasiHttpCtx::new();
    http.set_field_size_limit(FIELDS_BYTES);
    http
}

/// Replaces the function that sets a method: WASI's own keeps names of any length, of as many requests as there are handles.
pub(crate) fn limit_methods(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut types = linker.instance("wasi:http/types@0.2.12")?;
    types.func_wrap("[method]outgoing-request.set-method", set_method)?;
    linker.allow_shadowing(false);
    Ok(())
}

fn set_method(
    mut store: StoreContextMut<'_, State>,
    (request, method): (Resource<HostOutgoingRequest>, Method),
) -> wasmtime::Result<(Result<(), ()>,)> {
    if let Method::Other(name) = &method
        && name.len() > METHOD_BYTES
    {
        return Ok((Err(()),));
    }
    store
        .data_mut()
        .http()
        .set_method(request, method)
        .map(|set| (set,))
}
