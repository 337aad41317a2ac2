//! What each frame of the server does to the state. Every frame has its arm: a new one doesn't
//! compile until somebody has thought about it.

use super::changes::{Arrival, Changes, Want};
use super::text::mentions;
use super::{Listed, State, outbox::SendState};
use shared::timeline::Applied;
use shared::{
    Ack, ChannelChange, ChannelEvent, ChannelFrame, ChannelId, Rejected, Reset, Seq, ServerMessage,
    Welcome,
};
use std::collections::BTreeMap;

impl State {
    /// Takes one frame. `now` is in milliseconds of a clock that never goes back.
    pub fn apply(&mut self, frame: ServerMessage, now: u64) -> Changes {
        match frame {
            ServerMessage::Welcome(welcome) => self.welcome(welcome),
            ServerMessage::Message(event) => self.event(ChannelEvent::Message(event)),
            ServerMessage::Edited(event) => self.event(ChannelEvent::Edited(event)),
            ServerMessage::Deleted(event) => self.event(ChannelEvent::Deleted(event)),
            ServerMessage::Reacted(event) => self.event(ChannelEvent::Reacted(event)),
            ServerMessage::Member(event) => self.event(ChannelEvent::Member(event)),
            ServerMessage::Pinned(event) => self.event(ChannelEvent::Pinned(event)),
            ServerMessage::Previewed(event) => self.event(ChannelEvent::Previewed(event)),
            ServerMessage::Thread(frame) => {
                let told = self.threads.told(&frame);
                self.listed.threads += u32::from(told.new);
                let wants = if told.recount { vec![Want::Threads] } else { Vec::new() };
                Changes { kept: told.new, wants, ..Changes::default() }
            }
            ServerMessage::Bookmarked(frame) => {
                let kept = if frame.on {
                    self.bookmarks.insert(frame.message_id)
                } else {
                    self.bookmarks.remove(&frame.message_id)
                };
                self.listed.bookmarks += 1;
                // The mark on its row moves what stands below.
                Changes { kept, rows: kept, ..Changes::default() }
            }
            ServerMessage::Channel(frame) => self.channel(frame),
            ServerMessage::Ack(ack) => self.ack(ack),
            ServerMessage::Rejected(rejected) => self.rejected(rejected, now),
            ServerMessage::CaughtUp(caught_up) => self.caught_up(caught_up.channel_id),
            ServerMessage::Reset(reset) => self.reset(reset),
            ServerMessage::Read(read) => {
                let own = read.user_id == self.me;
                let channels = own && self.channels.read(read.channel_id, read.seq);
                // Which of the mentions were read, only the server knows.
                let known = self.channels.get(read.channel_id);
                let some = channels && known.is_some_and(|c| c.mentions > 0);
                let wants = if some { vec![Want::Channels] } else { Vec::new() };
                Changes { channels, wants, ..Changes::default() }
            }
            ServerMessage::Typing(typing) => {
                let other = typing.user_id != self.me;
                if other {
                    self.typing.began(typing.channel_id, typing.user_id, now);
                }
                Changes { typing: other, ..Changes::default() }
            }
            ServerMessage::Presence(presence) => {
                let people = self.people.set_online(presence.user_id, presence.online);
                Changes { people, ..Changes::default() }
            }
            ServerMessage::Pong(_) => Changes::default(),
        }
    }

    fn welcome(&mut self, welcome: Welcome) -> Changes {
        let mut changes = Changes { channels: true, outbox: true, ..Changes::default() };
        let restored = self.epoch.as_ref().is_some_and(|epoch| *epoch != welcome.epoch);
        self.epoch = Some(welcome.epoch);
        self.catching_up.clear();
        if restored {
            // The history has another life: nothing that is held can be trusted.
            self.rooms.clear();
            changes.rows = true;
            changes.thread = true;
            changes.wants.push(Want::Thread);
            changes.wants.push(Want::Channels);
            changes.wants.extend(self.open.map(Want::Reload));
        }
        let mut heads = BTreeMap::new();
        let mut strange = welcome.channels.len() != self.channels.len();
        for cursor in &welcome.channels {
            heads.insert(cursor.channel_id, cursor.head_seq);
            strange |= self.channels.get(cursor.channel_id).is_none();
            self.channels.advance(cursor.channel_id, cursor.head_seq);
            self.channels.read(cursor.channel_id, cursor.read_seq);
            self.channels.counted(cursor.channel_id, cursor.read_seq, cursor.mentions);
            // What was read while the line was broken is told now.
            let read = self.channels.get(cursor.channel_id).map_or(0, |channel| channel.read);
            if read > cursor.read_seq {
                changes.wants.push(Want::Read(cursor.channel_id, read));
            }
        }
        if strange && !restored {
            changes.wants.push(Want::Channels);
        }
        for room in self.rooms.values_mut() {
            room.filling = false;
        }
        let cursors = self.cursors(&heads);
        self.catching_up = cursors.keys().copied().collect();
        self.resume_thread(&heads, &cursors, &mut changes);
        if !cursors.is_empty() {
            changes.wants.push(Want::Resume(cursors));
        }
        changes.wants.push(Want::Flush);
        changes
    }

    /// What the replay of its channel doesn't bring to the thread on the screen is loaded, and so is
    /// what no replay tells: what is unread in other threads, pinned and remembered.
    fn resume_thread(
        &mut self,
        heads: &BTreeMap<ChannelId, Seq>,
        cursors: &BTreeMap<ChannelId, Seq>,
        changes: &mut Changes,
    ) {
        if let Some(thread) = &mut self.thread {
            let (id, cursor) = (thread.channel_id, thread.room.timeline.cursor());
            thread.room.filling = false;
            let behind = heads.get(&id).is_some_and(|head| *head != cursor);
            let replayed = cursors.get(&id).is_some_and(|from| *from <= cursor);
            let asked = thread.room.loading || changes.wants.contains(&Want::Thread);
            if behind && !replayed && !asked {
                thread.room.filling = true;
                changes.wants.push(Want::Thread);
            }
        }
        for (channel, root, seq) in self.threads.untold() {
            changes.wants.push(Want::ReadThread(channel, root, seq));
        }
        let Listed { threads, pins, bookmarks } = self.listed;
        self.listed = Listed { threads: threads + 1, pins: pins + 1, bookmarks: bookmarks + 1 };
        changes.kept = true;
        changes.wants.extend([Want::Threads, Want::Bookmarks]);
    }

    fn event(&mut self, event: ChannelEvent) -> Changes {
        let (id, seq) = (event.channel_id(), event.seq());
        let mut changes =
            Changes { channels: self.channels.advance(id, seq), ..Changes::default() };
        let mut fresh = changes.channels;
        match &event {
            ChannelEvent::Message(message) if message.user_id == self.me => {
                if self.outbox.remove(&message.nonce).is_some() {
                    changes.wants.push(Want::Forget(message.nonce.clone()));
                    changes.wants.push(Want::Flush);
                    changes.outbox = true;
                }
                let thread = self.thread.as_mut().map(|thread| &mut thread.room);
                for room in self.rooms.get_mut(&id).into_iter().chain(thread) {
                    room.nonces.insert(message.message_id, message.nonce.clone());
                }
                fresh = false;
            }
            ChannelEvent::Message(message) => {
                changes.typing = self.typing.ended(id, message.user_id);
                changes.people = self.people.set_online(message.user_id, true);
                let html = message.html.as_deref().unwrap_or_default();
                if fresh && mentions(html, self.me) {
                    self.channels.mention(id);
                }
                if let Some(root) = message.thread_root {
                    changes.kept |= self.threads.wrote(root, message);
                }
                let origin = message.forwarded.as_ref().map(|origin| origin.user_id);
                for user in origin.into_iter().chain([message.user_id]) {
                    if self.people.ask(user) {
                        changes.wants.push(Want::User(user));
                    }
                }
            }
            ChannelEvent::Member(member) => {
                self.channels.member(id, member.user_id, member.joined);
                changes.channels = true;
                if self.people.ask(member.user_id) {
                    changes.wants.push(Want::User(member.user_id));
                }
            }
            // What it mentioned before, only the server knows.
            ChannelEvent::Edited(_) | ChannelEvent::Deleted(_) => {
                let (changed, edited) = match &event {
                    ChannelEvent::Edited(edit) => {
                        (Some(edit.message_id), edit.html.as_deref().unwrap_or_default())
                    }
                    ChannelEvent::Deleted(deletion) => (Some(deletion.message_id), ""),
                    _ => (None, ""),
                };
                // Where it is answered it says something else now: it is fetched again.
                if let Some(changed) = changed {
                    self.gists.remove(&changed);
                }
                let counted = self.channels.get(id).is_some_and(|channel| channel.mentions > 0);
                if fresh && (counted || mentions(edited, self.me)) {
                    changes.wants.push(Want::Channels);
                }
            }
            ChannelEvent::Pinned(pin) if pin.on && self.people.ask(pin.user_id) => {
                changes.wants.push(Want::User(pin.user_id));
            }
            ChannelEvent::Previewed(_) => self.channels.pass(id, seq),
            ChannelEvent::Reacted(_) | ChannelEvent::Pinned(_) => {}
        }
        self.arrive(&event, fresh, &mut changes);
        self.relist(&event, &mut changes);
        self.fold(id, event, &mut changes);
        changes
    }

    /// A message that came live where it is to be seen is announced.
    fn arrive(&self, event: &ChannelEvent, fresh: bool, changes: &mut Changes) {
        let ChannelEvent::Message(message) = event else { return };
        if !fresh || self.catching_up.contains(&message.channel_id) {
            return;
        }
        let in_channel = message.thread_root.is_none() || message.also_in_channel;
        let on_screen = self.thread.as_ref().map(|thread| thread.root);
        let thread = message.thread_root.filter(|root| !in_channel && Some(*root) == on_screen);
        if in_channel || thread.is_some() {
            changes.arrivals.push(Arrival {
                channel_id: message.channel_id,
                user_id: message.user_id,
                text: message.message.clone(),
                seq: message.seq,
                thread,
            });
        }
    }

    /// Lists that may hold what the event changes are out of date.
    fn relist(&mut self, event: &ChannelEvent, changes: &mut Changes) {
        let (mut threads, mut pins, mut bookmarks) = (false, false, false);
        match event {
            ChannelEvent::Message(message) => threads = message.thread_root.is_some(),
            ChannelEvent::Pinned(_) => pins = true,
            ChannelEvent::Edited(edit) => {
                (threads, pins) = (true, true);
                bookmarks = self.bookmarks.contains(&edit.message_id);
            }
            ChannelEvent::Deleted(deletion) => {
                (threads, pins) = (true, true);
                bookmarks = self.bookmarks.contains(&deletion.message_id);
            }
            ChannelEvent::Reacted(_) | ChannelEvent::Member(_) | ChannelEvent::Previewed(_) => {}
        }
        self.listed.threads += u32::from(threads);
        self.listed.pins += u32::from(pins);
        self.listed.bookmarks += u32::from(bookmarks);
        changes.kept |= threads || pins || bookmarks;
    }

    /// The event goes into the window, if the channel's messages are held.
    fn fold(&mut self, id: ChannelId, event: ChannelEvent, changes: &mut Changes) {
        if let Some(thread) = self.thread.as_mut().filter(|thread| thread.channel_id == id) {
            match thread.room.timeline.apply(event.clone()) {
                Applied::Yes => changes.thread = true,
                Applied::Known => changes.thread |= changes.outbox,
                Applied::Gap { .. } if !thread.room.filling && !thread.room.loading => {
                    thread.room.filling = true;
                    changes.wants.push(Want::Thread);
                }
                Applied::Gap { .. } => {}
            }
        }
        let Some(room) = self.rooms.get_mut(&id) else { return };
        match room.timeline.apply(event) {
            Applied::Yes => {
                let cursor = room.timeline.cursor();
                self.outbox.settle(id, cursor);
                changes.rows |= self.open == Some(id);
            }
            Applied::Known => changes.rows |= changes.outbox && self.open == Some(id),
            // While a page is on its way the event waits for it: most likely the page closes the gap.
            Applied::Gap { after } if !room.filling && !room.loading => {
                room.filling = true;
                changes.wants.push(Want::Resume(BTreeMap::from([(id, after)])));
            }
            Applied::Gap { .. } => {}
        }
    }

    fn channel(&mut self, frame: ChannelFrame) -> Changes {
        let id = frame.channel_id;
        let mut changes = Changes { channels: true, ..Changes::default() };
        match (frame.change, frame.channel) {
            (ChannelChange::Created | ChannelChange::Updated, Some(info)) => {
                for user in &info.user_ids {
                    if self.people.ask(*user) {
                        changes.wants.push(Want::User(*user));
                    }
                }
                self.channels.put(info);
            }
            (ChannelChange::Created | ChannelChange::Updated, None) => {
                changes.wants.push(Want::Channels);
            }
            (ChannelChange::Deleted, _) => {
                self.channels.remove(id);
                self.rooms.remove(&id);
                self.thread.take_if(|thread| thread.channel_id == id);
                changes.thread = true;
                self.outbox.close_channel(id, "you are no longer in this channel");
                changes.rows = self.open == Some(id);
                changes.outbox = true;
                if self.catching_up.contains(&id) {
                    changes.merge(self.caught_up(id));
                }
            }
        }
        changes
    }

    fn ack(&mut self, ack: Ack) -> Changes {
        let mut changes = Changes::default();
        if self.outbox.acked(&ack.nonce, ack.seq) {
            changes.outbox = true;
            changes.rows = self.open == Some(ack.channel_id);
            changes.thread = true;
            changes.wants.push(Want::Forget(ack.nonce.clone()));
            changes.wants.push(Want::Flush);
            if let Some(thread) = &mut self.thread {
                thread.room.nonces.insert(ack.message_id, ack.nonce.clone());
            }
            match self.rooms.get_mut(&ack.channel_id) {
                Some(room) => {
                    room.nonces.insert(ack.message_id, ack.nonce);
                    let cursor = room.timeline.cursor();
                    self.outbox.settle(ack.channel_id, cursor);
                }
                // Its messages are not held, so there is no row to wait for.
                None => {
                    self.outbox.remove(&ack.nonce);
                }
            }
        }
        changes
    }

    fn rejected(&mut self, rejected: Rejected, now: u64) -> Changes {
        let Some(nonce) = rejected.nonce.filter(|nonce| self.outbox.get(nonce).is_some()) else {
            return Changes::wanting(Want::Tell(rejected.message));
        };
        let after = rejected.retry_after_ms;
        self.outbox.rejected(&nonce, rejected.code, &rejected.message, after, now);
        let mut changes = Changes { outbox: true, ..Changes::default() };
        if let Some(entry) = self.outbox.get(&nonce) {
            changes.rows = self.open == Some(entry.channel_id);
            changes.thread = true;
            if matches!(entry.state, SendState::Failed { .. }) {
                changes.wants.push(Want::Keep(nonce));
            }
        }
        changes.wants.push(Want::Flush);
        changes
    }

    fn caught_up(&mut self, id: ChannelId) -> Changes {
        let mut changes = Changes::default();
        if let Some(room) = self.rooms.get_mut(&id) {
            room.filling = false;
        }
        let waited = self.catching_up.contains(&id);
        self.catching_up.retain(|waiting| *waiting != id);
        if waited && self.catching_up.is_empty() {
            changes.wants.push(Want::CaughtUp);
        }
        changes
    }

    fn reset(&mut self, reset: Reset) -> Changes {
        let id = reset.channel_id;
        self.channels.advance(id, reset.head_seq);
        let nonces = self.rooms.remove(&id).map(|room| (room.nonces, room.new_after));
        let mut changes = Changes { channels: true, ..Changes::default() };
        if self.open == Some(id) {
            let room = self.rooms.entry(id).or_default();
            (room.nonces, room.new_after) = nonces.unwrap_or_default();
            changes.rows = true;
            changes.wants.push(Want::Reload(id));
        }
        if let Some(thread) = self.thread.as_mut().filter(|thread| thread.channel_id == id) {
            thread.room.filling = true;
            changes.wants.push(Want::Thread);
        }
        changes.merge(self.caught_up(id));
        changes
    }
}
