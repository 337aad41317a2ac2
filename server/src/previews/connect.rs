//! One request to one checked place: the name is looked up here, every address judged, and the
//! connection made to one of those very addresses. Nothing looks the name up a second time, so that
//! it can't lead elsewhere by then; and no library is given a URL to open.
//!
//! Proxies of the environment, cookies and kept connections don't exist here. What is asked for, and
//! where redirects lead, is in `fetch.rs`; what may be fetched, in `guard.rs`.

use super::guard::{Guard, Refusal, Target};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use url::Host;

/// Most addresses of a name that are tried.
const ADDRESSES_MAX: usize = 3;
/// How long one address may take to answer, so that another one is tried in time.
const CONNECT: Duration = Duration::from_millis(1_500);
/// Most bytes of an answer's head, and of its body that wait to be read.
const BUFFER_MAX: usize = 64 * 1024;

/// Why nothing was fetched. For the log of who looks for it; nobody else is told.
#[derive(Debug)]
pub(super) enum Fault {
    /// The guard refused it.
    Refused(Refusal),
    /// It can't be found or reached, or speaks neither TLS nor HTTP.
    Unreachable(String),
    /// It was redirected more often than is followed, or to nowhere.
    Redirects,
    /// It answered with another status than 200.
    Status(u16),
    /// It is of a kind that has no preview, or compressed though that was not asked for.
    Kind,
    /// It is larger than is read.
    TooLarge,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Unreachable(why) => write!(f, "unreachable: {why}"),
            Self::Redirects => f.write_str("redirected too often, or to nowhere"),
            Self::Status(status) => write!(f, "answered {status}"),
            Self::Kind => f.write_str("of a kind that has no preview"),
            Self::TooLarge => f.write_str("too large"),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(why: Refusal) -> Self {
        Self::Refused(why)
    }
}

pub(super) fn unreachable(cause: &dyn fmt::Display) -> Fault {
    Fault::Unreachable(cause.to_string())
}

/// What a test says of a name.
#[cfg(test)]
type Tell = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// Who says to which addresses a name leads.
pub(super) enum Names {
    /// The system.
    System,
    /// A test.
    #[cfg(test)]
    Told(Box<Tell>),
}

impl Names {
    async fn find(&self, name: &str, port: u16) -> io::Result<Vec<IpAddr>> {
        match self {
            Self::System => {
                // With a dot at its end it is not looked up in this machine's own domain.
                let whole = [name, "."].concat();
                let found = tokio::net::lookup_host((whole, port)).await?;
                Ok(found.map(|address| address.ip()).collect())
            }
            #[cfg(test)]
            Self::Told(tell) => Ok(tell(name)),
        }
    }
}

/// The way out.
pub(super) struct Network {
    pub(super) guard: Guard,
    names: Names,
    tls: TlsConnector,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Network({:?})", self.guard)
    }
}

/// An answer whose body is still to be read. The connection ends with the value.
pub(super) struct Reply {
    pub(super) response: Response<Incoming>,
    _connection: JoinSet<()>,
}

impl Network {
    /// The way out under this guard, believing the certificate authorities that browsers do.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub(super) fn new(guard: Guard) -> Result<Self, rustls::Error> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
        Self::with(guard, Names::System, roots)
    }

    /// The same with other names and authorities.
    pub(super) fn with(
        guard: Guard,
        names: Names,
        roots: RootCertStore,
    ) -> Result<Self, rustls::Error> {
        let provider = Arc::new(ring::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Nobody shall know this server again by a session that it had before.
        tls.resumption = Resumption::disabled();
        Ok(Self { guard, names, tls: TlsConnector::from(Arc::new(tls)) })
    }

    /// Sends one request and reads the head of the answer.
    ///
    /// # Errors
    /// When an address is refused, or nobody answers.
    pub(super) async fn ask(
        &self,
        target: &Target,
        request: Request<Empty<Bytes>>,
    ) -> Result<Reply, Fault> {
        let addresses = self.addresses(target).await?;
        let stream = connect(&addresses).await?;
        if !target.tls {
            return speak(stream, request).await;
        }
        let name = match &target.host {
            Host::Domain(name) => {
                ServerName::try_from(name.clone()).map_err(|cause| unreachable(&cause))?
            }
            Host::Ipv4(address) => ServerName::from(IpAddr::from(*address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::from(*address)),
        };
        let stream = self.tls.connect(name, stream).await.map_err(|cause| unreachable(&cause))?;
        speak(stream, request).await
    }

    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, Fault> {
        let found = match &target.host {
            Host::Domain(name) => {
                let found = self.names.find(name, target.port).await;
                found.map_err(|cause| unreachable(&cause))?
            }
            Host::Ipv4(address) => vec![IpAddr::from(*address)],
            Host::Ipv6(address) => vec![IpAddr::from(*address)],
        };
        Ok(self.guard.addresses(target.port, &found)?)
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Fault> {
    let mut last = unreachable(&"it has no address");
    for address in addresses.iter().take(ADDRESSES_MAX) {
        match tokio::time::timeout(CONNECT, TcpStream::connect(*address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(cause)) => last = unreachable(&cause),
            Err(_) => last = unreachable(&"nobody answered"),
        }
    }
    Err(last)
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Empty<Bytes>>,
) -> Result<Reply, Fault> {
    let mut http = http1::Builder::new();
    http.max_buf_size(BUFFER_MAX);
    let spoken = http.handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = spoken.map_err(|cause| unreachable(&cause))?;
    let mut connections = JoinSet::new();
    connections.spawn(async {
        // What goes wrong with it is told to who reads the answer.
        let _ = connection.await;
    });
    let response = sender.send_request(request).await.map_err(|cause| unreachable(&cause))?;
    Ok(Reply { response, _connection: connections })
}
