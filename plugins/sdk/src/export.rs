//! From a type to a component.

/// Makes an [`Adapter`](crate::Adapter) the component that is built from this crate.
///
/// Use it once, in a crate of type `cdylib`, in a module that is compiled for WebAssembly only:
///
/// ```ignore
/// //! guest.rs, declared as `#[cfg(target_arch = "wasm32")] mod guest;`
/// rocky_adapter_sdk::export!(crate::Databricks);
/// ```
///
/// (A native `cdylib` with a component's exports does not link, because their names contain colons. For other targets the macro
/// is therefore empty.)
#[macro_export]
macro_rules! export {
    ($adapter:ty) => {
        #[cfg(target_arch = "wasm32")]
        type __RockyAdapter = $crate::guest::Component<$adapter>;
        #[cfg(target_arch = "wasm32")]
        $crate::guest::bindings::metadata::export_metadata!(
            __RockyAdapter with_types_in $crate::guest::bindings::metadata
        );
        #[cfg(target_arch = "wasm32")]
        $crate::guest::bindings::describe::export_describe!(
            __RockyAdapter with_types_in $crate::guest::bindings::describe
        );
    };
}

/// Makes a component that tells a manifest and has nothing to describe. Takes the path of a function that returns the
/// [`Manifest`](crate::Manifest).
#[macro_export]
macro_rules! export_metadata {
    ($manifest:path) => {
        #[cfg(target_arch = "wasm32")]
        struct __RockyMetadata;
        #[cfg(target_arch = "wasm32")]
        impl $crate::guest::bindings::metadata::exports::rocky::adapter::metadata::Guest for __RockyMetadata {
            fn manifest() -> $crate::guest::bindings::metadata::exports::rocky::adapter::metadata::AdapterManifest {
                $manifest().into()
            }
        }
        #[cfg(target_arch = "wasm32")]
        $crate::guest::bindings::metadata::export_metadata!(
            __RockyMetadata with_types_in $crate::guest::bindings::metadata
        );
    };
}
