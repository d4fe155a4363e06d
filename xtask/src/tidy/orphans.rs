//! Every file of Rust is compiled by something.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::source::{blank, is_part_of_word, places_of};
use super::{File, Violation};
use crate::workspace::Workspace;

/// Checks that each file is the root of something that cargo builds, or a module below one.
pub fn check(workspace: &Workspace, files: &[File]) -> Vec<Violation> {
    let roots = workspace
        .packages
        .iter()
        .flat_map(|package| &package.targets)
        .filter_map(|target| target.source.strip_prefix(&workspace.root).ok())
        .map(Path::to_owned);
    orphans(roots.collect(), files)
}

fn orphans(roots: Vec<PathBuf>, files: &[File]) -> Vec<Violation> {
    let known: BTreeSet<&Path> = files.iter().map(|file| Path::new(&file.path)).collect();
    let mut compiled: BTreeSet<PathBuf> = BTreeSet::new();
    let mut open: Vec<(PathBuf, bool)> = roots.into_iter().map(|path| (path, true)).collect();
    while let Some((path, is_root)) = open.pop() {
        let Some(file) = files.iter().find(|file| Path::new(&file.path) == path) else {
            continue;
        };
        let folder = folder_of_modules(&path, is_root);
        for module in modules(&blank(&file.text)) {
            let flat = folder.join(format!("{module}.rs"));
            let nested = folder.join(module).join("mod.rs");
            let module = if known.contains(flat.as_path()) {
                flat
            } else {
                nested
            };
            if !compiled.contains(&module) {
                open.push((module, false));
            }
        }
        compiled.insert(path);
    }
    let advice = "nothing compiles it: declare it with `mod`, or delete it";
    files
        .iter()
        .filter(|file| file.is_rust() && !compiled.contains(Path::new(&file.path)))
        .map(|file| Violation::new(&file.path, 1, "orphan", advice))
        .collect()
}

/// Where the modules are that a file declares.
fn folder_of_modules(path: &Path, is_root: bool) -> PathBuf {
    let is_folder = is_root || path.file_name().is_some_and(|name| name == "mod.rs");
    if is_folder {
        path.parent().map(Path::to_owned).unwrap_or_default()
    } else {
        path.with_extension("")
    }
}

/// The names that are declared as `mod NAME;`.
fn modules(code: &str) -> impl Iterator<Item = &str> {
    places_of(code, "mod").into_iter().filter_map(|at| {
        let rest = code[at + "mod".len()..].trim_start();
        let end = rest.find(|it| !is_part_of_word(it))?;
        let (name, after) = rest.split_at(end);
        after.trim_start().starts_with(';').then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_orphans(files: &[(&str, &str)], expected: &[&str]) {
        let files: Vec<File> = files
            .iter()
            .map(|(path, text)| File {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
            })
            .collect();
        let found = orphans(vec![PathBuf::from("a/src/lib.rs")], &files);
        let found: Vec<&str> = found.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn modules_are_followed_to_their_files() {
        let files = [
            ("a/src/lib.rs", "mod flat;\npub(crate) mod nested;\n"),
            ("a/src/flat.rs", "mod below;"),
            ("a/src/flat/below.rs", ""),
            ("a/src/nested/mod.rs", "mod beside;"),
            ("a/src/nested/beside.rs", ""),
        ];
        check_orphans(&files, &[]);
    }

    #[test]
    fn a_file_that_nothing_declares_is_an_orphan() {
        let files = [
            ("a/src/lib.rs", "// mod lost;\nmod tests {}\n"),
            ("a/src/lost.rs", ""),
            ("a/README.md", ""),
        ];
        check_orphans(&files, &["a/src/lost.rs"]);
    }
}
