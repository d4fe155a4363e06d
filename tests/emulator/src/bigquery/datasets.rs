//! `GET datasets` and `GET datasets/{dataset}`.

use super::caller::Caller;
use super::extract::Params;
use super::numbers::flag;
use super::page::{Page, PageParameters};
use super::{ROOT, Service, error::ApiError, find, respond};
use crate::catalog::Facts;
use crate::sql::google::{dataset_location, is_dataset};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route(&format!("{ROOT}/{{project}}/datasets"), get(list))
        .route(
            &format!("{ROOT}/{{project}}/datasets/{{dataset}}"),
            get(one),
        )
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Which {
    #[serde(deserialize_with = "flag")]
    all: bool,
    /// `labels.key` or `labels.key:value`, several with spaces between.
    filter: Option<String>,
}

/// The properties whose names and values could be labels.
pub(super) fn labels(properties: &BTreeMap<String, String>) -> Value {
    let fits = |text: &str| {
        text.chars().all(|letter| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '-')
        })
    };
    let labels = properties.iter().filter(|(key, value)| {
        key.starts_with(|first: char| first.is_ascii_lowercase())
            && *key != "location"
            && fits(key)
            && fits(value)
    });
    let labels = labels.map(|(key, value)| (key.clone(), value.as_str().into()));
    Value::Object(labels.collect::<Map<_, _>>())
}

impl Which {
    fn covers(&self, name: &str, facts: &Facts) -> bool {
        let labels = labels(&facts.properties);
        let filter = self.filter.as_deref().unwrap_or_default();
        let fits = |term: &str| {
            let term = term.trim_start_matches("labels.");
            match term.split_once(':') {
                Some((key, value)) => labels[key] == value,
                None => labels.get(term).is_some(),
            }
        };
        (self.all || !name.starts_with('_')) && filter.split_whitespace().all(fits)
    }
}

async fn list(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path(project): Path<String>,
    Params(which): Params<Which>,
    Params(parameters): Params<PageParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = Page::read(&parameters, &service.shared.settings())?;
    let catalogs = service.shared.metastore.read();
    let catalog = find::project(&catalogs, &viewer, &project)?;
    let entries = catalog.schemas.after(page.after.as_ref());
    let entries = entries.filter(|(name, schema)| {
        let name = name.as_str();
        is_dataset(name, schema)
            && which.covers(name, &schema.facts)
            && viewer.may_use(&[&project, name])
    });
    let mut body = json!({"kind": "bigquery#datasetList"});
    page.fill(&mut body, "datasets", entries, |name, schema| {
        let mut entry = summary(&project, name.as_str(), &schema.facts);
        entry["kind"] = "bigquery#dataset".into();
        entry
    });
    Ok(respond::tagged(&headers, body))
}

/// What lists and single datasets both tell.
fn summary(project: &str, name: &str, facts: &Facts) -> Value {
    json!({
        "id": format!("{project}:{name}"),
        "datasetReference": {"projectId": project, "datasetId": name},
        "location": dataset_location(facts),
        "labels": labels(&facts.properties),
    })
}

async fn one(
    State(service): State<Arc<Service>>,
    Caller(viewer): Caller,
    Path((project, dataset)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let catalogs = service.shared.metastore.read();
    let (name, schema) = find::dataset(&catalogs, &viewer, &project, &dataset)?;
    let facts = &schema.facts;
    let mut body = summary(&project, name.as_str(), facts);
    body["kind"] = "bigquery#dataset".into();
    body["creationTime"] = facts.created_at.to_string().into();
    body["lastModifiedTime"] = facts.updated_at.to_string().into();
    body["access"] = json!([{"role": "OWNER", "userByEmail": &*facts.owner}]);
    if let Some(comment) = facts.comment.as_deref() {
        body["description"] = comment.into();
    }
    Ok(respond::tagged(&headers, body))
}
