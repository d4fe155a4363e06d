//! The REST API that tells of databases, schemas, tables and views. It needs no warehouse.

mod render;

use super::Service;
use super::caller::Caller;
use super::error::ApiError;
use super::extract::{Params, flag};
use crate::access::Viewer;
use crate::catalog::{Catalog, Named, Schema, Table};
use crate::sql::snowflake::names::{self, Found};
use crate::sql::snowflake::show::Selection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use render::{Body, Depth};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

pub(super) fn routes(root: &str) -> Router<Arc<Service>> {
    let databases = format!("{root}/databases");
    let schemas = format!("{databases}/{{database}}/schemas");
    let schema = format!("{schemas}/{{schema}}");
    Router::new()
        .route(&databases, get(list_databases))
        .route(&format!("{databases}/{{database}}"), get(one_database))
        .route(&schemas, get(list_schemas))
        .route(&schema, get(one_schema))
        .route(&format!("{schema}/tables"), get(list_tables))
        .route(&format!("{schema}/tables/{{name}}"), get(one_table))
        .route(&format!("{schema}/views"), get(list_views))
        .route(&format!("{schema}/views/{{name}}"), get(one_view))
}

/// Most entries that a list may be asked for.
const LIMIT: usize = 10_000;

/// Which entries of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Which {
    like: Option<String>,
    starts_with: Option<String>,
    show_limit: Option<usize>,
    from_name: Option<String>,
    #[serde(deserialize_with = "flag")]
    deep: Option<bool>,
}

/// The names in a path, as they are written there.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    database: String,
    schema: String,
    name: String,
}

fn stored(written: &str) -> Result<String, ApiError> {
    names::written(written).map_err(|error| ApiError::malformed(error.to_string()))
}

impl Which {
    fn depth(&self) -> Depth {
        match self.deep {
            Some(true) => Depth::Columns,
            _ => Depth::Names,
        }
    }

    /// The entries that are asked for, in the order of their names.
    fn select<'a, T>(
        &self,
        entries: Vec<Found<'a, T>>,
        most: usize,
    ) -> Result<Vec<Found<'a, T>>, ApiError> {
        if self
            .show_limit
            .is_some_and(|limit| limit == 0 || limit > LIMIT)
        {
            let message = format!("showLimit must be from 1 to {LIMIT}.");
            return Err(ApiError::malformed(message));
        }
        let selection = Selection {
            like: self.like.clone(),
            starts_with: self.starts_with.clone(),
            from: None,
        };
        let from = self.from_name.as_deref().unwrap_or_default();
        let behind = |name: &str| from.is_empty() || name > from;
        let chosen = entries
            .into_iter()
            .filter(|found| selection.covers(&found.name) && behind(&found.name));
        let most = self.show_limit.map_or(most, |limit| limit.min(most));
        Ok(chosen.take(most).collect())
    }
}

fn database<'a>(
    catalogs: &'a Named<Catalog>,
    viewer: &Viewer,
    written: &str,
) -> Result<Found<'a, Catalog>, ApiError> {
    let name = stored(written)?;
    names::database(catalogs, viewer, &name).ok_or_else(|| ApiError::no_object("Database", &name))
}

fn schema<'a>(
    database: &Found<'a, Catalog>,
    viewer: &Viewer,
    written: &str,
) -> Result<Found<'a, Schema>, ApiError> {
    let name = stored(written)?;
    let missing = || ApiError::no_object("Schema", &format!("{}.{name}", database.name));
    names::schema(database, viewer, &name).ok_or_else(missing)
}

async fn list_databases(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Params(which): Params<Which>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let most = service.shared.settings().show_rows;
    let catalogs = service.shared.metastore.read();
    let entries = which.select(names::databases(&catalogs, &viewer), most)?;
    Ok(Json(entries.iter().map(render::database).collect()))
}

async fn one_database(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(place): Path<Place>,
) -> Result<Json<Value>, ApiError> {
    let catalogs = service.shared.metastore.read();
    let found = database(&catalogs, &viewer, &place.database)?;
    Ok(Json(render::database(&found)))
}

async fn list_schemas(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(place): Path<Place>,
    Params(which): Params<Which>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let most = service.shared.settings().show_rows;
    let catalogs = service.shared.metastore.read();
    let database = database(&catalogs, &viewer, &place.database)?;
    let entries = which.select(names::schemas(&database, &viewer), most)?;
    let schema = |found| render::schema(&database, found);
    Ok(Json(entries.iter().map(schema).collect()))
}

async fn one_schema(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(place): Path<Place>,
) -> Result<Json<Value>, ApiError> {
    let catalogs = service.shared.metastore.read();
    let database = database(&catalogs, &viewer, &place.database)?;
    let found = schema(&database, &viewer, &place.schema)?;
    Ok(Json(render::schema(&database, &found)))
}

/// What is listed: one of the two, never both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Table,
    View,
}

impl Kind {
    fn covers(self, table: &Table) -> bool {
        table.kind.is_view() == (self == Self::View)
    }

    fn render<'a>(
        self,
        above: [&'a str; 2],
        found: &'a Found<'_, Arc<Table>>,
        depth: Depth,
    ) -> Body<'a> {
        match self {
            Self::Table => render::table(above, found, depth),
            Self::View => render::view(above, found, depth),
        }
    }
}

fn list(
    service: &Service,
    viewer: &Viewer,
    place: &Place,
    which: &Which,
    kind: Kind,
) -> Result<Response, ApiError> {
    let most = service.shared.settings().show_rows;
    let catalogs = service.shared.metastore.read();
    let database = database(&catalogs, viewer, &place.database)?;
    let schema = schema(&database, viewer, &place.schema)?;
    let stored = [database.stored, schema.stored];
    let mut entries = names::tables(stored, schema.object, viewer);
    entries.retain(|found| kind.covers(found.object));
    let entries = which.select(entries, most)?;
    let above = [&*database.name, &*schema.name];
    let each = |found| kind.render(above, found, which.depth());
    let all: Vec<Body<'_>> = entries.iter().map(each).collect();
    Ok(written(&all))
}

/// Written at once, as what it is made of is borrowed.
fn written(body: &impl Serialize) -> Response {
    let kind = [(CONTENT_TYPE, "application/json")];
    match serde_json::to_vec(body) {
        Ok(json) => (kind, json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn one(
    service: &Service,
    viewer: &Viewer,
    place: &Place,
    kind: Kind,
) -> Result<Response, ApiError> {
    let catalogs = service.shared.metastore.read();
    let database = database(&catalogs, viewer, &place.database)?;
    let schema = schema(&database, viewer, &place.schema)?;
    let name = stored(&place.name)?;
    let stored = [database.stored, schema.stored];
    let above = [&*database.name, &*schema.name];
    let entries = names::tables(stored, schema.object, viewer);
    let found = entries
        .iter()
        .find(|found| found.name == name && kind.covers(found.object));
    let found = found.ok_or_else(|| {
        let full = [above[0], above[1], &name].join(".");
        ApiError::no_object("Object", &full)
    })?;
    Ok(written(&kind.render(above, found, Depth::Columns)))
}

async fn list_tables(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(place): Path<Place>,
    Params(which): Params<Which>,
) -> Result<Response, ApiError> {
    list(&service, &viewer, &place, &which, Kind::Table)
}

async fn one_table(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(place): Path<Place>,
) -> Result<Response, ApiError> {
    one(&service, &viewer, &place, Kind::Table)
}

async fn list_views(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(place): Path<Place>,
    Params(which): Params<Which>,
) -> Result<Response, ApiError> {
    list(&service, &viewer, &place, &which, Kind::View)
}

async fn one_view(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(place): Path<Place>,
) -> Result<Response, ApiError> {
    one(&service, &viewer, &place, Kind::View)
}
