//! Where the state is: one rule for every command.

use std::path::{Path, PathBuf};

/// The file's name, wherever it is.
const FILE: &str = ".rocky-state.redb";

/// Where the state is, and why there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePath {
    pub path: PathBuf,
    /// Why this path, for `rocky state`.
    pub reason: &'static str,
    /// What the user should know about it.
    pub warning: Option<String>,
}

/// Finds the state of the project in `root`: what was given, else the file in the models directory, else the one in the
/// project directory; where neither exists, a new one beside the models if there are any.
pub fn resolve(given: Option<&Path>, root: &Path, models: &Path) -> StatePath {
    if let Some(path) = given {
        return StatePath {
            path: path.to_owned(),
            reason: "given by --state-path",
            warning: None,
        };
    }
    let (beside_models, beside_project) = (models.join(FILE), root.join(FILE));
    let found = |path, reason, warning| StatePath {
        path,
        reason,
        warning,
    };
    match (beside_models.exists(), beside_project.exists()) {
        (true, true) => {
            let warning = format!(
                "there are two state files; using {} and not {}. Remove the one you do not need",
                beside_project.display(),
                beside_models.display(),
            );
            found(
                beside_project,
                "in the project directory (another is in the models directory)",
                Some(warning),
            )
        }
        (true, false) => found(beside_models, "in the models directory", None),
        (false, true) => {
            let warning = models.is_dir().then(|| {
                format!(
                    "the state file {} belongs into the models directory; move it to {}",
                    beside_project.display(),
                    beside_models.display(),
                )
            });
            found(beside_project, "in the project directory", warning)
        }
        (false, false) if models.is_dir() => {
            found(beside_models, "new, in the models directory", None)
        }
        (false, false) => found(beside_project, "new, in the project directory", None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_case_has_its_path_and_its_warning() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let models = root.join("models");
        let check = |expected: &Path, warned: bool| {
            let found = resolve(None, root, &models);
            assert_eq!(
                (found.path.as_path(), found.warning.is_some()),
                (expected, warned)
            );
        };
        let (in_models, in_root) = (models.join(FILE), root.join(FILE));
        check(&in_root, false);
        std::fs::write(&in_root, "").unwrap();
        check(&in_root, false);
        std::fs::create_dir(&models).unwrap();
        check(&in_root, true);
        std::fs::write(&in_models, "").unwrap();
        check(&in_root, true);
        std::fs::remove_file(&in_root).unwrap();
        check(&in_models, false);
        std::fs::remove_file(&in_models).unwrap();
        check(&in_models, false);
        let given = resolve(Some(Path::new("elsewhere")), root, &models);
        assert_eq!(given.path, Path::new("elsewhere"));
    }
}
