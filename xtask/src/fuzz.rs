//! `fuzz`: what strangers send, tried by a fuzzer. The targets are in `server/fuzz`, each with a few inputs to begin from;
//! what else turned out to be interesting is kept below `target`, and the next run begins from that too.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::progress::{self, Step, Steps, seconds};
use crate::tools::{self, Toolbox, rust};
use crate::{cli, paths, process, versions};

/// Each is a file of this name in `server/fuzz/fuzz_targets`.
const TARGETS: [&str; 7] = [
    "frames",
    "client_message",
    "server_message",
    "bodies",
    "markdown",
    "search_query",
    "pictures",
];

/// The longest input that is tried, in bytes. Nothing in the targets happens only past it that has no test of its own.
const MAX_LEN: u32 = 4096;

/// An input that takes longer than this many seconds is a finding.
const PATIENCE: u32 = 10;

/// Builds the targets and runs each, or the one that is named.
///
/// # Errors
/// When there is no such target, it can't be built, or an input was found that it fails on: the output names the file that
/// holds it, and the command that tries it again.
pub(crate) fn fuzz(verbose: bool, options: &cli::Fuzz) -> Result<ExitCode> {
    let chosen: Vec<_> = TARGETS
        .into_iter()
        .filter(|target| options.target.as_deref().is_none_or(|wanted| wanted == *target))
        .collect();
    if chosen.is_empty() {
        bail!("there is no such target; there are {}", TARGETS.join(", "));
    }
    let mut steps = Steps::new(3 + chosen.len(), verbose);
    let mut toolbox = Toolbox::default();
    steps.step("Compilers", |step| rust::ensure(&toolbox, step))?;
    steps.step("cargo-fuzz", |step| toolbox.cargo_fuzz(step))?;
    steps.step("Fuzz targets", |step| {
        process::run(&mut cargo_fuzz(&toolbox, "build"), step).with_context(|| {
            format!(
                "the fuzz targets can't be built: they need cargo-fuzz {} and a C++ compiler",
                versions::CARGO_FUZZ
            )
        })
    })?;
    for target in chosen {
        steps.step(&format!("{target}, {} seconds", options.seconds), |step| {
            run(&toolbox, target, options.seconds, step)
        })?;
    }
    progress::print(&format!("nothing found in {}", seconds(steps.elapsed())));
    Ok(ExitCode::SUCCESS)
}

fn run(toolbox: &Toolbox, target: &str, seconds: u32, step: &mut Step) -> Result<()> {
    let found = paths::target().join("fuzz").join("corpus").join(target);
    fs::create_dir_all(&found).with_context(|| format!("can't create {}", found.display()))?;
    let mut fuzz = cargo_fuzz(toolbox, "run");
    // New inputs go into the first directory; the others are only read.
    fuzz.arg(target).arg(found).arg(paths::root().join("server/fuzz/seeds").join(target));
    fuzz.args(["--", &format!("-max_total_time={seconds}"), &format!("-max_len={MAX_LEN}")]);
    fuzz.arg(format!("-timeout={PATIENCE}"));
    let output = process::run(&mut fuzz, step)?;
    step.note(runs(&output).map_or_else(String::new, |runs| format!("{runs} inputs")));
    Ok(())
}

/// Without a sanitizer, which looks for errors that safe Rust can't make, a stable compiler is enough.
fn cargo_fuzz(toolbox: &Toolbox, what: &str) -> Command {
    let mut fuzz = toolbox.command(tools::cargo_program());
    fuzz.args(["fuzz", what, "--sanitizer", "none", "--fuzz-dir"]);
    fuzz.arg(paths::root().join("server/fuzz"));
    fuzz.arg("--target-dir").arg(paths::target().join("fuzz"));
    fuzz
}

/// How many inputs were tried, from the line `Done 5841038 runs in 151 second(s)`.
fn runs(output: &str) -> Option<u64> {
    let mut lines = output.lines().rev();
    let line = lines.find_map(|line| line.strip_prefix("Done "))?;
    line.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_are_those_that_have_a_file_and_inputs_to_begin_from() {
        let names = |folder: &str| {
            let entries = fs::read_dir(paths::root().join("server/fuzz").join(folder)).unwrap();
            let mut names: Vec<_> = entries
                .map(|entry| {
                    entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()
                })
                .collect();
            names.sort();
            names
        };
        let mut targets = TARGETS.to_vec();
        targets.sort_unstable();
        assert_eq!(names("fuzz_targets"), targets);
        assert_eq!(names("seeds"), targets);
    }

    #[test]
    fn the_number_of_runs_is_read_from_the_last_line_that_tells_it() {
        assert_eq!(runs("#8 pulse\nDone 5841038 runs in 151 second(s)\n"), Some(5_841_038));
        assert_eq!(runs("Doing nothing"), None);
    }
}
