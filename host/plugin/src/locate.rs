use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::LoadError;

/// How a user names a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PluginReference {
    /// A file: the text holds a path separator or ends in `.wasm`.
    Path(PathBuf),
    /// A name, looked up as `NAME.wasm` in a list of directories.
    Name(String),
}

impl From<&str> for PluginReference {
    fn from(text: &str) -> Self {
        if text.contains(['/', '\\']) || text.ends_with(".wasm") {
            Self::Path(PathBuf::from(text))
        } else {
            Self::Name(text.to_owned())
        }
    }
}

impl fmt::Display for PluginReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// The file that a reference means: a path relative to `base`, a name in the first directory that has it.
///
/// # Errors
///
/// [`LoadError::NotFound`] lists where it was looked for.
pub fn locate(
    reference: &PluginReference,
    base: &Path,
    directories: &[PathBuf],
) -> Result<PathBuf, LoadError> {
    let candidates: Vec<PathBuf> = match reference {
        PluginReference::Path(path) => vec![base.join(path)],
        PluginReference::Name(name) => {
            let file = format!("{name}.wasm");
            directories
                .iter()
                .map(|directory| directory.join(&file))
                .collect()
        }
    };
    match candidates.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(LoadError::NotFound {
            reference: reference.clone(),
            searched: candidates,
        }),
    }
}
