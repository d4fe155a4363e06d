//! What the warehouse holds: catalogs, schemas, tables. Protocols and SQL read and change only
//! this.

mod change;
mod information;
mod names;
mod protocol;
mod table;

pub use change::{CatalogError, NewTable};
pub use information::InformationView;
pub use names::{Name, Named};
pub use protocol::Protocol;
pub use table::{Column, Content, Layout, Table, TableKind, ValueSource};
pub(crate) use table::{STORED_NAME, TYPE_TEXT};

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{SystemTime, UNIX_EPOCH};

/// The catalog whose `information_schema` tells of all catalogs.
pub const SYSTEM_CATALOG: &str = "system";
/// The catalog that came before Unity Catalog: its API does not list it, and it does not describe
/// itself. It exists once something is created in it.
pub const HIVE_METASTORE: &str = "hive_metastore";
/// The schema in every catalog that describes it.
pub const INFORMATION_SCHEMA: &str = "information_schema";
/// The schema every catalog is created with.
pub const DEFAULT_SCHEMA: &str = "default";
/// Who owns what the warehouse brings along.
pub const SYSTEM_OWNER: &str = "System user";

/// All catalogs, shared by every protocol.
#[derive(Debug)]
pub struct Metastore {
    catalogs: RwLock<Named<Catalog>>,
    clock: Clock,
    next_id: AtomicU64,
}

/// One catalog.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// What its name, owner and times are.
    pub facts: Facts,
    /// Its schemas.
    pub schemas: Named<Schema>,
}

/// One schema.
#[derive(Debug, Clone)]
pub struct Schema {
    /// What its name, owner and times are.
    pub facts: Facts,
    /// Its tables; shared, so that a reader keeps what it found while a writer replaces it.
    pub tables: Named<Arc<Table>>,
}

/// What catalogs and schemas both have.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The comment.
    pub comment: Option<Arc<str>>,
    /// Who made it.
    pub owner: Arc<str>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
    /// `DBPROPERTIES` and the like.
    pub properties: BTreeMap<String, String>,
    /// Whether the name was given exactly, not folded by SQL: protocols that fold names otherwise
    /// keep it as it is.
    pub exact: bool,
}

/// The time in milliseconds, never twice the same: two changes within one millisecond still get
/// two `updated_at`.
#[derive(Debug, Default)]
struct Clock(AtomicI64);

impl Clock {
    fn tick(&self) -> i64 {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        let step = |last: i64| Some(now.max(last + 1));
        let last = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, step)
            .unwrap_or_default();
        now.max(last + 1)
    }
}

impl Default for Metastore {
    fn default() -> Self {
        Self::new()
    }
}

impl Metastore {
    /// Holds only the `system` catalog.
    pub fn new() -> Self {
        let metastore = Self {
            catalogs: RwLock::default(),
            clock: Clock::default(),
            next_id: AtomicU64::new(1),
        };
        let system = metastore.new_catalog(SYSTEM_OWNER, None, InformationView::SYSTEM_WIDE);
        metastore
            .write()
            .insert(Name::exact(SYSTEM_CATALOG), system);
        metastore
    }

    /// The catalogs, to read. Hold it briefly: writers wait.
    pub fn read(&self) -> RwLockReadGuard<'_, Named<Catalog>> {
        self.catalogs.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The table of this name, if it exists.
    pub fn table(&self, path: &TablePath) -> Option<Arc<Table>> {
        let catalogs = self.read();
        let schema = catalogs.get(&path.catalog)?.schemas.get(&path.schema)?;
        schema.tables.get(&path.table).cloned()
    }

    fn facts(&self, owner: &str, comment: Option<&str>) -> Facts {
        let now = self.clock.tick();
        Facts {
            comment: comment.map(Into::into),
            owner: owner.into(),
            created_at: now,
            updated_at: now,
            properties: BTreeMap::new(),
            exact: false,
        }
    }

    fn new_catalog(
        &self,
        owner: &str,
        comment: Option<&str>,
        views: &[InformationView],
    ) -> Catalog {
        let mut information = Schema {
            facts: self.facts(SYSTEM_OWNER, Some("Describes the objects of this catalog")),
            tables: Named::default(),
        };
        for view in views {
            let table = self.new_table(SYSTEM_OWNER, view.as_table());
            information
                .tables
                .insert(Name::exact(view.name()), Arc::new(table));
        }
        let mut schemas = Named::default();
        if !views.is_empty() {
            schemas.insert(Name::exact(INFORMATION_SCHEMA), information);
        }
        Catalog {
            facts: self.facts(owner, comment),
            schemas,
        }
    }

    fn new_table(&self, owner: &str, new: NewTable) -> Table {
        let now = self.clock.tick();
        Table {
            kind: new.kind,
            comment: new.comment,
            layout: new.layout,
            content: new.content,
            owner: owner.into(),
            created_at: now,
            updated_at: new.updated_at.unwrap_or(now),
            id: self.next_id.fetch_add(1, Ordering::Relaxed),
            properties: Arc::new(new.properties),
            exact: false,
        }
    }
}

/// A table's full name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TablePath {
    /// The catalog.
    pub catalog: String,
    /// The schema.
    pub schema: String,
    /// The table.
    pub table: String,
}

impl TablePath {
    /// The name of its three parts.
    pub fn new(catalog: &str, schema: &str, table: &str) -> Self {
        Self {
            catalog: catalog.to_owned(),
            schema: schema.to_owned(),
            table: table.to_owned(),
        }
    }
}

impl std::fmt::Display for TablePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
        write!(
            f,
            "{}.{}.{}",
            quoted(&self.catalog),
            quoted(&self.schema),
            quoted(&self.table)
        )
    }
}
