//! Compiled components, kept in a directory so that each is compiled once per machine.
//!
//! An artifact is machine code that the process will run, so a directory that anybody else could write to is not used.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::plugin::Digest;

/// A directory of artifacts.
#[derive(Debug)]
pub(crate) struct ArtifactDirectory(PathBuf);

impl ArtifactDirectory {
    /// Opens the directory, making it if need be.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        create_private(path)?;
        let path = fs::canonicalize(path)?;
        check_private(&path)?;
        path.ancestors().skip(1).try_for_each(check_ancestor)?;
        Ok(Self(path))
    }

    /// The component as it was compiled before by this very engine, if it was.
    pub(crate) fn load(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let path = self.path(engine, digest);
        if !path.is_file() || check_private(&path).is_err() {
            return None;
        }
        match deserialize(engine, &path) {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::debug!(path = %path.display(), "compiling again: {error:#}");
                None
            }
        }
    }

    /// Keeps what was compiled. Readers see all of it or nothing: it appears under its name when it is complete.
    pub(crate) fn store(
        &self,
        engine: &Engine,
        digest: &Digest,
        compiled: &[u8],
    ) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        file.write_all(compiled)?;
        file.persist(self.path(engine, digest))?;
        Ok(())
    }

    fn path(&self, engine: &Engine, digest: &Digest) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        self.0
            .join(format!("{digest}-{:016x}.cwasm", hasher.finish()))
    }
}

/// Maps an artifact into memory.
#[allow(
    unsafe_code,
    reason = "running machine code from a file cannot be made safe by types"
)]
fn deserialize(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file was written by `store`, from the output of this engine's own compiler. `check_private` saw that it and its
    // directory belong to this user and that nobody else can write to them, and wasmtime itself refuses artifacts of other
    // versions or settings. Whoever can still change the file can already run code as this user.
    unsafe { Component::deserialize_file(engine, path) }
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(unix)]
fn check_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::symlink_metadata(path)?;
    let mine = found.uid() == rustix::process::geteuid().as_raw();
    if !mine || found.mode() & 0o022 != 0 || found.is_symlink() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{} can be written by another user", path.display()),
        ));
    }
    Ok(())
}

/// Whoever can rename a directory can put another in its place. Only its owner can in a sticky one, such as `/tmp`.
#[cfg(unix)]
fn check_ancestor(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    const STICKY: u32 = 0o1000;
    let found = fs::metadata(path)?;
    let trusted = found.uid() == rustix::process::geteuid().as_raw() || found.uid() == 0;
    let closed = found.mode() & 0o022 == 0 || found.mode() & STICKY != 0;
    if !trusted || !closed {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("another user can put something else in {}", path.display()),
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_ancestor(_path: &Path) -> io::Result<()> {
    Ok(())
}

// On Windows the user's cache directory is private by its inherited access list.
#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(not(unix))]
fn check_private(_path: &Path) -> io::Result<()> {
    Ok(())
}
