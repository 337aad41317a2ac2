//! A connection that became a socket, bare or under TLS: as it is taken out of hyper and moved to its
//! shard, and as it lives there. The Hub knows neither: it writes to a `dyn Socket`.

use super::tcp::TcpSocket;
use super::tls::TlsSocket;
use crate::domain::client::ConnKey;
use crate::domain::hub::Hub;
use crate::domain::socket::Socket;
use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::io;
use std::net;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tokio_rustls::rustls::ServerConnection;
use tokio_rustls::server::TlsStream;

/// A connection on its way to its shard.
#[derive(Debug)]
pub(super) enum Stream {
    /// As it is.
    Bare(net::TcpStream),
    /// Under TLS, with its handshake done.
    Tls(net::TcpStream, Box<ServerConnection>),
}

/// The stream under an upgraded connection, and the bytes that were read ahead of it. None for one
/// of any other kind, which the accept loop has none of.
///
/// # Errors
/// When the runtime does not let it go.
pub(super) fn take_over(upgraded: Upgraded) -> io::Result<Option<(Stream, Bytes)>> {
    // A copy: even an empty one would keep the eight kilobytes that the request was read into.
    let copy = |ahead: Bytes| Bytes::copy_from_slice(&ahead);
    let upgraded = match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => {
            let stream = parts.io.into_inner().into_std()?;
            return Ok(Some((Stream::Bare(stream), copy(parts.read_buf))));
        }
        Err(upgraded) => upgraded,
    };
    let Ok(parts) = upgraded.downcast::<TokioIo<TlsStream<TcpStream>>>() else { return Ok(None) };
    let (stream, tls) = parts.io.into_inner().into_inner();
    Ok(Some((Stream::Tls(stream.into_std()?, Box::new(tls)), copy(parts.read_buf))))
}

/// A connection that lives on its shard.
#[derive(Debug)]
pub(super) enum Wire {
    /// As it is.
    Bare(Arc<TcpSocket>),
    /// Under TLS.
    Tls(Arc<TlsSocket>),
}

impl Wire {
    /// Takes a connection over. To be called on the runtime of its shard.
    ///
    /// # Errors
    /// When the runtime can't watch it.
    pub(super) fn new(stream: Stream) -> io::Result<Self> {
        Ok(match stream {
            Stream::Bare(stream) => Self::Bare(Arc::new(TcpSocket::new(stream)?)),
            Stream::Tls(stream, tls) => Self::Tls(Arc::new(TlsSocket::new(stream, *tls)?)),
        })
    }

    /// As the Hub holds it.
    pub(super) fn socket(&self) -> Arc<dyn Socket> {
        match self {
            Self::Bare(socket) => Arc::clone(socket) as _,
            Self::Tls(socket) => Arc::clone(socket) as _,
        }
    }

    /// As [`TcpSocket::settle`].
    pub(super) fn settle(&self, hub: &Arc<Hub>, key: ConnKey) {
        match self {
            Self::Bare(socket) => socket.settle(hub, key),
            Self::Tls(socket) => socket.settle(hub, key),
        }
    }

    /// As [`TcpSocket::room`].
    pub(super) async fn room(&self) {
        match self {
            Self::Bare(socket) => socket.room().await,
            Self::Tls(socket) => socket.room().await,
        }
    }

    /// As [`TcpSocket::poll_read`].
    pub(super) fn poll_read(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Bare(socket) => socket.poll_read(context, buffer),
            Self::Tls(socket) => socket.poll_read(context, buffer),
        }
    }
}
