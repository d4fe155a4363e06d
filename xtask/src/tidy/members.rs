//! Every folder of components is in the workspace and on the list that is built.

use std::collections::BTreeSet;
use std::path::Path;

use super::{File, Violation};
use crate::components::{self, PLUGINS_FOLDER, SDK_FOLDER, TEST_COMPONENTS_FOLDER};
use crate::workspace::Workspace;

/// Checks the folders that hold components.
pub fn check(workspace: &Workspace, files: &[File]) -> Vec<Violation> {
    let components = components::list(workspace);
    let mut violations = Vec::new();
    for parent in [PLUGINS_FOLDER, TEST_COMPONENTS_FOLDER] {
        for folder in folders_in(parent, files) {
            let folder = Path::new(&folder);
            if folder == Path::new(SDK_FOLDER) {
                continue;
            }
            let advice = if workspace.package_in(folder).is_none() {
                "not a member of the workspace: add it to `members` in Cargo.toml"
            } else if !components.iter().any(|it| it.folder == folder) {
                "not built as a component: its library needs `crate-type = [\"cdylib\", \"lib\"]`"
            } else {
                continue;
            };
            let path = folder.join("Cargo.toml");
            let path = path.to_string_lossy();
            violations.push(Violation::new(&path, 1, "component", advice));
        }
    }
    violations
}

/// The folders with files in them, directly under `parent`.
fn folders_in(parent: &str, files: &[File]) -> BTreeSet<String> {
    files
        .iter()
        .filter_map(|file| {
            let below = file.path.strip_prefix(parent)?.strip_prefix('/')?;
            let (folder, _) = below.split_once('/')?;
            Some(format!("{parent}/{folder}"))
        })
        .collect()
}
