//! A channel's or a thread's messages as a reader holds them: one contiguous window of folded
//! messages, kept up to date by the channel's events. The page shows it; tests use it to prove that live frames and a fresh fetch
//! make the same state.
//!
//! Fetching, storing and drawing are elsewhere.

use crate::api::messages::MessagePage;
use crate::by_seq::BySeq;
use crate::map::HashMap;
use crate::{ChannelEvent, ChatMessage, Message, MessageId, Preview, Reaction, Seq};

/// Most events that wait for a gap before them to be filled; past it the newest are let go, since
/// filling the gap fetches them again.
pub const HELD_MAX: usize = 2_000;

/// What applying an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The next event: the window is changed, or the event concerned nothing in it.
    Yes,
    /// Known already.
    Known,
    /// Something before it is missing: it waits. Fetch the raw log after this seq.
    Gap {
        /// The last seq that is applied.
        after: Seq,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    message: ChatMessage,
    /// Events up to this seq are in it already.
    as_of: Seq,
}

/// A window of a channel's folded messages: of those shown in the channel, or of one thread's.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// The first message of the thread; None for the channel itself.
    thread: Option<MessageId>,
    entries: BySeq<Entry>,
    by_id: HashMap<MessageId, Seq>,
    cursor: Seq,
    has_before: bool,
    has_after: bool,
    /// The last message that was not taken because the window showed history.
    passed_over: Seq,
    held: BySeq<ChannelEvent>,
}

impl Timeline {
    /// A window that holds nothing and stands before the first event.
    pub fn new() -> Self {
        Self::default()
    }

    /// A window of one thread, which begins with its first message. It holds nothing yet.
    pub fn of_thread(root: MessageId) -> Self {
        Self { thread: Some(root), ..Self::default() }
    }

    /// The first message of the thread that it is a window of; None for the channel itself.
    pub fn thread(&self) -> Option<MessageId> {
        self.thread
    }

    fn shows(&self, new: &Message) -> bool {
        match self.thread {
            Some(root) => new.message_id == root || new.thread_root == Some(root),
            None => new.thread_root.is_none() || new.also_in_channel,
        }
    }

    /// The last seq that is applied. Resume from here.
    pub fn cursor(&self) -> Seq {
        self.cursor
    }

    /// Whether there are messages before the window.
    pub fn has_before(&self) -> bool {
        self.has_before
    }

    /// Whether there are messages after the window: it shows history and not the present.
    pub fn has_after(&self) -> bool {
        self.has_after
    }

    /// The messages of the window, ascending by seq.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &ChatMessage> {
        self.entries.values().map(|entry| &entry.message)
    }

    /// How many messages the window holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the window holds no message.
    pub fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// The message, if it is in the window.
    pub fn message(&self, id: MessageId) -> Option<&ChatMessage> {
        let entry = self.by_id.get(&id).and_then(|seq| self.entries.get(*seq));
        entry.map(|entry| &entry.message)
    }

    /// The seq of the window's first message.
    pub fn first_seq(&self) -> Option<Seq> {
        self.entries.first_seq()
    }

    /// The seq of the window's last message.
    pub fn last_seq(&self) -> Option<Seq> {
        self.entries.last_seq()
    }

    /// Starts anew with this page: the newest one, or one around a place in history.
    pub fn reset(&mut self, page: MessagePage) {
        self.entries.clear();
        self.by_id.clear();
        self.cursor = page.head_seq;
        self.has_before = page.has_before;
        self.has_after = page.has_after;
        self.insert(page.messages, page.head_seq);
        self.apply_held();
    }

    /// Adds the page that ends right before the window.
    pub fn prepend(&mut self, page: MessagePage) {
        self.has_before = page.has_before;
        self.insert(page.messages, page.head_seq);
    }

    /// Adds the page that begins right after the window.
    pub fn append(&mut self, page: MessagePage) {
        // A message that was announced while the page was on its way is in neither.
        self.has_after = page.has_after || self.passed_over > page.head_seq;
        self.insert(page.messages, page.head_seq);
    }

    /// Lets go of the oldest messages until at most `keep` are left.
    pub fn trim_before(&mut self, keep: usize) {
        for entry in self.entries.take_first(self.entries.len().saturating_sub(keep)) {
            self.by_id.remove(&entry.message.message_id);
            self.has_before = true;
        }
    }

    /// Lets go of the newest messages until at most `keep` are left.
    pub fn trim_after(&mut self, keep: usize) {
        for entry in self.entries.take_last(self.entries.len().saturating_sub(keep)) {
            self.by_id.remove(&entry.message.message_id);
            self.has_after = true;
        }
    }

    /// Takes one event: applied if it is the next, dropped if it is known, held if it is ahead.
    pub fn apply(&mut self, event: ChannelEvent) -> Applied {
        let seq = event.seq();
        if seq <= self.cursor {
            return Applied::Known;
        }
        if seq > self.cursor + 1 {
            self.held.insert(seq, event);
            self.held.take_last(self.held.len().saturating_sub(HELD_MAX)).for_each(drop);
            return Applied::Gap { after: self.cursor };
        }
        self.fold(event);
        self.apply_held();
        Applied::Yes
    }

    /// Applies what was held and is next, and drops what was held and is known by now.
    fn apply_held(&mut self) {
        let (mut ready, mut cursor) = (0, self.cursor);
        for event in self.held.values() {
            if event.seq() > cursor + 1 {
                break;
            }
            cursor = cursor.max(event.seq());
            ready += 1;
        }
        let ready: Vec<_> = self.held.take_first(ready).collect();
        for event in ready {
            if event.seq() > self.cursor {
                self.fold(event);
            }
        }
    }

    fn insert(&mut self, messages: Vec<ChatMessage>, as_of: Seq) {
        for message in messages {
            let known = self.entries.get(message.seq).is_some_and(|entry| entry.as_of >= as_of);
            if !known {
                self.by_id.insert(message.message_id, message.seq);
                self.entries.insert(message.seq, Entry { message, as_of });
            }
        }
    }

    fn fold(&mut self, event: ChannelEvent) {
        let seq = event.seq();
        self.cursor = seq;
        match event {
            ChannelEvent::Message(new) => self.fold_message(new),
            ChannelEvent::Edited(edit) => self.change(edit.message_id, seq, |message| {
                keep_previews(&mut message.previews, &edit.message);
                message.message = edit.message;
                message.html = edit.html;
                message.edited_at = Some(edit.edited_at);
            }),
            ChannelEvent::Deleted(deletion) => {
                self.change(deletion.message_id, seq, |message| {
                    message.message.clear();
                    message.html = None;
                    message.deleted_at = Some(deletion.deleted_at);
                    message.forwarded = None;
                    message.pinned_by = None;
                    message.reactions.clear();
                    message.attachments.clear();
                    message.previews.clear();
                });
                if let Some(root) = deletion.thread_root {
                    self.change(root, seq, |message| {
                        message.reply_count = message.reply_count.and_then(less_one);
                        if message.reply_count.is_none() {
                            message.last_reply_at = None;
                            message.replier_ids.clear();
                        }
                    });
                }
            }
            ChannelEvent::Reacted(reaction) => self.change(reaction.message_id, seq, |message| {
                react(&mut message.reactions, reaction.emoji, reaction.user_id, reaction.on);
            }),
            ChannelEvent::Pinned(pin) => self.change(pin.message_id, seq, |message| {
                message.pinned_by = pin.on.then_some(pin.user_id);
            }),
            ChannelEvent::Previewed(found) => self.change(found.message_id, seq, |message| {
                message.previews = found.previews;
            }),
            ChannelEvent::Member(_) => {}
        }
    }

    fn fold_message(&mut self, new: Message) {
        let seq = new.seq;
        if let Some(root) = new.thread_root {
            self.change(root, seq, |message| {
                message.reply_count = Some(message.reply_count.unwrap_or(0) + 1);
                message.last_reply_at = Some(new.sent_at);
                let repliers = &mut message.replier_ids;
                if repliers.len() < ChatMessage::REPLIERS_MAX && !repliers.contains(&new.user_id) {
                    repliers.push(new.user_id);
                }
            });
        }
        if !self.shows(&new) {
            return;
        }
        if self.has_after {
            self.passed_over = seq;
        } else {
            self.insert(vec![ChatMessage::from(new)], seq);
        }
    }

    fn change(&mut self, id: MessageId, seq: Seq, change: impl FnOnce(&mut ChatMessage)) {
        let entry = self.by_id.get(&id).and_then(|at| self.entries.get_mut(*at));
        if let Some(entry) = entry.filter(|entry| entry.as_of < seq) {
            change(&mut entry.message);
            entry.as_of = seq;
        }
    }
}

fn less_one(count: u64) -> Option<u64> {
    (count > 1).then(|| count - 1)
}

/// What an edit leaves of a message's previews: those of links that are still in its text.
pub fn keep_previews(previews: &mut Vec<Preview>, text: &str) {
    previews.retain(|preview| text.contains(&preview.url));
}

fn react(reactions: &mut Vec<Reaction>, emoji: String, user: crate::UserId, on: bool) {
    match reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
        Some(reaction) if on && reaction.user_ids.contains(&user) => {}
        Some(reaction) if on => reaction.user_ids.push(user),
        Some(reaction) => {
            reaction.user_ids.retain(|id| *id != user);
            reactions.retain(|reaction| !reaction.user_ids.is_empty());
        }
        None if on => reactions.push(Reaction { emoji, user_ids: vec![user] }),
        None => {}
    }
}

#[cfg(test)]
mod tests;
