//! What the program is started with: flags, each also an environment variable.

use crate::previews::Fetching;
use clap::{Args, Parser, Subcommand, ValueEnum};
use shared::api::account::SignupPolicy;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

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
    /// List users, let one choose a new password, change roles, log somebody out. A server may be
    /// running.
    User {
        #[command(flatten)]
        data: Data,
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Make, list and take back invites. A server may be running.
    Invite {
        #[command(flatten)]
        data: Data,
        #[command(subcommand)]
        command: InviteCommand,
    },
}

/// Where the commands find everything.
#[derive(Debug, Clone, Args)]
pub struct Data {
    /// Directory that holds everything.
    #[arg(long, global = true, env = "HUBBUB_DATA", default_value = "hubbub-data")]
    pub data: PathBuf,
    /// Where people open the server, as in https://chat.example, for whole links.
    #[arg(long, global = true, env = "HUBBUB_ORIGIN", value_parser = origin)]
    pub origin: Option<Url>,
}

/// `hubbub user …`
#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Everybody, with their roles.
    List,
    /// Make a one-time link to a new password.
    Reset {
        /// Whose.
        name: String,
    },
    /// Change what somebody may do. A new owner takes the place of the one before.
    Role {
        /// Whose.
        name: String,
        /// What they become.
        role: NamedRole,
    },
    /// Log somebody out everywhere, tokens included.
    Logout {
        /// Whom.
        name: String,
    },
}

/// A role, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NamedRole {
    /// May do everything; there is one.
    Owner,
    /// In charge of everybody but the owner.
    Admin,
    /// Everybody else.
    Member,
    /// Sees only where it was made a member.
    Guest,
}

/// `hubbub invite …`
#[derive(Debug, Clone, Subcommand)]
pub enum InviteCommand {
    /// Make one; its link is printed.
    Create {
        /// Days that it holds, 1 to 365; a week, if not given.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: Option<u16>,
        /// How many people can come in with it, 1 to 10,000; any number, if not given.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=10_000))]
        uses: Option<u16>,
        /// They become guests.
        #[arg(long)]
        guest: bool,
    },
    /// Those that hold.
    List,
    /// Take one back.
    Revoke {
        /// Its code or its link.
        #[arg(allow_hyphen_values = true)]
        code: String,
    },
}

/// What the program is to do.
#[derive(Debug)]
pub enum Job {
    /// Serve.
    Serve(Box<Config>),
    /// `hubbub user …`
    User(Data, UserCommand),
    /// `hubbub invite …`
    Invite(Data, InviteCommand),
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
    /// Where people open the server, as in https://chat.example: passkeys belong to that name.
    #[arg(long, env = "HUBBUB_ORIGIN", value_parser = origin)]
    pub origin: Option<Url>,
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
    /// Let previews be fetched from this loopback address and port, too, for tests, on a loopback
    /// address alone.
    #[arg(long, hide = true)]
    pub test_previews: Option<SocketAddr>,
    /// Echo what is said on `/ws/echo`, for conformance tests, on a loopback address alone.
    #[arg(long, hide = true)]
    pub test_echo: bool,
}

/// A scheme, a name and perhaps a port, and nothing more.
fn origin(text: &str) -> Result<Url, String> {
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

impl Program {
    /// What to do, checked.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub fn job(self) -> Result<Job, &'static str> {
        match self.command {
            Some(Command::Serve(config)) => config.checked(),
            None => self.serve.checked(),
            Some(Command::User { data, command }) => return Ok(Job::User(data, command)),
            Some(Command::Invite { data, command }) => return Ok(Job::Invite(data, command)),
        }
        .map(|config| Job::Serve(Box::new(config)))
    }
}

impl Config {
    fn checked(self) -> Result<Self, &'static str> {
        let config = self;
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
        match Program::try_parse_from([&["hubbub"], args].concat()).unwrap().job()? {
            Job::Serve(config) => Ok(*config),
            other => panic!("{other:?}"),
        }
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
    fn the_number_of_shards_is_bounded() {
        assert_eq!(config(&["--shards", "2"]).unwrap().shards, Some(2));
        for wrong in ["0", "65", "many"] {
            assert!(Program::try_parse_from(["hubbub", "--shards", wrong]).is_err(), "{wrong}");
        }
    }
}
