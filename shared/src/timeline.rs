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
            thread_root: None,
            also_in_channel: false,
            action: false,
            forwarded: None,
            attachments: Vec::new(),
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

    fn replied(seq: Seq, root: Seq, also_in_channel: bool) -> ChannelEvent {
        let ChannelEvent::Message(message) = sent(seq) else { unreachable!() };
        let thread_root = Some(id(root));
        ChannelEvent::Message(Message { thread_root, also_in_channel, ..message })
    }

    #[test]
    fn a_message_of_a_thread_counts_at_its_root_and_stands_in_the_thread() {
        let (mut channel, mut thread) = (Timeline::new(), Timeline::of_thread(id(1)));
        let deleted = ChannelEvent::Deleted(crate::Deleted {
            channel_id: CHANNEL,
            seq: 5,
            message_id: id(3),
            user_id: USER,
            deleted_at: Timestamp(9),
            thread_root: Some(id(1)),
        });
        let count = |timeline: &Timeline| timeline.message(id(1)).unwrap().reply_count;
        for event in [sent(1), sent(2), replied(3, 1, false), replied(4, 1, true)] {
            channel.apply(event.clone());
            thread.apply(event);
        }
        assert_eq!((texts(&channel), count(&channel)), (vec!["1", "2", "4"], Some(2)));
        assert_eq!((texts(&thread), count(&thread)), (vec!["1", "3", "4"], Some(2)));
        assert_eq!(channel.message(id(1)).unwrap().replier_ids, [USER], "each once");
        channel.apply(deleted.clone());
        thread.apply(deleted);
        assert_eq!((count(&channel), count(&thread)), (Some(1), Some(1)));
        assert_eq!(texts(&thread), ["1", "", "4"]);
    }

    #[test]
    fn an_edit_keeps_the_previews_of_links_that_are_still_there() {
        let preview = |url: &str| Preview {
            url: url.into(),
            title: "t".into(),
            text: None,
            site: None,
            image: None,
            width: None,
            height: None,
        };
        let mut previews = vec![preview("https://a.example/"), preview("https://b.example/")];
        keep_previews(&mut previews, "now only https://b.example/ is meant");
        assert_eq!(previews, [preview("https://b.example/")]);
    }

    #[test]
    fn a_membership_moves_the_cursor_and_nothing_else() {
        let mut timeline = Timeline::new();
        let event = Member { channel_id: CHANNEL, seq: 1, user_id: USER, joined: true };
        assert_eq!(timeline.apply(ChannelEvent::Member(event)), Applied::Yes);
        assert_eq!((timeline.cursor(), timeline.len()), (1, 0));
    }
}
