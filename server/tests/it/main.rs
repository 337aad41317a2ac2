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

mod account_pages;
mod accounts;
mod backup;
mod bad_input;
mod browser;
mod channels;
mod check;
mod config;
mod conformance;
mod conversation;
mod desk;
mod disk;
mod document;
mod emoji;
mod equality;
mod events;
mod export;
mod faults;
mod harness;
mod headers;
mod invariants;
mod limits;
mod logs;
mod members;
mod messages;
mod metrics;
mod openapi;
mod origins;
mod page;
mod previews;
mod program;
mod proxies;
mod read_positions;
mod retention;
mod rights;
mod search;
mod security;
mod sessions;
mod smuggling;
mod soak;
mod sockets;
mod strangers;
mod tls;
mod torture;
mod upgrades;
mod uploads;
mod users;
mod ways_in;
