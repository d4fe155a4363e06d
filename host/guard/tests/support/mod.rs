//! The statements of the corpus, for tests and for the benchmark.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use std::path::Path;

pub const DIALECTS: [&str; 5] = ["databricks", "bigquery", "snowflake", "ansi", "generic"];

/// A statement of the corpus, once per dialect that it is meant for.
#[derive(Clone, Debug)]
pub struct Case {
    pub dialect: String,
    /// What it is for, where that is written down.
    pub title: Option<String>,
    pub sql: String,
    /// How the reason of the refusal begins, where that is written down.
    pub reason: Option<String>,
}

/// Every statement with this verdict: `metadata`, `read` or `refused`.
pub fn corpus(verdict: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(verdict);
    let mut cases = Vec::new();
    for file in folder.read_dir().unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let dialects = match name.as_str() {
            "any" => DIALECTS.map(str::to_owned).to_vec(),
            _ => vec![name],
        };
        for block in text.split("\n\n").filter(|block| !block.trim().is_empty()) {
            cases.extend(dialects.iter().map(|dialect| case(dialect, block)));
        }
    }
    assert!(!cases.is_empty());
    cases
}

fn case(dialect: &str, block: &str) -> Case {
    let mut lines: Vec<&str> = block.trim_matches('\n').lines().collect();
    let title = lines.first().and_then(|line| line.strip_prefix("# "));
    if title.is_some() {
        lines.remove(0);
    }
    let reason = lines.last().and_then(|line| line.strip_prefix("=> "));
    if reason.is_some() {
        lines.pop();
    }
    Case {
        dialect: dialect.to_owned(),
        title: title.map(str::to_owned),
        sql: unescaped(&lines.join("\n")),
        reason: reason.map(unescaped),
    }
}

/// `text` with `<U+00A0>` replaced by that character.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split("<U+");
    let mut unescaped = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_once('>').unwrap();
        let code = u32::from_str_radix(code, 16).unwrap();
        unescaped.push(char::from_u32(code).unwrap());
        unescaped.push_str(rest);
    }
    unescaped
}
