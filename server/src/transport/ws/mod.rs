//! The sockets: `/ws/join_channel` and `/api/ws` (`chat.rs`). axum routes and answers 101; from then
//! on the connection is ours: `upgrade.rs` moves it to its shard (`shards.rs`), `link.rs` receives,
//! in one task, what `frames.rs` reads, and `receive.rs` says what that means. The Hub writes
//! straight to the socket, bare (`tcp.rs`) or under TLS (`tls.rs`).
//!
//! What frames mean is in `shared`; what they change, in `actions`; who gets them, in the Hub.

mod chat;
mod echo;
mod frames;
mod handshake;
mod link;
mod receive;
mod replay;
pub mod shards;
mod stream;
mod tcp;
mod tls;
mod upgrade;

pub use chat::{all_channels, join_channel};
pub use echo::echo;

use crate::app::App;
use shared::close_code;
use std::time::Duration;

/// Sockets that are told to come back elsewhere at once; the next ones a moment later, so that they
/// don't all come back in the same instant.
const DRAINED_AT_ONCE: usize = 500;

/// Tells every socket that the server is shutting down, and waits for them to go, at most `within`.
pub async fn drain(app: &App, within: Duration) {
    let reason = "draining: connect again in a moment";
    while app.hub.close_some(DRAINED_AT_ONCE, close_code::DRAINING, reason) > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ends = app.clock.elapsed() + within;
    while app.hub.figures().sockets > 0 && app.clock.elapsed() < ends {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    app.hub.cut_all();
}
