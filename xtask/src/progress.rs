//! What a person (or CI's log) sees: numbered steps, what each is doing now, and how long it took. All printing of the
//! commands is here.
#![expect(
    clippy::print_stdout,
    reason = "printing is what the commands are for, and this module does it for all of them"
)]

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::process::Failed;
use crate::{clock, signals};

/// How often the status line of a terminal is redrawn.
const REDRAW: Duration = Duration::from_millis(200);

/// Where nobody watches, a long step still says that it lives: first after this, then after [`HEARTBEAT`] each.
const FIRST_HEARTBEAT: Duration = Duration::from_secs(20);
const HEARTBEAT: Duration = Duration::from_secs(60);

/// The width that a status line may take; a wrapped one could not be taken back.
const WIDTH: usize = 78;

/// The steps of one command.
pub(crate) struct Steps {
    total: usize,
    rows: Vec<Row>,
    started: Instant,
    verbose: bool,
}

/// A step that has ended.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) took: Duration,
    pub(crate) note: String,
    pub(crate) ok: bool,
}

impl Steps {
    /// Begins a command of `total` steps.
    pub(crate) fn new(total: usize, verbose: bool) -> Self {
        Self { total, rows: Vec::new(), started: clock::now(), verbose }
    }

    /// Runs the next step and prints how it went.
    ///
    /// # Errors
    /// The step's own error. What a failed program printed has been printed then.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Step) -> Result<T>,
    ) -> Result<T> {
        let number = self.rows.len() + 1;
        let label = format!("[{number}/{}] {name}", self.total);
        let mut step = Step::new(label, self.verbose);
        let result = work(&mut step);
        step.clear();
        let took = step.started.elapsed();
        if let Err(error) = &result {
            let interrupted = signals::interrupted().is_some();
            let failed = error.downcast_ref::<Failed>();
            if let Some(failed) = failed.filter(|_| !self.verbose && !interrupted) {
                println!("{}", failed.output.trim_end());
            }
            let verdict = if interrupted { "interrupted" } else { "FAILED" };
            let comma = if step.note.is_empty() { "" } else { ", " };
            step.note = format!("{verdict}{comma}{}", step.note);
        }
        let colon = if step.note.is_empty() { "" } else { ": " };
        println!("{}{colon}{}  {}", step.label, step.note, seconds(took));
        flush();
        self.rows.push(Row { name: name.to_owned(), took, note: step.note, ok: result.is_ok() });
        result
    }

    /// The steps that have ended.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Since the command began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A step that is running.
pub(crate) struct Step {
    label: String,
    note: String,
    started: Instant,
    now: String,
    drawn: Option<Instant>,
    next_heartbeat: Duration,
    shows: Shows,
}

/// How a running step is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// A line that is redrawn.
    Status,
    /// A line now and then.
    Heartbeats,
    /// All that its programs print.
    Everything,
    #[cfg(test)]
    Nothing,
}

impl Step {
    fn new(label: String, verbose: bool) -> Self {
        let shows = match (verbose, io::stdout().is_terminal()) {
            (true, _) => Shows::Everything,
            (false, true) => Shows::Status,
            (false, false) => Shows::Heartbeats,
        };
        let mut step = Self {
            label,
            note: String::new(),
            started: clock::now(),
            now: String::new(),
            drawn: None,
            next_heartbeat: FIRST_HEARTBEAT,
            shows,
        };
        if verbose {
            println!("{} …", step.label);
        }
        step.tick();
        step
    }

    #[cfg(test)]
    pub(crate) fn silent() -> Self {
        Self { shows: Shows::Nothing, ..Self::new(String::new(), false) }
    }

    /// Says what came of the step, for its line.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.note = note.into();
    }

    /// Says what the step is doing now.
    pub(crate) fn doing(&mut self, what: &str) {
        self.line(what);
    }

    /// Leaves the screen to a program that prints for people itself.
    pub(crate) fn hand_over(&mut self) {
        self.clear();
        println!("{} …", self.label);
        flush();
        self.drawn = None;
    }

    /// A line that a program printed.
    pub(crate) fn line(&mut self, line: &str) {
        if self.shows == Shows::Everything {
            println!("{line}");
        }
        self.passing(line);
    }

    /// Something that a program showed for a moment.
    pub(crate) fn passing(&mut self, text: &str) {
        let plain = plain(text);
        let plain = plain.trim();
        if !plain.is_empty() {
            plain.clone_into(&mut self.now);
        }
        self.tick();
    }

    /// Shows that time passes.
    pub(crate) fn tick(&mut self) {
        let elapsed = self.started.elapsed();
        match self.shows {
            Shows::Status => {
                if self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW) {
                    let status = format!("{}  {}  {}", self.label, seconds(elapsed), self.now);
                    print!("\r\x1b[K{}", shortened(&status, WIDTH));
                    flush();
                    self.drawn = Some(clock::now());
                }
            }
            Shows::Heartbeats => {
                if elapsed >= self.next_heartbeat {
                    println!(
                        "{} …  {}  {}",
                        self.label,
                        seconds(elapsed),
                        shortened(&self.now, WIDTH)
                    );
                    flush();
                    self.next_heartbeat = elapsed + HEARTBEAT;
                }
            }
            Shows::Everything => {}
            #[cfg(test)]
            Shows::Nothing => {}
        }
    }

    fn clear(&self) {
        if self.drawn.is_some() {
            print!("\r\x1b[K");
        }
    }
}

/// Prints a text as it is.
pub(crate) fn print(text: &str) {
    println!("{}", text.trim_end());
    flush();
}

/// Prints why a command failed, with the causes.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// Whether the called programs may colour their output: they see a pipe and can't tell.
pub(crate) fn colours() -> bool {
    io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none()
}

/// A duration as people read it.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// A text without its terminal escapes.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\x1b' {
            plain.push(char);
        } else if chars.next() == Some('[') {
            // Parameters up to the letter that ends the sequence.
            let _end = chars.find(|char| ('@'..='~').contains(char));
        }
    }
    plain
}

fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

fn flush() {
    let _nobody_reads = io::stdout().flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_taken_out() {
        assert_eq!(
            plain("\x1b[1m\x1b[32m   Compiling\x1b[0m axum \x1b[Kv0.8"),
            "   Compiling axum v0.8"
        );
        assert_eq!(plain("ends in \x1b["), "ends in ");
    }

    #[test]
    fn long_statuses_are_cut_at_characters() {
        assert_eq!(shortened("añb", 3), "añb");
        assert_eq!(shortened("añbc", 3), "añ…");
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(seconds(Duration::from_secs(605)), "10 min 05 s");
    }
}
