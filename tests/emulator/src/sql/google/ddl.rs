//! Statements that change the catalog: schemas, tables, inserts. Anything else is loaded by
//! scripts or over another protocol.

use super::translate::parts;
use super::{GoogleAnswer, GoogleRows, GoogleStatement, Mode, StatementKind};
use crate::access::Permission;
use crate::catalog::{CatalogError, Column, Content, Layout, NewTable, TableKind, TablePath};
use crate::sql::Engine;
use crate::sql::error::SqlError;
use crate::sql::execute::fit;
use crate::types::google::{parse_type, to_shared};
use datafusion::sql::sqlparser::ast::{
    ColumnDef, ColumnOption, CreateTable, CreateTableOptions, Expr, Insert, ObjectName, ObjectType,
    Query, SchemaName, SqlOption, Statement, TableObject,
};
use std::sync::Arc;

/// Carries a statement out, or only checks it.
pub(super) async fn execute(
    engine: &Engine,
    statement: Statement,
    around: &GoogleStatement,
    mode: Mode,
) -> Result<GoogleAnswer, SqlError> {
    let run = Run {
        engine,
        around,
        mode,
    };
    let kind = match statement {
        Statement::CreateSchema {
            schema_name,
            if_not_exists,
            options,
            ..
        } => run.create_schema(&schema_name, if_not_exists, options.as_deref())?,
        Statement::CreateTable(create) => run.create_table(create).await?,
        Statement::Drop {
            object_type,
            if_exists,
            names,
            cascade,
            ..
        } => run.drop(object_type, &names, if_exists, cascade)?,
        Statement::Insert(insert) => run.insert(insert).await?,
        other => {
            let text = other.to_string();
            let head: Vec<&str> = text.split_whitespace().take(2).collect();
            return Err(SqlError::unsupported(head.join(" ")));
        }
    };
    Ok(GoogleAnswer {
        rows: GoogleRows::default(),
        bytes_processed: 0,
        kind,
    })
}

struct Run<'a> {
    engine: &'a Engine,
    around: &'a GoogleStatement,
    mode: Mode,
}

impl Run<'_> {
    fn owner(&self) -> &str {
        &self.around.viewer.principal
    }

    fn authorize(&self, path: &[&str]) -> Result<(), SqlError> {
        let viewer = &self.around.viewer;
        let permissions = (1..=path.len()).map(|parts| viewer.permission(&path[..parts]));
        match permissions.max() {
            None | Some(Permission::Granted) => Ok(()),
            Some(_) => Err(super::relations::denied("Object", &path.join("."))),
        }
    }

    fn dataset(&self, name: &ObjectName) -> Result<(String, String), SqlError> {
        let (project, dataset) = match parts(name).as_slice() {
            [dataset] => (self.around.project.clone(), dataset.clone()),
            [project, dataset] => (project.clone(), dataset.clone()),
            _ => return Err(SqlError::syntax(format!("Invalid dataset name: {name}"))),
        };
        self.authorize(&[&project, &dataset])?;
        Ok((project, dataset))
    }

    fn table(&self, name: &ObjectName) -> Result<TablePath, SqlError> {
        let around = self.around;
        let path = match (parts(name).as_slice(), &around.default_dataset) {
            ([table], Some((project, dataset))) => TablePath::new(project, dataset, table),
            ([dataset, table], _) => TablePath::new(&around.project, dataset, table),
            ([project, dataset, table], _) => TablePath::new(project, dataset, table),
            _ => return Err(SqlError::syntax(format!("Invalid table name: {name}"))),
        };
        self.authorize(&[&path.catalog, &path.schema, &path.table])?;
        Ok(path)
    }

    fn create_schema(
        &self,
        name: &SchemaName,
        if_not_exists: bool,
        options: Option<&[SqlOption]>,
    ) -> Result<StatementKind, SqlError> {
        let SchemaName::Simple(name) = name else {
            return Err(SqlError::unsupported("AUTHORIZATION"));
        };
        let (project, dataset) = self.dataset(name)?;
        if self.mode == Mode::DryRun {
            return Ok(StatementKind::CreateSchema);
        }
        let metastore = &self.engine.metastore;
        let comment = option(options, "description");
        let created = metastore.create_schema(&project, &dataset, comment.as_deref(), self.owner());
        match created {
            Err(CatalogError::SchemaExists(_)) if if_not_exists => {}
            created => {
                created?;
                if let Some(location) = option(options, "location") {
                    metastore.change_facts(&project, Some(&dataset), |facts| {
                        facts.properties.insert("location".to_owned(), location);
                    })?;
                }
            }
        }
        Ok(StatementKind::CreateSchema)
    }

    async fn create_table(&self, create: CreateTable) -> Result<StatementKind, SqlError> {
        let path = self.table(&create.name)?;
        let kind = match &create.query {
            Some(_) => StatementKind::CreateTableAsSelect,
            None => StatementKind::CreateTable,
        };
        let present = self.engine.metastore.table(&path).is_some();
        if create.if_not_exists && present {
            return Ok(kind);
        }
        let (columns, content) = match create.query {
            None => {
                let columns: Result<Vec<Column>, SqlError> =
                    create.columns.iter().map(column).collect();
                (columns?, Content::empty())
            }
            Some(query) => self.table_of(*query).await?,
        };
        if self.mode == Mode::DryRun {
            return Ok(kind);
        }
        let options = match &create.table_options {
            CreateTableOptions::Options(options) | CreateTableOptions::With(options) => {
                Some(options.as_slice())
            }
            _ => None,
        };
        let table = NewTable {
            kind: TableKind::MANAGED,
            comment: option(options, "description").map(Into::into),
            content,
            ..NewTable::managed(Layout::new(columns))
        };
        let metastore = &self.engine.metastore;
        metastore.create_table(&path, table, self.owner(), create.or_replace)?;
        Ok(kind)
    }

    /// The columns and rows of a query, as a table stores them.
    async fn table_of(&self, query: Query) -> Result<(Vec<Column>, Content), SqlError> {
        let (rows, _) = self
            .engine
            .google_query(query, self.around, self.mode)
            .await?;
        let columns = rows.fields.iter().map(|field| {
            let name = field.name.as_deref().unwrap_or_default();
            let mut column = Column::new(name, to_shared(&field.data_type));
            column.type_text = Some(field.data_type.to_string().into());
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
        cascade: bool,
    ) -> Result<StatementKind, SqlError> {
        let metastore = &self.engine.metastore;
        let mut kind = StatementKind::DropTable;
        for name in names {
            let dropped = match what {
                ObjectType::Schema => {
                    kind = StatementKind::DropSchema;
                    let (project, dataset) = self.dataset(name)?;
                    match self.mode {
                        Mode::Run => metastore.drop_schema(&project, &dataset, cascade),
                        Mode::DryRun => Ok(()),
                    }
                }
                ObjectType::Table | ObjectType::View => {
                    let path = self.table(name)?;
                    match self.mode {
                        Mode::Run => metastore.drop_table(&path),
                        Mode::DryRun => Ok(()),
                    }
                }
                other => return Err(SqlError::unsupported(format!("DROP {other}"))),
            };
            match dropped {
                Err(CatalogError::NoSchema(_) | CatalogError::NoTable(_)) if if_exists => {}
                dropped => dropped?,
            }
        }
        Ok(kind)
    }

    async fn insert(&self, insert: Insert) -> Result<StatementKind, SqlError> {
        let (TableObject::TableName(name), Some(query)) = (&insert.table, insert.source) else {
            return Err(SqlError::unsupported("This form of INSERT"));
        };
        let path = self.table(name)?;
        let Some(table) = self.engine.metastore.table(&path) else {
            return Err(SqlError::table_not_found(&path));
        };
        let targets = targets(&table.layout, &insert.columns)?;
        let (rows, _) = self
            .engine
            .google_query(*query, self.around, self.mode)
            .await?;
        let count = rows.row_count();
        if self.mode == Mode::Run {
            self.engine.metastore.change_table(&path, |table| {
                let new = fit(rows.fields.len(), &rows.batches, &table.layout, &targets)?;
                let Content::Rows(stored) = &mut table.content else {
                    return Err(SqlError::unsupported("Inserting into a view"));
                };
                Arc::make_mut(stored).extend(new);
                Ok(())
            })?;
        }
        Ok(StatementKind::Insert { rows: count })
    }
}

fn targets(layout: &Layout, columns: &[ObjectName]) -> Result<Vec<usize>, SqlError> {
    if columns.is_empty() {
        return Ok((0..layout.columns().len()).collect());
    }
    let place = |column: &ObjectName| {
        let name = parts(column).join(".");
        let found = layout.position(&name);
        found.ok_or_else(|| SqlError::unresolved_column(&name))
    };
    columns.iter().map(place).collect()
}

fn column(defined: &ColumnDef) -> Result<Column, SqlError> {
    let text = defined.data_type.to_string();
    let data_type = parse_type(&text)
        .map_err(|error| SqlError::syntax(format!("Type not found: {text} ({error})")))?;
    let mut column = Column::new(&defined.name.value, to_shared(&data_type));
    column.type_text = Some(text.into());
    for option_def in &defined.options {
        match &option_def.option {
            ColumnOption::NotNull => column.nullable = false,
            ColumnOption::Options(options) => {
                column.comment = option(Some(options), "description").map(Into::into);
            }
            _ => {}
        }
    }
    Ok(column)
}

/// The text that an `OPTIONS` list gives for a name.
fn option(options: Option<&[SqlOption]>, name: &str) -> Option<String> {
    options?.iter().find_map(|option| match option {
        SqlOption::KeyValue {
            key,
            value: Expr::Value(value),
        } if key.value.eq_ignore_ascii_case(name) => value.value.clone().into_string(),
        _ => None,
    })
}
