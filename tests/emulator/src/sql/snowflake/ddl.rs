//! Statements that change the catalog: databases, schemas, tables, inserts. What is made keeps the
//! exact name that Snowflake stores.

use super::names;
use super::relations::missing;
use super::translate::path;
use super::{SnowflakeAnswer, SnowflakeColumn, SnowflakeRows, SnowflakeStatement};
use crate::catalog::{
    Catalog, Column, Content, Layout, Metastore, Name, NewTable, TablePath, ValueSource,
};
use crate::sql::Engine;
use crate::sql::error::SqlError;
use crate::sql::execute::fit;
use crate::sql::information::cells::Cell;
use crate::types::snowflake::{SnowflakeType, parse_type, to_shared};
use datafusion::sql::sqlparser::ast::{
    ColumnDef, ColumnOption, CommentDef, CreateTable, Insert, ObjectName, ObjectType, Query,
    SchemaName, Statement, TableObject,
};
use std::sync::Arc;

/// Carries a statement out.
pub(super) async fn execute(
    engine: &Engine,
    statement: Statement,
    around: &SnowflakeStatement,
) -> Result<SnowflakeAnswer, SqlError> {
    let run = Run { engine, around };
    match statement {
        Statement::CreateDatabase {
            db_name,
            if_not_exists,
            comment,
            ..
        } => run.create_database(&db_name, if_not_exists, comment.as_deref()),
        Statement::CreateSchema {
            schema_name: SchemaName::Simple(name),
            if_not_exists,
            ..
        } => run.create_schema(&name, if_not_exists),
        Statement::CreateTable(create) => run.create_table(create).await,
        Statement::Drop {
            object_type,
            if_exists,
            names,
            ..
        } => run.drop(object_type, &names, if_exists),
        Statement::Insert(insert) => run.insert(insert).await,
        other => {
            let text = other.to_string();
            let head: Vec<&str> = text.split_whitespace().take(2).collect();
            Err(SqlError::unsupported(head.join(" ")))
        }
    }
}

struct Run<'a> {
    engine: &'a Engine,
    around: &'a SnowflakeStatement,
}

fn exists(path: &str) -> SqlError {
    let message = format!("Object '{path}' already exists.");
    SqlError::new("TABLE_OR_VIEW_ALREADY_EXISTS", "42710", message)
}

impl Run<'_> {
    fn metastore(&self) -> &Metastore {
        &self.engine.metastore
    }

    fn owner(&self) -> &str {
        &self.around.viewer.principal
    }

    fn authorize(&self, what: &str, path: &[&str]) -> Result<(), SqlError> {
        let viewer = &self.around.viewer;
        let forbidden = (1..=path.len()).any(|parts| !viewer.may_use(&path[..parts]));
        match forbidden {
            true => Err(missing(what, path)),
            false => Ok(()),
        }
    }

    fn has_database(&self, name: &str) -> bool {
        let catalogs = self.metastore().read();
        names::database(&catalogs, &self.around.viewer, name).is_some()
    }

    /// What the catalog keeps a schema and what is above it under.
    fn stored_schema(&self, [database, schema]: [&str; 2]) -> Result<[String; 2], SqlError> {
        let viewer = &self.around.viewer;
        let catalogs = self.metastore().read();
        let found = names::database(&catalogs, viewer, database);
        let found = found.ok_or_else(|| missing("Database", &[database]))?;
        let inner = names::schema(&found, viewer, schema);
        let inner = inner.ok_or_else(|| missing("Schema", &[database, schema]))?;
        Ok([found.stored, inner.stored].map(str::to_owned))
    }

    fn create_database(
        &self,
        name: &ObjectName,
        if_not_exists: bool,
        comment: Option<&str>,
    ) -> Result<SnowflakeAnswer, SqlError> {
        let name = self.around.context.database(&path(name, self.around)?)?;
        self.authorize("Database", &[&name])?;
        if self.has_database(&name) {
            return match if_not_exists {
                true => already(&name),
                false => Err(exists(&name)),
            };
        }
        // Registering no tables makes the schema that every database begins with.
        self.metastore()
            .register_exact(&name, "PUBLIC", self.owner(), []);
        if let Some(comment) = comment {
            self.metastore()
                .change_facts(&name, None, |facts| facts.comment = Some(comment.into()))?;
        }
        SnowflakeAnswer::status(format!("Database {name} successfully created."))
    }

    fn create_schema(
        &self,
        name: &ObjectName,
        if_not_exists: bool,
    ) -> Result<SnowflakeAnswer, SqlError> {
        let full = self.around.context.schema(&path(name, self.around)?)?;
        let [database, schema] = full.each_ref().map(String::as_str);
        self.authorize("Schema", &[database, schema])?;
        let stored = {
            let catalogs = self.metastore().read();
            let found = names::database(&catalogs, &self.around.viewer, database);
            let found = found.ok_or_else(|| missing("Database", &[database]))?;
            if names::schema(&found, &self.around.viewer, schema).is_some() {
                return match if_not_exists {
                    true => already(schema),
                    false => Err(exists(schema)),
                };
            }
            // Schemas that differ only in case would be one to the other protocols.
            if found.object.schemas.contains(schema) {
                return Err(SqlError::unsupported(
                    "A schema whose name differs from another's only in case",
                ));
            }
            found.stored.to_owned()
        };
        self.metastore()
            .register_exact(&stored, schema, self.owner(), []);
        SnowflakeAnswer::status(format!("Schema {schema} successfully created."))
    }

    async fn create_table(&self, create: CreateTable) -> Result<SnowflakeAnswer, SqlError> {
        let full = self
            .around
            .context
            .table(&path(&create.name, self.around)?)?;
        let [database, schema, name] = full.each_ref().map(String::as_str);
        self.authorize("Object", &[database, schema, name])?;
        let [stored_database, stored_schema] = self.stored_schema([database, schema])?;
        let present = names::table(
            self.metastore(),
            &self.around.viewer,
            [database, schema, name],
        );
        match &present {
            Some(_) if create.if_not_exists => return already(name),
            Some(_) if !create.or_replace => return Err(exists(name)),
            _ => {}
        }
        let (columns, content) = match create.query {
            None => {
                let columns: Result<Vec<Column>, SqlError> =
                    create.columns.iter().map(column).collect();
                (columns?, Content::empty())
            }
            Some(query) => self.table_of(*query).await?,
        };
        let comment = create.comment.map(|comment| match comment {
            CommentDef::WithEq(text) | CommentDef::WithoutEq(text) => text,
        });
        let table = NewTable {
            comment: comment.map(Into::into),
            content,
            ..NewTable::managed(Layout::new(columns))
        };
        if let Some((path, _)) = present {
            self.metastore().drop_table(&path)?;
        }
        let named = [(Name::exact(name), table)];
        self.metastore()
            .register_exact(&stored_database, &stored_schema, self.owner(), named);
        SnowflakeAnswer::status(format!("Table {name} successfully created."))
    }

    /// The columns and rows of a query, as a table stores them.
    async fn table_of(&self, query: Query) -> Result<(Vec<Column>, Content), SqlError> {
        let rows = self.engine.snowflake_query(query, self.around).await?;
        let columns = rows.columns.iter().map(|described| {
            let mut column = Column::new(&described.name, to_shared(&described.data_type));
            column.type_text = Some(described.data_type.to_string().into());
            column
        });
        let columns: Vec<Column> = columns.collect();
        let layout = Layout::new(columns.clone());
        let all: Vec<usize> = (0..columns.len()).collect();
        let batches = fit(columns.len(), &rows.batches, &layout, &all)?;
        Ok((columns, Content::Rows(Arc::new(batches))))
    }

    fn drop(
        &self,
        what: ObjectType,
        names: &[ObjectName],
        if_exists: bool,
    ) -> Result<SnowflakeAnswer, SqlError> {
        let [name] = names else {
            return Err(SqlError::syntax("syntax error: DROP takes one name"));
        };
        let parts = path(name, self.around)?;
        let shown = parts.last().cloned().unwrap_or_default();
        match self.drop_one(what, &parts) {
            Ok(()) => SnowflakeAnswer::status(format!("{shown} successfully dropped.")),
            Err(error) if if_exists && error.class.ends_with("NOT_FOUND") => {
                SnowflakeAnswer::status(format!(
                    "Drop statement executed successfully ({shown} already dropped)."
                ))
            }
            Err(error) => Err(error),
        }
    }

    /// Schemas and databases are dropped with all they hold.
    fn drop_one(&self, what: ObjectType, parts: &[String]) -> Result<(), SqlError> {
        let context = &self.around.context;
        match what {
            ObjectType::Database => {
                let name = context.database(parts)?;
                let stored = {
                    let catalogs = self.metastore().read();
                    let found: Option<names::Found<'_, Catalog>> =
                        names::database(&catalogs, &self.around.viewer, &name);
                    found.map(|found| found.stored.to_owned())
                };
                let stored = stored.ok_or_else(|| missing("Database", &[&name]))?;
                Ok(self.metastore().drop_catalog(&stored, true)?)
            }
            ObjectType::Schema => {
                let full = context.schema(parts)?;
                let [database, schema] = self.stored_schema(full.each_ref().map(String::as_str))?;
                Ok(self.metastore().drop_schema(&database, &schema, true)?)
            }
            ObjectType::Table | ObjectType::View => {
                let (path, _) = self.stored_table(parts)?;
                Ok(self.metastore().drop_table(&path)?)
            }
            other => Err(SqlError::unsupported(format!("DROP {other}"))),
        }
    }

    fn stored_table(
        &self,
        parts: &[String],
    ) -> Result<(TablePath, Arc<crate::catalog::Table>), SqlError> {
        let full = self.around.context.table(parts)?;
        let path = full.each_ref().map(String::as_str);
        let found = names::table(self.metastore(), &self.around.viewer, path);
        found.ok_or_else(|| missing("Object", &path))
    }

    async fn insert(&self, insert: Insert) -> Result<SnowflakeAnswer, SqlError> {
        let (TableObject::TableName(name), Some(query)) = (&insert.table, insert.source) else {
            return Err(SqlError::unsupported("This form of INSERT"));
        };
        let (stored, table) = self.stored_table(&path(name, self.around)?)?;
        let shown: Vec<String> = table
            .layout
            .columns()
            .iter()
            .map(|column| names::column_name(&table, column).into_owned())
            .collect();
        let place = |column: &ObjectName| {
            let name = path(column, self.around)?.join(".");
            let found = shown.iter().position(|own| *own == name);
            found.ok_or_else(|| SqlError::unresolved_column(&name))
        };
        let targets: Vec<usize> = match insert.columns.as_slice() {
            [] => (0..shown.len()).collect(),
            columns => columns.iter().map(place).collect::<Result<_, _>>()?,
        };
        let rows = self.engine.snowflake_query(*query, self.around).await?;
        self.metastore().change_table(&stored, |table| {
            let new = fit(rows.columns.len(), &rows.batches, &table.layout, &targets)?;
            let Content::Rows(kept) = &mut table.content else {
                return Err(SqlError::unsupported("Inserting into a view"));
            };
            let kept = Arc::make_mut(kept);
            if insert.overwrite {
                kept.clear();
            }
            kept.extend(new);
            Ok(())
        })?;
        inserted(rows.row_count())
    }
}

fn already(name: &str) -> Result<SnowflakeAnswer, SqlError> {
    SnowflakeAnswer::status(format!("{name} already exists, statement succeeded."))
}

fn inserted(rows: usize) -> Result<SnowflakeAnswer, SqlError> {
    let column = SnowflakeColumn::new("number of rows inserted", SnowflakeType::INTEGER);
    let count = i64::try_from(rows).map_or(Cell::Null, Cell::Number);
    Ok(SnowflakeAnswer {
        rows: SnowflakeRows::of_cells(vec![column], &[vec![count]])?,
        inserted: Some(rows),
        context: None,
    })
}

fn column(defined: &ColumnDef) -> Result<Column, SqlError> {
    let text = defined.data_type.to_string();
    let data_type = parse_type(&text)
        .map_err(|error| SqlError::syntax(format!("Unsupported data type '{text}': {error}")))?;
    let name = names::fold(&defined.name.value, defined.name.quote_style.is_some());
    let mut column = Column::new(&name, to_shared(&data_type));
    column.type_text = Some(data_type.to_string().into());
    for option in &defined.options {
        match &option.option {
            ColumnOption::NotNull | ColumnOption::PrimaryKey(_) => column.nullable = false,
            ColumnOption::Comment(comment) => column.comment = Some(comment.as_str().into()),
            ColumnOption::Default(value) => {
                column.source = Some(Arc::new(ValueSource::Default(value.to_string())));
            }
            _ => {}
        }
    }
    Ok(column)
}
