//! A connection as the Hub and its one receiving task use it: bytes go straight to the kernel, from
//! whichever thread delivers, and come straight from it. Only a socket that did not take everything
//! gets a task of its own, which waits until it takes more.
//!
//! The runtime only watches the connection. Asking it before each write, as its own methods do, would
//! touch memory that a pass over thousands of sockets finds cold.

use crate::domain::client::ConnKey;
use crate::domain::hub::Hub;
use crate::domain::socket::Socket;
use rustix::io::writev;
use rustix::net::{RecvFlags, SendFlags, Shutdown, recv, send, shutdown};
use std::io::{self, ErrorKind, IoSlice};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::Notify;

/// What a call says that could do nothing now.
const NOTHING_NOW: ErrorKind = ErrorKind::WouldBlock;

/// Where a socket lives: its name in the Hub, and the runtime of its shard.
#[derive(Debug)]
struct Home {
    hub: Arc<Hub>,
    key: ConnKey,
    runtime: Handle,
}

/// A TCP connection.
#[derive(Debug)]
pub(super) struct TcpSocket {
    stream: TcpStream,
    home: OnceLock<Home>,
    /// Told when less waits than before, and at the end.
    room: Notify,
}

impl TcpSocket {
    /// Takes a connection over, which must not block. To be called on the runtime of its shard.
    ///
    /// # Errors
    /// When the runtime can't watch it.
    pub(super) fn new(stream: std::net::TcpStream) -> io::Result<Self> {
        let stream = TcpStream::from_std(stream)?;
        Ok(Self { stream, home: OnceLock::new(), room: Notify::new() })
    }

    /// Says where it lives. To be called before anything is written.
    pub(super) fn settle(&self, hub: &Arc<Hub>, key: ConnKey) {
        let home = Home { hub: Arc::clone(hub), key, runtime: Handle::current() };
        // A second call would say the same.
        let _ = self.home.set(home);
    }

    /// Waits until less is queued for it than before, or it has ended. For its one receiving task.
    pub(super) async fn room(&self) {
        self.room.notified().await;
    }

    /// Reads what is there, once something is; 0 at the end. For its one receiving task.
    pub(super) fn poll_read(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_read_ready(context))?;
            let mut read = None;
            let outcome = self.stream.try_io(Interest::READABLE, || {
                let (_, len) = recv(&self.stream, &mut *buffer, RecvFlags::empty())?;
                read = Some(len);
                // A short read means that nothing is left. Said so, the watcher waits for the next
                // byte without the kernel being asked once more.
                if len > 0 && len < buffer.len() { Err(NOTHING_NOW.into()) } else { Ok(()) }
            });
            match (read, outcome) {
                (Some(len), _) => return Poll::Ready(Ok(len)),
                (None, Err(cause)) if cause.kind() == NOTHING_NOW => {}
                (None, Err(cause)) if cause.kind() == ErrorKind::Interrupted => {}
                (None, Err(cause)) => return Poll::Ready(Err(cause)),
                (None, Ok(())) => {}
            }
        }
    }

    /// Has what is left written from now on, by a task that holds `whole`: this, or what is around it.
    pub(super) fn flush_later(&self, whole: Arc<impl AsRef<Self> + Send + Sync + 'static>) {
        if let Some(Home { hub, key, runtime }) = self.home.get() {
            runtime.spawn(flush(whole, Arc::clone(hub), *key));
        }
    }

    fn end(&self, how: Shutdown) {
        // Fails only where the peer ended it before.
        let _ = shutdown(&self.stream, how);
        self.room.notify_one();
    }
}

/// Writes what is left whenever the kernel takes more, until nothing is.
async fn flush(socket: Arc<impl AsRef<TcpSocket>>, hub: Arc<Hub>, key: ConnKey) {
    let socket = (*socket).as_ref();
    while socket.stream.writable().await.is_ok() {
        // Taken back first, so that what the kernel tells from now on counts.
        let _ = socket.stream.try_io(Interest::WRITABLE, || Err::<(), _>(NOTHING_NOW.into()));
        let done = hub.flush(key);
        socket.room.notify_one();
        if done {
            return;
        }
    }
    socket.end(Shutdown::Both);
}

impl AsRef<Self> for TcpSocket {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Socket for TcpSocket {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        Ok(send(&self.stream, bytes, SendFlags::NOSIGNAL)?)
    }

    fn write_parts(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(writev(&self.stream, parts)?)
    }

    fn stalled(self: Arc<Self>) {
        self.flush_later(Arc::clone(&self));
    }

    fn finish(&self) {
        self.end(Shutdown::Write);
    }

    fn cut(&self) {
        self.end(Shutdown::Both);
    }
}
