//! The accept loop: HTTP/1.1 over TCP, each connection in a task of its own and under time limits.
//!
//! It serves `TokioIo<TcpStream>` and nothing around it, so that `ws` can take the bare TCP stream
//! back after an upgrade. TLS is a reverse proxy's.

use super::peer::{Peer, Slot};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::Service as _;

/// Most connections at once, sockets included; more wait in the kernel's backlog.
const CONNECTIONS_MAX: usize = 16_384;
/// How long a request's head may take; hyper counts an idle keep-alive connection the same way.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of a request's head, and of what is read ahead of a body.
const BUFFER_MAX: usize = 64 * 1024;
/// Most header lines of a request.
const HEADERS_MAX: usize = 100;
/// How long the peer may leave data unacknowledged, or its window closed, until the kernel ends the
/// connection.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(30);
/// How long running requests may take to finish once the node drains.
const DRAIN_MAX: Duration = Duration::from_secs(5);
/// Pause after a failed `accept`, which is mostly "too many open files".
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts and serves connections until `draining` turns true; then accepts no more, lets running
/// requests finish for at most five seconds, and returns. Sockets (upgraded connections) are not
/// waited for: whoever runs them ends them.
pub async fn serve(listener: TcpListener, router: Router, mut draining: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    let drain = draining.clone();
    let mut ended = pin!(drained(&mut draining));
    loop {
        tokio::select! {
            biased;
            () = &mut ended => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            (stream, peer, slot) = accept(&listener, &slots) => {
                connections.spawn(connection(stream, peer, slot, router.clone(), drain.clone()));
            }
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN_MAX, finished).await.is_err() {
        tracing::warn!(left = connections.len(), "requests were cut off at the end of the drain");
    }
}

/// Resolves when the node drains, or is gone.
async fn drained(draining: &mut watch::Receiver<bool>) {
    // An error means that the sender is dropped: nobody is left to serve for.
    let _ = draining.wait_for(|draining| *draining).await;
}

/// The next connection, with a place for it. Errors of `accept` are waited out: they are of the
/// connection that was about to come, or mean that files have run out for the moment.
async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> (TcpStream, SocketAddr, Slot) {
    loop {
        let Ok(permit) = Arc::clone(slots).acquire_owned().await else {
            // The semaphore is never closed; were it, there would be no place ever again.
            std::future::pending::<()>().await;
            continue;
        };
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, Slot::new(permit)),
            Err(cause) if of_the_peer(&cause) => {}
            Err(cause) => {
                tracing::warn!(%cause, "can't accept connections at the moment");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn of_the_peer(cause: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(cause.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    slot: Slot,
    router: Router,
    mut draining: watch::Receiver<bool>,
) {
    if let Err(cause) = tune(&stream) {
        tracing::debug!(%cause, "a connection ended before it began");
        return;
    }
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(slot.clone());
        let mut router = router.clone();
        async move { Ok::<_, Infallible>(answer(&mut router, request.map(Body::new)).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_MAX);
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let outcome = tokio::select! {
        outcome = serving.as_mut() => outcome,
        () = drained(&mut draining) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(cause) = outcome {
        tracing::debug!(%cause, "a connection ended early");
    }
}

async fn answer(router: &mut Router, request: Request<Body>) -> axum::response::Response {
    match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Small frames leave at once, and a peer that acknowledges or reads nothing for half a minute is
/// cut by the kernel, whatever the server waits for.
fn tune(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    SockRef::from(stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX))?;
    Ok(())
}
