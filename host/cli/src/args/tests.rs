//! The help is true.
#![allow(clippy::unwrap_used)]

use clap::{Command, CommandFactory, Parser};

use super::Cli;

/// Each command, by the words that lead to it.
fn commands() -> Vec<(Vec<String>, Command)> {
    let mut root = Cli::command();
    root.build();
    let mut open = vec![(vec!["rocky".to_owned()], root)];
    let mut found = Vec::new();
    while let Some((words, command)) = open.pop() {
        for below in command.get_subcommands() {
            let words = [&words[..], &[below.get_name().to_owned()]].concat();
            // clap's own tells of the others.
            if below.get_name() != "help" {
                open.push((words, below.clone()));
            }
        }
        found.push((words, command));
    }
    found
}

/// The lines of a command's examples.
fn examples(command: &Command) -> Vec<String> {
    let long = command.get_after_long_help().map(ToString::to_string);
    let long = long.unwrap_or_default();
    let (_, examples) = long.split_once("Examples:\n").unwrap_or_default();
    let lines = examples.lines().take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim().to_owned()).collect()
}

/// The words that a shell makes of a line, up to where its output goes or a comment begins.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '#' | '>') if word.is_none() => return words,
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    assert_eq!(quote, None, "{line}");
    words.extend(word);
    words
}

#[test]
fn every_example_of_the_help_is_a_command_line() {
    for (path, command) in commands() {
        let examples = examples(&command);
        assert!((2..=4).contains(&examples.len()), "{path:?}: {examples:?}");
        for line in examples {
            let words = words(&line);
            assert!(words.starts_with(&path), "{path:?}: {line}");
            // With the two spaces before it, help breaks no line of it.
            assert!(line.chars().count() <= 98, "{line}");
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{line}\n{error}");
            }
        }
    }
}

#[test]
fn every_command_says_what_it_does_in_a_line_and_in_more() {
    for (path, command) in commands() {
        let about = command.get_about().unwrap().to_string();
        assert!(
            !about.contains('\n') && about.len() < 130,
            "{path:?}: {about}"
        );
        if path.len() > 1 {
            let long = command.get_long_about().map(ToString::to_string);
            assert!(
                long.is_some_and(|long| long.len() > about.len()),
                "{path:?}"
            );
        }
        // The short help stays short.
        let after = command.get_after_help().map(ToString::to_string);
        assert!(
            after.is_none_or(|after| after.lines().count() < 2),
            "{path:?}"
        );
    }
}

#[test]
fn a_line_is_read_as_a_shell_reads_it() {
    assert_eq!(
        words("rocky  a 'b c'  \"d # e\" f#g > h # i"),
        ["rocky", "a", "b c", "d # e", "f#g"]
    );
}
