//! What the program is started with: flags, each also an environment variable and a key of a
//! configuration file (`files.rs`).

pub mod files;

use crate::domain::proxies::Cidr;
use crate::log::{Filter, Format};
use crate::previews::Fetching;
use crate::transport::tls::Pair;
use clap::{Args, ValueEnum};
use shared::api::account::SignupPolicy;
use shared::limits::RETENTION_MAX_DAYS;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

/// What `hubbub serve` is started with.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Address and port to serve on; port 0 picks a free one.
    #[arg(long, env = "HUBBUB_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// File with settings, whose keys are named as these flags; if not given, /etc/hubbub/hubbub.toml
    /// and, before it, hubbub.toml in the data directory, where they exist.
    #[arg(long, env = "HUBBUB_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Directory that holds everything; made if it isn't there.
    #[arg(long, env = "HUBBUB_DATA", default_value = "hubbub-data")]
    pub data: PathBuf,
    /// Who may sign up; open on a loopback address and invite-only on any other, if not given.
    #[arg(long, env = "HUBBUB_SIGNUP", value_enum)]
    pub signup: Option<Signup>,
    /// Where people open the server, as in https://chat.example: passkeys belong to that name.
    #[arg(long, env = "HUBBUB_ORIGIN", value_parser = origin)]
    pub origin: Option<Url>,
    /// Mark cookies as for TLS only: set it when a proxy in front serves HTTPS.
    #[arg(long, env = "HUBBUB_SECURE_COOKIES")]
    pub secure_cookies: bool,
    /// Certificate to serve HTTPS with: a file in PEM with the server's own first and then those up to
    /// its authority. Goes with --tls-key. Read anew when it changes.
    #[arg(long, env = "HUBBUB_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key: a file in PEM (PKCS#8, SEC1 or PKCS#1) without a password.
    #[arg(long, env = "HUBBUB_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Rate limits; off for benchmarks and tests, on a loopback address alone.
    #[arg(long, env = "HUBBUB_LIMITS", value_enum, default_value = "on")]
    pub limits: Switch,
    /// Threads that deliver to sockets; as many as there are cores, if not given.
    #[arg(long, env = "HUBBUB_SHARDS", value_parser = shards)]
    pub shards: Option<usize>,
    /// Previews of what links in messages lead to. For them this server fetches pages of the public
    /// web, and of nothing else.
    #[arg(long, env = "HUBBUB_PREVIEWS", value_enum, default_value = "on")]
    pub previews: Switch,
    /// A proxy in front whose `X-Forwarded-For` and `X-Forwarded-Proto` (or `Forwarded`) are
    /// believed: its address, or a range of them, such as 10.0.0.0/8. Several are separated by
    /// commas, or given one by one.
    #[arg(long, env = "HUBBUB_TRUSTED_PROXY", value_name = "ADDRESS", value_delimiter = ',')]
    pub trusted_proxy: Vec<Cidr>,
    /// Days for which messages are kept where a channel does not say otherwise; for ever, if not
    /// given.
    #[arg(long, env = "HUBBUB_RETENTION_DAYS", value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(RETENTION_MAX_DAYS)))]
    pub retention_days: Option<u32>,
    /// Room on the disk, in MiB, that is kept free: below it the server warns, below a quarter of it
    /// changes are refused. Of a small disk at most a sixteenth; 0 keeps none.
    #[arg(long, env = "HUBBUB_DISK_RESERVE", value_name = "MIB", default_value_t = 64)]
    pub disk_reserve: u32,
    /// What is logged to standard error: off, error, warn, info, debug or trace, and for single parts
    /// of the program more or less, as in info,hubbub::previews=debug.
    #[arg(long, env = "HUBBUB_LOG", value_name = "FILTER", default_value = "info")]
    pub log: Filter,
    /// How lines of the log are written: for people, or as one JSON object each.
    #[arg(long, env = "HUBBUB_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: Format,
    /// Let previews be fetched from this loopback address and port, too, for tests, on a loopback
    /// address alone.
    #[arg(long, hide = true)]
    pub test_previews: Option<SocketAddr>,
    /// Echo what is said on `/ws/echo`, for conformance tests, on a loopback address alone.
    #[arg(long, hide = true)]
    pub test_echo: bool,
}

/// A scheme, a name and perhaps a port, and nothing more.
pub fn origin(text: &str) -> Result<Url, String> {
    let wrong = || "an origin such as https://chat.example is needed, without a path".to_owned();
    let origin = Url::parse(text).map_err(|_| wrong())?;
    let name = origin.domain().ok_or_else(wrong)?;
    let safe = origin.scheme() == "https" || (origin.scheme() == "http" && name == "localhost");
    let bare = origin.path() == "/" && origin.query().is_none() && origin.fragment().is_none();
    if !safe {
        return Err("an origin needs https; http is for localhost alone".to_owned());
    }
    if bare && origin.username().is_empty() { Ok(origin) } else { Err(wrong()) }
}

/// Most shards.
const SHARDS_MAX: usize = 64;

fn shards(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=SHARDS_MAX).contains(number));
    number.ok_or_else(|| format!("a number from 1 to {SHARDS_MAX} is needed"))
}

/// Who may sign up, as a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Signup {
    /// Everyone who reaches the server.
    Open,
    /// Who has an invite.
    Invite,
    /// Nobody but the first.
    Closed,
}

/// On or off, as a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

impl Config {
    /// How many threads deliver.
    pub fn shards(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.shards.unwrap_or_else(cores)
    }

    /// What a command uses that works on a data directory by itself.
    pub fn offline(data: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            config: None,
            data,
            signup: None,
            origin: None,
            secure_cookies: false,
            tls_cert: None,
            tls_key: None,
            limits: Switch::Off,
            shards: Some(1),
            previews: Switch::Off,
            trusted_proxy: Vec::new(),
            retention_days: None,
            disk_reserve: 0,
            log: Filter::default(),
            log_format: Format::Text,
            test_previews: None,
            test_echo: false,
        }
    }

    /// The configuration, if it can be.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub fn checked(self) -> Result<Self, &'static str> {
        let loopback = self.listen.ip().is_loopback();
        if self.limits == Switch::Off && !loopback {
            return Err("--limits off is for tests and needs a loopback address in --listen");
        }
        if self.test_echo && !loopback {
            return Err("--test-echo is for tests and needs a loopback address in --listen");
        }
        if let Some(address) = self.test_previews
            && !(loopback && address.ip().is_loopback())
        {
            return Err(
                "--test-previews is for tests and needs a loopback address, as --listen does",
            );
        }
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => Err("--tls-cert needs --tls-key: the file with its private key"),
            (None, Some(_)) => Err("--tls-key needs --tls-cert: the file with its certificate"),
            _ => Ok(self),
        }
    }

    /// The certificate to serve HTTPS with, if there is one.
    pub fn tls(&self) -> Option<Pair> {
        let (cert, key) = (self.tls_cert.clone()?, self.tls_key.clone()?);
        Some(Pair { cert, key })
    }

    /// Bytes of the disk that are kept free.
    pub fn reserve(&self) -> u64 {
        u64::from(self.disk_reserve) << 20
    }

    /// Whether links are fetched for previews.
    pub fn fetching(&self) -> Fetching {
        match (self.previews, self.test_previews) {
            (Switch::Off, _) => Fetching::Off,
            (Switch::On, None) => Fetching::On,
            (Switch::On, Some(address)) => Fetching::OnAnd(address),
        }
    }

    /// Who may sign up.
    pub fn signup_policy(&self) -> SignupPolicy {
        match self.signup {
            Some(Signup::Open) => SignupPolicy::Open,
            Some(Signup::Invite) => SignupPolicy::Invite,
            Some(Signup::Closed) => SignupPolicy::Closed,
            None if self.listen.ip().is_loopback() => SignupPolicy::Open,
            None => SignupPolicy::Invite,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        serve: Config,
    }

    fn config(args: &[&str]) -> Result<Config, &'static str> {
        Program::try_parse_from([&["hubbub"], args].concat()).unwrap().serve.checked()
    }

    #[test]
    fn sign_up_is_open_only_where_nobody_else_can_reach_it() {
        assert_eq!(config(&[]).unwrap().signup_policy(), SignupPolicy::Open);
        let outside = config(&["--listen", "0.0.0.0:80"]).unwrap();
        assert_eq!(outside.signup_policy(), SignupPolicy::Invite);
        let chosen = config(&["--listen", "0.0.0.0:80", "--signup", "closed"]).unwrap();
        assert_eq!(chosen.signup_policy(), SignupPolicy::Closed);
    }

    #[test]
    fn limits_stay_on_where_others_can_reach_it() {
        assert!(config(&["--limits", "off"]).is_ok());
        assert!(config(&["--limits", "off", "--listen", "0.0.0.0:80"]).is_err());
        assert!(config(&["--test-echo"]).unwrap().test_echo);
        assert!(config(&["--test-echo", "--listen", "0.0.0.0:80"]).is_err());
    }

    #[test]
    fn links_are_fetched_from_the_public_web_alone_unless_a_test_says_so() {
        let address = "127.0.0.1:4321";
        assert_eq!(config(&[]).unwrap().fetching(), Fetching::On);
        assert_eq!(config(&["--previews", "off"]).unwrap().fetching(), Fetching::Off);
        let test = config(&["--test-previews", address]).unwrap();
        assert_eq!(test.fetching(), Fetching::OnAnd(address.parse().unwrap()));
        let off = config(&["--previews", "off", "--test-previews", address]).unwrap();
        assert_eq!(off.fetching(), Fetching::Off);
        assert!(config(&["--test-previews", "10.0.0.1:80"]).is_err());
        assert!(config(&["--test-previews", "0.0.0.0:80"]).is_err());
        assert!(config(&["--test-previews", address, "--listen", "0.0.0.0:80"]).is_err());
    }

    #[test]
    fn an_origin_is_a_name_that_passkeys_can_belong_to() {
        let chat = config(&["--origin", "https://chat.example"]).unwrap().origin.unwrap();
        assert_eq!(chat.as_str(), "https://chat.example/");
        assert!(config(&["--origin", "http://localhost:3000"]).is_ok());
        for wrong in
            ["chat.example", "http://chat.example", "https://10.0.0.1", "https://a.example/b"]
        {
            assert!(Program::try_parse_from(["hubbub", "--origin", wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_certificate_and_its_key_come_together() {
        assert!(config(&[]).unwrap().tls().is_none());
        let both = config(&["--tls-cert", "a.pem", "--tls-key", "b.pem"]).unwrap().tls().unwrap();
        assert_eq!((both.cert, both.key), ("a.pem".into(), "b.pem".into()));
        assert!(config(&["--tls-cert", "a.pem"]).unwrap_err().contains("--tls-key"));
        assert!(config(&["--tls-key", "b.pem"]).unwrap_err().contains("--tls-cert"));
    }

    #[test]
    fn the_number_of_shards_is_bounded() {
        assert_eq!(config(&["--shards", "2"]).unwrap().shards, Some(2));
        for wrong in ["0", "65", "many"] {
            assert!(Program::try_parse_from(["hubbub", "--shards", wrong]).is_err(), "{wrong}");
        }
    }
}
