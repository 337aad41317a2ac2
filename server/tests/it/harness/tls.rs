//! TLS from the other side: certificates, handshakes by hand, and a front that takes the TLS away, so
//! that every client and every socket of the tests can talk to a server that speaks nothing else.

use super::patiently;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A self-signed certificate for `localhost`, with its key, in PEM.
pub(crate) struct Identity {
    /// The certificate, as clients see it.
    pub(crate) der: CertificateDer<'static>,
    /// Its file.
    pub(crate) cert: String,
    /// Its key's file.
    pub(crate) key: String,
}

impl Identity {
    /// A new one.
    pub(crate) fn new() -> Self {
        let names = vec!["localhost".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let der = cert.der().clone();
        let cert = pem("CERTIFICATE", &der);
        Self { der, cert, key: pem("PRIVATE KEY", signing_key.serialized_der()) }
    }
}

/// PEM, as it is written.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The two files that a server is given.
pub(crate) struct PemFiles {
    folder: TempDir,
}

impl PemFiles {
    /// Files with this certificate.
    pub(crate) fn with(identity: &Identity) -> Self {
        let files = Self { folder: tempfile::tempdir().unwrap() };
        files.write(&identity.cert, &identity.key);
        files
    }

    /// Writes both.
    pub(crate) fn write(&self, cert: &str, key: &str) {
        std::fs::write(self.cert(), cert).unwrap();
        std::fs::write(self.key(), key).unwrap();
    }

    /// The certificate's.
    pub(crate) fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// The key's.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// The arguments that name them.
    pub(crate) fn arguments(&self) -> [String; 4] {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        ["--tls-cert".to_owned(), text(&self.cert()), "--tls-key".to_owned(), text(&self.key())]
    }
}

/// A client's side that believes this certificate alone.
pub(crate) fn believing(identity: &Identity) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(identity.der.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// Connects and shakes hands.
pub(crate) async fn shake_hands(
    address: SocketAddr,
    config: &ClientConfig,
) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let connector = TlsConnector::from(Arc::new(config.clone()));
    let name = ServerName::try_from("localhost").unwrap();
    patiently("a handshake", connector.connect(name, stream)).await
}

/// How the server ended a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With TLS's goodbye.
    Said,
    /// Without it.
    Torn,
}

/// Listens for plain connections and passes each on under TLS. It reads no further than its client
/// does, so that a slow client stays one.
pub(crate) struct Front {
    address: SocketAddr,
    ends: Arc<Mutex<Vec<End>>>,
    task: AbortHandle,
}

impl Front {
    /// A front of the server at this address, with this certificate.
    pub(crate) async fn of(server: SocketAddr, identity: &Identity) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (config, ends) = (believing(identity), Arc::new(Mutex::new(Vec::new())));
        let seen = Arc::clone(&ends);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).unwrap();
                let (config, seen) = (config.clone(), Arc::clone(&seen));
                connections.spawn(async move {
                    if let Ok(stream) = shake_hands(server, &config).await {
                        pass_on(client, stream, &seen).await;
                    }
                });
            }
        });
        Self { address, ends, task: task.abort_handle() }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How the server ended those connections that it ended.
    pub(crate) fn ends(&self) -> Vec<End> {
        self.ends.lock().unwrap().clone()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass_on(client: TcpStream, server: TlsStream<TcpStream>, ends: &Mutex<Vec<End>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let up = async {
        let _ = copy(&mut from_client, &mut to_server).await;
        let _ = to_server.shutdown().await;
    };
    let down = async {
        match copy(&mut from_server, &mut to_client).await {
            Ok(()) => ends.lock().unwrap().push(End::Said),
            Err(cause) if cause.kind() == ErrorKind::UnexpectedEof => {
                ends.lock().unwrap().push(End::Torn);
            }
            // The client is gone.
            Err(_) => {}
        }
        let _ = to_client.shutdown().await;
    };
    tokio::join!(up, down);
}

async fn copy(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let mut chunk = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut chunk).await?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(&chunk[..count]).await?;
        to.flush().await?;
    }
}
