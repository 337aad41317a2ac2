//! `figures`: what the README states, measured here and now, as a Markdown table with the machine that it was measured on.

mod idle;
mod start;

use std::fs;
use std::process::ExitCode;
use std::thread;

use anyhow::{Context as _, Result};

use crate::budget::{self, Kind, kb, mb};
use crate::progress::{self, Steps};
use crate::{build, paths};

/// Builds everything, measures, and prints the table.
///
/// # Errors
/// When something can't be built or measured.
pub(crate) fn figures(verbose: bool) -> Result<ExitCode> {
    let mut steps = Steps::new(build::STEPS + 3, verbose);
    build::release(&mut steps)?;
    let assets = steps.step("Sizes", |_| budget::assets(&paths::dist()))?;
    let starts = steps.step("Starts", start::measure)?;
    let idle = steps.step("Idle sockets", idle::measure)?;

    let cold = budget::sent(&assets, Kind::Cold);
    let font = budget::sent(&assets, Kind::Font);
    let program = fs::metadata(paths::release_server())?.len();
    let mut table = String::from("\n| what | measured | bound |\n|---|---|---|\n");
    let mut row = |what: &str, measured: &str, bound: &str| {
        table += &format!("| {what} | {measured} | {bound} |\n");
    };
    row("first visit, brotli", &kb(cold), &kb(budget::COLD_TARGET));
    for asset in assets.iter().filter(|asset| asset.kind == Kind::Cold) {
        row(&format!("· `{}`", unhashed(&asset.name)), &kb(asset.sent), "");
    }
    row("font", &kb(font), &kb(budget::FONT_LIMIT));
    row("program, with the page inside", &mb(program), &mb(budget::PROGRAM_LIMIT));
    row("start to ready, empty directory", &start::shown(starts.ready), "");
    row("start to first page served", &start::shown(starts.page), "150 ms");
    row("memory, nobody there", &mb(idle.empty), "15 MB");
    row(&format!("memory, {} idle sockets", idle.sockets), &mb(idle.full), "");
    row("memory per idle socket", &kib(idle.per_socket()), "8 KiB");
    table += &format!("\nMeasured on {}. Starts: the median of {}.", machine()?, start::ROUNDS);
    progress::print(&table);
    Ok(ExitCode::SUCCESS)
}

/// A file's name without the hash that Trunk puts in, which changes with every build.
fn unhashed(name: &str) -> String {
    let is_hash =
        |part: &str| part.len() >= 15 && part.chars().all(|char| char.is_ascii_hexdigit());
    let parts = name.split('-').flat_map(|part| {
        // `hubbub-0123456789abcdef_bg.wasm`: the hash ends at the first character that is none of its.
        let end = part.find(|char: char| !char.is_ascii_hexdigit()).unwrap_or(part.len());
        if is_hash(&part[..end]) { vec![&part[end..]] } else { vec!["-", part] }
    });
    parts.collect::<String>().trim_start_matches('-').to_owned()
}

fn kib(bytes: u64) -> String {
    format!("{}.{} KiB", bytes / 1024, bytes % 1024 * 10 / 1024)
}

/// The machine, as far as it matters to the figures.
fn machine() -> Result<String> {
    let cores = thread::available_parallelism()?;
    let about = fs::read_to_string("/proc/cpuinfo").context("can't tell the processor")?;
    let model = about
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("a processor without a name", |(_, model)| model.trim());
    Ok(format!("{cores} cores of {model}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_taken_out_of_names() {
        assert_eq!(unhashed("hubbub-frontend-0123456789abcdef_bg.wasm"), "hubbub-frontend_bg.wasm");
        assert_eq!(unhashed("hubbub-frontend-0123456789abcdef.js"), "hubbub-frontend.js");
        assert_eq!(unhashed("index.html"), "index.html");
        assert_eq!(unhashed("snippets/dead-beef/inline0.js"), "snippets/dead-beef/inline0.js");
    }

    #[test]
    fn kibibytes_read_well() {
        assert_eq!(kib(3_174), "3.0 KiB");
        assert_eq!(kib(4_608), "4.5 KiB");
    }
}
