//! `bench`: Hubbub measured beside the least that a server could do. The measuring is a program of its own, `hubbub-bench`
//! in `xtask/bench`; this builds it and the server, and lets its table through.

use std::process::{Command, ExitCode, Stdio};

use anyhow::Result;

use crate::process::Running;
use crate::progress::Steps;
use crate::tools::{self, Toolbox};
use crate::{build, paths, process};

/// Builds everything, then measures. `args` are the program's own; with a `--server` among them, that one is measured and
/// ours isn't built.
///
/// # Errors
/// When something can't be built or measured, or a message was lost, doubled or out of order.
pub(crate) fn bench(verbose: bool, args: &[String]) -> Result<ExitCode> {
    let another = args.iter().any(|arg| arg == "--server");
    let mut steps = Steps::new(if another { 1 } else { build::STEPS + 1 }, verbose);
    let toolbox = if another { Toolbox::default() } else { build::release(&mut steps)? };
    steps.step("Load generator", |step| {
        let mut cargo = toolbox.command(tools::cargo_program());
        cargo.args(["build", "--release", "--locked", "--package", "hubbub-bench"]);
        process::run(&mut cargo, step)
    })?;
    let program = paths::target().join("release").join(paths::exe("hubbub-bench"));
    let mut bench = Command::new(program);
    bench.args(args).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let status = Running::spawn(&mut bench)?.wait()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
