//! One person: does this and that, one thing after the other, on a socket that ends now and then.

use super::{Account, Run, essence};
use crate::harness::{Chance, Closed, RawSocket, TestClient, TestSocket, patiently, said};
use shared::{
    Ack, ChannelEvent, ChannelId, ClientMessage, Delete, Edit, MessageId, React, Read, Resume, Seq,
    ServerMessage, Typing, paths,
};
use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;

const EMOJI: [&str; 4] = ["👍", "🎉", "❤️", "🦀"];
/// Messages that are remembered to be changed later.
const REMEMBERED: usize = 32;
/// Connections that one person holds open and does not read from.
const SILENT: usize = 3;

pub(super) struct Talker {
    client: TestClient,
    rooms: Vec<ChannelId>,
    chance: Chance,
    run: Arc<Run>,
    account: Account,
    /// Channels of which everything up to now was heard on this socket.
    caught_up: HashSet<ChannelId>,
    own: Vec<(ChannelId, MessageId)>,
    others: Vec<(ChannelId, MessageId)>,
    /// What was sent and is not answered: it is sent again on the next socket.
    pending: BTreeMap<String, (ChannelId, String)>,
    silent: Vec<RawSocket>,
    /// Whether it has written its last.
    written: bool,
    count: u64,
}

impl Talker {
    pub(super) fn new(
        client: TestClient,
        rooms: Vec<ChannelId>,
        chance: Chance,
        run: Arc<Run>,
    ) -> Self {
        let mut account = Account::default();
        account.heard.extend(rooms.iter().map(|room| (*room, Vec::new())));
        Self {
            client,
            rooms,
            chance,
            run,
            account,
            caught_up: HashSet::new(),
            own: Vec::new(),
            others: Vec::new(),
            pending: BTreeMap::new(),
            silent: Vec::new(),
            written: false,
            count: 0,
        }
    }

    /// Talks until the run ends and everything is heard.
    pub(super) async fn talk(mut self, server: SocketAddr) -> Account {
        loop {
            Run::count(&self.run.counts.connects);
            let mut socket = self.client.socket().await;
            if matches!(self.on(&mut socket, server).await, Ok(true)) {
                return self.account;
            }
        }
    }

    /// What is done on one socket; whether everything is at its end when it is left.
    async fn on(&mut self, socket: &mut TestSocket, server: SocketAddr) -> Result<bool, Closed> {
        self.resume(socket).await?;
        for (nonce, (room, text)) in self.pending.clone() {
            socket.try_send(&said(room, &nonce, &text)).await?;
            self.answered(socket, &nonce).await?;
        }
        while !self.run.is_ending() {
            match self.chance.below(100) {
                0..60 => self.say(socket).await?,
                60..72 => self.react(socket).await?,
                72..79 => self.edit(socket).await?,
                79..83 => self.delete(socket).await?,
                83..88 => self.read(socket).await?,
                88..92 => {
                    let channel_id = self.chance.pick(&self.rooms).copied();
                    socket.try_send(&ClientMessage::Typing(Typing { channel_id })).await?;
                }
                92..95 => self.resume(socket).await?,
                95..97 => self.ask_by_request().await,
                97 => {
                    // In the middle of something.
                    let (nonce, room, text) = self.next_message();
                    socket.try_send(&said(room, &nonce, &text)).await?;
                    self.pending.insert(nonce, (room, text));
                    Run::count(&self.run.counts.vanished);
                    return Ok(false);
                }
                98 => self.stall(server).await,
                _ => return Ok(false),
            }
            socket.log.clear();
        }
        self.hear_to_the_end(socket).await?;
        Ok(true)
    }

    /// Once nobody writes any more, everything up to the heads is heard.
    async fn hear_to_the_end(&mut self, socket: &mut TestSocket) -> Result<(), Closed> {
        if !std::mem::replace(&mut self.written, true) {
            patiently("everybody to stop", self.run.written.wait()).await;
        }
        for channel in self.client.channels().await {
            while self.last(channel.channel_id) < channel.head_seq {
                self.next(socket).await?;
            }
        }
        Ok(())
    }

    fn last(&self, room: ChannelId) -> Seq {
        self.account.heard[&room].len() as Seq
    }

    fn next_message(&mut self) -> (String, ChannelId, String) {
        self.count += 1;
        let nonce = self.chance.nonce();
        let room = *self.chance.pick(&self.rooms).unwrap();
        let long = if self.chance.once_in(50) { 20_000 } else { 200 };
        let padding = "x".repeat(self.chance.below(long));
        (nonce, room, format!("{} {padding}", self.count))
    }

    async fn say(&mut self, socket: &mut TestSocket) -> Result<(), Closed> {
        let (nonce, room, text) = self.next_message();
        socket.try_send(&said(room, &nonce, &text)).await?;
        self.pending.insert(nonce.clone(), (room, text));
        self.answered(socket, &nonce).await
    }

    async fn react(&mut self, socket: &mut TestSocket) -> Result<(), Closed> {
        let Some(&(room, message_id)) = self.chance.pick(&self.others) else { return Ok(()) };
        let emoji = (*self.chance.pick(&EMOJI).unwrap()).to_owned();
        let (nonce, on) = (self.chance.nonce(), !self.chance.once_in(3));
        let (channel_id, nonce_said) = (Some(room), Some(nonce.clone()));
        let react = React { channel_id, message_id, emoji, on, nonce: nonce_said };
        socket.try_send(&ClientMessage::React(react)).await?;
        Run::count(&self.run.counts.reactions);
        self.answered(socket, &nonce).await
    }

    async fn edit(&mut self, socket: &mut TestSocket) -> Result<(), Closed> {
        let Some(&(room, message_id)) = self.chance.pick(&self.own) else { return Ok(()) };
        let nonce = self.chance.nonce();
        let (channel_id, nonce_said) = (Some(room), Some(nonce.clone()));
        let message = format!("edited **{}**", self.count);
        let edit = Edit { channel_id, message_id, nonce: nonce_said, message };
        socket.try_send(&ClientMessage::Edit(edit)).await?;
        Run::count(&self.run.counts.edits);
        self.answered(socket, &nonce).await
    }

    async fn delete(&mut self, socket: &mut TestSocket) -> Result<(), Closed> {
        if self.own.is_empty() {
            return Ok(());
        }
        let (room, message_id) = self.own.swap_remove(self.chance.below(self.own.len()));
        let nonce = self.chance.nonce();
        let delete = Delete { channel_id: Some(room), message_id, nonce: Some(nonce.clone()) };
        socket.try_send(&ClientMessage::Delete(delete)).await?;
        Run::count(&self.run.counts.deletions);
        self.answered(socket, &nonce).await
    }

    async fn read(&mut self, socket: &mut TestSocket) -> Result<(), Closed> {
        let room = *self.chance.pick(&self.rooms).unwrap();
        let read = Read { channel_id: Some(room), seq: self.last(room), thread_root: None };
        socket.try_send(&ClientMessage::Read(read)).await
    }

    /// Asks to be caught up where it stands, or a little before that, and is.
    async fn resume(&mut self, socket: &mut TestSocket) -> Result<(), Closed> {
        let back = self.chance.below(5) as Seq;
        let cursors = self.rooms.iter().map(|room| (*room, self.last(*room).saturating_sub(back)));
        let cursors: BTreeMap<_, _> = cursors.collect();
        self.caught_up.clear();
        socket.try_send(&ClientMessage::Resume(Resume { cursors })).await?;
        Run::count(&self.run.counts.resumes);
        while self.caught_up.len() < self.rooms.len() {
            self.next(socket).await?;
        }
        Ok(())
    }

    /// What programs do: post, and read a page and the channels.
    async fn ask_by_request(&mut self) {
        let (_, room, text) = self.next_message();
        self.client.say(room, &text).await;
        self.client.page(room, "limit=50").await;
        self.client.channels().await;
        Run::count(&self.run.counts.requests);
    }

    /// Opens one more connection and never reads from it; one that was opened before goes.
    async fn stall(&mut self, server: SocketAddr) {
        Run::count(&self.run.counts.stalled);
        if self.silent.len() >= SILENT {
            self.silent.remove(0).reset();
        }
        let path = paths::ws(self.client.client_id());
        self.silent.push(RawSocket::open_at(server, &self.client, &path).await);
    }

    /// Reads until the answer to what was sent with this nonce.
    async fn answered(&mut self, socket: &mut TestSocket, nonce: &str) -> Result<(), Closed> {
        loop {
            match self.next(socket).await? {
                ServerMessage::Ack(ack) if ack.nonce == nonce => return Ok(()),
                ServerMessage::Rejected(no) if no.nonce.as_deref() == Some(nonce) => {
                    // A message that was deleted meanwhile can't be changed.
                    if self.pending.remove(nonce).is_some() {
                        self.account.wrong.push(format!("{nonce} was refused: {no:?}"));
                    }
                    return Ok(());
                }
                _ => {}
            }
        }
    }

    /// The next frame, taken in.
    async fn next(&mut self, socket: &mut TestSocket) -> Result<ServerMessage, Closed> {
        let message = socket.next().await?;
        match &message {
            ServerMessage::Ack(ack) => self.acked(ack),
            ServerMessage::CaughtUp(up) => {
                self.caught_up.insert(up.channel_id);
                if self.last(up.channel_id) < up.seq {
                    self.account.wrong.push(format!("caught up without what is before: {up:?}"));
                }
            }
            ServerMessage::Reset(reset) => {
                self.account.wrong.push(format!("a cursor that is good was reset: {reset:?}"));
                self.caught_up.insert(reset.channel_id);
            }
            other => {
                if let Ok(event) = other.clone().into_event() {
                    self.hear(&event);
                }
            }
        }
        Ok(message)
    }

    fn acked(&mut self, ack: &Ack) {
        let Some((room, _)) = self.pending.remove(&ack.nonce) else { return };
        let place = (ack.channel_id, ack.seq, ack.message_id);
        if room != ack.channel_id || self.account.acked.insert(ack.nonce.clone(), place).is_some() {
            self.account.wrong.push(format!("acknowledged elsewhere, or twice: {ack:?}"));
        }
        Run::count(&self.run.counts.acks);
        if self.own.len() >= REMEMBERED {
            self.own.swap_remove(0);
        }
        self.own.push((ack.channel_id, ack.message_id));
    }

    fn hear(&mut self, event: &ChannelEvent) {
        let (room, seq, last) = (event.channel_id(), event.seq(), self.last(event.channel_id()));
        let heard = self.account.heard.get_mut(&room).unwrap();
        if seq == last + 1 {
            heard.push(essence(event));
            Run::count(&self.run.counts.heard);
            if let ChannelEvent::Message(message) = event {
                if self.others.len() >= REMEMBERED {
                    self.others.swap_remove(0);
                }
                self.others.push((room, message.message_id));
            }
        } else if seq <= last {
            if heard[usize::try_from(seq).unwrap() - 1] != essence(event) {
                self.account.wrong.push(format!("another event than before: {event:?}"));
            }
        } else if self.caught_up.contains(&room) {
            self.account.wrong.push(format!("{seq} came after {last}: {event:?}"));
        }
    }
}
