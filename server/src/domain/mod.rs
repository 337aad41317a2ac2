//! What Hubbub is, without I/O and without waiting: the live Hub with its channels and clients,
//! permissions, names, limits, time. Storage, sockets and HTTP call it; it calls none of them.

pub mod announcement;
pub mod burst;
pub mod challenges;
pub mod channel;
pub mod client;
pub mod clock;
pub mod deed;
pub mod delivery;
pub mod egress;
pub mod emoji;
mod feed;
pub mod figures;
pub mod filename;
pub mod frame;
pub mod hub;
pub mod identity;
pub mod limiter;
pub mod markdown;
pub mod mention;
#[cfg(test)]
mod model_socket;
pub mod pace;
pub mod password;
pub mod permission;
pub mod presence;
pub mod proxies;
pub mod scopes;
pub mod search;
pub mod secret;
pub mod slots;
pub mod socket;
pub mod text_preview;
pub mod tickets;
