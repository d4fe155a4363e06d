//! Unsafe code is where the architecture says that it is.

use super::source::{line_at, places_of};
use super::{File, Violation};

/// Where `unsafe` may be written: mapping compiled components, and a component that searches its own memory as an attacker would.
const UNSAFE: &[&str] = &[
    "host/plugin/src/artifact.rs",
    "tests/components/hostile/src/memory.rs",
];

/// Where the lint may be switched off as well: code that is generated from the contract, and the macro that
/// instantiates it in an adapter.
const GENERATED: &[&str] = &[
    "plugins/sdk/src/export.rs",
    "plugins/sdk/src/guest/bindings.rs",
];

/// Checks one file of Rust.
pub fn check(file: &File, code: &str) -> Vec<Violation> {
    let path = file.path.as_str();
    let mut violations = Vec::new();
    if !UNSAFE.contains(&path) {
        for at in places_of(code, "unsafe") {
            let advice = format!(
                "only {} may hold it: do it with safe code",
                UNSAFE.join(", ")
            );
            let line = line_at(code, at);
            violations.push(Violation::new(path, line, "unsafe code", advice));
        }
    }
    if !UNSAFE.contains(&path) && !GENERATED.contains(&path) {
        for at in places_of(code, "unsafe_code") {
            let advice = "the lint stays on: move generated code to the SDK's bindings";
            let line = line_at(code, at);
            violations.push(Violation::new(path, line, "unsafe code", advice));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::source::blank;
    use super::*;

    fn check_lines(path: &str, text: &str, expected: &[usize]) {
        let file = File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let violations = check(&file, &blank(&file.text));
        let lines: Vec<usize> = violations.iter().map(|it| it.line).collect();
        assert_eq!(lines, expected, "{path}");
    }

    #[test]
    fn unsafe_code_is_allowed_in_one_file() {
        let text = "// unsafe\nfn a() {\n  unsafe { b() }\n}\n";
        check_lines("host/cli/src/main.rs", text, &[3]);
        check_lines("host/plugin/src/artifact.rs", text, &[]);
    }

    #[test]
    fn the_lint_is_off_for_generated_code_only() {
        let text = "#![allow(unsafe_code)]\n";
        check_lines("plugins/databricks/src/lib.rs", text, &[1]);
        check_lines("plugins/sdk/src/guest/bindings.rs", text, &[]);
    }
}
