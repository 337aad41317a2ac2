//! The programs that are measured: started on a core of their own, watched through `/proc`, killed when dropped.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddrV4;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use rustix::thread::{CpuSet, sched_setaffinity};

/// The core of the servers.
pub(crate) const SERVER_CORE: usize = 0;
/// The core of the generator.
pub(crate) const GENERATOR_CORE: usize = 1;

/// Moves this thread, and what it starts from now on, to a core. A machine with a single core keeps everything on it.
pub(crate) fn move_to_core(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    // Refused where there is no such core: the figures then say less, and the machine is shown beside them.
    let _ = sched_setaffinity(None, &cores);
}

/// A running program.
pub(crate) struct Process {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    threads: HashMap<u32, u64>,
}

impl Process {
    /// Starts a program on the servers' core, with its standard output kept.
    ///
    /// # Errors
    /// When it can't be started.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        move_to_core(SERVER_CORE);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        move_to_core(GENERATOR_CORE);
        let mut child =
            child.with_context(|| format!("can't start {}", command.get_program().display()))?;
        let stdout = child.stdout.take().map(BufReader::new);
        Ok(Self { child, stdout, threads: HashMap::new() })
    }

    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line that it prints.
    ///
    /// # Errors
    /// When it ends instead.
    pub(crate) fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let stdout = self.stdout.as_mut().context("its output was taken")?;
        if stdout.read_line(&mut line)? == 0 {
            bail!("it ended with {} instead of saying anything", self.child.wait()?);
        }
        Ok(line.trim_end().to_owned())
    }

    /// Waits until it prints `listening on http://ADDRESS:PORT`.
    ///
    /// # Errors
    /// When it prints something else, or ends.
    pub(crate) fn listening(&mut self) -> Result<SocketAddrV4> {
        let line = self.line()?;
        let address = line.strip_prefix("listening on http://");
        address.and_then(|a| a.parse().ok()).with_context(|| format!("it said {line:?}"))
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts a span of time; [`cpu`](Self::cpu) ends it.
    pub(crate) fn start_cpu(&mut self) -> Span {
        self.threads = threads(self.id());
        Span { ticks: ticks(self.id()) }
    }

    /// User and system time of all threads since the span began, in nanoseconds. Exact when the threads sleep as it is
    /// asked, which they do when everything has been delivered; in steps of 10 ms when a thread has ended meanwhile.
    pub(crate) fn cpu(&self, span: &Span) -> u64 {
        let now = threads(self.id());
        let whole = !now.is_empty() && self.threads.keys().all(|thread| now.contains_key(thread));
        if !whole {
            return ticks(self.id()).saturating_sub(span.ticks) * TICK;
        }
        let since = |(thread, time): (&u32, &u64)| {
            time.saturating_sub(self.threads.get(thread).copied().unwrap_or(0))
        };
        now.iter().map(since).sum()
    }

    /// Resident memory, in bytes; 0 when it has ended.
    pub(crate) fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()));
        status.ok().and_then(|status| resident_in(&status)).unwrap_or(0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Nanoseconds in a tick of `/proc/PID/stat`, which is a hundredth of a second on every Linux.
const TICK: u64 = 10_000_000;

/// A span of time in which CPU time is counted.
pub(crate) struct Span {
    ticks: u64,
}

/// Nanoseconds that each thread has run.
fn threads(process: u32) -> HashMap<u32, u64> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else { return HashMap::new() };
    let time = |task: fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
        let time = stat.split(' ').next()?.parse().ok()?;
        Some((task.file_name().to_str()?.parse().ok()?, time))
    };
    tasks.flatten().filter_map(time).collect()
}

fn ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"));
    stat.ok().and_then(|stat| ticks_in(&stat)).unwrap_or(0)
}

/// User and system time of a `/proc/PID/stat`. The program's name, in brackets, may hold anything.
fn ticks_in(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

fn resident_in(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(value.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_is_read_right() {
        let stat = "42 (a) b) S 1 42 42 0 -1 4194560 900 0 0 0 17 25 0 0 20 0 5 0 100";
        assert_eq!(ticks_in(stat), Some(42));
        assert_eq!(ticks_in("nothing"), None);
        assert_eq!(resident_in("Name:\thubbub\nVmRSS:\t   14208 kB\n"), Some(14_548_992));
        assert_eq!(resident_in("Name:\thubbub\n"), None);
    }

    #[test]
    fn a_program_is_heard_and_ends_when_it_is_dropped() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo listening on http://127.0.0.1:81; exec sleep 60"]);
        let mut process = Process::start(&mut command).unwrap();
        assert_eq!(process.listening().unwrap().port(), 81);
        assert!(process.resident() > 0);
        let span = process.start_cpu();
        assert!(process.cpu(&span) < 60 * TICK);
        let id = process.id();
        drop(process);
        assert!(!fs::exists(format!("/proc/{id}")).unwrap());
    }
}
