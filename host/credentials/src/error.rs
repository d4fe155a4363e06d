use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clock::ClockSkew;
use crate::source::SecretSource;

/// Why there is no credential. It says what was attempted, on what, and why it failed; [`CredentialError::hint`] says what to do about it.
///
/// No message holds a secret: texts of servers and commands are redacted and shortened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// There is nothing where a secret should be.
    #[error("{0} is empty")]
    Empty(Setting),
    /// A secret cannot go into an HTTP header (RFC 9110, section 5.5).
    #[error("{0} holds a line break or another character that cannot be sent in an HTTP header")]
    NotAHeader(Setting),
    /// A token begins with the word that goes before it anyway.
    #[error("{0} begins with `Bearer`, which is put before it anyway")]
    BearerTwice(Setting),
    /// A setting that is no secret cannot be used.
    #[error("`{key}` cannot be {value}: {reason}")]
    Unusable {
        /// Its key in `[adapter.NAME.auth]`.
        key: &'static str,
        /// Its value; of a URL no more than origin and path.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read.
    #[error("cannot read {setting}: {reason}")]
    File {
        /// What names the file.
        setting: Setting,
        /// What the operating system says, or that it is too large or no text.
        reason: String,
    },
    /// A command did not print a secret.
    #[error("{setting} {failure}")]
    Command {
        /// What names the command.
        setting: Setting,
        /// How it ended.
        failure: CommandFailure,
    },
    /// A JSON file of Google's is not what it should be.
    #[error("{setting} is not a {expected} file: {problem}")]
    KeyFile {
        /// What holds it.
        setting: Setting,
        /// The `type` that it should have.
        expected: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A private key cannot be used.
    #[error("{setting} holds no usable private key: {problem}")]
    Key {
        /// What holds it.
        setting: Setting,
        /// What is wrong with it.
        problem: KeyProblem,
    },
    /// A token endpoint did not answer.
    #[error("cannot ask {endpoint} for a token{}: {reason}", tried(*attempts))]
    Transport {
        /// Origin and path.
        endpoint: String,
        /// How often it was asked.
        attempts: u32,
        /// What the transport says.
        reason: String,
    },
    /// A token endpoint knows the request and refuses it (RFC 6749, section 5.2).
    #[error("{endpoint} rejected the {grant}: {rejection}{}{}", said(description.as_deref()), aside(*skew))]
    Rejected {
        /// Origin and path.
        endpoint: String,
        /// What it was offered.
        grant: Grant,
        /// The error's code.
        rejection: Rejection,
        /// What else the server says.
        description: Option<String>,
        /// How wrong the clock is, if it is.
        skew: Option<ClockSkew>,
    },
    /// A token endpoint answered with another failure.
    #[error("{endpoint} answered {status} to the {grant}{}{}{}", said(description.as_deref()), later(*retry_after), aside(*skew))]
    Status {
        /// Origin and path.
        endpoint: String,
        /// What it was offered.
        grant: Grant,
        /// The HTTP status.
        status: u16,
        /// What the server says: its error's code and description, or the beginning of a plain text.
        description: Option<String>,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
        /// How wrong the clock is, if it is.
        skew: Option<ClockSkew>,
    },
    /// A token endpoint succeeded with something else than JSON. It is not shown: it may hold a token.
    #[error("{endpoint} answered the {grant} with {content_type} instead of JSON")]
    NotJson {
        /// Origin and path.
        endpoint: String,
        /// What it was offered.
        grant: Grant,
        /// The content type of the answer.
        content_type: String,
    },
    /// A token endpoint succeeded without a token.
    #[error("{endpoint} answered the {grant} with JSON that holds no `access_token`")]
    NoAccessToken {
        /// Origin and path.
        endpoint: String,
        /// What it was offered.
        grant: Grant,
    },
    /// A token is of a type that is not sent as `Bearer` (RFC 6749, section 7.1).
    #[error("{endpoint} gave a token of type {token_type:?} instead of Bearer")]
    TokenType {
        /// Origin and path.
        endpoint: String,
        /// The type.
        token_type: String,
    },
    /// A token cannot be sent in a header.
    #[error("{endpoint} gave a token that cannot be sent in an HTTP header")]
    UnusableToken {
        /// Origin and path.
        endpoint: String,
    },
    /// Whoever answered in the place of Google's metadata server is something else: it does not say `Metadata-Flavor: Google`.
    #[error(
        "{endpoint} is not Google's metadata server: its answer has no `Metadata-Flavor: Google`"
    )]
    NotMetadataServer {
        /// Origin and path.
        endpoint: String,
    },
    /// The process is ending.
    #[error("the credential was not read, because the process is ending")]
    Ending,
}

/// A setting of `[adapter.NAME.auth]` that gives a secret, and the file or command that it names. It prints as `` `token_file` (/run/token) ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    stem: &'static str,
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Value,
    File(PathBuf),
    Command(String),
}

impl Setting {
    /// A setting that is given as it is.
    pub(crate) fn value(stem: &'static str) -> Self {
        let form = Form::Value;
        Self { stem, form }
    }

    /// The setting `stem`, `stem_file` or `stem_command`.
    pub(crate) fn of(stem: &'static str, source: &SecretSource) -> Self {
        let form = match source {
            SecretSource::Text(_) => Form::Value,
            SecretSource::File(path) => Form::File(path.clone()),
            // Arguments may hold anything.
            SecretSource::Command(command) => {
                Form::Command(command.first().cloned().unwrap_or_default())
            }
        };
        Self { stem, form }
    }

    /// Its key, such as `token_file`.
    pub fn key(&self) -> String {
        let suffix = match self.form {
            Form::Value => "",
            Form::File(_) => "_file",
            Form::Command(_) => "_command",
        };
        format!("{}{suffix}", self.stem)
    }

    /// The file that it names, if it does.
    pub fn file(&self) -> Option<&Path> {
        match &self.form {
            Form::File(path) => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.key())?;
        match &self.form {
            Form::Value => Ok(()),
            Form::File(path) => write!(f, " ({})", path.display()),
            Form::Command(program) => write!(f, " ({program})"),
        }
    }
}

/// How a command ended that should have printed a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandFailure {
    /// There is no such program.
    #[error("was not found")]
    NotFound,
    /// It cannot be started for another reason.
    #[error("cannot be started: {0}")]
    NotStarted(String),
    /// It ended with a failure.
    #[error("failed with {status}{}", said(stderr.as_deref()))]
    Failed {
        /// Its exit status or signal, in the words of the operating system.
        status: String,
        /// The end of what it wrote to its standard error.
        stderr: Option<String>,
    },
    /// It did not end.
    #[error("did not end within {} s", limit.as_secs())]
    TimedOut {
        /// The time that it had.
        limit: Duration,
    },
    /// It printed nothing.
    #[error("succeeded but printed nothing{}", said(stderr.as_deref()))]
    PrintedNothing {
        /// The end of what it wrote to its standard error.
        stderr: Option<String>,
    },
    /// It printed too much, or no text.
    #[error("printed {0}")]
    Unreadable(String),
}

/// What is wrong with a private key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// It is not in the text format of RFC 7468.
    #[error("it is not PEM, which begins with `-----BEGIN PRIVATE KEY-----`")]
    NotPem,
    /// It is PEM of something else.
    #[error("it is a {}, not a private key", .0.to_lowercase())]
    WrongLabel(String),
    /// It is PEM, but what is inside does not decode.
    #[error("it is damaged ({0})")]
    Garbled(String),
    /// It is a key of another kind than RSA.
    #[error("it is not an RSA key")]
    NotRsa,
    /// Its modulus is too short.
    #[error("it has {bits} bits; at least 2048 are needed")]
    TooShort {
        /// The length of its modulus.
        bits: usize,
    },
    /// Its modulus is too long.
    #[error("it has {bits} bits; at most 4096 can be used")]
    TooLong {
        /// The length of its modulus.
        bits: usize,
    },
    /// It is encrypted in OpenSSL's own way of old, which is no standard.
    #[error("it is encrypted in the outdated way that says `Proc-Type: 4,ENCRYPTED`")]
    LegacyEncryption,
    /// It is encrypted with something that is not supported.
    #[error("it is encrypted with an algorithm other than PBES2 with AES or 3DES")]
    UnsupportedEncryption,
    /// It is encrypted, and there is no passphrase.
    #[error("it is encrypted, and there is no passphrase")]
    PassphraseMissing,
    /// It is encrypted, and the passphrase does not decrypt it.
    #[error("the passphrase does not decrypt it")]
    WrongPassphrase,
    /// It decodes, but signs nothing.
    #[error("signing with it failed")]
    Signing,
}

/// What a token endpoint is offered in exchange for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grant {
    /// A client's id and secret (RFC 6749, section 4.4).
    ClientCredentials,
    /// A signed statement of who asks (RFC 7523).
    JwtBearer,
    /// What an earlier login left (RFC 6749, section 6).
    RefreshToken,
    /// The same, of Snowflake.
    SnowflakeRefreshToken,
    /// Nothing but where the request comes from.
    Metadata,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Grant::ClientCredentials => "client credentials",
            Grant::JwtBearer => "signed assertion",
            Grant::RefreshToken | Grant::SnowflakeRefreshToken => "refresh token",
            Grant::Metadata => "request for a token",
        })
    }
}

/// The ways in which a token endpoint refuses a request that it understands (RFC 6749, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// What was offered is invalid, expired or revoked.
    InvalidGrant,
    /// The client is unknown, or its secret is wrong.
    InvalidClient,
    /// The client may not use this grant.
    UnauthorizedClient,
    /// A scope is unknown, or more than what was granted.
    InvalidScope,
}

impl Rejection {
    /// The rejection with this code.
    pub(crate) fn with_code(code: &str) -> Option<Self> {
        [
            Self::InvalidGrant,
            Self::InvalidClient,
            Self::UnauthorizedClient,
            Self::InvalidScope,
        ]
        .into_iter()
        .find(|it| it.code() == code)
    }

    /// Its code in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::InvalidScope => "invalid_scope",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

fn tried(attempts: u32) -> String {
    match attempts {
        0 | 1 => String::new(),
        more => format!(" (tried {more} times)"),
    }
}

fn said(text: Option<&str>) -> String {
    text.map(|text| format!(": {text}")).unwrap_or_default()
}

fn later(retry_after: Option<Duration>) -> String {
    retry_after
        .map(|time| format!("; it asks to be left alone for {} s", time.as_secs()))
        .unwrap_or_default()
}

fn aside(skew: Option<ClockSkew>) -> String {
    skew.map(|skew| format!("; {skew}")).unwrap_or_default()
}
