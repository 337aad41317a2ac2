//! From a window of messages to the rows on the page: grouping, day separators, the "New" line,
//! quotes, and the user's own messages that are still on their way. Pure: local time is an
//! argument, and drawing is `components/`.

use super::outbox::{Entry, SendState};
use super::room::Room;
use super::text::{excerpt, mentions};
use shared::map::HashMap;
use shared::{Attachment, ChatMessage, Forwarded, MessageId, Preview, Seq, Timestamp, UserId};

/// Milliseconds within which messages of one author form a group.
const GROUP_MS: i64 = 7 * 60 * 1000;

/// What is left to happen with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowState {
    /// Waits for the network.
    Queued,
    /// On its way.
    Sending,
    /// Refused, with the reason.
    Failed(String),
    /// On disk at the server.
    Sent,
}

impl RowState {
    /// The word in `data-state`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Failed(_) => "failed",
            Self::Sent => "sent",
        }
    }
}

/// The message that a row answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Which message.
    pub message_id: MessageId,
    /// What is known of it: in the window, or fetched for this.
    pub known: Option<Gist>,
}

/// What is told of a message where another one answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gist {
    /// Its place.
    pub seq: Seq,
    /// Who wrote it.
    pub author: UserId,
    /// Its start, on one line.
    pub text: String,
}

impl From<&ChatMessage> for Gist {
    fn from(message: &ChatMessage) -> Self {
        let text = match message.attachments.first() {
            _ if message.deleted_at.is_some() => "This message was deleted".to_owned(),
            Some(file) if message.message.is_empty() => file.filename.clone(),
            _ => excerpt(&message.message),
        };
        Self { seq: message.seq, author: message.user_id, text }
    }
}

/// What was fetched of messages that are answered and not in the window; None while it is on its
/// way.
pub type Gists = HashMap<MessageId, Option<Gist>>;

/// One emoji under a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The emoji.
    pub emoji: String,
    /// Who set it.
    pub users: Vec<UserId>,
    /// Whether the user did.
    pub mine: bool,
}

/// What stands under the first message of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replies {
    /// How many.
    pub count: u64,
    /// When the newest was sent.
    pub last: Timestamp,
    /// The first who wrote in it.
    pub faces: Vec<UserId>,
}

/// One row of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the row is known by as long as it is drawn: the nonce, or else the message's id; after
    /// a `~` in a thread, whose messages may stand in the channel, too.
    pub key: String,
    /// The message, once the server has it.
    pub message_id: Option<MessageId>,
    /// Its place in the order, once it has one.
    pub seq: Option<Seq>,
    /// The sender's own id, if the user sent it from here.
    pub nonce: Option<String>,
    /// Who wrote it.
    pub author: UserId,
    /// Whether the user did.
    pub own: bool,
    /// What was written.
    pub text: String,
    /// The server's safe rendering, if it is more than the text.
    pub html: Option<String>,
    /// Whether it tells what its author does.
    pub action: bool,
    /// Where it was forwarded from.
    pub forwarded: Option<Forwarded>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// What its links lead to.
    pub previews: Vec<Preview>,
    /// The thread under it.
    pub replies: Option<Replies>,
    /// The thread that it stands in; where it is shown in the channel, too.
    pub thread: Option<MessageId>,
    /// Whether it is a row of the thread on the screen, and not of the channel.
    pub in_thread: bool,
    /// How many uploads go with it, as long as it is not sent.
    pub uploads: usize,
    /// Who pinned it.
    pub pinned: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// When it was edited last.
    pub edited: Option<Timestamp>,
    /// Whether only its tombstone is left.
    pub deleted: bool,
    /// What it answers.
    pub quote: Option<Quote>,
    /// Reactions.
    pub chips: Vec<Chip>,
    /// What is left to happen with it.
    pub state: RowState,
    /// It begins a group: with avatar and name.
    pub head: bool,
    /// It is the first of its day.
    pub day: bool,
    /// The "New" line stands before it.
    pub new: bool,
    /// It mentions the user.
    pub mention: bool,
}

impl Row {
    /// What it says, on one line: for where it is told of.
    pub fn gist(&self) -> String {
        match self.attachments.first() {
            Some(file) if self.text.is_empty() => file.filename.clone(),
            _ => excerpt(&self.text),
        }
    }
}

/// What the rows depend on beside the messages.
pub struct View<'a> {
    /// Who looks.
    pub me: UserId,
    /// The number of the local day of a moment.
    pub day_of: &'a dyn Fn(Timestamp) -> i64,
    /// What was fetched of answered messages.
    pub gists: &'a Gists,
}

/// The rows of a room, with what is on its way at the end.
pub fn rows<'a>(
    room: &Room,
    pending: impl Iterator<Item = &'a Entry>,
    view: &View<'_>,
) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(room.timeline.len() + 4);
    let mut new_line = room.new_after;
    for message in room.timeline.messages() {
        let mut row = sent(room, message, view);
        place(&mut row, rows.last(), view);
        let unseen = new_line.is_some_and(|after| message.seq > after);
        if unseen && row.own {
            // What the user said is nothing new to them, and neither is what they answered.
            new_line = None;
        } else if unseen {
            row.new = true;
            row.head = true;
            new_line = None;
        }
        rows.push(row);
    }
    if room.at_present() {
        for entry in pending {
            let mut row = unsent(room, entry, view);
            place(&mut row, rows.last(), view);
            rows.push(row);
        }
    }
    rows
}

/// Whether two messages of one author, one after the other, form a group.
fn grouped(before: &Row, row: &Row) -> bool {
    before.author == row.author
        && !before.deleted
        && row.quote.is_none()
        && !row.action
        && row.forwarded.is_none()
        && (0..GROUP_MS).contains(&row.at.0.saturating_sub(before.at.0).max(0))
}

fn place(row: &mut Row, before: Option<&Row>, view: &View<'_>) {
    row.day = before.is_none_or(|before| (view.day_of)(before.at) != (view.day_of)(row.at));
    row.head = row.day || before.is_none_or(|before| !grouped(before, row));
}

fn sent(room: &Room, message: &ChatMessage, view: &View<'_>) -> Row {
    let own = message.user_id == view.me;
    let nonce = room.nonces.get(&message.message_id).cloned();
    let chips = message.reactions.iter().map(|reaction| Chip {
        emoji: reaction.emoji.clone(),
        users: reaction.user_ids.clone(),
        mine: reaction.user_ids.contains(&view.me),
    });
    Row {
        key: key(room, nonce.clone().unwrap_or_else(|| message.message_id.to_string())),
        message_id: Some(message.message_id),
        seq: Some(message.seq),
        nonce,
        author: message.user_id,
        own,
        text: message.message.clone(),
        html: message.html.clone(),
        action: message.action,
        forwarded: message.forwarded.clone(),
        attachments: message.attachments.clone(),
        previews: message.previews.clone(),
        replies: message.reply_count.map(|count| Replies {
            count,
            last: message.last_reply_at.unwrap_or(message.sent_at),
            faces: message.replier_ids.clone(),
        }),
        thread: message.thread_root,
        in_thread: room.timeline.thread().is_some(),
        uploads: 0,
        pinned: message.pinned_by,
        at: message.sent_at,
        edited: message.edited_at.filter(|_| message.deleted_at.is_none()),
        deleted: message.deleted_at.is_some(),
        quote: message.reply_to.map(|id| quote(room, view, id)),
        chips: chips.collect(),
        state: RowState::Sent,
        head: false,
        day: false,
        new: false,
        mention: !own && message.html.as_deref().is_some_and(|html| mentions(html, view.me)),
    }
}

fn unsent(room: &Room, entry: &Entry, view: &View<'_>) -> Row {
    Row {
        key: key(room, entry.nonce.clone()),
        message_id: None,
        seq: None,
        nonce: Some(entry.nonce.clone()),
        author: view.me,
        own: true,
        text: entry.message.clone(),
        html: None,
        action: entry.action,
        forwarded: None,
        attachments: Vec::new(),
        previews: Vec::new(),
        replies: None,
        thread: entry.thread_root,
        in_thread: room.timeline.thread().is_some(),
        uploads: entry.attachment_ids.len(),
        pinned: None,
        at: Timestamp(entry.created),
        edited: None,
        deleted: false,
        quote: entry.reply_to.map(|id| quote(room, view, id)),
        chips: Vec::new(),
        state: match &entry.state {
            SendState::Queued { .. } => RowState::Queued,
            SendState::Sending { .. } | SendState::Acked { .. } => RowState::Sending,
            SendState::Failed { why } => RowState::Failed(why.clone()),
        },
        head: false,
        day: false,
        new: false,
        mention: false,
    }
}

fn key(room: &Room, key: String) -> String {
    match room.timeline.thread() {
        Some(_) => ["~", &key].concat(),
        None => key,
    }
}

fn quote(room: &Room, view: &View<'_>, id: MessageId) -> Quote {
    let held = room.timeline.message(id).map(Gist::from);
    Quote { message_id: id, known: held.or_else(|| view.gists.get(&id).cloned().flatten()) }
}

#[cfg(test)]
mod tests;
