//! Every model of `corpus/` has the columns and the diagnostics that are written there, and no others.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::collections::BTreeMap;

use support::cases::{Case, CaseModel, corpus};
use support::warehouse::Warehouse;
use support::{DIALECTS, analyses, judge, model, report, text};

/// As many as there are, so that none is lost.
const CASES: usize = 753;

fn warehouses() -> BTreeMap<&'static str, Warehouse> {
    let document: toml::Table = text("corpus/schemas.toml").parse().unwrap();
    let warehouse = |dialect| {
        let described = document[dialect].as_table().unwrap();
        (dialect, Warehouse::read(dialect, described))
    };
    DIALECTS.map(warehouse).into()
}

/// What differs in a case, where something does.
fn failure(warehouse: &Warehouse, case: &Case) -> Option<String> {
    let mut warehouse = warehouse.clone();
    for (table, columns) in &case.tables {
        warehouse.add(table, columns.clone());
    }
    let models = case.models.iter().enumerate().map(|(index, it)| {
        let path = format!("{index}/{}.sql", it.name);
        model(&warehouse, path, &it.name, &it.sql, it.check)
    });
    let differences = match analyses(&warehouse, models.collect()) {
        Err(error) => vec![format!("   {error}")],
        Ok(analyses) => {
            let pairs = case.models.iter().zip(&analyses);
            let differences = pairs.flat_map(|(model, analysis)| {
                let found = &analysis.diagnostics;
                let CaseModel { sql, outputs, .. } = model;
                let expected = outputs.as_ref();
                let mut differences =
                    judge::diagnostics(&warehouse.home, sql, found, &model.diagnostics);
                differences.extend(
                    expected
                        .into_iter()
                        .flat_map(|expected| judge::outputs(&warehouse.home, analysis, expected)),
                );
                differences
            });
            differences.collect()
        }
    };
    let Case { place, title, .. } = case;
    (!differences.is_empty()).then(|| {
        let sql: Vec<&str> = case.models.iter().map(|it| it.sql.as_str()).collect();
        let (sql, differences) = (sql.join("\n--\n"), differences.join("\n"));
        format!("{place}: {title}\n{sql}\n{differences}\n")
    })
}

#[test]
fn every_model_is_what_is_written_of_it() {
    let (warehouses, cases) = (warehouses(), corpus());
    assert_eq!(cases.len(), CASES, "cases were added or lost");
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| failure(&warehouses[case.dialect.as_str()], case))
        .collect();
    report(cases.len(), &failures);
}

#[test]
fn no_two_cases_of_a_file_have_the_same_title() {
    let mut places = BTreeMap::new();
    for case in corpus() {
        let file = case.place.split(':').next().unwrap().to_owned();
        let before = places.insert((file, case.title), case.place.clone());
        assert_eq!(before, None, "{}", case.place);
    }
}

#[test]
fn every_case_expects_something() {
    for case in corpus() {
        let silent = |model: &CaseModel| model.sql.is_empty() && model.diagnostics.is_empty();
        assert!(!case.models.is_empty(), "{}", case.place);
        assert!(!case.models.iter().any(silent), "{}", case.place);
    }
}
