//! `torture`: the crash test at length, against the released server. The test itself lives with the server's integration
//! tests, where a short form of it runs with every `cargo xtask test`.

use std::process::{ExitCode, Stdio};

use anyhow::{Result, bail};

use crate::process::Running;
use crate::progress::{self, Steps, seconds};
use crate::{build, cli, paths, process, tools};

/// Builds everything, then runs the crash test and lets its figures through.
///
/// # Errors
/// When something can't be built, or the test fails: a message was lost, doubled or out of order.
pub(crate) fn torture(verbose: bool, options: &cli::Torture) -> Result<ExitCode> {
    let mut steps = Steps::new(build::STEPS + 2, verbose);
    let toolbox = build::release(&mut steps)?;
    let test = |without_running: bool| {
        let mut cargo = toolbox.command(tools::cargo_program());
        cargo.args(["test", "--locked", "--package", "hubbub", "--test", "it"]);
        if without_running {
            cargo.arg("--no-run");
        } else {
            cargo.args(["--quiet", "--", "torture::", "--nocapture", "--test-threads", "1"]);
            cargo.env("HUBBUB_TEST_BINARY", paths::release_server());
            cargo.env("HUBBUB_TORTURE_ROUNDS", options.rounds.to_string());
            if let Some(writers) = options.writers {
                cargo.env("HUBBUB_TORTURE_WRITERS", writers.to_string());
            }
            if let Some(seed) = options.seed {
                cargo.env("HUBBUB_TORTURE_SEED", seed.to_string());
            }
        }
        cargo
    };
    steps.step("Crash test", |step| process::run(&mut test(true), step))?;
    steps.step(&format!("{} rounds", options.rounds), |step| {
        step.hand_over();
        let status = Running::spawn(test(false).stdout(Stdio::inherit()).stderr(Stdio::inherit()))?
            .wait()?;
        if !status.success() {
            bail!("the crash test failed: the figures above say how");
        }
        step.note("nothing lost, doubled or reordered");
        Ok(())
    })?;
    progress::print(&format!("passed in {}", seconds(steps.elapsed())));
    Ok(ExitCode::SUCCESS)
}
