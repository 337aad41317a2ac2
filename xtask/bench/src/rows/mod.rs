//! The rows: what is measured, in the order of the table.

mod cpu;
mod history;
mod last;
mod memory;
mod overload;
mod rate;
mod reconnect;
mod search;
mod sends;
mod slow;

use anyhow::Result;

use crate::outcome::Outcome;
use crate::stage::Stage;

/// A row.
pub(crate) struct Row {
    /// What `--only` calls it.
    pub(crate) name: &'static str,
    /// Measures it; a row may have several lines.
    pub(crate) run: fn(&mut Stage) -> Result<Vec<Outcome>>,
    /// Whether it starts with a Hubbub that nothing was done with yet.
    pub(crate) fresh: bool,
}

const fn row(name: &'static str, run: fn(&mut Stage) -> Result<Vec<Outcome>>) -> Row {
    Row { name, run, fresh: false }
}

const fn fresh(name: &'static str, run: fn(&mut Stage) -> Result<Vec<Outcome>>) -> Row {
    Row { name, run, fresh: true }
}

/// All of them.
pub(crate) const ROWS: &[Row] = &[
    row("cpu-1", cpu::one),
    row("cpu-16", cpu::sixteen),
    row("cpu-16-1k", cpu::sixteen_long),
    row("cpu-10k", cpu::ten_thousand),
    row("channels-1000", cpu::channels_1000),
    row("channels-3000", cpu::channels_3000),
    row("steady-900", cpu::steady),
    row("rate", rate::rate),
    row("last-of-10k", last::of_ten_thousand),
    fresh("memory", memory::per_socket),
    row("reconnect", reconnect::after_a_crash),
    fresh("sends", sends::many),
    row("ack-1", sends::one),
    fresh("slow", slow::readers),
    fresh("overload", overload::three_times),
    row("history", history::flat),
    row("search", search::first_pages),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        for (at, row) in ROWS.iter().enumerate() {
            assert!(!row.name.contains([',', ' ', ':']), "{}", row.name);
            assert!(!ROWS[..at].iter().any(|other| other.name == row.name), "{} twice", row.name);
        }
    }
}
