//! The component's side: bindings of the contract, and what connects them with the rest of this crate. Only for WebAssembly, and
//! only for the macros `export!` and `export_metadata!`.

pub mod bindings;
mod component;
mod convert;
pub mod log;
mod transport;

pub use component::Component;
