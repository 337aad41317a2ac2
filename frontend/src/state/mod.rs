//! Everything the page knows, as plain data: no signals, no browser, no clock. `State::apply`
//! takes every frame of the server and tells what changed, so that only that is drawn again.
//!
//! Fetching and sending are `net/`'s, signals are `store.rs`', drawing is `components/`'.

pub mod apply;
pub mod changes;
pub mod channels;
pub mod commands;
pub mod completion;
pub mod connection;
pub mod emoji;
pub mod order;
pub mod outbox;
pub mod people;
pub mod place;
pub mod room;
pub mod rows;
pub mod text;
pub mod threads;
pub mod uploads;

pub use changes::{Arrival, Changes, Want};

use channels::Channels;
use emoji::Emojis;
use outbox::Outbox;
use people::{People, Typing};
use room::Room;
use rows::{Gists, Row, View, rows};
use shared::map::{HashMap, HashSet};
use shared::{ChannelId, ChatMessage, ClientId, MessageId, Seq, Timestamp, UserId};
use std::collections::BTreeMap;
use threads::{Thread, Threads};
use uploads::Uploads;

/// Most channels whose messages are held at once.
const ROOMS_MAX: usize = 12;

/// Where people write: in a channel, or in one of its threads.
pub type Where = (ChannelId, Option<MessageId>);

/// What was typed somewhere and not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
}

/// How often what stands in lists has changed: a list on the screen is asked for again then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listed {
    /// The threads that the user follows.
    pub threads: u32,
    /// What is pinned somewhere.
    pub pins: u32,
    /// What the user remembers.
    pub bookmarks: u32,
}

/// Everything the page knows of one logged-in user.
#[derive(Debug, Clone)]
pub struct State {
    /// Who is logged in.
    pub me: UserId,
    /// With which client.
    pub client: ClientId,
    /// Which life of the history the held messages are from.
    pub epoch: Option<String>,
    /// Users by name, and who is online.
    pub people: People,
    /// The user's channels.
    pub channels: Channels,
    /// The channels whose messages are held.
    pub rooms: HashMap<ChannelId, Room>,
    /// What is not acknowledged.
    pub outbox: Outbox,
    /// Who is typing.
    pub typing: Typing,
    /// What was typed and not sent, in a channel or in one of its threads.
    pub drafts: HashMap<Where, Draft>,
    /// The channel on the screen.
    pub open: Option<ChannelId>,
    /// The thread on the screen, beside its channel.
    pub thread: Option<Thread>,
    /// Where the user stands in threads.
    pub threads: Threads,
    /// Messages that the user remembers, as far as they were heard of.
    pub bookmarks: HashSet<MessageId>,
    /// What was fetched of messages that are answered far from where they stand.
    pub gists: Gists,
    /// How often what stands in lists has changed.
    pub listed: Listed,
    /// The files that no message carries yet.
    pub uploads: Uploads,
    /// The emoji.
    pub emoji: Emojis,
    /// The names of the public channels, once somebody looked for one.
    pub public: Option<Vec<String>>,
    /// Channels whose replay is on its way.
    pub catching_up: Vec<ChannelId>,
}

impl State {
    /// Knows nobody but the user.
    pub fn new(me: UserId, client: ClientId) -> Self {
        Self {
            me,
            client,
            epoch: None,
            people: People::default(),
            channels: Channels::default(),
            rooms: HashMap::default(),
            outbox: Outbox::default(),
            typing: Typing::default(),
            drafts: HashMap::default(),
            open: None,
            thread: None,
            threads: Threads::default(),
            bookmarks: HashSet::default(),
            gists: Gists::default(),
            listed: Listed::default(),
            uploads: Uploads::default(),
            emoji: Emojis::default(),
            public: None,
            catching_up: Vec::new(),
        }
    }

    /// The cursors to resume from: of every held channel that is not where the server says it is.
    pub fn cursors(&self, heads: &BTreeMap<ChannelId, Seq>) -> BTreeMap<ChannelId, Seq> {
        let held =
            self.rooms.iter().filter(|(_, room)| !room.loading || room.timeline.cursor() > 0);
        held.map(|(id, room)| (*id, room.timeline.cursor()))
            .filter(|(id, cursor)| heads.get(id).is_none_or(|head| head != cursor))
            .collect()
    }

    /// The room of a channel, made when it is missing; the one not shown for longest is let go.
    pub fn room_mut(&mut self, id: ChannelId, now: u64) -> &mut Room {
        if !self.rooms.contains_key(&id) && self.rooms.len() >= ROOMS_MAX {
            let oldest = self.rooms.iter().filter(|(id, _)| Some(**id) != self.open);
            if let Some(oldest) = oldest.min_by_key(|(_, room)| room.shown).map(|(id, _)| *id) {
                self.rooms.remove(&oldest);
            }
        }
        let room = self.rooms.entry(id).or_default();
        room.shown = now;
        room
    }

    /// The messages of a channel, or of the thread on the screen, as far as they are here.
    pub fn room(&self, (channel, root): Where) -> Option<&Room> {
        match root {
            Some(root) => {
                let thread = self.thread.as_ref().filter(|thread| thread.root == root);
                thread.map(|thread| &thread.room)
            }
            None => self.rooms.get(&channel),
        }
    }

    /// As `room`, to change it.
    pub fn held_mut(&mut self, (channel, root): Where) -> Option<&mut Room> {
        match root {
            Some(root) => {
                let thread = self.thread.as_mut().filter(|thread| thread.root == root);
                thread.map(|thread| &mut thread.room)
            }
            None => self.rooms.get_mut(&channel),
        }
    }

    /// The rows of a channel. `day_of` gives the number of a moment's local day.
    pub fn rows(&self, id: ChannelId, day_of: &dyn Fn(Timestamp) -> i64) -> Vec<Row> {
        let Some(room) = self.rooms.get(&id) else { return Vec::new() };
        let view = View { me: self.me, day_of, gists: &self.gists };
        rows(room, self.outbox.of(id, None), &view)
    }

    /// The rows of the thread on the screen.
    pub fn thread_rows(&self, day_of: &dyn Fn(Timestamp) -> i64) -> Vec<Row> {
        let Some(thread) = &self.thread else { return Vec::new() };
        let pending = self.outbox.of(thread.channel_id, Some(thread.root));
        let view = View { me: self.me, day_of, gists: &self.gists };
        rows(&thread.room, pending, &view)
    }

    /// Asks for everybody whom a message's row names, as far as they aren't known.
    pub fn ask_named(&mut self, message: &ChatMessage, wants: &mut Vec<Want>) {
        let forwarded = message.forwarded.as_ref().map(|origin| origin.user_id);
        let one = [Some(message.user_id), message.pinned_by, forwarded];
        let named = one.into_iter().flatten().chain(message.replier_ids.iter().copied());
        for user in named {
            if self.people.ask(user) {
                wants.push(Want::User(user));
            }
        }
    }

    /// The rows of a channel, or of the thread on the screen.
    pub fn rows_at(&self, at: Where, day_of: &dyn Fn(Timestamp) -> i64) -> Vec<Row> {
        let Some(root) = at.1 else { return self.rows(at.0, day_of) };
        if self.room(at).is_none() {
            return Vec::new();
        }
        let mut rows = self.thread_rows(day_of);
        // What stands under the first message is a part of its own.
        if let [first, second, ..] = rows.as_mut_slice()
            && first.message_id == Some(root)
        {
            second.head = true;
        }
        rows
    }

    /// What a channel is called.
    pub fn title(&self, id: ChannelId) -> String {
        self.channels.get(id).map_or(String::new(), |channel| channel.title(&self.people, self.me))
    }

    /// The channels in the order of the rail.
    pub fn in_order(&self) -> Vec<ChannelId> {
        let (rooms, talks) = self.channels.rail(&self.people, self.me);
        rooms.into_iter().chain(talks).map(|channel| channel.info.channel_id).collect()
    }

    /// The next channel in the rail from the open one, or the next with something unread.
    pub fn neighbour(&self, forward: bool, unread: bool) -> Option<ChannelId> {
        let order = self.in_order();
        let len = order.len();
        let at = order.iter().position(|id| Some(*id) == self.open);
        let step = |n: usize| match (at, forward) {
            (Some(at), true) => (at + n) % len,
            (Some(at), false) => (at + len * 2 - n) % len,
            (None, true) => n - 1,
            (None, false) => len - n,
        };
        let wanted = |id: &ChannelId| {
            Some(*id) != self.open
                && (!unread || self.channels.get(*id).is_some_and(|channel| channel.unread() > 0))
        };
        (1..=len).map(|n| order[step(n)]).find(wanted)
    }
}

#[cfg(test)]
mod tests;
