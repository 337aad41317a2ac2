//! A running server, as the commands start it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process::Running;
use crate::{clock, progress};

/// What the server prints before its address, once it serves.
const READY: &str = "listening on ";

/// How long the server may take until it serves: it may have a migration to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long it may take to end: it drains its sockets first.
const DRAIN: Duration = Duration::from_secs(20);

/// A server that answers.
pub(crate) struct Server {
    running: Running,
    url: String,
}

impl Server {
    /// Starts a server and waits until it answers. What it prints after that is printed.
    ///
    /// # Errors
    /// When it can't be started, ends, or takes too long; what it logged has been shown then.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut running = Running::spawn(command.stdout(Stdio::piped()))?;
        let stdout = running.child().stdout.take().context("the server has no standard output")?;
        let (sender, address) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                match line.strip_prefix(READY) {
                    Some(url) => {
                        let _it_took_too_long = sender.send(url.to_owned());
                    }
                    None => progress::print(&line),
                }
            }
        });
        let started = clock::now();
        loop {
            match address.recv_timeout(Duration::from_millis(100)) {
                Ok(url) => return Ok(Self { running, url }),
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("the server ended before it served ({})", running.wait()?)
                }
                Err(RecvTimeoutError::Timeout) if started.elapsed() > PATIENCE => {
                    bail!("the server did not serve within {} s", PATIENCE.as_secs())
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Where it answers: `http://ADDR:PORT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The address alone, to connect to.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://").trim_end_matches('/')
    }

    /// The process's id.
    pub(crate) fn id(&self) -> u32 {
        self.running.id()
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system can't say.
    pub(crate) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        self.running.try_wait()
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// When the system can't say.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        self.running.wait()
    }

    /// Has it drain and end.
    pub(crate) fn stop(&mut self) {
        self.running.stop(DRAIN);
    }
}

/// The options of a server that a person starts: those given, and where its data is unless they say so.
pub(crate) fn options(command: &mut Command, given: &[String]) {
    let names_data = given.iter().any(|arg| arg == "--data" || arg.starts_with("--data="));
    if !names_data && std::env::var_os("HUBBUB_DATA").is_none() {
        command.arg("--data").arg(Path::new(".").join("hubbub-data"));
    }
    command.args(given);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options_for(given: &[&str]) -> Vec<String> {
        let mut command = Command::new("hubbub");
        options(&mut command, &given.iter().map(|&arg| arg.to_owned()).collect::<Vec<_>>());
        command.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn data_is_beside_the_sources_unless_said_otherwise() {
        assert_eq!(
            options_for(&["--signup", "open"]),
            ["--data", "./hubbub-data", "--signup", "open"]
        );
        assert_eq!(options_for(&["--data", "elsewhere"]), ["--data", "elsewhere"]);
        assert_eq!(options_for(&["--data=elsewhere"]), ["--data=elsewhere"]);
    }

    #[test]
    fn a_server_that_says_where_it_is_has_started() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo hello; echo listening on http://127.0.0.1:7; sleep 60"]);
        let mut server = Server::start(&mut command).unwrap();
        assert_eq!((server.url(), server.address()), ("http://127.0.0.1:7", "127.0.0.1:7"));
        assert!(server.try_wait().unwrap().is_none());
        server.stop();
        assert!(!Path::new(&format!("/proc/{}", server.id())).exists());
    }

    #[test]
    fn a_server_that_ends_has_not_started() {
        let mut command = Command::new("sh");
        command.args(["-c", "exit 7"]);
        let error = Server::start(&mut command).err().unwrap().to_string();
        assert!(error.contains("ended before it served"), "{error}");
    }
}
