//! Whether a component is an adapter that this host can run, told by the names of its imports and exports.

use std::path::Path;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::LoadError;

/// The version of the contract `rocky:adapter` that this host speaks.
pub const CONTRACT_VERSION: &str = "0.1.0";

pub(crate) const METADATA: &str = "rocky:adapter/metadata@0.1.0";
pub(crate) const BATCH_DESCRIBE: &str = "rocky:adapter/batch-describe@0.1.0";

/// The packages of WASI 0.2 that the host links.
const WASI: [&str; 7] = [
    "wasi:cli",
    "wasi:clocks",
    "wasi:filesystem",
    "wasi:http",
    "wasi:io",
    "wasi:random",
    "wasi:sockets",
];

/// What a component's names say of it.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Its imports, sorted.
    pub imports: Vec<String>,
    /// Whether it exports `batch-describe`.
    pub describes: bool,
}

/// Checks the imports and exports of a component.
pub(crate) fn check(
    engine: &Engine,
    component: &Component,
    path: &Path,
) -> Result<Shape, LoadError> {
    let of_type = component.component_type();
    let mut imports: Vec<String> = of_type
        .imports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    let exports: Vec<String> = of_type
        .exports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    imports.sort();
    for name in imports.iter().chain(&exports) {
        check_version(name, path)?;
    }
    if let Some(import) = imports.iter().find(|name| !is_offered(name)) {
        return Err(LoadError::UnknownImport {
            path: path.to_owned(),
            import: import.clone(),
        });
    }
    let exported = |name: &str| exports.iter().any(|export| export == name);
    if !exported(METADATA) {
        return Err(LoadError::MissingExport {
            path: path.to_owned(),
            export: METADATA.to_owned(),
        });
    }
    Ok(Shape {
        imports,
        describes: exported(BATCH_DESCRIBE),
    })
}

/// Splits `wasi:io/poll@0.2.6` into package and version.
fn package_and_version(name: &str) -> Option<(&str, &str)> {
    let (package, rest) = name.split_once('/')?;
    let (_, version) = rest.split_once('@')?;
    Some((package, version))
}

fn check_version(name: &str, path: &Path) -> Result<(), LoadError> {
    match package_and_version(name) {
        Some(("rocky:adapter", version)) if version != CONTRACT_VERSION => {
            Err(LoadError::ContractVersion {
                path: path.to_owned(),
                item: name.to_owned(),
                found: version.to_owned(),
            })
        }
        _ => Ok(()),
    }
}

fn is_offered(import: &str) -> bool {
    match package_and_version(import) {
        Some(("rocky:adapter", _)) => {
            import.starts_with("rocky:adapter/log@") || import.starts_with("rocky:adapter/types@")
        }
        Some((package, version)) => {
            WASI.contains(&package) && (version == "0.2" || version.starts_with("0.2."))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_wasi_0_2_and_the_log_are_offered() {
        for offered in [
            "wasi:io/poll@0.2.0",
            "wasi:http/types@0.2.12",
            "rocky:adapter/log@0.1.0",
        ] {
            assert!(is_offered(offered), "{offered}");
        }
        for other in [
            "wasi:io/poll@0.3.0",
            "wasi:keyvalue/store@0.2.0",
            "env",
            "acme:db/query@1.0.0",
            "rocky:adapter/metadata@0.1.0",
        ] {
            assert!(!is_offered(other), "{other}");
        }
    }
}
