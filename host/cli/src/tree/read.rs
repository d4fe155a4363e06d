//! From a tree to schemas and tables.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use rocky_schema::Table;

use super::manifest::{self, Manifest};
use super::{directory, file_name, files, table_file, table_path};

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
                let manifest = Manifest::parse(&text)
                    .map_err(|error| anyhow!("{}:{error}", path.display()))?;
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

/// Reads the tables of a schema, and hands over each. Returns the files of tables that the manifest does not list.
pub fn tables(
    root: &Path,
    manifest: &Manifest,
    mut each: impl FnMut(Table),
) -> Result<Vec<PathBuf>> {
    let directory = directory(root, &manifest.adapter, &manifest.name());
    files::check_directories(root, &directory)?;
    let mut expected = Vec::with_capacity(manifest.tables.len());
    for name in &manifest.tables {
        let path = table_path(&directory, name);
        let text = files::read(&path)?.ok_or_else(|| {
            anyhow!(
                "there is no {}, though the manifest of {} lists it",
                path.display(),
                manifest.name()
            )
        })?;
        let table = table_file::parse(&text)
            .map_err(|error| anyhow!("{}:{}", path.display(), manifest::told(&error)))?;
        if table.name != *name {
            let [line, column] = place_of(&text, "\"table\":");
            return Err(anyhow!(
                "{}:{line}:{column}: it is of the table `{}`, and its name of `{name}`",
                path.display(),
                table.name
            ));
        }
        each(table);
        expected.push(file_name::encode(name));
    }
    expected.sort();
    let strangers =
        files::list(&directory).context("cannot look for tables that are not listed")?;
    let strangers = strangers.files.into_iter().filter(|stem| {
        let is_ours = stem.contains('~') || file_name::decode(stem).is_some();
        is_ours && expected.binary_search(stem).is_err()
    });
    Ok(strangers
        .map(|stem| directory.join(stem).with_added_extension("json"))
        .collect())
}

/// The line and the column where a text first holds another.
fn place_of(text: &str, part: &str) -> [usize; 2] {
    let before = text
        .find(part)
        .and_then(|at| text.get(..at))
        .unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().len() + 1;
    [line, column]
}
