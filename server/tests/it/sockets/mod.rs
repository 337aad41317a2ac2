//! Both WebSocket endpoints: every frame, the order, resuming, and how sockets end.

mod basics;
mod closing;
mod ephemeral;
mod resuming;
pub(crate) mod slow_readers;
