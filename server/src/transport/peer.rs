//! What the accept loop knows of a connection and every request on it can ask for.

use crate::domain::limiter::Network;
use crate::domain::slots;
use crate::error::Error;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// Whose connection a request came on. Behind a trusted proxy it is the client's address, with the
/// port of the proxy; behind any other, the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// The address without the port; an IPv4 one that came in as IPv6 is told as IPv4.
    pub fn ip(self) -> IpAddr {
        self.0.ip().to_canonical()
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts.extensions.get().copied().ok_or_else(|| {
            Error::internal("request", &"it came without the address of its connection")
        })
    }
}

/// In the extensions of every request that came under TLS, to this very server.
#[derive(Debug, Clone, Copy)]
pub struct OverTls;

/// A place among the connections that the server bears at once, in the extensions of every request.
/// It is free again when the connection ends and the last clone is dropped; a socket keeps one for
/// as long as it lives.
#[derive(Debug, Clone)]
pub struct Slot(#[expect(dead_code, reason = "held for its drop")] Arc<Held>);

/// The place among all connections, and among those of its network.
type Held = (OwnedSemaphorePermit, Option<slots::Slot<Network>>);

impl Slot {
    /// A place that was taken.
    pub(super) fn new(permit: OwnedSemaphorePermit, own: Option<slots::Slot<Network>>) -> Self {
        Self(Arc::new((permit, own)))
    }
}
