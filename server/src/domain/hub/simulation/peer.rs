//! A connection as its receiving task drives it: what `transport/ws` does from the upgrade to the
//! end (`chat.rs`, `replay.rs`, `tcp.rs`), in single steps between which everything else may happen.

use super::chance::Chance;
use super::store::{Page, Store};
use crate::domain::burst::{Burst, Part};
use crate::domain::channel::GoLive;
use crate::domain::client::{ConnKey, Scope};
use crate::domain::delivery::BURST_MAX_BYTES;
use crate::domain::frame::Frame;
use crate::domain::hub::Hub;
use crate::domain::identity::Caller;
use crate::domain::model_socket::ModelSocket;
use shared::limits::RESUME_MAX_EVENTS;
use shared::{
    CaughtUp, ChannelId, Cursor, Pong, Reset, ResetReason, Seq, ServerMessage, Welcome, close_code,
};
use std::collections::{HashMap, HashSet, VecDeque};

/// How well the other side reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// Everything, at once.
    Well,
    /// Some bytes now and then.
    Slowly,
    /// A little, and then nothing any more.
    Never,
}

/// What a `pong` in the stream stands for: it is written where the meaning of what follows changes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark {
    /// From here on the channel is replayed from this seq.
    Replay(ChannelId, Seq),
    /// The next so many events of the channel are of a replay, after this seq.
    Events(ChannelId, Seq, usize),
    /// From here on nothing of the channel is held back any more.
    Live(ChannelId),
}

#[derive(Debug)]
enum Task {
    Attach,
    Attached(Vec<Cursor>),
    Welcome(Vec<Cursor>),
    Start(Cursor),
    Resume(ChannelId, Seq),
    Read(Replay),
    Apply(Replay, Option<Page>),
    Write(Replay, VecDeque<(Part, Seq)>, Seq),
}

#[derive(Debug, Clone, Copy)]
struct Replay {
    id: ChannelId,
    cursor: Seq,
    last: Seq,
    first: bool,
}

/// An open connection, or one that was.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) socket: ModelSocket,
    pub(super) key: ConnKey,
    pub(super) caller: Caller,
    pub(super) scope: Scope,
    pub(super) after: Option<Seq>,
    pub(super) reads: Reads,
    /// The peer went, and every write fails.
    pub(super) lost: bool,
    /// The Hub was told to forget it.
    pub(super) forgotten: bool,
    /// Stalls that ended with everything written.
    pub(super) flushed: usize,
    pub(super) marks: Vec<Mark>,
    /// How often each nonce was answered by an ack that was handed over.
    pub(super) acks: HashMap<(ChannelId, u64), (Seq, usize)>,
    pub(super) refusals: usize,
    /// How often more was announced than could be held, and how often it was told to begin anew.
    pub(super) behind: u64,
    pub(super) resets: u64,
    tasks: VecDeque<Task>,
    attached: HashSet<ChannelId>,
}

impl Peer {
    /// A connection that was just registered with the Hub.
    pub(super) fn new(
        (socket, key): (ModelSocket, ConnKey),
        caller: Caller,
        (scope, after): (Scope, Option<Seq>),
        reads: Reads,
    ) -> Self {
        Self {
            socket,
            key,
            caller,
            scope,
            after,
            reads,
            lost: false,
            forgotten: false,
            flushed: 0,
            marks: Vec::new(),
            acks: HashMap::new(),
            refusals: 0,
            behind: 0,
            resets: 0,
            tasks: VecDeque::from([Task::Attach]),
            attached: HashSet::new(),
        }
    }

    /// Whether its task waits for what the client says next.
    pub(super) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Whether somebody waits until the socket takes more.
    pub(super) fn is_stalled(&self) -> bool {
        self.socket.times_stalled() > self.flushed
    }

    /// The client asks to be caught up in a channel.
    pub(super) fn resume(&mut self, id: ChannelId, cursor: Seq) {
        self.tasks.push_back(Task::Resume(id, cursor));
    }

    fn mark(&mut self, hub: &Hub, mark: Mark) {
        let at = self.marks.len() as i64;
        self.marks.push(mark);
        hub.write_message(self.key, &ServerMessage::Pong(Pong { at }));
    }

    fn go_live(&mut self, hub: &Hub, id: ChannelId, seq: Seq, first: Option<Frame>) -> GoLive {
        let outcome = hub.go_live(self.key, id, seq, first);
        self.behind += u64::from(outcome == GoLive::Behind);
        outcome
    }

    fn replay(&mut self, hub: &Hub, id: ChannelId, cursor: Seq) -> Task {
        self.mark(hub, Mark::Replay(id, cursor));
        Task::Read(Replay { id, cursor, last: cursor, first: true })
    }

    /// Takes one step of its task; whether there was one to take.
    pub(super) fn step(&mut self, hub: &Hub, store: &Store, chance: &mut Chance) -> bool {
        let Some(task) = self.tasks.pop_front() else { return false };
        let next = match task {
            Task::Attach => {
                let mut cursors = store.cursors(self.caller.user_id);
                if let Scope::One(id) = self.scope {
                    cursors.retain(|cursor| cursor.channel_id == id);
                }
                Some(Task::Attached(cursors))
            }
            Task::Attached(cursors) => Some(self.attach(hub, cursors)),
            Task::Welcome(cursors) => self.welcome(hub, cursors),
            Task::Start(cursor) => {
                let Cursor { channel_id, head_seq, .. } = cursor;
                let outcome = self.go_live(hub, channel_id, head_seq, None);
                if outcome == GoLive::Live {
                    self.mark(hub, Mark::Live(channel_id));
                }
                (outcome == GoLive::Behind).then(|| self.replay(hub, channel_id, head_seq))
            }
            Task::Resume(id, cursor) => {
                if !hub.hold(self.key, id) {
                    hub.add_client(self.key, [id]);
                }
                Some(self.replay(hub, id, cursor))
            }
            Task::Read(replay) => {
                let most = if chance.once_in(4) { 600 } else { 6 };
                let limit = 1 + chance.below(most);
                let page = store.events(self.caller.user_id, replay.id, replay.last, limit);
                Some(Task::Apply(replay, page))
            }
            Task::Apply(replay, page) => self.apply(hub, replay, page),
            Task::Write(replay, parts, head) => {
                if !parts.is_empty() && hub.is_busy(self.key) {
                    self.tasks.push_front(Task::Write(replay, parts, head));
                    return false;
                }
                self.write(hub, replay, parts, head)
            }
        };
        if let Some(next) = next {
            self.tasks.push_front(next);
        }
        true
    }

    fn attach(&mut self, hub: &Hub, cursors: Vec<Cursor>) -> Task {
        let ids = cursors.iter().map(|cursor| cursor.channel_id);
        let new: Vec<ChannelId> = ids.filter(|id| self.attached.insert(*id)).collect();
        if !new.is_empty() {
            hub.add_client(self.key, new);
            return Task::Attach;
        }
        for gone in self.attached.iter().filter(|id| !cursors.iter().any(|c| c.channel_id == **id))
        {
            hub.remove_client(self.key, *gone);
        }
        if let (Scope::One(_), []) = (self.scope, cursors.as_slice()) {
            hub.close(self.key, close_code::NOT_A_MEMBER, "no longer a member");
        }
        Task::Welcome(cursors)
    }

    fn welcome(&mut self, hub: &Hub, channels: Vec<Cursor>) -> Option<Task> {
        let welcome = Welcome {
            user_id: self.caller.user_id,
            client_id: self.caller.client_id,
            epoch: String::new(),
            heartbeat_seconds: 25,
            channels: channels.clone(),
        };
        hub.welcome(self.key, &ServerMessage::Welcome(welcome), shared::Role::Member);
        match self.after {
            Some(cursor) => {
                let id = channels.first()?.channel_id;
                Some(self.replay(hub, id, cursor))
            }
            None => {
                self.tasks.extend(channels.into_iter().map(Task::Start));
                None
            }
        }
    }

    fn apply(&mut self, hub: &Hub, replay: Replay, page: Option<Page>) -> Option<Task> {
        let Replay { id, cursor, last, first } = replay;
        let Some(Page { events, head }) = page else {
            hub.remove_client(self.key, id);
            hub.go_live(self.key, id, last, None);
            return None;
        };
        let replay = Replay { first: false, ..replay };
        if first && (cursor > head || head - cursor > RESUME_MAX_EVENTS) {
            let reason = if cursor > head { ResetReason::Epoch } else { ResetReason::TooFar };
            let reset = Reset { channel_id: id, reason, head_seq: head };
            hub.write_message(self.key, &ServerMessage::Reset(reset));
            self.resets += 1;
            let outcome = self.go_live(hub, id, head, None);
            let again = Task::Read(Replay { last: head, ..replay });
            return (outcome == GoLive::Behind).then_some(again);
        }
        let parts = Burst::of(events).map(|burst| burst.parts_after(last, BURST_MAX_BYTES));
        Some(Task::Write(replay, parts.unwrap_or_default().into(), head))
    }

    fn write(
        &mut self,
        hub: &Hub,
        mut replay: Replay,
        mut parts: VecDeque<(Part, Seq)>,
        head: Seq,
    ) -> Option<Task> {
        let id = replay.id;
        if let Some((part, last)) = parts.pop_front() {
            self.mark(hub, Mark::Events(id, replay.last, part.frames));
            let before = hub.closing(self.key);
            hub.write_frames(self.key, &part.bytes, part.frames);
            let too_slow = hub.closing(self.key).is_some_and(|c| c.code == close_code::TOO_SLOW);
            assert!(before.is_some() || !too_slow, "a replay filled the queue by itself");
            replay.last = last;
        }
        if !parts.is_empty() {
            return Some(Task::Write(replay, parts, head));
        }
        if replay.last < head {
            return Some(Task::Read(replay));
        }
        let caught_up = ServerMessage::CaughtUp(CaughtUp { channel_id: id, seq: replay.last });
        let outcome = self.go_live(hub, id, replay.last, Some(Frame::from(&caught_up)));
        (outcome == GoLive::Behind).then_some(Task::Read(replay))
    }
}
