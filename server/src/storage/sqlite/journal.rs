//! Messages that are durable in `journal` and not yet in `messages`: what the writer knows of them,
//! and how they get there.
//!
//! Putting a message into its place costs several pages of indexes, scattered over the database;
//! appending it to the journal costs a fraction of one. So a commit appends, and what gathered is
//! settled later, many at a time, sorted, without a sync of its own: when nothing else is to do,
//! when it has become much, or at once when somebody reads or changes what it belongs to. Nobody
//! ever sees the difference: every read and every other change is preceded by a settling
//! (`writer.rs`, `readers.rs`), and a crash in the middle repeats it, which changes nothing.

use super::events::Stored;
use super::posts::{Beside, insert_message};
use super::rows::{ChannelNo, Id, channel_no_of, seq_of};
use super::search;
use crate::domain::permission::Standing;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use shared::{ChannelId, MessageId, Seq, Timestamp, UserId};
use std::collections::HashMap;

/// Messages that are settled at a time while others wait to be committed.
const SLICE: usize = 512;
/// Messages, and bytes of their texts, that gather until they are settled without being asked for.
const GATHER_MAX: usize = 8_192;
const GATHER_MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most places that are remembered.
const PLACES_MAX: usize = 65_536;

/// A message in the journal.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub pos: i64,
    pub message_id: MessageId,
    pub user_id: UserId,
    pub nonce: String,
    pub sent_at: Timestamp,
    pub message: String,
    pub html: Option<String>,
}

/// What a transaction adds to the journal, taken over once it is committed.
#[derive(Debug, Default)]
pub(super) struct Staged {
    posts: Vec<(ChannelId, Post)>,
    nonces: HashMap<(UserId, String), usize>,
    /// The newest row.
    last_no: i64,
}

/// Messages that are settled together.
#[derive(Debug, Default)]
struct Batch {
    /// Once settling has begun: descending by place, so that the next are at the end.
    posts: Vec<Post>,
    bytes: usize,
    nonces: HashMap<(UserId, String), (i64, ChannelId, MessageId)>,
    reads: HashMap<(ChannelNo, UserId), Seq>,
    last_no: i64,
}

/// What the writer knows beyond the tables.
#[derive(Debug, Default)]
pub(super) struct Journal {
    gathering: Batch,
    settling: Option<Batch>,
    heads: HashMap<ChannelNo, Seq>,
    places: HashMap<(UserId, ChannelId), (ChannelNo, Standing)>,
}

impl Staged {
    /// Appends a message to the journal.
    pub(super) fn append(
        &mut self,
        db: &Connection,
        channel: ChannelId,
        post: Post,
    ) -> rusqlite::Result<()> {
        db.prepare_cached(
            "INSERT INTO journal (pos, message_id, user_id, nonce, sent_at, message, html)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            post.pos,
            Id::from(post.message_id),
            Id::from(post.user_id),
            &post.nonce,
            post.sent_at.0,
            &post.message,
            &post.html,
        ))?;
        self.last_no = db.last_insert_rowid();
        self.nonces.insert((post.user_id, post.nonce.clone()), self.posts.len());
        self.posts.push((channel, post));
        Ok(())
    }

    /// What this user's nonce made in this transaction.
    pub(super) fn original(&self, user: UserId, nonce: &str) -> Option<Stored> {
        let (channel_id, post) = self.posts.get(*self.nonces.get(&(user, nonce.to_owned()))?)?;
        Some(duplicate(*channel_id, nonce, post.pos, post.message_id))
    }
}

fn duplicate(channel_id: ChannelId, nonce: &str, pos: i64, message_id: MessageId) -> Stored {
    let (nonce, seq) = (nonce.to_owned(), seq_of(pos));
    Stored { channel_id, nonce, seq, message_id, duplicate: true }
}

impl Journal {
    /// Messages that are not settled.
    pub(super) fn len(&self) -> usize {
        self.gathering.posts.len() + self.settling.as_ref().map_or(0, |batch| batch.posts.len())
    }

    /// Whether everything is settled.
    pub(super) fn is_empty(&self) -> bool {
        self.gathering.posts.is_empty() && self.settling.is_none()
    }

    /// Whether some of it should be settled now, though others wait.
    pub(super) fn is_due(&self) -> bool {
        let Batch { posts, bytes, .. } = &self.gathering;
        self.settling.is_some() || posts.len() >= GATHER_MAX || *bytes >= GATHER_MAX_BYTES
    }

    /// What this user's nonce made, if that is not settled.
    pub(super) fn original(&self, user: UserId, nonce: &str) -> Option<Stored> {
        let batches = [Some(&self.gathering), self.settling.as_ref()];
        if batches.iter().flatten().all(|batch| batch.nonces.is_empty()) {
            return None;
        }
        let key = (user, nonce.to_owned());
        let found = batches.into_iter().flatten().find_map(|batch| batch.nonces.get(&key));
        found.map(|(pos, channel, message)| duplicate(*channel, nonce, *pos, *message))
    }

    /// A channel's head, if it is known better than the tables do.
    pub(super) fn head(&self, no: ChannelNo) -> Option<Seq> {
        self.heads.get(&no).copied()
    }

    /// How far a user has read by its own unsettled messages.
    pub(super) fn read(&self, no: ChannelNo, user: UserId) -> Seq {
        let read = |batch: &Batch| batch.reads.get(&(no, user)).copied().unwrap_or(0);
        read(&self.gathering).max(self.settling.as_ref().map_or(0, read))
    }

    /// Where a user stands in a channel, if it was asked before and nothing has changed since.
    pub(super) fn place(&self, user: UserId, channel: ChannelId) -> Option<(ChannelNo, Standing)> {
        self.places.get(&(user, channel)).copied()
    }

    /// Remembers where a user stands in a channel, until something else than a message is stored.
    pub(super) fn remember(
        &mut self,
        user: UserId,
        channel: ChannelId,
        place: (ChannelNo, Standing),
    ) {
        if self.places.len() >= PLACES_MAX {
            self.places.clear();
        }
        self.places.insert((user, channel), place);
    }

    /// Takes over what a transaction added, which is committed.
    pub(super) fn commit(&mut self, staged: Staged, heads: HashMap<ChannelNo, Seq>) {
        let batch = &mut self.gathering;
        for (channel, post) in staged.posts {
            let key = (post.user_id, post.nonce.clone());
            batch.nonces.insert(key, (post.pos, channel, post.message_id));
            let (no, seq) = (channel_no_of(post.pos), seq_of(post.pos));
            batch.reads.insert((no, post.user_id), seq);
            batch.bytes += post.message.len() + post.html.as_ref().map_or(0, String::len);
            batch.last_no = batch.last_no.max(staged.last_no);
            batch.posts.push(post);
        }
        self.heads.extend(heads);
    }

    /// Puts all that is not settled into its place, in the caller's transaction. Once that is
    /// committed, [`Journal::settled`] is to be called.
    pub(super) fn settle(&self, db: &Connection) -> rusqlite::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let batches = [self.settling.as_ref(), Some(&self.gathering)];
        let mut posts: Vec<&Post> =
            batches.into_iter().flatten().flat_map(|batch| &batch.posts).collect();
        posts.sort_unstable_by_key(|post| post.pos);
        put_in_place(db, &posts, false)?;
        db.execute("DELETE FROM journal", []).map(drop)
    }

    /// Everything is in the tables, which may now change in any way.
    pub(super) fn settled(&mut self) {
        *self = Self::default();
    }

    /// Puts the next few into their place, in a transaction of their own. Not synced: what is lost
    /// in a crash of the machine is still in the journal.
    pub(super) fn settle_some(&mut self, db: &Connection) -> rusqlite::Result<()> {
        let gathering = &mut self.gathering;
        let batch = self.settling.get_or_insert_with(|| {
            let mut batch = std::mem::take(gathering);
            batch.posts.sort_unstable_by_key(|post| std::cmp::Reverse(post.pos));
            batch
        });
        let from = batch.posts.len().saturating_sub(SLICE);
        let slice: Vec<&Post> = batch.posts[from..].iter().rev().collect();
        let tx = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
        put_in_place(&tx, &slice, false)?;
        if from == 0 {
            tx.prepare_cached("DELETE FROM journal WHERE no <= ?1")?.execute([batch.last_no])?;
        }
        tx.commit()?;
        batch.posts.truncate(from);
        if from == 0 {
            self.settling = None;
            if self.heads.len() > PLACES_MAX && self.gathering.posts.is_empty() {
                self.heads.clear();
            }
        }
        Ok(())
    }
}

/// Settles what the journal of an earlier run holds. Some of it may be in its place already.
pub(super) fn recover(db: &Connection) -> rusqlite::Result<()> {
    let tx = db.unchecked_transaction()?;
    let mut query = tx.prepare(
        "SELECT pos, message_id, user_id, nonce, sent_at, message, html FROM journal ORDER BY pos",
    )?;
    let rows = query.query_map([], |row| {
        Ok(Post {
            pos: row.get(0)?,
            message_id: row.get::<_, Id>(1)?.into(),
            user_id: row.get::<_, Id>(2)?.into(),
            nonce: row.get(3)?,
            sent_at: Timestamp(row.get(4)?),
            message: row.get(5)?,
            html: row.get(6)?,
        })
    })?;
    let posts: Vec<Post> = rows.collect::<rusqlite::Result<_>>()?;
    drop(query);
    if posts.is_empty() {
        return Ok(());
    }
    tracing::info!(messages = posts.len(), "settling the journal of an earlier run");
    put_in_place(&tx, &posts.iter().collect::<Vec<_>>(), true)?;
    tx.execute("DELETE FROM journal", [])?;
    tx.commit()
}

/// Inserts messages, ascending by place, and moves the heads of their channels and their authors'
/// read positions along. `again` passes over those that are there; otherwise a message that is there
/// is an error, and nothing is done.
fn put_in_place(db: &Connection, posts: &[&Post], again: bool) -> rusqlite::Result<()> {
    let mut there = db.prepare_cached("SELECT 1 FROM messages WHERE message_id = ?1")?;
    let mut head =
        db.prepare_cached("UPDATE channels SET head_seq = ?2 WHERE no = ?1 AND head_seq < ?2")?;
    let mut read = db.prepare_cached(
        "UPDATE members SET read_seq = ?3
         WHERE channel_no = ?1 AND user_id = ?2 AND read_seq < ?3",
    )?;
    let mut placed = Vec::with_capacity(posts.len());
    for of_channel in posts.chunk_by(|a, b| channel_no_of(a.pos) == channel_no_of(b.pos)) {
        let mut reads: HashMap<UserId, Seq> = HashMap::new();
        for post in of_channel {
            if !(again && there.exists([Id::from(post.message_id)])?) {
                insert_message(db, post, &Beside::default())?;
                placed.push(search::Entry {
                    pos: post.pos,
                    author: post.user_id.into(),
                    sent_at: post.sent_at.0,
                    text: &post.message,
                    flags: 0,
                });
            }
            reads.insert(post.user_id, seq_of(post.pos));
        }
        let Some(last) = of_channel.last() else { continue };
        let no = channel_no_of(last.pos);
        head.execute((no.0, seq_of(last.pos).cast_signed()))?;
        for (user, seq) in reads {
            read.execute((no.0, Id::from(user), seq.cast_signed()))?;
        }
    }
    search::enter(db, &placed)
}

#[cfg(test)]
mod tests;
