//! What the program can be told to do: a file per command. Here is how a command is chosen, finds
//! its data directory and says what came of it. What a command changes is done by `actions` and
//! `storage`, as it is for requests; what `serve` is started with is in `config`.

mod config;
mod invite;
mod keeping;
mod offline;
mod serve;
mod told;
mod user;

pub use offline::offline;

use crate::config::Config;
use crate::config::files::{self, Settings};
use crate::domain::clock::Clock;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::error::Error;
use std::ffi::OsString;
use std::fmt::Display;
use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use url::Url;

/// How long what nobody waits for any more may take in the end.
const END: Duration = Duration::from_secs(1);

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
    /// Show every setting, the value that holds and where it is from.
    Config(Config),
    #[command(flatten)]
    Keeping(keeping::Keeping),
    /// List users, let one choose a new password, change roles, put an account out of use. A server may
    /// be running.
    User {
        /// The directory.
        #[command(flatten)]
        at: Data,
        /// What to do.
        #[command(subcommand)]
        command: user::UserCommand,
    },
    /// Make, list and take back invites. A server may be running.
    Invite {
        /// The directory.
        #[command(flatten)]
        at: Data,
        /// What to do.
        #[command(subcommand)]
        command: invite::InviteCommand,
    },
}

/// The directory that a command is about.
#[derive(Debug, Clone, Args)]
pub struct Data {
    /// File with settings, as for `serve`; here it says where the data is.
    #[arg(long, global = true, env = "HUBBUB_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Directory that holds everything.
    #[arg(long, global = true, env = "HUBBUB_DATA", default_value = "hubbub-data")]
    pub data: PathBuf,
    /// Where people open the server, as in https://chat.example, for whole links.
    #[arg(long, global = true, env = "HUBBUB_ORIGIN", value_parser = crate::config::origin)]
    pub origin: Option<Url>,
}

/// What a command has to say.
#[derive(Debug)]
pub struct Report {
    /// Lines for standard output.
    pub text: String,
    /// Whether all is well; if not, the program ends with status 1.
    pub well: bool,
}

impl From<String> for Report {
    fn from(text: String) -> Self {
        Self { text, well: true }
    }
}

/// Why a command did nothing: a sentence that says what to do.
pub type Refusal = Box<dyn Error + Send + Sync>;

/// Reads what the program is told, with its name first; does it, tells what came of it, and gives
/// the status to end with.
pub fn run(args: &[OsString]) -> ExitCode {
    let settings = match files::settings(&Program::command(), args) {
        Ok(Ok(settings)) => settings,
        // Help and versions, too, are told this way.
        Ok(Err(shown)) => shown.exit(),
        Err(why) => return refuse(&why.into()),
    };
    let outcome = match Program::from_arg_matches(&settings.matches) {
        Ok(program) => program.run(&settings),
        Err(shown) => shown.exit(),
    };
    match outcome {
        Ok(report) => tell(&report),
        Err(why) => refuse(&why),
    }
}

impl Program {
    fn run(self, settings: &Settings) -> Result<Report, Refusal> {
        match self.command {
            Some(Command::Serve(config)) => serve::serve(config),
            Some(Command::Config(config)) => config::show(config, settings),
            Some(Command::Keeping(keeping)) => Ok(keeping.run(Clock::system())?),
            Some(Command::User { at, command }) => user::run(&at, &command),
            Some(Command::Invite { at, command }) => invite::run(&at, &command),
            None => serve::serve(self.serve),
        }
    }
}

/// Runs to its end what has to wait for something.
///
/// # Errors
/// Those of `task`; and when the system has no threads for it.
pub(crate) fn wait_for<T>(task: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(task);
    // A name that is still being looked up, which can take its time, holds nothing up.
    runtime.shutdown_timeout(END);
    outcome
}

/// Writes to standard output. A closed one is nobody's harm.
pub(crate) fn say(text: impl Display) {
    let mut out = std::io::stdout();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

fn tell(report: &Report) -> ExitCode {
    say(&report.text);
    if report.well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn refuse(why: &Refusal) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "hubbub: {why}");
    ExitCode::FAILURE
}
