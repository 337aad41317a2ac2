//! Durable sends, beside the bare disk.

use anyhow::Result;

use crate::hubbub::Topology;
use crate::load::{Load, Phase};
use crate::outcome::{Bound, Outcome, median};
use crate::stage::{Crowds, Side, Stage};

/// Bytes that the bare disk appends at once: about what a message takes in the log.
pub(super) const APPEND: usize = 300;

/// Many in flight: 16 sockets, each in a room of its own, 16 on each.
pub(super) fn many(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let (seconds, warmup) = if stage.options.quick { (1.0, 0.2) } else { (4.0, 1.0) };
    let phase = Phase { load: Load::Acks(16), size: 100, seconds, warmup, give_up_ms: None };
    let mut crowds = Crowds::new(stage, Topology { rooms: 16, members: 1 }, 1);
    let (mut rates, mut disks, mut p99s, mut ratios) = (vec![], vec![], vec![], vec![]);
    let (mut p50s, mut cpus) = (Vec::new(), Vec::new());
    for _ in 0..stage.options.rounds {
        let hubbub = crowds.measure(stage, Side::Hubbub, &phase)?;
        let disk = stage.disk(APPEND, seconds / 2.0)?;
        rates.push(hubbub.acked_per_second);
        p50s.push(hubbub.ack_p50_ms);
        p99s.push(hubbub.ack_p99_ms);
        cpus.push(hubbub.cpu_us);
        disks.push(disk.per_second);
        ratios.push(hubbub.acked_per_second / disk.per_second);
    }
    let what = "durable sends, 256 in flight on 16 sockets";
    let rate = median(&rates);
    let sends = Outcome::figure("sends", what, Bound::AtLeast(15_000.0), rate)
        .measured(format!("{rate:.0}/s"))
        .floor(format!("{:.0}/s append + fdatasync", median(&disks)))
        .note(format!("{:.1} µs of CPU for each", median(&cpus)));
    let p99 = median(&p99s);
    let acks = Outcome::figure("sends:p99", "the same, send → ack p99", Bound::AtMost(50.0), p99)
        .measured(format!("{p99:.1} ms"))
        .note(format!("p50 {:.1} ms", median(&p50s)));
    Ok(vec![Outcome { ratio: Some(median(&ratios)), rounds: ratios, ..sends }, acks])
}

/// One in flight.
pub(super) fn one(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let seconds = if stage.options.quick { 0.7 } else { 3.0 };
    let phase = Phase { load: Load::Acks(1), size: 100, seconds, warmup: 0.2, give_up_ms: None };
    let mut crowds = Crowds::new(stage, Topology { rooms: 1, members: 1 }, 1);
    let (mut acks, mut disks, mut ratios) = (vec![], vec![], vec![]);
    let mut p99s = Vec::new();
    for _ in 0..stage.options.rounds {
        let hubbub = crowds.measure(stage, Side::Hubbub, &phase)?;
        let disk = stage.disk(APPEND, seconds)?;
        acks.push(hubbub.ack_p50_ms);
        p99s.push((hubbub.ack_p99_ms, disk.p99_ms));
        disks.push(disk.p50_ms);
        ratios.push(hubbub.ack_p50_ms / disk.p50_ms);
    }
    let p99 = |pick: fn(&(f64, f64)) -> f64| median(&p99s.iter().map(pick).collect::<Vec<_>>());
    let what = "one in flight, send → ack p50";
    let outcome = Outcome::ratio("ack-1", what, Bound::AtMost(2.0), ratios)
        .measured(format!("{:.3} ms", median(&acks)))
        .floor(format!("{:.3} ms append + fdatasync", median(&disks)))
        .note(format!("p99 {:.2} ms (disk {:.2})", p99(|times| times.0), p99(|times| times.1)));
    Ok(vec![outcome])
}
