//! What the program is started with: flags, each also an environment variable.

use crate::commands::Keeping;
use crate::previews::Fetching;
use clap::{Args, Parser, Subcommand, ValueEnum};
use shared::api::account::SignupPolicy;
use shared::limits::RETENTION_MAX_DAYS;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Hubbub: a real-time chat that a team runs itself.
#[derive(Debug, Parser)]
#[command(name = "hubbub", version, about, args_conflicts_with_subcommands = true)]
pub struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Config,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the chat (what happens without a command, too).
    Serve(Config),
    #[command(flatten)]
    Keeping(Keeping),
}

/// What `hubbub serve` is started with.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Address and port to serve on; port 0 picks a free one.
    #[arg(long, env = "HUBBUB_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Directory that holds everything; made if it isn't there.
    #[arg(long, env = "HUBBUB_DATA", default_value = "hubbub-data")]
    pub data: PathBuf,
    /// Who may sign up; open on a loopback address and invite-only on any other, if not given.
    #[arg(long, env = "HUBBUB_SIGNUP", value_enum)]
    pub signup: Option<Signup>,
    /// Mark cookies as for TLS only: set it when a proxy in front serves HTTPS.
    #[arg(long, env = "HUBBUB_SECURE_COOKIES")]
    pub secure_cookies: bool,
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
    /// Days for which messages are kept where a channel does not say otherwise; for ever, if not
    /// given.
    #[arg(long, env = "HUBBUB_RETENTION_DAYS", value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(RETENTION_MAX_DAYS)))]
    pub retention_days: Option<u32>,
    /// Room on the disk, in MiB, that is kept free: below it the server warns, below a quarter of it
    /// changes are refused. Of a small disk at most a sixteenth; 0 keeps none.
    #[arg(long, env = "HUBBUB_DISK_RESERVE", value_name = "MIB", default_value_t = 64)]
    pub disk_reserve: u32,
    /// Let previews be fetched from this loopback address and port, too, for tests, on a loopback
    /// address alone.
    #[arg(long, hide = true)]
    pub test_previews: Option<SocketAddr>,
    /// Echo what is said on `/ws/echo`, for conformance tests, on a loopback address alone.
    #[arg(long, hide = true)]
    pub test_echo: bool,
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

impl Program {
    /// The command that was given instead of serving, if it was one.
    pub fn keeping(&self) -> Option<&Keeping> {
        match &self.command {
            Some(Command::Keeping(command)) => Some(command),
            Some(Command::Serve(_)) | None => None,
        }
    }

    /// The configuration, checked.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub fn config(self) -> Result<Config, &'static str> {
        let config = match self.command {
            Some(Command::Serve(config)) => config,
            Some(Command::Keeping(_)) | None => self.serve,
        };
        if config.limits == Switch::Off && !config.listen.ip().is_loopback() {
            return Err("--limits off is for tests and needs a loopback address in --listen");
        }
        if config.test_echo && !config.listen.ip().is_loopback() {
            return Err("--test-echo is for tests and needs a loopback address in --listen");
        }
        if let Some(address) = config.test_previews
            && !(config.listen.ip().is_loopback() && address.ip().is_loopback())
        {
            return Err(
                "--test-previews is for tests and needs a loopback address, as --listen does",
            );
        }
        Ok(config)
    }
}

impl Config {
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

    fn config(args: &[&str]) -> Result<Config, &'static str> {
        Program::try_parse_from([&["hubbub"], args].concat()).unwrap().config()
    }

    #[test]
    fn sign_up_is_open_only_where_nobody_else_can_reach_it() {
        assert_eq!(config(&[]).unwrap().signup_policy(), SignupPolicy::Open);
        let outside = config(&["serve", "--listen", "0.0.0.0:80"]).unwrap();
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
    fn the_number_of_shards_is_bounded() {
        assert_eq!(config(&["--shards", "2"]).unwrap().shards, Some(2));
        for wrong in ["0", "65", "many"] {
            assert!(Program::try_parse_from(["hubbub", "--shards", wrong]).is_err(), "{wrong}");
        }
    }
}
