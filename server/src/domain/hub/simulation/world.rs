//! Everything at once, in single steps that chance puts in an order: who writes, what is stored,
//! the broker, the shards, the connections, the clock.

mod connections;
mod end;
mod writers;

use super::chance::Chance;
use super::peer::Peer;
use super::store::Store;
use crate::domain::announcement::Announcement;
use crate::domain::hub::{Hub, Progress};
use shared::{ChannelId, ServerMessage, UserId};
use std::cell::Cell;
use std::collections::VecDeque;
use std::time::Duration;
use uuid::Uuid;

const MS: Duration = Duration::from_millis(1);

/// A message on its way to the writer.
struct Post {
    from: Option<usize>,
    room: usize,
    user: UserId,
    nonce: u64,
    text: String,
}

/// What one commit brought, on its way to the Hub.
#[derive(Default)]
struct Commit {
    announcements: Vec<Announcement>,
    answers: Vec<(usize, Option<ChannelId>, ServerMessage)>,
}

/// What came of runs.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) sockets: u64,
    /// Sockets that stayed to the end and got everything.
    pub(super) complete: u64,
    pub(super) events: u64,
    /// Sockets that were cut because their queue was full.
    pub(super) too_slow: u64,
    pub(super) lost: u64,
    /// Runs of a shard that ended because it was to wait, or in the middle of a pass.
    pub(super) corked: u64,
    pub(super) interrupted: u64,
    /// Replays that were told to begin anew, and those that had to ask storage again.
    pub(super) resets: u64,
    pub(super) behind: u64,
}

pub(super) struct World {
    chance: Chance,
    hub: Hub,
    store: Store,
    now: Cell<Duration>,
    /// Most that the clock goes on while a pass is under way.
    pass_takes: usize,
    users: Vec<UserId>,
    submitted: VecDeque<Post>,
    committed: VecDeque<Commit>,
    peers: Vec<Peer>,
    nonces: u64,
    /// How often so much will be said at once that queues are full.
    floods: usize,
    figures: Figures,
}

impl Figures {
    /// Adds those of another run.
    pub(super) fn add(&mut self, other: &Self) {
        self.sockets += other.sockets;
        self.complete += other.complete;
        self.events += other.events;
        self.too_slow += other.too_slow;
        self.lost += other.lost;
        self.corked += other.corked;
        self.interrupted += other.interrupted;
        self.resets += other.resets;
        self.behind += other.behind;
    }

    /// Whether everything happened that was to be tried.
    pub(super) fn tell_of_everything(&self) -> bool {
        let Self { complete, events, too_slow, lost, corked, interrupted, resets, behind, .. } =
            *self;
        [complete, events, too_slow, lost, corked, interrupted, resets, behind]
            .iter()
            .all(|count| *count > 0)
    }
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let users: Vec<UserId> =
            (0..2 + chance.below(4)).map(|n| UserId(Uuid::from_u128(1000 + n as u128))).collect();
        let mut world = Self {
            hub: Hub::new(1 + chance.below(3)),
            store: Store::default(),
            now: Cell::new(MS),
            pass_takes: [0, 1, 6][chance.below(3)],
            users,
            submitted: VecDeque::new(),
            committed: VecDeque::new(),
            peers: Vec::new(),
            nonces: 0,
            floods: if chance.once_in(24) { 2 } else { 0 },
            figures: Figures::default(),
            chance,
        };
        for _ in 0..1 + world.chance.below(3) {
            let mut commit = Commit::default();
            world.create(&mut commit);
            world.committed.push_back(commit);
        }
        world
    }

    /// Takes so many steps, then lets everything come to its end, and looks at what came.
    pub(super) fn run(mut self, steps: usize) -> Figures {
        for _ in 0..steps {
            self.step();
            self.check_queues();
        }
        self.come_to_an_end();
        self.judge();
        self.forget_everybody();
        self.figures
    }

    fn step(&mut self) {
        match self.chance.below(100) {
            0..14 => self.submit(),
            14..26 => self.commit(),
            26..40 => self.hand_over(),
            40..58 => self.run_a_shard(),
            58..66 => self.pass_time(),
            66..70 => self.open(),
            70..84 => self.go_on(),
            84..92 => self.take_some(),
            92..94 => self.resume(),
            94..96 => self.say_something_light(),
            96 => self.lose_or_close(),
            97 => self.let_go(),
            98 => self.hub.sweep(self.now.get()),
            _ => self.resend(),
        }
    }

    fn run_shard(&mut self, shard: usize, budget: usize) -> Progress {
        let (now, takes) = (&self.now, self.pass_takes);
        let chance = Cell::new(self.chance.any());
        let clock = || {
            let mut dice = Chance::new(chance.get());
            now.set(now.get() + MS * dice.below(takes + 1) as u32);
            chance.set(dice.any());
            now.get()
        };
        self.hub.run(shard, &clock, budget).unwrap()
    }

    fn run_a_shard(&mut self) {
        let shard = self.chance.below(self.hub.shards());
        let most = if self.chance.once_in(3) { 200 } else { 4 };
        let budget = 1 + self.chance.below(most);
        match self.run_shard(shard, budget) {
            Progress::Busy => self.figures.interrupted += 1,
            Progress::Until(_) => self.figures.corked += 1,
            Progress::Idle => {}
        }
    }

    fn pass_time(&mut self) {
        let pause = if self.chance.once_in(30) { 9_000 } else { 30 };
        self.now.set(self.now.get() + MS * self.chance.below(pause) as u32);
        // Everybody answers heartbeats: who is dead for want of them is tested elsewhere.
        for peer in &self.peers {
            self.hub.heard(peer.key, self.now.get());
        }
    }
}
