//! From schemas and tables to a tree: what differs is written, and what is gone is removed, as far as a manifest lists it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use rocky_cache::{Connection, SchemaInfo};
use rocky_schema::Table;
use schemars::JsonSchema;
use serde::Serialize;

use super::manifest::Manifest;
use super::{Found, directory, files, manifest_path, table_file, table_path};

/// Something that makes a tree what the cache holds, or tells what that would take.
#[derive(Debug)]
pub struct Plan<'a> {
    root: &'a Path,
    /// Whether nothing is to be touched.
    dry: bool,
    /// In the order of writing.
    pub written: Vec<Written>,
}

/// One file that differs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Written {
    /// From the root of the tree, with `/` between its parts.
    pub path: String,
    /// What becomes, or would become, of it.
    pub change: FileChange,
}

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileChange {
    Added,
    Changed,
    Removed,
}

impl<'a> Plan<'a> {
    /// For a tree at `root`; with `dry` nothing is touched.
    pub fn new(root: &'a Path, dry: bool) -> Self {
        Self {
            root,
            dry,
            written: Vec::new(),
        }
    }

    /// Brings one schema up to date; `earlier` is its manifest in the tree.
    pub fn schema(
        &mut self,
        connection: &Connection,
        info: &SchemaInfo,
        earlier: Option<&Manifest>,
        tables: impl Iterator<Item = Result<Table>>,
    ) -> Result<()> {
        let directory = directory(self.root, &connection.adapter, &info.name);
        let listed: HashSet<&str> = earlier
            .iter()
            .flat_map(|it| &it.tables)
            .map(String::as_str)
            .collect();
        files::check_directories(self.root, &directory)?;
        let mut names = Vec::new();
        for table in tables {
            let table = table?;
            if names.is_empty() && !self.dry {
                files::make_directories(self.root, &directory)?;
            }
            let path = table_path(&directory, &table.name);
            let text = table_file::render(&table);
            self.put(path, &text, |there| {
                // Of a file that no manifest lists, one of the same make may be replaced, and nothing else.
                listed.contains(table.name.as_str()) || table_file::parse(there).is_ok()
            })?;
            names.push(table.name);
        }
        names.sort();
        let manifest = Manifest::new(connection, info, names);
        if !earlier.is_some_and(|earlier| earlier.says_the_same(&manifest)) {
            let path = manifest_path(self.root, &connection.adapter, &info.name);
            if let Some(parent) = path.parent().filter(|_| !self.dry) {
                files::make_directories(self.root, parent)?;
            }
            self.put(path, &manifest.render(), |_| earlier.is_some())?;
        }
        let kept: HashSet<&str> = manifest.tables.iter().map(String::as_str).collect();
        for gone in earlier.iter().flat_map(|it| &it.tables) {
            if !kept.contains(gone.as_str()) {
                self.remove(&table_path(&directory, gone))?;
            }
        }
        self.tidy(&directory);
        Ok(())
    }

    /// Removes a schema that the cache no longer holds: its manifest, and the tables that this lists.
    pub fn remove_schema(&mut self, found: &Found) -> Result<()> {
        let manifest = &found.manifest;
        let directory = directory(self.root, &manifest.adapter, &manifest.name());
        files::check_directories(self.root, &directory)?;
        for table in &manifest.tables {
            self.remove(&table_path(&directory, table))?;
        }
        self.remove(&found.path)?;
        self.tidy(&directory);
        Ok(())
    }

    /// Puts a file there if it differs; `is_ours` judges one that would be replaced.
    fn put(&mut self, path: PathBuf, text: &str, is_ours: impl Fn(&str) -> bool) -> Result<()> {
        let there = files::read(&path)?;
        let change = match &there {
            // Git may have given it the line ends of Windows.
            Some(there) if there == text || there.replace("\r\n", "\n") == text => return Ok(()),
            Some(there) if !is_ours(there) => {
                return Err(anyhow!(
                    "{} is in the way: it is not of an export, so it is not replaced. Move it away",
                    path.display()
                ));
            }
            Some(_) => FileChange::Changed,
            None => FileChange::Added,
        };
        if !self.dry {
            files::write(&path, text, there.is_some())?;
        }
        self.note(&path, change);
        Ok(())
    }

    fn remove(&mut self, path: &Path) -> Result<()> {
        // Somebody may have removed it already; a directory of that name is not ours.
        if !fs::symlink_metadata(path).is_ok_and(|found| !found.is_dir()) {
            return Ok(());
        }
        if !self.dry {
            fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        self.note(path, FileChange::Removed);
        Ok(())
    }

    /// Removes directories that are empty now. Where something else lies in one, it stays.
    fn tidy(&self, directory: &Path) {
        if self.dry {
            return;
        }
        let below = directory
            .ancestors()
            .take_while(|above| *above != self.root);
        for above in below {
            if fs::remove_dir(above).is_err() {
                return;
            }
        }
    }

    fn note(&mut self, path: &Path, change: FileChange) {
        let path = path.strip_prefix(self.root).unwrap_or(path);
        let parts = path
            .components()
            .map(|part| part.as_os_str().to_string_lossy());
        let path = parts.collect::<Vec<_>>().join("/");
        self.written.push(Written { path, change });
    }
}
