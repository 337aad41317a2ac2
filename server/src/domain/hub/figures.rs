//! Figures of the live side, over all shards.

use super::Hub;
use crate::domain::figures::read;

/// Figures of the live side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HubFigures {
    /// Open sockets.
    pub sockets: usize,
    /// Channels that have a socket in them, counted in each shard.
    pub channels: usize,
    /// Users with a socket.
    pub users_online: usize,
    /// Events that were given to sockets since the start.
    pub delivered: u64,
    /// Frames that were dropped since the start, as they may be.
    pub dropped: u64,
}

impl Hub {
    /// Figures of the live side.
    pub fn figures(&self) -> HubFigures {
        let mut figures = HubFigures::default();
        for shard in 0..self.shards() {
            let shard = self.shard(shard);
            let tally = shard.conns.tally();
            figures.channels += shard.channels.len();
            figures.delivered += read(&tally.delivered);
            figures.dropped += read(&tally.dropped);
        }
        let registry = self.registry();
        figures.sockets = registry.sockets();
        figures.users_online = registry.presence.users_online();
        figures
    }
}
