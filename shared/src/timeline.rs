//! A channel's messages as a reader holds them: one contiguous window of folded messages, kept up
//! to date by events. The page shows it; tests use it to prove that live frames and a fresh fetch
//! make the same state.
//!
//! Fetching, storing and drawing are elsewhere.

use crate::api::messages::MessagePage;
use crate::{ChannelEvent, ChatMessage, MessageId, Reaction, Seq};
use std::collections::{BTreeMap, HashMap};

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

/// A window of a channel's folded messages.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    entries: BTreeMap<Seq, Entry>,
    by_id: HashMap<MessageId, Seq>,
    cursor: Seq,
    has_before: bool,
    has_after: bool,
    /// The last message that was not taken because the window showed history.
    passed_over: Seq,
    held: BTreeMap<Seq, ChannelEvent>,
}

impl Timeline {
    /// A window that holds nothing and stands before the first event.
    pub fn new() -> Self {
        Self::default()
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
        self.entries.is_empty()
    }

    /// The message, if it is in the window.
    pub fn message(&self, id: MessageId) -> Option<&ChatMessage> {
        self.by_id.get(&id).and_then(|seq| self.entries.get(seq)).map(|entry| &entry.message)
    }

    /// The seq of the window's first message.
    pub fn first_seq(&self) -> Option<Seq> {
        self.entries.keys().next().copied()
    }

    /// The seq of the window's last message.
    pub fn last_seq(&self) -> Option<Seq> {
        self.entries.keys().next_back().copied()
    }

    /// Starts anew with this page: the newest one, or one around a place in history.
    pub fn reset(&mut self, page: MessagePage) {
        self.entries.clear();
        self.by_id.clear();
        self.held.retain(|seq, _| *seq > page.head_seq);
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
        while self.entries.len() > keep {
            if let Some((_, entry)) = self.entries.pop_first() {
                self.by_id.remove(&entry.message.message_id);
                self.has_before = true;
            }
        }
    }

    /// Lets go of the newest messages until at most `keep` are left.
    pub fn trim_after(&mut self, keep: usize) {
        while self.entries.len() > keep {
            if let Some((_, entry)) = self.entries.pop_last() {
                self.by_id.remove(&entry.message.message_id);
                self.has_after = true;
            }
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
            while self.held.len() > HELD_MAX {
                self.held.pop_last();
            }
            return Applied::Gap { after: self.cursor };
        }
        self.fold(event);
        self.apply_held();
        Applied::Yes
    }

    fn apply_held(&mut self) {
        while let Some((&seq, _)) = self.held.first_key_value() {
            if seq > self.cursor + 1 {
                return;
            }
            if let Some((_, event)) = self.held.pop_first()
                && seq == self.cursor + 1
            {
                self.fold(event);
            }
        }
    }

    fn insert(&mut self, messages: Vec<ChatMessage>, as_of: Seq) {
        for message in messages {
            let known = self.entries.get(&message.seq).is_some_and(|entry| entry.as_of >= as_of);
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
            ChannelEvent::Message(new) => {
                if self.has_after {
                    self.passed_over = seq;
                } else {
                    let message = ChatMessage {
                        message_id: new.message_id,
                        channel_id: new.channel_id,
                        seq,
                        user_id: new.user_id,
                        message: new.message,
                        html: new.html,
                        sent_at: new.sent_at,
                        edited_at: None,
                        deleted_at: None,
                        reply_to: new.reply_to,
                        reactions: Vec::new(),
                    };
                    self.insert(vec![message], seq);
                }
            }
            ChannelEvent::Edited(edit) => self.change(edit.message_id, seq, |message| {
                message.message = edit.message;
                message.html = edit.html;
                message.edited_at = Some(edit.edited_at);
            }),
            ChannelEvent::Deleted(deletion) => self.change(deletion.message_id, seq, |message| {
                message.message.clear();
                message.html = None;
                message.deleted_at = Some(deletion.deleted_at);
                message.reactions.clear();
            }),
            ChannelEvent::Reacted(reaction) => self.change(reaction.message_id, seq, |message| {
                react(&mut message.reactions, reaction.emoji, reaction.user_id, reaction.on);
            }),
            ChannelEvent::Member(_) => {}
        }
    }

    fn change(&mut self, id: MessageId, seq: Seq, change: impl FnOnce(&mut ChatMessage)) {
        let entry = self.by_id.get(&id).and_then(|at| self.entries.get_mut(at));
        if let Some(entry) = entry.filter(|entry| entry.as_of < seq) {
            change(&mut entry.message);
            entry.as_of = seq;
        }
    }
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
mod tests {
    use super::*;
    use crate::{ChannelId, Edited, Member, Message, Reacted, Timestamp, UserId};
    use uuid::Uuid;

    const CHANNEL: ChannelId = ChannelId(Uuid::nil());
    const USER: UserId = UserId(Uuid::max());

    fn id(n: u64) -> MessageId {
        MessageId(Uuid::from_u128(u128::from(n)))
    }

    fn sent(seq: Seq) -> ChannelEvent {
        ChannelEvent::Message(Message {
            channel_id: CHANNEL,
            seq,
            message_id: id(seq),
            user_id: USER,
            nonce: seq.to_string(),
            sent_at: Timestamp(0),
            message: seq.to_string(),
            html: None,
            reply_to: None,
        })
    }

    fn edited(seq: Seq, of: Seq, text: &str) -> ChannelEvent {
        ChannelEvent::Edited(Edited {
            channel_id: CHANNEL,
            seq,
            message_id: id(of),
            user_id: USER,
            edited_at: Timestamp(1),
            message: text.to_owned(),
            html: None,
        })
    }

    fn texts(timeline: &Timeline) -> Vec<&str> {
        timeline.messages().map(|m| m.message.as_str()).collect()
    }

    #[test]
    fn an_event_ahead_waits_until_the_gap_is_filled() {
        let mut timeline = Timeline::new();
        assert_eq!(timeline.apply(sent(1)), Applied::Yes);
        assert_eq!(timeline.apply(sent(3)), Applied::Gap { after: 1 });
        assert_eq!(texts(&timeline), ["1"]);
        assert_eq!(timeline.apply(sent(2)), Applied::Yes);
        assert_eq!(texts(&timeline), ["1", "2", "3"]);
        assert_eq!(timeline.apply(sent(3)), Applied::Known);
    }

    #[test]
    fn an_older_edit_does_not_undo_a_page_that_holds_a_newer_one() {
        let mut timeline = Timeline::new();
        for seq in 1..=2 {
            timeline.apply(sent(seq));
        }
        let mut late = timeline.clone();
        late.apply(edited(3, 1, "a"));
        late.apply(edited(4, 1, "b"));
        let newest = late.message(id(1)).unwrap().clone();
        timeline.prepend(MessagePage {
            messages: vec![newest],
            head_seq: 4,
            has_before: false,
            has_after: true,
        });
        timeline.apply(edited(3, 1, "a"));
        assert_eq!(timeline.message(id(1)).unwrap().message, "b");
    }

    #[test]
    fn a_window_in_history_takes_no_new_messages_but_follows_the_log() {
        let mut timeline = Timeline::new();
        for seq in 1..=4 {
            timeline.apply(sent(seq));
        }
        timeline.trim_after(2);
        assert_eq!(timeline.apply(sent(5)), Applied::Yes);
        assert_eq!(texts(&timeline), ["1", "2"]);
        assert_eq!(timeline.cursor(), 5);
        timeline.apply(edited(6, 2, "two"));
        assert_eq!(texts(&timeline), ["1", "two"]);
    }

    #[test]
    fn a_page_that_was_overtaken_leaves_neither_a_hole_nor_a_stale_message() {
        let mut timeline = Timeline::new();
        for seq in 1..=4 {
            timeline.apply(sent(seq));
        }
        let all: Vec<_> = timeline.messages().cloned().collect();
        timeline.trim_after(2);
        // The page is asked for at head 4; then a message comes, and the page after it.
        timeline.apply(sent(5));
        let page = |head_seq| MessagePage {
            messages: all[2..].to_vec(),
            head_seq,
            has_before: true,
            has_after: false,
        };
        timeline.append(page(4));
        assert_eq!((texts(&timeline), timeline.has_after()), (vec!["1", "2", "3", "4"], true));
        // A page may be ahead of the events, too: an edit that is still on its way is not dropped.
        timeline.append(page(6));
        assert!(!timeline.has_after());
        assert_eq!(timeline.apply(edited(6, 1, "one")), Applied::Yes);
        assert_eq!(timeline.message(id(1)).unwrap().message, "one");
    }

    #[test]
    fn a_reaction_taken_back_by_its_last_user_is_gone() {
        let mut timeline = Timeline::new();
        timeline.apply(sent(1));
        for (seq, on) in [(2, true), (3, true), (4, false)] {
            timeline.apply(ChannelEvent::Reacted(Reacted {
                channel_id: CHANNEL,
                seq,
                message_id: id(1),
                user_id: USER,
                emoji: "👍".to_owned(),
                on,
            }));
            let count = timeline.message(id(1)).unwrap().reactions.len();
            assert_eq!(count, usize::from(on));
        }
    }

    #[test]
    fn a_membership_moves_the_cursor_and_nothing_else() {
        let mut timeline = Timeline::new();
        let event = Member { channel_id: CHANNEL, seq: 1, user_id: USER, joined: true };
        assert_eq!(timeline.apply(ChannelEvent::Member(event)), Applied::Yes);
        assert_eq!((timeline.cursor(), timeline.len()), (1, 0));
    }
}
