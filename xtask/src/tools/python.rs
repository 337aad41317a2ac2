//! Programs from PyPI, each in a Python environment of its own: `kosoku`, which runs the Autobahn cases of RFC 6455 against
//! the server, and `schemathesis`, which tries what its OpenAPI document says.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::version::at_least;
use super::{Toolbox, install, said_version};
use crate::progress::Step;
use crate::{paths, process, versions};

/// A program from PyPI.
pub(crate) struct Python {
    /// What it and its package are called.
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// The environment variable that names the program to the tests, and may name another to us.
    pub(crate) variable: &'static str,
    /// Finds its Python beside itself: what `pip` writes names the directory that it was installed in, which is moved
    /// into place afterwards.
    launcher: &'static str,
}

pub(crate) const KOSOKU: Python = Python {
    name: "kosoku",
    version: versions::KOSOKU,
    variable: "HUBBUB_TEST_KOSOKU",
    launcher: "#!/bin/sh
exec \"$(dirname -- \"$0\")/python\" -c 'import sys; from kosoku._cli import main; sys.exit(main())' \"$@\"
",
};

pub(crate) const SCHEMATHESIS: Python = Python {
    name: "schemathesis",
    version: versions::SCHEMATHESIS,
    variable: "HUBBUB_TEST_SCHEMATHESIS",
    launcher: "#!/bin/sh
exec \"$(dirname -- \"$0\")/python\" -c 'import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())' \"$@\"
",
};

/// Makes sure of a program, and returns it.
///
/// # Errors
/// When it is not there and can't be installed, because Python is missing or too old, or can't reach its registry.
pub(crate) fn ensure(tool: &Python, toolbox: &Toolbox, step: &mut Step) -> Result<PathBuf> {
    if let Some(named) = env::var_os(tool.variable) {
        step.note(format!("as {} says", tool.variable));
        return Ok(named.into());
    }
    let mut installed = false;
    let place = install::ensure_installed(
        &format!("{}-{}", tool.name, tool.version),
        step,
        |place| is_right(tool, toolbox, place),
        |place, step| {
            installed = true;
            fill(tool, toolbox, place, step)
        },
    )?;
    let verb = if installed { "installed in" } else { "found in" };
    step.note(format!("{verb} {}", paths::shown(&place)));
    Ok(program(tool, &place))
}

fn program(tool: &Python, place: &Path) -> PathBuf {
    place.join("bin").join(tool.name)
}

fn is_right(tool: &Python, toolbox: &Toolbox, place: &Path) -> bool {
    let mut python = toolbox.command(place.join("bin").join("python"));
    let ask =
        format!("import importlib.metadata; print(importlib.metadata.version('{}'))", tool.name);
    python.args(["-c", &ask]);
    let installed = process::ask(&mut python);
    installed.is_some_and(|version| version.trim() == tool.version)
        && fs::read_to_string(program(tool, place)).is_ok_and(|script| script == tool.launcher)
}

fn fill(tool: &Python, toolbox: &Toolbox, place: &Path, step: &mut Step) -> Result<()> {
    let help = format!(
        "install Python {} or newer with venv (on Debian: `apt-get install python3-venv`) and try again, or set {} to a `{}`",
        versions::PYTHON,
        tool.variable,
        tool.name
    );
    let Some(python) = said_version(&mut toolbox.command("python3")) else {
        bail!("{} needs Python, and there is no `python3`: {help}", tool.name);
    };
    if !at_least(&python, versions::PYTHON) {
        bail!("{} needs another Python than this {python}: {help}", tool.name);
    }
    let mut venv = toolbox.command("python3");
    venv.args(["-m", "venv"]).arg(place);
    process::run(&mut venv, step).context(help)?;
    let mut pip = toolbox.command(place.join("bin").join("python"));
    pip.args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check"]);
    pip.arg(format!("{}=={}", tool.name, tool.version));
    process::run(&mut pip, step)
        .with_context(|| format!("{} {} can't be installed", tool.name, tool.version))?;
    fs::write(program(tool, place), tool.launcher)
        .with_context(|| format!("can't write {}'s launcher", tool.name))
}
