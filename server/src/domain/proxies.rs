//! Which proxies stand in front of the server, and whose request it is that one of them passes on.
//! What a header says is believed only as far back as trusted proxies wrote it. Taking the headers
//! out of a request is the transport's.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A range of addresses, as `192.0.2.0/24` or `2001:db8::/32`; an address alone is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    /// Leading bits that must agree.
    bits: u8,
}

/// Why a text is no range: a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCidr;

impl fmt::Display for NoCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an address or a range is needed, such as 127.0.0.1, 10.0.0.0/8 or fd00::/8, with no \
             bit set behind the range's own",
        )
    }
}

impl std::error::Error for NoCidr {}

impl FromStr for Cidr {
    type Err = NoCidr;

    fn from_str(text: &str) -> Result<Self, NoCidr> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoCidr)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            // Neither a sign nor zeros in front, which `parse` would pass.
            Some(bits) if bits.len() > 1 && !bits.starts_with(|c| matches!(c, '1'..='9')) => {
                return Err(NoCidr);
            }
            Some(bits) => bits.parse().map_err(|_| NoCidr)?,
            None => most,
        };
        let range = Self { address, bits };
        let itself = number(address) & range.mask() == number(address);
        if bits <= most && itself { Ok(range) } else { Err(NoCidr) }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl Cidr {
    /// Whether the address is within. An IPv4 address in the clothes of IPv6 is an IPv4 one.
    pub fn contains(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4()
            && number(address) & self.mask() == number(self.address)
    }

    /// The bits that must agree, at the top of a number as `number` makes it.
    fn mask(self) -> u128 {
        u128::MAX.checked_shl(128 - u32::from(self.bits.min(128))).unwrap_or(0)
    }
}

/// The address's bits, from the top.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The proxies whose word is believed. By default none is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Cidr>);

impl From<Vec<Cidr>> for TrustedProxies {
    fn from(ranges: Vec<Cidr>) -> Self {
        Self(ranges)
    }
}

/// What trusted proxies tell of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Who sent it: the last address that is no trusted proxy's.
    pub client: IpAddr,
    /// Whether it came over TLS, where a trusted proxy says so or denies it.
    pub secure: Option<bool>,
}

impl TrustedProxies {
    /// Whether the address is a trusted proxy's.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(address))
    }

    /// Whose request it is that came from `peer`. `forwarded` are the lines of `Forwarded`,
    /// `forwarded_for` those of `X-Forwarded-For`, `forwarded_proto` those of `X-Forwarded-Proto`,
    /// each in the order in which they came. `Forwarded` is read only without `X-Forwarded-For`.
    ///
    /// From the right, each address is believed while the one that wrote it is trusted; one that
    /// can't be read (`unknown`, `_hidden`, nonsense) ends that, and who wrote it is the client.
    /// From anyone who is not trusted all of it is passed over.
    pub fn origin<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl Iterator<Item = &'a str>,
        forwarded_for: impl Iterator<Item = &'a str>,
        forwarded_proto: impl Iterator<Item = &'a str>,
    ) -> Origin {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return Origin { client: peer, secure: None };
        }
        let hops: Vec<&str> = forwarded_for.flat_map(|line| line.split(',')).collect();
        let elements: Vec<&str> = forwarded.flat_map(|line| line.split(',')).collect();
        let (client, secure) = if hops.is_empty() {
            let addresses = elements.iter().map(|element| parameter(element, "for"));
            let client = self.rightmost(peer, addresses.rev().map(|hop| hop.and_then(address)));
            (client, elements.last().and_then(|element| parameter(element, "proto")))
        } else {
            (self.rightmost(peer, hops.iter().rev().map(|hop| address(hop.trim()))), None)
        };
        // The proxy that is connected to us has the last word on what it was spoken to over.
        let told = forwarded_proto.flat_map(|line| line.split(',')).last().map(str::trim);
        let secure = told.or(secure).map(|scheme| {
            scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("wss")
        });
        Origin { client, secure }
    }

    /// Goes from the nearest hop outwards.
    fn rightmost(&self, peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut client = peer;
        for hop in hops {
            let Some(hop) = hop else { return client };
            client = hop;
            if !self.contains(client) {
                return client;
            }
        }
        client
    }
}

/// A parameter of an element of `Forwarded`, without its quotes.
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
    let (_, value) = values.next()?;
    Some(value.trim().trim_matches('"'))
}

/// The address of a hop, with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`,
/// `[2001:db8::1]`, `[2001:db8::1]:80`.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = match hop.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => match hop.split_once(':') {
            Some((host, port)) if !port.contains(':') => host,
            _ => hop,
        },
    };
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(ranges: &[&str]) -> TrustedProxies {
        ranges.iter().map(|range| range.parse().unwrap()).collect::<Vec<Cidr>>().into()
    }

    fn client(peer: &str, lines: &[&str]) -> String {
        let trusted = proxies(&["127.0.0.1", "10.0.0.0/8", "fd00::/8"]);
        let peer = peer.parse().unwrap();
        let none = || std::iter::empty();
        trusted.origin(peer, none(), lines.iter().copied(), none()).client.to_string()
    }

    #[test]
    fn a_range_holds_what_it_says_and_nothing_beside() {
        for (range, within, beside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("192.0.2.6/31", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("::/0", "2001:db8::1", "127.0.0.1"),
            ("fd00::/8", "fd12::1", "fe80::1"),
            ("127.0.0.1", "::ffff:127.0.0.1", "::1"),
        ] {
            let cidr: Cidr = range.parse().unwrap();
            assert!(cidr.contains(within.parse().unwrap()), "{range} {within}");
            assert!(!cidr.contains(beside.parse().unwrap()), "{range} {beside}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for wrong in [
            "",
            "/",
            "10.0.0.0/",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.1/8",
            "10.0.0.0/+8",
            "10.0.0.0/08",
            "10.0.0.0/-1",
            "localhost",
            "10.0.0.0/8/8",
            " 10.0.0.1",
            "10.0.0.0/256",
        ] {
            assert_eq!(wrong.parse::<Cidr>(), Err(NoCidr), "{wrong}");
        }
    }

    #[test]
    fn nobody_but_a_trusted_proxy_says_whose_request_it_is() {
        assert_eq!(client("203.0.113.5", &["198.51.100.1"]), "203.0.113.5");
        assert_eq!(client("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::ffff:127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        let nobody = TrustedProxies::default();
        let line = || ["https"].into_iter();
        let told = nobody.origin("127.0.0.1".parse().unwrap(), line(), line(), line());
        assert_eq!(told, Origin { client: "127.0.0.1".parse().unwrap(), secure: None });
    }

    #[test]
    fn the_last_address_that_no_trusted_proxy_has_is_the_clients() {
        assert_eq!(client("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "198.51.100.1,10.0.0.2"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        // What can't be read, and all before it, tells nothing.
        assert_eq!(client("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(client("10.0.0.1", &["198.51.100.1, "]), "10.0.0.1");
    }

    #[test]
    fn ports_and_brackets_are_taken_off() {
        for (hop, address) in [
            ("198.51.100.1:4711", "198.51.100.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
        ] {
            assert_eq!(client("10.0.0.1", &[hop]), address);
        }
        assert_eq!(client("10.0.0.1", &["[2001:db8::1"]), "10.0.0.1");
    }

    #[test]
    fn the_standards_header_is_read_where_the_customary_one_is_not_sent() {
        let trusted = proxies(&["10.0.0.0/8"]);
        let peer = "10.0.0.1".parse().unwrap();
        let told = |forwarded: &'static str, hops: &[&'static str]| {
            let none = std::iter::empty();
            trusted.origin(peer, [forwarded].into_iter(), hops.iter().copied(), none)
        };
        let forwarded = r#"for=1.1.1.1;proto=http, For="[2001:db8::1]:4711";Proto=https;by=_a"#;
        let origin = told(forwarded, &[]);
        assert_eq!(
            (origin.client.to_string().as_str(), origin.secure),
            ("2001:db8::1", Some(true))
        );
        assert_eq!(told("for=_hidden", &[]).client, peer);
        assert_eq!(told(forwarded, &["198.51.100.1"]).client.to_string(), "198.51.100.1");
    }

    #[test]
    fn the_nearest_proxy_says_whether_it_was_spoken_to_over_tls() {
        let trusted = proxies(&["10.0.0.0/8"]);
        let secure = |peer: &str, lines: &[&'static str]| {
            let none = || std::iter::empty();
            trusted.origin(peer.parse().unwrap(), none(), none(), lines.iter().copied()).secure
        };
        assert_eq!(secure("10.0.0.1", &["https"]), Some(true));
        assert_eq!(secure("10.0.0.1", &["https, http"]), Some(false));
        assert_eq!(secure("10.0.0.1", &[]), None);
        assert_eq!(secure("203.0.113.5", &["https"]), None);
    }
}
