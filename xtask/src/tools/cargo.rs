//! Tools that come from crates: prebuilt where `cargo-binstall` is there and has them, else built.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::version::{Accepts, Pin};
use super::{Toolbox, cargo_program, found, install, said_version};
use crate::progress::Step;
use crate::{paths, process};

/// Makes sure of a tool.
///
/// # Errors
/// When it can't be installed.
pub(super) fn ensure(toolbox: &mut Toolbox, pin: &Pin, step: &mut Step) -> Result<()> {
    if let Some(path) = toolbox.find(pin.program) {
        let version = said_version(&mut toolbox.command(&path));
        if let Some(version) = version.filter(|version| pin.accepts(version)) {
            step.note(found(&version, &path));
            return Ok(());
        }
    }
    let mut installed = false;
    let place = install::ensure_installed(
        &pin.directory(),
        step,
        |place| is_right(toolbox, pin, place),
        |place, step| {
            installed = true;
            fill(toolbox, pin, place, step)
        },
    )?;
    let verb = if installed { "installed in" } else { "found in" };
    step.note(format!("{verb} {}", paths::shown(&place)));
    toolbox.use_cached(place.join("bin"));
    Ok(())
}

fn is_right(toolbox: &Toolbox, pin: &Pin, place: &Path) -> bool {
    let program = place.join("bin").join(paths::exe(pin.program));
    said_version(&mut toolbox.command(program)).is_some_and(|version| pin.accepts(&version))
}

fn fill(toolbox: &Toolbox, pin: &Pin, place: &Path, step: &mut Step) -> Result<()> {
    if toolbox.find("cargo-binstall").is_some() {
        let mut binstall = toolbox.command(cargo_program());
        binstall.args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"]);
        binstall.arg(place).args(["--version", &format!("={}", pin.version), pin.package]);
        let (_, status) = process::run_to_end(&mut binstall, step)?;
        if status.success() && is_right(toolbox, pin, place) {
            return Ok(());
        }
        step.doing("nothing prebuilt to be had: building it");
    }
    let mut cargo = toolbox.command(cargo_program());
    // Outside of the repository: its Cargo configuration and lints are no business of the tool's.
    cargo.current_dir(place).env("CARGO_TARGET_DIR", place.join("build")).env_remove("RUSTFLAGS");
    cargo.arg("install").arg("--root").arg(place).args(["--version", &format!("={}", pin.version)]);
    if pin.locked {
        cargo.arg("--locked");
    }
    cargo.arg(pin.package);
    process::run(&mut cargo, step).with_context(|| {
        let at_least = if pin.accepts == Accepts::AtLeast { " or newer" } else { "" };
        format!("{} {}{at_least} is needed, and can't be installed", pin.package, pin.version)
    })?;
    std::fs::remove_dir_all(place.join("build")).context("can't clean up after the build")
}
