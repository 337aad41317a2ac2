//! How long a message takes until the last of many has it, under light load.

use anyhow::{Context as _, Result};

use crate::floor::Mode;
use crate::hubbub::Topology;
use crate::outcome::{Bound, Outcome, median};
use crate::stage::{Crowds, Side, Stage};

pub(super) fn of_ten_thousand(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let quick = stage.options.quick;
    let (members, samples, interval) = if quick { (2_000, 20, 0.04) } else { (10_000, 100, 0.2) };
    let mut crowds = Crowds::new(stage, Topology { rooms: 1, members }, 2);
    let floor = Side::Floor(Mode::Single);
    let (mut hubbubs, mut floors, mut ratios, mut framed) = (vec![], vec![], vec![], vec![]);
    let mut p50s = Vec::new();
    for _ in 0..stage.options.rounds {
        let mut last = |side: Side, size: usize| {
            let crowd = crowds.get(stage, side)?;
            // The first ones warm up.
            crowd.last_deliveries(3, interval, size)?;
            let times = crowd.last_deliveries(samples, interval, size)?;
            Ok::<_, anyhow::Error>((times.ms(0.5), times.ms(0.99), crowd.tally.payload_len))
        };
        let (p50, p99, payload_len) = last(Side::Hubbub, 100).context("Hubbub")?;
        let (floor_p50, floor_p99, _) = last(floor, 100)?;
        let (_, framed_p99, _) = last(floor, payload_len)?;
        p50s.push((p50, floor_p50));
        hubbubs.push(p99);
        floors.push(floor_p99);
        ratios.push(p99 / floor_p99);
        framed.push(p99 / framed_p99);
    }
    let p50 = |pick: fn(&(f64, f64)) -> f64| median(&p50s.iter().map(pick).collect::<Vec<_>>());
    let what = format!("post → last of {members} subscribers, p99 of {samples}, 100 B");
    let outcome = Outcome::ratio("last-of-10k", &what, Bound::AtMost(1.2), ratios)
        .measured(format!("{:.1} ms", median(&hubbubs)))
        .floor(format!("{:.1} ms single", median(&floors)))
        .note(format!("p50 {:.1} ms (floor {:.1})", p50(|times| times.0), p50(|times| times.1)));
    Ok(vec![Outcome { framed_ratio: Some(median(&framed)), ..outcome }])
}
