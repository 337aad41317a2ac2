//! `soak`: everything that people do, for many minutes, against the released server, whose memory is watched. The test
//! itself lives with the server's integration tests, where a short form of it runs with every `cargo xtask test`.

use std::process::{ExitCode, Stdio};

use anyhow::{Result, bail};

use crate::process::Running;
use crate::progress::{self, Steps, seconds};
use crate::{build, cli, paths, process, tools};

/// Builds everything, then runs the test and lets its figures through.
///
/// # Errors
/// When something can't be built, or the test fails: something was lost, doubled or out of order, or memory grew.
pub(crate) fn soak(verbose: bool, options: &cli::Soak) -> Result<ExitCode> {
    let mut steps = Steps::new(build::STEPS + 2, verbose);
    let toolbox = build::release(&mut steps)?;
    let test = |without_running: bool| {
        let mut cargo = toolbox.command(tools::cargo_program());
        cargo.args(["test", "--locked", "--package", "hubbub", "--test", "it"]);
        if without_running {
            cargo.arg("--no-run");
        } else {
            cargo.args(["--quiet", "--", "soak::", "--nocapture", "--test-threads", "1"]);
            cargo.env("HUBBUB_TEST_BINARY", paths::release_server());
            cargo.env("HUBBUB_SOAK_SECONDS", (u64::from(options.minutes) * 60).to_string());
            if let Some(people) = options.people {
                cargo.env("HUBBUB_SOAK_PEOPLE", people.to_string());
            }
            if let Some(seed) = options.seed {
                cargo.env("HUBBUB_SOAK_SEED", seed.to_string());
            }
        }
        cargo
    };
    steps.step("Soak test", |step| process::run(&mut test(true), step))?;
    steps.step(&format!("{} minutes", options.minutes), |step| {
        step.hand_over();
        let status = Running::spawn(test(false).stdout(Stdio::inherit()).stderr(Stdio::inherit()))?
            .wait()?;
        if !status.success() {
            bail!("the soak test failed: the figures above say how");
        }
        step.note("nothing lost, doubled or reordered, and memory flat");
        Ok(())
    })?;
    progress::print(&format!("passed in {}", seconds(steps.elapsed())));
    Ok(ExitCode::SUCCESS)
}
