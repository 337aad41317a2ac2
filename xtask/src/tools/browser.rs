//! Chromium and its driver, for the tests in a real browser: Debian's, which belong together.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::version::major;
use super::{Toolbox, command, debian, said_version};
use crate::progress::Step;

/// A browser and the driver of its version.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// The environment variables that name the two programs to the tests, and may name others to us.
pub(crate) const CHROMIUM: &str = "HUBBUB_TEST_CHROMIUM";
pub(crate) const CHROMEDRIVER: &str = "HUBBUB_TEST_CHROMEDRIVER";

/// What to do where nothing can be installed.
const HELP: &str = "install Chromium and its driver (on Debian: `apt-get install chromium chromium-driver`), or set \
    HUBBUB_TEST_CHROMIUM and HUBBUB_TEST_CHROMEDRIVER to the two programs";

/// Makes sure of Chromium and its driver.
///
/// # Errors
/// When one is missing and can't be installed, or they are of different versions.
pub(crate) fn ensure(toolbox: &Toolbox, step: &mut Step) -> Result<Browser> {
    let mut installed = false;
    let browser = match find(toolbox) {
        Some(browser) => browser,
        None => {
            let packages = ["chromium", "chromium-driver"];
            debian::install(toolbox, step, &packages, "Chromium", HELP)?;
            installed = true;
            find(toolbox).with_context(|| format!("there is still no Chromium: {HELP}"))?
        }
    };
    let version = |program: &PathBuf| {
        said_version(&mut command(program))
            .with_context(|| format!("{} does not say its version", program.display()))
    };
    let (chromium, driver) = (version(&browser.chromium)?, version(&browser.driver)?);
    if major(&chromium) != major(&driver) {
        bail!("Chromium {chromium} and its driver {driver} do not belong together: {HELP}");
    }
    step.note(format!("{} {chromium}", if installed { "installed" } else { "found" }));
    Ok(browser)
}

fn find(toolbox: &Toolbox) -> Option<Browser> {
    let named = |variable: &str| env::var_os(variable).map(PathBuf::from);
    Some(Browser {
        chromium: named(CHROMIUM).or_else(|| toolbox.find("chromium"))?,
        driver: named(CHROMEDRIVER).or_else(|| toolbox.find("chromedriver"))?,
    })
}
