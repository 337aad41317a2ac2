//! A connection under TLS as the Hub and its one receiving task use it: what is written is encrypted
//! by whichever thread delivers and goes straight to the kernel, as in `tcp.rs`, which is under this.
//!
//! Encrypted bytes that the kernel did not take wait here, at most 32 KiB of them, and nothing more
//! is encrypted until they are gone. As long as they wait, one byte of what was to be written counts
//! as not taken, so that the Hub's queue is not empty and is flushed again; when it comes again, it
//! is passed over.

use super::tcp::TcpSocket;
use crate::domain::client::ConnKey;
use crate::domain::hub::Hub;
use crate::domain::socket::Socket;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio_rustls::rustls::ServerConnection;

/// A connection under TLS.
#[derive(Debug)]
pub(super) struct TlsSocket {
    tcp: TcpSocket,
    /// Locked for as long as a call takes, which never waits.
    tls: Mutex<Tls>,
}

#[derive(Debug)]
struct Tls {
    connection: ServerConnection,
    /// Whether the last byte that was encrypted counts as not taken.
    held: bool,
}

impl TlsSocket {
    /// Takes a connection over, with its handshake done. To be called on the runtime of its shard.
    ///
    /// # Errors
    /// When the runtime can't watch it.
    pub(super) fn new(stream: std::net::TcpStream, tls: ServerConnection) -> io::Result<Self> {
        let tls = Mutex::new(Tls { connection: tls, held: false });
        Ok(Self { tcp: TcpSocket::new(stream)?, tls })
    }

    /// As [`TcpSocket::settle`].
    pub(super) fn settle(&self, hub: &Arc<Hub>, key: ConnKey) {
        self.tcp.settle(hub, key);
    }

    /// As [`TcpSocket::room`].
    pub(super) async fn room(&self) {
        self.tcp.room().await;
    }

    /// As [`TcpSocket::poll_read`], decrypted. An end without a goodbye is an end: what was said is
    /// whole where the frames are.
    pub(super) fn poll_read(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut tls = self.lock();
        loop {
            match tls.connection.reader().read(buffer) {
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => {}
                Err(cause) if cause.kind() == ErrorKind::UnexpectedEof => {
                    return Poll::Ready(Ok(0));
                }
                read => return Poll::Ready(read),
            }
            match tls.connection.read_tls(&mut Coming { tcp: &self.tcp, context }) {
                Ok(_) => {}
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => return Poll::Pending,
                Err(cause) => return Poll::Ready(Err(cause)),
            }
            let understood = tls.connection.process_new_packets();
            // An answer that belongs to TLS, or why it ends. What is not taken now leaves before
            // what is written next; a heartbeat, if nothing else.
            let answered = self.send(&mut tls.connection);
            if let Err(cause) = understood {
                return Poll::Ready(Err(io::Error::new(ErrorKind::InvalidData, cause)));
            }
            if let Err(cause) = answered {
                return Poll::Ready(Err(cause));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tls> {
        self.tls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the kernel what is encrypted. Whether it took everything.
    fn send(&self, connection: &mut ServerConnection) -> io::Result<bool> {
        while connection.wants_write() {
            match connection.write_tls(&mut Leaving(&self.tcp)) {
                Ok(0) => return Ok(false),
                Ok(_) => {}
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(cause) => return Err(cause),
            }
        }
        Ok(true)
    }

    /// Encrypts and writes until the kernel takes no more; how many bytes count as taken.
    fn put(&self, mut parts: &mut [IoSlice<'_>]) -> io::Result<usize> {
        let tls = &mut *self.lock();
        if !self.send(&mut tls.connection)? {
            return Err(ErrorKind::WouldBlock.into());
        }
        let again = tls.held && parts.iter().any(|part| !part.is_empty());
        tls.held &= !again;
        let mut taken = usize::from(again);
        IoSlice::advance_slices(&mut parts, taken);
        while !parts.is_empty() {
            let encrypted = tls.connection.writer().write_vectored(parts)?;
            if encrypted == 0 {
                break;
            }
            IoSlice::advance_slices(&mut parts, encrypted);
            taken += encrypted;
            if !self.send(&mut tls.connection)? {
                tls.held = true;
                taken -= 1;
                break;
            }
        }
        if taken == 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(taken) }
    }
}

impl AsRef<TcpSocket> for TlsSocket {
    fn as_ref(&self) -> &TcpSocket {
        &self.tcp
    }
}

impl Socket for TlsSocket {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.put(&mut [IoSlice::new(bytes)])
    }

    fn write_parts(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        self.put(&mut parts.to_vec())
    }

    fn stalled(self: Arc<Self>) {
        self.tcp.flush_later(Arc::clone(&self));
    }

    fn finish(&self) {
        let mut tls = self.lock();
        tls.connection.send_close_notify();
        // All frames have left. If the kernel has no room for the goodbye behind them, then the
        // close frame was that.
        let _ = self.send(&mut tls.connection);
        self.tcp.finish();
    }

    fn cut(&self) {
        self.tcp.cut();
    }
}

/// What comes from the kernel, for the receiving task, which is woken when more does.
struct Coming<'a, 'b> {
    tcp: &'a TcpSocket,
    context: &'a mut Context<'b>,
}

impl Read for Coming<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.tcp.poll_read(self.context, buffer) {
            Poll::Ready(read) => read,
            Poll::Pending => Err(ErrorKind::WouldBlock.into()),
        }
    }
}

/// What goes to the kernel.
struct Leaving<'a>(&'a TcpSocket);

impl Write for Leaving<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Socket::write(self.0, bytes)
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        Socket::write_parts(self.0, parts)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
