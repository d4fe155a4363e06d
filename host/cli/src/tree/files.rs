//! Files, read and written without following links: a tree comes out of a repository, and a link in it may lead anywhere.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow};

/// The text of a file; none where there is no file.
pub fn read(path: &Path) -> Result<Option<String>> {
    let attempt = || format!("cannot read {}", path.display());
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(attempt),
        Ok(found) if !found.is_file() => {
            return Err(anyhow!("it is no regular file")).with_context(attempt);
        }
        Ok(_) => {}
    }
    let mut text = String::new();
    let mut file = File::open(path).with_context(attempt)?;
    file.read_to_string(&mut text).with_context(attempt)?;
    Ok(Some(text))
}

/// Puts a file there; `exists` tells whether it replaces one.
pub fn write(path: &Path, text: &str, exists: bool) -> Result<()> {
    let attempt = || format!("cannot write {}", path.display());
    if exists {
        fs::remove_file(path).with_context(attempt)?;
    }
    let mut file = File::create_new(path).with_context(attempt)?;
    file.write_all(text.as_bytes()).with_context(attempt)
}

/// Makes directories below `root`, which may lead anywhere itself.
pub fn make_directories(root: &Path, directory: &Path) -> Result<()> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make the directory {}", directory.display()))?;
    check_directories(root, directory)
}

/// Fails where a directory below `root` is a link.
pub fn check_directories(root: &Path, directory: &Path) -> Result<()> {
    for above in directory.ancestors().take_while(|above| *above != root) {
        let found = fs::symlink_metadata(above);
        if found.is_ok_and(|found| !found.is_dir()) {
            let path = above.display();
            return Err(anyhow!(
                "{path} is no directory, or a link to one; remove it"
            ));
        }
    }
    Ok(())
}

/// The names of the files in a directory that end in `.json`, without that, and of its directories, both sorted.
pub fn list(directory: &Path) -> Result<Listed> {
    let attempt = || format!("cannot list {}", directory.display());
    let mut listed = Listed::default();
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(listed),
        entries => entries.with_context(attempt)?,
    };
    for entry in entries {
        let entry = entry.with_context(attempt)?;
        let kind = entry.file_type().with_context(attempt)?;
        // What is no Unicode is no file of ours.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if kind.is_dir() {
            listed.directories.push(name);
        } else if let Some(stem) = name.strip_suffix(".json") {
            listed.files.push(stem.to_owned());
        }
    }
    listed.files.sort();
    listed.directories.sort();
    Ok(listed)
}

/// What is in a directory.
#[derive(Debug, Default)]
pub struct Listed {
    pub files: Vec<String>,
    pub directories: Vec<String>,
}
