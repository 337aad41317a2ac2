//! Delivery as a simulation: the real Hub between a model of storage and models of connections, and
//! a schedule of single steps that a seed decides. Whatever the order in which commits, passes (cut
//! anywhere), welcomes, replays, joins, leaves, slow readers, stalls and ends meet, every socket
//! gets each event of its channels once, in order and whole, from where it began to where it ended.
//!
//! `HUBBUB_SIMULATION_SEED` repeats one run, `HUBBUB_SIMULATION_RUNS` (240) says how many there are.

mod chance;
mod peer;
mod store;
mod tests;
mod witness;
mod world;
