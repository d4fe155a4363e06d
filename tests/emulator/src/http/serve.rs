//! The accept loop.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// Marks a response that must never be sent: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub(super) struct NeverSent;

#[derive(Debug, thiserror::Error)]
#[error("a fault closes this connection")]
struct ConnectionDropped;

/// Accepts connections until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, app: Router) {
    loop {
        // A failed accept concerns one connection, or passes when descriptors are free again.
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(stream, app.clone()))),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn connection(stream: TcpStream, app: Router) {
    // Small answers must not wait for the client's acknowledgement of earlier ones; where the
    // option cannot be set the answers are merely slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(app.clone(), request));
    // An error here means that the client went away or a fault ended the connection.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    app: Router,
    request: hyper::Request<Incoming>,
) -> Result<Response, ConnectionDropped> {
    let answer: Result<Response, Infallible> = app.oneshot(request.map(Body::new)).await;
    match answer {
        Ok(response) if response.extensions().get::<NeverSent>().is_some() => {
            Err(ConnectionDropped)
        }
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}
