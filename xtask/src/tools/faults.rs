//! What lets things fail under the server in its tests: strace, for system calls, and libfaketime, for the clock. Debian's.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{Toolbox, debian};
use crate::paths;
use crate::progress::Step;

/// The environment variables that name the two to the tests, and may name others to us.
pub(crate) const STRACE: &str = "HUBBUB_TEST_STRACE";
pub(crate) const FAKETIME: &str = "HUBBUB_TEST_FAKETIME";

/// What to do where nothing can be installed.
const HELP: &str = "install strace and libfaketime (on Debian: `apt-get install strace faketime`), or set \
    HUBBUB_TEST_STRACE to the program and HUBBUB_TEST_FAKETIME to `libfaketimeMT.so.1`";

/// Where they are.
pub(crate) struct Faults {
    pub(crate) strace: PathBuf,
    pub(crate) faketime: PathBuf,
}

/// Makes sure of both.
///
/// # Errors
/// When one is missing and can't be installed.
pub(crate) fn ensure(toolbox: &Toolbox, step: &mut Step) -> Result<Faults> {
    let mut verb = "found";
    let faults = match find(toolbox) {
        Some(faults) => faults,
        None => {
            debian::install(toolbox, step, &["strace", "faketime"], "strace or libfaketime", HELP)?;
            verb = "installed";
            find(toolbox).with_context(|| format!("one of the two is still not there: {HELP}"))?
        }
    };
    let (strace, faketime) = (paths::shown(&faults.strace), paths::shown(&faults.faketime));
    step.note(format!("{verb} {strace} and {faketime}"));
    Ok(faults)
}

fn find(toolbox: &Toolbox) -> Option<Faults> {
    let named = |variable: &str| env::var_os(variable).map(PathBuf::from);
    Some(Faults {
        strace: named(STRACE).or_else(|| toolbox.find("strace"))?,
        faketime: named(FAKETIME).or_else(library)?,
    })
}

/// In a directory of the machine's architecture.
fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|path| path.exists())
}
