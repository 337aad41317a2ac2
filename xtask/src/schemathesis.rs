//! `schemathesis`: what the OpenAPI document says, tried at length. The test itself lives with the server's integration tests,
//! where a short form of it runs with every `cargo xtask test`.

use std::process::ExitCode;

use anyhow::Result;

use crate::process;
use crate::progress::{self, Steps, seconds};
use crate::tools::{self, Toolbox, python, rust};

/// Runs the test with so many cases for each operation.
///
/// # Errors
/// When something can't be installed or built, or the server does not do what the document says.
pub(crate) fn schemathesis(verbose: bool, cases: u32) -> Result<ExitCode> {
    let mut steps = Steps::new(3, verbose);
    let toolbox = Toolbox::default();
    steps.step("Compilers", |step| rust::ensure(&toolbox, step))?;
    let program =
        steps.step("schemathesis", |step| python::ensure(&python::SCHEMATHESIS, &toolbox, step))?;
    steps.step(&format!("{cases} cases for each operation"), |step| {
        let mut cargo = toolbox.command(tools::cargo_program());
        cargo.args(["test", "--locked", "--package", "hubbub", "--test", "it", "--quiet", "--"]);
        cargo.args(["document::", "--nocapture", "--test-threads", "1"]);
        cargo.env(python::SCHEMATHESIS.variable, &program);
        cargo.env("HUBBUB_SCHEMATHESIS_CASES", cases.to_string());
        process::run(&mut cargo, step).map(drop)
    })?;
    progress::print(&format!("nothing found in {}", seconds(steps.elapsed())));
    Ok(ExitCode::SUCCESS)
}
