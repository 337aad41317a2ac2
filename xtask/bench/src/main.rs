//! `hubbub-bench`: Hubbub beside the least that a server could do, in turns, on the same two cores.
//!
//! A load generator on one thread ([`crowd`], [`receive`], [`load`]), the [`floor`] that Hubbub is compared with, the bare
//! [`disk`], and the [`rows`] that measure with them.

mod arguments;
mod clock;
mod crowd;
mod disk;
mod floor;
mod frame;
mod histogram;
mod http;
mod hubbub;
mod load;
mod outcome;
mod process;
mod receive;
mod record;
mod report;
mod rows;
mod signals;
mod socket;
mod speakers;
mod stage;
mod tally;
mod texts;
mod work;

use std::process::ExitCode;

use anyhow::{Result, bail};

use arguments::{Options, Task};
use outcome::Outcome;
use report::Machine;
use rows::ROWS;
use stage::Stage;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            report::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    match arguments::parse(std::env::args().skip(1))? {
        Task::Bench(options) => return bench(options),
        Task::Floor { port, mode } => floor::serve(port, mode)?,
        Task::Disk { file, bytes, seconds } => disk::measure(&file, bytes, seconds)?,
        Task::List => ROWS.iter().for_each(|row| report::print(row.name)),
        Task::Help => report::print(arguments::HELP),
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures the rows and tells what came of it. Fails when a row failed, not when an aim is missed.
fn bench(options: Options) -> Result<ExitCode> {
    if let Some(name) = options.only.iter().find(|name| ROWS.iter().all(|row| row.name != **name)) {
        bail!("there is no row `{name}`: see --list");
    }
    signals::install()?;
    if !report::enough_cores() {
        report::progress(
            "a single core: servers and generator share it, and the figures say little",
        );
    }
    let machine = Machine::this(options.program.version()?, options.quick, options.rounds);
    process::move_to_core(process::GENERATOR_CORE);
    let mut stage = Stage::new(options)?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    let begun = clock::now();
    for row in ROWS {
        let only = &stage.options.only;
        if !only.is_empty() && !only.iter().any(|name| name == row.name) {
            continue;
        }
        if row.fresh {
            stage.end_hubbub();
        }
        let start = clock::now();
        let measured = (row.run)(&mut stage);
        signals::check()?;
        report::progress(&format!("{} ({:.0} s)", row.name, clock::seconds_since(start)));
        match measured {
            Ok(lines) => outcomes.extend(lines),
            Err(error) => {
                outcomes.push(Outcome::failed(row.name, format!("{error:#}")));
                report::error(&error.context(row.name));
                stage.end_hubbub();
            }
        }
    }
    report::progress(&format!("all in {:.0} s", clock::seconds_since(begun)));
    if stage.options.json {
        report::print(&report::json(&machine, &outcomes)?);
    } else {
        report::print(&report::table(&machine, &outcomes));
    }
    let failed = outcomes.iter().any(|outcome| outcome.failure.is_some());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
