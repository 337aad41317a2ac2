//! What was written and is not acknowledged yet. Every entry keeps its nonce through every try, so
//! that the server knows a repeat; per channel they go one after the other, in the order in which
//! they were written. Keeping entries through a closed tab is `browser/`'s, sending them `net/`'s.

use super::order::by_text;
use shared::{ChannelId, ErrorCode, MessageId, Send, Seq, Timestamp, UploadId};

/// Most entries that wait; past it nothing new is taken, and the composer says so.
pub const OUTBOX_MAX: usize = 500;
/// Milliseconds after which a sent entry that nobody answered is sent again.
const ANSWER_MS: u64 = 20_000;
/// Milliseconds until the next try when the server is troubled and names no time.
const TROUBLE_MS: u64 = 2_000;

/// Where an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendState {
    /// Waits for the network, or for its turn.
    Queued {
        /// Not before this moment, in `now`'s milliseconds.
        not_before: u64,
    },
    /// On its way.
    Sending {
        /// Since this moment, in `now`'s milliseconds.
        since: u64,
    },
    /// Refused; people decide.
    Failed {
        /// Why, for a person.
        why: String,
    },
    /// Acknowledged; its own message has not come back yet.
    Acked {
        /// The seq that it took.
        seq: Seq,
    },
}

/// One message that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The sender's own id of it, for life.
    pub nonce: String,
    /// Where it goes.
    pub channel_id: ChannelId,
    /// The text.
    pub message: String,
    /// What it answers.
    pub reply_to: Option<MessageId>,
    /// The thread that it stands in.
    pub thread_root: Option<MessageId>,
    /// Whether one of a thread is shown in the channel, too.
    pub also_in_channel: bool,
    /// Whether it tells what the user does.
    pub action: bool,
    /// The uploads that it carries.
    pub attachment_ids: Vec<UploadId>,
    /// When it was written, in milliseconds since 1970.
    pub created: i64,
    /// How often it was sent.
    pub attempts: u32,
    /// Where it is.
    pub state: SendState,
}

impl Entry {
    /// As it is kept through a closed tab: a line for each field, and the text after them.
    pub fn to_lines(&self) -> String {
        let failed = match &self.state {
            SendState::Failed { why } => why.as_str(),
            SendState::Queued { .. } | SendState::Sending { .. } | SendState::Acked { .. } => "",
        };
        let id = |id: Option<MessageId>| id.map(|id| id.to_string()).unwrap_or_default();
        let flag = |on: bool| if on { "1" } else { "" };
        let uploads: Vec<_> = self.attachment_ids.iter().map(ToString::to_string).collect();
        let belongs = [
            id(self.reply_to).as_str(),
            &id(self.thread_root),
            flag(self.also_in_channel),
            flag(self.action),
            &uploads.join(","),
        ]
        .join("|");
        let fields = [
            self.nonce.as_str(),
            &self.channel_id.to_string(),
            &belongs,
            &self.created.to_string(),
            &self.attempts.to_string(),
            &failed.replace('\n', " "),
            &self.message,
        ];
        fields.join("\n")
    }

    /// Reads what `to_lines` wrote; nothing if it is something else.
    pub fn from_lines(text: &str) -> Option<Self> {
        let mut lines = text.splitn(7, '\n');
        let nonce = lines.next().filter(|nonce| shared::names::nonce(nonce).is_ok())?.to_owned();
        let channel_id = lines.next()?.parse().ok()?;
        // An earlier page wrote what it answers and nothing else.
        let mut belongs = lines.next()?.split('|').chain(std::iter::repeat("")).take(5);
        let mut id = || match belongs.next()? {
            "" => Some(None),
            id => id.parse().ok().map(Some),
        };
        let (reply_to, thread_root) = (id()?, id()?);
        let (also_in_channel, action) = (belongs.next()? == "1", belongs.next()? == "1");
        let uploads = belongs.next()?.split(',').filter(|id| !id.is_empty());
        let attachment_ids = uploads.map(|id| id.parse().ok()).collect::<Option<Vec<_>>>()?;
        let (created, attempts) = (lines.next()?.parse().ok()?, lines.next()?.parse().ok()?);
        let state = match lines.next()? {
            "" => SendState::Queued { not_before: 0 },
            why => SendState::Failed { why: why.to_owned() },
        };
        let message = lines.next()?.to_owned();
        Some(Self {
            nonce,
            channel_id,
            message,
            reply_to,
            thread_root,
            also_in_channel,
            action,
            attachment_ids,
            created,
            attempts,
            state,
        })
    }
}

/// Everything that was written and is not confirmed.
#[derive(Debug, Clone, Default)]
pub struct Outbox {
    entries: Vec<Entry>,
}

impl Outbox {
    /// An outbox of what an earlier page left, in the order in which it was written.
    pub fn restore(entries: Vec<Entry>) -> Self {
        let written = |entry: &Entry| {
            let mut text = Timestamp(entry.created).to_rfc3339();
            text.push_str(&entry.nonce);
            text
        };
        Self { entries: by_text(entries, written) }
    }

    /// Takes an entry, or refuses it when too many wait.
    pub fn push(&mut self, entry: Entry) -> Result<(), &'static str> {
        if self.is_full() {
            return Err("Too many messages wait for the network. This one stays here.");
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Whether nothing more is taken.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= OUTBOX_MAX
    }

    /// The entries that a channel shows, or one of its threads, in the order in which they were
    /// written.
    pub fn of(
        &self,
        channel: ChannelId,
        thread: Option<MessageId>,
    ) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| {
            let here = match thread {
                Some(_) => entry.thread_root == thread,
                None => entry.thread_root.is_none() || entry.also_in_channel,
            };
            entry.channel_id == channel && here
        })
    }

    /// The entry with this nonce.
    pub fn get(&self, nonce: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.nonce == nonce)
    }

    fn get_mut(&mut self, nonce: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.nonce == nonce)
    }

    /// How many are not at the server yet, the refused ones left out.
    pub fn waiting(&self) -> usize {
        let waits =
            |e: &&Entry| matches!(e.state, SendState::Queued { .. } | SendState::Sending { .. });
        self.entries.iter().filter(waits).count()
    }

    /// How many were refused.
    pub fn failed(&self) -> usize {
        self.entries.iter().filter(|e| matches!(e.state, SendState::Failed { .. })).count()
    }

    /// The frames to send now: of each channel the first that waits, unless one is on its way.
    pub fn due(&mut self, now: u64) -> Vec<Send> {
        let mut busy: Vec<ChannelId> = Vec::new();
        let mut frames = Vec::new();
        for entry in &mut self.entries {
            match entry.state {
                SendState::Failed { .. } | SendState::Acked { .. } => continue,
                SendState::Sending { since } if since + ANSWER_MS <= now => {
                    entry.state = SendState::Queued { not_before: 0 };
                }
                SendState::Sending { .. } | SendState::Queued { .. } => {}
            }
            if busy.contains(&entry.channel_id) {
                continue;
            }
            busy.push(entry.channel_id);
            if matches!(entry.state, SendState::Queued { not_before } if not_before <= now) {
                entry.state = SendState::Sending { since: now };
                entry.attempts += 1;
                frames.push(Send {
                    channel_id: Some(entry.channel_id),
                    nonce: Some(entry.nonce.clone()),
                    message: entry.message.clone(),
                    reply_to: entry.reply_to,
                    thread_root: entry.thread_root,
                    also_in_channel: entry.also_in_channel,
                    action: entry.action,
                    attachment_ids: entry.attachment_ids.clone(),
                    forward: None,
                });
            }
        }
        frames
    }

    /// When `due` should be asked again without anything else happening.
    pub fn next_due(&self) -> Option<u64> {
        let due = |entry: &Entry| match entry.state {
            SendState::Queued { not_before } if not_before > 0 => Some(not_before),
            SendState::Sending { since } => Some(since + ANSWER_MS),
            SendState::Queued { .. } | SendState::Failed { .. } | SendState::Acked { .. } => None,
        };
        self.entries.iter().filter_map(due).min()
    }

    /// The line broke: what was on its way waits again. Nobody knows whether it arrived; the nonce
    /// makes sure that it counts once.
    pub fn disconnected(&mut self) {
        for entry in &mut self.entries {
            if matches!(entry.state, SendState::Sending { .. }) {
                entry.state = SendState::Queued { not_before: 0 };
            }
        }
    }

    /// The server has it on disk. Tells whether the nonce was known.
    pub fn acked(&mut self, nonce: &str, seq: Seq) -> bool {
        let entry = self.get_mut(nonce);
        let known = entry.is_some();
        if let Some(entry) = entry {
            entry.state = SendState::Acked { seq };
        }
        known
    }

    /// Its own message came back, or it is discarded: it is done here.
    pub fn remove(&mut self, nonce: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.nonce == nonce)?;
        Some(self.entries.remove(at))
    }

    /// Acknowledged entries of a channel whose messages up to `seq` are known are done.
    pub fn settle(&mut self, channel: ChannelId, cursor: Seq) {
        self.entries.retain(|entry| {
            let done = matches!(entry.state, SendState::Acked { seq } if seq <= cursor);
            entry.channel_id != channel || !done
        });
    }

    /// The server refused it. What waiting helps is tried again by itself; the rest is people's.
    pub fn rejected(
        &mut self,
        nonce: &str,
        code: ErrorCode,
        why: &str,
        after: Option<u64>,
        now: u64,
    ) {
        let Some(entry) = self.get_mut(nonce) else { return };
        let passing = matches!(
            code,
            ErrorCode::RateLimited
                | ErrorCode::StorageUnavailable
                | ErrorCode::Draining
                | ErrorCode::Timeout
                | ErrorCode::Internal
        );
        entry.state = if passing {
            SendState::Queued { not_before: now + after.unwrap_or(TROUBLE_MS) }
        } else {
            SendState::Failed { why: why.to_owned() }
        };
    }

    /// Everything for a channel that can't be written to any more is refused.
    pub fn close_channel(&mut self, channel: ChannelId, why: &str) {
        for entry in self.entries.iter_mut().filter(|entry| entry.channel_id == channel) {
            entry.state = SendState::Failed { why: why.to_owned() };
        }
    }

    /// A refused entry is tried again, as the newest of its channel.
    pub fn retry(&mut self, nonce: &str) {
        if let Some(mut entry) = self.remove(nonce) {
            entry.state = SendState::Queued { not_before: 0 };
            self.entries.push(entry);
        }
    }
}

#[cfg(test)]
mod tests;
