//! A socket's outgoing queue: what the kernel did not take at once, by reference, bounded in frames
//! and bytes. Nothing of it exists while the socket takes everything, which is nearly always.
//!
//! Past half, ephemeral frames are dropped. When it is full, the queue is let go and the socket
//! closes with 4008: the log is durable and the client resumes. No durable frame is ever skipped on
//! a socket that stays open, and a frame that was begun is always ended.

use super::burst::Part;
use super::frame::{Frame, frame_len};
use super::socket::Socket;
use bytes::Bytes;
use shared::close_code;
use shared::limits::{EGRESS_MAX_BYTES, EGRESS_MAX_FRAMES};
use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::sync::Arc;

/// Most parts in one write.
const PARTS_AT_ONCE: usize = 64;

/// Why a socket ends: a close code and a reason for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// The close code.
    pub code: u16,
    /// At most 123 bytes.
    pub reason: &'static str,
}

/// What the socket did not take yet.
#[derive(Debug, Default)]
struct Backlog {
    parts: VecDeque<Part>,
    /// Bytes of the first part that were written.
    written: usize,
    frames: usize,
    bytes: usize,
    /// Whether the socket was told to say when it takes more.
    stalled: bool,
}

/// A socket's way out.
#[derive(Debug, Default)]
pub struct Egress {
    backlog: Option<Box<Backlog>>,
    closing: Option<Closing>,
    /// The close frame was queued behind everything else.
    close_queued: bool,
    finished: bool,
}

impl Egress {
    /// Writes whole frames that must not be skipped, or queues them; when there is no room, the
    /// socket ends with 4008.
    pub fn send(&mut self, socket: &Arc<dyn Socket>, bytes: &Bytes, frames: usize) {
        if self.closing.is_some() {
            return;
        }
        if self.backlog.is_none() {
            let written = match socket.write(bytes) {
                Ok(written) => written,
                Err(cause) if would_block(&cause) => 0,
                Err(_) => return self.lost(socket),
            };
            if written < bytes.len() {
                self.keep(Part { bytes: bytes.clone(), frames }, written);
                self.wait(socket);
            }
        } else if self.has_room(bytes.len(), frames) {
            self.keep(Part { bytes: bytes.clone(), frames }, 0);
        } else {
            self.overflow();
        }
    }

    /// As [`Egress::send`], with further frames behind, all in one write if nothing waits.
    pub fn send_with(
        &mut self,
        socket: &Arc<dyn Socket>,
        (bytes, frames): (&Bytes, usize),
        behind: Vec<Frame>,
    ) {
        if self.backlog.is_some() || self.closing.is_some() {
            self.send(socket, bytes, frames);
            behind.into_iter().for_each(|frame| self.send(socket, frame.bytes(), 1));
            return;
        }
        self.keep(Part { bytes: bytes.clone(), frames }, 0);
        behind.into_iter().for_each(|frame| self.keep(frame.into(), 0));
        self.flush(socket);
    }

    /// Writes or queues a frame that may be dropped, and drops it when the queue is past half; false
    /// then.
    pub fn send_ephemeral(&mut self, socket: &Arc<dyn Socket>, frame: &Frame) -> bool {
        let past_half = self.backlog.as_ref().is_some_and(|backlog| {
            backlog.frames >= EGRESS_MAX_FRAMES / 2
                || backlog.bytes + frame.len() > EGRESS_MAX_BYTES / 2
        });
        if !past_half {
            self.send(socket, frame.bytes(), 1);
        }
        !past_half
    }

    /// Ends the socket once what is queued has been written. The first reason stands.
    pub fn close(&mut self, socket: &Arc<dyn Socket>, closing: Closing) {
        if self.closing.is_none() {
            self.closing = Some(closing);
            self.flush(socket);
        }
    }

    /// How the socket ends, once that is decided.
    pub fn closing(&self) -> Option<Closing> {
        self.closing
    }

    /// Whether the close frame was written, or the peer is gone.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether the queue is past a quarter: a replay waits until it isn't.
    pub fn is_busy(&self) -> bool {
        let full = |backlog: &Backlog| {
            backlog.frames >= EGRESS_MAX_FRAMES / 4 || backlog.bytes >= EGRESS_MAX_BYTES / 4
        };
        self.closing.is_none() && self.backlog.as_deref().is_some_and(full)
    }

    /// How many frames and bytes wait.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> (usize, usize) {
        self.backlog.as_ref().map_or((0, 0), |backlog| (backlog.frames, backlog.bytes))
    }

    /// Writes what the socket takes of what is queued. Whether nothing is left.
    pub fn flush(&mut self, socket: &Arc<dyn Socket>) -> bool {
        loop {
            self.queue_close();
            let Some(backlog) = self.backlog.as_deref_mut() else {
                return true;
            };
            match backlog.write(socket) {
                Ok(true) => {
                    self.backlog = None;
                    if self.close_queued {
                        self.finished = true;
                        socket.finish();
                    }
                }
                Ok(false) => {}
                Err(cause) if would_block(&cause) => {
                    self.wait(socket);
                    return false;
                }
                Err(_) => {
                    self.lost(socket);
                    return true;
                }
            }
        }
    }

    /// Puts the close frame behind everything else, once.
    fn queue_close(&mut self) {
        if let Some(Closing { code, reason }) = self.closing
            && !self.close_queued
        {
            self.close_queued = true;
            self.keep(Frame::close(code, reason).into(), 0);
        }
    }

    fn has_room(&self, bytes: usize, frames: usize) -> bool {
        self.backlog.as_ref().is_none_or(|backlog| {
            backlog.frames + frames <= EGRESS_MAX_FRAMES
                && backlog.bytes + bytes <= EGRESS_MAX_BYTES
        })
    }

    fn keep(&mut self, part: Part, written: usize) {
        let backlog = self.backlog.get_or_insert_default();
        if backlog.parts.is_empty() {
            backlog.written = written;
        }
        backlog.frames += part.frames;
        backlog.bytes += part.bytes.len() - written;
        backlog.parts.push_back(part);
    }

    /// Lets the queue go, all but the frame that was begun, and ends the socket.
    fn overflow(&mut self) {
        self.closing = Some(Closing { code: close_code::TOO_SLOW, reason: "too slow: resume" });
        let Some(backlog) = self.backlog.as_deref_mut() else { return };
        let begun = backlog.begun();
        backlog.parts.clear();
        (backlog.written, backlog.frames, backlog.bytes) = (0, 0, 0);
        if let Some(rest) = begun {
            self.keep(Part { bytes: rest, frames: 1 }, 0);
        }
        self.queue_close();
    }

    fn wait(&mut self, socket: &Arc<dyn Socket>) {
        if let Some(backlog) = self.backlog.as_deref_mut()
            && !std::mem::replace(&mut backlog.stalled, true)
        {
            Arc::clone(socket).stalled();
        }
    }

    fn lost(&mut self, socket: &Arc<dyn Socket>) {
        self.closing.get_or_insert(Closing { code: 1006, reason: "" });
        (self.backlog, self.close_queued, self.finished) = (None, true, true);
        socket.cut();
    }
}

impl Backlog {
    /// Writes once; whether nothing is left.
    fn write(&mut self, socket: &Arc<dyn Socket>) -> io::Result<bool> {
        let slice = |at: usize, part: &Part| -> (usize, usize) {
            (if at == 0 { self.written } else { 0 }, part.bytes.len())
        };
        let mut taken = match (self.parts.len(), self.parts.front()) {
            (1, Some(part)) => socket.write(part.bytes.get(self.written..).unwrap_or_default())?,
            _ => {
                let mut slices = [IoSlice::new(&[]); PARTS_AT_ONCE];
                let count = self.parts.len().min(PARTS_AT_ONCE);
                for (at, (part, place)) in self.parts.iter().zip(&mut slices).enumerate() {
                    let (from, to) = slice(at, part);
                    *place = IoSlice::new(part.bytes.get(from..to).unwrap_or_default());
                }
                socket.write_parts(slices.get(..count).unwrap_or_default())?
            }
        };
        self.bytes -= taken;
        while let Some(part) = self.parts.front() {
            let left = part.bytes.len() - self.written;
            if taken < left {
                self.written += taken;
                break;
            }
            taken -= left;
            self.frames -= part.frames;
            self.written = 0;
            self.parts.pop_front();
        }
        Ok(self.parts.is_empty())
    }

    /// What is left of a frame that was begun: half a frame would spoil everything after it.
    fn begun(&self) -> Option<Bytes> {
        let part = self.parts.front()?;
        let mut end = 0;
        while end < self.written {
            end += frame_len(part.bytes.get(end..)?)?;
        }
        (end > self.written).then(|| part.bytes.slice(self.written..end.min(part.bytes.len())))
    }
}

fn would_block(cause: &io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model_socket::ModelSocket;

    fn push(egress: &mut Egress, socket: &ModelSocket, text: &str) {
        egress.send(&socket.handle(), Frame::text(text).bytes(), 1);
    }

    #[test]
    fn what_is_taken_at_once_leaves_nothing_behind() {
        let (mut egress, socket) = (Egress::default(), ModelSocket::default());
        push(&mut egress, &socket, "1");
        assert!(egress.backlog.is_none());
        assert_eq!((socket.texts(), socket.writes()), (vec!["1".to_owned()], 1));
        assert!(size_of::<Egress>() <= 48, "{}", size_of::<Egress>());
    }

    #[test]
    fn frames_leave_in_order_whatever_is_taken_at_once_and_the_end_comes_last() {
        for step in 1..12 {
            let (mut egress, socket) = (Egress::default(), ModelSocket::default());
            socket.take(0);
            for text in ["one", "two", "three"] {
                push(&mut egress, &socket, text);
            }
            egress.close(&socket.handle(), Closing { code: 4009, reason: "" });
            push(&mut egress, &socket, "four");
            assert_eq!(socket.times_stalled(), 1);
            while !egress.flush(&socket.handle()) {
                socket.take(step);
            }
            assert_eq!(socket.texts(), ["one", "two", "three"]);
            assert_eq!(socket.closed(), Some(4009));
            assert!(egress.is_finished());
        }
    }

    #[test]
    fn an_ack_leaves_in_the_same_write_as_what_it_follows() {
        let (mut egress, socket) = (Egress::default(), ModelSocket::default());
        let event = Frame::text("event");
        egress.send_with(&socket.handle(), (event.bytes(), 1), vec![Frame::text("ack")]);
        assert_eq!((socket.texts().join(" "), socket.writes()), ("event ack".to_owned(), 1));
    }

    #[test]
    fn past_half_ephemeral_frames_are_dropped_and_durable_ones_are_not() {
        let (mut egress, socket) = (Egress::default(), ModelSocket::default());
        socket.take(0);
        for _ in 0..EGRESS_MAX_FRAMES / 2 {
            push(&mut egress, &socket, "durable");
        }
        assert!(!egress.send_ephemeral(&socket.handle(), &Frame::text("typing")));
        push(&mut egress, &socket, "durable");
        socket.take(usize::MAX);
        assert!(egress.flush(&socket.handle()));
        let texts = socket.texts();
        assert_eq!(texts.len(), EGRESS_MAX_FRAMES / 2 + 1);
        assert!(texts.iter().all(|text| text == "durable"));
    }

    #[test]
    fn a_full_queue_ends_the_socket_with_4008_after_the_frame_that_was_begun() {
        for taken in [0, 1, 5, 6, 7, 13] {
            let (mut egress, socket) = (Egress::default(), ModelSocket::default());
            socket.take(taken);
            let burst =
                [Frame::text("begun"), Frame::text("other")].map(Frame::into_bytes).concat();
            egress.send(&socket.handle(), &burst.into(), 2);
            for _ in 0..EGRESS_MAX_FRAMES {
                push(&mut egress, &socket, "x");
            }
            assert_eq!(egress.closing().map(|c| c.code), Some(close_code::TOO_SLOW));
            socket.take(usize::MAX);
            assert!(egress.flush(&socket.handle()));
            let whole: &[&str] = match taken {
                0 => &[],
                1..=7 => &["begun"],
                _ => &["begun", "other"],
            };
            assert_eq!(socket.texts(), whole, "{taken} bytes were taken");
            assert_eq!(socket.closed(), Some(close_code::TOO_SLOW));
        }
    }

    #[test]
    fn the_queue_is_bounded_in_bytes_too() {
        let (mut egress, socket) = (Egress::default(), ModelSocket::default());
        socket.take(0);
        let frame = Frame::text(&"x".repeat(EGRESS_MAX_BYTES / 4));
        for _ in 0..4 {
            egress.send(&socket.handle(), frame.bytes(), 1);
        }
        assert_eq!(egress.closing().map(|c| c.code), Some(close_code::TOO_SLOW));
    }

    #[test]
    fn a_peer_that_is_gone_ends_everything() {
        let (mut egress, socket) = (Egress::default(), ModelSocket::default());
        socket.lose();
        push(&mut egress, &socket, "1");
        assert!(egress.is_finished() && socket.was_cut());
        push(&mut egress, &socket, "2");
        assert!(egress.flush(&socket.handle()));
    }
}
