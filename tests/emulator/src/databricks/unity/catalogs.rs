//! `GET catalogs` and `GET catalogs/{name}`.

use super::page::{Page, PageParameters};
use super::{find, render};
use crate::access::Permission;
use crate::databricks::Workspace;
use crate::databricks::caller::Caller;
use crate::databricks::error::ApiError;
use crate::databricks::extract::Params;
use crate::databricks::json::{Integers, answer};
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

pub(super) async fn list(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Params(parameters): Params<PageParameters>,
) -> Result<Response, ApiError> {
    let settings = workspace.shared.settings();
    let page = Page::read(&parameters, &settings, settings.list_page_size)?;
    let integers = Integers {
        as_text: settings.int64_as_text,
    };
    let catalogs = workspace.shared.metastore.read();
    let entries = catalogs
        .after(page.after.first())
        .filter_map(|(name, catalog)| {
            let permission = viewer.permission(&[name.as_str()]);
            let listed = find::is_unity(name)
                && match permission {
                    Permission::Granted => true,
                    Permission::Denied => parameters.include_browse,
                    Permission::Hidden => false,
                };
            listed.then(|| (vec![name.clone()], (catalog, permission)))
        });
    let body = page.fill("catalogs", entries, |out, names, (catalog, permission)| {
        let browse_only = permission == Permission::Denied;
        render::catalog(
            out,
            names[0].as_str(),
            &catalog.facts,
            browse_only,
            integers,
        )
    })?;
    Ok(answer(body))
}

pub(super) async fn one(
    State(workspace): State<Arc<Workspace>>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let integers = Integers {
        as_text: workspace.shared.settings().int64_as_text,
    };
    let catalogs = workspace.shared.metastore.read();
    let (name, catalog) = find::catalog(&catalogs, &viewer, &name)?;
    let mut body = Vec::new();
    render::catalog(&mut body, name.as_str(), &catalog.facts, false, integers)?;
    Ok(answer(body))
}
