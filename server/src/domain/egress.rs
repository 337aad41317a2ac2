//! A socket's outgoing queue: bounded in frames and bytes, filled without ever waiting, emptied by
//! the socket's one sending task.
//!
//! Past half, ephemeral frames are dropped. When it is full, the queue is let go and the socket
//! closes with 4008: the log is durable and the client resumes. No durable frame is ever skipped on
//! a socket that stays open.

use super::frame::Frame;
use shared::close_code;
use shared::limits::{EGRESS_MAX_BYTES, EGRESS_MAX_FRAMES};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Why a socket ends: a close code and a reason for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// The close code.
    pub code: u16,
    /// At most 123 bytes.
    pub reason: &'static str,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Frame>,
    bytes: usize,
    closing: Option<Closing>,
}

/// A socket's outgoing queue.
#[derive(Debug, Default)]
pub struct Egress {
    queue: Mutex<Queue>,
    filled: Notify,
    emptied: Notify,
}

/// What the sending task finds to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// These frames were moved to its batch; there may be more.
    Frames,
    /// Nothing is left and the socket ends so.
    Close(Closing),
    /// Nothing now.
    Nothing,
}

impl Egress {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a frame that must not be skipped; when there is no room, the socket ends with 4008.
    pub fn push(&self, frame: Frame) {
        let mut queue = self.queue();
        if queue.closing.is_some() {
            return;
        }
        let full =
            queue.frames.len() >= EGRESS_MAX_FRAMES || queue.bytes + frame.len() > EGRESS_MAX_BYTES;
        if full {
            queue.frames.clear();
            queue.bytes = 0;
            queue.closing =
                Some(Closing { code: close_code::TOO_SLOW, reason: "too slow: resume" });
        } else {
            queue.bytes += frame.len();
            queue.frames.push_back(frame);
        }
        drop(queue);
        self.filled.notify_one();
    }

    /// Queues a frame that may be dropped, and drops it when the queue is past half.
    pub fn push_ephemeral(&self, frame: Frame) {
        let mut queue = self.queue();
        let past_half = queue.frames.len() >= EGRESS_MAX_FRAMES / 2
            || queue.bytes + frame.len() > EGRESS_MAX_BYTES / 2;
        if queue.closing.is_none() && !past_half {
            queue.bytes += frame.len();
            queue.frames.push_back(frame);
            drop(queue);
            self.filled.notify_one();
        }
    }

    /// Ends the socket once what is queued has been written. The first reason stands.
    pub fn close(&self, closing: Closing) {
        self.queue().closing.get_or_insert(closing);
        self.filled.notify_one();
    }

    /// How the socket ends, once that is decided.
    pub fn closing(&self) -> Option<Closing> {
        self.queue().closing
    }

    /// Whether the queue is past a quarter: a replay waits until it isn't.
    pub fn is_busy(&self) -> bool {
        let queue = self.queue();
        queue.closing.is_none()
            && (queue.frames.len() >= EGRESS_MAX_FRAMES / 4 || queue.bytes >= EGRESS_MAX_BYTES / 4)
    }

    /// Moves queued frames to `batch`, up to `max_bytes` (and at least one).
    pub fn take(&self, batch: &mut Vec<Frame>, max_bytes: usize) -> Outgoing {
        let mut queue = self.queue();
        let mut taken = 0;
        while let Some(frame) = queue.frames.front() {
            if taken > 0 && taken + frame.len() > max_bytes {
                break;
            }
            taken += frame.len();
            queue.bytes -= frame.len();
            batch.extend(queue.frames.pop_front());
        }
        if taken > 0 {
            drop(queue);
            self.emptied.notify_one();
            return Outgoing::Frames;
        }
        queue.frames.shrink_to(16);
        queue.closing.map_or(Outgoing::Nothing, Outgoing::Close)
    }

    /// Fulfilled when something was queued or the end was decided. For the one sending task.
    pub fn filled(&self) -> impl Future<Output = ()> + '_ {
        self.filled.notified()
    }

    /// Fulfilled when frames were taken. For the one task that replays.
    pub fn emptied(&self) -> impl Future<Output = ()> + '_ {
        self.emptied.notified()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_leave_in_order_and_the_end_comes_last() {
        let egress = Egress::default();
        egress.push(Frame::text("1"));
        egress.push(Frame::text("2"));
        egress.close(Closing { code: 4009, reason: "" });
        egress.push(Frame::text("3"));
        let mut batch = Vec::new();
        assert_eq!(egress.take(&mut batch, 1), Outgoing::Frames);
        assert_eq!(egress.take(&mut batch, 1), Outgoing::Frames);
        assert_eq!(batch, [Frame::text("1"), Frame::text("2")]);
        let end = Outgoing::Close(Closing { code: 4009, reason: "" });
        assert_eq!(egress.take(&mut batch, 1), end);
    }

    #[test]
    fn past_half_ephemeral_frames_are_dropped_and_durable_ones_are_not() {
        let egress = Egress::default();
        for _ in 0..EGRESS_MAX_FRAMES / 2 {
            egress.push(Frame::text("durable"));
        }
        egress.push_ephemeral(Frame::text("typing"));
        egress.push(Frame::text("durable"));
        let mut batch = Vec::new();
        egress.take(&mut batch, usize::MAX);
        assert_eq!(batch.len(), EGRESS_MAX_FRAMES / 2 + 1);
        assert!(batch.iter().all(|frame| *frame == Frame::text("durable")));
    }

    #[test]
    fn a_full_queue_ends_the_socket_with_4008() {
        let egress = Egress::default();
        for _ in 0..=EGRESS_MAX_FRAMES {
            egress.push(Frame::text("x"));
        }
        assert_eq!(egress.closing().map(|c| c.code), Some(close_code::TOO_SLOW));
        let big = Egress::default();
        let frame = Frame::text(&"x".repeat(EGRESS_MAX_BYTES / 4));
        for _ in 0..4 {
            big.push(frame.clone());
        }
        assert_eq!(big.closing().map(|c| c.code), Some(close_code::TOO_SLOW));
    }
}
