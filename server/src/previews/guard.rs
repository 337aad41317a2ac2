//! What may be fetched at all. A link is written by anybody who can write a message, and it is this
//! server that goes there: so it goes to the public web alone, and never to itself or its networks.
//!
//! All of it is pure: a URL is judged before its name is looked up (`target`), and so is every
//! address that the name came to (`addresses`). The connection is then made to one of those
//! addresses, as they are, without a second look-up: `connect.rs`.

use super::addresses::is_public;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// Longest URL that is fetched, in bytes.
const URL_MAX_BYTES: usize = 2_048;

/// Ends of names that never lead to the public web (RFC 6761, 6762, 7686, 8375 and 9476).
const CLOSED_ENDS: [&str; 8] =
    ["localhost", "local", "internal", "home.arpa", "onion", "alt", "test", "invalid"];

/// Why something is not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no URL of a host, or a very long one.
    Malformed,
    /// Neither `http` nor `https`.
    Scheme,
    /// It holds a user's name or password.
    Credentials,
    /// Neither port 80 nor 443.
    Port,
    /// A name of this machine or its network.
    Name,
    /// An address that is not of the public Internet, perhaps among others that are.
    Address,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a URL that can be fetched",
            Self::Scheme => "neither http nor https",
            Self::Credentials => "holds credentials",
            Self::Port => "neither port 80 nor 443",
            Self::Name => "a name inside",
            Self::Address => "an address that is not public",
        })
    }
}

/// The rules, and the one exception that a test may make.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Guard {
    /// An address and port that may be fetched from although it is neither public nor a port of
    /// the web: the server of a test.
    exception: Option<SocketAddr>,
}

/// A URL that may be fetched, if every address of its host is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The URL, in its normal form and without its fragment.
    pub(super) url: Url,
    /// A name without a dot at its end, or an address.
    pub(super) host: Host<String>,
    /// The port.
    pub(super) port: u16,
    /// Whether it is `https`.
    pub(super) tls: bool,
}

impl Guard {
    /// The rules, with this exception.
    pub(super) fn new(exception: Option<SocketAddr>) -> Self {
        Self { exception }
    }

    /// Judges a link as a person wrote it.
    ///
    /// # Errors
    /// Why it isn't fetched.
    pub(super) fn link(&self, text: &str) -> Result<Target, Refusal> {
        if text.len() > URL_MAX_BYTES {
            return Err(Refusal::Malformed);
        }
        self.target(Url::parse(text).map_err(|_| Refusal::Malformed)?)
    }

    /// Judges a URL. Every spelling of an address has become the address when it was parsed.
    ///
    /// # Errors
    /// Why it isn't fetched.
    pub(super) fn target(&self, mut url: Url) -> Result<Target, Refusal> {
        if url.as_str().len() > URL_MAX_BYTES {
            return Err(Refusal::Malformed);
        }
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(Refusal::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let port = url.port_or_known_default().ok_or(Refusal::Port)?;
        if !web(port) && self.exception.is_none_or(|exception| exception.port() != port) {
            return Err(Refusal::Port);
        }
        let host = match url.host().ok_or(Refusal::Malformed)? {
            Host::Domain(name) => Host::Domain(public_name(name)?.to_owned()),
            Host::Ipv4(address) => Host::Ipv4(address),
            Host::Ipv6(address) => Host::Ipv6(address),
        };
        url.set_fragment(None);
        let target = Target { url, host, port, tls };
        if let Some(address) = target.address() {
            self.addresses(port, &[address])?;
        }
        Ok(target)
    }

    /// Judges what a name came to. One bad address among good ones condemns them all.
    ///
    /// # Errors
    /// When any address is not public, or there is none.
    pub(super) fn addresses(
        &self,
        port: u16,
        found: &[IpAddr],
    ) -> Result<Vec<SocketAddr>, Refusal> {
        let all: Vec<_> = found.iter().map(|address| SocketAddr::new(*address, port)).collect();
        let may = |address: &SocketAddr| {
            (is_public(address.ip()) && web(port)) || Some(*address) == self.exception
        };
        if !all.is_empty() && all.iter().all(may) { Ok(all) } else { Err(Refusal::Address) }
    }
}

impl Target {
    /// The address, if its host is one and no name.
    pub(super) fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }
}

fn web(port: u16) -> bool {
    [80, 443].contains(&port)
}

/// The name without a dot at its end, if it can be one of the public web. Parsing has made it small
/// ASCII letters.
fn public_name(name: &str) -> Result<&str, Refusal> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let closed = |end: &str| {
        name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    // A name of one word is looked up in this machine's own domain.
    if !name.contains('.') || name.ends_with('.') || CLOSED_ENDS.into_iter().any(closed) {
        return Err(Refusal::Name);
    }
    Ok(name)
}

#[cfg(test)]
mod tests;
