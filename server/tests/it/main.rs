//! Hubbub's integration tests: the real program as a child process, real sockets, a real disk and,
//! under `browser`, a real Chromium. One binary, so that it is linked once; a file per subject.
//!
//! Tests of single functions are beside the functions. Nothing here waits by sleeping: a test waits
//! for the frame, the answer or the line that it needs, for at most `harness::PATIENCE`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test says what it expects by panicking, and stands outside the program's clock"
)]

mod accounts;
mod bad_input;
mod browser;
mod channels;
mod config;
mod conformance;
mod conversation;
mod emoji;
mod equality;
mod events;
mod faults;
mod harness;
mod invariants;
mod logs;
mod members;
mod messages;
mod metrics;
mod openapi;
mod page;
mod previews;
mod program;
mod proxies;
mod read_positions;
mod rights;
mod search;
mod sessions;
mod soak;
mod sockets;
mod torture;
mod upgrades;
mod uploads;
mod users;
mod ways_in;
