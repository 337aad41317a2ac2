//! What the browser keeps for a user through a closed tab: the outbox, an entry under a key of its
//! own so that two tabs don't undo each other; drafts; the last channel; and what was chosen in
//! the settings.

use crate::browser::storage::{self, StorageFull};
use crate::state::emoji::RECENT_MAX;
use crate::state::outbox::Entry;
use crate::state::{Draft, Where};
use shared::api::emoji::TONES;
use shared::map::HashMap;
use shared::{ChannelId, UserId, names};

/// What people are told when the browser's storage takes nothing more.
pub const FULL: &str =
    "This browser's storage is full, so the message could not be kept safe. It stays in the box.";

fn key(kind: &str, me: UserId, rest: &str) -> String {
    ["hubbub.", kind, ".", &me.to_string(), ".", rest].concat()
}

/// Keeps an entry of the outbox as it is.
///
/// # Errors
/// When the storage is full.
pub fn put_entry(me: UserId, entry: &Entry) -> Result<(), StorageFull> {
    storage::set(&key("outbox", me, &entry.nonce), &entry.to_lines())
}

/// The entry is at the server, or discarded.
pub fn remove_entry(me: UserId, nonce: &str) {
    storage::remove(&key("outbox", me, nonce));
}

/// What an earlier page left in the outbox.
pub fn entries(me: UserId) -> Vec<Entry> {
    let kept = storage::all(&key("outbox", me, ""));
    kept.iter().filter_map(|(_, text)| Entry::from_lines(text)).collect()
}

/// Keeps a draft; an empty one is forgotten.
///
/// # Errors
/// When the storage is full.
pub fn put_draft(me: UserId, (channel, thread): Where, draft: &Draft) -> Result<(), StorageFull> {
    let mut place = channel.to_string();
    if let Some(root) = thread {
        place.push('/');
        place.push_str(&root.to_string());
    }
    let key = key("draft", me, &place);
    if draft.text.is_empty() && draft.reply_to.is_none() {
        storage::remove(&key);
        return Ok(());
    }
    // The message that it answers on the first line, and then the text.
    let reply = draft.reply_to.map(|id| id.to_string()).unwrap_or_default();
    storage::set(&key, &[&reply, "\n", &draft.text].concat())
}

/// What was typed and not sent.
pub fn drafts(me: UserId) -> HashMap<Where, Draft> {
    let kept = storage::all(&key("draft", me, ""));
    let read = kept.iter().filter_map(|(place, kept)| {
        let (reply, text) = kept.split_once('\n')?;
        let draft = Draft { text: text.to_owned(), reply_to: reply.parse().ok() };
        let (channel, thread) = match place.split_once('/') {
            Some((channel, root)) => (channel, Some(root.parse().ok()?)),
            None => (place.as_str(), None),
        };
        Some(((channel.parse().ok()?, thread), draft))
    });
    read.collect()
}

/// Remembers the channel that was open last. Losing it costs a click, so a full storage is fine.
pub fn set_last_channel(me: UserId, channel: ChannelId) {
    let _ = storage::set(&key("last", me, ""), &channel.to_string());
}

/// The channel that was open last.
pub fn last_channel(me: UserId) -> Option<ChannelId> {
    storage::get(&key("last", me, ""))?.parse().ok()
}

/// The chosen look: `light`, `dark`, or nothing to follow the system.
pub fn theme() -> Option<String> {
    storage::get("hubbub.theme").filter(|theme| theme == "light" || theme == "dark")
}

/// Remembers the chosen look. A full storage forgets it with the tab, and nothing else happens.
pub fn set_theme(theme: Option<&str>) {
    match theme {
        Some(theme) => {
            let _ = storage::set("hubbub.theme", theme);
        }
        None => storage::remove("hubbub.theme"),
    }
}

/// The emoji that were used last in this browser, the newest first.
pub fn recent_emoji() -> Vec<String> {
    let kept = storage::get("hubbub.emoji").unwrap_or_default();
    let known = kept.split(' ').filter(|emoji| names::emoji(emoji).is_ok());
    known.take(RECENT_MAX).map(str::to_owned).collect()
}

/// Remembers which emoji were used last. A full storage forgets it with the tab.
pub fn set_recent_emoji(recent: &[String]) {
    let _ = storage::set("hubbub.emoji", &recent.join(" "));
}

/// The skin tone that was chosen in this browser: 0 for none, or 1 to 5.
pub fn tone() -> u8 {
    let kept = storage::get("hubbub.tone").unwrap_or_default();
    (0..=TONES).find(|tone| tone.to_string() == kept).unwrap_or(0)
}

/// Remembers the skin tone. A full storage forgets it with the tab.
pub fn set_tone(tone: u8) {
    let _ = storage::set("hubbub.tone", &tone.to_string());
}

/// Whether shortcuts of a single key are on.
pub fn single_keys() -> bool {
    storage::get("hubbub.keys").is_none()
}

/// Remembers whether shortcuts of a single key are on.
pub fn set_single_keys(on: bool) {
    if on {
        storage::remove("hubbub.keys");
    } else {
        let _ = storage::set("hubbub.keys", "off");
    }
}
