//! CPU time of the server for each delivery, beside the floor's.

use anyhow::{Result, bail};

use crate::floor::Mode;
use crate::hubbub::Topology;
use crate::load::{Load, Phase};
use crate::outcome::{Bound, Outcome, median};
use crate::stage::{Crowds, Side, Stage};

/// A row about CPU time.
struct Row {
    name: &'static str,
    topology: Topology,
    load: Load,
    /// Bytes of the text.
    size: usize,
    floor: Mode,
    aim: f64,
}

/// Latency at which a server is taken not to hold an open loop.
const OVERLOAD_MS: u64 = 2_000;

pub(super) fn one(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let (load, floor) = (Load::Window(1), Mode::Single);
    cpu(stage, &Row { name: "cpu-1", topology: room(1_000), load, size: 100, floor, aim: 1.10 })
}

pub(super) fn sixteen(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let (load, floor) = (Load::Window(16), Mode::Joining);
    cpu(stage, &Row { name: "cpu-16", topology: room(1_000), load, size: 100, floor, aim: 1.00 })
}

pub(super) fn sixteen_long(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let (load, floor) = (Load::Window(16), Mode::Joining);
    let topology = room(1_000);
    cpu(stage, &Row { name: "cpu-16-1k", topology, load, size: 1_000, floor, aim: 1.05 })
}

pub(super) fn ten_thousand(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let topology = room(if stage.options.quick { 2_000 } else { 10_000 });
    let (load, floor) = (Load::Window(4), Mode::Joining);
    cpu(stage, &Row { name: "cpu-10k", topology, load, size: 100, floor, aim: 1.00 })
}

pub(super) fn channels_1000(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let topology = Topology { rooms: if stage.options.quick { 200 } else { 1_000 }, members: 10 };
    channels(stage, "channels-1000", topology)
}

pub(super) fn channels_3000(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let topology = Topology { rooms: if stage.options.quick { 600 } else { 3_000 }, members: 3 };
    channels(stage, "channels-3000", topology)
}

fn channels(stage: &mut Stage, name: &'static str, topology: Topology) -> Result<Vec<Outcome>> {
    let (load, floor) = (Load::Window(128), Mode::Single);
    cpu(stage, &Row { name, topology, load, size: 100, floor, aim: 1.15 })
}

pub(super) fn steady(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let (load, floor) = (Load::Rate(900.0), Mode::Joining);
    cpu(
        stage,
        &Row { name: "steady-900", topology: room(1_000), load, size: 100, floor, aim: 0.85 },
    )
}

fn room(members: usize) -> Topology {
    Topology { rooms: 1, members }
}

fn cpu(stage: &mut Stage, row: &Row) -> Result<Vec<Outcome>> {
    let (seconds, warmup) = if stage.options.quick { (0.5, 0.1) } else { (3.0, 0.5) };
    let give_up_ms = matches!(row.load, Load::Rate(_)).then_some(OVERLOAD_MS);
    let phase = Phase { load: row.load, size: row.size, seconds, warmup, give_up_ms };
    let mut crowds = Crowds::new(stage, row.topology, 2);
    let (mut ratios, mut framed) = (Vec::new(), Vec::new());
    let (mut hubbubs, mut floors) = (Vec::new(), Vec::new());
    let (mut busy, mut latency) = (0.0_f64, Vec::new());
    for _ in 0..stage.options.rounds {
        let side = Side::Floor(row.floor);
        let hubbub = crowds.measure(stage, Side::Hubbub, &phase)?;
        if hubbub.gave_up {
            bail!("Hubbub does not hold this load: latency went over {OVERLOAD_MS} ms");
        }
        let floor = crowds.measure(stage, side, &phase)?;
        let long = Phase { size: hubbub.payload_len, ..phase };
        let same_bytes = crowds.measure(stage, side, &long)?;
        ratios.push(hubbub.cpu_us / floor.cpu_us);
        framed.push(hubbub.cpu_us / same_bytes.cpu_us);
        hubbubs.push(hubbub.cpu_us);
        floors.push(floor.cpu_us);
        latency.push((hubbub.p50_ms, hubbub.p99_ms, floor.p50_ms, floor.p99_ms));
        busy = busy.max(hubbub.busy);
    }
    let middle = |pick: fn(&(f64, f64, f64, f64)) -> f64| {
        median(&latency.iter().map(pick).collect::<Vec<_>>())
    };
    let mode = match row.floor {
        Mode::Single => "single",
        Mode::Joining => "joining",
    };
    let outcome = Outcome::ratio(row.name, &what(row), Bound::AtMost(row.aim), ratios)
        .measured(format!("{:.3} µs", median(&hubbubs)))
        .floor(format!("{:.3} µs {mode}", median(&floors)))
        .note(format!(
            "p50 {:.1} ms, p99 {:.1} ms (floor {:.1}, {:.1}); generator busy {:.0} %",
            middle(|times| times.0),
            middle(|times| times.1),
            middle(|times| times.2),
            middle(|times| times.3),
            busy * 100.0
        ));
    Ok(vec![Outcome { framed_ratio: Some(median(&framed)), ..outcome }])
}

fn what(row: &Row) -> String {
    let Topology { rooms, members } = row.topology;
    let topology = match rooms {
        1 => format!("{members} subscribers"),
        _ => format!("{rooms} rooms × {members}"),
    };
    let load = match row.load {
        Load::Window(window) => format!("{window} in flight"),
        Load::Rate(rate) => format!("{rate} messages/s"),
        Load::Acks(window) => format!("{window} in flight on each"),
    };
    format!("CPU per delivery: {topology}, {load}, {} B", row.size)
}
