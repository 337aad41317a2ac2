//! The highest rate that a server holds, in an open loop.

use anyhow::Result;

use crate::floor::Mode;
use crate::hubbub::Topology;
use crate::load::{Load, Phase};
use crate::outcome::{Bound, Outcome, median};
use crate::stage::{Crowds, Side, Stage};

/// Subscribers of the one room.
const SUBSCRIBERS: usize = 1_000;
/// Bytes of the text.
const SIZE: usize = 100;
/// 99 of 100 deliveries come sooner than this, in milliseconds, or the rate is not held.
const BOUND_MS: f64 = 50.0;
/// Latency at which an attempt ends, in milliseconds.
const GIVE_UP_MS: u64 = 200;
/// The rates that are tried, the same for every server: this many messages a second, and steps of 5 % up from there.
const LOWEST: f64 = 100.0;
const STEP: f64 = 1.05;
/// The last step of the ladder, about 30,000 messages a second.
const STEPS: usize = 117;
/// Where the first search begins: about 600 messages a second.
const BEGIN: usize = 37;
/// Where a quick one begins: about 4,300.
const QUICK_BEGIN: usize = 77;

pub(super) fn rate(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let quick = stage.options.quick;
    let topology = Topology { rooms: 1, members: SUBSCRIBERS };
    let mut crowds = Crowds::new(stage, topology, 2);
    // Hubbub, the floor with the plain text, the floor with a text as long as all that Hubbub sends for it.
    let joining = Side::Floor(Mode::Joining);
    let mut sides = [(Side::Hubbub, SIZE), (joining, SIZE), (joining, SIZE)];
    let mut begin = [if quick { QUICK_BEGIN } else { BEGIN }; 3];
    let (mut jump, gap) = if quick { (16, 2) } else { (8, 1) };
    let (mut rates, mut floors, mut ratios, mut framed) = (vec![], vec![], vec![], vec![]);
    let mut busy = [0.0_f64; 3];
    for _ in 0..stage.options.rounds {
        let mut found = [0.0; 3];
        for number in 0..sides.len() {
            let (side, size) = sides[number];
            let holds = |step: usize| {
                let attempt = attempt(stage, &mut crowds, side, size, step)?;
                busy[number] = busy[number].max(attempt.busy);
                Ok(attempt.held)
            };
            let step = search(begin[number], jump, gap, holds)?;
            found[number] = step.map_or(0.0, rate_of);
            begin[number] = step.unwrap_or(0);
            if side == Side::Hubbub {
                sides[2].1 = crowds.get(stage, side)?.tally.payload_len.max(SIZE);
            }
        }
        // The next round looks around what was found.
        jump = 3;
        rates.push(found[0]);
        floors.push(found[1]);
        ratios.push(found[0] / found[1]);
        framed.push(found[0] / found[2]);
    }
    let rate = median(&rates);
    let what =
        format!("highest rate to {SUBSCRIBERS} subscribers with p99 < {BOUND_MS} ms, {SIZE} B");
    let outcome = Outcome::ratio("rate", &what, Bound::AtLeast(1.05), ratios)
        .measured(format!("{rate:.0}/s ({:.2} M deliveries/s)", rate * SUBSCRIBERS as f64 / 1e6))
        .floor(format!("{:.0}/s joining", median(&floors)))
        .note(format!(
            "steps of 5 %; generator busy at the most {:.0} % with Hubbub, {:.0} % with the floor, {:.0} % with the \
             floor and the same bytes",
            busy[0] * 100.0,
            busy[1] * 100.0,
            busy[2] * 100.0
        ));
    Ok(vec![Outcome { framed_ratio: Some(median(&framed)), ..outcome }])
}

/// Messages a second on a step.
fn rate_of(step: usize) -> f64 {
    LOWEST * STEP.powi(step as i32)
}

/// What came of a step.
struct Attempt {
    held: bool,
    /// The part of the time that the generator was busy.
    busy: f64,
}

/// Has a server try the rate of a step, twice if need be.
fn attempt(
    stage: &mut Stage,
    crowds: &mut Crowds,
    side: Side,
    size: usize,
    step: usize,
) -> Result<Attempt> {
    let (seconds, warmup, attempts) =
        if stage.options.quick { (0.3, 0.1, 1) } else { (1.5, 0.3, 2) };
    let load = Load::Rate(rate_of(step));
    let phase = Phase { load, size, seconds, warmup, give_up_ms: Some(GIVE_UP_MS) };
    let mut attempt = Attempt { held: false, busy: 0.0 };
    for _ in 0..attempts {
        let measured = crowds.measure(stage, side, &phase)?;
        if measured.closed > 0 {
            crowds.forget(side);
        }
        attempt.busy = measured.busy;
        if !measured.gave_up && measured.p99_ms < BOUND_MS {
            attempt.held = true;
            break;
        }
    }
    Ok(attempt)
}

/// The highest step that holds, if any does, or one less than `gap` steps below it: jumps from `begin` until it knows one
/// that holds and one that doesn't, then halves what is between.
fn search(
    begin: usize,
    jump: usize,
    gap: usize,
    mut holds: impl FnMut(usize) -> Result<bool>,
) -> Result<Option<usize>> {
    let (mut low, mut high) = (None, None);
    let mut at = begin;
    loop {
        if holds(at)? {
            low = Some(at);
        } else {
            high = Some(at);
        }
        at = match (low, high) {
            (Some(low), Some(high)) if high - low <= gap => return Ok(Some(low)),
            (Some(low), Some(high)) => usize::midpoint(low, high),
            (Some(STEPS..), None) => return Ok(Some(STEPS)),
            (Some(low), None) => (low + jump).min(STEPS),
            (None, Some(0)) => return Ok(None),
            (None, Some(high)) => high.saturating_sub(jump),
            (None, None) => at,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_finds_the_last_step_that_holds() {
        for limit in 0..=STEPS {
            for begin in [0, 37, STEPS] {
                let found = search(begin, 8, 1, |step| Ok(step <= limit)).unwrap();
                assert_eq!(found, Some(limit), "from {begin}");
            }
        }
        assert_eq!(search(37, 8, 1, |_| Ok(false)).unwrap(), None);
    }

    #[test]
    fn steps_are_five_percent() {
        assert!((rate_of(1) / rate_of(0) - 1.05).abs() < 1e-9);
        assert!((550.0..650.0).contains(&rate_of(BEGIN)));
    }
}
