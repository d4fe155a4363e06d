use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::command;
use crate::error::{CredentialError, Setting};
use crate::mint::Context;
use crate::secret::Secret;
use crate::vault::Vault;

/// Nobody's secret is larger.
pub(crate) const MOST_BYTES: u64 = 1 << 20;

/// Where a secret comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// The secret itself, which stays the same.
    Text(Secret),
    /// A file that is read whenever the secret is needed, without one line break at its end. At most 1 MiB of UTF-8.
    File(PathBuf),
    /// A program and its arguments, run whenever the secret is needed, which print the secret within 30 seconds. No shell takes part, the standard input is
    /// empty, the standard error goes into messages, redacted. One line break at the end of what it prints does not count.
    Command(Vec<String>),
}

/// Shows no secret, nor the arguments of a command, which may hold one.
impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(secret) => f.debug_tuple("Text").field(secret).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Command(command) => {
                let program = command.first().map(String::as_str).unwrap_or_default();
                let mut list = f.debug_tuple("Command");
                list.field(&program);
                if command.len() > 1 {
                    list.field(&format_args!("[redacted]"));
                }
                list.finish()
            }
        }
    }
}

/// A source together with the setting that names it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    stem: &'static str,
    source: SecretSource,
}

impl Source {
    /// Checks what can be known without reading: that a text, a file's name or a command is there.
    pub(crate) fn new(
        stem: &'static str,
        source: SecretSource,
        vault: &Vault,
    ) -> Result<Self, CredentialError> {
        let named = Self { stem, source };
        let is_empty = match &named.source {
            SecretSource::Text(secret) => is_blank(secret),
            SecretSource::File(path) => path.as_os_str().is_empty(),
            SecretSource::Command(command) => command.first().is_none_or(String::is_empty),
        };
        if is_empty {
            return Err(CredentialError::Empty(named.setting()));
        }
        if let Some(text) = named.text() {
            vault.remember_read(text);
        }
        Ok(named)
    }

    /// The setting as messages name it.
    pub(crate) fn setting(&self) -> Setting {
        Setting::of(self.stem, &self.source)
    }

    /// The secret where it never changes.
    pub(crate) fn text(&self) -> Option<&Secret> {
        match &self.source {
            SecretSource::Text(secret) => Some(secret),
            _ => None,
        }
    }

    /// Gets the secret, in which there is more than white space, and has the vault remember it.
    pub(crate) async fn read(&self, context: &Context) -> Result<Secret, CredentialError> {
        let secret = match &self.source {
            SecretSource::Text(secret) => secret.clone(),
            SecretSource::File(path) => self.read_file(path.clone()).await?,
            SecretSource::Command(command) => {
                command::run(command, context).await.map_err(|failure| {
                    CredentialError::Command {
                        setting: self.setting(),
                        failure,
                    }
                })?
            }
        };
        if is_blank(&secret) {
            return Err(CredentialError::Empty(self.setting()));
        }
        context.vault.remember_read(&secret);
        Ok(secret)
    }

    async fn read_file(&self, path: PathBuf) -> Result<Secret, CredentialError> {
        let read = off_the_runtime(move || read_text(&path)).await?;
        read.map_err(|reason| CredentialError::File {
            setting: self.setting(),
            reason,
        })
    }
}

fn is_blank(secret: &Secret) -> bool {
    secret.expose().trim().is_empty()
}

/// Runs what blocks or computes for long where it holds up no other future.
pub(crate) async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CredentialError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| CredentialError::Ending)
}

fn read_text(path: &Path) -> Result<Secret, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("it is larger than {MOST_BYTES} bytes"));
    }
    secret_of(&bytes).ok_or_else(|| "it is not UTF-8".to_owned())
}

/// The secret in what a file or a program's output holds: the text without one line break at its end.
pub(crate) fn secret_of(bytes: &[u8]) -> Option<Secret> {
    let text = str::from_utf8(bytes).ok()?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    Some(Secret::new(text.strip_suffix('\r').unwrap_or(text)))
}
