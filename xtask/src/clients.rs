//! The vendors' own Python clients against the emulator, and one of somebody else's.
//!
//! Each folder of `tests/clients` has a `requirements.txt` and a `test_*.py` of unittest. The packages go into a virtual
//! environment of its own below the target directory, which is made again when the requirements change.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::build::Built;
use crate::cargo;
use crate::emulator::{CLIENT_ID, CLIENT_SECRET, Emulator, TOKEN};
use crate::workspace::Workspace;

/// Where the folders are.
const FOLDER: &str = "tests/clients";

/// What the emulator makes up for them.
const SHAPE: &str = "2x12x40";

/// Clients whose packages are too large to be installed for every check: all of Airflow takes 700 MB.
const ON_REQUEST: [&str; 1] = ["airflow"];

/// What the settings begin with that the clients read, and that whoever runs this may have set.
const SETTINGS: [&str; 3] = ["DATABRICKS_", "SNOWFLAKE_", "AIRFLOW_"];

/// Runs the tests of every client; those that cannot be installed are skipped, loudly, unless they `must_run`. So are the
/// large ones.
pub fn test(workspace: &Workspace, built: &Built, must_run: bool) -> Result<()> {
    let entries = fs::read_dir(workspace.root.join(FOLDER))
        .with_context(|| format!("cannot read {FOLDER}"))?;
    let mut clients: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    clients.retain(|path| path.is_dir());
    clients.sort();
    for client in clients {
        let name = client.file_name().unwrap_or_default().to_string_lossy();
        if !must_run && ON_REQUEST.contains(&&*name) {
            eprintln!("!! SKIPPED: {FOLDER}/{name} is only tested by `cargo xtask test --clients`");
            continue;
        }
        match environment(workspace, &client, &name)? {
            Ok(python) => run(built, &client, &python, &folder(workspace, &name))
                .with_context(|| format!("the tests of {FOLDER}/{name} failed"))?,
            Err(reason) if must_run => bail!("{FOLDER}/{name} cannot be tested, because {reason}"),
            Err(reason) => eprintln!(
                "!! SKIPPED: the vendor's own clients of {FOLDER}/{name} are not tested, because {reason}"
            ),
        }
    }
    Ok(())
}

/// Where a client's virtual environment is.
fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("clients").join(name)
}

/// The Python of a client's virtual environment, which need not be there.
pub fn python(workspace: &Workspace, name: &str) -> PathBuf {
    folder(workspace, name).join("bin").join("python")
}

/// The Python that has the client's packages, or why there is none.
fn environment(
    workspace: &Workspace,
    client: &Path,
    name: &str,
) -> Result<std::result::Result<PathBuf, String>> {
    let requirements = client.join("requirements.txt");
    let wanted = fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let python = python(workspace, name);
    let place = folder(workspace, name);
    let stamp = place.join("installed.txt");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(Ok(python));
    }
    let base = ["python3", "python"]
        .into_iter()
        .find(|program| cargo::succeeds(Command::new(program).arg("--version")));
    let Some(base) = base else {
        return Ok(Err("there is no python3".to_owned()));
    };
    if place.exists() {
        fs::remove_dir_all(&place).with_context(|| format!("cannot empty {}", place.display()))?;
    }
    let mut make = Command::new(base);
    make.args(["-m", "venv"]).arg(&place);
    if let Err(error) = cargo::run(&mut make) {
        return Ok(Err(format!(
            "no virtual environment can be made: {error:#}"
        )));
    }
    let mut install = Command::new(&python);
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .arg("--requirement")
        .arg(&requirements);
    if let Err(error) = cargo::run(&mut install) {
        return Ok(Err(format!(
            "its packages cannot be installed, which needs a Python package index: {error:#}"
        )));
    }
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(Ok(python))
}

/// Runs the tests of one client, which may keep files in `place`.
fn run(built: &Built, client: &Path, python: &Path, place: &Path) -> Result<()> {
    let emulator = Emulator::start(&built.emulator, ["--generate", SHAPE])?;
    let mut command = Command::new(python);
    built.isolate(&mut command);
    for (name, _) in env::vars_os() {
        let begins = |name: &str| SETTINGS.iter().any(|prefix| name.starts_with(prefix));
        if name.to_str().is_some_and(begins) {
            command.env_remove(name);
        }
    }
    command
        .args(["-m", "unittest", "discover", "--start-directory"])
        .arg(client)
        .env("AIRFLOW_HOME", place.join("home"))
        .env("SNOWFLAKE_HOME", place.join("home"))
        .env("EMULATOR_URL", emulator.origin())
        .env("EMULATOR_TOKEN", TOKEN)
        .env("EMULATOR_CLIENT_ID", CLIENT_ID)
        .env("EMULATOR_CLIENT_SECRET", CLIENT_SECRET)
        .env("ROCKY_BIN", &built.rocky)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    cargo::run(&mut command)
}
