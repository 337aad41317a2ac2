//! What comes with Rust: the compiler itself, its parts, the WebAssembly target; and the C compiler that SQLite needs.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::version::at_least;
use super::{Toolbox, cargo_program, said_version};
use crate::progress::Step;
use crate::{process, versions};

/// What the page is compiled to.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Makes sure of the compilers and the WebAssembly target.
///
/// # Errors
/// When something is missing that can't be installed; the message says what to install by hand.
pub(crate) fn ensure(toolbox: &Toolbox, step: &mut Step) -> Result<()> {
    let rust = said_version(&mut toolbox.command("rustc"))
        .context("there is no `rustc`: install Rust with rustup, https://rustup.rs")?;
    if !at_least(&rust, versions::RUST) {
        bail!(
            "Rust {} or newer is needed, and this is {rust}: `rustup update stable`",
            versions::RUST
        );
    }
    if toolbox.find("cc").is_none() {
        bail!(
            "there is no C compiler, which SQLite needs: on Debian, `apt-get install build-essential`"
        );
    }
    let mut notes = format!("Rust {rust}");
    if !has_wasm(toolbox) {
        rustup(toolbox, &["target", "add", WASM], step)?;
        if !has_wasm(toolbox) {
            bail!("the target {WASM} is missing, though rustup says that it was installed");
        }
        notes += ", its wasm32 target installed";
    }
    step.note(notes);
    Ok(())
}

/// Makes sure of rustfmt and Clippy, which not every rustup profile has.
///
/// # Errors
/// When one is missing and can't be installed.
pub(crate) fn ensure_components(toolbox: &Toolbox, step: &mut Step) -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if said_version(toolbox.command(cargo_program()).arg(subcommand)).is_none() {
            rustup(toolbox, &["component", "add", component], step)?;
        }
    }
    Ok(())
}

/// Makes sure of the source of the standard library, from which the released page has its own.
///
/// # Errors
/// When it is missing and can't be installed.
pub(crate) fn ensure_source(toolbox: &Toolbox, step: &mut Step) -> Result<()> {
    if has_source(toolbox) {
        return Ok(());
    }
    rustup(toolbox, &["component", "add", "rust-src"], step)?;
    if !has_source(toolbox) {
        bail!("the component rust-src is missing, though rustup says that it was installed");
    }
    Ok(())
}

fn has_source(toolbox: &Toolbox) -> bool {
    let mut rustc = toolbox.command("rustc");
    rustc.args(["--print", "sysroot"]);
    let lock = "lib/rustlib/src/rust/library/Cargo.lock";
    process::ask(&mut rustc).is_some_and(|sysroot| Path::new(sysroot.trim()).join(lock).is_file())
}

fn has_wasm(toolbox: &Toolbox) -> bool {
    let mut rustc = toolbox.command("rustc");
    rustc.args(["--print", "target-libdir", "--target", WASM]);
    process::ask(&mut rustc).is_some_and(|dir| Path::new(dir.trim()).is_dir())
}

fn rustup(toolbox: &Toolbox, args: &[&str], step: &mut Step) -> Result<()> {
    let wanted = args.join(" ");
    if toolbox.find("rustup").is_none() {
        bail!(
            "`rustup {wanted}` is needed, and there is no rustup: install Rust with it, https://rustup.rs"
        );
    }
    process::run(toolbox.command("rustup").args(args), step)
        .with_context(|| format!("`rustup {wanted}` is needed"))?;
    Ok(())
}
