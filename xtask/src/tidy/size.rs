//! Files and functions are short enough to be read at once.

use std::ops::RangeInclusive;

use super::source::{line_at, places_of};
use super::{File, Violation};

/// Most lines of a file, of any kind.
const FILE_LINES: usize = 500;

/// Most lines of a function, from `fn` to its closing brace, of any kind.
const FUNCTION_LINES: usize = 60;

/// Most lines of a function of the end-to-end tests, which is mostly a table of cases, a line or more for each word of them.
const CASES_LINES: usize = 100;

/// Where those tests are.
const CASES_FOLDER: &str = "tests/e2e/tests/";

/// Files that hold generated code or tables of data, and so are as long as they must be.
const EXEMPT: &[&str] = &[];

/// Checks one file of Rust.
pub fn check(file: &File, code: &str) -> Vec<Violation> {
    if EXEMPT.contains(&file.path.as_str()) {
        return Vec::new();
    }
    let mut violations = Vec::new();
    let lines = file.text.lines().count();
    if lines > FILE_LINES {
        let advice = format!("{lines} lines, at most {FILE_LINES}: split it by subject");
        violations.push(Violation::new(&file.path, 1, "file size", advice));
    }
    let most = match file.path.starts_with(CASES_FOLDER) {
        true => CASES_LINES,
        false => FUNCTION_LINES,
    };
    for function in functions(code) {
        let lines = function.lines.clone().count();
        if lines > most {
            let name = function.name;
            let advice = format!("`{name}` has {lines} lines, at most {most}: split it");
            let line = *function.lines.start();
            violations.push(Violation::new(&file.path, line, "function size", advice));
        }
    }
    violations
}

/// A function with a body.
struct Function<'a> {
    name: &'a str,
    lines: RangeInclusive<usize>,
}

/// Every function in code that has neither comments nor literals; inner ones count for themselves and for the outer.
fn functions(code: &str) -> impl Iterator<Item = Function<'_>> {
    places_of(code, "fn").into_iter().filter_map(|start| {
        let declaration = code[start + 2..].trim_start();
        // What follows the `fn` of a pointer's type is a parenthesis.
        let name = declaration.split(['(', '<', ' ', '\n']).next()?;
        if name.is_empty() {
            return None;
        }
        let end = end_of_body(code, start)?;
        Some(Function {
            name,
            lines: line_at(code, start)..=line_at(code, end),
        })
    })
}

/// Where the brace is that closes the body of the function that is declared here; none without a body.
fn end_of_body(code: &str, start: usize) -> Option<usize> {
    // Parentheses and brackets of the signature may hold `;` and braces: `[u8; { N }]`.
    let mut brackets = 0_usize;
    let mut braces = 0_usize;
    for (offset, character) in code[start..].char_indices() {
        match character {
            '(' | '[' if braces == 0 => brackets += 1,
            ')' | ']' if braces == 0 => brackets = brackets.saturating_sub(1),
            ';' if brackets == 0 && braces == 0 => return None,
            '{' if brackets == 0 => braces += 1,
            '}' if brackets == 0 && braces <= 1 => return Some(start + offset),
            '}' if brackets == 0 => braces -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::source::blank;
    use super::*;

    fn check_functions(text: &str, expected: &[(&str, usize)]) {
        let code = blank(text);
        let found: Vec<(&str, usize)> = functions(&code)
            .map(|function| (function.name, function.lines.count()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_function_counts_from_its_name_to_its_closing_brace() {
        check_functions("fn a() {}", &[("a", 1)]);
        check_functions(
            "/// Doc.\npub fn a(\n  b: u8,\n) {\n  c();\n}\n",
            &[("a", 5)],
        );
    }

    #[test]
    fn braces_in_literals_and_comments_do_not_count() {
        check_functions(
            "fn a() {\n  b('{', \"{\"); // {\n}\nfn c() {}",
            &[("a", 3), ("c", 1)],
        );
    }

    #[test]
    fn declarations_and_pointers_have_no_body() {
        check_functions("trait A { fn a(&self, b: [u8; 4]); }", &[]);
        check_functions("struct A { b: fn(u8) -> u8 }", &[]);
    }

    #[test]
    fn arrays_in_a_signature_do_not_end_it() {
        check_functions("fn a(b: [u8; { 4 }]) -> [u8; 2] {\n}", &[("a", 2)]);
    }

    #[test]
    fn an_inner_function_counts_for_both() {
        check_functions("fn a() {\n  fn b() {\n  }\n}", &[("a", 4), ("b", 2)]);
    }

    #[test]
    fn a_body_with_parentheses_around_braces_ends_where_it_ends() {
        check_functions(
            "fn a() {\n  b(|| {\n  });\n}\nfn c() {}",
            &[("a", 4), ("c", 1)],
        );
    }

    #[test]
    fn what_is_too_long_is_named() {
        let text = format!("\nfn long() {{\n{}}}\n", "x();\n".repeat(FUNCTION_LINES));
        let file = File {
            path: "a.rs".to_owned(),
            text,
        };
        let violations = check(&file, &blank(&file.text));
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            ["a.rs:2: function size: `long` has 62 lines, at most 60: split it"]
        );
    }
}
