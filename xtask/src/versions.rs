//! The versions of everything that is installed beside the crates of `Cargo.lock`. A tool that is found at another
//! version is left where it is, and the right one is installed into the cache.

/// The oldest Rust that builds Hubbub; `rust-version` in the root `Cargo.toml` says the same.
pub(crate) const RUST: &str = "1.95";

/// Builds the page. 0.22 needs a newer Rust than [`RUST`].
pub(crate) const TRUNK: &str = "0.21.14";

/// Must equal the `wasm-bindgen` crate of `Cargo.lock` to the last digit: the two speak a private format.
pub(crate) const WASM_BINDGEN: &str = "0.2.130";

/// `wasm-opt`, as its `--version` says; on npm this is [`BINARYEN_NPM`].
pub(crate) const WASM_OPT: &str = "132";

/// The npm release of [`WASM_OPT`].
pub(crate) const BINARYEN_NPM: &str = "132.0.0";

/// Runs the tests. Any newer one does too.
pub(crate) const NEXTEST: &str = "0.9.143";

/// Runs the fuzz targets. Any newer one does too.
pub(crate) const CARGO_FUZZ: &str = "0.13.2";

/// Changes the program a little, over and over, to see whether a test notices. Any newer one does too.
pub(crate) const CARGO_MUTANTS: &str = "27.1.0";

/// Runs the Autobahn cases against the server's WebSockets.
pub(crate) const KOSOKU: &str = "0.1.0";

/// Tries what the OpenAPI document says against the server.
pub(crate) const SCHEMATHESIS: &str = "4.32.5";

/// The oldest Python that runs [`KOSOKU`] and [`SCHEMATHESIS`].
pub(crate) const PYTHON: &str = "3.10";

/// The oldest Node that runs the npm build of `wasm-opt`.
pub(crate) const NODE: &str = "18";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;
    use crate::tools::version::at_least;

    /// The version of a package in a `Cargo.lock`; [`None`] when it is absent or there more than once.
    fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
        let wanted = format!("name = \"{package}\"");
        let mut found =
            lock.split("[[package]]").filter(|entry| entry.lines().any(|line| line == wanted));
        let entry = found.next()?;
        if found.next().is_some() {
            return None;
        }
        entry.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
    }

    #[test]
    fn wasm_bindgen_cli_is_pinned_to_the_version_of_the_crate() {
        let lock = std::fs::read_to_string(paths::root().join("Cargo.lock")).unwrap();
        assert_eq!(locked(&lock, "wasm-bindgen"), Some(WASM_BINDGEN));
    }

    #[test]
    fn the_oldest_rust_is_the_manifests() {
        let manifest = std::fs::read_to_string(paths::root().join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains(&format!("rust-version = \"{RUST}\"")),
            "rust-version is not {RUST}"
        );
    }

    #[test]
    fn the_npm_release_is_the_one_that_wasm_opt_says_of_itself() {
        assert!(at_least(BINARYEN_NPM, WASM_OPT));
        assert!(BINARYEN_NPM.starts_with(&format!("{WASM_OPT}.")));
    }

    #[test]
    fn a_package_locked_twice_has_no_one_version() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\n";
        assert_eq!(locked(lock, "a"), None);
        assert_eq!(locked(lock, "b"), None);
    }
}
