//! Reading the files of a project: as the user named them, or as they were found.

use std::io;
use std::path::Path;

use crate::error::CommandError;

/// How rocky came to a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The user named it, or stands in its directory.
    Named,
    /// It was found in a parent directory. It may name commands and send credentials, so nobody but the user and root may be able to
    /// put it there or to change it: in a directory such as `/tmp` anybody could have left one.
    Found,
}

/// Why a file cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    /// What the system says.
    Io(io::Error),
    /// Somebody else may have written it: who or how.
    Untrusted(String),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Unreadable {
    /// Whether there is no such file.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// The error of whoever attempted to read it.
    pub fn during(self, attempt: String) -> CommandError {
        match self {
            Self::Io(error) => anyhow::Error::new(error).context(attempt).into(),
            Self::Untrusted(reason) => CommandError::failed(reason)
                .hint("if you trust what it says, name the configuration: --config FILE"),
        }
    }
}

impl Reading {
    /// The text of a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or was found where another user may have put it.
    pub fn read(self, path: &Path) -> Result<String, Unreadable> {
        match self {
            Self::Named => Ok(std::fs::read_to_string(path)?),
            Self::Found => found(path),
        }
    }
}

/// Looks at what was opened and not at its name, which may stand for another file by then.
#[cfg(unix)]
fn found(path: &Path) -> Result<String, Unreadable> {
    use std::fs::{self, File};
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

    use rustix::fs::OFlags;

    let untrusted = |reason: &str| Unreadable::Untrusted(format!("{} {reason}", path.display()));
    if fs::symlink_metadata(path)?.is_symlink() {
        return Err(untrusted(
            "is a link, which may lead to what another user has written",
        ));
    }
    let directory = fs::canonicalize(path.parent().unwrap_or(Path::new(".")))?;
    for above in directory.ancestors() {
        let found = fs::metadata(above)?;
        if !is_trusted(found.uid()) || is_open(found.mode()) {
            let above = above.display();
            return Err(untrusted(&format!(
                "may be another user's, who can put something else in {above}"
            )));
        }
    }
    // A link fails, and a pipe keeps nobody waiting.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = File::options()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(directory.join(path.file_name().unwrap_or_default()))?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(untrusted("is no file"));
    }
    if !is_trusted(found.uid()) {
        return Err(untrusted("belongs to another user"));
    }
    if found.mode() & OTHERS_WRITE != 0 {
        return Err(untrusted("can be written by another user"));
    }
    Ok(io::read_to_string(file)?)
}

/// The permissions of a group and of everybody to write.
#[cfg(unix)]
const OTHERS_WRITE: u32 = 0o022;

#[cfg(unix)]
fn is_trusted(owner: u32) -> bool {
    owner == 0 || owner == rustix::process::geteuid().as_raw()
}

/// Whether others can put files into a directory in the place of those that are there. In a sticky one, such as `/tmp`, they cannot.
#[cfg(unix)]
fn is_open(mode: u32) -> bool {
    const STICKY: u32 = 0o1000;
    mode & OTHERS_WRITE != 0 && mode & STICKY == 0
}

#[cfg(not(unix))]
fn found(path: &Path) -> Result<String, Unreadable> {
    Ok(std::fs::read_to_string(path)?)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// Why a file of this name is not read that was found in a directory, after `prepare` has put it there.
    fn refused(prepare: impl Fn(&Path)) -> Option<String> {
        let directory = tempfile::tempdir().unwrap();
        prepare(directory.path());
        match Reading::Found.read(&directory.path().join("rocky.toml")) {
            Ok(text) => {
                assert_eq!(text, "x");
                None
            }
            Err(Unreadable::Untrusted(reason)) => Some(reason),
            Err(Unreadable::Io(error)) => panic!("{error}"),
        }
    }

    fn write(path: &Path, mode: u32) {
        fs::write(path, "x").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_another_user_could_have_written_is_not_read() {
        assert_eq!(refused(|it| write(&it.join("rocky.toml"), 0o644)), None);
        for mode in [0o664, 0o646] {
            let reason = refused(|it| write(&it.join("rocky.toml"), mode)).unwrap();
            assert!(
                reason.ends_with("can be written by another user"),
                "{reason}"
            );
        }
        let reason = refused(|it| {
            write(&it.join("elsewhere"), 0o644);
            symlink(it.join("elsewhere"), it.join("rocky.toml")).unwrap();
        });
        assert!(reason.unwrap().contains("is a link"));
        let reason = refused(|it| fs::create_dir(it.join("rocky.toml")).unwrap());
        assert!(reason.unwrap().ends_with("is no file"));
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_not_trusted_unless_it_is_sticky() {
        let within = |mode| {
            refused(|it| {
                write(&it.join("rocky.toml"), 0o644);
                fs::set_permissions(it, fs::Permissions::from_mode(mode)).unwrap();
            })
        };
        assert!(within(0o777).unwrap().contains("can put something else in"));
        assert!(within(0o770).is_some());
        assert_eq!(within(0o1777), None);
        assert_eq!(within(0o755), None);
    }
}
