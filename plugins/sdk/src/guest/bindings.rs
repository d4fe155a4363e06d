//! Generated from the contract: nothing here is written by hand.
//!
//! The contract's world is generated as two halves, because a component must export all of the world that it is built for, and an
//! adapter that has nothing to describe exports `metadata` alone. A component that is built for both halves is one for the whole.

// Code that crosses the component boundary handles raw memory; wit-bindgen generates it, and the contract documents it.
#![allow(
    unsafe_code,
    missing_docs,
    clippy::all,
    clippy::too_many_lines,
    clippy::unwrap_used,
    clippy::expect_used
)]

/// `metadata`.
pub mod metadata {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package rocky:sdk;
            world metadata-half {
                export rocky:adapter/metadata@0.1.0;
            }
        ",
        world: "rocky:sdk/metadata-half",
        export_macro_name: "export_metadata",
        pub_export_macro: true,
    });
}

/// `batch-describe`, and `log`, which anything but `metadata` may use.
pub mod describe {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package rocky:sdk;
            world describe-half {
                import rocky:adapter/log@0.1.0;
                export rocky:adapter/batch-describe@0.1.0;
            }
        ",
        world: "rocky:sdk/describe-half",
        generate_all,
        export_macro_name: "export_describe",
        pub_export_macro: true,
    });
}
