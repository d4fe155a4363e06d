//! The models of the flights example draw no diagnostics and have the columns that they should.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::path::Path;

use rocky_compile::Model;
use support::expected::ExpectedOutputs;
use support::warehouse::Warehouse;
use support::{analyses, judge, model, report, text};

const FOLDER: &str = "../../../examples/flights/models";

#[test]
fn every_model_of_the_example_is_right() {
    let document = |path: &str| text(path).parse::<toml::Table>().unwrap();
    let warehouse = Warehouse::read("databricks", &document("flights/schema.toml"));
    let expected = document("flights/expected.toml");
    let names: Vec<&str> = expected.keys().map(String::as_str).collect();
    assert_eq!(names, on_disk(), "the files are not those expected");
    let read = |name: &&str| {
        let sql = text(&format!("{FOLDER}/{name}.sql"));
        model(&warehouse, format!("{name}.sql"), name, &sql, true)
    };
    let models: Vec<Model> = names.iter().map(read).collect();
    let analyses = analyses(&warehouse, models.clone()).unwrap();
    let mut failures = Vec::new();
    for (model, analysis) in models.iter().zip(&analyses) {
        let mut columns = ExpectedOutputs::default();
        for column in expected[&model.name].as_array().unwrap() {
            columns.push(warehouse.home.dialect, column.as_str().unwrap());
        }
        let home = &warehouse.home;
        let mut differences = judge::diagnostics(home, &model.text, &analysis.diagnostics, &[]);
        differences.extend(judge::outputs(home, analysis, &columns));
        if !differences.is_empty() {
            failures.push(format!("{}\n{}\n", model.path, differences.join("\n")));
        }
    }
    report(models.len(), &failures);
}

/// The names of the example's models, sorted.
fn on_disk() -> Vec<String> {
    let files = support::data(FOLDER).read_dir().unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let is_sql = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "sql");
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<String> = paths.filter(is_sql).map(|path| stem(&path)).collect();
    names.sort();
    names
}
