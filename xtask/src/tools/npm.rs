//! `wasm-opt`, from the npm package `binaryen`: the crates that carry it lag behind, and so do the distributions.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::version::at_least;
use super::{Toolbox, found, install, said_version};
use crate::progress::Step;
use crate::{paths, process, versions};

/// Makes sure of `wasm-opt`.
///
/// # Errors
/// When it is not there and can't be installed, because Node or npm is missing, or npm can't reach its registry.
pub(super) fn ensure(toolbox: &mut Toolbox, step: &mut Step) -> Result<()> {
    if let Some(path) = toolbox.find("wasm-opt")
        && is_right(toolbox, &path)
    {
        step.note(found(versions::WASM_OPT, &path));
        return Ok(());
    }
    // Its program is a script for Node, so Node is needed where it is installed already, too.
    require_node(toolbox)?;
    let mut installed = false;
    let place = install::ensure_installed(
        &format!("binaryen-{}", versions::BINARYEN_NPM),
        step,
        |place| is_right(toolbox, &programs(place).join("wasm-opt")),
        |place, step| {
            installed = true;
            fill(toolbox, place, step)
        },
    )?;
    let verb = if installed { "installed in" } else { "found in" };
    step.note(format!("{verb} {}", paths::shown(&place)));
    toolbox.use_cached(programs(&place));
    Ok(())
}

fn programs(place: &Path) -> PathBuf {
    place.join("node_modules").join(".bin")
}

fn is_right(toolbox: &Toolbox, program: &Path) -> bool {
    said_version(&mut toolbox.command(program)).as_deref() == Some(versions::WASM_OPT)
}

fn require_node(toolbox: &Toolbox) -> Result<()> {
    let help = "install Node.js and npm (on Debian: `apt-get install nodejs npm`) and try again";
    let Some(node) = said_version(&mut toolbox.command("node")) else {
        bail!("wasm-opt needs Node.js, and there is no `node`: {help}");
    };
    if !at_least(&node, versions::NODE) {
        bail!("wasm-opt needs Node.js {} or newer, and this is {node}: {help}", versions::NODE);
    }
    if said_version(&mut toolbox.command("npm")).is_none() {
        bail!("wasm-opt is installed with npm, and there is no `npm`: {help}");
    }
    Ok(())
}

fn fill(toolbox: &Toolbox, place: &Path, step: &mut Step) -> Result<()> {
    let mut npm = toolbox.command("npm");
    npm.current_dir(place).arg("install").arg("--prefix").arg(place);
    npm.args(["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]);
    npm.arg(format!("binaryen@{}", versions::BINARYEN_NPM));
    process::run(&mut npm, step)
        .with_context(|| format!("wasm-opt {} can't be installed", versions::WASM_OPT))?;
    Ok(())
}
