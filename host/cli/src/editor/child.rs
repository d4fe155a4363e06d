//! Describing a schema from an editor: another process does it, as the user would in a terminal.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rocky_schema::{IdentifierRules, SchemaName};

use crate::args::GlobalArgs;

/// How often to look whether it is over, or nobody waits any more.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs `rocky run` for one schema. `Err` says in a sentence what went wrong.
pub fn describe(
    directory: &Path,
    global: &GlobalArgs,
    adapter: &str,
    rules: Option<&IdentifierRules>,
    schema: &SchemaName,
    stop: &AtomicBool,
) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot run rocky: {error}");
    let program = std::env::current_exe().map_err(failed)?;
    let written = |name: &str| {
        rules.map_or_else(|| name.to_owned(), |rules| rules.written(name).into_owned())
    };
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .args(["run", "--output", "table", "--color", "never"])
        .arg(format!("--adapter={adapter}"))
        // In one argument each, because the names come from the editor and could look like options.
        .arg(format!("--catalog={}", written(&schema.catalog)))
        .arg(format!("--schema={}", written(&schema.schema)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(config) = &global.config {
        command.arg("--config").arg(config);
    }
    if let Some(state_path) = &global.state_path {
        command.arg("--state-path").arg(state_path);
    }
    if let Some(seconds) = global.cache_ttl {
        command.arg(format!("--cache-ttl={seconds}"));
    }
    let mut child = command.spawn().map_err(failed)?;
    let said = [collect(child.stdout.take()), collect(child.stderr.take())];
    let succeeded = wait(&mut child, stop).map_err(failed)?;
    let said = said.map(|thread| thread.join().unwrap_or_default());
    match succeeded {
        true => Ok(()),
        false => Err(reason(&said.concat())),
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was said before the pipe broke is all there is.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits until it is over, or ends it once nobody waits.
fn wait(child: &mut Child, stop: &AtomicBool) -> io::Result<bool> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if stop.load(Ordering::Relaxed) {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        thread::sleep(PAUSE);
    }
}

/// The line of a command's output that says what went wrong.
fn reason(said: &str) -> String {
    let told = said.lines().find_map(|line| {
        line.strip_prefix("error: ")
            .or_else(|| line.strip_prefix("failed: "))
    });
    told.unwrap_or("rocky run failed without a word").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_first_line_that_fails() {
        assert_eq!(
            reason("adapter  schema\nfailed: no such schema\nerror: x"),
            "no such schema"
        );
        assert_eq!(reason(""), "rocky run failed without a word");
    }
}
