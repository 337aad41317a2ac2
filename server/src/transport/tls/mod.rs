//! TLS of the server itself: who connects shakes hands here, within a time and among so many at once,
//! and is told so where plain HTTP comes instead. What the certificate is read from is in `pair.rs`;
//! that it is read anew, in `renewal.rs`. How sockets live under TLS is `ws/tls.rs`'s.

mod pair;
mod plain;
mod renewal;

pub use pair::{Fault, Pair};
pub use renewal::keep_fresh;

use pair::Content;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

/// How long a handshake may take, with the wait for a place among those that are under way.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Most handshakes under way at once; more wait their turn. Each holds up to 64 KiB.
const HANDSHAKES_MAX: usize = 1_024;
/// Most encrypted bytes of a connection that wait for the kernel.
const BUFFER_MAX: usize = 32 * 1024;
/// What every TLS connection begins with: the type of a record that belongs to a handshake.
const HANDSHAKE: u8 = 22;

/// What holds now, and the files' content that it was made of.
#[derive(Debug)]
struct Current {
    content: Content,
    config: Arc<ServerConfig>,
}

/// The certificate that holds now, and the handshakes under it.
#[derive(Debug)]
pub struct Tls {
    pair: Pair,
    current: RwLock<Current>,
    /// Told when the files are to be read at once.
    again: Notify,
    handshakes: Semaphore,
}

impl Tls {
    /// Reads the certificate and its key.
    ///
    /// # Errors
    /// When they can't be used: a sentence that says what is wrong with which file.
    pub fn new(pair: Pair) -> Result<Self, Fault> {
        let content = pair.read()?;
        let config = pair.config(&content)?;
        let current = RwLock::new(Current { content, config });
        let handshakes = Semaphore::new(HANDSHAKES_MAX);
        Ok(Self { pair, current, again: Notify::new(), handshakes })
    }

    /// Has the files read at once, whether or not they look as if they had changed.
    pub fn read_again(&self) {
        self.again.notify_one();
    }

    /// Uses what these files hold from now on. Whether it is something else than before.
    fn renew(&self, content: Content) -> Result<bool, Fault> {
        let config = self.pair.config(&content)?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let other = current.content != content;
        *current = Current { content, config };
        Ok(other)
    }

    fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).config)
    }

    /// Shakes hands with who connected, within ten seconds. None when plain HTTP came, which was
    /// answered.
    ///
    /// # Errors
    /// When no handshake comes of it, in this time or at all.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
    ) -> io::Result<Option<TlsStream<TcpStream>>> {
        let within = tokio::time::timeout(HANDSHAKE_MAX, self.shake_hands(stream));
        within.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn shake_hands(&self, stream: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
        // Who says nothing takes no place of those who do.
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let [first] = first;
        if first != HANDSHAKE && first.is_ascii_uppercase() {
            plain::refuse(stream).await?;
            return Ok(None);
        }
        let _place = self.handshakes.acquire().await.map_err(io::Error::other)?;
        let acceptor = TlsAcceptor::from(self.config());
        let bounded = |connection: &mut tokio_rustls::rustls::ServerConnection| {
            connection.set_buffer_limit(Some(BUFFER_MAX));
        };
        acceptor.accept_with(stream, bounded).await.map(Some)
    }
}
