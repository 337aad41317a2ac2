//! How announcements become frames: each is encoded once, outside any lock, and shared by everyone
//! who gets it. The events of a channel that one commit made durable become one burst.

use super::announcement::Announcement;
use super::burst::Burst;
use super::frame::Frame;
use shared::limits::{EGRESS_MAX_BYTES, EGRESS_MAX_FRAMES};
use shared::{
    ChannelChange, ChannelEvent, ChannelFrame, ChannelId, ChannelInfo, ClientId, Member, ReadFrame,
    Seq, ServerMessage, UserId,
};
use std::collections::HashMap;
use std::sync::Arc;

/// Most that one burst holds: a part of what a queue does, so that whoever keeps up is never cut for
/// the size of a commit.
pub const BURST_MAX_EVENTS: usize = EGRESS_MAX_FRAMES / 4;
/// As [`BURST_MAX_EVENTS`], in bytes.
pub const BURST_MAX_BYTES: usize = EGRESS_MAX_BYTES / 4;

/// An announcement as the Hub's shards carry it out.
#[derive(Debug)]
pub enum Delivery {
    /// Events of a channel.
    Events(ChannelId, Burst),
    /// A channel's name, topic or visibility changed.
    Updated(ChannelId, Frame),
    /// These users' sockets join a channel, live after a seq, with a frame that tells them of it.
    Attach(ChannelId, Vec<UserId>, Seq, Frame),
    /// A user's sockets leave a channel.
    Detach(ChannelId, UserId),
    /// A channel is gone.
    Deleted(ChannelId),
    /// A user's read position moved.
    Read(ChannelId, UserId, Frame),
    /// Something about a channel that a user's own sockets are told, and nobody else's.
    Personal(ChannelId, UserId, Frame),
    /// A client is revoked: its sockets end.
    ClientEnded(UserId, ClientId),
}

fn channel_frame(change: ChannelChange, channel: &ChannelInfo) -> Frame {
    let channel_id = channel.channel_id;
    let channel = Some(channel.clone());
    Frame::from(&ServerMessage::Channel(ChannelFrame { channel_id, change, channel }))
}

fn member_event(member: &Member) -> (Seq, Frame) {
    let event = ChannelEvent::Member(member.clone());
    (member.seq, Frame::from(&ServerMessage::from(event)))
}

/// What is gathered of one commit.
#[derive(Default)]
struct Gathered {
    deliveries: Vec<Gathering>,
    /// Where the events of a channel are gathered, since its last change.
    open: HashMap<ChannelId, usize>,
}

enum Gathering {
    /// With how many bytes they are.
    Events(ChannelId, Vec<(Seq, Frame)>, usize),
    Other(Delivery),
}

impl Gathered {
    fn event(&mut self, channel: ChannelId, event: (Seq, Frame)) {
        let len = event.1.len();
        let open = self.open.get(&channel).and_then(|at| self.deliveries.get_mut(*at));
        match open {
            Some(Gathering::Events(_, events, bytes))
                if events.len() < BURST_MAX_EVENTS && *bytes + len <= BURST_MAX_BYTES =>
            {
                events.push(event);
                *bytes += len;
            }
            _ => {
                self.open.insert(channel, self.deliveries.len());
                self.deliveries.push(Gathering::Events(channel, vec![event], len));
            }
        }
    }

    fn change(&mut self, channel: ChannelId, delivery: Delivery) {
        self.open.remove(&channel);
        self.deliveries.push(Gathering::Other(delivery));
    }

    fn personal(&mut self, channel: ChannelId, user: UserId, message: &ServerMessage) {
        let delivery = Delivery::Personal(channel, user, Frame::from(message));
        self.deliveries.push(Gathering::Other(delivery));
    }

    fn add(&mut self, announcement: Announcement) {
        match announcement {
            Announcement::Event(event) => {
                let (channel, seq) = (event.channel_id(), event.seq());
                self.event(channel, (seq, Frame::from(&ServerMessage::from(event))));
            }
            Announcement::Created(channel) => {
                let frame = channel_frame(ChannelChange::Created, &channel);
                let id = channel.channel_id;
                self.change(id, Delivery::Attach(id, channel.user_ids, 0, frame));
            }
            Announcement::Updated(channel) => {
                let id = channel.channel_id;
                let frame = channel_frame(ChannelChange::Updated, &channel);
                self.change(id, Delivery::Updated(id, frame));
            }
            Announcement::Deleted(id) => self.change(id, Delivery::Deleted(id)),
            Announcement::Joined(channel, member) => {
                let id = member.channel_id;
                let frame = channel_frame(ChannelChange::Created, &channel);
                let users = vec![member.user_id];
                self.change(id, Delivery::Attach(id, users, member.seq - 1, frame));
                self.event(id, member_event(&member));
            }
            Announcement::Left(member) => {
                let id = member.channel_id;
                self.event(id, member_event(&member));
                self.change(id, Delivery::Detach(id, member.user_id));
            }
            Announcement::Read(channel_id, user_id, seq) => {
                let read = ServerMessage::Read(ReadFrame { channel_id, user_id, seq });
                let delivery = Delivery::Read(channel_id, user_id, Frame::from(&read));
                self.deliveries.push(Gathering::Other(delivery));
            }
            Announcement::Thread(user, frame) => {
                let channel = frame.channel_id;
                self.personal(channel, user, &ServerMessage::Thread(frame));
            }
            Announcement::Bookmarked(user, frame) => {
                let channel = frame.channel_id;
                self.personal(channel, user, &ServerMessage::Bookmarked(frame));
            }
            Announcement::ClientEnded(user, client) => {
                self.deliveries.push(Gathering::Other(Delivery::ClientEnded(user, client)));
            }
        }
    }
}

/// Encodes what one commit announces, in its order.
pub fn encode(announcements: Vec<Announcement>) -> Arc<[Delivery]> {
    let mut gathered = Gathered::default();
    announcements.into_iter().for_each(|announcement| gathered.add(announcement));
    let deliveries = gathered.deliveries.into_iter().filter_map(|gathering| match gathering {
        Gathering::Events(channel, events, _) => {
            Burst::of(events).map(|burst| Delivery::Events(channel, burst))
        }
        Gathering::Other(delivery) => Some(delivery),
    });
    deliveries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn member(channel: u128, seq: Seq, joined: bool) -> Member {
        let (channel_id, user_id) = (ChannelId(Uuid::from_u128(channel)), UserId(Uuid::nil()));
        Member { channel_id, seq, user_id, joined }
    }

    fn event(channel: u128, seq: Seq) -> Announcement {
        Announcement::Event(ChannelEvent::Member(member(channel, seq, true)))
    }

    #[test]
    fn a_channels_events_are_one_burst_until_its_members_change() {
        let announced = vec![
            event(1, 1),
            event(2, 1),
            event(1, 2),
            Announcement::Left(member(1, 3, false)),
            event(2, 2),
            event(1, 4),
        ];
        let told: Vec<_> = encode(announced)
            .iter()
            .map(|delivery| match delivery {
                Delivery::Events(id, burst) => {
                    (id.0.as_u128(), burst.events(), burst.last_seq(), false)
                }
                Delivery::Detach(id, _) => (id.0.as_u128(), 0, 0, true),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, [(1, 3, 3, false), (2, 2, 2, false), (1, 0, 0, true), (1, 1, 4, false)]);
    }
}
