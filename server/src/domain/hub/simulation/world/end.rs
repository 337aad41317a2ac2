//! What must always hold, and what must hold at the end.

use super::World;
use crate::domain::hub::Progress;
use crate::domain::hub::simulation::peer::Reads;
use crate::domain::hub::simulation::witness::Witness;
use shared::close_code;
use shared::limits::{EGRESS_MAX_BYTES, EGRESS_MAX_FRAMES};

impl World {
    /// No queue is past its bounds, and what waits in one will be flushed.
    pub(super) fn check_queues(&self) {
        for (at, peer) in self.peers.iter().enumerate().filter(|(_, peer)| !peer.forgotten) {
            let mut shard = self.hub.shard(peer.key.shard);
            let conn = shard.conns.get(peer.key).unwrap();
            let (frames, bytes) = conn.waiting();
            assert!(frames <= EGRESS_MAX_FRAMES + 1, "{frames} frames wait for {at}");
            assert!(bytes <= EGRESS_MAX_BYTES + 64, "{bytes} bytes wait for {at}");
            let stalls = peer.socket.times_stalled() - peer.flushed;
            let wanted = usize::from(frames > 0);
            assert!(stalls <= 1, "{stalls} flush the queue of {at} at once");
            assert!(stalls >= wanted, "nobody flushes the {frames} frames of {at}");
        }
    }

    pub(super) fn come_to_an_end(&mut self) {
        self.floods = 0;
        for peer in self.peers.iter().filter(|peer| peer.reads == Reads::Slowly) {
            peer.socket.take(usize::MAX);
        }
        for _ in 0..20_000 {
            let mut quiet = true;
            while !self.submitted.is_empty() {
                self.commit();
            }
            while !self.committed.is_empty() && self.hub.lagging().is_none() {
                quiet = false;
                self.hand_over();
            }
            for shard in 0..self.hub.shards() {
                match self.run_shard(shard, 1_000) {
                    Progress::Idle => {}
                    Progress::Busy => quiet = false,
                    Progress::Until(at) => {
                        quiet = false;
                        self.now.set(at.max(self.now.get()));
                    }
                }
            }
            for at in 0..self.peers.len() {
                let peer = &mut self.peers[at];
                if !peer.forgotten {
                    quiet &= !peer.step(&self.hub, &self.store, &mut self.chance);
                    self.flush(at);
                }
            }
            self.check_queues();
            if quiet {
                return;
            }
        }
        panic!("something waits for ever");
    }

    pub(super) fn judge(&mut self) {
        for shard in 0..self.hub.shards() {
            assert_eq!(self.hub.shard(shard).waiting_bytes, 0, "bytes wait where nothing waits");
        }
        for (at, peer) in self.peers.iter().enumerate() {
            let who = || format!("socket {at}, {:?}, {:?}", peer.scope, peer.reads);
            let witness = match Witness::of(&self.store, peer) {
                Ok(witness) => witness,
                Err(why) => panic!("{}: {why}", who()),
            };
            self.figures.sockets += 1;
            self.figures.events += witness.events;
            self.figures.lost += u64::from(peer.lost);
            self.figures.behind += peer.behind;
            self.figures.resets += peer.resets;
            let over = peer.lost || peer.forgotten || peer.reads == Reads::Never;
            let closing = self.hub.closing(peer.key).map(|closing| closing.code);
            if !over && closing.is_none() {
                witness.is_complete().unwrap_or_else(|why| panic!("{}: {why}", who()));
                self.figures.complete += 1;
            }
            let closed = peer.socket.closed();
            if !over {
                assert_eq!(closed, closing, "{}: how it ends", who());
                assert_eq!(peer.socket.rest(), 0, "{}: ends in the middle of a frame", who());
            }
            if closing == Some(close_code::TOO_SLOW) || closed == Some(close_code::TOO_SLOW) {
                self.figures.too_slow += 1;
                let (frames, bytes) = witness.unseen();
                let full = frames > EGRESS_MAX_FRAMES / 2 || bytes > EGRESS_MAX_BYTES / 2;
                assert!(full, "{}: cut with {frames} frames, {bytes} bytes to come", who());
            }
        }
    }

    /// Once everybody went, nothing of them is kept.
    pub(super) fn forget_everybody(&mut self) {
        for at in 0..self.peers.len() {
            if !self.peers[at].forgotten {
                self.forget(at);
            }
        }
        for shard in 0..self.hub.shards() {
            assert_eq!(self.run_shard(shard, 1_000), Progress::Idle);
        }
        let figures = self.hub.figures();
        let left = (figures.sockets, figures.channels, figures.users_online);
        assert_eq!(left, (0, 0, 0), "what is left when all are gone");
    }
}
