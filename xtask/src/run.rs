//! `run`: from a fresh clone to a chat in the browser.

use std::process::ExitCode;

use anyhow::Result;

use crate::progress::{self, Steps, seconds};
use crate::server::{self, Server};
use crate::{build, paths, signals};

/// Builds everything, starts the server, and stays with it until it ends.
///
/// # Errors
/// When a tool can't be installed, something can't be built, or the server does not start.
pub(crate) fn run(verbose: bool, server_args: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::new(build::STEPS + 1, verbose);
    let toolbox = build::release(&mut steps)?;
    let mut server = steps.step("Start", |step| {
        let mut command = toolbox.command(paths::release_server());
        server::options(&mut command, server_args);
        let server = Server::start(&mut command)?;
        step.note("it answers");
        Ok(server)
    })?;
    progress::print(&format!(
        "\n  Hubbub is at {} (ready after {}; Ctrl-C ends it)\n",
        server.url(),
        seconds(steps.elapsed())
    ));
    let status = server.wait()?;
    if status.success() {
        signals::handled();
        return Ok(ExitCode::SUCCESS);
    }
    anyhow::bail!("the server ended by itself ({status})")
}
