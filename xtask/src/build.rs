//! `build`: `target/release/hubbub`, one file with the page inside. Its steps are those of `run`, `torture` and `figures`
//! too.

use std::process::ExitCode;

use anyhow::Result;

use crate::progress::{self, Step, Steps, seconds};
use crate::tools::{self, PAGE_STEPS, Toolbox};
use crate::{budget, frontend, paths, process};

/// How many steps [`release`] takes.
pub(crate) const STEPS: usize = 1 + PAGE_STEPS + 2;

/// Builds everything and says where it is.
///
/// # Errors
/// When a tool can't be installed or something can't be built.
pub(crate) fn build(verbose: bool) -> Result<ExitCode> {
    let mut steps = Steps::new(STEPS, verbose);
    release(&mut steps)?;
    let program = paths::shown(&paths::release_server());
    progress::print(&format!(
        "{program} is ready, with the page inside ({})",
        seconds(steps.elapsed())
    ));
    Ok(ExitCode::SUCCESS)
}

/// Installs what is missing, then builds page and server in release; [`STEPS`] steps.
///
/// # Errors
/// When a tool can't be installed or something can't be built.
pub(crate) fn release(steps: &mut Steps) -> Result<Toolbox> {
    let mut toolbox = Toolbox::default();
    steps.step("Compilers", |step| tools::rust::ensure(&toolbox, step))?;
    toolbox.for_the_page(steps)?;
    steps.step("Page", |step| frontend::ensure(&toolbox, step))?;
    steps.step("Server", |step| release_server(&toolbox, step))?;
    Ok(toolbox)
}

/// Builds the server in release, with the page that is in `dist`, and checks its size.
///
/// # Errors
/// When it can't be built, or has become too big.
pub(crate) fn release_server(toolbox: &Toolbox, step: &mut Step) -> Result<()> {
    let mut cargo = toolbox.command(tools::cargo_program());
    cargo.args(["build", "--release", "--locked", "--package", "hubbub"]);
    process::run(&mut cargo, step)?;
    if let Some(note) = budget::check_program(&paths::release_server())? {
        step.note(note);
    }
    Ok(())
}
