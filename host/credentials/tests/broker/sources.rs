//! Texts, files and commands.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use rocky_credentials::{Broker, CommandFailure, CredentialConfig, CredentialError, SecretSource};

use crate::support::*;

fn bearer(token: SecretSource) -> CredentialConfig {
    CredentialConfig::Bearer { token }
}

fn command(arguments: &[&str]) -> SecretSource {
    SecretSource::Command(arguments.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn texts_are_attached_as_they_are_and_never_renewed() {
    let none = offline(CredentialConfig::None).unwrap();
    assert!(none.is_none() && headers(&none).await.is_empty());
    let token = offline(bearer(text(" dapi-canary\n"))).unwrap();
    assert_eq!(authorization(&token).await, "Bearer dapi-canary");
    let basic = offline(CredentialConfig::Basic {
        username: "Aladdin".to_owned(),
        password: text("open sesame"),
    });
    let basic = basic.unwrap();
    assert_eq!(
        authorization(&basic).await,
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    );
    let header = offline(CredentialConfig::Header {
        name: HeaderName::from_static("x-api-key"),
        value: text("key-canary"),
    });
    let header = header.unwrap();
    assert_eq!(headers(&header).await["x-api-key"], "key-canary");
    for broker in [none, token, basic, header] {
        let attachment = broker.attachment().await.unwrap();
        assert!(broker.renewed(&attachment).await.unwrap().is_none());
    }
}

fn check_refused(config: CredentialConfig, expected: &str) {
    let error = offline(config).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn what_cannot_be_sent_is_refused_at_once() {
    check_refused(bearer(text(" \n")), "`token` is empty");
    check_refused(bearer(command(&[])), "`token_command` () is empty");
    check_refused(bearer(text("canary\r\nx: y")), "`token` holds a line break");
    check_refused(bearer(text("canäry-canary")), "`token` holds a line break");
    check_refused(
        bearer(text("bearer canary")),
        "`token` begins with `Bearer`",
    );
    let basic = |username: &str, password: &str| CredentialConfig::Basic {
        username: username.to_owned(),
        password: text(password),
    };
    check_refused(basic("a:b", "canary"), "`username` cannot be \"a:b\"");
    check_refused(basic("a", "canary\n1"), "`password` holds a line break");
    for name in [
        "host",
        "content-length",
        "transfer-encoding",
        "proxy-authorization",
        "connection",
    ] {
        let config = CredentialConfig::Header {
            name: HeaderName::from_static(name),
            value: text("canary"),
        };
        check_refused(config, "`header` cannot be");
    }
}

#[tokio::test]
async fn a_file_is_read_again_after_five_minutes_and_after_a_rejection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "first-canary\r\n").unwrap();
    let clock = SetClock::new();
    let broker = broker(
        bearer(SecretSource::File(path.clone())),
        &Script::new(numbered_tokens),
        &clock,
    );
    let first = broker.attachment().await.unwrap();
    assert!(
        broker.renewed(&first).await.unwrap().is_none(),
        "the file is the same"
    );

    std::fs::write(&path, "second-canary").unwrap();
    assert_eq!(authorization(&broker).await, "Bearer first-canary");
    let first = broker.attachment().await.unwrap();
    clock.advance(30);
    assert!(broker.renewed(&first).await.unwrap().is_some());
    assert_eq!(authorization(&broker).await, "Bearer second-canary");

    std::fs::write(&path, "third-canary").unwrap();
    clock.advance(240);
    assert_eq!(authorization(&broker).await, "Bearer third-canary");
    assert_eq!(
        broker.redact("second-canary third-canary".to_owned()),
        "[redacted] [redacted]"
    );

    std::fs::remove_file(&path).unwrap();
    clock.advance(300);
    let error = error(&broker).await;
    assert!(
        error.to_string().starts_with("cannot read `token_file` ("),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("`token_file`"));
}

#[tokio::test]
async fn a_file_that_is_no_secret_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let check = async |content: &[u8], expected: &str| {
        let path = folder.path().join("token");
        std::fs::write(&path, content).unwrap();
        let error = error(&offline(bearer(SecretSource::File(path))).unwrap()).await;
        assert!(error.to_string().ends_with(expected), "{error}");
    };
    check(b"\n", "is empty").await;
    check(b"\xff\xfe", "it is not UTF-8").await;
    check(
        &vec![b'a'; (1 << 20) + 1],
        "it is larger than 1048576 bytes",
    )
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_prints_the_secret() {
    let broker = offline(bearer(command(&["printf", "%s\\n", "printed canary"]))).unwrap();
    let error = error(&broker).await;
    assert!(matches!(error, CredentialError::NotAHeader(_)), "{error}");
    let broker = offline(bearer(command(&["echo", "printed-canary"]))).unwrap();
    assert_eq!(authorization(&broker).await, "Bearer printed-canary");
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_fails_is_told_with_its_own_words_but_not_its_secret() {
    let check = async |arguments: &[&str], expected: &str| {
        let error = error(&offline(bearer(command(arguments))).unwrap()).await;
        assert_eq!(
            error.to_string(),
            format!("`token_command` ({}) {expected}", arguments[0])
        );
        assert!(error.hint().unwrap().contains("`token_command`"));
    };
    check(&["no-such-program-anywhere"], "was not found").await;
    check(
        &[
            "sh",
            "-c",
            "echo secret-canary; echo not logged in: secret-canary >&2; exit 3",
        ],
        "failed with exit status: 3: not logged in: [redacted]",
    )
    .await;
    check(
        &["sh", "-c", "echo why >&2"],
        "succeeded but printed nothing: why",
    )
    .await;
    check(&["sh", "-c", "cat; exit 1"], "failed with exit status: 1").await;
    check(
        &["head", "-c", "1100000", "/dev/zero"],
        "printed more than 1048576 bytes",
    )
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_does_not_end_is_given_up() {
    let script = Script::new(|_| panic!("nothing is to be sent"));
    let config = bearer(command(&["sleep", "600"]));
    let broker = Broker::new(config, script, Arc::new(HastyClock)).unwrap();
    let CredentialError::Command { failure, .. } = error(&broker).await else {
        panic!("another error");
    };
    let limit = Duration::from_secs(30);
    assert_eq!(failure, CommandFailure::TimedOut { limit });
}
