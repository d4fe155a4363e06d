//! Running cargo, and other programs, from a program that cargo itself has started.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::workspace::{Workspace, text_of, texts_of};

/// The target that components are built for.
pub const WASM_TARGET: &str = "wasm32-wasip2";

/// Cargo, in the environment that the user started the outer cargo in.
///
/// The outer cargo describes xtask to us in variables. Build scripts that watch such variables would run again in every
/// nested build, and once more in the user's next one.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(describes_xtask) {
            command.env_remove(name);
        }
    }
    command
}

fn describes_xtask(variable: &str) -> bool {
    let exact = [
        "CARGO",
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PRIMARY_PACKAGE",
        "OUT_DIR",
    ];
    exact.contains(&variable) || variable.starts_with("CARGO_PKG_")
}

/// Cargo for components: in a target directory of their own, so that it neither waits for nor evicts what the host's
/// builds leave, and without the compiler flags that the user wants for the host.
pub fn cargo_for_components(workspace: &Workspace, subcommand: &str) -> Command {
    let mut command = cargo();
    command
        .arg(subcommand)
        .args(["--target", WASM_TARGET, "--target-dir"])
        .arg(workspace.target.join("components-build"))
        .current_dir(&workspace.root)
        // Set but empty, it outranks RUSTFLAGS and what configuration files say.
        .env("CARGO_ENCODED_RUSTFLAGS", "")
        .env_remove("RUSTC_WORKSPACE_WRAPPER");
    command
}

/// Something that a build produced.
pub struct Artifact {
    /// The folder of the package, absolute.
    pub folder: PathBuf,
    /// The target's name.
    pub target: String,
    /// The target's kinds.
    pub kinds: Vec<String>,
    /// Every file.
    pub files: Vec<PathBuf>,
    /// The program, where it is one.
    pub executable: Option<PathBuf>,
}

/// Runs a `cargo build` and returns what it produced, freshly or earlier. Cargo's own account of it goes to standard
/// error.
pub fn artifacts(command: &mut Command) -> Result<Vec<Artifact>> {
    command.arg("--message-format=json-render-diagnostics");
    output(command)?
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| text_of(message, "reason").is_ok_and(|it| it == "compiler-artifact"))
        .map(|message| Artifact::parse(&message))
        .collect()
}

impl Artifact {
    fn parse(message: &Value) -> Result<Self> {
        let target = message
            .get("target")
            .context("an artifact without target")?;
        let manifest = PathBuf::from(text_of(message, "manifest_path")?);
        Ok(Self {
            folder: manifest.parent().unwrap_or(&manifest).to_owned(),
            target: text_of(target, "name")?.to_owned(),
            kinds: texts_of(target, "kind")?,
            files: texts_of(message, "filenames")?
                .into_iter()
                .map(PathBuf::from)
                .collect(),
            executable: text_of(message, "executable").ok().map(PathBuf::from),
        })
    }
}

/// Runs a command to its end, its output shown as it comes.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    ensure!(status.success(), "`{}` failed: {status}", shown(command));
    Ok(())
}

/// Runs a command and returns its standard output; standard error is shown as it comes.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    ensure!(
        output.status.success(),
        "`{}` failed: {}",
        shown(command),
        output.status
    );
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` wrote something that is no text", shown(command)))
}

/// Whether a command can be run and succeeds; what it prints is of no interest.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A command as one would type it, its program without the path.
fn shown(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
