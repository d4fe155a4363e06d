//! The cases of `corpus/`. `corpus/README.md` tells how they are written.

use rocky_compile::Dialect;
use rocky_schema::Column;

use super::expected::{ExpectedDiagnostic, ExpectedOutputs};
use super::warehouse::column_of;
use super::{DIALECTS, data, text};

/// Models, and what is said of them.
#[derive(Debug, Default)]
pub struct Case {
    pub dialect: String,
    /// The file and line where it begins.
    pub place: String,
    pub title: String,
    /// Tables that only this case has.
    pub tables: Vec<(String, Vec<Column>)>,
    pub models: Vec<CaseModel>,
}

#[derive(Debug)]
pub struct CaseModel {
    pub name: String,
    pub check: bool,
    pub sql: String,
    /// None where they are not judged.
    pub outputs: Option<ExpectedOutputs>,
    pub diagnostics: Vec<ExpectedDiagnostic>,
}

/// Every case, file by file.
pub fn corpus() -> Vec<Case> {
    let mut cases = Vec::new();
    for dialect in DIALECTS {
        let folder = data("corpus").join(dialect).read_dir().unwrap();
        let mut names: Vec<_> = folder.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        for name in names {
            let file = format!("{dialect}/{}", name.to_str().unwrap());
            cases.extend(cases_of(dialect, &file, &text(&format!("corpus/{file}"))));
        }
    }
    cases
}

/// The cases of one file.
fn cases_of(dialect: &str, file: &str, text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(title) = line.strip_prefix("=== ") {
            cases.push(Case {
                dialect: dialect.to_owned(),
                place: format!("{file}:{}", index + 1),
                title: title.to_owned(),
                ..Case::default()
            });
        } else {
            let case = cases.last_mut();
            case.unwrap_or_else(|| panic!("{file}: `{line}` stands before every case"))
                .read(line);
        }
    }
    for model in cases.iter_mut().flat_map(|case| &mut case.models) {
        model.sql.truncate(model.sql.trim_end().len());
    }
    cases
}

impl Case {
    fn read(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("--- model ") {
            self.models.push(CaseModel::new(name));
        } else if let Some(column) = line.strip_prefix("@ | ") {
            self.tables.last_mut().unwrap().1.push(column_of(column));
        } else if let Some(table) = line.strip_prefix("@ table ") {
            self.tables.push((table.to_owned(), Vec::new()));
        } else {
            let dialect = Dialect::from_name(&self.dialect).unwrap();
            self.model().read(dialect, line);
        }
    }

    /// The model whose lines are being read.
    fn model(&mut self) -> &mut CaseModel {
        if self.models.is_empty() {
            self.models.push(CaseModel::new("model"));
        }
        self.models.last_mut().unwrap()
    }
}

impl CaseModel {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            check: true,
            sql: String::new(),
            outputs: None,
            diagnostics: Vec::new(),
        }
    }

    fn read(&mut self, dialect: Dialect, line: &str) {
        if let Some(output) = line.strip_prefix("-> ") {
            let outputs = self.outputs.get_or_insert_default();
            outputs.push(dialect, output);
        } else if let Some(diagnostic) = line.strip_prefix("!! ") {
            self.diagnostics.push(ExpectedDiagnostic::read(diagnostic));
        } else if line == "@ check = false" {
            self.check = false;
        } else {
            let ended = self.outputs.is_some() || !self.diagnostics.is_empty();
            assert!(
                !ended || line.is_empty(),
                "`{line}` stands behind what is expected"
            );
            self.sql.push_str(line);
            self.sql.push('\n');
        }
    }
}
