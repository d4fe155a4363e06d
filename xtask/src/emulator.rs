//! A running `rocky-emulator`.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};

/// The bearer token that started emulators accept.
pub const TOKEN: &str = "demo-token";

/// The id of a program that may sign in by itself, as `robot@example.com`.
pub const CLIENT_ID: &str = "demo-client";

/// How that program proves who it is.
pub const CLIENT_SECRET: &str = "demo-client-secret";

/// A local warehouse; stopped when it is dropped.
pub struct Emulator {
    child: Child,
    address: String,
}

impl Emulator {
    /// Starts a warehouse on a free port and waits until it listens.
    pub fn start<'a>(program: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["--port", "0", "--exit-with-stdin"])
            .arg("--token")
            .arg(format!("{TOKEN}=demo@example.com"))
            .arg("--client")
            .arg(format!("{CLIENT_ID}:{CLIENT_SECRET}=robot@example.com"))
            .args(arguments)
            // Held open as long as we live: however we end, the warehouse ends too.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let stdout = child.stdout.take().context("the emulator has no output")?;
        let mut emulator = Self {
            child,
            address: String::new(),
        };
        emulator.address = listening_address(BufReader::new(stdout))?;
        Ok(emulator)
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Runs SQL in the warehouse, as its owner would with another tool.
    pub fn sql(&self, statement: &str) -> Result<String> {
        post(&self.address, "/_emulator/sql", statement)
            .with_context(|| format!("the emulator did not run `{statement}`"))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads `listening on http://HOST:PORT` and leaves the rest to a thread, so that the emulator never waits for a reader.
fn listening_address(mut stdout: impl BufRead + Send + 'static) -> Result<String> {
    let mut line = String::new();
    stdout.read_line(&mut line)?;
    let address = line
        .trim()
        .strip_prefix("listening on http://")
        .with_context(|| {
            format!(
                "the emulator did not start to listen; it said `{}`",
                line.trim()
            )
        })?
        .to_owned();
    thread::spawn(move || io::copy(&mut stdout, &mut io::sink()));
    Ok(address)
}

/// Sends one request and returns the body of a good answer.
fn post(address: &str, path: &str, body: &str) -> Result<String> {
    let mut stream =
        TcpStream::connect(address).with_context(|| format!("cannot reach {address}"))?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: text/plain\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .context("the answer is not HTTP")?;
    let status = head.lines().next().unwrap_or_default();
    let succeeded = status
        .split(' ')
        .nth(1)
        .is_some_and(|code| code.starts_with('2'));
    ensure!(succeeded, "{status}: {}", body.trim());
    Ok(body.to_owned())
}
