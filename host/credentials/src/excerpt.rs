//! Texts from outside as messages show them: without secrets, on one line, without control characters, shortened.

use crate::vault::Vault;

/// How much is shown.
const SHOWN_CHARACTERS: usize = 300;

/// The beginning, where servers say what is wrong. None where nothing is left.
pub(crate) fn beginning(text: &str, vault: &Vault) -> Option<String> {
    let line = one_line(text, vault)?;
    Some(match line.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    })
}

/// The end, where programs say what went wrong. None where nothing is left.
pub(crate) fn end(text: &str, vault: &Vault) -> Option<String> {
    let line = one_line(text, vault)?;
    let too_many = line.chars().count().saturating_sub(SHOWN_CHARACTERS);
    Some(match line.char_indices().nth(too_many) {
        Some((start, _)) if start > 0 => format!("…{}", line.get(start..).unwrap_or_default()),
        _ => line,
    })
}

/// Redacted before it is shortened, lest half of a secret remain.
fn one_line(text: &str, vault: &Vault) -> Option<String> {
    let redacted = vault.redact(text.to_owned());
    let words: Vec<&str> = redacted
        .split(|it: char| it.is_whitespace() || it.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_long_text_loses_its_end_or_its_beginning_but_never_half_a_secret() {
        let vault = Vault::default();
        vault.remember_sent(&Secret::new("canary-canary"));
        let text = format!("a{}canary-canary\r\n\u{1b}z", "ä ".repeat(147));
        let shown = beginning(&text, &vault).unwrap();
        assert!(
            shown.starts_with("aä ä") && shown.ends_with(" [reda…"),
            "{shown}"
        );
        let shown = end(&text, &vault).unwrap();
        assert!(
            shown.starts_with("…ä ä") && shown.ends_with(" [redacted] z"),
            "{shown}"
        );
        assert_eq!(shown.chars().count(), SHOWN_CHARACTERS + 1);
        assert_eq!(end(" all \n of it", &vault).as_deref(), Some("all of it"));
        assert_eq!(beginning(" \u{7} ", &vault), None);
    }
}
