//! Versions: what a tool must be, and what it says it is.

use std::cmp::Ordering;

/// A tool that Cargo installs, at one version.
pub(crate) struct Pin {
    /// The crate.
    pub(crate) package: &'static str,
    /// The program in it that is asked for its version.
    pub(crate) program: &'static str,
    /// The version that is installed.
    pub(crate) version: &'static str,
    /// Which others will do.
    pub(crate) accepts: Accepts,
    /// Whether it is built from its own lock file.
    pub(crate) locked: bool,
}

/// Which versions of a tool will do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    Exactly,
    AtLeast,
}

impl Pin {
    /// Whether a version that was found will do.
    pub(crate) fn accepts(&self, found: &str) -> bool {
        match self.accepts {
            Accepts::Exactly => found == self.version,
            Accepts::AtLeast => at_least(found, self.version),
        }
    }

    /// The directory of its version in the cache.
    pub(crate) fn directory(&self) -> String {
        format!("{}-{}", self.package, self.version)
    }
}

/// The first word of a text that looks like a version: digits and dots, as in `trunk 0.21.14` and
/// `wasm-opt version 132 (version_132)`.
pub(crate) fn first_version(text: &str) -> Option<&str> {
    text.split_whitespace().map(|word| word.trim_start_matches('v')).find(|word| {
        word.starts_with(|char: char| char.is_ascii_digit())
            && word.chars().all(|char| char.is_ascii_digit() || char == '.')
    })
}

/// Whether `found` is `wanted` or newer; parts that one of them lacks count as 0.
pub(crate) fn at_least(found: &str, wanted: &str) -> bool {
    let parts = |version: &str| -> Vec<u64> {
        version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
    };
    let (found, wanted) = (parts(found), parts(wanted));
    let part = |version: &[u64], at: usize| version.get(at).copied().unwrap_or(0);
    (0..found.len().max(wanted.len()))
        .map(|at| part(&found, at).cmp(&part(&wanted, at)))
        .find(|ordering| ordering.is_ne())
        .is_none_or(|ordering| ordering == Ordering::Greater)
}

/// The first part of a version, which has to agree between a browser and its driver.
pub(crate) fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_tools_say() {
        for (said, version) in [
            ("trunk 0.21.14\n", "0.21.14"),
            ("wasm-bindgen 0.2.130", "0.2.130"),
            ("wasm-opt version 132 (version_132)", "132"),
            ("cargo-nextest 0.9.143 (60fa45f63 2026-08-04)\nrelease: 0.9.143", "0.9.143"),
            ("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)", "156.0.8078.79"),
            (
                "ChromeDriver 156.0.8078.79 (a21ce95c24ce-refs/branch-heads/8078@{#1704})",
                "156.0.8078.79",
            ),
            ("v20.19.2", "20.19.2"),
        ] {
            assert_eq!(first_version(said), Some(version), "{said}");
        }
        assert_eq!(first_version("no such command: `nextest`"), None);
    }

    #[test]
    fn versions_compare_by_number_and_not_by_letter() {
        for (found, wanted, expected) in [
            ("0.9.143", "0.9.143", true),
            ("0.9.99", "0.9.143", false),
            ("0.10.0", "0.9.143", true),
            ("1.95.0", "1.95", true),
            ("1.95", "1.95.1", false),
            ("20.1", "18", true),
        ] {
            assert_eq!(at_least(found, wanted), expected, "{found} for {wanted}");
        }
    }

    #[test]
    fn an_exact_pin_takes_nothing_newer() {
        let mut pin = Pin {
            package: "tool",
            program: "tool",
            version: "0.21.14",
            accepts: Accepts::Exactly,
            locked: true,
        };
        assert!(pin.accepts("0.21.14") && !pin.accepts("0.21.15"));
        pin.accepts = Accepts::AtLeast;
        assert!(pin.accepts("0.21.15") && !pin.accepts("0.21.13"));
        assert_eq!(pin.directory(), "tool-0.21.14");
    }
}
