//! Fills the warehouse from a directory: `*.sql` scripts run in the order of their names, and each
//! `NAME.csv` beside them can be read by the scripts as ``csv.`NAME.csv` ``, the way Databricks
//! queries a file directly.
//!
//! A file's first line names its columns, which are all text. An empty cell and `NA` are NULL.

use crate::access::Viewer;
use crate::sql::{Engine, Files, ScriptError, Session};
use datafusion::arrow::array::{ArrayRef, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::MemTable;
use datafusion::error::DataFusionError;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How R and the data sets made with it write a missing value.
const MISSING: &str = "NA";

/// Who owns what scripts create.
pub(crate) const LOADER: &str = "admin@example.com";

/// Why a directory could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The directory or a file in it cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no CSV.
    #[error("{path} is no table: {reason}")]
    Csv {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A statement of a script failed.
    #[error("{path}, {source}")]
    Script {
        /// Which script.
        path: PathBuf,
        /// Which statement, and why.
        source: ScriptError,
    },
}

/// Loads one directory.
pub(crate) async fn load(engine: &Engine, directory: &Path) -> Result<(), LoadError> {
    let paths = entries(directory)?;
    let with_extension = |wanted: &'static str| {
        let fits = move |path: &&PathBuf| path.extension().is_some_and(|found| found == wanted);
        paths.iter().filter(fits)
    };
    let mut files = Files::new();
    for path in with_extension("csv") {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        files.insert(name.to_lowercase(), Arc::new(table(path)?));
    }
    let mut session = Session::new(Viewer::unrestricted(LOADER));
    session.files = Arc::new(files);
    for path in with_extension("sql") {
        let script = fs::read_to_string(path).map_err(|source| unreadable(path, source))?;
        let failed = |source| LoadError::Script {
            path: path.clone(),
            source,
        };
        engine.run_script(&script, &session).await.map_err(failed)?;
    }
    Ok(())
}

fn unreadable(path: &Path, source: std::io::Error) -> LoadError {
    LoadError::Read {
        path: path.to_owned(),
        source,
    }
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let failed = |source| unreadable(directory, source);
    let entries = fs::read_dir(directory).map_err(failed)?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(failed)?;
    paths.sort();
    Ok(paths)
}

fn table(path: &Path) -> Result<MemTable, LoadError> {
    let no_table = |reason: String| LoadError::Csv {
        path: path.to_owned(),
        reason,
    };
    let mut reader = csv::Reader::from_path(path).map_err(|error| no_table(error.to_string()))?;
    let batch = read(&mut reader).map_err(|error| no_table(error.to_string()))?;
    let table = MemTable::try_new(batch.schema(), vec![vec![batch]]);
    table.map_err(|error: DataFusionError| no_table(error.to_string()))
}

#[derive(Debug, thiserror::Error)]
enum RowError {
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

fn read(reader: &mut csv::Reader<fs::File>) -> Result<RecordBatch, RowError> {
    let header = reader.headers()?.clone();
    let field = |name: &str| Field::new(name.to_lowercase(), DataType::Utf8, true);
    let schema = Schema::new(header.iter().map(field).collect::<Vec<_>>());
    let mut columns: Vec<StringBuilder> = header.iter().map(|_| StringBuilder::new()).collect();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        for (column, cell) in columns.iter_mut().zip(&record) {
            let present = !cell.is_empty() && cell != MISSING;
            column.append_option(present.then_some(cell));
        }
    }
    let array = |mut column: StringBuilder| Arc::new(column.finish()) as ArrayRef;
    let columns = columns.into_iter().map(array).collect();
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}
