//! Storage as a model: every channel's events in a list, in which the place is the seq.

use crate::domain::announcement::Announcement;
use crate::domain::frame::Frame;
use shared::{
    ChannelEvent, ChannelId, ChannelInfo, ChannelKind, Cursor, Member, Message, MessageId, Seq,
    ServerMessage, Timestamp, UserId, Visibility,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A channel and its whole history.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) id: ChannelId,
    pub(super) members: Vec<UserId>,
    pub(super) deleted: bool,
    /// Who left, and with which event.
    pub(super) left: Vec<(UserId, Seq)>,
    /// The frame of each event, as it must arrive: that of seq 1 first.
    pub(super) frames: Vec<Frame>,
}

/// A message that was stored, or had been before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored {
    pub(super) seq: Seq,
    pub(super) duplicate: bool,
}

/// A page of the log.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) events: Vec<(Seq, Frame)>,
    pub(super) head: Seq,
}

/// All that is durable.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) rooms: Vec<Room>,
    nonces: HashMap<(UserId, u64), (ChannelId, Seq)>,
}

impl Room {
    /// The seq of the newest event.
    pub(super) fn head(&self) -> Seq {
        self.frames.len() as Seq
    }

    /// Whether this user is a member.
    pub(super) fn has(&self, user: UserId) -> bool {
        self.members.contains(&user)
    }

    fn info(&self) -> Box<ChannelInfo> {
        Box::new(ChannelInfo {
            channel_id: self.id,
            kind: ChannelKind::Room,
            name: Some("room".to_owned()),
            topic: None,
            visibility: Visibility::Private,
            user_ids: self.members.clone(),
            created_by: UserId(Uuid::nil()),
            created_at: Timestamp(0),
            head_seq: self.head(),
            read_seq: None,
            unread: None,
            mentions: None,
        })
    }

    fn log(&mut self, event: ChannelEvent) {
        assert_eq!(event.seq(), self.head() + 1);
        self.frames.push(Frame::from(&ServerMessage::from(event)));
    }

    fn member(&mut self, user_id: UserId, joined: bool) -> Member {
        let member = Member { channel_id: self.id, seq: self.head() + 1, user_id, joined };
        self.log(ChannelEvent::Member(member.clone()));
        member
    }
}

impl Store {
    /// The place of a channel in the list.
    pub(super) fn place(&self, id: ChannelId) -> usize {
        self.rooms.iter().position(|room| room.id == id).unwrap()
    }

    /// A new channel of these users.
    pub(super) fn create(&mut self, members: Vec<UserId>) -> Announcement {
        let id = ChannelId(Uuid::from_u128(self.rooms.len() as u128 + 1));
        let room = Room { id, members, deleted: false, left: Vec::new(), frames: Vec::new() };
        let announcement = Announcement::Created(room.info());
        self.rooms.push(room);
        announcement
    }

    /// A message of a user, unless the user is no member; nothing is announced of one that was
    /// stored before.
    pub(super) fn post(
        &mut self,
        at: usize,
        user_id: UserId,
        nonce: u64,
        text: String,
    ) -> Option<(Stored, Option<Announcement>)> {
        let room = &mut self.rooms[at];
        if !room.has(user_id) {
            return None;
        }
        if let Some((channel, seq)) = self.nonces.get(&(user_id, nonce)) {
            assert_eq!(*channel, room.id, "a nonce is used again in the same channel only");
            return Some((Stored { seq: *seq, duplicate: true }, None));
        }
        let seq = room.head() + 1;
        self.nonces.insert((user_id, nonce), (room.id, seq));
        let event = ChannelEvent::Message(Message {
            channel_id: room.id,
            seq,
            message_id: MessageId(Uuid::from_u128(nonce.into())),
            user_id,
            nonce: nonce.to_string(),
            sent_at: Timestamp(0),
            message: text,
            html: None,
            reply_to: None,
            thread_root: None,
            also_in_channel: false,
            action: false,
            forwarded: None,
            attachments: Vec::new(),
        });
        room.log(event.clone());
        Some((Stored { seq, duplicate: false }, Some(Announcement::Event(event))))
    }

    /// An event that is small.
    pub(super) fn small_event(&mut self, at: usize) -> Announcement {
        let member = self.rooms[at].member(UserId(Uuid::nil()), false);
        Announcement::Event(ChannelEvent::Member(member))
    }

    /// A user becomes a member.
    pub(super) fn join(&mut self, at: usize, user: UserId) -> Announcement {
        let room = &mut self.rooms[at];
        room.members.push(user);
        let member = room.member(user, true);
        Announcement::Joined(room.info(), member)
    }

    /// A member leaves.
    pub(super) fn leave(&mut self, at: usize, user: UserId) -> Announcement {
        let room = &mut self.rooms[at];
        room.members.retain(|member| *member != user);
        let member = room.member(user, false);
        room.left.push((user, member.seq));
        Announcement::Left(member)
    }

    /// A channel's name changes.
    pub(super) fn update(&self, at: usize) -> Announcement {
        Announcement::Updated(self.rooms[at].info())
    }

    /// A channel goes.
    pub(super) fn delete(&mut self, at: usize) -> Announcement {
        let room = &mut self.rooms[at];
        room.members.clear();
        room.deleted = true;
        Announcement::Deleted(room.id)
    }

    /// Where a user's channels stand.
    pub(super) fn cursors(&self, user: UserId) -> Vec<Cursor> {
        let rooms = self.rooms.iter().filter(|room| room.has(user));
        let cursor = |room: &Room| Cursor {
            channel_id: room.id,
            head_seq: room.head(),
            read_seq: 0,
            mentions: 0,
        };
        rooms.map(cursor).collect()
    }

    /// Some events after a seq. None for who is no member.
    pub(super) fn events(
        &self,
        user: UserId,
        id: ChannelId,
        after: Seq,
        limit: usize,
    ) -> Option<Page> {
        let room = &self.rooms[self.place(id)];
        let events = (1..).zip(&room.frames).skip(after as usize).take(limit);
        let events = events.map(|(seq, frame)| (seq, frame.clone())).collect();
        room.has(user).then(|| Page { events, head: room.head() })
    }
}
