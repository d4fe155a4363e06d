//! What to do about an error, in the terms of `[adapter.NAME.auth]`.

use crate::error::{CommandFailure, CredentialError, Grant, KeyProblem, Rejection, Setting};

/// How to make a key of the one form that every warehouse takes.
const CONVERT: &str = "convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.pem -out NEW.p8";

impl CredentialError {
    /// What to do about it, naming the keys of `[adapter.NAME.auth]`. None where the message says all there is to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Empty(setting) => Some(empty(setting)),
            Self::NotAHeader(setting) => Some(format!(
                "`{}` must give the bare secret on one line, no JSON and no second line",
                setting.key()
            )),
            Self::BearerTwice(setting) => {
                Some(format!("leave `Bearer` out of `{}`", setting.key()))
            }
            Self::File { setting, .. } => Some(format!(
                "check that the file which `{}` names exists and that this user may read it",
                setting.key()
            )),
            Self::Command { setting, failure } => Some(command(setting, failure)),
            Self::KeyFile {
                setting, expected, ..
            } => Some(key_file(setting, expected)),
            Self::Key { setting, problem } => key(setting, problem),
            Self::Transport { endpoint, .. } => Some(format!(
                "check that {endpoint} is right and can be reached from here"
            )),
            Self::Rejected {
                skew: Some(_),
                grant: Grant::JwtBearer,
                ..
            } => Some("set this machine's clock: what it signs carries its time".to_owned()),
            Self::Rejected {
                grant, rejection, ..
            } => Some(rejected(*grant, *rejection).to_owned()),
            Self::Status { grant, status, .. } => failed(*grant, *status).map(ToOwned::to_owned),
            Self::NotJson { grant, .. } | Self::NoAccessToken { grant, .. } => {
                Some(wrong_address(*grant).to_owned())
            }
            Self::NotMetadataServer { .. } => Some(ELSEWHERE.to_owned()),
            Self::Unusable { .. }
            | Self::TokenType { .. }
            | Self::UnusableToken { .. }
            | Self::Ending => None,
        }
    }
}

/// What to do where there is no metadata server.
const ELSEWHERE: &str = "the metadata server exists on Google Cloud only; elsewhere use the \
    `key_file` of a service account";

fn empty(setting: &Setting) -> String {
    let key = setting.key();
    match setting.file() {
        Some(_) => format!("put the secret into the file that `{key}` names"),
        None => format!("give `{key}` a value; is a variable that it stands for unset?"),
    }
}

fn command(setting: &Setting, failure: &CommandFailure) -> String {
    let key = setting.key();
    match failure {
        CommandFailure::NotFound => format!(
            "`{key}` is a program and its arguments, run without a shell; \
             is the program installed and in PATH?"
        ),
        CommandFailure::TimedOut { .. } => format!(
            "`{key}` runs without a terminal: a program that asks for a password \
             or a login there never ends"
        ),
        _ => {
            format!("run the command of `{key}` by hand: it must print the bare secret and succeed")
        }
    }
}

fn key_file(setting: &Setting, expected: &str) -> String {
    let key = setting.key();
    match expected {
        "service_account" => format!(
            "`{key}` wants the JSON key of a service account, as the Google Cloud console \
             or `gcloud iam service-accounts keys create` makes it"
        ),
        _ => format!("`{key}` wants the file that `gcloud auth application-default login` makes"),
    }
}

fn key(setting: &Setting, problem: &KeyProblem) -> Option<String> {
    let key = setting.key();
    Some(match problem {
        KeyProblem::PassphraseMissing => {
            "set `passphrase`, `passphrase_file` or `passphrase_command`".to_owned()
        }
        KeyProblem::WrongPassphrase => "check `passphrase`".to_owned(),
        KeyProblem::LegacyEncryption | KeyProblem::UnsupportedEncryption => CONVERT.to_owned(),
        KeyProblem::WrongLabel(_) => {
            format!("`{key}` wants the private half of the key pair, which only you have")
        }
        KeyProblem::NotRsa | KeyProblem::TooShort { .. } | KeyProblem::TooLong { .. } => {
            "make a new key with `openssl genrsa 2048` and register its public half".to_owned()
        }
        KeyProblem::NotPem | KeyProblem::Garbled(_) => format!(
            "`{key}` wants the whole file, with its BEGIN and END lines and its line breaks"
        ),
        KeyProblem::Signing => return None,
    })
}

fn rejected(grant: Grant, rejection: Rejection) -> &'static str {
    match (grant, rejection) {
        (Grant::ClientCredentials, Rejection::InvalidClient | Rejection::InvalidGrant) => {
            "check `client_id` and `client_secret`: the client is unknown, \
             or its secret is wrong or has expired"
        }
        (Grant::ClientCredentials, Rejection::UnauthorizedClient) => {
            "the client of `client_id` is not allowed to ask for tokens by itself \
             (client credentials)"
        }
        (Grant::ClientCredentials, Rejection::InvalidScope) => "check `scope`",
        (Grant::SnowflakeRefreshToken, Rejection::InvalidClient) => {
            "check `client_id` and `client_secret`: they are those of the security integration"
        }
        (Grant::SnowflakeRefreshToken, _) => {
            "the refresh token has expired or was revoked: sign in once more, and give the new one"
        }
        (Grant::RefreshToken, Rejection::InvalidScope) => {
            "`scopes` may hold no more than what the login granted; \
             leave it out to get all of that"
        }
        (Grant::RefreshToken, _) => {
            "the login has expired or was revoked: \
             run `gcloud auth application-default login` again"
        }
        (_, Rejection::InvalidScope) => "check `scopes`",
        (_, Rejection::UnauthorizedClient) => {
            "the service account may not act for `subject` with these `scopes`: \
             grant it domain-wide delegation"
        }
        _ => {
            "check that the key still exists and the account is enabled, \
             and that this machine's clock is right"
        }
    }
}

fn failed(grant: Grant, status: u16) -> Option<&'static str> {
    match (grant, status) {
        (_, 429 | 500..=599) => Some("the server is at fault or busy: try again later"),
        (Grant::Metadata, 404) => {
            Some("check `service_account`: this machine has none of that name")
        }
        (Grant::Metadata, _) => Some("check that this machine has a service account, and `scopes`"),
        (Grant::ClientCredentials | Grant::SnowflakeRefreshToken, 401 | 403) => {
            Some("check `client_id` and `client_secret`")
        }
        (_, 300..=399 | 404 | 405) => Some(wrong_address(grant)),
        _ => None,
    }
}

fn wrong_address(grant: Grant) -> &'static str {
    match grant {
        Grant::ClientCredentials => {
            "check `token_url` (for Databricks, the adapter's endpoint): is it a token endpoint?"
        }
        Grant::SnowflakeRefreshToken => "check the adapter's endpoint: is it the account's?",
        Grant::Metadata => "check `host`",
        _ => "check `token_uri` in the key file",
    }
}
