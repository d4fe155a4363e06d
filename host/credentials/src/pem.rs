//! Finds a key in the text of a PEM file (RFC 7468).
//!
//! More lenient than a strict parser, since people's files are: text around the key, line breaks of any kind, lines of any length, and line breaks that an
//! environment variable has turned into `\n`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::KeyProblem;

/// What a PEM file holds.
pub(crate) struct Pem {
    /// What it says it is, such as `PRIVATE KEY`.
    pub label: String,
    pub der: Zeroizing<Vec<u8>>,
}

/// Takes the first block of a text.
pub(crate) fn parse(text: &str) -> Result<Pem, KeyProblem> {
    // Base64 knows no backslash.
    let text = Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n"));
    let (_, rest) = text.split_once("-----BEGIN ").ok_or(KeyProblem::NotPem)?;
    let (label, rest) = rest.split_once("-----").ok_or(KeyProblem::NotPem)?;
    if label.len() > 40
        || !label
            .bytes()
            .all(|it| it == b' ' || it.is_ascii_alphanumeric())
    {
        return Err(KeyProblem::NotPem);
    }
    let end = format!("-----END {label}-----");
    let (body, _) = rest
        .split_once(end.as_str())
        .ok_or_else(|| KeyProblem::Garbled("its END line is missing".to_owned()))?;
    if body.contains("Proc-Type:") {
        return Err(KeyProblem::LegacyEncryption);
    }
    let digits: Zeroizing<String> =
        Zeroizing::new(body.chars().filter(|it| !it.is_whitespace()).collect());
    let der = STANDARD.decode(digits.as_bytes()).map_err(|_| {
        KeyProblem::Garbled("what stands between BEGIN and END is not base64".to_owned())
    })?;
    Ok(Pem {
        label: label.to_owned(),
        der: Zeroizing::new(der),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(&str, &[u8]), &str>) {
        match (parse(text), expected) {
            (Ok(pem), Ok((label, der))) => {
                assert_eq!((pem.label.as_str(), pem.der.as_slice()), (label, der));
            }
            (Err(problem), Err(expected)) => assert_eq!(problem.to_string(), expected),
            (Ok(_), Err(expected)) => panic!("{text}: expected {expected}"),
            (Err(problem), Ok(_)) => panic!("{text}: {problem}"),
        }
    }

    #[test]
    fn a_block_is_found_in_any_surroundings() {
        let expected = Ok(("X KEY", b"abc".as_slice()));
        check(
            "-----BEGIN X KEY-----\nYWJj\n-----END X KEY-----\n",
            expected,
        );
        check(
            "Bag\r\n-----BEGIN X KEY-----\r\n YW\r\nJj\r\n-----END X KEY-----",
            expected,
        );
        check(
            r"-----BEGIN X KEY-----\nYWJj\n-----END X KEY-----\n",
            expected,
        );
    }

    #[test]
    fn what_is_no_block_is_told_apart() {
        check(
            "YWJj",
            Err("it is not PEM, which begins with `-----BEGIN PRIVATE KEY-----`"),
        );
        check(
            "-----BEGIN K-----\nYWJj",
            Err("it is damaged (its END line is missing)"),
        );
        check(
            "-----BEGIN K-----\nY$Jj\n-----END K-----",
            Err("it is damaged (what stands between BEGIN and END is not base64)"),
        );
    }
}
