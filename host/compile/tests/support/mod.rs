//! Warehouses, models and expectations that are written down as data.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

pub mod cases;
pub mod expected;
pub mod judge;
pub mod warehouse;

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use rocky_compile::{Analysis, Model, Workspace};

use warehouse::Warehouse;

pub const DIALECTS: [&str; 3] = ["databricks", "bigquery", "snowflake"];

/// A folder or file beside these tests.
pub fn data(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(path)
}

/// The text of a file beside these tests.
pub fn text(path: &str) -> String {
    std::fs::read_to_string(data(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A model that lives in this warehouse, and is read as `path`.
pub fn model(warehouse: &Warehouse, path: String, name: &str, sql: &str, check: bool) -> Model {
    Model {
        name: name.to_owned(),
        path,
        text: Arc::from(sql),
        query: 0..sql.len(),
        home: Arc::clone(&warehouse.home),
        target: Some(warehouse.target.clone()),
        description: None,
        check,
    }
}

/// What is known of each model, in the order given. A panic is told like any other failure.
pub fn analyses(warehouse: &Warehouse, models: Vec<Model>) -> Result<Vec<Arc<Analysis>>, String> {
    let paths: Vec<String> = models.iter().map(|model| model.path.clone()).collect();
    let analysed = catch_unwind(AssertUnwindSafe(|| {
        let mut workspace = Workspace::new();
        workspace.set_models(models);
        workspace.update(warehouse, NonZeroUsize::MIN);
        let analysis = |path: &String| {
            let missing = || format!("{path} has no analysis");
            workspace.analysis(path).cloned().ok_or_else(missing)
        };
        paths.iter().map(analysis).collect()
    }));
    analysed.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("it panicked: {}", said.unwrap_or_default()))
    })
}

/// Fails with everything that differs, so that one run shows all of it.
pub fn report(cases: usize, failures: &[String]) {
    let (count, all) = (failures.len(), failures.join("\n"));
    assert!(
        failures.is_empty(),
        "{count} of {cases} cases differ:\n\n{all}"
    );
}
