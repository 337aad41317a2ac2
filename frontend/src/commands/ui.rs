//! What is open, chosen and shown: the part of the page that no server needs to know.

use super::emoji::Choice;
use super::uploads::Files;
use crate::browser::dom::Focused;
use crate::keep;
use crate::state::Where;
use crate::state::rows::Gist;
use leptos::prelude::*;
use shared::{Attachment, ChannelId, Forward, MessageId, Seq, UserId};

/// A dialog that stands above the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// Create a channel, with these people picked already.
    Create(Vec<UserId>),
    /// Browse the public channels.
    Browse,
    /// Pick somebody to talk to, or a channel to go to.
    Switcher,
    /// Settings.
    Settings,
    /// All shortcuts.
    Shortcuts,
    /// All commands.
    Commands,
    /// Choose an emoji.
    Emoji,
    /// Change the channel's name and topic.
    EditChannel(ChannelId),
    /// Add people to the channel.
    AddPeople(ChannelId),
    /// Ask before something that can't be undone.
    Confirm(Confirm),
    /// Pick where to pass a message on to, with what it says.
    Forward(Forward, Gist),
    /// Every text that a message had.
    Versions(ChannelId, MessageId),
    /// Look at the pictures of a message, beginning with this one.
    Pictures(Vec<Attachment>, usize),
}

/// What the pane beside the sheet shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// What the channel is about, and who is in it.
    Details,
    /// A thread of the channel, by its first message.
    Thread(MessageId),
    /// The channel's pinned messages.
    Pins,
    /// The threads that the user follows.
    Threads,
    /// What the user remembers.
    Bookmarks,
    /// Searching.
    Search,
}

/// What can't be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// Delete a message.
    DeleteMessage(ChannelId, MessageId),
    /// Leave a channel.
    Leave(ChannelId),
    /// Delete a channel for everyone.
    DeleteChannel(ChannelId),
    /// Remove somebody.
    Remove(ChannelId, UserId),
}

/// Where the feed shall stand once its rows are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Land {
    /// At the end.
    End,
    /// At the "New" line, or at the end when there is none.
    New,
    /// At this message.
    Seq(Seq),
}

/// A short note that goes away by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Which one.
    pub id: u32,
    /// What it says.
    pub text: String,
    /// Whether something went wrong.
    pub error: bool,
}

/// Where a feed stands, and where it shall: that of the channel, or of the thread beside it.
#[derive(Clone, Copy)]
pub struct Stand {
    /// The selector that finds the feed.
    pub feed: &'static str,
    /// The key of the row that the keyboard is at.
    pub row: RwSignal<Option<String>>,
    /// Whether it shows its end.
    pub at_end: RwSignal<bool>,
    /// How many messages came below what is shown.
    pub missed: RwSignal<u32>,
    /// Where it shall stand.
    pub land: StoredValue<Option<Land>>,
}

impl Stand {
    fn new(feed: &'static str) -> Self {
        Self {
            feed,
            row: RwSignal::new(None),
            at_end: RwSignal::new(true),
            missed: RwSignal::new(0),
            land: StoredValue::new(None),
        }
    }

    /// The next rows that are drawn shall be shown from here.
    pub fn land_at(self, land: Land) {
        self.land.try_set_value(Some(land));
    }

    /// Other rows are on their way: nothing of where it stood holds.
    pub fn begin(self, land: Land) {
        self.land_at(land);
        self.missed.set(0);
        self.at_end.set(true);
        self.row.set(None);
    }
}

/// The signals of what is open, chosen and shown.
#[derive(Clone, Copy)]
pub struct Ui {
    /// The dialog above the page.
    pub dialog: RwSignal<Option<Dialog>>,
    /// Notes.
    pub toasts: RwSignal<Vec<Toast>>,
    /// The pane beside the sheet.
    pub pane: RwSignal<Option<Pane>>,
    /// The list from which the thread beside the sheet was opened.
    pub pane_from: RwSignal<Option<Pane>>,
    /// What had the focus when the pane was opened.
    pub pane_opener: StoredValue<Option<Focused>, LocalStorage>,
    /// What is searched for, and whether in the open channel alone.
    pub search: RwSignal<(String, bool)>,
    /// The address to go to.
    pub go: RwSignal<Option<String>>,
    /// The key of the row that is being edited.
    pub editing: RwSignal<Option<String>>,
    /// The message that the composer answers.
    pub reply: RwSignal<Option<MessageId>>,
    /// The key of the row whose toolbar is held open, and whether its quick reactions are.
    pub tools: RwSignal<Option<(String, bool)>>,
    /// The seq of the row that is pointed out.
    pub highlight: RwSignal<Option<Seq>>,
    /// Where the channel's feed stands.
    pub feed: Stand,
    /// Where the thread's feed stands.
    pub thread: Stand,
    /// Whether shortcuts of a single key are on.
    pub single_keys: RwSignal<bool>,
    /// A text that shall stand in the composer of this place.
    pub compose: RwSignal<Option<(Where, String)>>,
    /// The choice of emoji that is open, or was last.
    pub choice: StoredValue<Option<Choice>, LocalStorage>,
    /// The files that are being uploaded.
    pub files: Files,
}

impl Ui {
    /// Nothing is open.
    pub fn new() -> Self {
        Self {
            dialog: RwSignal::new(None),
            toasts: RwSignal::new(Vec::new()),
            pane: RwSignal::new(None),
            pane_from: RwSignal::new(None),
            pane_opener: StoredValue::new_local(None),
            search: RwSignal::new((String::new(), false)),
            go: RwSignal::new(None),
            editing: RwSignal::new(None),
            reply: RwSignal::new(None),
            tools: RwSignal::new(None),
            highlight: RwSignal::new(None),
            feed: Stand::new("#feed"),
            thread: Stand::new("#thread-feed"),
            single_keys: RwSignal::new(keep::single_keys()),
            compose: RwSignal::new(None),
            choice: StoredValue::new_local(None),
            files: Files::new(),
        }
    }

    /// Shows a note; it goes away by itself.
    pub fn toast(self, text: &str, error: bool) {
        let mut id = 0;
        self.toasts.try_update(|toasts| {
            id = toasts.last().map_or(0, |toast| toast.id.wrapping_add(1));
            toasts.retain(|toast| toast.text != text);
            toasts.push(Toast { id, text: text.to_owned(), error });
            if toasts.len() > 3 {
                toasts.remove(0);
            }
        });
        let shown = std::time::Duration::from_secs(if error { 8 } else { 3 });
        set_timeout(move || self.dismiss(id), shown);
    }

    /// Takes a note away.
    pub fn dismiss(self, id: u32) {
        self.toasts.try_update(|toasts| toasts.retain(|toast| toast.id != id));
    }

    /// Opens a dialog.
    pub fn open(self, dialog: Dialog) {
        self.dialog.set(Some(dialog));
    }

    /// Goes to a path of this page.
    pub fn go_to(self, path: String) {
        let _ = self.go.try_set(Some(path));
    }

    /// The next rows of the channel that are drawn shall be shown from here.
    pub fn land_at(self, land: Land) {
        self.feed.land_at(land);
    }

    /// Where the feed of this place stands.
    pub fn stand(self, at: Where) -> Stand {
        if at.1.is_some() { self.thread } else { self.feed }
    }
}

impl Default for Ui {
    fn default() -> Self {
        Self::new()
    }
}
