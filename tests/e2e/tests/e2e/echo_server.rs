//! A server that tells whoever asks what they sent, as careless servers do in their errors.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A running server; it ends with the test.
pub struct EchoServer {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl EchoServer {
    /// Starts a server that answers every request with a status and a body made of the request's head.
    pub fn start(
        status: &'static str,
        content_type: &'static str,
        body: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (received, body) = (Arc::clone(&heads), Arc::new(body));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (received, body) = (Arc::clone(&received), Arc::clone(&body));
                std::thread::spawn(move || {
                    let Some(head) = read(&stream) else { return };
                    let body = body(&head);
                    received.lock().unwrap().push(head);
                    let length = body.len();
                    // Whoever asked may have gone.
                    let _ = write!(
                        &stream,
                        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\
                         connection: close\r\n\r\n{body}"
                    );
                });
            }
        });
        Self { address, heads }
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The heads of the requests that have come.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Reads a request to its end, and returns its head.
fn read(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head += &line;
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let value = value.trim().parse().ok();
        value.filter(|_| name.eq_ignore_ascii_case("content-length"))
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(head)
}
