//! How announcements become frames: each is encoded once, outside the lock, and shared by everyone
//! who gets it. This is the one place that delivers, in commit order.

use super::{Hub, SharedHub, tell_gone};
use crate::domain::announcement::Announcement;
use crate::domain::client::Scope;
use crate::domain::frame::Frame;
use shared::limits::{EPHEMERAL_AUDIENCE_MAX, PRESENCE_AUDIENCE_MAX};
use shared::{
    ChannelChange, ChannelEvent, ChannelFrame, ChannelId, ChannelInfo, ClientId, Member,
    PresenceFrame, ReadFrame, Seq, ServerMessage, UserId, close_code,
};

/// An announcement with its frame.
enum Delivery {
    Created(ChannelId, Vec<UserId>, Frame),
    Updated(ChannelId, Frame),
    Deleted(ChannelId),
    Event(ChannelId, Seq, Frame),
    Joined(Member, Frame, Frame),
    Left(Member, Frame),
    Read(ChannelId, UserId, Frame),
    ClientEnded(UserId, ClientId),
}

fn channel_frame(change: ChannelChange, channel: &ChannelInfo) -> Frame {
    let channel_id = channel.channel_id;
    let channel = Some(channel.clone());
    Frame::from(&ServerMessage::Channel(ChannelFrame { channel_id, change, channel }))
}

fn encode(announcement: &Announcement) -> Delivery {
    match announcement {
        Announcement::Created(channel) => {
            let frame = channel_frame(ChannelChange::Created, channel);
            Delivery::Created(channel.channel_id, channel.user_ids.clone(), frame)
        }
        Announcement::Updated(channel) => {
            Delivery::Updated(channel.channel_id, channel_frame(ChannelChange::Updated, channel))
        }
        Announcement::Deleted(id) => Delivery::Deleted(*id),
        Announcement::Event(event) => {
            let frame = Frame::from(&ServerMessage::from(event.clone()));
            Delivery::Event(event.channel_id(), event.seq(), frame)
        }
        Announcement::Joined(channel, member) => Delivery::Joined(
            member.clone(),
            channel_frame(ChannelChange::Created, channel),
            member_frame(member),
        ),
        Announcement::Left(member) => Delivery::Left(member.clone(), member_frame(member)),
        Announcement::Read(channel_id, user_id, seq) => {
            let read = ReadFrame { channel_id: *channel_id, user_id: *user_id, seq: *seq };
            Delivery::Read(*channel_id, *user_id, Frame::from(&ServerMessage::Read(read)))
        }
        Announcement::ClientEnded(user, client) => Delivery::ClientEnded(*user, *client),
    }
}

fn member_frame(member: &Member) -> Frame {
    Frame::from(&ServerMessage::from(ChannelEvent::Member(member.clone())))
}

impl SharedHub {
    /// Delivers announcements, which must come in commit order, from one place.
    pub fn deliver(&self, announcements: &[Announcement]) {
        let deliveries: Vec<Delivery> = announcements.iter().map(encode).collect();
        let mut hub = self.lock();
        for delivery in deliveries {
            hub.deliver_one(delivery);
        }
    }

    /// Tells every socket who came online and who went, while there aren't too many sockets.
    pub fn announce_presence(&self) {
        let mut hub = self.lock();
        let changes = hub.presence.take_changes();
        if hub.sockets > PRESENCE_AUDIENCE_MAX {
            return;
        }
        for (user_id, online) in changes {
            let message = ServerMessage::Presence(PresenceFrame { user_id, online });
            let frame = Frame::from(&message);
            hub.all_conns().for_each(|conn| conn.write_ephemeral(&frame));
        }
    }
}

impl Hub {
    fn deliver_one(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Created(id, users, frame) => {
                for user in users {
                    self.attach_user(id, user, 0, &frame);
                }
            }
            Delivery::Updated(id, frame) => {
                for conn in self.channels.get(&id).into_iter().flat_map(|c| c.conns()) {
                    if conn.is_welcomed() {
                        conn.egress.push(frame.clone());
                    }
                }
            }
            Delivery::Deleted(id) => {
                if let Some(mut channel) = self.delete_channel(id) {
                    for conn in channel.remove_clients(|_| true) {
                        tell_gone(&conn, id);
                    }
                }
            }
            Delivery::Event(id, seq, frame) => {
                if let Some(channel) = self.channels.get_mut(&id) {
                    channel.deliver(seq, &frame);
                }
            }
            Delivery::Joined(member, channel, event) => {
                let id = member.channel_id;
                self.attach_user(id, member.user_id, member.seq - 1, &channel);
                if let Some(channel) = self.channels.get_mut(&id) {
                    channel.deliver(member.seq, &event);
                }
            }
            Delivery::Left(member, event) => self.detach_user(&member, &event),
            Delivery::Read(id, user, frame) => self.tell_read(id, user, &frame),
            Delivery::ClientEnded(user, client) => {
                for conn in self.conns_of(user).filter(|c| c.caller.client_id == client) {
                    conn.close(close_code::NOT_LOGGED_IN, "logged out");
                }
            }
        }
    }

    /// Adds a new member's sockets to a channel, live after `seq`. One that was not welcomed yet is
    /// held: its welcome will tell it of the channel.
    fn attach_user(&mut self, id: ChannelId, user: UserId, seq: Seq, frame: &Frame) {
        let conns: Vec<_> =
            self.conns_of(user).filter(|conn| conn.scope == Scope::All).cloned().collect();
        for conn in conns {
            let channel = self.create_channel(id);
            if !conn.is_welcomed() {
                channel.add_client(&conn);
            } else if !channel.conns().any(|other| other.id == conn.id) {
                conn.egress.push(frame.clone());
                channel.add_live_client(&conn, seq);
            }
        }
    }

    fn detach_user(&mut self, member: &Member, event: &Frame) {
        let id = member.channel_id;
        let Some(channel) = self.channels.get_mut(&id) else { return };
        channel.deliver(member.seq, event);
        for conn in channel.remove_clients(|conn| conn.caller.user_id == member.user_id) {
            tell_gone(&conn, id);
        }
        self.forget_if_empty(id);
    }

    /// Read positions go to the reader's own sockets; and in channels that aren't too large to all.
    fn tell_read(&self, id: ChannelId, user: UserId, frame: &Frame) {
        let Some(channel) = self.channels.get(&id) else { return };
        let to_all = channel.conns().len() <= EPHEMERAL_AUDIENCE_MAX;
        for conn in channel.conns().filter(|conn| to_all || conn.caller.user_id == user) {
            conn.write_ephemeral(frame);
        }
    }
}
