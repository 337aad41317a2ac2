//! A connection as a model: it takes as many bytes as a test lets it, keeps them, and reads them
//! back as frames. What the real one does is in `transport/ws`.

use super::frame::{frame_len, opcode};
use super::socket::Socket;
use std::io::{self, ErrorKind, IoSlice};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Default)]
struct State {
    /// How many more bytes are taken; None takes everything.
    room: Option<usize>,
    bytes: Vec<u8>,
    writes: usize,
    stalled: usize,
    finished: bool,
    cut: bool,
    lost: bool,
}

/// A model of a connection; clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct ModelSocket(Arc<Mutex<State>>);

impl ModelSocket {
    /// The same one, as the Hub holds it.
    pub(crate) fn handle(&self) -> Arc<dyn Socket> {
        Arc::new(self.clone())
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on so many bytes are taken; `usize::MAX` takes everything.
    pub(crate) fn take(&self, bytes: usize) {
        self.with(|state| state.room = (bytes < usize::MAX).then_some(bytes));
    }

    /// The peer goes: every write fails.
    pub(crate) fn lose(&self) {
        self.with(|state| state.lost = true);
    }

    /// How many calls wrote something.
    pub(crate) fn writes(&self) -> usize {
        self.with(|state| state.writes)
    }

    /// How often it was asked to say when it takes more.
    pub(crate) fn times_stalled(&self) -> usize {
        self.with(|state| state.stalled)
    }

    /// Whether it was cut.
    pub(crate) fn was_cut(&self) -> bool {
        self.with(|state| state.cut)
    }

    /// Every whole frame that came: its opcode and payload.
    pub(crate) fn frames(&self) -> Vec<(u8, Vec<u8>)> {
        let bytes = self.with(|state| state.bytes.clone());
        let (mut rest, mut frames) = (bytes.as_slice(), Vec::new());
        while let Some(len) = frame_len(rest).filter(|len| *len <= rest.len()) {
            let (frame, after) = rest.split_at(len);
            let header = if len < 128 {
                2
            } else if len < 65_540 {
                4
            } else {
                10
            };
            assert_eq!(frame[0] & 0xF0, 0x80, "a frame begins where the one before ended");
            frames.push((frame[0] & 0x0F, frame[header..].to_vec()));
            rest = after;
        }
        frames
    }

    /// How many bytes came after the last whole frame.
    pub(crate) fn rest(&self) -> usize {
        self.with(|state| {
            let mut rest = state.bytes.as_slice();
            while let Some(len) = frame_len(rest).filter(|len| *len <= rest.len()) {
                rest = &rest[len..];
            }
            rest.len()
        })
    }

    /// The text of every text frame that came whole.
    pub(crate) fn texts(&self) -> Vec<String> {
        let texts = self.frames().into_iter().filter(|(opcode, _)| *opcode == opcode::TEXT);
        texts.map(|(_, payload)| String::from_utf8(payload).unwrap()).collect()
    }

    /// The code of the close frame, once it came, which must be the last and be followed by the end.
    pub(crate) fn closed(&self) -> Option<u16> {
        let frames = self.frames();
        let at = frames.iter().position(|(opcode, _)| *opcode == opcode::CLOSE)?;
        assert_eq!(at + 1, frames.len(), "nothing follows a close frame");
        assert!(self.with(|state| state.finished));
        let payload = &frames[at].1;
        Some(u16::from_be_bytes([payload[0], payload[1]]))
    }
}

impl Socket for ModelSocket {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|state| {
            assert!(!state.finished, "nothing is written after the end");
            if state.lost {
                return Err(ErrorKind::BrokenPipe.into());
            }
            let taken = state.room.unwrap_or(usize::MAX).min(bytes.len());
            if taken == 0 {
                return Err(ErrorKind::WouldBlock.into());
            }
            state.room = state.room.map(|room| room - taken);
            state.bytes.extend_from_slice(&bytes[..taken]);
            state.writes += 1;
            Ok(taken)
        })
    }

    fn write_parts(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let parts: Vec<&[u8]> = parts.iter().map(|part| &**part).collect();
        self.write(&parts.concat())
    }

    fn stalled(self: Arc<Self>) {
        self.with(|state| state.stalled += 1);
    }

    fn finish(&self) {
        self.with(|state| state.finished = true);
    }

    fn cut(&self) {
        self.with(|state| state.cut = true);
    }
}
