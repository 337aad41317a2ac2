//! What Debian packages: installed with `apt-get`, as root or with a `sudo` that does not ask.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::{Toolbox, command};
use crate::process;
use crate::progress::Step;

/// Installs packages. `what` is missing, and `help` says what to do where nothing can be installed.
///
/// # Errors
/// When there is no apt-get, it needs a password, or it fails.
pub(super) fn install(
    toolbox: &Toolbox,
    step: &mut Step,
    packages: &[&str],
    what: &str,
    help: &'static str,
) -> Result<()> {
    if toolbox.find("apt-get").is_none() {
        bail!("there is no {what}, and no apt-get to install it: {help}");
    }
    let root = rustix::process::geteuid().is_root();
    if !root && process::ask(command("sudo").args(["-n", "true"])).is_none() {
        bail!("there is no {what}, and installing it needs root: {help}");
    }
    let apt_get = |args: &[&str]| -> Command {
        let mut apt_get = if root { command("apt-get") } else { command("sudo") };
        if !root {
            apt_get.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        }
        apt_get.env("DEBIAN_FRONTEND", "noninteractive").args(args);
        apt_get
    };
    process::run(&mut apt_get(&["update"]), step).context(help)?;
    let mut install = apt_get(&["install", "--yes", "--no-install-recommends"]);
    process::run(install.args(packages), step).context(help)?;
    Ok(())
}
