//! Unity Catalog: lists and single objects.
//!
//! `max_results` and page tokens follow the service: 0 asks for the server's page size, a positive
//! number is an upper bound, a negative one is an error, and without it everything is on one page.

mod catalogs;
mod find;
mod page;
mod render;
mod schemas;
mod summaries;
mod tables;

pub(super) use page::FIRST_PAGE;

use super::Workspace;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Workspace>> {
    const ROOT: &str = "/api/2.1/unity-catalog";
    Router::new()
        .route(&format!("{ROOT}/catalogs"), get(catalogs::list))
        .route(&format!("{ROOT}/catalogs/{{name}}"), get(catalogs::one))
        .route(&format!("{ROOT}/schemas"), get(schemas::list))
        .route(&format!("{ROOT}/schemas/{{full_name}}"), get(schemas::one))
        .route(&format!("{ROOT}/tables"), get(tables::list))
        .route(&format!("{ROOT}/tables/{{full_name}}"), get(tables::one))
        .route(
            &format!("{ROOT}/tables/{{full_name}}/exists"),
            get(tables::exists),
        )
        .route(&format!("{ROOT}/table-summaries"), get(summaries::list))
}
