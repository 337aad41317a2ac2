//! `test`: everything that CI checks, on one page. A check that fails does not keep the others from running, apart from
//! those that need what it makes; at the end there is one answer.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::progress::{self, Step, Steps, seconds};
use crate::summary::{self, Counts};
use crate::tools::browser::{self, Browser};
use crate::tools::faults;
use crate::tools::python;
use crate::tools::rust::{self, WASM};
use crate::tools::{self, PAGE_STEPS, Toolbox};
use crate::{budget, frontend, paths, process, signals, versions};

/// The steps below, one by one.
const STEPS: usize = 4 + PAGE_STEPS + 9;

/// Checks everything.
///
/// # Errors
/// Only when nothing can be checked at all; a check that fails makes the exit code.
pub(crate) fn test(verbose: bool) -> Result<ExitCode> {
    let mut steps = Steps::new(STEPS, verbose);
    let mut toolbox = Toolbox::default();
    let mut run = Run::default();

    steps.step("Compilers", |step| {
        rust::ensure(&toolbox, step)?;
        rust::ensure_components(&toolbox, step)
    })?;
    run.check(&mut steps, "Format", |step| {
        process::run(&mut cargo(&toolbox, &["fmt", "--all", "--check"]), step)
    });
    run.check(&mut steps, "Clippy, host", |step| {
        let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
        process::run(&mut cargo(&toolbox, &clippy), step)
    });
    run.check(&mut steps, "Clippy, wasm32", |step| {
        let mut clippy =
            cargo(&toolbox, &["clippy", "--locked", "--target", WASM, "--all-targets"]);
        clippy.args(["-p", "hubbub-frontend", "--", "-D", "warnings"]);
        process::run(&mut clippy, step)
    });

    // Without these nothing below can run: their failure ends it all.
    toolbox.for_the_page(&mut steps)?;
    steps.step("nextest", |step| toolbox.nextest(step))?;
    let browser = steps.step("Chromium", |step| browser::ensure(&toolbox, step))?;
    let kosoku = run.check(&mut steps, &format!("kosoku {}", versions::KOSOKU), |step| {
        python::ensure(&python::KOSOKU, &toolbox, step)
    });
    let named = format!("schemathesis {}", versions::SCHEMATHESIS);
    let schemathesis =
        run.check(&mut steps, &named, |step| python::ensure(&python::SCHEMATHESIS, &toolbox, step));
    let faults =
        run.check(&mut steps, "strace and libfaketime", |step| faults::ensure(&toolbox, step));

    let page = run.check(&mut steps, "Page and its size budget", |step| {
        frontend::ensure(&toolbox, step)?;
        let mut note = budget::check_page(&budget::assets(&paths::dist())?)?;
        if let Some(program) = budget::check_program(&paths::release_server())? {
            note += &format!(", program {program}");
        }
        step.note(note);
        Ok(())
    });
    run.tests(&mut steps, "Unit, integration, browser and crash tests", |step, counts| {
        if page.is_none() {
            bail!("not run: the page that they need could not be built");
        }
        let mut nextest = cargo(&toolbox, &["nextest", "run", "--locked", "--workspace"]);
        nextest.args(["--profile", "ci"]);
        if let Some(kosoku) = &kosoku {
            nextest.env(python::KOSOKU.variable, kosoku);
        }
        if let Some(schemathesis) = &schemathesis {
            nextest.env(python::SCHEMATHESIS.variable, schemathesis);
        }
        if let Some(faults) = &faults {
            nextest.env(faults::STRACE, &faults.strace).env(faults::FAKETIME, &faults.faketime);
        }
        count(with_browser(&mut nextest, &browser), step, summary::nextest, 1, counts)
    });
    run.tests(&mut steps, "Examples in the documentation", |step, counts| {
        let mut doctest = cargo(&toolbox, &["test", "--locked", "--doc", "--workspace"]);
        count(&mut doctest, step, summary::libtest, 0, counts)
    });
    run.tests(&mut steps, "Tests of the page in the browser", |step, counts| {
        let runner = toolbox.find("wasm-bindgen-test-runner");
        let runner = runner.context("wasm-bindgen-cli came without its test runner")?;
        let mut wasm = cargo(&toolbox, &["test", "--locked", "--target", WASM]);
        wasm.args(["--package", "hubbub-frontend"]);
        wasm.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
        wasm.env("CHROMEDRIVER", &browser.driver).env("WASM_BINDGEN_TEST_TIMEOUT", "120");
        count(&mut wasm, step, summary::libtest, 1, counts)
    });
    Ok(run.finish(&steps))
}

fn cargo(toolbox: &Toolbox, args: &[&str]) -> Command {
    let mut cargo = toolbox.command(tools::cargo_program());
    cargo.args(args);
    cargo
}

fn with_browser<'a>(command: &'a mut Command, browser: &Browser) -> &'a mut Command {
    command.env(browser::CHROMIUM, &browser.chromium).env(browser::CHROMEDRIVER, &browser.driver)
}

/// Runs tests and counts them.
///
/// # Errors
/// When one failed, or they could not be built, or none ran though some must: a filter that matches nothing looks like
/// success otherwise.
fn count(
    command: &mut Command,
    step: &mut Step,
    read: fn(&str) -> Option<Counts>,
    least: u64,
    counts: &mut Counts,
) -> Result<()> {
    let (output, status) = process::run_to_end(command, step)?;
    *counts = read(&output).unwrap_or_default();
    step.note(format!("{} passed, {} failed", counts.passed, counts.failed));
    if status.success() && counts.failed == 0 && counts.passed >= least {
        return Ok(());
    }
    let failed = process::Failed { command: process::shown(command), status, output };
    Err(if status.success() {
        anyhow::Error::new(failed).context("no test ran")
    } else {
        failed.into()
    })
}

/// What has been checked so far.
#[derive(Default)]
struct Run {
    /// The tests that ran; and as failed, too, each check and each step of tests that failed as a whole, so that nothing
    /// can hide behind tests that passed.
    counts: Counts,
    failures: Vec<String>,
}

impl Run {
    /// A check that has one answer.
    fn check<T>(
        &mut self,
        steps: &mut Steps,
        name: &str,
        work: impl FnOnce(&mut Step) -> Result<T>,
    ) -> Option<T> {
        let result = self.attempt(steps, name, work);
        self.counts.failed += u64::from(result.is_none());
        result
    }

    /// A step of many tests.
    fn tests(
        &mut self,
        steps: &mut Steps,
        name: &str,
        work: impl FnOnce(&mut Step, &mut Counts) -> Result<()>,
    ) {
        let mut counts = Counts::default();
        if self.attempt(steps, name, |step| work(step, &mut counts)).is_none() {
            counts.failed = counts.failed.max(1);
        }
        self.counts += counts;
    }

    fn attempt<T>(
        &mut self,
        steps: &mut Steps,
        name: &str,
        work: impl FnOnce(&mut Step) -> Result<T>,
    ) -> Option<T> {
        if signals::interrupted().is_some() {
            return None;
        }
        match steps.step(name, work) {
            Ok(result) => Some(result),
            Err(error) => {
                self.failures.push(format!("{name}: {error:#}"));
                None
            }
        }
    }

    /// Prints how it went. The last line is made for programs to read.
    fn finish(&self, steps: &Steps) -> ExitCode {
        let mut report = String::from("\n");
        for row in steps.rows() {
            let mark = if row.ok { " " } else { "✗" };
            let colon = if row.note.is_empty() { "" } else { ": " };
            report +=
                &format!("{:>12} {mark} {}{colon}{}\n", seconds(row.took), row.name, row.note);
        }
        let Counts { passed, failed } = self.counts;
        report += &format!(
            "{:>12}   in all; {} tests ran\n",
            seconds(steps.elapsed()),
            self.counts.ran()
        );
        for failure in &self.failures {
            report += &format!("\nFAILED  {failure}\n");
        }
        progress::print(&format!("{report}\n{passed} passed, {failed} failed"));
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
