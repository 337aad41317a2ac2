//! What breaks under a running server, done to the real program: a disk that does not write, a clock
//! that jumps, people who vanish. Whatever it is, nothing that was acknowledged is lost, doubled or
//! out of order, nobody waits for an answer in silence, and what heals heals by itself.
//!
//! A full disk is in `bad_input/full_storage.rs`; kills are in `torture`.

mod clock;
mod disk;
mod program;
mod vanished;

use crate::harness::{TestClient, TestSocket, said};
use shared::{Ack, ChannelEvent, ChannelId, Rejected, Seq, ServerMessage};
use std::collections::BTreeMap;

/// What [`ask`] says.
pub(crate) fn text_of(nonce: &str) -> String {
    format!("text of {nonce}")
}

/// What came of something that was sent.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Acked(Ack),
    Refused(Rejected),
}

/// Whether a frame is the answer to this nonce.
fn answers(nonce: &str, message: &ServerMessage) -> Option<Answer> {
    match message {
        ServerMessage::Ack(ack) if ack.nonce == nonce => Some(Answer::Acked(ack.clone())),
        ServerMessage::Rejected(no) if no.nonce.as_deref() == Some(nonce) => {
            Some(Answer::Refused(no.clone()))
        }
        _ => None,
    }
}

/// Reads until the answer to this nonce.
pub(crate) async fn answer(socket: &mut TestSocket, nonce: &str) -> Answer {
    socket.recv_until(|message| answers(nonce, message)).await
}

/// The same, or the one that came already since the socket's log was cleared: of several that are
/// under way, a refusal may overtake an ack, which goes behind its message.
pub(crate) async fn answer_of_several(socket: &mut TestSocket, nonce: &str) -> Answer {
    let before = socket.log.iter().find_map(|message| answers(nonce, message));
    match before {
        Some(answer) => answer,
        None => answer(socket, nonce).await,
    }
}

/// Sends a message and reads until its answer.
pub(crate) async fn ask(socket: &mut TestSocket, room: ChannelId, nonce: &str) -> Answer {
    socket.send(&said(room, nonce, &text_of(nonce))).await;
    answer(socket, nonce).await
}

/// Everything that was acknowledged, by nonce.
#[derive(Debug, Default)]
pub(crate) struct Acked(BTreeMap<String, Ack>);

impl Acked {
    /// Notes an ack; a second one of the same nonce must say the same.
    pub(crate) fn note(&mut self, ack: Ack) {
        if let Some(first) = self.0.get(&ack.nonce) {
            let same = (first.seq, first.message_id, true);
            assert_eq!(same, (ack.seq, ack.message_id, ack.duplicate), "{first:?}, then {ack:?}");
        } else {
            self.0.insert(ack.nonce.clone(), ack);
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Holds the whole history of the room against the acks: nothing is lost, doubled or out of
    /// order, and each says what `text` makes of its nonce. Returns the history.
    pub(crate) async fn check(
        &self,
        reader: &TestClient,
        room: ChannelId,
        text: impl Fn(&str) -> String,
    ) -> Vec<ChannelEvent> {
        let history = reader.events(room, 0).await;
        let mut found: BTreeMap<&str, Seq> = BTreeMap::new();
        let mut ids = std::collections::HashSet::new();
        for (event, seq) in history.iter().zip(1..) {
            assert_eq!(event.seq(), seq, "the order has no gap");
            let ChannelEvent::Message(message) = event else { continue };
            let nonce = message.nonce.as_str();
            let before = found.insert(nonce, seq);
            assert_eq!(before, None, "{nonce} is there twice");
            assert!(ids.insert(message.message_id), "two messages have one id");
            if let Some(ack) = self.0.get(nonce) {
                assert_eq!((ack.seq, ack.message_id), (seq, message.message_id));
                assert_eq!(message.message, text(nonce));
            }
        }
        for (nonce, ack) in &self.0 {
            assert_eq!(found.get(nonce.as_str()), Some(&ack.seq), "{nonce} was acknowledged");
        }
        history
    }
}
