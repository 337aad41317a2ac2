//! `kosoku`, which runs the Autobahn cases of RFC 6455 against the server: from PyPI, in a Python environment of its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::version::at_least;
use super::{Toolbox, install, said_version};
use crate::progress::Step;
use crate::{paths, process, versions};

/// The environment variable that names the program to the tests, and may name another to us.
pub(crate) const KOSOKU: &str = "HUBBUB_TEST_KOSOKU";

/// Finds its Python beside itself: what `pip` writes names the directory that it was installed in, which is moved into
/// place afterwards.
const LAUNCHER: &str = "#!/bin/sh
exec \"$(dirname -- \"$0\")/python\" -c 'import sys; from kosoku._cli import main; sys.exit(main())' \"$@\"
";

/// Makes sure of `kosoku`. Returns the program.
///
/// # Errors
/// When it is not there and can't be installed, because Python is missing or too old, or can't reach its registry.
pub(crate) fn ensure(toolbox: &Toolbox, step: &mut Step) -> Result<PathBuf> {
    if let Some(named) = env::var_os(KOSOKU) {
        step.note(format!("as {KOSOKU} says"));
        return Ok(named.into());
    }
    let mut installed = false;
    let place = install::ensure_installed(
        &format!("kosoku-{}", versions::KOSOKU),
        step,
        |place| is_right(toolbox, place),
        |place, step| {
            installed = true;
            fill(toolbox, place, step)
        },
    )?;
    let verb = if installed { "installed in" } else { "found in" };
    step.note(format!("{verb} {}", paths::shown(&place)));
    Ok(program(&place))
}

fn program(place: &Path) -> PathBuf {
    place.join("bin").join("kosoku")
}

fn is_right(toolbox: &Toolbox, place: &Path) -> bool {
    let mut python = toolbox.command(place.join("bin").join("python"));
    python.args(["-c", "import importlib.metadata; print(importlib.metadata.version('kosoku'))"]);
    let installed = process::ask(&mut python);
    installed.is_some_and(|version| version.trim() == versions::KOSOKU)
        && fs::read_to_string(program(place)).is_ok_and(|script| script == LAUNCHER)
}

fn fill(toolbox: &Toolbox, place: &Path, step: &mut Step) -> Result<()> {
    let help = format!(
        "install Python {} or newer with venv (on Debian: `apt-get install python3-venv`) and try again, or set {KOSOKU} \
         to a `kosoku`",
        versions::PYTHON
    );
    let Some(python) = said_version(&mut toolbox.command("python3")) else {
        bail!("kosoku needs Python, and there is no `python3`: {help}");
    };
    if !at_least(&python, versions::PYTHON) {
        bail!("kosoku needs another Python than this {python}: {help}");
    }
    let mut venv = toolbox.command("python3");
    venv.args(["-m", "venv"]).arg(place);
    process::run(&mut venv, step).context(help)?;
    let mut pip = toolbox.command(place.join("bin").join("python"));
    pip.args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check"]);
    pip.arg(format!("kosoku=={}", versions::KOSOKU));
    process::run(&mut pip, step)
        .with_context(|| format!("kosoku {} can't be installed", versions::KOSOKU))?;
    fs::write(program(place), LAUNCHER).context("can't write kosoku's launcher")
}
