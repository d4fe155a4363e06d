//! The 22 questions of TPC-H, in the words of each warehouse, draw no diagnostics and have the columns that they should.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use rocky_compile::{Analysis, Type};
use support::expected::{ExpectedOutputs, ExpectedType};
use support::warehouse::Warehouse;
use support::{DIALECTS, analyses, judge, model, report, text};

const QUESTIONS: usize = 22;

fn document(path: &str) -> toml::Table {
    text(path).parse().unwrap()
}

/// What is wrong with the answer to one question.
fn differences(
    warehouse: &Warehouse,
    sql: &str,
    analysis: &Analysis,
    expected: &ExpectedOutputs,
) -> Vec<String> {
    let home = &warehouse.home;
    let mut differences = judge::diagnostics(home, sql, &analysis.diagnostics, &[]);
    differences.extend(judge::outputs(home, analysis, expected));
    let certain = expected.columns.iter();
    let certain = certain.map(|column| !matches!(column.data_type, ExpectedType::Unknown));
    let columns = analysis.outputs.iter().zip(certain);
    let unknown = columns.filter(|(output, certain)| *certain && output.data_type == Type::Unknown);
    differences
        .extend(unknown.map(|(output, _)| format!("   {} is of no known type", output.name)));
    differences
}

/// What is wrong with the answers in one dialect.
fn failures(dialect: &str) -> Vec<String> {
    let warehouse = Warehouse::read(dialect, &document(&format!("tpch/{dialect}/schema.toml")));
    let answers = document(&format!("tpch/{dialect}/expected.toml"));
    assert_eq!(answers.len(), QUESTIONS);
    let mut failures = Vec::new();
    for (question, columns) in &answers {
        let path = format!("tpch/{dialect}/{question}.sql");
        let sql = text(&path);
        let mut expected = ExpectedOutputs::default();
        for column in columns.as_array().unwrap() {
            expected.push(warehouse.home.dialect, column.as_str().unwrap());
        }
        let model = model(&warehouse, path.clone(), question, &sql, true);
        let found = match analyses(&warehouse, vec![model]) {
            Ok(analyses) => differences(&warehouse, &sql, &analyses[0], &expected),
            Err(error) => vec![error],
        };
        if !found.is_empty() {
            failures.push(format!("{path}\n{}\n", found.join("\n")));
        }
    }
    failures
}

#[test]
fn every_question_has_its_answer_in_every_dialect() {
    let failures: Vec<String> = DIALECTS.into_iter().flat_map(failures).collect();
    report(QUESTIONS * DIALECTS.len(), &failures);
}
