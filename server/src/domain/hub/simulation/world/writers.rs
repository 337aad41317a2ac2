//! Who writes, what is stored of it, and the broker that hands it to the Hub.

use super::{Commit, Post, World};
use crate::domain::announcement::Announcement;
use crate::domain::client::Scope;
use crate::domain::hub::simulation::peer::{Peer, Reads};
use shared::limits::{EGRESS_MAX_BYTES, EGRESS_MAX_FRAMES, MESSAGE_MAX_BYTES};
use shared::{Ack, ErrorCode, MessageId, Rejected, ServerMessage};
use uuid::Uuid;

impl World {
    fn text(&mut self) -> String {
        let long = if self.chance.once_in(20) { 30_000 } else { 150 };
        "x".repeat(self.chance.below(long))
    }

    pub(super) fn submit(&mut self) {
        let idle = |peer: &Peer| peer.is_idle() && !peer.forgotten && !peer.lost;
        let Some(from) = self.chance.place(&self.peers, idle) else { return };
        let peer = &self.peers[from];
        let user = peer.caller.user_id;
        let room = match peer.scope {
            Scope::One(id) => self.store.place(id),
            _ => self.chance.below(self.store.rooms.len()),
        };
        self.nonces += 1;
        let (nonce, text) = (self.nonces, self.text());
        self.submitted.push_back(Post { from: Some(from), room, user, nonce, text });
    }

    /// What was stored before is sent again.
    pub(super) fn resend(&mut self) {
        let has = |peer: &Peer| peer.is_idle() && !peer.forgotten && !peer.acks.is_empty();
        let Some(from) = self.chance.place(&self.peers, has) else { return };
        let peer = &self.peers[from];
        let mut sent: Vec<_> = peer.acks.keys().copied().collect();
        sent.sort_unstable();
        let (id, nonce) = sent[self.chance.below(sent.len())];
        let (room, user) = (self.store.place(id), peer.caller.user_id);
        self.submitted.push_back(Post { from: Some(from), room, user, nonce, text: String::new() });
    }

    pub(super) fn create(&mut self, commit: &mut Commit) {
        let mut members = self.users.clone();
        if self.chance.once_in(3) {
            let at = self.chance.below(members.len());
            members.remove(at);
        }
        commit.announcements.push(self.store.create(members));
    }

    /// The writer: some of what was submitted, and what others change, in one transaction.
    pub(super) fn commit(&mut self) {
        if self.floods > 0 && self.peers.len() > 5 && self.chance.once_in(8) {
            self.floods -= 1;
            self.flood();
        }
        let mut commit = Commit::default();
        for _ in 0..1 + self.chance.below(6) {
            let room = self.chance.below(self.store.rooms.len());
            match self.chance.below(24) {
                0..13 => {
                    if let Some(post) = self.submitted.pop_front() {
                        self.post(post, &mut commit);
                    }
                }
                13..16 => self.post_by_request(room, &mut commit),
                16..20 => self.move_a_member(room, &mut commit),
                20 => {
                    let user = self.users[self.chance.below(self.users.len())];
                    let Some(room) = self.store.rooms.get(room).filter(|r| !r.deleted) else {
                        continue;
                    };
                    commit.announcements.push(Announcement::Read(room.id, user, room.head()));
                }
                21 if !self.store.rooms[room].deleted => {
                    commit.announcements.push(self.store.update(room));
                }
                22 if self.chance.once_in(6) => self.create(&mut commit),
                23 if self.chance.once_in(12) && !self.store.rooms[room].deleted => {
                    commit.announcements.push(self.store.delete(room));
                }
                _ => {}
            }
        }
        self.committed.push_back(commit);
    }

    fn post(&mut self, post: Post, commit: &mut Commit) {
        let Post { from, room, user, nonce, text } = post;
        let channel_id = self.store.rooms[room].id;
        let stored = self.store.post(room, user, nonce, text);
        if let Some((_, Some(announcement))) = &stored {
            commit.announcements.push(announcement.clone());
        }
        let Some(from) = from else { return };
        let (nonce, message_id) = (nonce.to_string(), MessageId(Uuid::from_u128(nonce.into())));
        let answer = match stored {
            Some((stored, _)) => {
                let (seq, duplicate) = (stored.seq, stored.duplicate);
                let ack = Ack { channel_id, nonce, seq, message_id, duplicate };
                (from, Some(channel_id), ServerMessage::Ack(ack))
            }
            None => {
                let (code, message) = (ErrorCode::NotFound, String::new());
                let no = Rejected { nonce: Some(nonce), code, message, retry_after_ms: None };
                (from, None, ServerMessage::Rejected(no))
            }
        };
        commit.answers.push(answer);
    }

    fn post_by_request(&mut self, room: usize, commit: &mut Commit) {
        let user = self.users[self.chance.below(self.users.len())];
        self.nonces += 1;
        let (nonce, text) = (self.nonces, self.text());
        self.post(Post { from: None, room, user, nonce, text }, commit);
    }

    fn move_a_member(&mut self, room: usize, commit: &mut Commit) {
        let user = self.users[self.chance.below(self.users.len())];
        let at = &self.store.rooms[room];
        if at.deleted {
            return;
        }
        let announcement =
            if at.has(user) { self.store.leave(room, user) } else { self.store.join(room, user) };
        commit.announcements.push(announcement);
    }

    /// More than a queue holds, in bytes or in frames, comes over everybody where they stand: those
    /// who read slowly with nothing queued and little room.
    fn flood(&mut self) {
        self.deliver_all();
        let slow = |peer: &Peer| peer.reads == Reads::Slowly && !peer.forgotten && peer.is_idle();
        let user = self.chance.place(&self.peers, slow).map(|at| self.peers[at].caller.user_id);
        let user = user.unwrap_or(self.users[0]);
        let Some(room) = self.chance.place(&self.store.rooms, |room| room.has(user)) else {
            return;
        };
        let slow: Vec<_> = (0..self.peers.len()).filter(|at| slow(&self.peers[*at])).collect();
        for at in slow {
            self.peers[at].socket.take(usize::MAX);
            self.flush(at);
            self.peers[at].socket.take(self.chance.below(1_000));
        }
        let mut commit = Commit::default();
        if self.chance.once_in(3) {
            for _ in 0..=EGRESS_MAX_FRAMES {
                commit.announcements.push(self.store.small_event(room));
            }
        } else {
            let text = "x".repeat(MESSAGE_MAX_BYTES);
            for _ in 0..2 * EGRESS_MAX_BYTES / MESSAGE_MAX_BYTES {
                self.nonces += 1;
                let (nonce, text) = (self.nonces, text.clone());
                self.post(Post { from: None, room, user, nonce, text }, &mut commit);
            }
        }
        self.committed.push_back(commit);
        self.deliver_all();
        // Somebody who reads slowly comes now, and has missed much of it.
        let after = self.store.rooms[room].head() - self.chance.below(150) as u64;
        self.open_as(user, (Scope::One(self.store.rooms[room].id), Some(after)), Reads::Slowly);
    }

    fn deliver_all(&mut self) {
        while !self.committed.is_empty() {
            self.hand_over();
        }
        for shard in 0..self.hub.shards() {
            self.run_shard(shard, 1_000);
        }
    }

    /// The broker: what was committed goes to the Hub, in order, and then the answers.
    pub(super) fn hand_over(&mut self) {
        if self.hub.lagging().is_some() {
            return;
        }
        let Some(Commit { announcements, answers }) = self.committed.pop_front() else { return };
        self.hub.deliver(announcements);
        for (to, channel, message) in answers {
            let peer = &mut self.peers[to];
            match &message {
                ServerMessage::Ack(ack) => {
                    let key = (ack.channel_id, ack.nonce.parse().unwrap());
                    let (seq, count) = peer.acks.entry(key).or_default();
                    (*seq, *count) = (ack.seq, *count + 1);
                }
                _ => peer.refusals += 1,
            }
            self.hub.reply(peer.key, channel, &message);
        }
        self.hub.wake();
    }
}
