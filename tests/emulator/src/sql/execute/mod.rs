//! Statements carried out.

mod alter;
mod create;
mod describe;
mod insert;
mod show;

pub(super) use insert::fit;

use super::error::SqlError;
use super::providers::Visible;
use super::rows::Rows;
use super::statement::{Commented, CreateContainer, Drop, Dropped, IfPresent, Parts, Statement};
use super::{Engine, Session, query};
use crate::catalog::{CatalogError, TablePath};
use std::sync::Arc;

/// Runs one statement.
pub(super) async fn execute(
    engine: &Engine,
    statement: Statement<'_>,
    session: &Session,
) -> Result<Rows, SqlError> {
    let run = Run {
        visible: Visible {
            engine: engine.clone(),
            session: Arc::new(session.clone()),
            depth: 0,
        },
    };
    match statement {
        Statement::Query(sql) => return query::run(&run.visible, sql).await,
        Statement::Show(show) => return run.show(&show),
        Statement::Describe(describe) => return run.describe(&describe),
        Statement::CreateCatalog(create) => run.create_catalog(create)?,
        Statement::CreateSchema(create) => run.create_schema(create)?,
        Statement::CreateTable(create) => run.create_table(create).await?,
        Statement::CreateView(create) => run.create_view(create).await?,
        Statement::Alter { table, change } => run.alter(&table, change)?,
        Statement::Rename { table, to } => run.rename(&table, &to)?,
        Statement::Comment { on, comment } => run.comment(on, comment.as_deref())?,
        Statement::Drop(drop) => run.drop(drop)?,
        Statement::Insert(insert) => run.insert(insert).await?,
    }
    Ok(Rows::default())
}

/// A statement on its way: what it sees and who runs it.
struct Run {
    visible: Visible,
}

impl Run {
    fn session(&self) -> &Session {
        &self.visible.session
    }

    fn owner(&self) -> &str {
        &self.session().viewer.principal
    }

    fn metastore(&self) -> &crate::catalog::Metastore {
        &self.visible.engine.metastore
    }

    /// Fails where a rule keeps the viewer from the object or from what holds it.
    fn authorize(&self, path: &[&str]) -> Result<(), SqlError> {
        let viewer = &self.session().viewer;
        let forbidden = (1..=path.len()).any(|parts| !viewer.may_use(&path[..parts]));
        match forbidden {
            true => Err(SqlError::forbidden(&viewer.principal, path.join("."))),
            false => Ok(()),
        }
    }

    /// The table that a name means, which the viewer may change.
    fn table(&self, name: &[String]) -> Result<TablePath, SqlError> {
        let path = self.session().table_path(name)?;
        self.authorize(&[&path.catalog, &path.schema, &path.table])?;
        Ok(path)
    }

    fn catalog(&self, name: &[String]) -> Result<String, SqlError> {
        let [catalog] = name else {
            return Err(SqlError::syntax("a catalog's name has one part"));
        };
        self.authorize(&[catalog])?;
        Ok(catalog.clone())
    }

    fn schema(&self, name: &[String]) -> Result<(String, String), SqlError> {
        let (catalog, schema) = match name {
            [schema] => (self.session().catalog.clone(), schema.clone()),
            [catalog, schema] => (catalog.clone(), schema.clone()),
            _ => return Err(SqlError::syntax("a schema's name has one or two parts")),
        };
        self.authorize(&[&catalog, &schema])?;
        Ok((catalog, schema))
    }

    fn create_catalog(&self, create: CreateContainer) -> Result<(), SqlError> {
        let name = self.catalog(&create.name)?;
        let comment = create.comment.as_deref();
        let created = self
            .metastore()
            .create_catalog(&name, comment, self.owner());
        if kept(&created, create.if_present) {
            return Ok(());
        }
        created?;
        self.set_properties(&name, None, create)
    }

    fn create_schema(&self, create: CreateContainer) -> Result<(), SqlError> {
        let (catalog, schema) = self.schema(&create.name)?;
        let comment = create.comment.as_deref();
        let created = self
            .metastore()
            .create_schema(&catalog, &schema, comment, self.owner());
        if kept(&created, create.if_present) {
            return Ok(());
        }
        created?;
        self.set_properties(&catalog, Some(&schema), create)
    }

    fn set_properties(
        &self,
        catalog: &str,
        schema: Option<&str>,
        create: CreateContainer,
    ) -> Result<(), SqlError> {
        if create.properties.is_empty() {
            return Ok(());
        }
        let set = |facts: &mut crate::catalog::Facts| facts.properties = create.properties;
        Ok(self.metastore().change_facts(catalog, schema, set)?)
    }

    fn comment(&self, on: Commented, comment: Option<&str>) -> Result<(), SqlError> {
        let set = |facts: &mut crate::catalog::Facts| facts.comment = comment.map(Into::into);
        match on {
            Commented::Catalog(name) => {
                let name = self.catalog(&name)?;
                Ok(self.metastore().change_facts(&name, None, set)?)
            }
            Commented::Schema(name) => {
                let (catalog, schema) = self.schema(&name)?;
                let schema = Some(schema.as_str());
                Ok(self.metastore().change_facts(&catalog, schema, set)?)
            }
            Commented::Table(name) => {
                let path = self.table(&name)?;
                self.metastore().change_table(&path, |table| {
                    table.comment = comment.map(Into::into);
                    Ok(())
                })
            }
            Commented::Column(name) => self.comment_column(&name, comment),
        }
    }

    fn comment_column(&self, name: &Parts, comment: Option<&str>) -> Result<(), SqlError> {
        let Some((column, table)) = name.split_last().filter(|(_, table)| !table.is_empty()) else {
            return Err(SqlError::syntax("a column is named as table.column"));
        };
        let path = self.table(table)?;
        self.metastore().change_table(&path, |table| {
            alter::change_column(table, column, |column| {
                column.comment = comment.map(Into::into);
                Ok(())
            })
        })
    }

    fn drop(&self, drop: Drop) -> Result<(), SqlError> {
        let metastore = self.metastore();
        let dropped = match drop.what {
            Dropped::Catalog => {
                let name = self.catalog(&drop.name)?;
                metastore.drop_catalog(&name, drop.cascade)
            }
            Dropped::Schema => {
                let (catalog, schema) = self.schema(&drop.name)?;
                metastore.drop_schema(&catalog, &schema, drop.cascade)
            }
            Dropped::Table | Dropped::View => {
                let path = self.table(&drop.name)?;
                self.check_kind(&path, drop.what)?;
                metastore.drop_table(&path)
            }
        };
        match dropped {
            Err(
                CatalogError::NoCatalog(_) | CatalogError::NoSchema(_) | CatalogError::NoTable(_),
            ) if drop.if_exists => Ok(()),
            other => Ok(other?),
        }
    }

    /// DROP TABLE does not drop a view, nor the other way round.
    fn check_kind(&self, path: &TablePath, what: Dropped) -> Result<(), SqlError> {
        let Some(table) = self.metastore().table(path) else {
            return Ok(());
        };
        let (expected, found) = match (what, table.kind.is_view()) {
            (Dropped::Table, true) => ("a table", "a view"),
            (Dropped::View, false) => ("a view", "a table"),
            _ => return Ok(()),
        };
        let message = format!("The operation expects {expected}, but {path} is {found}.");
        Err(SqlError::new(
            "WRONG_COMMAND_FOR_OBJECT_TYPE",
            "42809",
            message,
        ))
    }
}

/// True when IF NOT EXISTS turns this refusal into success.
fn kept(created: &Result<(), CatalogError>, if_present: IfPresent) -> bool {
    let taken = matches!(
        created,
        Err(CatalogError::CatalogExists(_)
            | CatalogError::SchemaExists(_)
            | CatalogError::TableExists(_))
    );
    taken && if_present == IfPresent::Keep
}
