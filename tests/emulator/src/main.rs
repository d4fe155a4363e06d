//! The emulator as a program.

use clap::Parser;
use rocky_emulator::{
    Builder as EmulatorBuilder, Emulator, GoogleIdentity, OauthClient, Rule, Shape, SnowflakeUser,
};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// A local warehouse that speaks the HTTP APIs of Databricks, BigQuery and Snowflake.
///
/// The first line on standard output is `listening on http://127.0.0.1:PORT`, the second says where
/// the external links of large results lead. Knobs, faults and counters can be reached below
/// /_emulator/ while it runs.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Run the *.sql scripts of this directory; its *.csv files are tables for them
    #[arg(long, value_name = "DIR")]
    load: Vec<PathBuf>,

    /// Make up a catalog `gen` of this many schemas, tables each, columns each
    #[arg(long, value_name = "SCHEMASxTABLESxCOLUMNS")]
    generate: Option<Shape>,

    /// Listen on this port of 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// Serve the files of large results on this port of 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    storage_port: u16,

    /// Accept a bearer token [default: dapi-emulator=dev@example.com]
    #[arg(long, value_name = "TOKEN=PRINCIPAL", value_parser = pair)]
    token: Vec<(String, String)>,

    /// Give tokens of a principal to an OAuth client that signs in by itself
    #[arg(long, value_name = "ID:SECRET=PRINCIPAL", value_parser = client)]
    client: Vec<OauthClient>,

    /// Give tokens to a Google service account whose public key is in this PEM file
    #[arg(long, value_name = "EMAIL=FILE", value_parser = pair)]
    service_account: Vec<(String, String)>,

    /// Give tokens of a principal to a Google user who has signed in before
    #[arg(
        long,
        value_name = "CLIENT_ID:SECRET:REFRESH_TOKEN=PRINCIPAL",
        value_parser = authorized_user
    )]
    authorized_user: Vec<GoogleIdentity>,

    /// Believe the tokens of a Snowflake user whose public key is in this PEM file
    #[arg(long, value_name = "ACCOUNT.USER=FILE", value_parser = pair)]
    snowflake_user: Vec<(String, String)>,

    /// Answer a principal with 403 for catalog[.schema[.table]]; * stands for anything
    #[arg(long, value_name = "PRINCIPAL=OBJECT", value_parser = pair)]
    deny: Vec<(String, String)>,

    /// Hide catalog[.schema[.table]] from a principal; * stands for anything
    #[arg(long, value_name = "PRINCIPAL=OBJECT", value_parser = pair)]
    hide: Vec<(String, String)>,

    /// Have a SQL warehouse of this id [default: 4f2a9c0e77d1b3aa]
    #[arg(long, value_name = "ID")]
    warehouse: Vec<String>,

    /// Answer every request this much later
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency_ms: u64,

    /// Most tables with columns on a page
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = at_least_one)]
    page_size: usize,

    /// Most entries on a page of any other list
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = at_least_one)]
    list_page_size: usize,

    /// Send an empty page with a token before every page
    #[arg(long)]
    empty_pages: bool,

    /// Write 64-bit integers in JSON as strings
    #[arg(long)]
    int64_as_text: bool,

    /// Most rows in a chunk of a result
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = at_least_one)]
    chunk_rows: usize,

    /// Keep every statement PENDING for this many polls, as a cold warehouse does
    #[arg(long, value_name = "N", default_value_t = 0)]
    pending_polls: u32,

    /// Exit when standard input ends, so that a parent that dies leaves nothing behind
    #[arg(long)]
    exit_with_stdin: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() => {
            Ok((left.to_owned(), right.to_owned()))
        }
        _ => Err("expected two words with = between them".to_owned()),
    }
}

fn client(text: &str) -> Result<OauthClient, String> {
    let (credential, principal) = pair(text)?;
    match credential.split_once(':') {
        Some((id, secret)) if !id.is_empty() && !secret.is_empty() => Ok(OauthClient {
            id: id.to_owned(),
            secret: secret.to_owned(),
            principal,
        }),
        _ => Err("expected an id and a secret with : between them before the =".to_owned()),
    }
}

fn authorized_user(text: &str) -> Result<GoogleIdentity, String> {
    let (credential, principal) = pair(text)?;
    match credential.splitn(3, ':').collect::<Vec<_>>().as_slice() {
        [client_id, client_secret, refresh_token] => Ok(GoogleIdentity::AuthorizedUser {
            client_id: (*client_id).to_owned(),
            client_secret: (*client_secret).to_owned(),
            refresh_token: (*refresh_token).to_owned(),
            principal,
        }),
        _ => Err("expected client id, secret and refresh token with : between them".to_owned()),
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    // Whoever reads the first line may signal at once, so the handlers come first.
    let end = End::expect(arguments.exit_with_stdin)?;
    let emulator = builder(arguments)?.start()?;
    let mut stdout = std::io::stdout().lock();
    // At once: whoever started this may stop reading after the first line.
    let (url, storage) = (emulator.url(), emulator.storage_url());
    let lines = format!("listening on {url}\nlarge results on {storage}\n");
    stdout.write_all(lines.as_bytes())?;
    stdout.flush()?;
    end.wait();
    Ok(())
}

fn builder(arguments: Arguments) -> std::io::Result<EmulatorBuilder> {
    let mut builder = Emulator::builder()
        .port(arguments.port)
        .storage_port(arguments.storage_port)
        .settings(|settings| {
            settings.latency_ms = arguments.latency_ms;
            settings.page_size = arguments.page_size;
            settings.list_page_size = arguments.list_page_size;
            settings.empty_pages = arguments.empty_pages;
            settings.int64_as_text = arguments.int64_as_text;
            settings.chunk_rows = arguments.chunk_rows;
            settings.pending_polls = arguments.pending_polls;
        });
    for directory in &arguments.load {
        builder = builder.load_dir(directory);
    }
    if let Some(shape) = arguments.generate {
        builder = builder.generate(shape);
    }
    for (token, principal) in &arguments.token {
        builder = builder.token(token, principal);
    }
    for client in &arguments.client {
        builder = builder.client(&client.id, &client.secret, &client.principal);
    }
    for (principal, object) in &arguments.deny {
        builder = builder.rule(Rule::deny(principal, object));
    }
    for (principal, object) in &arguments.hide {
        builder = builder.rule(Rule::hide(principal, object));
    }
    for id in &arguments.warehouse {
        builder = builder.warehouse(id);
    }
    for (email, path) in &arguments.service_account {
        builder = builder.google_identity(GoogleIdentity::ServiceAccount {
            email: email.clone(),
            public_key: std::fs::read_to_string(path)?,
        });
    }
    for (name, path) in &arguments.snowflake_user {
        let (account, user) = name.split_once('.').ok_or_else(|| {
            std::io::Error::other(format!(
                "'{name}' is no account and user with . between them"
            ))
        })?;
        builder = builder.snowflake_user(SnowflakeUser {
            account: account.to_owned(),
            user: user.to_owned(),
            public_key: std::fs::read_to_string(path)?,
            principal: None,
        });
    }
    for identity in arguments.authorized_user {
        builder = builder.google_identity(identity);
    }
    Ok(builder)
}

/// What ends the program: SIGTERM, SIGINT or, if asked for, the end of standard input.
struct End {
    runtime: Runtime,
    terminate: Signal,
    interrupt: Signal,
    stdin: oneshot::Receiver<()>,
}

impl End {
    /// From now on signals no longer kill.
    fn expect(exit_with_stdin: bool) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let context = runtime.enter();
        let (terminate, interrupt) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        );
        drop(context);
        Ok(Self {
            runtime,
            terminate,
            interrupt,
            stdin: stdin_end(exit_with_stdin),
        })
    }

    fn wait(mut self) {
        self.runtime.block_on(async {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
                Ok(()) = self.stdin => {}
            }
        });
    }
}

/// Resolves at the end of standard input; with an error at once if nobody asked for it. A thread
/// of its own reads, because such a read cannot be given up and must not hold the exit.
fn stdin_end(wanted: bool) -> oneshot::Receiver<()> {
    let (ended, end) = oneshot::channel();
    if wanted {
        std::thread::spawn(move || {
            let mut ignored = [0; 1024];
            let mut stdin = std::io::stdin().lock();
            while matches!(stdin.read(&mut ignored), Ok(1..)) {}
            // Nobody listens any more when a signal came first.
            let _ = ended.send(());
        });
    }
    end
}
