//! A project in memory: files, a cache, and a warehouse that fills it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use rocky_compile::{Catalog, Described, Dialect, Found, Home, Model, Relation, Severity};
use rocky_lsp::{Host, ModelState, Problem, Project, ProjectState};
use rocky_schema::{Column, SchemaName, TableName};

/// The word with which a comment at a file's beginning says something that nobody understands.
const NONSENSE: &str = "-- nonsense";

/// Tables by schema and name.
type Schemas = BTreeMap<SchemaName, BTreeMap<String, Arc<Relation>>>;

/// A project below `/project`, for the adapter `lake`, which speaks Databricks.
#[derive(Debug, Default)]
pub struct Memory {
    files: Mutex<BTreeMap<String, Arc<str>>>,
    cache: Mutex<Schemas>,
    /// What describing a schema finds.
    warehouse: Mutex<Schemas>,
    version: AtomicU64,
    /// Describing takes until it is stopped.
    pub hangs: AtomicBool,
    /// Somebody asked for the table `trap`, which panics.
    pub trapped: Arc<AtomicBool>,
    /// The schemas that were described.
    pub described: Mutex<BTreeSet<SchemaName>>,
    /// The folders that were opened.
    opened: Mutex<Vec<PathBuf>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics")
}

impl Memory {
    /// The folders that were opened.
    pub fn opened(&self) -> Vec<PathBuf> {
        lock(&self.opened).clone()
    }

    /// Models, each `(name, sql)`, and `main.shop` in the cache.
    pub fn new(models: &[(&str, &str)]) -> Arc<Self> {
        let memory = Arc::new(Self::default());
        for (name, sql) in models {
            memory.write(name, sql);
        }
        memory.cache(
            "shop",
            "orders: id BIGINT!, amount DECIMAL(10,2), note STRING",
        );
        memory
    }

    /// Writes a model's file.
    pub fn write(&self, name: &str, sql: &str) {
        lock(&self.files).insert(format!("models/{name}.sql"), sql.into());
    }

    /// Removes a model's file.
    pub fn remove(&self, name: &str) {
        lock(&self.files).remove(&format!("models/{name}.sql"));
    }

    /// Puts a schema of the catalog `main` into the cache, as another process would. A line for each table: `name: column TYPE!, …`.
    pub fn cache(&self, schema: &str, tables: &str) {
        let (name, tables) = schema_of(schema, tables);
        lock(&self.cache).insert(name, tables);
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    /// Puts a schema into the warehouse, which only describing it finds.
    pub fn create(&self, schema: &str, tables: &str) {
        let (name, tables) = schema_of(schema, tables);
        lock(&self.warehouse).insert(name, tables);
    }

    fn model_of(path: &str, text: Arc<str>) -> ModelState {
        if text.starts_with(NONSENSE) {
            let problem = problem(path, &text, 0..NONSENSE.len(), "that is nonsense");
            return ModelState {
                model: None,
                problems: vec![problem],
            };
        }
        let name = Path::new(path).file_stem().expect("a model has a name");
        let model = Model {
            name: name.to_string_lossy().into_owned(),
            path: path.to_owned(),
            query: 0..text.len(),
            text,
            home: home(),
            target: None,
            description: None,
            check: true,
        };
        ModelState {
            model: Some(model),
            problems: Vec::new(),
        }
    }
}

fn problem(path: &str, text: &Arc<str>, span: Range<usize>, message: &str) -> Problem {
    Problem {
        path: path.to_owned(),
        text: text.clone(),
        span,
        severity: Severity::Error,
        message: message.to_owned(),
        help: Some("leave it out".to_owned()),
    }
}

fn schema_of(schema: &str, tables: &str) -> (SchemaName, BTreeMap<String, Arc<Relation>>) {
    let name = SchemaName::new("main", schema);
    let table = |line: &str| {
        let (table, columns) = line.split_once(": ").expect("a line is `name: columns`");
        let column = |text: &str| {
            let (name, data_type) = text.trim().split_once(' ').expect("it has a type");
            match data_type.strip_suffix('!') {
                Some(data_type) => Column::new(name, data_type).required(),
                None => Column::new(name, data_type),
            }
        };
        // The comma of `DECIMAL(10,2)` is followed by no space.
        let relation = Relation {
            name: name.table(table),
            kind: "table".to_owned(),
            columns: columns.split(", ").map(column).collect(),
            comment: Some(format!("All {table} *ever*")),
            described: Described {
                plugin: "databricks".to_owned(),
                principal: Some("analyst".to_owned()),
                at_millis: 0,
                fresh: true,
                pinned: false,
                complete: true,
            },
        };
        (table.to_owned(), Arc::new(relation))
    };
    let tables = tables.lines().map(table).collect();
    (name, tables)
}

fn home() -> Arc<Home> {
    Arc::new(Home {
        adapter: "lake".to_owned(),
        dialect: Dialect::Databricks,
        rules: Dialect::Databricks.identifier_rules(),
        catalog: Some("main".to_owned()),
        schema: Some("shop".to_owned()),
    })
}

/// The folder or file on this machine's kind of disk.
pub fn on_disk(path: &str) -> PathBuf {
    let root = if cfg!(windows) { r"C:\" } else { "/" };
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.fold(PathBuf::from(root), |folder, part| folder.join(part))
}

/// Opens the same project for all folders in it.
pub struct Projects(pub Arc<Memory>);

impl Host for Projects {
    fn has_project(&self, folder: &Path) -> bool {
        folder.starts_with(on_disk("/project"))
    }

    fn open(&self, folder: &Path) -> Arc<dyn Project> {
        lock(&self.0.opened).push(folder.to_owned());
        self.0.clone()
    }
}

impl Project for Memory {
    fn path(&self, file: &Path) -> Option<String> {
        let inside = file.strip_prefix(on_disk("/project")).ok()?;
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        let path = parts.join("/");
        (path.starts_with("models/") && path.ends_with(".sql")).then_some(path)
    }

    fn file(&self, path: &str) -> PathBuf {
        on_disk(&format!("/project/{path}"))
    }

    fn read(&self) -> ProjectState {
        let mut state = ProjectState::default();
        for (path, text) in &*lock(&self.files) {
            let read = Self::model_of(path, text.clone());
            state.models.extend(read.model);
            state.problems.extend(read.problems);
        }
        state
    }

    fn model(&self, path: &str, text: Arc<str>) -> ModelState {
        Self::model_of(path, text)
    }

    fn watched(&self) -> Vec<String> {
        vec!["**/models/**/*.sql".to_owned()]
    }

    fn catalog(&self) -> Box<dyn Catalog + Send> {
        Box::new(Tables {
            schemas: lock(&self.cache).clone(),
            trapped: self.trapped.clone(),
        })
    }

    fn cache_version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    fn describe(&self, _: &str, schema: &SchemaName, stop: &AtomicBool) -> Result<(), String> {
        while self.hangs.load(Ordering::SeqCst) && !stop.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        let found = lock(&self.warehouse).get(schema).cloned();
        let found = found.ok_or("the warehouse has no such schema")?;
        lock(&self.described).insert(schema.clone());
        lock(&self.cache).insert(schema.clone(), found);
        self.version.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn now_millis(&self) -> u64 {
        3 * 3_600_000
    }
}

/// A cache's content.
struct Tables {
    schemas: Schemas,
    trapped: Arc<AtomicBool>,
}

impl Catalog for Tables {
    fn table(&self, _: &str, name: &TableName) -> Found {
        if name.table == "trap" {
            self.trapped.store(true, Ordering::SeqCst);
            panic!("a test asked for this");
        }
        let Some(schema) = self.schemas.get(&name.schema) else {
            return Found::NotCached;
        };
        let found = schema.get(&name.table.to_lowercase());
        match found.or_else(|| schema.values().next()) {
            Some(relation) if found.is_some() => Found::Known(relation.clone()),
            Some(other) => Found::NotVisible(other.described.clone()),
            None => Found::NotCached,
        }
    }

    fn catalogs(&self, _: &str) -> Vec<String> {
        vec!["main".to_owned()]
    }

    fn schemas(&self, _: &str, catalog: &str) -> Vec<String> {
        let schemas = self
            .schemas
            .keys()
            .filter(|schema| schema.catalog == catalog);
        schemas.map(|schema| schema.schema.clone()).collect()
    }

    fn tables(&self, _: &str, schema: &SchemaName) -> Vec<(String, String)> {
        let tables = self.schemas.get(schema).into_iter().flatten();
        tables
            .map(|(name, relation)| (name.clone(), relation.kind.clone()))
            .collect()
    }
}
