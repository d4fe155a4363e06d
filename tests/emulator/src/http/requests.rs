//! Counts of what was asked and sent.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a protocol's clients asked for since the start or the last reset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Requests in all, also those that a fault answered.
    pub total: u64,
    /// Bytes of the bodies that were sent.
    pub bytes_sent: u64,
    /// Statements of Snowflake that needed a warehouse: each would have woken it.
    pub warehouse_statements: u64,
    /// The same for each route.
    pub routes: Vec<Route>,
}

/// The requests of one method to one route.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The method.
    pub method: String,
    /// The route's pattern, for example `/api/2.1/unity-catalog/tables/{full_name}`; the path
    /// itself where there is no route.
    pub path: String,
    /// How many requests.
    pub requests: u64,
    /// Bytes of their answers' bodies.
    pub bytes_sent: u64,
}

impl Requests {
    /// How many requests went to routes whose pattern ends like this.
    pub fn to(&self, path_end: &str) -> u64 {
        let fitting = |route: &&Route| route.path.ends_with(path_end);
        self.routes
            .iter()
            .filter(fitting)
            .map(|route| route.requests)
            .sum()
    }
}

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    routes: Mutex<BTreeMap<(String, String), (u64, u64)>>,
    warehouse_statements: AtomicU64,
}

impl RequestLog {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<(String, String), (u64, u64)>) -> T) -> T {
        work(&mut self.routes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn count(&self, method: &str, path: &str) {
        self.add(method, path, 1, 0);
    }

    pub fn sent(&self, method: &str, path: &str, bytes: u64) {
        self.add(method, path, 0, bytes);
    }

    fn add(&self, method: &str, path: &str, requests: u64, bytes: u64) {
        self.with(|routes| {
            let key = (method.to_owned(), path.to_owned());
            let route = routes.entry(key).or_default();
            route.0 += requests;
            route.1 += bytes;
        });
    }

    /// Counts statements that needed a warehouse.
    pub fn count_warehouse_statements(&self, statements: usize) {
        let statements = u64::try_from(statements).unwrap_or(u64::MAX);
        self.warehouse_statements
            .fetch_add(statements, Ordering::Relaxed);
    }

    pub fn reset(&self) {
        self.with(BTreeMap::clear);
        self.warehouse_statements.store(0, Ordering::Relaxed);
    }

    pub fn report(&self) -> Requests {
        let routes: Vec<Route> = self.with(|routes| {
            let route =
                |((method, path), (requests, bytes_sent)): (&(String, String), &(u64, u64))| {
                    Route {
                        method: method.clone(),
                        path: path.clone(),
                        requests: *requests,
                        bytes_sent: *bytes_sent,
                    }
                };
            routes.iter().map(route).collect()
        });
        Requests {
            total: routes.iter().map(|route| route.requests).sum(),
            bytes_sent: routes.iter().map(|route| route.bytes_sent).sum(),
            warehouse_statements: self.warehouse_statements.load(Ordering::Relaxed),
            routes,
        }
    }
}
