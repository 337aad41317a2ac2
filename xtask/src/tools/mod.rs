//! The programs that Hubbub is built and tested with: found where they are right already, installed where not.
//!
//! Looked for in the cache that all clones share, then as the `PATH` and Cargo's own place have them. What is installed
//! goes into the cache, one directory per version, and is never changed afterwards.

pub(crate) mod browser;
mod cargo;
mod debian;
pub(crate) mod faults;
mod install;
mod npm;
pub(crate) mod python;
pub(crate) mod rust;
pub(crate) mod version;

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::progress::{self, Step, Steps};
use crate::{paths, process, versions};
use version::{Accepts, Pin};

/// Builds the page.
const TRUNK: Pin = Pin {
    package: "trunk",
    program: "trunk",
    version: versions::TRUNK,
    accepts: Accepts::Exactly,
    locked: true,
};

/// Makes the WebAssembly callable. Its own lock file asks for releases that were withdrawn, hence not `--locked`.
const WASM_BINDGEN: Pin = Pin {
    package: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    version: versions::WASM_BINDGEN,
    accepts: Accepts::Exactly,
    locked: false,
};

/// Runs the tests.
const NEXTEST: Pin = Pin {
    package: "cargo-nextest",
    program: "cargo-nextest",
    version: versions::NEXTEST,
    accepts: Accepts::AtLeast,
    locked: true,
};

/// Builds and runs the fuzz targets.
const CARGO_FUZZ: Pin = Pin {
    package: "cargo-fuzz",
    program: "cargo-fuzz",
    version: versions::CARGO_FUZZ,
    accepts: Accepts::AtLeast,
    locked: true,
};

/// Changes the program to see whether a test notices.
const CARGO_MUTANTS: Pin = Pin {
    package: "cargo-mutants",
    program: "cargo-mutants",
    version: versions::CARGO_MUTANTS,
    accepts: Accepts::AtLeast,
    locked: true,
};

/// How many steps [`Toolbox::for_the_page`] takes.
pub(crate) const PAGE_STEPS: usize = 3;

/// Where the programs are that the steps call.
#[derive(Default)]
pub(crate) struct Toolbox {
    /// Directories in the cache, which go before everything else.
    cached: Vec<PathBuf>,
}

impl Toolbox {
    /// Makes sure of all that builds the page; [`PAGE_STEPS`] steps.
    ///
    /// # Errors
    /// When something is missing that can't be installed; the message says what to install by hand.
    pub(crate) fn for_the_page(&mut self, steps: &mut Steps) -> Result<()> {
        steps.step(&format!("Trunk {}", versions::TRUNK), |step| {
            cargo::ensure(self, &TRUNK, step)
        })?;
        steps.step(&format!("wasm-bindgen {}", versions::WASM_BINDGEN), |step| {
            cargo::ensure(self, &WASM_BINDGEN, step)
        })?;
        steps.step(&format!("wasm-opt {}", versions::WASM_OPT), |step| npm::ensure(self, step))
    }

    /// Makes sure of the test runner.
    ///
    /// # Errors
    /// When it is missing and can't be installed.
    pub(crate) fn nextest(&mut self, step: &mut Step) -> Result<()> {
        cargo::ensure(self, &NEXTEST, step)
    }

    /// Makes sure of the fuzzer.
    ///
    /// # Errors
    /// When it is missing and can't be installed.
    pub(crate) fn cargo_fuzz(&mut self, step: &mut Step) -> Result<()> {
        cargo::ensure(self, &CARGO_FUZZ, step)
    }

    /// Makes sure of what changes the program.
    ///
    /// # Errors
    /// When it is missing and can't be installed.
    pub(crate) fn cargo_mutants(&mut self, step: &mut Step) -> Result<()> {
        cargo::ensure(self, &CARGO_MUTANTS, step)
    }

    /// A command that finds the tools of this box before others, and that does not see what Cargo told us about `xtask`.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = command(program);
        command.env("PATH", self.search_path());
        command
    }

    /// A program of this box by its name.
    pub(crate) fn find(&self, program: &str) -> Option<PathBuf> {
        let name = paths::exe(program);
        env::split_paths(&self.search_path()).map(|dir| dir.join(&name)).find(|path| path.is_file())
    }

    /// The `PATH` of every command: the cache first, then the user's, then Cargo's own place where it is not in there.
    fn search_path(&self) -> OsString {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let mut dirs = self.cached.clone();
        dirs.extend(env::split_paths(&inherited));
        dirs.extend(paths::cargo_bin().filter(|bin| !dirs.contains(bin)));
        // Directories that can't be joined (a colon in one of ours) would be found by no shell either.
        env::join_paths(dirs).unwrap_or(inherited)
    }

    /// Uses a program from the cache, by the directory that it is in.
    fn use_cached(&mut self, dir: PathBuf) {
        if !self.cached.contains(&dir) {
            self.cached.insert(0, dir);
        }
    }
}

/// A program as the user's environment has it, without what Cargo told us about `xtask` (which would reach the build
/// scripts of everything that is built, and have it built anew).
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let told_by_cargo = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
                || matches!(name, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE")
        });
        if told_by_cargo {
            command.env_remove(name);
        }
    }
    command.env("CARGO_TERM_COLOR", if progress::colours() { "always" } else { "never" });
    command.current_dir(paths::root());
    command
}

/// Cargo, as we were called by it.
pub(crate) fn cargo_program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The version that a program says of itself; [`None`] when it is not there or does not say.
fn said_version(command: &mut Command) -> Option<String> {
    version::first_version(&process::ask(command.arg("--version"))?).map(str::to_owned)
}

/// A note on where a program was found.
fn found(version: &str, path: &Path) -> String {
    format!("found {version} in {}", paths::shown(path.parent().unwrap_or(path)))
}
