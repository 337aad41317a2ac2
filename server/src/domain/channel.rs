//! A live channel: the sockets of its clients, each either live or held while it is caught up.

use super::client::Conn;
use super::frame::Frame;
use shared::limits::{EGRESS_MAX_BYTES, EGRESS_MAX_FRAMES, TYPING_INTERVAL_MS};
use shared::{ChannelId, Seq, UserId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Where a socket stands in the channel's order.
#[derive(Debug)]
enum Feed {
    /// Gets each event as it is announced; the last seq it got.
    Live(Seq),
    /// Is being caught up from storage; what is announced meanwhile waits.
    Held {
        frames: Vec<(Seq, Frame)>,
        bytes: usize,
        /// More was announced than could wait: it was let go and storage is asked again.
        overflowed: bool,
    },
}

impl Feed {
    fn held() -> Self {
        Self::Held { frames: Vec::new(), bytes: 0, overflowed: false }
    }
}

#[derive(Debug)]
struct Subscriber {
    conn: Arc<Conn>,
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

/// A live channel.
#[derive(Debug)]
pub struct Channel {
    /// Which channel.
    pub id: ChannelId,
    clients: Vec<Subscriber>,
    typing: HashMap<UserId, Duration>,
}

impl Channel {
    /// A channel without clients.
    pub fn new(id: ChannelId) -> Self {
        Self { id, clients: Vec::new(), typing: HashMap::new() }
    }

    /// Adds a client's socket. It is held until [`Channel::go_live`].
    pub fn add_client(&mut self, conn: &Arc<Conn>) {
        if self.position(conn.id).is_none() {
            conn.entered(self.id);
            self.clients.push(Subscriber { conn: Arc::clone(conn), feed: Feed::held() });
        }
    }

    /// Adds a client's socket that is live from the event after `seq`.
    pub fn add_live_client(&mut self, conn: &Arc<Conn>, seq: Seq) {
        if self.position(conn.id).is_none() {
            conn.entered(self.id);
            self.clients.push(Subscriber { conn: Arc::clone(conn), feed: Feed::Live(seq) });
        }
    }

    /// Removes a client's socket.
    pub fn remove_client(&mut self, conn_id: u64) {
        if let Some(at) = self.position(conn_id) {
            self.clients.swap_remove(at).conn.left(self.id);
        }
    }

    /// Removes and returns the sockets for which `which` holds.
    pub fn remove_clients(&mut self, which: impl Fn(&Conn) -> bool) -> Vec<Arc<Conn>> {
        let mut removed = Vec::new();
        self.clients.retain(|subscriber| {
            let gone = which(&subscriber.conn);
            if gone {
                subscriber.conn.left(self.id);
                removed.push(Arc::clone(&subscriber.conn));
            }
            !gone
        });
        removed
    }

    /// Holds a live socket again, while it is caught up. False if it isn't in the channel.
    pub fn hold(&mut self, conn_id: u64) -> bool {
        let Some(at) = self.position(conn_id) else { return false };
        if matches!(self.clients[at].feed, Feed::Live(_)) {
            self.clients[at].feed = Feed::held();
        }
        true
    }

    /// Makes a held socket live: sends `first`, if there is something to say before, and then what
    /// was announced meanwhile after `seq`, up to which storage gave it everything.
    pub fn go_live(&mut self, conn_id: u64, seq: Seq, first: Option<Frame>) -> GoLive {
        let Some(at) = self.position(conn_id) else { return GoLive::Gone };
        let subscriber = &mut self.clients[at];
        match &mut subscriber.feed {
            Feed::Live(_) => GoLive::Live,
            Feed::Held { overflowed: true, .. } => {
                subscriber.feed = Feed::held();
                GoLive::Behind
            }
            Feed::Held { frames, .. } => {
                let mut last = seq;
                if let Some(first) = first {
                    subscriber.conn.egress.push(first);
                }
                for (seq, frame) in std::mem::take(frames) {
                    if seq > last {
                        subscriber.conn.egress.push(frame);
                        last = seq;
                    }
                }
                subscriber.feed = Feed::Live(last);
                GoLive::Live
            }
        }
    }

    /// Gives every client an event. Called in the channel's order, from one place.
    pub fn deliver(&mut self, seq: Seq, frame: &Frame) {
        for subscriber in &mut self.clients {
            match &mut subscriber.feed {
                Feed::Live(last) => {
                    if seq > *last {
                        subscriber.conn.egress.push(frame.clone());
                        *last = seq;
                    }
                }
                Feed::Held { frames, bytes, overflowed } => {
                    if *overflowed {
                        continue;
                    }
                    if frames.len() >= EGRESS_MAX_FRAMES || *bytes + frame.len() > EGRESS_MAX_BYTES
                    {
                        *frames = Vec::new();
                        *overflowed = true;
                    } else {
                        *bytes += frame.len();
                        frames.push((seq, frame.clone()));
                    }
                }
            }
        }
    }

    /// The sockets of its clients.
    pub fn conns(&self) -> impl ExactSizeIterator<Item = &Arc<Conn>> {
        self.clients.iter().map(|subscriber| &subscriber.conn)
    }

    /// Whether this user's typing is to be passed on: not again within two seconds.
    pub fn may_show_typing(&mut self, user: UserId, now: Duration) -> bool {
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

    /// Whether no socket is in it.
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    fn position(&self, conn_id: u64) -> Option<usize> {
        self.clients.iter().position(|subscriber| subscriber.conn.id == conn_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::Scope;
    use crate::domain::identity::Caller;
    use shared::ClientId;
    use uuid::Uuid;

    fn conn(id: u64) -> Arc<Conn> {
        let caller = Caller { user_id: UserId(Uuid::nil()), client_id: ClientId(Uuid::nil()) };
        Arc::new(Conn::new(id, caller, Scope::All, Duration::ZERO))
    }

    fn sent(conn: &Conn) -> Vec<Frame> {
        let mut batch = Vec::new();
        conn.egress.take(&mut batch, usize::MAX);
        batch
    }

    fn frame(seq: Seq) -> Frame {
        Frame::text(&seq.to_string())
    }

    #[test]
    fn what_is_announced_during_a_replay_follows_it_once_and_in_order() {
        let (mut channel, conn) = (Channel::new(ChannelId(Uuid::nil())), conn(1));
        channel.add_client(&conn);
        for seq in 3..=6 {
            channel.deliver(seq, &frame(seq));
        }
        assert!(sent(&conn).is_empty());
        assert_eq!(channel.go_live(1, 4, None), GoLive::Live);
        channel.deliver(6, &frame(6));
        channel.deliver(7, &frame(7));
        assert_eq!(sent(&conn), [frame(5), frame(6), frame(7)]);
    }

    #[test]
    fn a_replay_that_is_overtaken_starts_again_from_storage() {
        let (mut channel, conn) = (Channel::new(ChannelId(Uuid::nil())), conn(1));
        channel.add_client(&conn);
        let many = EGRESS_MAX_FRAMES as Seq + 1;
        for seq in 1..=many {
            channel.deliver(seq, &frame(seq));
        }
        assert_eq!(channel.go_live(1, 0, None), GoLive::Behind);
        channel.deliver(many + 1, &frame(many + 1));
        assert_eq!(channel.go_live(1, many, None), GoLive::Live);
        assert_eq!(sent(&conn), [frame(many + 1)]);
    }

    #[test]
    fn a_socket_that_left_gets_nothing() {
        let (mut channel, conn) = (Channel::new(ChannelId(Uuid::nil())), conn(1));
        channel.add_live_client(&conn, 0);
        channel.deliver(1, &frame(1));
        channel.remove_client(1);
        channel.deliver(2, &frame(2));
        assert_eq!(sent(&conn), [frame(1)]);
        assert_eq!(channel.go_live(1, 2, None), GoLive::Gone);
    }
}
