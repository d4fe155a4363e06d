//! What to do about a failure of an adapter, in terms of where the adapter was configured.

use rocky_credentials::CredentialError;
use rocky_plugin::{CallError, Failure, Limit, RefusalKind};
use rocky_schema::ErrorCode;

/// Where an adapter's settings came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Configured {
    /// `[adapter.NAME]` of a project.
    Project,
    /// `--set` on the command line, and the token from this environment variable, if from any.
    CommandLine { token: Option<String> },
    /// Nowhere: it was only asked what it is.
    Nowhere,
}

impl Configured {
    fn credential(&self, adapter: &str) -> String {
        match self {
            Self::CommandLine { token: Some(token) } => {
                format!("the token in the environment variable {token}")
            }
            Self::CommandLine { token: None } => {
                "the token: --token-env names the environment variable that holds it".to_owned()
            }
            _ => format!("the credential under [adapter.{adapter}.auth]"),
        }
    }

    fn settings(&self, adapter: &str) -> String {
        match self {
            Self::CommandLine { .. } => "given with --set".to_owned(),
            _ => format!("under [adapter.{adapter}]"),
        }
    }

    fn raise(&self, key: &str, adapter: &str) -> String {
        match self {
            Self::Project => format!("raise `{key}` under [adapter.{adapter}.limits]"),
            Self::CommandLine { .. } => format!(
                "raise `{key}` under [adapter.{adapter}.limits] in a rocky.toml (--set is for the plugin's own settings)"
            ),
            Self::Nowhere => {
                "nothing is configured yet that could be raised: report it to whoever made the plugin"
                    .to_owned()
            }
        }
    }
}

/// What to do about `error`, where that can be said.
pub fn hint(error: &CallError, configured: &Configured) -> Option<String> {
    match &error.failure {
        Failure::Refused(refusal) => Some(of_refusal(&refusal.kind, &error.adapter)),
        Failure::Adapter { error: said, .. } => {
            Some(of_code(&said.code, &error.adapter, configured))
        }
        Failure::Credential(reason) => of_credential(reason, &error.adapter, configured),
        Failure::Limit { limit } => Some(of_limit(*limit, &error.adapter, configured)),
        Failure::Trap { .. } => {
            Some("this is a defect of the plugin: report it to whoever made it".to_owned())
        }
        Failure::Answer(_) => Some(
            "run again; if it is the same, this is a defect of the plugin: report it to whoever made it".to_owned(),
        ),
        _ => None,
    }
}

fn of_refusal(kind: &RefusalKind, adapter: &str) -> String {
    let allow =
        |place: &str| format!("under [adapter.{adapter}.network] write: allow = [\"{place}\"]");
    match kind {
        RefusalKind::Declared { origin, .. } => format!("to allow it, {}", allow(origin)),
        RefusalKind::Undeclared => {
            "the plugin tried to reach a place that it never announced: do not allow that before its maker has \
             explained it"
                .to_owned()
        }
        RefusalKind::Address { origin } => {
            format!("if that is where your warehouse is, name it: {}", allow(origin))
        }
        RefusalKind::Unapproved => {
            "look at what the plugin asks for, and approve it with `rocky plugin lock`".to_owned()
        }
        RefusalKind::Statement => format!(
            "a plugin that only describes needs no more; `statements` under [adapter.{adapter}.network] can be \
             raised to \"read\" or \"any\""
        ),
        RefusalKind::Unannounced | RefusalKind::Body => format!(
            "report it to whoever made the plugin; `statements = \"any\"` under [adapter.{adapter}.network] lets all \
             requests to the endpoint out"
        ),
        _ => "report it to whoever made the plugin".to_owned(),
    }
}

/// The broker's hints name keys of a section that is not there without a project.
fn of_credential(
    error: &CredentialError,
    adapter: &str,
    configured: &Configured,
) -> Option<String> {
    let hint = error.hint()?;
    match configured {
        Configured::CommandLine { .. } => Some(format!("check {}", configured.credential(adapter))),
        _ => Some(format!("{hint} (under [adapter.{adapter}.auth])")),
    }
}

fn of_limit(limit: Limit, adapter: &str, configured: &Configured) -> String {
    let raise = configured.raise(limit.key(), adapter);
    match configured {
        Configured::Nowhere => raise,
        _ => format!("{raise}, or narrow what is described"),
    }
}

fn of_code(code: &ErrorCode, adapter: &str, configured: &Configured) -> String {
    match code {
        ErrorCode::Unauthenticated => format!("check {}", configured.credential(adapter)),
        ErrorCode::PermissionDenied => {
            "the warehouse knows who asks, but they may not: ask for the privilege".to_owned()
        }
        ErrorCode::NotFound => {
            "check the name as the warehouse spells it; what a principal may not see looks like what is not there"
                .to_owned()
        }
        ErrorCode::Unavailable => format!(
            "check the endpoint {} and that it can be reached from here",
            configured.settings(adapter)
        ),
        ErrorCode::Protocol => format!(
            "check that the endpoint {} is the warehouse itself, and run again; if it is the same, report it to \
             whoever made the plugin",
            configured.settings(adapter)
        ),
        ErrorCode::Timeout => {
            "run again: a warehouse that was asleep may be awake by then".to_owned()
        }
        ErrorCode::InvalidConfig => {
            format!("correct the settings {}", configured.settings(adapter))
        }
        ErrorCode::RateLimited => match configured {
            Configured::Project => {
                format!("try later, or lower `concurrency` under [adapter.{adapter}.limits]")
            }
            _ => "try later".to_owned(),
        },
        ErrorCode::TooLarge
        | ErrorCode::Unsupported
        | ErrorCode::Internal
        | ErrorCode::Other(_) => {
            "run again with -vvv to see the requests that led to this".to_owned()
        }
    }
}
