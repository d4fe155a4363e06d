//! What every protocol and the control endpoint share.

use crate::access::{Access, Viewer};
use crate::catalog::Metastore;
use crate::http::fault::Faults;
use crate::http::requests::RequestLog;
use crate::identity::Identities;
use crate::settings::Settings;
use crate::snowflake::Users;
use crate::sql::Engine;
use crate::storage::Storage;
use std::sync::{Arc, PoisonError, RwLock};

/// One warehouse: its catalog, its SQL engine and how it behaves today.
#[derive(Debug)]
pub(crate) struct Shared {
    pub metastore: Arc<Metastore>,
    pub engine: Engine,
    pub faults: Faults,
    pub requests: RequestLog,
    pub identities: Identities,
    pub snowflake_users: Users,
    pub storage: Storage,
    settings: RwLock<Settings>,
    access: RwLock<Access>,
}

impl Shared {
    /// The files of large results will be served at `storage_url`.
    pub fn new(
        metastore: Arc<Metastore>,
        settings: Settings,
        access: Access,
        storage_url: String,
    ) -> Self {
        Self {
            engine: Engine::new(Arc::clone(&metastore)),
            metastore,
            faults: Faults::default(),
            requests: RequestLog::default(),
            identities: Identities::default(),
            snowflake_users: Users::default(),
            storage: Storage::new(storage_url),
            settings: RwLock::new(settings),
            access: RwLock::new(access),
        }
    }

    pub fn settings(&self) -> Settings {
        self.settings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub fn change_settings<T>(&self, change: impl FnOnce(&mut Settings) -> T) -> T {
        change(
            &mut self
                .settings
                .write()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    pub fn change_access<T>(&self, change: impl FnOnce(&mut Access) -> T) -> T {
        change(&mut self.access.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// The catalog as the owner of this token sees it.
    pub fn viewer(&self, token: &str) -> Option<Viewer> {
        self.access
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .viewer(token)
    }

    /// The catalog as this principal sees it.
    pub fn viewer_of(&self, principal: &str) -> Viewer {
        self.access
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .viewer_of(principal)
    }
}
