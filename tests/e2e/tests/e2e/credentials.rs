//! Every kind of credential: it arrives where it should, in one header, and is nowhere else.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use serde_json::json;

use crate::attacks;
use crate::project::{Output, Project};
use crate::server::{Received, Reply, Server};

/// Stands in every secret, and is found by whoever looks for one. Another one each time.
static CANARY: LazyLock<String> = LazyLock::new(|| {
    let random = RandomState::new().build_hasher().finish();
    format!("canary-{random:016x}")
});

/// A key that only tests have.
const KEY: &str = include_str!("../../../../host/credentials/tests/keys/test_rsa_2048.pkcs8.pem");

/// A line of that key.
fn key_line() -> &'static str {
    KEY.lines().nth(3).unwrap()
}

#[track_caller]
fn check_absent(place: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in [
        CANARY.as_str(),
        "minted-token-1",
        "minted-token-2",
        key_line(),
    ] {
        assert!(!text.contains(secret), "{place} shows {secret}: {text}");
    }
}

/// A warehouse that repeats whatever it is told, and an identity provider that gives tokens, both on one server.
fn warehouse() -> Server {
    let minted = Arc::new(std::sync::Mutex::new(0));
    Server::start(move |request| {
        let is_token = ["/token", "/oidc/v1/token", "/computeMetadata"]
            .iter()
            .any(|it| request.line.contains(it));
        if !is_token {
            return Reply::text("200 OK", format!("{request:?}"))
                .header("x-echo", format!("{:?}", request.headers));
        }
        let mut minted = minted.lock().unwrap();
        *minted += 1;
        let token = format!("minted-token-{minted}");
        Reply::json(&json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600}))
            .header("metadata-flavor", "Google")
    })
}

fn is_token_request(request: &Received) -> bool {
    request.line.contains("token") || request.line.contains("computeMetadata")
}

fn run(project: &Project, arguments: &[&str]) -> Output {
    let canary = CANARY.as_str();
    let mut command = project.command(arguments);
    let run = project.finish(command.env("SECRET", format!("secret-{canary}")));
    check_absent("standard output", run.stdout.as_bytes());
    check_absent("standard error", run.stderr.as_bytes());
    run
}

/// The adapter's request arrives with just this credential, and no other place has heard of it.
#[track_caller]
fn check(
    auth: &str,
    files: &[(&str, &str)],
    header: &str,
    expected: &dyn Fn(&str) -> bool,
    asked_for_tokens: usize,
) {
    let server = warehouse();
    let host = format!("http://{}", server.address());
    let auth = auth.replace("SERVER", server.address());
    let more = format!("[adapter.lab.auth]\n{auth}\n");
    let project = attacks::project(&host, "request", "{}", &more);
    for (name, content) in files {
        project.write(name, content.replace("SERVER", server.address()));
    }
    for level in ["-q", "-vvv"] {
        for form in ["json", "table"] {
            let run = run(
                &project,
                &[
                    "run",
                    level,
                    "--catalog",
                    "c",
                    "--schema",
                    "s",
                    "--output",
                    form,
                ],
            );
            assert_eq!(run.code, Some(1), "{auth}: {run}");
            run.has("HTTP 200");
        }
    }
    run(&project, &["plugin", "lock"]);
    check_memory(&project, &auth);
    let received = server.received();
    let (tokens, requests): (Vec<_>, Vec<_>) = received
        .iter()
        .partition(|request| is_token_request(request));
    assert_eq!(
        (tokens.len(), requests.len()),
        (5 * asked_for_tokens, 5),
        "{auth}: {received:?}"
    );
    for request in requests {
        let values = request.header(header);
        assert!(
            values.len() == 1 && values.iter().all(|value| expected(value)),
            "{auth}: {request:?}"
        );
        let others = request.headers.iter().filter(|(name, _)| name != header);
        for (name, value) in others {
            check_absent(name, value.as_bytes());
        }
        check_absent("the line", request.line.as_bytes());
        check_absent("the body", &request.body);
    }
    for name in project.files() {
        if name != "rocky.toml" && !files.iter().any(|(file, _)| *file == name) {
            check_absent(&name, &fs::read(project.path(&name)).unwrap());
        }
    }
    if Path::new(&project.home("")).exists() {
        assert_eq!(fs::read_dir(project.home("")).unwrap().count(), 0);
    }
}

/// The component finds nothing of it in its own memory, although the server has repeated all that it heard.
fn check_memory(project: &Project, auth: &str) {
    let config = fs::read_to_string(project.path("rocky.toml")).unwrap();
    project.write(
        "rocky.toml",
        config.replace("attack = \"request\"", "attack = \"search-memory\""),
    );
    let searched = run(
        project,
        &["run", "--catalog", "c", "--schema", "s", "--output", "json"],
    );
    let message = searched.schema("s")["error"]["message"].take();
    assert!(
        message.as_str().unwrap().contains("found 0 times"),
        "{auth}: {searched}"
    );
}

#[test]
fn what_is_given_is_sent_as_it_is() {
    let canary = CANARY.as_str();
    let bearer = format!("Bearer secret-{canary}");
    let is_bearer = |value: &str| value == bearer;
    check(
        "type = \"bearer\"\ntoken = \"${SECRET}\"",
        &[],
        "authorization",
        &is_bearer,
        0,
    );
    let file = format!("secret-{canary}\n");
    check(
        "type = \"bearer\"\ntoken_file = \"token\"",
        &[("token", &file)],
        "authorization",
        &is_bearer,
        0,
    );
    let command = "type = \"bearer\"\ntoken_command = [\"cat\", \"token\"]";
    check(command, &[("token", &file)], "authorization", &is_bearer, 0);
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("user:secret-{canary}"));
    let is_basic = |value: &str| value == format!("Basic {encoded}");
    check(
        "type = \"basic\"\nusername = \"user\"\npassword = \"${SECRET}\"",
        &[],
        "authorization",
        &is_basic,
        0,
    );
    let is_value = |value: &str| value == format!("secret-{canary}");
    check(
        "type = \"header\"\nheader = \"X-Api-Key\"\nvalue = \"${SECRET}\"",
        &[],
        "x-api-key",
        &is_value,
        0,
    );
}

#[test]
fn what_is_exchanged_for_a_token_goes_to_the_provider_alone() {
    let canary = CANARY.as_str();
    let is_minted =
        |value: &str| value == "Bearer minted-token-1" || value.starts_with("Bearer minted-token-");
    let client = "type = \"oauth-client-credentials\"\ntoken_url = \"http://SERVER/token\"\nclient_id = \"me\"\n\
                  client_secret = \"${SECRET}\"\nscope = \"all\"";
    check(client, &[], "authorization", &is_minted, 1);
    check(
        &format!("{client}\nclient_auth = \"body\""),
        &[],
        "authorization",
        &is_minted,
        1,
    );
    let m2m = "type = \"oauth-m2m\"\nclient_id = \"me\"\nclient_secret = \"${SECRET}\"";
    check(m2m, &[], "authorization", &is_minted, 1);
    let key = json!({
        "type": "service_account", "client_email": "svc@p.iam.gserviceaccount.com", "private_key": KEY,
        "private_key_id": "k1", "token_uri": "http://SERVER/token", "project_id": "p"
    });
    let service = "type = \"google-service-account\"\nkey_file = \"key.json\"";
    check(
        service,
        &[("key.json", &key.to_string())],
        "authorization",
        &is_minted,
        1,
    );
    let user = json!({
        "type": "authorized_user", "client_id": "me", "client_secret": format!("s-{canary}"),
        "refresh_token": format!("r-{canary}"), "token_uri": "http://SERVER/token"
    });
    let authorized = "type = \"google-authorized-user\"\ncredentials_file = \"adc.json\"";
    check(
        authorized,
        &[("adc.json", &user.to_string())],
        "authorization",
        &is_minted,
        1,
    );
    check(
        "type = \"google-metadata\"\nhost = \"SERVER\"",
        &[],
        "authorization",
        &is_minted,
        1,
    );
}

#[test]
fn what_is_signed_is_sent_and_the_key_is_not() {
    let is_jwt = |value: &str| value.starts_with("Bearer eyJ") && value.split('.').count() == 3;
    let pair = "type = \"snowflake-key-pair\"\naccount = \"acme-dev\"\nuser = \"svc\"\nprivate_key_file = \"key.p8\"";
    check(pair, &[("key.p8", KEY)], "authorization", &is_jwt, 0);
}

#[test]
fn a_token_that_is_rejected_is_renewed_once_for_all_who_use_it() {
    let minted = Arc::new(std::sync::Mutex::new(0));
    let server = Server::start(move |request| {
        if is_token_request(request) {
            let mut minted = minted.lock().unwrap();
            *minted += 1;
            let token = format!("minted-token-{minted}");
            return Reply::json(
                &json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600}),
            );
        }
        match request.header("authorization")[..] {
            ["Bearer minted-token-2"] => Reply::text("200 OK", "welcome"),
            _ => Reply::text("401 Unauthorized", "who are you?"),
        }
    });
    let host = format!("http://{}", server.address());
    let more = "[adapter.lab.auth]\ntype = \"oauth-m2m\"\nclient_id = \"me\"\nclient_secret = \"${SECRET}\"\n";
    let project = attacks::project(&host, "request", "{}", more);
    let mut arguments = vec!["run", "--catalog", "c", "--output", "json"];
    let schemas: Vec<String> = (0..12).map(|number| format!("s{number}")).collect();
    schemas
        .iter()
        .for_each(|schema| arguments.extend(["--schema", schema]));
    let run = run(&project, &arguments);
    for schema in &schemas {
        let message = run.schema(schema)["error"]["message"].take();
        assert!(message.as_str().unwrap().contains("HTTP 200"), "{run}");
    }
    let tokens = server
        .received()
        .iter()
        .filter(|request| is_token_request(request))
        .count();
    assert_eq!(tokens, 2);
}

#[test]
fn a_component_that_asks_for_what_answers_401_does_not_have_tokens_minted_without_end() {
    let server = Server::start(move |request| match is_token_request(request) {
        true => Reply::json(&json!({"access_token": "minted-token-1", "expires_in": 3600})),
        false => Reply::text("401 Unauthorized", ""),
    });
    let host = format!("http://{}", server.address());
    let more = "[adapter.lab.auth]\ntype = \"oauth-m2m\"\nclient_id = \"me\"\nclient_secret = \"${SECRET}\"\n";
    let project = attacks::project(&host, "repeat", "{}", more);
    let run = run(&project, &["run", "--catalog", "c", "--schema", "s"]);
    assert_eq!(run.code, Some(0), "{run}");
    let received = server.received();
    let (tokens, requests): (Vec<_>, Vec<_>) = received.iter().partition(|it| is_token_request(it));
    assert!(requests.len() >= 1_000, "{}", requests.len());
    // One at the start and one after the first rejection; on a slow machine perhaps another half a minute later.
    assert!((2..=4).contains(&tokens.len()), "{}", tokens.len());
}

#[test]
fn a_credential_that_cannot_be_had_is_told_with_what_to_change() {
    let canary = CANARY.as_str();
    let denied = Server::start(move |_| {
        Reply::json(&json!({"error": "invalid_client", "error_description": format!("no client has secret-{canary}")}))
            .with_status("401 Unauthorized")
    });
    let address = denied.address();
    for (auth, expected, hint) in [
        (
            format!("type = \"oauth-client-credentials\"\ntoken_url = \"http://{address}/token\"\nclient_id = \"me\"\nclient_secret = \"${{SECRET}}\""),
            "invalid_client",
            "`client_secret`",
        ),
        ("type = \"oauth-client-credentials\"\ntoken_url = \"http://127.0.0.1:9/token\"\nclient_id = \"me\"\nclient_secret = \"x\"".to_owned(), "http://127.0.0.1:9/token", "can be reached"),
        ("type = \"bearer\"\ntoken_file = \"nowhere\"".to_owned(), "nowhere", "`token_file`"),
        ("type = \"bearer\"\ntoken_command = [\"no-such-program\"]".to_owned(), "no-such-program", "`token_command`"),
        ("type = \"snowflake-key-pair\"\naccount = \"a\"\nuser = \"u\"\nprivate_key = \"${SECRET}\"".to_owned(), "`private_key`", "`private_key`"),
    ] {
        let more = format!("[adapter.lab.auth]\n{auth}\n");
        let project = attacks::project(&format!("http://{address}"), "request", "{}", &more);
        let run = run(&project, &["run", "-vvv", "--catalog", "c", "--schema", "s", "--output", "json"]);
        assert_eq!(run.code, Some(1), "{run}");
        let error = run.schema("s")["error"].take();
        assert_eq!(error["code"], "credential", "{run}");
        assert!(error["message"].as_str().unwrap().contains(expected), "{auth}: {error}");
        assert!(error["hint"].as_str().unwrap().contains(hint), "{auth}: {error}");
        assert!(error["hint"].as_str().unwrap().contains("[adapter.lab.auth]"), "{auth}: {error}");
    }
    // A credential must not travel in the clear, whatever it is exchanged for.
    let clear = "type = \"oauth-client-credentials\"\ntoken_url = \"http://idp.example/token\"\nclient_id = \"me\"\nclient_secret = \"${SECRET}\"";
    let project = attacks::project(
        "http://127.0.0.1:9",
        "request",
        "{}",
        &format!("[adapter.lab.auth]\n{clear}\n"),
    );
    run(&project, &["run", "--catalog", "c", "--schema", "s"]).has("rocky.toml:");
}
