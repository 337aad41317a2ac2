//! The previews of messages' links: stored when they are found, kept by edits as far as their links
//! are, taken away by who may, erased with the message. Fetching is not done here.
//!
//! `messages.previews` is what is shown now: NULL while there is none, `[]` once somebody took them
//! away, which holds until the text is changed.

use super::Storage;
use super::changes::{previews_json, previews_of};
use super::events::{Logged, PREVIEWED, Stored, live_target, log, original, stored};
use super::rows::{ChannelNo, Failure, Id, Place, channel_no_of, place, rank, seq, seq_of};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::permission;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension as _};
use shared::limits::PREVIEWS_MAX;
use shared::timeline::keep_previews;
use shared::{ChannelEvent, ChannelId, MessageId, Preview, Previewed, Timestamp, UserId};

/// Previews that were taken away.
const TAKEN_AWAY: &str = "[]";

/// What was found of a message's links.
#[derive(Debug)]
pub struct FoundPreviews {
    /// Where.
    pub channel_id: ChannelId,
    /// The message.
    pub message_id: MessageId,
    /// The previews, of links as the server read them.
    pub previews: Vec<Preview>,
    /// When.
    pub at: Timestamp,
}

/// Previews to take away.
#[derive(Debug)]
pub struct PreviewRemoval {
    /// Where.
    pub channel_id: ChannelId,
    /// The message.
    pub message_id: MessageId,
    /// Who takes them away.
    pub user_id: UserId,
    /// The user's own id of the change.
    pub nonce: String,
    /// When.
    pub at: Timestamp,
}

impl Storage {
    /// Adds previews to a message, as far as their links stand in its text as it is now. `done` is
    /// told whether that changed anything: not if the message is deleted or gone, or its previews
    /// were taken away.
    ///
    /// # Errors
    /// Through `done`: `storage_unavailable`.
    pub async fn set_previews(&self, found: FoundPreviews, done: Done<bool>) -> Result<()> {
        self.room.check()?;
        self.writer.submit(Needs::Log, move |tx| set(tx, &found), done).await
    }

    /// Takes all previews of a message away, now and for this text of it. What is so already stays
    /// so and takes no seq.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn remove_previews(&self, gone: PreviewRemoval, done: Done<Stored>) -> Result<()> {
        self.writer.submit(Needs::Log, move |tx| remove(tx, &gone), done).await
    }

    /// Those of these pictures that no message shows.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn unused_pictures(&self, mut names: Vec<String>) -> Result<Vec<String>> {
        let read = move |db: &Connection| -> Result<_, Failure> {
            let mut shown = db.prepare_cached("SELECT 1 FROM pictures WHERE name = ?1 LIMIT 1")?;
            let mut unused = Vec::new();
            for name in names.drain(..) {
                if !shown.exists([&name])? {
                    unused.push(name);
                }
            }
            Ok(unused)
        };
        self.read(read).await
    }
}

/// A message that previews can be added to.
struct Shown {
    pos: i64,
    author: UserId,
    text: String,
    previews: Vec<Preview>,
}

fn shown(db: &Connection, no: ChannelNo, message: MessageId) -> Result<Option<Shown>, Failure> {
    let found = db
        .prepare_cached(
            "SELECT pos, user_id, coalesce(edited, message) AS text, previews FROM messages
             WHERE message_id = ?1 AND deleted_at IS NULL AND previews IS NOT ?2",
        )?
        .query_row((Id::from(message), TAKEN_AWAY), |row| {
            Ok(Shown {
                pos: row.get("pos")?,
                author: row.get::<_, Id>("user_id")?.into(),
                text: row.get("text")?,
                previews: previews_of(row.get("previews")?),
            })
        })
        .optional()?;
    Ok(found.filter(|message| channel_no_of(message.pos) == no))
}

fn set(tx: &mut Tx<'_>, found: &FoundPreviews) -> Result<bool, Failure> {
    let db = tx.db;
    let FoundPreviews { channel_id, message_id, at, .. } = *found;
    let channel = db
        .prepare_cached("SELECT no, head_seq FROM channels WHERE channel_id = ?1")?
        .query_row([Id::from(channel_id)], |row| {
            Ok((ChannelNo(row.get("no")?), seq(row, "head_seq")?))
        })
        .optional()?;
    let Some((no, head_seq)) = channel else { return Ok(false) };
    let Some(message) = shown(db, no, message_id)? else { return Ok(false) };
    let previews = together(&message, &found.previews);
    if previews == message.previews {
        return Ok(false);
    }
    let seq = tx.next_seq(no, head_seq);
    let user_id = message.author;
    let told = Previewed { channel_id, seq, message_id, user_id, previews };
    write(tx, (no, message.pos), told, None, at)?;
    // Nobody said anything: who had read everything has so still.
    db.prepare_cached(
        "UPDATE members SET read_seq = ?2 WHERE channel_no = ?1 AND read_seq = ?2 - 1",
    )?
    .execute((no.0, seq.cast_signed()))?;
    Ok(true)
}

/// What a message shows once more is known, in the order of its text. An edit may have come between,
/// and what was found for the old text and for the new one may come in any order: what is there
/// stays, what is new replaces the same link's, and links that are gone count no more.
fn together(message: &Shown, found: &[Preview]) -> Vec<Preview> {
    let mut previews = message.previews.clone();
    for preview in found {
        let Some(url) = as_written(&preview.url, &message.text) else { continue };
        let preview = Preview { url: url.to_owned(), ..preview.clone() };
        match previews.iter_mut().find(|known| known.url == preview.url) {
            Some(known) => *known = preview,
            None => previews.push(preview),
        }
    }
    keep_previews(&mut previews, &message.text);
    previews.sort_by_cached_key(|preview| (message.text.find(&preview.url), preview.url.len()));
    previews.truncate(PREVIEWS_MAX);
    previews
}

/// A link as it stands in the text, which may leave its scheme out.
fn as_written<'a>(url: &'a str, text: &str) -> Option<&'a str> {
    let bare = || url.split_once("://").map(|(_, rest)| rest);
    [Some(url), bare()].into_iter().flatten().find(|url| text.contains(url))
}

fn remove(tx: &mut Tx<'_>, gone: &PreviewRemoval) -> Result<Stored, Failure> {
    let db = tx.db;
    let PreviewRemoval { channel_id, message_id, user_id, at, .. } = *gone;
    let Place { no, head_seq, standing } = place(db, user_id, channel_id)?;
    permission::may_read(&standing)?;
    if let Some(stored) = original(db, user_id, &gone.nonce)? {
        return Ok(stored);
    }
    let target = live_target(db, no, message_id)?;
    let rank = rank(db, target.author, no)?;
    permission::may_remove_previews(&standing, user_id, target.author, rank)?;
    let showed = shown(db, no, message_id)?.is_some_and(|message| !message.previews.is_empty());
    if !showed {
        // What may still be found is not wanted either.
        show(db, target.pos, TAKEN_AWAY, &[])?;
        let since = stored(channel_id, &gone.nonce, seq_of(target.pos), message_id);
        return Ok(Stored { duplicate: true, ..since });
    }
    let seq = tx.next_seq(no, head_seq);
    let told = Previewed { channel_id, seq, message_id, user_id, previews: Vec::new() };
    write(tx, (no, target.pos), told, Some(&gone.nonce), at)?;
    Ok(stored(channel_id, &gone.nonce, seq, message_id))
}

/// Writes what a message shows, and puts the event that tells it into the log.
fn write(
    tx: &mut Tx<'_>,
    (no, target): (ChannelNo, i64),
    told: Previewed,
    nonce: Option<&str>,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let json = previews_json(&told.previews);
    let json = json.as_deref().unwrap_or(TAKEN_AWAY);
    show(tx.db, target, json, &told.previews)?;
    let event = Logged {
        pos: no.pos(told.seq),
        kind: PREVIEWED,
        user_id: told.user_id,
        nonce,
        at,
        target,
        message_id: told.message_id,
        text: Some(json),
        html: None,
        on: None,
    };
    log(tx.db, &event)?;
    tx.announce(Announcement::Event(ChannelEvent::Previewed(told)));
    Ok(())
}

fn show(db: &Connection, pos: i64, json: &str, previews: &[Preview]) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE messages SET previews = ?2 WHERE pos = ?1")?.execute((pos, json))?;
    show_pictures(db, pos, previews)
}

/// Notes which pictures a message shows from now on.
pub(super) fn show_pictures(
    db: &Connection,
    pos: i64,
    previews: &[Preview],
) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM pictures WHERE pos = ?1")?.execute([pos])?;
    let mut show = db.prepare_cached("INSERT OR IGNORE INTO pictures VALUES (?1, ?2)")?;
    for image in previews.iter().filter_map(|preview| preview.image.as_deref()) {
        let name = image.rsplit_once('/').map_or(image, |(_, name)| name);
        show.execute((name, pos))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(url: &str, title: &str) -> Preview {
        let (text, site, image) = Default::default();
        let (url, title) = (url.to_owned(), title.to_owned());
        Preview { url, title, text, site, image, width: None, height: None }
    }

    fn shown(text: &str, previews: Vec<Preview>) -> Shown {
        Shown { pos: 1, author: UserId(uuid::Uuid::nil()), text: text.to_owned(), previews }
    }

    #[test]
    fn previews_stand_in_the_order_of_the_text_whichever_came_first() {
        let (a, b) = (preview("https://a.example/", "a"), preview("https://b.example/", "b"));
        let text = "https://a.example/ and https://b.example/";
        for (first, second) in [(&a, &b), (&b, &a)] {
            let some = together(&shown(text, vec![first.clone()]), std::slice::from_ref(second));
            assert_eq!(some, [a.clone(), b.clone()]);
        }
    }

    #[test]
    fn links_that_are_gone_count_no_more_and_new_titles_replace_old_ones() {
        let old = vec![preview("https://a.example/", "old"), preview("https://b.example/", "b")];
        let found = [preview("https://a.example/", "new"), preview("https://c.example/", "c")];
        let all = together(&shown("https://a.example/", old), &found);
        assert_eq!(all, [preview("https://a.example/", "new")]);
    }

    #[test]
    fn a_link_may_stand_in_the_text_without_its_scheme() {
        let found = [preview("https://www.a.example/x", "a")];
        let all = together(&shown("see www.a.example/x", Vec::new()), &found);
        assert_eq!(all, [preview("www.a.example/x", "a")]);
        assert_eq!(together(&shown("nothing", Vec::new()), &found), []);
    }

    #[test]
    fn there_are_five_at_the_most() {
        let many: Vec<_> = (0..9).map(|n| preview(&format!("https://{n}.example/"), "t")).collect();
        let text: String = many.iter().map(|preview| format!("{} ", preview.url)).collect();
        assert_eq!(together(&shown(&text, Vec::new()), &many), many[..PREVIEWS_MAX]);
    }
}
