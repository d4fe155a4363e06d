//! What `wit/` looks like from the host: generated, and converted to our own types at the edge.

#![allow(missing_docs, reason = "the items are documented in wit/")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "rocky:adapter/adapter",
    exports: { default: async },
});
