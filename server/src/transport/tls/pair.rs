//! A certificate and its key, as two PEM files: read, found to belong together, and made into what
//! handshakes are done under. What is wrong with them is told in a sentence with the file's name;
//! nothing of a key ever is.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{Error, InconsistentKeys, ServerConfig};

/// Most bytes of either file.
const FILE_MAX: u64 = 1024 * 1024;

/// Why a pair can't be used: a sentence that says what is wrong with which file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// Where a certificate and its key are.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The certificate, and those between it and its authority: PEM, the server's own first.
    pub cert: PathBuf,
    /// Its private key: PEM, in PKCS#8, SEC1 or PKCS#1, without a password.
    pub key: PathBuf,
}

/// What the files hold.
#[derive(PartialEq, Eq)]
pub(super) struct Content {
    cert: Vec<u8>,
    key: Vec<u8>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key is nobody's to see.
        f.write_str("Content")
    }
}

/// By what files look as if they had changed: when each was written, and its length. None for one
/// that isn't there.
pub(super) type Look = [Option<(SystemTime, u64)>; 2];

impl Pair {
    /// How the files look. Blocks.
    pub(super) fn look(&self) -> Look {
        [&self.cert, &self.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }

    /// Reads the files. Blocks.
    pub(super) fn read(&self) -> Result<Content, Fault> {
        Ok(Content { cert: read("--tls-cert", &self.cert)?, key: read("--tls-key", &self.key)? })
    }

    /// What handshakes are done under with this pair.
    pub(super) fn config(&self, content: &Content) -> Result<Arc<ServerConfig>, Fault> {
        let (cert, key) = (self.cert.display(), self.key.display());
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&content.cert)
            .collect::<Result<_, _>>()
            .map_err(|cause| Fault(format!("--tls-cert {cert} is no PEM: {}", told(&cause))))?;
        if chain.is_empty() {
            let begin = "-----BEGIN CERTIFICATE-----";
            return Err(Fault(format!("--tls-cert {cert} holds no certificate: no `{begin}`")));
        }
        let secret = PrivateKeyDer::from_pem_slice(&content.key).map_err(|cause| match cause {
            pem::Error::NoItemsFound => Fault(format!(
                "--tls-key {key} holds no private key that can be read: no `-----BEGIN PRIVATE \
                 KEY-----`; one with a password has to be stored without it"
            )),
            cause => Fault(format!("--tls-key {key} is no PEM: {}", told(&cause))),
        })?;
        let unusable = |cause: Error| {
            Fault(match cause {
                Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => format!(
                    "the key of --tls-key {key} is not that of the first certificate in \
                     --tls-cert {cert}: the server's own certificate comes first"
                ),
                Error::InvalidCertificate(cause) => {
                    format!("--tls-cert {cert} holds a certificate that can't be used: {cause:?}")
                }
                cause => format!("--tls-cert {cert} and --tls-key {key} can't be used: {cause}"),
            })
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, secret))
            .map_err(unusable)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn read(flag: &str, path: &Path) -> Result<Vec<u8>, Fault> {
    let unreadable =
        |cause: io::Error| Fault(format!("can't read {flag} {}: {cause}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(Fault(format!("{flag} {} is larger than a PEM file is", path.display())));
    }
    Ok(bytes)
}

/// What is wrong, without a line of the file, which could be one of a key.
fn told(cause: &pem::Error) -> &'static str {
    match cause {
        pem::Error::MissingSectionEnd { .. } => "a section has no `-----END …-----`",
        pem::Error::IllegalSectionStart { .. } => "a line begins a section and can't be read",
        pem::Error::Base64Decode(_) => "a section is not Base64",
        _ => "it can't be read",
    }
}
