//! The accept loop: HTTP/1.1 over TCP, each connection in a task of its own and under time limits.
//!
//! It serves `TokioIo<TcpStream>`, or that of a TLS stream, and nothing around it, so that `ws` can
//! take the stream back after an upgrade. Handshakes are done in `tls`. Who comes when there is no
//! place any more is told so and let go (`refusal`).

use super::peer::{OverTls, Peer, Slot};
use super::refusal::{Refusals, Why};
use super::tls::Tls;
use crate::app::AppHandle;
use crate::domain::limiter::Network;
use crate::domain::proxies::TrustedProxies;
use crate::domain::slots::Slots;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use shared::limits::{CONNECTIONS_MAX, CONNECTIONS_PER_NETWORK_MAX};
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
/// waited for: whoever runs them ends them. With `tls`, everything is under TLS.
pub async fn serve(listener: TcpListener, router: Router, tls: Option<Arc<Tls>>, app: AppHandle) {
    let mut draining = app.draining.clone();
    let places = Places::new(app.limiter.is_on(), app.proxies.clone());
    let refusals = Refusals::default();
    let mut connections = JoinSet::new();
    let drain = draining.clone();
    let mut ended = pin!(drained(&mut draining));
    loop {
        tokio::select! {
            biased;
            () = &mut ended => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            (stream, peer) = accept(&listener) => match places.take(peer) {
                Ok(slot) => {
                    let (router, tls, drain) = (router.clone(), tls.clone(), drain.clone());
                    connections.spawn(connection(stream, peer, slot, router, tls, drain));
                }
                // In the clear it could not be read; a handshake is more than who has no place gets.
                Err(_) if tls.is_some() => drop(stream),
                Err(why) => refusals.tell(stream, why),
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

/// The places for connections: so many in all, and so many for each network. Waiting for one would be
/// in vain, as a socket keeps its own for days.
#[derive(Debug)]
struct Places {
    all: Arc<Semaphore>,
    /// None when rates are not limited.
    networks: Option<Slots<Network>>,
    /// Their connections are of many networks, which is only known once a request has come.
    proxies: TrustedProxies,
}

impl Places {
    fn new(limited: bool, proxies: TrustedProxies) -> Self {
        let networks = limited.then(Slots::default);
        Self { all: Arc::new(Semaphore::new(CONNECTIONS_MAX)), networks, proxies }
    }

    fn take(&self, peer: SocketAddr) -> Result<Slot, Why> {
        let own = match &self.networks {
            Some(networks) if !self.proxies.contains(peer.ip()) => {
                let own = networks.take(Network::of(peer.ip()), CONNECTIONS_PER_NETWORK_MAX);
                Some(own.ok_or(Why::Network)?)
            }
            _ => None,
        };
        let permit = Arc::clone(&self.all).try_acquire_owned().map_err(|_| Why::All)?;
        Ok(Slot::new(permit, own))
    }
}

/// The next connection. Errors of `accept` are waited out: they are of the connection that was about
/// to come, or mean that files have run out for the moment.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
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
    tls: Option<Arc<Tls>>,
    mut draining: watch::Receiver<bool>,
) {
    if let Err(cause) = tune(&stream) {
        tracing::debug!(%cause, "a connection ended before it began");
        return;
    }
    let Some(tls) = tls else {
        return speak(TokioIo::new(stream), peer, slot, router, None, draining).await;
    };
    let accepted = tokio::select! {
        accepted = tls.accept(stream) => accepted,
        () = drained(&mut draining) => return,
    };
    match accepted {
        Ok(Some(stream)) => {
            speak(TokioIo::new(stream), peer, slot, router, Some(OverTls), draining).await;
        }
        Ok(None) => tracing::debug!("plain HTTP came where TLS is spoken"),
        Err(cause) => tracing::debug!(%cause, "a TLS handshake came to nothing"),
    }
}

/// HTTP/1.1 until the peer or the drain ends it.
async fn speak<S>(
    stream: S,
    peer: SocketAddr,
    slot: Slot,
    router: Router,
    over_tls: Option<OverTls>,
    mut draining: watch::Receiver<bool>,
) where
    S: Read + Write + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(slot.clone());
        if let Some(over_tls) = over_tls {
            request.extensions_mut().insert(over_tls);
        }
        let mut router = router.clone();
        async move { Ok::<_, Infallible>(answer(&mut router, request.map(Body::new)).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_MAX);
    let mut serving = pin!(http.serve_connection(stream, service).with_upgrades());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::proxies::Cidr;

    #[test]
    fn there_are_so_many_places_and_one_network_never_has_them_all() {
        let proxy = "192.0.2.9".parse::<Cidr>().unwrap();
        let places = Places::new(true, vec![proxy].into());
        let of = |text: &str| places.take(text.parse().unwrap());
        let mut held: Vec<_> =
            (0..CONNECTIONS_PER_NETWORK_MAX).map(|_| of("192.0.2.1:9").unwrap()).collect();
        assert_eq!(of("192.0.2.1:8").err(), Some(Why::Network));
        let of_many: Vec<_> =
            (0..=CONNECTIONS_PER_NETWORK_MAX).map(|_| of("192.0.2.9:9").unwrap()).collect();
        drop(of_many);
        held.push(of("192.0.2.2:9").unwrap());
        drop(held.swap_remove(0));
        held.push(of("192.0.2.1:9").unwrap());
        for n in held.len()..CONNECTIONS_MAX {
            held.push(of(&format!("198.51.100.{}:9", n % 200)).unwrap());
        }
        assert_eq!(of("203.0.113.1:9").err(), Some(Why::All));
        drop(held);
        assert!(of("203.0.113.1:9").is_ok());
    }

    #[test]
    fn without_limits_one_network_may_have_all_places() {
        let places = Places::new(false, TrustedProxies::default());
        let take = || places.take(SocketAddr::from(([127, 0, 0, 1], 9)));
        let held: Vec<_> = (0..CONNECTIONS_MAX).map(|_| take().unwrap()).collect();
        assert_eq!(take().err(), Some(Why::All));
        drop(held);
    }
}
