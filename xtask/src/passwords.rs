//! `cargo xtask passwords FILE`: makes the list of common passwords that the server refuses, from a file with one a
//! line, the most common first.
//!
//! The list that is checked in was made from the `passwords` of the crate `zxcvbn` 3.1.1 (`src/frequency_lists.rs`, a
//! comma to a newline), which counts Mark Burnett's ten million passwords of real leaks. What is kept of each is four
//! bytes of its hash: enough to recognise it, and nothing to read.

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};
use std::path::Path;

use crate::{paths, progress};

/// How many are kept.
const KEPT: usize = 10_000;
/// Shorter ones are refused for being short, in characters.
const MIN_CHARS: usize = 8;

/// Reads `file` and writes the server's list.
///
/// # Errors
/// When a file can't be read or written, or holds too few.
pub(crate) fn passwords(file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let list = hashes(text.lines());
    ensure!(list.len() == KEPT * 4, "{} holds fewer than {KEPT} long enough", file.display());
    let to = paths::root().join("server/src/domain/common_passwords.bin");
    std::fs::write(&to, &list).with_context(|| to.display().to_string())?;
    progress::print(&format!("wrote {} ({} bytes)\n", to.display(), list.len()));
    Ok(())
}

fn hashes<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut short: Vec<[u8; 4]> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for line in lines {
        let password = line.trim_end().to_lowercase();
        let digest = Sha256::digest(&password);
        let Some(hash) = digest.first_chunk::<4>() else { continue };
        if password.chars().count() >= MIN_CHARS && short.len() < KEPT && seen.insert(*hash) {
            short.push(*hash);
        }
    }
    short.sort_unstable();
    short.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ones_and_repeats_are_left_out() {
        let list = hashes("123456\nPassword\npassword\niloveyou\n".lines());
        assert_eq!(list.len(), 2 * 4);
    }
}
