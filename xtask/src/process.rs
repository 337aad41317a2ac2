//! Running other programs: in a process group of their own, with their output kept and shown when it matters.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal};

use crate::progress::Step;
use crate::{clock, signals};

/// How often a running child is looked at.
const POLL: Duration = Duration::from_millis(50);

/// How long output is waited for after its program has ended. Something it left behind may hold the pipe open.
const LEFTOVERS: Duration = Duration::from_secs(2);

/// A program that ended badly, with all that it printed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) command: String,
    pub(crate) status: ExitStatus,
    pub(crate) output: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed ({})", self.command, self.status)
    }
}

impl std::error::Error for Failed {}

/// A running program that leads its own process group. Ends, with everything it started, when this is dropped.
pub(crate) struct Running {
    child: Child,
    group: Option<Pid>,
}

impl Running {
    /// Starts a program without standard input.
    ///
    /// # Errors
    /// When it can't be started; the message names it.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("can't start `{}`", shown(command)))?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            signals::register(group);
        }
        Ok(Self { child, group })
    }

    /// The process's id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process, to take its pipes.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system can't say.
    pub(crate) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        if status.is_some() {
            self.forget();
        }
        Ok(status)
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// When the system can't say.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait()?;
        self.forget();
        Ok(status)
    }

    /// Asks it to end, and kills it when it has not after `grace`.
    pub(crate) fn stop(&mut self, grace: Duration) {
        let Some(group) = self.group else { return };
        signals::send(group, Signal::TERM);
        let asked = clock::now();
        while asked.elapsed() < grace {
            if !matches!(self.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(POLL);
        }
        signals::send(group, Signal::KILL);
        let _unknown_to_the_system = self.wait();
    }

    /// The leader has ended: what it left behind in its group ends too.
    fn forget(&mut self) {
        if let Some(group) = self.group.take() {
            signals::send(group, Signal::KILL);
            signals::unregister(group);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop(Duration::from_secs(5));
    }
}

/// Runs a program to its end as part of a step, which shows how far it is. Returns all that it printed, standard output
/// and standard error as they came.
///
/// # Errors
/// [`Failed`] when it ended badly; other errors when it could not be started.
pub(crate) fn run(command: &mut Command, step: &mut Step) -> Result<String> {
    let (output, status) = run_to_end(command, step)?;
    if status.success() {
        Ok(output)
    } else {
        Err(Failed { command: shown(command), status, output }.into())
    }
}

/// [`run`], for programs whose output says more than their status.
///
/// # Errors
/// When it could not be started.
pub(crate) fn run_to_end(command: &mut Command, step: &mut Step) -> Result<(String, ExitStatus)> {
    // Cargo's progress bar is what the step shows while it runs; it is not kept.
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "60");
    let mut running = Running::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let (sender, pieces) = mpsc::sync_channel(1024);
    if let Some(stdout) = running.child().stdout.take() {
        forward(stdout, sender.clone());
    }
    if let Some(stderr) = running.child().stderr.take() {
        forward(stderr, sender.clone());
    }
    drop(sender);

    let mut output = String::new();
    let mut ended = None;
    loop {
        match pieces.recv_timeout(POLL) {
            Ok(Piece::Line(line)) => {
                step.line(&line);
                output.push_str(&line);
                output.push('\n');
            }
            Ok(Piece::Passing(text)) => step.passing(&text),
            Err(RecvTimeoutError::Timeout) => step.tick(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
        match ended {
            None => ended = running.try_wait()?.map(|status| (status, clock::now())),
            Some((_, at)) if at.elapsed() > LEFTOVERS => break,
            Some(_) => {}
        }
    }
    let status = match ended {
        Some((status, _)) => status,
        None => running.wait()?,
    };
    Ok((output, status))
}

/// Runs a short program and returns what it printed on standard output; [`None`] when it is not there or failed.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// Part of a program's output.
enum Piece {
    /// A whole line.
    Line(String),
    /// Overwritten by what follows, like a progress bar: shown, not kept.
    Passing(String),
}

/// Reads a pipe to its end, on a thread of its own.
fn forward(mut pipe: impl Read + Send + 'static, sender: SyncSender<Piece>) {
    thread::spawn(move || {
        let mut pending = Vec::new();
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            pending.extend_from_slice(&buffer[..count]);
            for piece in split(&mut pending) {
                if sender.send(piece).is_err() {
                    return;
                }
            }
        }
        if !pending.is_empty() {
            let _nobody_listens = sender.send(Piece::Line(text(&pending)));
        }
    });
}

/// Takes the complete pieces off the front of `pending`.
fn split(pending: &mut Vec<u8>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in 0..pending.len() {
        match pending[at] {
            b'\n' => {
                pieces.push(Piece::Line(text(&pending[start..at])));
                start = at + 1;
            }
            // The line end of `\r\n` has its `\r` trimmed by `text`; one at the very end waits for what follows.
            b'\r' if pending.get(at + 1).is_some_and(|&next| next != b'\n') => {
                pieces.push(Piece::Passing(text(&pending[start..at])));
                start = at + 1;
            }
            _ => {}
        }
    }
    pending.drain(..start);
    pieces
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\r').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_and_progress_bars_pass() {
        let mut pending = b"one\r\n 10 %\r 20 %\rtwo\nthr".to_vec();
        let pieces: Vec<_> = split(&mut pending)
            .into_iter()
            .map(|piece| match piece {
                Piece::Line(line) => format!("line:{line}"),
                Piece::Passing(text) => format!("passing:{text}"),
            })
            .collect();
        assert_eq!(pieces, ["line:one", "passing: 10 %", "passing: 20 %", "line:two"]);
        assert_eq!(pending, b"thr");
    }

    #[test]
    fn a_failure_keeps_both_kinds_of_output() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let error = run(&mut command, &mut Step::silent()).unwrap_err();
        let failed = error.downcast_ref::<Failed>().unwrap();
        assert_eq!(failed.status.code(), Some(3));
        assert!(failed.output.contains("out\n") && failed.output.contains("err\n"));
    }

    #[test]
    fn what_a_program_leaves_behind_does_not_hold_us_up() {
        let started = clock::now();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & echo done"]);
        assert_eq!(run(&mut command, &mut Step::silent()).unwrap(), "done\n");
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
