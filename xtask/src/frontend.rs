//! The page: built by Trunk in release, compressed, and left alone while nothing that it is made from has changed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::progress::Step;
use crate::tools::{self, Toolbox, rust};
use crate::{compress, fingerprint, paths, process, slim, versions};

/// All that the page is made from, below the repository's root, apart from what `index.html` names.
const INPUTS: [&str; 10] = [
    "frontend",
    "shared",
    "style",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "xtask/src/frontend.rs",
    "xtask/src/slim.rs",
];

/// What the compiler is told for the released page alone, through Cargo's variables: a standard library of its own,
/// optimised for size, in which a panic ends the page and no more. Without it the library that comes with Rust brings its
/// faster sorts and hashes, and every panic its message, its place and all of `fmt`, which nobody ever reads in a browser:
/// a tenth of the page.
///
/// The compiler calls these switches unstable, hence the last variable: they may change with any version of Rust, and the
/// page needs none of them. Whoever takes this list away gets the same page, heavier; `trunk build` and `trunk serve` go
/// without it.
const SMALL_STD: [(&str, &str); 4] = [
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Zunstable-options -Cpanic=immediate-abort"),
    ("RUSTC_BOOTSTRAP", "1"),
];

/// Makes sure that the released page is in `dist`.
///
/// # Errors
/// When it can't be built.
pub(crate) fn ensure(toolbox: &Toolbox, step: &mut Step) -> Result<()> {
    let root = paths::root();
    let dist = paths::dist();
    let stamp = paths::target().join("xtask").join("page");
    let rustc = process::ask(toolbox.command("rustc").arg("-vV")).unwrap_or_default();
    let tools = [rustc.as_str(), versions::TRUNK, versions::WASM_BINDGEN, versions::WASM_OPT];
    let inputs = fingerprint::of(&root, &inputs()?, &tools)?;
    // The page itself is part of it: `trunk serve` puts an unoptimised one into the same place.
    let written = |inputs: &str| -> Result<String> {
        Ok(format!("{inputs} {}", fingerprint::of(&root, std::slice::from_ref(&dist), &[])?))
    };
    if fs::read_to_string(&stamp).is_ok_and(|last| Some(last) == written(&inputs).ok()) {
        step.note("unchanged");
        return Ok(());
    }

    rust::ensure_source(toolbox, step)?;
    // Trunk is told to stay offline. What the standard library is made from is in no lock file of ours.
    let mut fetch = toolbox.command(tools::cargo_program());
    fetch.args(["fetch", "--locked", "--target", rust::WASM]).envs(SMALL_STD);
    process::run(&mut fetch, step)?;
    let mut trunk = toolbox.command("trunk");
    trunk.envs(SMALL_STD);
    // Trunk takes `NO_COLOR` for a yes-or-no question and stops on any other answer.
    trunk.env_remove("NO_COLOR");
    trunk.args(["build", "--release", "--offline", "--locked"]);
    process::run(&mut trunk, step)?;
    step.doing("slimming");
    slim::slim(&dist, &paths::target().join("xtask").join("slim"), toolbox, step)?;
    step.doing("compressing");
    compress::precompress(&dist)?;

    if let Some(dir) = stamp.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(&stamp, written(&inputs)?).with_context(|| format!("can't write {}", stamp.display()))
}

fn inputs() -> Result<Vec<PathBuf>> {
    let root = paths::root();
    let index = fs::read_to_string(root.join("index.html"))
        .context("there is no index.html, from which Trunk builds the page")?;
    let mut inputs: Vec<_> = INPUTS.iter().map(|input| root.join(input)).collect();
    // What the build itself makes on its way (the joined stylesheet, from `style`) is no input.
    let linked = linked(&index).into_iter().map(|path| root.join(path));
    inputs.extend(linked.filter(|path| !path.starts_with(root.join("target"))));
    Ok(inputs)
}

/// What an `index.html` has Trunk take from elsewhere: the targets of its `data-trunk` links.
fn linked(index: &str) -> Vec<&str> {
    index
        .split('<')
        .filter(|tag| tag.contains("data-trunk"))
        .filter_map(|tag| {
            let (_, rest) = tag.split_once("href=\"")?;
            rest.split_once('"').map(|(path, _)| path)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_page_are_inputs_too() {
        let index = r#"<head><link data-trunk rel="rust" href="frontend/Cargo.toml" data-wasm-opt="z" />
            <link rel="icon" href="/elsewhere.svg" />
            <link rel="copy-dir"
                  href="assets/fonts" data-trunk /></head>"#;
        assert_eq!(linked(index), ["frontend/Cargo.toml", "assets/fonts"]);
    }
}
