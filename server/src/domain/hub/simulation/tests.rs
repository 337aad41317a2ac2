//! Many runs, each with its own seed; or one again.

use super::chance::Chance;
use super::world::{Figures, World};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Runs, when the environment says nothing.
const RUNS: u64 = 240;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

fn simulate(seed: u64) -> Figures {
    let steps = 100 + Chance::new(!seed).below(700);
    catch_unwind(AssertUnwindSafe(|| World::new(seed).run(steps))).unwrap_or_else(|cause| {
        println!("to repeat it: HUBBUB_SIMULATION_SEED={seed}");
        resume_unwind(cause)
    })
}

#[test]
fn every_socket_gets_each_event_once_in_order_and_whole_whatever_meets() {
    let seeds = match number("HUBBUB_SIMULATION_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("HUBBUB_SIMULATION_RUNS").unwrap_or(RUNS),
    };
    let mut all = Figures::default();
    let many = seeds.clone().count() >= 100;
    for figures in seeds.map(simulate) {
        all.add(&figures);
    }
    println!("{all:?}");
    assert!(!many || all.tell_of_everything(), "something was never tried: {all:?}");
}
