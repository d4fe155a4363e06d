//! No leftovers: reminders, stopgaps, paths of somebody's machine.

use std::env;

use super::source::{is_part_of_word, line_at, places_of};
use super::{File, Violation};
use crate::workspace::Workspace;

/// Words that promise to come back. Written in two parts, because this file is checked as well.
const REMINDERS: &[&str] = &[
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("for", " now"),
    concat!("For", " now"),
    concat!("todo", "!"),
    concat!("unimplemented", "!"),
];

/// A home that is on no other machine.
const HOMES: &[&str] = &[concat!("/root", "/")];

/// Checks one file; data and texts of others are as they are.
pub fn check(file: &File, workspace: &Workspace) -> Vec<Violation> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    if matches!(name, "Cargo.lock" | "LICENSE") || name.ends_with(".csv") {
        return Vec::new();
    }
    let mut violations = reminders(file);
    violations.extend(machine_paths(file, &places_on_this_machine(workspace)));
    violations
}

fn reminders(file: &File) -> Vec<Violation> {
    let found = |word: &&str| {
        let advice = format!("`{word}` is left: do it, or file an issue");
        places_of_reminder(&file.text, word)
            .into_iter()
            .map(|at| line_at(&file.text, at))
            .map(|line| Violation::new(&file.path, line, "leftover", advice.clone()))
            .collect::<Vec<_>>()
    };
    REMINDERS.iter().flat_map(found).collect()
}

fn places_of_reminder(text: &str, word: &str) -> Vec<usize> {
    match word.strip_suffix('!') {
        // A macro's name is a word; what follows its mark is of no interest.
        Some(name) => places_of(text, name)
            .into_iter()
            .filter(|at| text[at + name.len()..].starts_with('!'))
            .collect(),
        None => places_of(text, word),
    }
}

/// The folders that only this machine has: what a tool prints here ends up in files by copy and paste.
fn places_on_this_machine(workspace: &Workspace) -> Vec<String> {
    let home = env::home_dir();
    let folders = [
        Some(&workspace.root),
        Some(&workspace.target),
        home.as_ref(),
    ];
    let paths = folders.into_iter().flatten().filter_map(|it| it.to_str());
    // A clone in the root directory, or beside it, would forbid every path.
    let is_telling = |path: &&str| path.matches('/').count() > 1;
    paths
        .filter(is_telling)
        .map(str::to_owned)
        .chain(HOMES.iter().map(|&it| it.to_owned()))
        .collect()
}

fn machine_paths(file: &File, folders: &[String]) -> Vec<Violation> {
    let named = folders
        .iter()
        .flat_map(|folder| places_of_folder(&file.text, folder));
    let mut lines: Vec<usize> = named
        .chain(process_folders(&file.text))
        .map(|at| line_at(&file.text, at))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    let advice = "a path of one machine: name it relative to the repository, or invent one";
    lines
        .into_iter()
        .map(|line| Violation::new(&file.path, line, "machine path", advice))
        .collect()
}

/// Every place that names a folder, or something in it, but nothing that merely ends or begins like it.
fn places_of_folder(text: &str, folder: &str) -> Vec<usize> {
    let is_path = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + folder.len()..].chars().next();
        !before.is_some_and(is_part_of_word)
            && (folder.ends_with('/') || !after.is_some_and(is_part_of_word))
    };
    text.match_indices(folder)
        .map(|(at, _)| at)
        .filter(|&at| is_path(at))
        .collect()
}

/// Folders for temporary files that have a number in their names, as those of one process do: `NAME.123`.
fn process_folders(text: &str) -> Vec<usize> {
    let start = concat!("/tmp", "/");
    let has_number = |at: &usize| {
        let name = &text[at + start.len()..];
        let suffix = name.trim_start_matches(|it| is_part_of_word(it) || it == '-');
        suffix
            .strip_prefix('.')
            .is_some_and(|it| it.starts_with(|first: char| first.is_ascii_digit()))
    };
    text.match_indices(start)
        .map(|(at, _)| at)
        .filter(has_number)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File {
            path: "a.md".to_owned(),
            text: text.to_owned(),
        }
    }

    fn lines(violations: &[Violation]) -> Vec<usize> {
        violations.iter().map(|it| it.line).collect()
    }

    #[test]
    fn reminders_are_found_as_words() {
        let text = format!("a\n// {}: b\n", REMINDERS[0]);
        assert_eq!(lines(&reminders(&file(&text))), [2]);
        let text = format!("{}()\n", REMINDERS[4]);
        assert_eq!(lines(&reminders(&file(&text))), [1]);
        assert!(reminders(&file("for nowhere, mktemp XXXXXX")).is_empty());
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        let text = format!("cd {}a\nls {}b.12/c\n", HOMES[0], concat!("/tmp", "/"));
        let folders = [HOMES[0].to_owned()];
        assert_eq!(lines(&machine_paths(&file(&text), &folders)), [1, 2]);
        assert!(machine_paths(&file("cd /srv/a; ls /tmp/b; ls src/root/a"), &folders).is_empty());
    }
}
