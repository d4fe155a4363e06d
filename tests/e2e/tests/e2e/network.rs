//! TLS, proxies and names: where requests really go.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::{fs, io};

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rocky_plugin::{
    AdapterConfig, DescribeRequest, Failure, Host, HostConfig, NetworkConfig, PageSink,
    RefusalKind, Resolve,
};
use rocky_schema::{Entry, SchemaName};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;

use crate::project::{Output, Project, components};
use crate::server::{Reply, Server};

/// A certificate authority of a test, and a server's certificate from it.
struct Tls {
    authority: String,
    server: Arc<ServerConfig>,
}

fn tls(names: &[&str]) -> Tls {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    Tls {
        authority: authority.pem(),
        server: Arc::new(server),
    }
}

/// A proxy that connects every name to one server, and remembers what it was asked.
struct ConnectProxy {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ConnectProxy {
    fn start(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (log, server) = (heads.clone(), server.address().to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, server) = (log.clone(), server.clone());
                std::thread::spawn(move || tunnel(stream, &server, &log));
            }
        });
        Self { address, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn tunnel(stream: TcpStream, server: &str, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    log.lock().unwrap().push(head);
    let mut stream = stream;
    let _ = stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n");
    let upstream = TcpStream::connect(server).unwrap();
    let mut to_server = upstream.try_clone().unwrap();
    std::thread::spawn(move || io::copy(&mut reader, &mut to_server));
    let mut from_server = upstream;
    let mut buffer = [0; 16 << 10];
    while let Ok(read) = from_server.read(&mut buffer) {
        if read == 0 || stream.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
}

const TOKEN: &str = "canary-7Qv0zP2mXk9Lw";

/// A run of the plain requests of an adapter, in an environment with these variables.
fn run(project: &Project, variables: &[(&str, &str)]) -> Output {
    let mut command = project.command(&[
        "run",
        "-vvv",
        "--catalog",
        "c",
        "--schema",
        "s",
        "--output",
        "json",
    ]);
    command
        .env_remove("NO_PROXY")
        .envs(variables.iter().copied());
    let run = project.finish(&mut command);
    for secret in ["canary", "proxy-password"] {
        assert!(
            !run.stdout.contains(secret) && !run.stderr.contains(secret),
            "{run}"
        );
    }
    run
}

fn project(host: &str, target: &serde_json::Value, network: &str) -> (Project, PathBuf) {
    let more = format!(
        "[adapter.lab.auth]\ntype = \"bearer\"\ntoken = \"{TOKEN}\"\n[adapter.lab.network]\n{network}\n"
    );
    let project = crate::attacks::project(host, "request", &target.to_string(), &more);
    let authority = project.path("authority.pem");
    (project, authority)
}

fn hello() -> impl Fn(&crate::server::Received) -> Reply {
    |_| Reply::text("200 OK", "hello")
}

#[test]
fn a_server_has_to_prove_who_it_is() {
    let tls = tls(&["localhost"]);
    let server = Server::with_tls(tls.server.clone(), hello());
    let host = format!("https://localhost:{}", server.port());
    let (project, authority) = project(&host, &json!({"scheme": "https"}), "");
    let stranger = run(&project, &[]);
    assert_eq!(stranger.code, Some(1), "{stranger}");
    assert_eq!(server.received().len(), 0);
    fs::write(&authority, &tls.authority).unwrap();
    let known = run(&project, &[("SSL_CERT_FILE", authority.to_str().unwrap())]);
    known.has("HTTP 200");
    assert_eq!(
        server.received()[0].header("authorization"),
        [format!("Bearer {TOKEN}")]
    );
    // The right authority, and the certificate of another.
    let other = Server::with_tls(self::tls(&["another.example"]).server, hello());
    let host = format!("https://localhost:{}", other.port());
    let (project, _) = self::project(&host, &json!({"scheme": "https"}), "");
    let wrong = run(&project, &[("SSL_CERT_FILE", authority.to_str().unwrap())]);
    assert_eq!(wrong.code, Some(1), "{wrong}");
    assert_eq!(other.received().len(), 0);
}

#[test]
fn a_proxy_is_told_names_and_nothing_of_what_goes_through_it() {
    let tls = tls(&["warehouse.example", "part.declared.example"]);
    let server = Server::with_tls(tls.server.clone(), hello());
    let proxy = ConnectProxy::start(&server);
    let url = format!("http://user:proxy-password@{}", proxy.address);
    let (project, authority) = project(
        "https://warehouse.example",
        &json!({"scheme": "https", "path": "/secret"}),
        "",
    );
    fs::write(&authority, &tls.authority).unwrap();
    let authority = authority.to_str().unwrap().to_owned();
    let answered = run(
        &project,
        &[("HTTPS_PROXY", &url), ("SSL_CERT_FILE", &authority)],
    );
    answered.has("HTTP 200");
    let [head] = &proxy.heads()[..] else {
        panic!("{:?}", proxy.heads())
    };
    assert!(
        head.starts_with("CONNECT warehouse.example:443 HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.to_lowercase().contains("proxy-authorization: basic "),
        "{head}"
    );
    assert!(
        !head.contains("canary") && !head.contains("secret"),
        "{head}"
    );
    assert_eq!(
        server.received()[0].header("authorization"),
        [format!("Bearer {TOKEN}")]
    );
    assert_eq!(server.received()[0].header("proxy-authorization"), [""; 0]);

    // An origin that is allowed goes the same way: it is the proxy that looks its name up.
    let allow = "allow = [\"https://*.declared.example\"]";
    let request = json!({"scheme": "https", "authority": "part.declared.example"});
    let (project, _) = self::project("https://warehouse.example", &request, allow);
    run(
        &project,
        &[("HTTPS_PROXY", &url), ("SSL_CERT_FILE", &authority)],
    )
    .has("HTTP 200");
    assert!(
        proxy.heads()[1].starts_with("CONNECT part.declared.example:443"),
        "{:?}",
        proxy.heads()
    );
    assert_eq!(server.received()[1].header("authorization"), [""; 0]);
}

#[test]
fn the_configuration_says_which_requests_go_through_which_proxy() {
    let tls = tls(&["localhost"]);
    let server = Server::with_tls(tls.server.clone(), hello());
    let proxy = ConnectProxy::start(&server);
    let url = format!("http://{}", proxy.address);
    let host = format!("https://localhost:{}", server.port());
    let through = |network: &str, variables: &[(&str, &str)]| {
        let (project, authority) = project(&host, &json!({"scheme": "https"}), network);
        fs::write(&authority, &tls.authority).unwrap();
        let before = proxy.heads().len();
        let variables = [variables, &[("SSL_CERT_FILE", authority.to_str().unwrap())]].concat();
        let run = run(&project, &variables);
        run.has("HTTP 200");
        proxy.heads().len() > before
    };
    let dead = "http://127.0.0.1:9";
    assert!(!through("", &[]));
    assert!(through("", &[("https_proxy", &url)]));
    assert!(through("", &[("https_proxy", &url), ("HTTPS_PROXY", dead)]));
    assert!(through("", &[("ALL_PROXY", &url)]));
    assert!(!through("", &[("HTTP_PROXY", dead)]));
    assert!(!through(
        "",
        &[("HTTPS_PROXY", dead), ("NO_PROXY", "localhost")]
    ));
    assert!(!through("proxy = \"none\"", &[("HTTPS_PROXY", dead)]));
    assert!(through(
        &format!("proxy = \"{url}\""),
        &[("HTTPS_PROXY", dead)]
    ));

    let (project, _) = project(&host, &json!({}), "");
    let socks = run(&project, &[("ALL_PROXY", "socks5://127.0.0.1:9")]);
    assert_eq!(socks.code, Some(1));
    socks.has("the environment variable ALL_PROXY does not hold the address of an http proxy");
}

#[test]
fn what_travels_in_the_clear_goes_through_no_proxy() {
    let server = Server::start(hello());
    let proxy = ConnectProxy::start(&server);
    let url = format!("http://{}", proxy.address);
    let (project, _) = project(&format!("http://{}", server.address()), &json!({}), "");
    run(
        &project,
        &[
            ("HTTP_PROXY", &url),
            ("http_proxy", &url),
            ("HTTPS_PROXY", &url),
            ("ALL_PROXY", &url),
        ],
    )
    .has("HTTP 200");
    assert_eq!(proxy.heads(), [""; 0]);
}

/// Answers each lookup of a name with the next list, and the last one for ever.
struct Names(Mutex<Vec<Vec<IpAddr>>>, Mutex<Vec<String>>);

impl Resolve for Names {
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        self.1.lock().unwrap().push(host.to_owned());
        let mut answers = self.0.lock().unwrap();
        let answer = match answers.len() {
            1 => answers[0].clone(),
            _ => answers.remove(0),
        };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

struct Nobody;

impl PageSink for Nobody {
    fn page(&mut self, _: Vec<Entry>) {}
}

/// What becomes of a request to `authority`, where names are answered so.
async fn ask(
    host: &str,
    authority: &str,
    allow: &[&str],
    answers: &[&[&str]],
) -> (Failure, Vec<String>) {
    let answers = answers
        .iter()
        .map(|list| list.iter().map(|it| it.parse().unwrap()).collect());
    let names = Arc::new(Names(Mutex::new(answers.collect()), Mutex::default()));
    let config = HostConfig {
        resolver: names.clone(),
        ..HostConfig::default()
    };
    let plugin = Host::new(config)
        .unwrap()
        .load(&components().join("test/hostile.wasm"))
        .await
        .unwrap();
    let mut config = AdapterConfig::new("lab");
    for (key, value) in [
        ("host", host),
        ("attack", "request"),
        ("target", &json!({"authority": authority}).to_string()),
    ] {
        config.settings.insert(key.to_owned(), value.into());
    }
    config.network = NetworkConfig {
        allow: allow
            .iter()
            .map(|pattern| pattern.parse().unwrap())
            .collect(),
        ..NetworkConfig::default()
    };
    let adapter = plugin.configure(config).unwrap();
    let described = adapter
        .describe(DescribeRequest::new(SchemaName::new("c", "s")), &mut Nobody)
        .await;
    let asked = names.1.lock().unwrap().clone();
    (described.unwrap_err().failure, asked)
}

#[tokio::test]
async fn a_name_that_leads_into_the_private_network_is_not_followed() {
    let server = Server::start(hello());
    let port = server.port();
    let authority = format!("files.store.example:{port}");
    let allow = format!("http://*.store.example:{port}");
    for answers in [
        &["127.0.0.1"][..],
        &["10.1.2.3"],
        &["169.254.169.254"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["fd00::1"],
        &["100.100.100.200"],
        &["0.0.0.0"],
        &["10.0.0.1", "127.0.0.1"],
    ] {
        let (failure, asked) = ask("http://127.0.0.1:9", &authority, &[&allow], &[answers]).await;
        let Failure::Refused(refusal) = failure else {
            panic!("{answers:?}: {failure}")
        };
        assert!(
            matches!(&refusal.kind, RefusalKind::Address { origin } if *origin == format!("http://{authority}")),
            "{refusal:?}"
        );
        assert!(
            refusal.reason.starts_with("files.store.example leads to "),
            "{refusal:?}"
        );
        assert_eq!(asked, ["files.store.example"]);
    }
    // It is asked once for a connection. What it would say a moment later is never heard.
    let (failure, asked) = ask(
        "http://127.0.0.1:9",
        &authority,
        &[&allow],
        &[&["10.0.0.1"], &["127.0.0.1"]],
    )
    .await;
    assert!(matches!(failure, Failure::Refused(_)), "{failure}");
    assert_eq!(asked.len(), 1);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_name_that_the_user_has_named_may_lead_anywhere() {
    let server = Server::start(hello());
    let place = format!("warehouse.example:{}", server.port());
    let origin = format!("http://{place}");
    // As the endpoint, and as an exact entry of `allow`.
    for (host, allow) in [
        (origin.as_str(), &[][..]),
        ("http://127.0.0.1:9", &[origin.as_str()][..]),
    ] {
        let (failure, asked) = ask(host, &place, allow, &[&["127.0.0.1"], &["10.0.0.1"]]).await;
        assert!(failure.to_string().contains("HTTP 200"), "{failure}");
        assert_eq!(asked, ["warehouse.example"]);
    }
    assert_eq!(server.received().len(), 2);
}
