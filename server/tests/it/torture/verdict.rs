//! Holds the history against what was acknowledged and what was heard.

use super::{listener::Heard, writer::Written};
use shared::{ChannelEvent, ChannelId, MessageId, Seq, UserId};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// Where a message stands and what it says.
type Place = (ChannelId, Seq, MessageId, String);

/// The figures of a run. All but the last three must be 0.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    lost: u64,
    doubled: u64,
    reordered: u64,
    gaps: u64,
    contradicted: u64,
    rejected: u64,
    changed: u64,
    /// How many events the history holds.
    pub(crate) events: u64,
    /// How many were heard live or replayed.
    pub(crate) heard: u64,
    /// The first few of what is wrong.
    pub(crate) examples: Vec<String>,
    found: HashMap<(UserId, String), Place>,
}

impl Verdict {
    fn wrong(&mut self, example: String) {
        if self.examples.len() < 20 {
            self.examples.push(example);
        }
    }

    /// The head a channel claims, against its history.
    pub(crate) fn head(&mut self, head: Seq, history: &[ChannelEvent]) {
        if history.last().map_or(0, ChannelEvent::seq) != head {
            self.gaps += 1;
            self.wrong(format!("the head is {head}, the history ends elsewhere"));
        }
    }

    /// A channel's whole history, from 1 on.
    pub(crate) fn history(&mut self, history: &[ChannelEvent]) {
        let mut nonces: BTreeMap<(UserId, String), Seq> = BTreeMap::new();
        for (event, wanted) in history.iter().zip(1..) {
            self.events += 1;
            if event.seq() != wanted {
                self.gaps += 1;
                self.wrong(format!("{} stands where {wanted} should", event.seq()));
            }
            let ChannelEvent::Message(message) = event else { continue };
            let key = (message.user_id, message.nonce.clone());
            if let Some(first) = nonces.insert(key.clone(), message.seq) {
                self.doubled += 1;
                self.wrong(format!("{} is at {first} and at {}", message.nonce, message.seq));
            }
            let (channel, id) = (message.channel_id, message.message_id);
            let place = (channel, message.seq, id, message.message.clone());
            if self.found.insert(key, place).is_some_and(|(first, ..)| first != channel) {
                self.doubled += 1;
                self.wrong(format!("{} is in two channels", message.nonce));
            }
        }
    }

    /// What one listener heard in a channel, against its history.
    pub(crate) fn live(&mut self, heard: &Heard, history: &[ChannelEvent]) {
        self.changed += heard.changed;
        self.reordered += heard.ahead;
        for &(seq, id) in &heard.order {
            self.heard += 1;
            let at = usize::try_from(seq).unwrap_or(usize::MAX) - 1;
            let same = match history.get(at) {
                Some(ChannelEvent::Message(message)) => message.message_id == id,
                _ => false,
            };
            if !same {
                self.reordered += 1;
                self.wrong(format!("{id} was heard at {seq}, and the history says otherwise"));
            }
        }
    }

    /// Everything one writer was told is safe, against the histories seen before.
    pub(crate) fn acks(&mut self, written: &Written) {
        self.contradicted += written.contradictions.len() as u64;
        self.rejected += written.rejected.len() as u64;
        for example in written.contradictions.iter().chain(&written.rejected) {
            self.wrong(example.clone());
        }
        for (nonce, acked) in &written.acked {
            let wanted = (acked.channel, acked.seq, acked.message, acked.text.clone());
            if self.found.get(&(written.user, nonce.clone())) != Some(&wanted) {
                self.lost += 1;
                self.wrong(format!("{nonce} was acknowledged at {} and is not there", acked.seq));
            }
        }
    }

    /// Whether every figure that must be 0 is 0.
    pub(crate) fn is_clean(&self) -> bool {
        [
            self.lost,
            self.doubled,
            self.reordered,
            self.gaps,
            self.contradicted,
            self.rejected,
            self.changed,
        ] == [0; 7]
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "acknowledged and lost {}, doubled {}, live order different from history order {}, \
             gaps {}, acks contradicted {}, rejected {}, events changed {}",
            self.lost,
            self.doubled,
            self.reordered,
            self.gaps,
            self.contradicted,
            self.rejected,
            self.changed
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{Message, Timestamp};
    use uuid::Uuid;

    fn message(seq: Seq, nonce: &str) -> ChannelEvent {
        ChannelEvent::Message(Message {
            channel_id: ChannelId(Uuid::nil()),
            seq,
            message_id: MessageId(Uuid::from_u128(seq.into())),
            user_id: UserId(Uuid::nil()),
            nonce: nonce.to_owned(),
            sent_at: Timestamp(0),
            message: nonce.to_owned(),
            html: None,
            reply_to: None,
            thread_root: None,
            also_in_channel: false,
            action: false,
            forwarded: None,
            attachments: Vec::new(),
        })
    }

    fn acked(seq: Seq, nonce: &str) -> Written {
        let acked = super::super::writer::Acked {
            channel: ChannelId(Uuid::nil()),
            text: nonce.to_owned(),
            seq,
            message: MessageId(Uuid::from_u128(seq.into())),
        };
        Written {
            user: UserId(Uuid::nil()),
            acked: BTreeMap::from([(nonce.to_owned(), acked)]),
            contradictions: vec![],
            rejected: vec![],
        }
    }

    #[test]
    fn a_whole_history_is_clean() {
        let mut verdict = Verdict::default();
        verdict.history(&[message(1, "a"), message(2, "b")]);
        verdict.acks(&acked(2, "b"));
        verdict.head(2, &[message(1, "a"), message(2, "b")]);
        assert!(verdict.is_clean(), "{verdict}");
    }

    #[test]
    fn each_fault_is_counted_where_it_belongs() {
        let mut verdict = Verdict::default();
        verdict.history(&[message(1, "a"), message(2, "a")]);
        assert_eq!(verdict.doubled, 1);
        let mut verdict = Verdict::default();
        verdict.history(&[message(1, "a"), message(3, "b")]);
        assert_eq!(verdict.gaps, 1);
        let mut verdict = Verdict::default();
        verdict.history(&[message(1, "a")]);
        verdict.acks(&acked(2, "b"));
        assert_eq!(verdict.lost, 1);
        let mut verdict = Verdict::default();
        let mut heard = Heard::default();
        heard.order.push((1, MessageId(Uuid::from_u128(2))));
        verdict.live(&heard, &[message(1, "a"), message(2, "b")]);
        assert_eq!(verdict.reordered, 1);
    }
}
