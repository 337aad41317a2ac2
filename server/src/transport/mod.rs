//! How the outside reaches the server: the accept loop, the route table, REST and pages under
//! `http`, sockets under `ws`, TLS under `tls`. Everything here parses, calls one action and replies; what an action
//! means is decided in `actions`, `domain` and `storage`.

mod forwarded;
pub mod http;
mod peer;
mod refusal;
pub mod router;
pub mod serve;
pub mod tls;
pub mod ws;

pub use peer::{OverTls, Peer, Slot};
