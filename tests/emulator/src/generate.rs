//! A warehouse of any size, made up: catalog `gen`, schemas `s0001`…, tables `t00001`….
//!
//! The same shape always makes the same names, types, nullability and comments. Types rotate over
//! the whole grammar, and tables whose columns are equal share them, so fifty thousand tables cost
//! little more than their names.

use crate::catalog::{CatalogError, Column, DEFAULT_SCHEMA, Layout, Metastore, Name, NewTable};
use crate::types::{TypeError, parse_type};
use std::str::FromStr;
use std::sync::Arc;

/// The catalog that generated schemas are in.
pub const GENERATED_CATALOG: &str = "gen";

/// Who owns generated objects.
const OWNER: &str = "generator@example.com";

/// One of each type of the grammar, and the usual nestings.
const TYPES: &[&str] = &[
    "bigint",
    "string",
    "timestamp",
    "decimal(12,2)",
    "int",
    "boolean",
    "date",
    "double",
    "varchar(40)",
    "array<string>",
    "struct<street:string,city:string,zip:char(5)>",
    "map<string,double>",
    "smallint",
    "tinyint",
    "float",
    "binary",
    "timestamp_ntz",
    "decimal(38,18)",
    "char(3)",
    "array<struct<sku:string not null,price:decimal(10,2),tags:array<string>>>",
    "interval year to month",
    "interval day to second",
    "variant",
    "string collate UTF8_LCASE",
    "time(6)",
    "geography(4326)",
    "geometry(any)",
    "map<string,array<map<int,struct<at:timestamp,value:variant>>>>",
    "struct<`odd name`:int comment 'quoted, <nested>',empty:struct<>>",
    "interval month",
    "object",
    "void",
    "decimal(10,0)",
    "interval hour",
];

/// How much to generate. Reads from `SCHEMASxTABLESxCOLUMNS`, for example `100x100x20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Schemas in the catalog.
    pub schemas: usize,
    /// Tables in each schema.
    pub tables: usize,
    /// Columns in each table.
    pub columns: usize,
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<usize>, _> = text.split('x').map(str::parse).collect();
        match numbers.as_deref() {
            Ok(&[schemas, tables, columns]) => Ok(Self {
                schemas,
                tables,
                columns,
            }),
            _ => Err(format!("'{text}' is not SCHEMASxTABLESxCOLUMNS")),
        }
    }
}

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GenerateError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Type(#[from] TypeError),
}

/// Fills the catalog `gen`, which must not exist yet.
pub(crate) fn generate(metastore: &Metastore, shape: Shape) -> Result<(), GenerateError> {
    let comment = "Generated for load tests";
    metastore.create_catalog(GENERATED_CATALOG, Some(comment), OWNER)?;
    // Exactly as many schemas as asked for, beside information_schema.
    metastore.drop_schema(GENERATED_CATALOG, DEFAULT_SCHEMA, false)?;
    let layouts = layouts(shape.columns)?;
    for schema in 1..=shape.schemas {
        let tables = (1..=shape.tables).map(|table| {
            let layout = &layouts[(schema * shape.tables + table) % layouts.len()];
            let name = Name::exact(&format!("t{table:05}"));
            (name, NewTable::managed(Arc::clone(layout)))
        });
        let schema = format!("s{schema:04}");
        metastore.register(GENERATED_CATALOG, &schema, OWNER, tables);
    }
    Ok(())
}

/// One layout for each type that the first column can have.
fn layouts(columns: usize) -> Result<Vec<Arc<Layout>>, TypeError> {
    (0..TYPES.len())
        .map(|first| {
            let columns: Result<_, _> = (0..columns).map(|at| column(first, at)).collect();
            columns.map(Layout::new)
        })
        .collect()
}

fn column(first: usize, at: usize) -> Result<Column, TypeError> {
    let data_type = parse_type(TYPES[(first + at) % TYPES.len()])?;
    let mut column = Column::new(&format!("c{:04}", at + 1), data_type);
    column.nullable = at > 0;
    column.comment = (at % 5 == 1).then(|| format!("Column {} of the layout", at + 1).into());
    Ok(column)
}
