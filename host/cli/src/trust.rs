//! What a project's plugins may do: what is known to be harmless, what the user typed, and what `rocky.lock` records.

use rocky_plugin::{Approved, Origin, Plugin};

use crate::approvals;
use crate::config::{AdapterSection, Project};
use crate::context::Context;
use crate::error::CommandError;
use crate::lock_file::{LockFile, LockedAdapter, LockedPlugin};

/// The lock file of a project, and how strictly it is taken.
#[derive(Debug)]
pub struct Trust {
    lock: Option<LockFile>,
    /// Whether nothing may differ from it.
    locked: bool,
}

impl Trust {
    /// Reads the project's lock file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is not there although nothing may differ from it.
    pub fn of(project: &Project, locked: bool) -> Result<Self, CommandError> {
        let lock = LockFile::load(project)?;
        if lock.is_none() && locked {
            let path = LockFile::path(project.directory());
            return Err(
                CommandError::failed(format!("there is no {}", path.display()))
                    .hint("write it with `rocky plugin lock`, or run without --locked"),
            );
        }
        Ok(Self { lock, locked })
    }

    /// What an adapter may send, if its plugin may be run at all.
    ///
    /// # Errors
    ///
    /// When the plugin asks for more than was approved, or differs at all where nothing may.
    pub fn approve(
        &self,
        context: &Context,
        name: &str,
        section: &AdapterSection,
        plugin: &Plugin,
        endpoint: &Origin,
    ) -> Result<Approved, CommandError> {
        let source = section.plugin.to_string();
        let now = LockedPlugin::of(&source, plugin);
        let approved = approvals::built_in();
        let Some(entry) = self.lock.as_ref().and_then(|lock| lock.plugin(&source)) else {
            return match self.locked {
                true => Err(refused(
                    &source,
                    &["rocky.lock does not name it".to_owned()],
                )),
                false => Ok(approved),
            };
        };
        let adapter = self.lock.as_ref().and_then(|lock| lock.adapter(name));
        if self.locked {
            let mut changes = entry.changes(&now);
            match adapter {
                Some(adapter) => {
                    changes.extend(adapter.changes(&locked_adapter(name, section, endpoint)))
                }
                None => changes.push(format!("rocky.lock does not name the adapter `{name}`")),
            }
            if !changes.is_empty() {
                return Err(refused(&source, &changes));
            }
        }
        let more = entry.more_in(&now);
        if !more.is_empty() {
            let more: Vec<String> = more
                .iter()
                .map(|more| format!("it now asks {more}"))
                .collect();
            return Err(refused(&source, &more));
        }
        if entry.sha256 != now.sha256 {
            context.warn(&format!(
                "the plugin `{source}` is another build than rocky.lock records, and asks for nothing more; \
                 `rocky plugin lock` records it"
            ));
        }
        let mut approved = approved.and(entry.approved());
        if let Some(origin) = adapter.and_then(|adapter| adapter.endpoint.parse::<Origin>().ok()) {
            approved.endpoints.push(origin.into());
        }
        Ok(approved)
    }
}

/// What an adapter's section grants, for the lock file.
pub fn locked_adapter(name: &str, section: &AdapterSection, endpoint: &Origin) -> LockedAdapter {
    let allow = section.network.allow.iter().map(ToString::to_string);
    LockedAdapter {
        name: name.to_owned(),
        plugin: section.plugin.to_string(),
        endpoint: endpoint.to_string(),
        allow: allow.collect(),
        statements: section.network.statements.as_str().to_owned(),
    }
}

fn refused(source: &str, changes: &[String]) -> CommandError {
    let changes = changes.join("; ");
    CommandError::failed(format!(
        "the plugin `{source}` is not as rocky.lock approves it: {changes}"
    ))
    .hint(format!(
        "look at it with `rocky plugin inspect {source}`, and approve it with `rocky plugin lock`"
    ))
}
