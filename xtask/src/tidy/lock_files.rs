//! Lock files of other ecosystems say what, not from where: a mirror's address would bind everybody to that mirror.

use super::{File, Violation};

/// Names of lock files, and what begins the part of a line that holds a download's address.
const LOCK_FILES: &[(&str, &str)] = &[
    ("package-lock.json", "\"resolved\": \"http"),
    ("npm-shrinkwrap.json", "\"resolved\": \"http"),
    ("yarn.lock", "http"),
    ("pnpm-lock.yaml", "http"),
    ("poetry.lock", "http"),
    ("uv.lock", "http"),
    ("Pipfile.lock", "http"),
    ("pylock.toml", "http"),
];

/// Checks one file.
pub fn check(file: &File) -> Vec<Violation> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let is_requirements = name.starts_with("requirements") && name.ends_with(".txt");
    let address = match LOCK_FILES.iter().find(|(lock_file, _)| *lock_file == name) {
        Some((_, address)) => *address,
        None if is_requirements => "://",
        None => return Vec::new(),
    };
    let advice = "a download address: npm leaves them out with `--omit-lockfile-registry-resolved`, \
                  pip-compile with `--no-emit-index-url`";
    let lines = file.text.lines().enumerate();
    lines
        .filter(|(_, line)| {
            let is_comment = line.trim_start().starts_with('#');
            line.contains(address) && !is_comment
        })
        .map(|(index, _)| Violation::new(&file.path, index + 1, "lock file", advice))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_lines(path: &str, text: &str, expected: &[usize]) {
        let file = File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let lines: Vec<usize> = check(&file).iter().map(|it| it.line).collect();
        assert_eq!(lines, expected, "{path}");
    }

    #[test]
    fn downloads_have_no_address() {
        let text = "\"version\": \"1.0\",\n\"resolved\": \"https://example.com/a.tgz\",\n";
        check_lines("editors/package-lock.json", text, &[2]);
        check_lines("requirements-dev.txt", "--index-url http://a\nb==1\n", &[1]);
    }

    #[test]
    fn other_addresses_are_fine() {
        let text = "\"funding\": { \"url\": \"https://example.com\" }\n";
        check_lines("editors/package-lock.json", text, &[]);
        check_lines("Cargo.lock", "source = \"registry+https://a\"\n", &[]);
        check_lines("requirements.txt", "# made by http://a\naiohttp==1\n", &[]);
    }
}
