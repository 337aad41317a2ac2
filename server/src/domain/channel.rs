//! A live channel: the sockets of its clients, each either live or held while it is caught up, and
//! the pass that gives them what was committed.
//!
//! A pass goes over the sockets a part at a time, so that a large channel doesn't delay a small
//! one; what is announced meanwhile waits and leaves in the next pass, all at once. When that may
//! begin is `pace.rs`'s, and whose turn it is, the shard's.

use super::burst::Burst;
use super::client::{Conn, Conns, Slot};
use super::delivery::{BURST_MAX_BYTES, BURST_MAX_EVENTS, Delivery};
use super::feed::{Feed, Held};
use super::figures::add;
use super::frame::Frame;
use super::pace::Pace;
use shared::limits::TYPING_INTERVAL_MS;
use shared::{ChannelId, Seq, UserId, close_code};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug)]
struct Subscriber {
    slot: Slot,
    feed: Feed,
}

/// What going live came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoLive {
    /// The socket is live.
    Live,
    /// Too much was announced meanwhile: catch up again from the same seq.
    Behind,
    /// The socket is no longer in the channel.
    Gone,
}

/// What is yet to be given to the sockets, in the order of the commits.
#[derive(Debug)]
pub(super) enum Waiting {
    Events(Burst),
    /// A frame without a seq, for those who were welcomed.
    Frame(Frame),
    /// A change of who is in the channel, or its end: the delivery at this place.
    Change(Arc<[Delivery]>, usize),
}

#[derive(Debug)]
enum Load {
    Events(Burst),
    Frame(Frame),
}

/// A pass over the sockets that is under way.
#[derive(Debug)]
struct Pass {
    load: Load,
    /// The next socket's place.
    at: usize,
    began: Duration,
    /// Sockets that have acks behind an event of this pass.
    acked: Vec<Slot>,
    /// More waits that could have come along: the next pass is not to wait.
    full: bool,
}

/// An ack that waits with its event: for a socket, once this much of what was announced had its turn.
#[derive(Debug)]
struct Ack {
    after: u64,
    slot: Slot,
    conn: u64,
    frame: Frame,
}

/// What a channel has to do when it is its turn.
#[derive(Debug)]
pub(super) enum Turn {
    /// Nothing.
    Nothing,
    /// A pass, which is begun.
    Pass,
    /// A change that the shard makes.
    Change(Arc<[Delivery]>, usize),
}

/// A live channel.
#[derive(Debug)]
pub struct Channel {
    /// Which channel.
    pub id: ChannelId,
    clients: Vec<Subscriber>,
    places: HashMap<Slot, usize>,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    /// How much of what was announced had its turn.
    taken: u64,
    acks: VecDeque<Ack>,
    pass: Option<Box<Pass>>,
    pub(super) pace: Pace,
    /// Whether it stands in the shard's queue.
    pub(super) queued: bool,
    typing: HashMap<UserId, Duration>,
}

impl Channel {
    /// A channel without clients.
    pub fn new(id: ChannelId) -> Self {
        Self {
            id,
            clients: Vec::new(),
            places: HashMap::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            taken: 0,
            acks: VecDeque::new(),
            pass: None,
            pace: Pace::default(),
            queued: false,
            typing: HashMap::new(),
        }
    }

    /// Adds a client's socket. It is held until [`Channel::go_live`].
    pub(super) fn add_client(&mut self, slot: Slot, conn: &mut Conn) {
        self.add(slot, conn, Feed::Held(Box::default()));
    }

    /// Adds a new member's socket, live after `seq`, and tells it so by `frame`. One that was not
    /// welcomed yet, or is being caught up already, is told once it is, unless that says it all.
    pub(super) fn join(&mut self, slot: Slot, conn: &mut Conn, seq: Seq, frame: &Frame) {
        if !conn.welcomed {
            self.add_client(slot, conn);
        }
        match self.places.get(&slot).map(|at| &mut self.clients[*at].feed) {
            Some(Feed::Held(held)) => {
                (held.joined, held.lost) = (Some((seq, frame.clone())), false);
            }
            Some(Feed::Live(_)) => {}
            None => {
                conn.write(frame);
                self.add(slot, conn, Feed::Live(seq));
            }
        }
    }

    /// Makes a held socket live from where its user became a member meanwhile, if that is so and
    /// once it was welcomed. Whether it belongs here by what was announced, and not only because
    /// storage said so once.
    pub(super) fn go_live_as_joined(&mut self, slot: Slot, conn: &mut Conn) -> bool {
        let Some(at) = self.places.get(&slot) else { return false };
        let Feed::Held(held) = &self.clients[*at].feed else { return true };
        let Some((seq, _)) = held.joined else { return false };
        let lost = held.lost;
        if conn.welcomed && (lost || self.go_live(slot, conn, seq, None) == GoLive::Behind) {
            conn.close(close_code::TOO_SLOW, "too slow: resume");
        }
        true
    }

    fn add(&mut self, slot: Slot, conn: &mut Conn, feed: Feed) {
        if !self.places.contains_key(&slot) {
            conn.channels.push(self.id);
            self.places.insert(slot, self.clients.len());
            self.clients.push(Subscriber { slot, feed });
        }
    }

    /// Removes a client's socket; whether it was there.
    pub(super) fn remove_client(&mut self, slot: Slot) -> bool {
        let Some(mut at) = self.places.remove(&slot) else { return false };
        if let Some(pass) = &mut self.pass
            && at < pass.at
        {
            // The last of those who had theirs fills the gap, so that nobody is passed over.
            pass.at -= 1;
            if at < pass.at {
                self.clients.swap(at, pass.at);
                self.places.insert(self.clients[at].slot, at);
                at = pass.at;
            }
        }
        self.clients.swap_remove(at);
        if let Some(moved) = self.clients.get(at) {
            self.places.insert(moved.slot, at);
        }
        true
    }

    /// Whether this socket is in it.
    pub(super) fn has(&self, slot: Slot) -> bool {
        self.places.contains_key(&slot)
    }

    /// Holds a live socket again, while it is caught up. False if it isn't in the channel.
    pub(super) fn hold(&mut self, slot: Slot) -> bool {
        let Some(at) = self.places.get(&slot) else { return false };
        let feed = &mut self.clients[*at].feed;
        if matches!(feed, Feed::Live(_)) {
            *feed = Feed::Held(Box::default());
        }
        true
    }

    /// Makes a held socket live: writes `first`, if there is something to say before, and then what
    /// was announced meanwhile after `seq`, up to which storage gave it everything.
    pub(super) fn go_live(
        &mut self,
        slot: Slot,
        conn: &mut Conn,
        seq: Seq,
        first: Option<Frame>,
    ) -> GoLive {
        let Some(at) = self.places.get(&slot) else { return GoLive::Gone };
        let feed = &mut self.clients[*at].feed;
        let Feed::Held(held) = feed else { return GoLive::Live };
        if held.overflowed {
            **held = Held { joined: held.joined.take(), lost: true, ..Held::default() };
            return GoLive::Behind;
        }
        if let Some(first) = first {
            conn.write(&first);
        }
        let mut live = Feed::Live(seq);
        if let Some((joined, frame)) = held.joined.take().filter(|(joined, _)| *joined >= seq) {
            // What storage gave is from before it was a member.
            conn.write(&frame);
            live = Feed::Live(joined);
        }
        for burst in std::mem::take(&mut held.bursts) {
            live.give(self.id, conn, &burst);
        }
        *feed = live;
        GoLive::Live
    }

    /// Takes in what was committed, in the order of the commits.
    pub(super) fn announce(&mut self, waiting: Waiting) {
        if let Waiting::Events(burst) = &waiting {
            self.waiting_bytes += burst.len();
        }
        self.waiting.push_back(waiting);
    }

    /// How many bytes of events wait for a pass.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Has an ack leave with the event that it is of, or says that there is nothing to wait for.
    pub(super) fn acknowledge(&mut self, slot: Slot, conn: &mut Conn, ack: Frame) {
        let newest = self.waiting.iter().rposition(|w| matches!(w, Waiting::Events(_)));
        if let Some(at) = newest {
            let after = self.taken + at as u64 + 1;
            self.acks.push_back(Ack { after, slot, conn: conn.id, frame: ack });
        } else if let Some(pass) = &mut self.pass {
            conn.put_behind(self.id, ack);
            pass.acked.push(slot);
        } else {
            conn.write(&ack);
        }
    }

    /// What to do now; a pass takes along every event up to the next change.
    pub(super) fn turn(&mut self, conns: &mut Conns, now: Duration) -> Turn {
        if self.pass.is_some() {
            return Turn::Pass;
        }
        let Some(first) = self.waiting.pop_front() else { return Turn::Nothing };
        self.taken += 1;
        let mut full = false;
        let load = match first {
            Waiting::Change(of, at) => return Turn::Change(of, at),
            Waiting::Frame(frame) => Load::Frame(frame),
            Waiting::Events(burst) => {
                let (mut events, mut bytes) = (burst.events(), burst.len());
                let mut bursts = vec![burst];
                while let Some(Waiting::Events(burst)) = self.waiting.front() {
                    events += burst.events();
                    bytes += burst.len();
                    full = events > BURST_MAX_EVENTS || bytes > BURST_MAX_BYTES;
                    if full {
                        break;
                    }
                    bursts.push(burst.clone());
                    self.waiting.pop_front();
                    self.taken += 1;
                }
                self.waiting_bytes -= bursts.iter().map(Burst::len).sum::<usize>();
                match Burst::join(bursts) {
                    Some(burst) => Load::Events(burst),
                    None => return Turn::Nothing,
                }
            }
        };
        let of_these = self.acks.partition_point(|ack| ack.after <= self.taken);
        let mut acked = Vec::with_capacity(of_these);
        for Ack { slot, conn: id, frame, .. } in self.acks.drain(..of_these) {
            if let Some(conn) = conns.at(slot).filter(|conn| conn.id == id) {
                conn.put_behind(self.id, frame);
                acked.push(slot);
            }
        }
        self.pass = Some(Box::new(Pass { load, at: 0, began: now, acked, full }));
        Turn::Pass
    }

    /// Goes on with the pass, over `most` sockets; how many it were, and whether all have theirs.
    pub(super) fn advance(&mut self, conns: &mut Conns, most: usize) -> (usize, bool) {
        let Some(pass) = &mut self.pass else { return (0, true) };
        let end = self.clients.len().min(pass.at + most);
        for subscriber in self.clients.get_mut(pass.at..end).into_iter().flatten() {
            let Some(conn) = conns.at(subscriber.slot) else { continue };
            match &pass.load {
                Load::Events(burst) => subscriber.feed.give(self.id, conn, burst),
                Load::Frame(frame) if conn.welcomed => conn.write(frame),
                Load::Frame(_) => {}
            }
        }
        let spent = end - pass.at;
        if let Load::Events(burst) = &pass.load {
            add(&conns.tally().delivered, (spent * burst.events()) as u64);
        }
        pass.at = end;
        (spent, end == self.clients.len())
    }

    /// Ends the pass: acks that nothing took along leave, and the pace is set for the next. Whether
    /// something waits for one.
    pub(super) fn end_pass(&mut self, conns: &mut Conns, now: Duration) -> bool {
        let Some(pass) = self.pass.take() else { return false };
        for slot in pass.acked {
            if let Some(conn) = conns.at(slot) {
                conn.write_behind(self.id);
            }
        }
        let several = matches!(&pass.load, Load::Events(burst) if burst.events() > 1);
        let more = !self.waiting.is_empty();
        self.pace.passed(pass.began, now, (several || more) && !pass.full);
        more
    }

    /// The slots of its sockets.
    pub(super) fn slots(&self) -> impl ExactSizeIterator<Item = Slot> {
        self.clients.iter().map(|subscriber| subscriber.slot)
    }

    /// Whether this user's typing is to be passed on: not again within two seconds.
    pub(super) fn may_show_typing(&mut self, user: UserId, now: Duration) -> bool {
        let interval = Duration::from_millis(TYPING_INTERVAL_MS);
        if self.typing.len() > 64 {
            self.typing.retain(|_, at| now.saturating_sub(*at) < interval);
        }
        match self.typing.get(&user) {
            Some(at) if now.saturating_sub(*at) < interval => false,
            _ => {
                self.typing.insert(user, now);
                true
            }
        }
    }

    /// Whether no socket is in it and nothing is yet to be done.
    pub(super) fn is_idle(&self) -> bool {
        self.clients.is_empty() && self.waiting.is_empty() && self.pass.is_none()
    }
}
