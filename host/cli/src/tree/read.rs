//! From a tree to schemas and tables.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use super::files;
use super::manifest::Manifest;

/// A schema of a tree.
#[derive(Debug)]
pub struct Found {
    pub manifest: Manifest,
    /// Where that was.
    pub path: PathBuf,
}

/// All schemas of a tree, by adapter, catalog and schema.
///
/// A file `.json` where manifests are has to be one: a tree that was merged badly is not to lose a schema in silence.
pub fn find(root: &Path) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for adapter in files::list(root)?.directories {
        let adapter = root.join(adapter);
        for catalog in files::list(&adapter)?.directories {
            let catalog = adapter.join(catalog);
            for schema in files::list(&catalog)?.files {
                let path = catalog.join(schema).with_added_extension("json");
                let text = files::read(&path)?.unwrap_or_default();
                let manifest = Manifest::parse(&text).map_err(|error| {
                    anyhow!(
                        "{}:{error}; repair it, or remove it and export anew",
                        path.display()
                    )
                })?;
                let expected = super::manifest_path(root, &manifest.adapter, &manifest.name());
                if expected != path {
                    return Err(anyhow!(
                        "{} is of {} through adapter `{}`, which belongs into {}",
                        path.display(),
                        manifest.name(),
                        manifest.adapter,
                        expected.display(),
                    ));
                }
                found.push(Found { manifest, path });
            }
        }
    }
    Ok(found)
}
