//! A live channel: the sockets of its clients, each either live or held while it is caught up, and
//! the pass that gives them what was committed.
//!
//! A pass goes over the sockets a part at a time, so that a large channel doesn't delay a small
//! one; what is announced meanwhile waits and leaves in the next pass, all at once. When that may
//! begin is `pace.rs`'s, and whose turn it is, the shard's.

use super::burst::Burst;
use super::client::{Conn, Conns, Slot};
use super::delivery::Delivery;
use super::frame::Frame;
use super::pace::Pace;
use shared::limits::{EGRESS_MAX_BYTES, EGRESS_MAX_FRAMES, TYPING_INTERVAL_MS};
use shared::{ChannelId, Seq, UserId};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Where a socket stands in the channel's order.
#[derive(Debug)]
enum Feed {
    /// Gets each event as it is announced; the last seq it got.
    Live(Seq),
    /// Is being caught up from storage; what is announced meanwhile waits.
    Held(Box<Held>),
}

/// What was announced while a socket is caught up.
#[derive(Debug, Default)]
struct Held {
    bursts: Vec<Burst>,
    events: usize,
    bytes: usize,
    /// More was announced than could wait: it was let go and storage is asked again.
    overflowed: bool,
}

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
    acks: Vec<(Slot, u64, Frame)>,
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
            acks: Vec::new(),
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

    /// Adds a client's socket that is live from the event after `seq`.
    pub(super) fn add_live_client(&mut self, slot: Slot, conn: &mut Conn, seq: Seq) {
        self.add(slot, conn, Feed::Live(seq));
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
            **held = Held::default();
            return GoLive::Behind;
        }
        if let Some(first) = first {
            conn.write(&first);
        }
        let mut live = Feed::Live(seq);
        for burst in std::mem::take(&mut held.bursts) {
            live.give(conn, &burst);
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
        if !self.waiting.is_empty() {
            self.acks.push((slot, conn.id, ack));
        } else if let Some(pass) = &mut self.pass {
            conn.put_behind(ack);
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
        let load = match self.waiting.pop_front() {
            None => {
                self.write_acks(conns);
                return Turn::Nothing;
            }
            Some(Waiting::Change(of, at)) => return Turn::Change(of, at),
            Some(Waiting::Frame(frame)) => Load::Frame(frame),
            Some(Waiting::Events(burst)) => {
                let mut bursts = vec![burst];
                while let Some(Waiting::Events(_)) = self.waiting.front() {
                    if let Some(Waiting::Events(burst)) = self.waiting.pop_front() {
                        bursts.push(burst);
                    }
                }
                self.waiting_bytes -= bursts.iter().map(Burst::len).sum::<usize>();
                match Burst::join(bursts) {
                    Some(burst) => Load::Events(burst),
                    None => return Turn::Nothing,
                }
            }
        };
        let mut acked = Vec::with_capacity(self.acks.len());
        for (slot, id, ack) in self.acks.drain(..) {
            if let Some(conn) = conns.at(slot).filter(|conn| conn.id == id) {
                conn.put_behind(ack);
                acked.push(slot);
            }
        }
        self.pass = Some(Box::new(Pass { load, at: 0, began: now, acked }));
        Turn::Pass
    }

    /// Writes the acks that wait for an event which has left already.
    pub(super) fn write_acks(&mut self, conns: &mut Conns) {
        for (slot, id, ack) in self.acks.drain(..) {
            if let Some(conn) = conns.at(slot).filter(|conn| conn.id == id) {
                conn.write(&ack);
            }
        }
    }

    /// Goes on with the pass, over `most` sockets; how many it were, and whether all have theirs.
    pub(super) fn advance(&mut self, conns: &mut Conns, most: usize) -> (usize, bool) {
        let Some(pass) = &mut self.pass else { return (0, true) };
        let end = self.clients.len().min(pass.at + most);
        for subscriber in self.clients.get_mut(pass.at..end).into_iter().flatten() {
            let Some(conn) = conns.at(subscriber.slot) else { continue };
            match &pass.load {
                Load::Events(burst) => subscriber.feed.give(conn, burst),
                Load::Frame(frame) if conn.welcomed => conn.write(frame),
                Load::Frame(_) => {}
            }
        }
        let spent = end - pass.at;
        pass.at = end;
        (spent, end == self.clients.len())
    }

    /// Ends the pass: acks that nothing took along leave, and the pace is set for the next. Whether
    /// something waits for one.
    pub(super) fn end_pass(&mut self, conns: &mut Conns, now: Duration) -> bool {
        let Some(pass) = self.pass.take() else { return false };
        for slot in pass.acked {
            if let Some(conn) = conns.at(slot) {
                conn.write_behind();
            }
        }
        let several = matches!(&pass.load, Load::Events(burst) if burst.events() > 1);
        let more = !self.waiting.is_empty();
        self.pace.passed(pass.began, now, several || more);
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
        let nobody = self.clients.is_empty() && self.acks.is_empty();
        nobody && self.waiting.is_empty() && self.pass.is_none()
    }
}

impl Feed {
    /// Gives a socket those of the events that it did not have.
    fn give(&mut self, conn: &mut Conn, burst: &Burst) {
        match self {
            Self::Live(last) => {
                if let Some(bytes) = burst.whole_after(*last) {
                    conn.deliver(bytes, burst.events());
                } else if let Some(part) = burst.after(*last) {
                    conn.deliver(&part.bytes, part.frames);
                }
                *last = burst.last_seq().max(*last);
            }
            Self::Held(held) if held.overflowed => {}
            Self::Held(held) => {
                held.events += burst.events();
                held.bytes += burst.len();
                if held.events > EGRESS_MAX_FRAMES || held.bytes > EGRESS_MAX_BYTES {
                    **held = Held { overflowed: true, ..Held::default() };
                } else {
                    held.bursts.push(burst.clone());
                }
            }
        }
    }
}
