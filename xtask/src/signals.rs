//! Ctrl-C and friends: the programs that a command started end with it, the server by draining.
//!
//! Every child leads a process group of its own ([`crate::process`]), so a signal from the terminal reaches only us, and
//! what a child started in turn ends with its group.

use std::process::ExitCode;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::clock;

/// How long children may take to end before they are killed. The server needs its drain.
const GRACE: Duration = Duration::from_secs(20);

/// How long we may take to say what happened once all children have ended.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The process groups that are running.
static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// The signal that interrupted us, or 0.
static INTERRUPTED: AtomicI32 = AtomicI32::new(0);

fn groups() -> MutexGuard<'static, Vec<Pid>> {
    // A list of numbers is never half-changed: a panic elsewhere leaves it right.
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts to listen for signals, on a thread of its own.
///
/// # Errors
/// When the handlers can't be installed.
pub(crate) fn install() -> Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("can't listen for signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if INTERRUPTED.swap(signal, Ordering::SeqCst) == 0 {
                send_to_all(Signal::TERM);
                thread::spawn(move || {
                    let asked = clock::now();
                    while !groups().is_empty() && asked.elapsed() < GRACE {
                        thread::sleep(Duration::from_millis(50));
                    }
                    send_to_all(Signal::KILL);
                    // The command notices that its children ended, and leaves by itself; this is for one that doesn't.
                    thread::sleep(LAST_WORDS);
                    std::process::exit(128 + signal);
                });
            } else {
                // Asked twice: no more patience.
                send_to_all(Signal::KILL);
            }
        }
    });
    Ok(())
}

/// The signal that interrupted us, if one did.
pub(crate) fn interrupted() -> Option<i32> {
    match INTERRUPTED.load(Ordering::SeqCst) {
        0 => None,
        signal => Some(signal),
    }
}

/// Says that what interrupted us has been done as it should, so that the command ends well.
pub(crate) fn handled() {
    INTERRUPTED.store(0, Ordering::SeqCst);
}

/// How a command ends that was interrupted: as the shell would report it.
pub(crate) fn exit_code() -> ExitCode {
    let signal = interrupted().and_then(|signal| u8::try_from(signal).ok()).unwrap_or(0);
    ExitCode::from(128 + signal)
}

/// Remembers a running process group.
pub(crate) fn register(group: Pid) {
    groups().push(group);
    // The signal may have come between the start of the child and this.
    if interrupted().is_some() {
        send(group, Signal::TERM);
    }
}

/// Forgets a process group that has ended.
pub(crate) fn unregister(group: Pid) {
    groups().retain(|&known| known != group);
}

/// Signals one process group. One that has ended already is what was wanted.
pub(crate) fn send(group: Pid, signal: Signal) {
    let _ended_already = kill_process_group(group, signal);
}

fn send_to_all(signal: Signal) {
    for &group in groups().iter() {
        send(group, signal);
    }
}
