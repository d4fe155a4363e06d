//! Runs the command that prints a secret.

use std::io::ErrorKind;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use crate::error::CommandFailure;
use crate::excerpt;
use crate::mint::Context;
use crate::secret::Secret;
use crate::source::{MOST_BYTES, secret_of};
use crate::vault::Vault;

/// A command that needs longer waits for somebody.
const LIMIT: Duration = Duration::from_secs(30);

/// What a command printed.
struct Output {
    status: ExitStatus,
    stdout: Zeroizing<Vec<u8>>,
    stderr: Zeroizing<Vec<u8>>,
}

/// Runs a program with its arguments and takes what it prints. It is killed when it takes too long, or when nobody waits for it any more.
pub(crate) async fn run(command: &[String], context: &Context) -> Result<Secret, CommandFailure> {
    let vault = &context.vault;
    let (program, arguments) = command.split_first().ok_or(CommandFailure::NotFound)?;
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => CommandFailure::NotFound,
            _ => CommandFailure::NotStarted(error.to_string()),
        })?;
    let output = tokio::select! {
        output = finish(child) => output?,
        () = context.clock.sleep(LIMIT) => return Err(CommandFailure::TimedOut { limit: LIMIT }),
    };
    let secret = secret_of(&output.stdout);
    // Before anything of the command is shown: it may have written its secret to both of its outputs.
    if let Some(secret) = &secret {
        vault.remember_read(secret);
    }
    if !output.status.success() {
        return Err(CommandFailure::Failed {
            status: output.status.to_string(),
            stderr: shown(&output.stderr, vault),
        });
    }
    let secret = secret.ok_or_else(|| CommandFailure::Unreadable("no UTF-8".to_owned()))?;
    if secret.expose().trim().is_empty() {
        return Err(CommandFailure::PrintedNothing {
            stderr: shown(&output.stderr, vault),
        });
    }
    Ok(secret)
}

async fn finish(mut child: Child) -> Result<Output, CommandFailure> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let wait = async { child.wait().await.map_err(failed) };
    let (stdout, stderr, status) = tokio::try_join!(collect(stdout), collect(stderr), wait)?;
    Ok(Output {
        status,
        stdout,
        stderr,
    })
}

async fn collect(
    pipe: Option<impl AsyncRead + Unpin>,
) -> Result<Zeroizing<Vec<u8>>, CommandFailure> {
    let mut bytes = Zeroizing::new(Vec::new());
    if let Some(pipe) = pipe {
        let mut limited = pipe.take(MOST_BYTES + 1);
        limited.read_to_end(&mut bytes).await.map_err(failed)?;
    }
    if bytes.len() as u64 > MOST_BYTES {
        let much = format!("more than {MOST_BYTES} bytes");
        return Err(CommandFailure::Unreadable(much));
    }
    Ok(bytes)
}

fn failed(error: std::io::Error) -> CommandFailure {
    CommandFailure::Unreadable(format!("something that cannot be read: {error}"))
}

fn shown(stderr: &[u8], vault: &Vault) -> Option<String> {
    excerpt::end(&String::from_utf8_lossy(stderr), vault)
}
