//! The sockets: `/ws/join_channel` and `/api/ws`. axum routes and answers 101; from then on the
//! connection is ours: `frames.rs` reads what comes, one task receives (`receive.rs`), one sends
//! (`send.rs`), one cancellation ends both.
//!
//! What frames mean is in `shared`; what they change, in `actions`; who gets them, in the Hub.

mod connection;
mod frames;
mod handshake;
mod receive;
mod replay;
mod send;

pub use connection::{all_channels, join_channel};

use crate::app::App;
use crate::domain::frame::{Frame, opcode};
use shared::close_code;
use std::time::Duration;

/// Sockets that are told to come back elsewhere at once; the next ones a moment later, so that they
/// don't all come back in the same instant.
const DRAINED_AT_ONCE: usize = 500;

/// Sends the heartbeats that are due, and cuts the sockets that are dead.
pub fn sweep(app: &App) {
    let now = app.clock.elapsed();
    let (due, dead) = app.hub.sweep(now);
    let ping = Frame::new(opcode::PING, b"");
    for conn in due {
        conn.pinged(now);
        conn.egress.push_ephemeral(ping.clone());
    }
    for conn in dead {
        conn.cut();
    }
}

/// Tells every socket that the server is shutting down, and waits for them to go, at most `within`.
pub async fn drain(app: &App, within: Duration) {
    for group in app.hub.all_conns().chunks(DRAINED_AT_ONCE) {
        for conn in group {
            conn.close(close_code::DRAINING, "draining: connect again in a moment");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ends = app.clock.elapsed() + within;
    while app.hub.figures().sockets > 0 && app.clock.elapsed() < ends {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for conn in app.hub.all_conns() {
        conn.cut();
    }
}
