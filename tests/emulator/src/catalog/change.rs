//! Every way the catalog can change. Checks names and existence; permissions are the caller's.

use super::{
    Catalog, Content, DEFAULT_SCHEMA, Facts, HIVE_METASTORE, INFORMATION_SCHEMA, InformationView,
    Layout, Metastore, Name, Named, SYSTEM_CATALOG, Schema, Table, TableKind, TablePath,
};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLockWriteGuard};

/// Longest name Unity Catalog stores, in characters.
const NAME_LIMIT: usize = 255;

/// Why a change was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// No catalog of this name.
    #[error("Catalog '{0}' does not exist.")]
    NoCatalog(String),
    /// No schema of this name.
    #[error("Schema '{0}' does not exist.")]
    NoSchema(String),
    /// No table or view of this name.
    #[error("Table or view {0} cannot be found.")]
    NoTable(TablePath),
    /// A catalog of this name is there already.
    #[error("Catalog '{0}' already exists.")]
    CatalogExists(String),
    /// A schema of this name is there already.
    #[error("Schema '{0}' already exists.")]
    SchemaExists(String),
    /// A table or view of this name is there already.
    #[error("Table or view {0} already exists.")]
    TableExists(TablePath),
    /// Dropped without CASCADE.
    #[error("'{0}' is not empty; use CASCADE to drop what it holds.")]
    NotEmpty(String),
    /// A name the warehouse does not store.
    #[error("'{name}' is no valid name: {rule}.")]
    InvalidName {
        /// The name.
        name: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// `system` and `information_schema` belong to the warehouse.
    #[error("'{0}' belongs to the system and cannot be changed.")]
    System(String),
}

/// What a new table is made of.
#[derive(Debug, Clone)]
pub struct NewTable {
    /// What it is.
    pub kind: TableKind,
    /// The comment.
    pub comment: Option<Arc<str>>,
    /// The columns.
    pub layout: Arc<Layout>,
    /// The rows.
    pub content: Content,
    /// `TBLPROPERTIES`.
    pub properties: BTreeMap<String, String>,
    /// Milliseconds since 1970, when it should not be now.
    pub updated_at: Option<i64>,
}

impl NewTable {
    /// An empty managed table.
    pub fn managed(layout: Arc<Layout>) -> Self {
        Self {
            kind: TableKind::MANAGED,
            comment: None,
            layout,
            content: Content::empty(),
            properties: BTreeMap::new(),
            updated_at: None,
        }
    }
}

/// The rules of Unity Catalog for the names of its objects.
fn check_name(name: &str) -> Result<(), CatalogError> {
    let forbidden = |c: char| matches!(c, '.' | ' ' | '/' | '\u{0}'..='\u{1f}' | '\u{7f}');
    let rule = if name.is_empty() {
        "it is empty"
    } else if name.chars().count() > NAME_LIMIT {
        "it has more than 255 characters"
    } else if name.contains(forbidden) {
        "dots, spaces, slashes and control characters are not allowed"
    } else {
        return Ok(());
    };
    Err(CatalogError::InvalidName {
        name: name.to_owned(),
        rule,
    })
}

fn views_of(catalog: &str) -> &'static [InformationView] {
    match catalog.eq_ignore_ascii_case(HIVE_METASTORE) {
        true => &[],
        false => InformationView::PER_CATALOG,
    }
}

impl Metastore {
    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Named<Catalog>> {
        self.catalogs
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates a catalog, with its `default` schema as the real one does.
    ///
    /// # Errors
    /// When the name is invalid or taken.
    pub fn create_catalog(
        &self,
        name: &str,
        comment: Option<&str>,
        owner: &str,
    ) -> Result<(), CatalogError> {
        check_name(name)?;
        let mut catalog = self.new_catalog(owner, comment, views_of(name));
        let default = self.new_schema(owner, Some("Default schema (auto-created)"));
        catalog.schemas.insert(Name::exact(DEFAULT_SCHEMA), default);
        let mut catalogs = self.write();
        if catalogs.contains(name) {
            return Err(CatalogError::CatalogExists(name.to_owned()));
        }
        catalogs.insert(Name::folded(name), catalog);
        Ok(())
    }

    /// Drops a catalog. Its `default` schema does not count while that is empty.
    ///
    /// # Errors
    /// When it does not exist, is the system's, or holds something and `cascade` is false.
    pub fn drop_catalog(&self, name: &str, cascade: bool) -> Result<(), CatalogError> {
        let mut catalogs = self.write();
        let catalog = changeable(&mut catalogs, name)?;
        let filled = catalog.schemas.iter().any(|(schema, content)| {
            let implied = [DEFAULT_SCHEMA, INFORMATION_SCHEMA].contains(&schema.as_str());
            !implied || (schema.as_str() == DEFAULT_SCHEMA && !content.tables.is_empty())
        });
        if filled && !cascade {
            return Err(CatalogError::NotEmpty(name.to_owned()));
        }
        catalogs.remove(name);
        Ok(())
    }

    fn new_schema(&self, owner: &str, comment: Option<&str>) -> Schema {
        Schema {
            facts: self.facts(owner, comment),
            tables: Named::default(),
        }
    }

    /// Creates a schema.
    ///
    /// # Errors
    /// When the catalog does not exist, or the name is invalid or taken.
    pub fn create_schema(
        &self,
        catalog: &str,
        name: &str,
        comment: Option<&str>,
        owner: &str,
    ) -> Result<(), CatalogError> {
        check_name(name)?;
        let schema = self.new_schema(owner, comment);
        let mut catalogs = self.write();
        let schemas = &mut changeable(&mut catalogs, catalog)?.schemas;
        if schemas.contains(name) {
            return Err(CatalogError::SchemaExists(format!("{catalog}.{name}")));
        }
        schemas.insert(Name::folded(name), schema);
        Ok(())
    }

    /// Drops a schema.
    ///
    /// # Errors
    /// When it does not exist, is the system's, or holds tables and `cascade` is false.
    pub fn drop_schema(
        &self,
        catalog: &str,
        name: &str,
        cascade: bool,
    ) -> Result<(), CatalogError> {
        let mut catalogs = self.write();
        let schema = changeable_schema(&mut catalogs, catalog, name)?;
        if !schema.tables.is_empty() && !cascade {
            return Err(CatalogError::NotEmpty(format!("{catalog}.{name}")));
        }
        changeable(&mut catalogs, catalog)?.schemas.remove(name);
        Ok(())
    }

    /// Creates a table or view; with `replace`, over one that is there.
    ///
    /// # Errors
    /// When the schema does not exist, or the name is invalid or taken.
    pub fn create_table(
        &self,
        path: &TablePath,
        table: NewTable,
        owner: &str,
        replace: bool,
    ) -> Result<(), CatalogError> {
        check_name(&path.table)?;
        let mut table = self.new_table(owner, table);
        let mut catalogs = self.write();
        let tables = &mut changeable_schema(&mut catalogs, &path.catalog, &path.schema)?.tables;
        if let Some(old) = tables.get(&path.table) {
            if !replace {
                return Err(CatalogError::TableExists(path.clone()));
            }
            table.created_at = old.created_at;
            table.id = old.id;
            tables.remove(&path.table);
        }
        tables.insert(Name::folded(&path.table), Arc::new(table));
        Ok(())
    }

    /// Drops a table or view.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn drop_table(&self, path: &TablePath) -> Result<(), CatalogError> {
        let mut catalogs = self.write();
        let schema = changeable_schema(&mut catalogs, &path.catalog, &path.schema)?;
        let dropped = schema.tables.remove(&path.table);
        dropped
            .map(drop)
            .ok_or_else(|| CatalogError::NoTable(path.clone()))
    }

    /// Gives a table another name, perhaps in another schema. It keeps its id and age.
    ///
    /// # Errors
    /// When it does not exist, or the new name is invalid or taken.
    pub fn rename_table(&self, old: &TablePath, new: &TablePath) -> Result<(), CatalogError> {
        check_name(&new.table)?;
        let mut catalogs = self.write();
        let target = changeable_schema(&mut catalogs, &new.catalog, &new.schema)?;
        if target.tables.contains(&new.table) {
            return Err(CatalogError::TableExists(new.clone()));
        }
        let source = changeable_schema(&mut catalogs, &old.catalog, &old.schema)?;
        let moved = source.tables.remove(&old.table);
        let moved = moved.ok_or_else(|| CatalogError::NoTable(old.clone()))?;
        let mut renamed = Table::clone(&moved);
        renamed.updated_at = self.clock.tick().max(moved.updated_at + 1);
        let target = changeable_schema(&mut catalogs, &new.catalog, &new.schema)?;
        target
            .tables
            .insert(Name::folded(&new.table), Arc::new(renamed));
        Ok(())
    }

    /// Changes a table under the lock and moves its `updated_at` on. What `change` refuses leaves
    /// the table as it was.
    ///
    /// # Errors
    /// When the table does not exist, or whatever `change` returns.
    pub fn change_table<E: From<CatalogError>>(
        &self,
        path: &TablePath,
        change: impl FnOnce(&mut Table) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut catalogs = self.write();
        let schema = changeable_schema(&mut catalogs, &path.catalog, &path.schema)?;
        let slot = schema
            .tables
            .get_mut(&path.table)
            .ok_or_else(|| CatalogError::NoTable(path.clone()))?;
        let mut changed = Table::clone(slot);
        change(&mut changed)?;
        changed.updated_at = self.clock.tick().max(slot.updated_at + 1);
        *slot = Arc::new(changed);
        Ok(())
    }

    /// Changes what is known of a catalog, or of a schema when one is named.
    ///
    /// # Errors
    /// When it does not exist or is the system's.
    pub fn change_facts(
        &self,
        catalog: &str,
        schema: Option<&str>,
        change: impl FnOnce(&mut Facts),
    ) -> Result<(), CatalogError> {
        let mut catalogs = self.write();
        let facts = match schema {
            Some(schema) => &mut changeable_schema(&mut catalogs, catalog, schema)?.facts,
            None => &mut changeable(&mut catalogs, catalog)?.facts,
        };
        change(facts);
        facts.updated_at = self.clock.tick();
        Ok(())
    }

    /// Registers tables under exactly these names, creating catalog and schema where they are
    /// missing and replacing tables of the same spelling. No rule for names applies.
    pub fn register(
        &self,
        catalog: &str,
        schema: &str,
        owner: &str,
        tables: impl IntoIterator<Item = (Name, NewTable)>,
    ) {
        self.put(catalog, schema, owner, tables, false);
    }

    /// The same for names that no protocol may fold.
    pub fn register_exact(
        &self,
        catalog: &str,
        schema: &str,
        owner: &str,
        tables: impl IntoIterator<Item = (Name, NewTable)>,
    ) {
        self.put(catalog, schema, owner, tables, true);
    }

    fn put(
        &self,
        catalog: &str,
        schema: &str,
        owner: &str,
        tables: impl IntoIterator<Item = (Name, NewTable)>,
        exact: bool,
    ) {
        let mut fresh_catalog = self.new_catalog(owner, None, views_of(catalog));
        let mut fresh_schema = self.new_schema(owner, None);
        fresh_catalog.facts.exact = exact;
        fresh_schema.facts.exact = exact;
        let mut catalogs = self.write();
        if !catalogs.contains(catalog) {
            catalogs.insert(Name::exact(catalog), fresh_catalog);
        }
        let Some(entry) = catalogs.get_mut(catalog) else {
            return;
        };
        if !entry.schemas.contains(schema) {
            entry.schemas.insert(Name::exact(schema), fresh_schema);
        }
        let Some(entry) = entry.schemas.get_mut(schema) else {
            return;
        };
        for (name, table) in tables {
            let mut table = self.new_table(owner, table);
            table.exact = exact;
            entry.tables.insert(name, Arc::new(table));
        }
    }
}

fn changeable<'a>(
    catalogs: &'a mut Named<Catalog>,
    name: &str,
) -> Result<&'a mut Catalog, CatalogError> {
    if name.eq_ignore_ascii_case(SYSTEM_CATALOG) {
        return Err(CatalogError::System(name.to_owned()));
    }
    catalogs
        .get_mut(name)
        .ok_or_else(|| CatalogError::NoCatalog(name.to_owned()))
}

fn changeable_schema<'a>(
    catalogs: &'a mut Named<Catalog>,
    catalog: &str,
    name: &str,
) -> Result<&'a mut Schema, CatalogError> {
    let full = || format!("{catalog}.{name}");
    if name.eq_ignore_ascii_case(INFORMATION_SCHEMA) {
        return Err(CatalogError::System(full()));
    }
    changeable(catalogs, catalog)?
        .schemas
        .get_mut(name)
        .ok_or_else(|| CatalogError::NoSchema(full()))
}
