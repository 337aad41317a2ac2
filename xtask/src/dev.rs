//! `dev`: the server, built and started anew on each change, and `trunk serve` in front of it, which does the same for the
//! page. A server that no longer compiles leaves the old one running.

use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process::Running;
use crate::progress::{self, Steps, seconds};
use crate::server::{self, Server};
use crate::tools::{self, PAGE_STEPS, Toolbox};
use crate::watch::Snapshot;
use crate::{clock, paths, process, signals};

/// How often is looked for changes.
const LOOK: Duration = Duration::from_millis(250);

/// What the server is made from, below the repository's root.
const INPUTS: [&str; 6] =
    ["server/src", "server/Cargo.toml", "server/build.rs", "shared", "Cargo.toml", "Cargo.lock"];

/// Installs what is missing, then watches until it is interrupted.
///
/// # Errors
/// When a tool can't be installed, or the first start of the server or of Trunk fails.
pub(crate) fn dev(verbose: bool, server_args: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::new(1 + PAGE_STEPS + 2, verbose);
    let mut toolbox = Toolbox::default();
    steps.step("Compilers", |step| tools::rust::ensure(&toolbox, step))?;
    toolbox.for_the_page(&mut steps)?;
    let mut seen = look()?;
    steps.step("Server", |step| {
        let mut cargo = toolbox.command(tools::cargo_program());
        process::run(cargo.args(["build", "--package", "hubbub"]), step)
    })?;
    let mut server = steps.step("Start", |step| {
        let server = start(&toolbox, server_args)?;
        step.note(server.url());
        Ok(Some(server))
    })?;
    progress::print(
        "\n  The page, with every change: http://127.0.0.1:8080 (Ctrl-C ends it all)\n",
    );
    let mut trunk = toolbox.command("trunk");
    trunk.env_remove("NO_COLOR").args(["serve", "--offline"]);
    let mut trunk = Running::spawn(&mut trunk)?;

    while signals::interrupted().is_none() {
        thread::sleep(LOOK);
        if let Some(status) = trunk.try_wait()? {
            if signals::interrupted().is_some() {
                break;
            }
            bail!("`trunk serve` ended ({status}): what it printed says why");
        }
        if let Some(status) = ended(server.as_mut())? {
            server = None;
            if signals::interrupted().is_none() {
                progress::print(&format!(
                    "server: ended by itself ({status}); starts with the next change"
                ));
            }
        }
        let now = settled(&seen)?;
        if let Some(file) = now.changed(&seen).first() {
            progress::print(&format!("server: {} changed", paths::shown(file)));
            server = replaced(&toolbox, server, server_args)?;
        }
        seen = now;
    }
    // Both have been told already; each prints what it has to say while it ends.
    if let Some(server) = &mut server {
        server.wait()?;
    }
    trunk.wait()?;
    signals::handled();
    Ok(ExitCode::SUCCESS)
}

fn ended(server: Option<&mut Server>) -> Result<Option<ExitStatus>> {
    server.map_or(Ok(None), Server::try_wait)
}

fn look() -> Result<Snapshot> {
    let root = paths::root();
    let inputs: Vec<PathBuf> = INPUTS.iter().map(|input| root.join(input)).collect();
    Snapshot::of(&inputs)
}

/// Looks once more while things change: an editor that saves everything, or a checkout, is one change.
fn settled(seen: &Snapshot) -> Result<Snapshot> {
    let mut now = look()?;
    if now == *seen {
        return Ok(now);
    }
    loop {
        thread::sleep(Duration::from_millis(60));
        let next = look()?;
        if next == now {
            return Ok(now);
        }
        now = next;
    }
}

/// Builds the server anew, and puts it in the old one's place when that worked.
fn replaced(
    toolbox: &Toolbox,
    old: Option<Server>,
    server_args: &[String],
) -> Result<Option<Server>> {
    let started = clock::now();
    let mut cargo = toolbox.command(tools::cargo_program());
    // Quiet about what goes well; warnings and errors come through.
    cargo.args(["build", "--quiet", "--package", "hubbub"]).stdout(Stdio::inherit());
    if !Running::spawn(&mut cargo)?.wait()?.success() {
        progress::print("server: does not build; the last one that did goes on");
        return Ok(old);
    }
    if let Some(mut old) = old {
        old.stop();
    }
    match start(toolbox, server_args) {
        Ok(server) => {
            progress::print(&format!(
                "server: {} after {}",
                server.url(),
                seconds(started.elapsed())
            ));
            Ok(Some(server))
        }
        Err(error) => {
            progress::error(&error);
            Ok(None)
        }
    }
}

fn start(toolbox: &Toolbox, server_args: &[String]) -> Result<Server> {
    let mut command = toolbox.command(paths::debug_server());
    server::options(&mut command, server_args);
    Server::start(&mut command)
}
