//! What one connection received, frame by frame, held against what is durable.

use super::peer::{Mark, Peer};
use super::store::Store;
use crate::domain::client::Scope;
use crate::domain::frame::opcode;
use shared::{Ack, ChannelChange, ChannelFrame, ChannelId, Seq, ServerMessage, UserId};
use std::collections::{HashMap, HashSet};

/// Where a client stands in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It isn't in it.
    Out,
    /// The next event must be this one, and may come at any time.
    Live(Seq),
    /// The next event must be this one, and come by replay.
    Replaying(Seq),
}

/// What is believed after the frames that came so far.
pub(super) struct Witness<'a> {
    store: &'a Store,
    peer: &'a Peer,
    welcomed: bool,
    places: HashMap<ChannelId, Place>,
    /// Channels that were left or joined since a replay of them began: what is still to come of
    /// that replay is passed over, as every client does with what it knows.
    disturbed: HashSet<ChannelId>,
    /// Channels of which nothing is held back, so that whatever is said of them is in order.
    settled: HashSet<ChannelId>,
    /// The newest event of each channel by which it left.
    told_left: HashMap<ChannelId, Seq>,
    /// A part of a replay that is coming in: of which channel, how many more, whether it counts.
    part: Option<(ChannelId, usize, bool)>,
    acks: HashMap<(ChannelId, u64), usize>,
    refusals: usize,
    /// The newest event of each channel.
    seen: HashMap<ChannelId, Seq>,
    /// The beginning of every frame, to be shown when one is wrong.
    heard: Vec<String>,
    /// Events that came.
    pub(super) events: u64,
}

type Verdict = Result<(), String>;

fn must(holds: bool, why: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(why()) }
}

/// The channel and the seq of an event, read without the rest.
fn head_of_event(text: &str) -> Option<(ChannelId, Seq)> {
    let rest = text.strip_prefix("{\"type\":\"")?;
    let rest = rest.strip_prefix("message").or_else(|| rest.strip_prefix("member"))?;
    let rest = rest.strip_prefix("\",\"channelId\":\"")?;
    let id = rest.get(..36)?.parse().ok()?;
    let rest = rest.get(36..)?.strip_prefix("\",\"seq\":")?;
    let digits = rest.split(',').next()?;
    Some((id, digits.parse().ok()?))
}

impl<'a> Witness<'a> {
    /// Reads everything that a connection received.
    pub(super) fn of(store: &'a Store, peer: &'a Peer) -> Result<Self, String> {
        let (places, disturbed, settled, told_left, acks, seen) = Default::default();
        let (welcomed, part, refusals, events, heard) = (false, None, 0, 0, Vec::new());
        let mut witness = Self {
            store,
            peer,
            welcomed,
            places,
            disturbed,
            settled,
            told_left,
            part,
            acks,
            refusals,
            seen,
            heard,
            events,
        };
        for (opcode, payload) in peer.socket.frames() {
            if opcode == opcode::TEXT {
                let text = std::str::from_utf8(&payload).map_err(|e| e.to_string())?;
                witness.heard.push(text.chars().take(110).collect());
                witness.hear(text).map_err(|why| witness.told(why))?;
            }
        }
        Ok(witness)
    }

    fn told(&self, why: String) -> String {
        let last = self.heard.iter().rev().take(16).rev();
        let last: Vec<_> = last.map(String::as_str).collect();
        format!("{why}; the last that it heard:\n{}", last.join("\n"))
    }

    fn place(&self, id: ChannelId) -> Place {
        self.places.get(&id).copied().unwrap_or(Place::Out)
    }

    fn hear(&mut self, text: &str) -> Verdict {
        if let Some((id, seq)) = head_of_event(text) {
            return self.event(id, seq, text);
        }
        let message = ServerMessage::from_json(text).map_err(|e| format!("{e:?}"))?;
        must(self.part.is_none(), || "came in the middle of a part of a replay".to_owned())?;
        let welcome = matches!(message, ServerMessage::Welcome(_));
        must(self.welcomed != welcome, || "`welcome` is not the first, or there are two".into())?;
        match message {
            ServerMessage::Welcome(welcome) => {
                self.welcomed = true;
                for cursor in welcome.channels {
                    self.places.insert(cursor.channel_id, Place::Live(cursor.head_seq + 1));
                }
                Ok(())
            }
            ServerMessage::Pong(pong) => self.mark(self.peer.marks[pong.at as usize]),
            ServerMessage::CaughtUp(up) => {
                let id = up.channel_id;
                match self.place(id) {
                    Place::Live(next) | Place::Replaying(next) if next == up.seq + 1 => {
                        self.places.insert(id, Place::Live(next));
                        self.settled.insert(id);
                        Ok(())
                    }
                    place => must(self.disturbed.contains(&id), || format!("at {place:?}")),
                }
            }
            ServerMessage::Reset(reset) => {
                let id = reset.channel_id;
                let replaying = matches!(self.place(id), Place::Replaying(_));
                must(replaying || self.disturbed.contains(&id), || "not in a replay".into())?;
                if replaying {
                    self.places.insert(id, Place::Live(reset.head_seq + 1));
                }
                Ok(())
            }
            ServerMessage::Channel(frame) => self.channel(frame),
            ServerMessage::Ack(ack) => self.ack(&ack),
            ServerMessage::Rejected(_) => {
                self.refusals += 1;
                Ok(())
            }
            ServerMessage::Read(read) => self.is_in(read.channel_id),
            ServerMessage::Typing(typing) => self.is_in(typing.channel_id),
            other => Err(format!("nobody sends {}", other.kind())),
        }
    }

    fn is_in(&self, id: ChannelId) -> Verdict {
        must(self.place(id) != Place::Out, || "of a channel that it is not in".to_owned())
    }

    fn event(&mut self, id: ChannelId, seq: Seq, text: &str) -> Verdict {
        must(self.welcomed, || "before the welcome".to_owned())?;
        self.events += 1;
        let frames = &self.store.rooms[self.store.place(id)].frames;
        let stored = frames.get(seq as usize - 1).ok_or("an event that is not stored")?;
        must(stored.bytes().ends_with(text.as_bytes()), || "another content".to_owned())?;
        let counts = match &mut self.part {
            None => {
                let live = matches!(self.place(id), Place::Live(_));
                must(live, || format!("live, at {:?}", self.place(id)))?;
                true
            }
            Some((of, left, counts)) => {
                must(*of == id, || "in the middle of another channel's replay".to_owned())?;
                let counts = *counts;
                *left -= 1;
                if *left == 0 {
                    self.part = None;
                }
                counts
            }
        };
        if counts {
            let place = self.place(id);
            let (Place::Live(next) | Place::Replaying(next)) = place else {
                return Err("not in the channel".to_owned());
            };
            must(next == seq, || format!("{seq} came and {next} had to"))?;
            let after = match place {
                Place::Live(_) => Place::Live(seq + 1),
                _ => Place::Replaying(seq + 1),
            };
            self.places.insert(id, after);
            self.seen.insert(id, seq);
        }
        Ok(())
    }

    fn mark(&mut self, mark: Mark) -> Verdict {
        match mark {
            Mark::Replay(id, cursor) => {
                self.places.insert(id, Place::Replaying(cursor + 1));
                self.disturbed.remove(&id);
                self.settled.remove(&id);
                Ok(())
            }
            Mark::Live(id) => {
                self.settled.insert(id);
                Ok(())
            }
            Mark::Events(id, from, count) => {
                let place = self.place(id);
                let disturbed = self.disturbed.contains(&id);
                let next = matches!(place, Place::Live(n) | Place::Replaying(n) if n == from + 1);
                must(next || disturbed, || format!("a replay after {from} at {place:?}"))?;
                self.part = Some((id, count, !disturbed));
                Ok(())
            }
        }
    }

    fn channel(&mut self, frame: ChannelFrame) -> Verdict {
        let (id, place) = (frame.channel_id, self.place(frame.channel_id));
        let head = frame.channel.map_or(0, |channel| channel.head_seq);
        match frame.change {
            ChannelChange::Deleted => {
                let settled = self.settled.remove(&id);
                self.disturbed.insert(id);
                self.places.insert(id, Place::Out);
                match place {
                    Place::Live(next) if settled => self.leaves(id, next),
                    _ => Ok(()),
                }
            }
            ChannelChange::Created => {
                // A new member's first event is that of its joining; a new channel has none yet.
                let next = head.max(1);
                let known = matches!(place, Place::Live(at) if at > next);
                let twice = known && self.settled.contains(&id);
                must(!twice, || format!("joins at {next}, at {place:?}"))?;
                self.disturbed.insert(id);
                self.places.insert(id, Place::Live(next));
                Ok(())
            }
            ChannelChange::Updated => {
                let early = matches!(place, Place::Live(next) if next <= head);
                let overtakes = early && self.settled.contains(&id);
                must(!overtakes, || format!("overtakes events, at {place:?}"))?;
                self.is_in(id)
            }
        }
    }

    /// Who leaves a channel got everything up to that; and up to its end, if it is gone.
    fn leaves(&mut self, id: ChannelId, next: Seq) -> Verdict {
        let room = &self.store.rooms[self.store.place(id)];
        let told = self.told_left.entry(id).or_default();
        let of_this = |(user, seq): &&(UserId, Seq)| {
            *user == self.peer.caller.user_id && *seq > *told && *seq < next
        };
        if let Some((_, seq)) = room.left.iter().find(of_this) {
            *told = *seq;
            return Ok(());
        }
        must(room.deleted && next == room.head() + 1, || format!("leaves at {next}, too early"))
    }

    fn ack(&mut self, ack: &Ack) -> Verdict {
        let key = (ack.channel_id, ack.nonce.parse::<u64>().map_err(|e| e.to_string())?);
        let (seq, handed) = self.peer.acks.get(&key).copied().unwrap_or_default();
        must(seq == ack.seq, || format!("{seq} is what it was stored at"))?;
        let came = self.acks.entry(key).or_default();
        *came += 1;
        must(*came <= handed, || format!("{came} acks, {handed} were handed over"))?;
        let early = matches!(self.place(ack.channel_id), Place::Live(next) if next <= ack.seq);
        must(!early, || "comes before its event".to_owned())
    }

    /// Whether everything that is durable came, and every answer: for who stayed and read it all.
    pub(super) fn is_complete(&self) -> Verdict {
        self.lacks_nothing().map_err(|why| self.told(why))
    }

    fn lacks_nothing(&self) -> Verdict {
        must(self.welcomed, || "was never welcomed".to_owned())?;
        for room in &self.store.rooms {
            let in_scope = match self.peer.scope {
                Scope::All => true,
                Scope::One(id) => id == room.id,
                Scope::Nothing => false,
            };
            let wanted = if in_scope && room.has(self.peer.caller.user_id) {
                Place::Live(room.head() + 1)
            } else {
                Place::Out
            };
            let place = self.place(room.id);
            must(place == wanted, || format!("{} ends at {place:?}, not {wanted:?}", room.id))?;
        }
        for (key, (_, handed)) in &self.peer.acks {
            let came = self.acks.get(key).copied().unwrap_or(0);
            must(came == *handed, || format!("{key:?}: {came} acks of {handed}"))?;
        }
        let (came, handed) = (self.refusals, self.peer.refusals);
        must(came == handed, || format!("{came} refusals of {handed}"))
    }

    /// Events, and bytes of them, that are stored and did not come.
    pub(super) fn unseen(&self) -> (usize, usize) {
        let rooms = self.store.rooms.iter();
        let unseen = rooms.flat_map(|room| {
            let seen = self.seen.get(&room.id).copied().unwrap_or(0);
            room.frames.iter().skip(seen as usize)
        });
        unseen.fold((0, 0), |(count, bytes), frame| (count + 1, bytes + frame.len()))
    }
}
