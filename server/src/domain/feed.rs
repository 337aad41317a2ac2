//! Where a socket stands in a channel's order, and what it is given of what is announced.

use super::burst::Burst;
use super::client::Conn;
use super::frame::Frame;
use shared::limits::{EGRESS_MAX_BYTES, EGRESS_MAX_FRAMES};
use shared::{ChannelId, Seq};

/// Where a socket stands in the channel's order.
#[derive(Debug)]
pub(super) enum Feed {
    /// Gets each event as it is announced; the last seq it got.
    Live(Seq),
    /// Is being caught up from storage; what is announced meanwhile waits.
    Held(Box<Held>),
}

/// What was announced while a socket is caught up.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) bursts: Vec<Burst>,
    pub(super) events: usize,
    pub(super) bytes: usize,
    /// More was announced than could wait: it was let go and storage is asked again.
    pub(super) overflowed: bool,
    /// The user became a member meanwhile: after which seq, and the frame that tells of it.
    pub(super) joined: Option<(Seq, Frame)>,
    /// What was let go came after that: only storage can catch it up from there.
    pub(super) lost: bool,
}

impl Feed {
    /// Gives a socket those of the events that it did not have.
    pub(super) fn give(&mut self, of: ChannelId, conn: &mut Conn, burst: &Burst) {
        match self {
            Self::Live(last) => {
                if let Some(bytes) = burst.whole_after(*last) {
                    conn.deliver(of, bytes, burst.events());
                } else if let Some(part) = burst.after(*last) {
                    conn.deliver(of, &part.bytes, part.frames);
                }
                *last = burst.last_seq().max(*last);
            }
            Self::Held(held) if held.overflowed => {}
            Self::Held(held) => {
                held.events += burst.events();
                held.bytes += burst.len();
                if held.events > EGRESS_MAX_FRAMES || held.bytes > EGRESS_MAX_BYTES {
                    let joined = held.joined.take();
                    **held = Held { overflowed: true, joined, ..Held::default() };
                } else {
                    held.bursts.push(burst.clone());
                }
            }
        }
    }
}
