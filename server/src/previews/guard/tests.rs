//! What the guard lets through and what not, without a network.

use super::*;

fn refused(link: &str) -> Option<Refusal> {
    Guard::default().link(link).err()
}

/// Every way in which one could spell a place that must not be fetched, as far as we know them.
const CLOSED: [(&str, Refusal); 136] = [
    // Schemes.
    ("ftp://example.com/", Refusal::Scheme),
    ("file:///etc/passwd", Refusal::Scheme),
    ("file://127.0.0.1/etc/passwd", Refusal::Scheme),
    ("gopher://127.0.0.1:6379/_SET", Refusal::Scheme),
    ("dict://127.0.0.1:11211/", Refusal::Scheme),
    ("ws://example.com/", Refusal::Scheme),
    ("wss://example.com/", Refusal::Scheme),
    ("javascript:alert(1)", Refusal::Scheme),
    ("data:text/html,<title>x</title>", Refusal::Scheme),
    ("jar:http://example.com/a!/b", Refusal::Scheme),
    ("view-source:http://example.com/", Refusal::Scheme),
    ("mailto:ada@example.com", Refusal::Scheme),
    ("unix:/run/docker.sock", Refusal::Scheme),
    // No URLs of a host.
    ("", Refusal::Malformed),
    ("example.com", Refusal::Malformed),
    ("//example.com/", Refusal::Malformed),
    ("/etc/passwd", Refusal::Malformed),
    ("http://", Refusal::Malformed),
    ("http:///", Refusal::Malformed),
    ("http://:80/", Refusal::Malformed),
    ("http://exa mple.com/", Refusal::Malformed),
    ("http://example.com:port/", Refusal::Malformed),
    ("http://example.com:99999/", Refusal::Malformed),
    ("http://[::1/", Refusal::Malformed),
    ("http://[fe80::1%25eth0]/", Refusal::Malformed),
    ("http://[fe80::1%eth0]/", Refusal::Malformed),
    ("http://1.2.3.4.5/", Refusal::Malformed),
    ("http://256.256.256.256/", Refusal::Malformed),
    ("http://0x100000000/", Refusal::Malformed),
    ("http://4294967296/", Refusal::Malformed),
    ("http://127.0.0.1%00.example.com/", Refusal::Malformed),
    ("http://127.0.0.1%2f.example.com/", Refusal::Malformed),
    ("http://example.com%23@127.0.0.1/", Refusal::Credentials),
    // Credentials, which make a host look like another.
    ("http://user@example.com/", Refusal::Credentials),
    ("http://user:pass@example.com/", Refusal::Credentials),
    ("http://:pass@example.com/", Refusal::Credentials),
    ("http://example.com@127.0.0.1/", Refusal::Credentials),
    ("http://example.com:80@127.0.0.1:80/", Refusal::Credentials),
    // Ports.
    ("http://example.com:22/", Refusal::Port),
    ("http://example.com:25/", Refusal::Port),
    ("http://example.com:8080/", Refusal::Port),
    ("https://example.com:8443/", Refusal::Port),
    ("http://example.com:0/", Refusal::Port),
    ("http://127.0.0.1:3000/", Refusal::Port),
    ("http://[::1]:6379/", Refusal::Port),
    // Names inside.
    ("http://localhost/", Refusal::Name),
    ("http://LOCALHOST/", Refusal::Name),
    ("https://LocalHost./", Refusal::Name),
    ("http://localhost../", Refusal::Name),
    ("http://db.localhost/", Refusal::Name),
    ("http://a.b.localhost./", Refusal::Name),
    ("http://%6c%6fcalhost/", Refusal::Name),
    ("http://ｌｏｃａｌｈｏｓｔ/", Refusal::Name),
    ("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", Refusal::Name),
    ("http://localhost。/", Refusal::Name),
    ("http://local\u{ad}host/", Refusal::Name),
    ("http://local\thost/", Refusal::Name),
    ("http://lo\ncal\rhost/", Refusal::Name),
    ("http://printer.local/", Refusal::Name),
    ("http://metadata.google.internal/", Refusal::Name),
    ("http://router.home.arpa/", Refusal::Name),
    ("http://intranet/", Refusal::Name),
    ("http://metadata/", Refusal::Name),
    ("http://abc.onion/", Refusal::Name),
    ("http://a.test/", Refusal::Name),
    ("http://./", Refusal::Name),
    ("http://example.com../", Refusal::Name),
    // This machine.
    ("http://127.0.0.1/", Refusal::Address),
    ("https://127.0.0.1/", Refusal::Address),
    ("http://127.0.0.1:80/", Refusal::Address),
    ("http://127.0.0.1:443/", Refusal::Address),
    ("http://127.0.0.1./", Refusal::Address),
    ("http://127.1/", Refusal::Address),
    ("http://127.0.1/", Refusal::Address),
    ("http://127.255.255.254/", Refusal::Address),
    ("http://2130706433/", Refusal::Address),
    ("http://0x7f000001/", Refusal::Address),
    ("http://0X7F000001/", Refusal::Address),
    ("http://017700000001/", Refusal::Address),
    ("http://0177.0.0.1/", Refusal::Address),
    ("http://0177.0.0.01/", Refusal::Address),
    ("http://00000177.0.0.1/", Refusal::Address),
    ("http://0x7f.0.0.1/", Refusal::Address),
    ("http://0x7f.1/", Refusal::Address),
    ("http://0x7f.0x0.0x0.0x1/", Refusal::Address),
    ("http://127.0x0.0.1/", Refusal::Address),
    ("http://127.0.0.0x1/", Refusal::Address),
    ("http://127.0.1./", Refusal::Address),
    ("http://0/", Refusal::Address),
    ("http://0.0.0.0/", Refusal::Address),
    ("http://0x0/", Refusal::Address),
    ("http://00/", Refusal::Address),
    ("http://0.1.2.3/", Refusal::Address),
    ("http://%31%32%37.0.0.1/", Refusal::Address),
    ("http://127%2e0%2e0%2e1/", Refusal::Address),
    ("http://１２７.０.０.１/", Refusal::Address),
    ("http://①②⑦.⓪.⓪.①/", Refusal::Address),
    ("http://127。0。0。1/", Refusal::Address),
    ("http://127．0｡0.1/", Refusal::Address),
    ("http:127.0.0.1/", Refusal::Address),
    ("http:/127.0.0.1/", Refusal::Address),
    ("http:\\\\127.0.0.1\\", Refusal::Address),
    ("HTTP://127.0.0.1/", Refusal::Address),
    ("  http://127.0.0.1/  ", Refusal::Address),
    ("ht\ntp://127.0.0.1/", Refusal::Address),
    ("http://127.0.0.1\\@example.com/", Refusal::Address),
    ("http://127.0.0.1#@example.com/", Refusal::Address),
    ("http://127.0.0.1?@example.com/", Refusal::Address),
    ("http://[::1]/", Refusal::Address),
    ("http://[0:0:0:0:0:0:0:1]/", Refusal::Address),
    ("http://[0000:0000:0000:0000:0000:0000:0000:0001]/", Refusal::Address),
    ("http://[::]/", Refusal::Address),
    ("http://[::127.0.0.1]/", Refusal::Address),
    ("http://[::ffff:127.0.0.1]/", Refusal::Address),
    ("http://[::ffff:7f00:1]/", Refusal::Address),
    ("http://[::FFFF:7F00:0001]/", Refusal::Address),
    ("http://[0:0:0:0:0:ffff:127.0.0.1]/", Refusal::Address),
    ("http://[::ffff:0:127.0.0.1]/", Refusal::Address),
    ("http://[64:ff9b::127.0.0.1]/", Refusal::Address),
    ("http://[64:ff9b:1::7f00:1]/", Refusal::Address),
    ("http://[2002:7f00:1::]/", Refusal::Address),
    ("http://[2001:0:7f00:1::]/", Refusal::Address),
    // Its networks, and what is reserved.
    ("http://10.0.0.1/", Refusal::Address),
    ("http://012.0.0.1/", Refusal::Address),
    ("http://167772161/", Refusal::Address),
    ("http://172.16.0.1/", Refusal::Address),
    ("http://192.168.1/", Refusal::Address),
    ("http://100.100.100.200/", Refusal::Address),
    ("http://169.254.169.254/latest/meta-data/", Refusal::Address),
    ("http://2852039166/", Refusal::Address),
    ("http://0xa9fea9fe/", Refusal::Address),
    ("http://[::ffff:169.254.169.254]/", Refusal::Address),
    ("http://[fd00:ec2::254]/", Refusal::Address),
    ("http://[fe80::1]/", Refusal::Address),
    ("http://[ff02::1]/", Refusal::Address),
    ("http://255.255.255.255/", Refusal::Address),
];

#[test]
fn no_spelling_of_a_place_inside_is_fetched() {
    let told = CLOSED.map(|(link, _)| (link, refused(link)));
    let wanted = CLOSED.map(|(link, why)| (link, Some(why)));
    let differ: Vec<_> = told.iter().zip(wanted).filter(|(told, wanted)| *told != wanted).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn an_exception_opens_none_of_them_but_its_own_address_and_port() {
    let guard = Guard::new(Some("127.0.0.1:4321".parse().unwrap()));
    for (link, why) in CLOSED {
        assert_eq!(guard.link(link).err(), Some(why), "{link:?}");
    }
    for link in ["http://127.0.0.1:4321/", "http://2130706433:4321/", "https://127.1:4321/a?b"] {
        assert_eq!(guard.link(link).map(|target| target.port), Ok(4321), "{link}");
    }
    for link in [
        "http://127.0.0.1/",
        "http://127.0.0.2:4321/",
        "http://[::1]:4321/",
        "http://[::ffff:127.0.0.1]:4321/",
        "http://0.0.0.0:4321/",
        "http://10.0.0.1:4321/",
        "http://8.8.8.8:4321/",
        "http://169.254.169.254:4321/",
    ] {
        assert_eq!(guard.link(link), Err(Refusal::Address), "{link}");
    }
    assert_eq!(guard.link("http://localhost:4321/"), Err(Refusal::Name));
    assert_eq!(guard.link("http://127.0.0.1:4322/"), Err(Refusal::Port));
    assert_eq!(guard.link("http://a@127.0.0.1:4321/"), Err(Refusal::Credentials));
    assert_eq!(guard.link("ftp://127.0.0.1:4321/"), Err(Refusal::Scheme));
}

#[test]
fn the_public_web_is_fetched() {
    for (link, host, port, tls) in [
        ("http://example.com", "example.com", 80, false),
        ("https://example.com/a?b=c#d", "example.com", 443, true),
        ("HTTPS://EXAMPLE.COM./", "example.com", 443, true),
        ("http://example.com:443/", "example.com", 443, false),
        ("https://example.com:80/", "example.com", 80, true),
        ("https://bücher.example/", "xn--bcher-kva.example", 443, true),
        ("http://example.com:80#@127.0.0.1:22/", "example.com", 80, false),
        ("http://example.com\\@127.0.0.1/", "example.com", 80, false),
        ("https://localhost.example.com/", "localhost.example.com", 443, true),
        ("https://mylocalhost.com/", "mylocalhost.com", 443, true),
        ("https://local.com/", "local.com", 443, true),
        ("https://8.8.8.8/", "8.8.8.8", 443, true),
        ("https://134744072/", "8.8.8.8", 443, true),
        ("https://[2606:4700:4700::1111]/", "[2606:4700:4700::1111]", 443, true),
    ] {
        let target = Guard::default().link(link).unwrap_or_else(|why| panic!("{link}: {why}"));
        assert_eq!((target.host.to_string().as_str(), target.port, target.tls), (host, port, tls));
        assert_eq!(target.url.fragment(), None);
    }
}

#[test]
fn a_link_has_a_bounded_length() {
    let link = |length: usize| format!("https://example.com/{}", "a".repeat(length));
    assert_eq!(refused(&link(2_000)), None);
    assert_eq!(refused(&link(2_048)), Some(Refusal::Malformed));
    // What grows when it is written in full counts as that.
    let accents = |count: usize| format!("https://example.com/{}", "é".repeat(count));
    assert_eq!(refused(&accents(300)), None);
    assert_eq!(refused(&accents(900)), Some(Refusal::Malformed));
}

fn addresses(guard: Guard, port: u16, found: &[&str]) -> Result<usize, Refusal> {
    let found: Vec<IpAddr> = found.iter().map(|address| address.parse().unwrap()).collect();
    guard.addresses(port, &found).map(|all| all.len())
}

#[test]
fn one_bad_address_of_a_name_condemns_the_good_ones() {
    let guard = Guard::default();
    assert_eq!(addresses(guard, 443, &["8.8.8.8", "2606:4700:4700::1111"]), Ok(2));
    for found in [
        &["127.0.0.1"][..],
        &["8.8.8.8", "127.0.0.1"],
        &["10.0.0.1", "8.8.8.8"],
        &["8.8.8.8", "::1"],
        &["8.8.8.8", "::ffff:8.8.8.8"],
        &["8.8.8.8", "8.8.4.4", "169.254.169.254"],
        &["2606:4700:4700::1111", "fd00::1"],
        &[],
    ] {
        assert_eq!(addresses(guard, 443, found), Err(Refusal::Address), "{found:?}");
    }
    assert_eq!(addresses(guard, 22, &["8.8.8.8"]), Err(Refusal::Address));
}

#[test]
fn an_exception_is_one_address_and_one_port() {
    let guard = Guard::new(Some("127.0.0.1:4321".parse().unwrap()));
    assert_eq!(addresses(guard, 4321, &["127.0.0.1"]), Ok(1));
    for (port, found) in [
        (4321, &["8.8.8.8"][..]),
        (4321, &["127.0.0.1", "127.0.0.2"]),
        (4321, &["127.0.0.1", "8.8.8.8"]),
        (80, &["127.0.0.1"]),
        (443, &["8.8.8.8", "127.0.0.1"]),
    ] {
        assert_eq!(addresses(guard, port, found), Err(Refusal::Address), "{port} {found:?}");
    }
}
