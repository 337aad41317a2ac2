//! `mutants`: the parts that decide who may do what, and those that keep what was acknowledged, are changed a little, over and
//! over; a change that no test notices is shown. It takes hours: each is built and tested by itself.

use std::process::ExitCode;

use anyhow::Result;

use crate::progress::{self, Steps, seconds};
use crate::tools::{self, Toolbox, rust};
use crate::{paths, process};

/// A part, and the tests that are to notice.
struct Part {
    /// What `mutants` calls it.
    name: &'static str,
    /// Below `server/src`.
    files: &'static [&'static str],
    /// What Cargo is told to run.
    tests: &'static [&'static str],
}

const PARTS: &[Part] = &[
    Part {
        name: "rules",
        files: &[
            "domain/permission.rs",
            "domain/limiter.rs",
            "domain/identity.rs",
            "domain/secret.rs",
            "transport/http/origin.rs",
            "transport/http/credentials.rs",
        ],
        tests: &["--lib", "--", "domain::", "transport::http::"],
    },
    Part {
        name: "accounts",
        files: &["transport/http/session.rs", "actions/accounts.rs"],
        tests: &[
            "--test",
            "it",
            "--",
            "accounts::",
            "sessions::",
            "limits::",
            "origins::",
            "users::",
        ],
    },
    Part {
        name: "delivery",
        files: &[
            "transport/ws/chat.rs",
            "transport/ws/replay.rs",
            "transport/ws/receive.rs",
            "storage/sqlite/posts.rs",
            "storage/sqlite/repeats.rs",
        ],
        tests: &[
            "--test",
            "it",
            "--",
            "sockets::",
            "messages::",
            "members::",
            "conversation::",
            "bad_input::frames",
            "limits::",
            "strangers::",
            "uploads::sending",
        ],
    },
];

/// Changes each part, or the one that is named.
///
/// # Errors
/// When there is no such part, something can't be installed, or a change went unnoticed: the output names it.
pub(crate) fn mutants(verbose: bool, part: Option<&str>) -> Result<ExitCode> {
    let chosen: Vec<_> =
        PARTS.iter().filter(|it| part.is_none_or(|wanted| wanted == it.name)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = PARTS.iter().map(|part| part.name).collect();
        anyhow::bail!("there is no such part; there are {}", names.join(", "));
    }
    let mut steps = Steps::new(2 + chosen.len(), verbose);
    let mut toolbox = Toolbox::default();
    steps.step("Compilers", |step| rust::ensure(&toolbox, step))?;
    steps.step("cargo-mutants", |step| toolbox.cargo_mutants(step))?;
    for part in chosen {
        steps.step(part.name, |step| {
            let mut mutants = toolbox.command(tools::cargo_program());
            mutants.args(["mutants", "--package", "hubbub", "--minimum-test-timeout", "120"]);
            for file in part.files {
                mutants.arg("--file").arg(format!("server/src/{file}"));
            }
            mutants.arg("--output").arg(paths::target().join("mutants").join(part.name));
            mutants.arg("--").args(part.tests);
            let output = process::run(&mut mutants, step)?;
            let summary = output.lines().rev().find(|line| line.contains("mutants tested"));
            step.note(summary.unwrap_or_default().trim().to_owned());
            Ok(())
        })?;
    }
    progress::print(&format!("every change was noticed, in {}", seconds(steps.elapsed())));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_of_files_that_are_there() {
        for file in PARTS.iter().flat_map(|part| part.files) {
            assert!(paths::root().join("server/src").join(file).is_file(), "{file}");
        }
    }
}
