//! `${VAR}` and `${VAR:-default}` in texts. Done after parsing, so that no value can break the file's syntax.

/// Why a text cannot be expanded.
#[derive(Debug, PartialEq, Eq)]
pub enum InterpolationError {
    /// The variable is not set, or not readable text, and there is no default.
    Unset(String),
    /// `${` without `}`, or without a name.
    Malformed,
}

/// Puts the values of variables in the place of their names. `$${` stands for `${`.
pub fn interpolate(
    text: &str,
    variables: &dyn Fn(&str) -> Option<String>,
) -> Result<String, InterpolationError> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            expanded.push_str(before);
            expanded.push_str("${");
            rest = after;
            continue;
        }
        expanded.push_str(before);
        let (inside, after) = after.split_once('}').ok_or(InterpolationError::Malformed)?;
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(InterpolationError::Malformed);
        }
        // As in a shell, `:-` also stands in for an empty value.
        let value = variables(name).filter(|value| default.is_none() || !value.is_empty());
        match value.as_deref().or(default) {
            Some(value) => expanded.push_str(value),
            None => return Err(InterpolationError::Unset(name.to_owned())),
        }
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, InterpolationError>) {
        let variables = |name: &str| match name {
            "TOKEN" => Some("a\"b${X}".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        assert_eq!(
            interpolate(text, &variables),
            expected.map(str::to_owned),
            "{text}"
        );
    }

    #[test]
    fn variables_are_replaced_once_and_only_where_they_are_meant() {
        check("plain $5 {x}", Ok("plain $5 {x}"));
        check("<${TOKEN}>", Ok("<a\"b${X}>"));
        check("${HOST:-localhost}:${PORT:-80}", Ok("localhost:80"));
        check("[${EMPTY}][${EMPTY:-d}]", Ok("[][d]"));
        check("$${TOKEN}", Ok("${TOKEN}"));
        check("${HOST}", Err(InterpolationError::Unset("HOST".to_owned())));
        check("${TOKEN", Err(InterpolationError::Malformed));
        check("${}", Err(InterpolationError::Malformed));
        check("${A B}", Err(InterpolationError::Malformed));
    }
}
