//! Telling what came of it: a Markdown table, or JSON.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command tells its result by printing it"
)]

use std::fs;
use std::io::{self, Write as _};
use std::thread;

use anyhow::Result;
use serde::Serialize;

use crate::outcome::{Bound, Outcome};
use crate::{clock, process};

/// What was measured on what.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    kernel: String,
    date: String,
    /// What the measured program says of itself.
    server: String,
    bench: &'static str,
    quick: bool,
    rounds: usize,
}

impl Machine {
    /// This one.
    pub(crate) fn this(server: String, quick: bool, rounds: usize) -> Self {
        let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            processor: model(&about).unwrap_or("a processor without a name").to_owned(),
            cores: cores(&about).max(1),
            kernel: kernel.trim().to_owned(),
            date: clock::today(),
            server,
            bench: env!("CARGO_PKG_VERSION"),
            quick,
            rounds,
        }
    }

    fn sentence(&self) -> String {
        let Self { processor, cores, kernel, date, server, bench, quick, rounds } = self;
        let quick = if *quick {
            "**Quick**: short rounds and few sockets, good for a look and not for a verdict. "
        } else {
            ""
        };
        let rounds = if *rounds == 1 {
            "one round".to_owned()
        } else {
            format!("{rounds} rounds in turns, medians of their ratios")
        };
        format!(
            "{quick}{server} and hubbub-bench {bench} on {cores} cores of {processor}, Linux {kernel}, {date}; {rounds}; \
             servers on core {}, the generator on core {}.",
            process::SERVER_CORE,
            process::GENERATOR_CORE
        )
    }
}

fn model(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(line.split_once(':')?.1.trim())
}

fn cores(cpuinfo: &str) -> usize {
    // Not what this thread may use: it is bound to one.
    cpuinfo.lines().filter(|line| line.starts_with("processor")).count()
}

/// The table, with the machine below it.
pub(crate) fn table(machine: &Machine, outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "| row | what | measured | floor | ratio | same bytes | aim | reached |\n|---|---|---|---|---|---|---|---|\n",
    );
    for outcome in outcomes {
        text += &line(outcome);
    }
    text += "\n";
    for outcome in outcomes.iter().filter(|outcome| !outcome.note.is_empty()) {
        text += &format!("- {}: {}\n", outcome.name, outcome.note);
    }
    text += &format!(
        "\n\"ratio\" is against a floor that sends the plain text; \"same bytes\" against one whose text is as long as \
         all that Hubbub sends for it.\n\n{}\n",
        machine.sentence()
    );
    text
}

fn line(outcome: &Outcome) -> String {
    let Outcome { name, what, measured, floor, ratio, framed_ratio, aim, reached, failure, .. } =
        outcome;
    if let Some(failure) = failure {
        let failure = failure.replace('|', "\\|").replace('\n', " ");
        return format!("| {name} | **FAILED: {failure}** | | | | | | **no** |\n");
    }
    let number = |ratio: &Option<f64>| ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
    let aim = match aim {
        Bound::AtMost(most) => format!("≤ {}", short(*most)),
        Bound::AtLeast(least) => format!("≥ {}", short(*least)),
        Bound::None => String::new(),
    };
    let reached = match (aim.is_empty(), reached) {
        (true, _) => "",
        (_, true) => "yes",
        (_, false) => "**no**",
    };
    format!(
        "| {name} | {what} | {measured} | {floor} | {} | {} | {aim} | {reached} |\n",
        number(ratio),
        number(framed_ratio)
    )
}

/// Two decimals for what is small, none for what is large.
fn short(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

/// Everything as JSON.
///
/// # Errors
/// Never, for what is in it.
pub(crate) fn json(machine: &Machine, outcomes: &[Outcome]) -> Result<String> {
    #[derive(Serialize)]
    struct Report<'a> {
        machine: &'a Machine,
        rows: &'a [Outcome],
    }
    Ok(serde_json::to_string_pretty(&Report { machine, rows: outcomes })?)
}

/// Prints to standard output.
pub(crate) fn print(text: &str) {
    println!("{}", text.trim_end());
    // A closed standard output is nobody's harm.
    let _ = io::stdout().flush();
}

/// Prints what is being done, to standard error.
pub(crate) fn progress(text: &str) {
    eprintln!("{text}");
}

/// Prints why it failed.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// Whether we have a core for the servers and one for the generator.
pub(crate) fn enough_cores() -> bool {
    thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_whether_the_aim_is_reached() {
        let good = Outcome::ratio("cpu-1", "one", Bound::AtMost(1.1), vec![1.049]);
        let good = good.measured("5.2 µs".to_owned()).floor("4.9 µs".to_owned());
        assert_eq!(line(&good), "| cpu-1 | one | 5.2 µs | 4.9 µs | 1.05 |  | ≤ 1.10 | yes |\n");
        let bad = Outcome::figure("sends", "s", Bound::AtLeast(15_000.0), 9_000.0);
        assert!(line(&bad).ends_with("| ≥ 15000 | **no** |\n"));
        let failed = Outcome::failed("slow", "lost | twice".to_owned());
        assert!(line(&failed).contains("**FAILED: lost \\| twice**"));
    }

    #[test]
    fn the_machine_is_told() {
        let cpuinfo =
            "processor\t: 0\nmodel name\t: Some CPU\n\nprocessor\t: 1\nmodel name\t: Some CPU\n";
        assert_eq!((model(cpuinfo), cores(cpuinfo)), (Some("Some CPU"), 2));
        let machine = Machine::this("hubbub 1".to_owned(), true, 1);
        let text = table(&machine, &[]);
        assert!(text.contains("**Quick**") && text.contains("hubbub 1"));
    }

    #[test]
    fn json_holds_everything() {
        let machine = Machine::this("hubbub 1".to_owned(), false, 3);
        let text = json(&machine, &[Outcome::failed("x", "why".to_owned())]).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["rows"][0]["failure"], "why");
        assert_eq!(value["machine"]["server"], "hubbub 1");
    }
}
