//! Events of one channel that leave together: their frames as one contiguous run of bytes, encoded
//! once and shared by every socket, with the place where each ends. Nothing in it depends on who
//! gets it, so that a pass over a thousand sockets copies and allocates nothing.

use super::frame::Frame;
use bytes::{Bytes, BytesMut};
use shared::Seq;
use std::sync::Arc;

/// Where the frame of an event ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    seq: Seq,
    end: usize,
}

/// Consecutive events of one channel, ascending by seq. Cloning shares the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burst {
    bytes: Bytes,
    marks: Arc<[Mark]>,
}

/// A part of a burst, to be written as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whole frames.
    pub bytes: Bytes,
    /// How many.
    pub frames: usize,
}

impl From<Frame> for Part {
    fn from(frame: Frame) -> Self {
        Self { bytes: frame.into_bytes(), frames: 1 }
    }
}

impl Burst {
    /// Joins the frames of events, which must ascend by seq. None without any.
    pub fn of(events: impl IntoIterator<Item = (Seq, Frame)>) -> Option<Self> {
        let mut events = events.into_iter();
        let (seq, first) = events.next()?;
        let mut marks = vec![Mark { seq, end: first.len() }];
        let Some(second) = events.next() else {
            return Some(Self { bytes: first.into_bytes(), marks: marks.into() });
        };
        let mut bytes = BytesMut::from(first.bytes().as_ref());
        for (seq, frame) in std::iter::once(second).chain(events) {
            bytes.extend_from_slice(frame.bytes());
            marks.push(Mark { seq, end: bytes.len() });
        }
        Some(Self { bytes: bytes.freeze(), marks: marks.into() })
    }

    /// Joins bursts, each of which must begin after the one before. None without any.
    pub fn join(bursts: Vec<Self>) -> Option<Self> {
        if bursts.len() < 2 {
            return bursts.into_iter().next();
        }
        let mut bytes = BytesMut::with_capacity(bursts.iter().map(Self::len).sum());
        let mut marks = Vec::with_capacity(bursts.iter().map(Self::events).sum());
        for burst in bursts {
            let begin = bytes.len();
            bytes.extend_from_slice(&burst.bytes);
            marks.extend(burst.marks.iter().map(|m| Mark { seq: m.seq, end: begin + m.end }));
        }
        Some(Self { bytes: bytes.freeze(), marks: marks.into() })
    }

    /// The seq of the last event.
    pub fn last_seq(&self) -> Seq {
        self.marks.last().map_or(0, |mark| mark.seq)
    }

    /// How many events it holds; at least one.
    pub fn events(&self) -> usize {
        self.marks.len()
    }

    /// How many bytes it is.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it has no bytes; a burst always has some.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// All of it, if nothing of it was had before `seq`: the case of nearly every socket, without
    /// so much as a reference counted.
    pub fn whole_after(&self, seq: Seq) -> Option<&Bytes> {
        self.marks.first().filter(|first| first.seq > seq).map(|_| &self.bytes)
    }

    /// The events after `seq`. None if there are none.
    pub fn after(&self, seq: Seq) -> Option<Part> {
        let had = self.marks.partition_point(|mark| mark.seq <= seq);
        let begin = match had.checked_sub(1) {
            None => 0,
            Some(last) => self.marks.get(last)?.end,
        };
        let frames = self.marks.len() - had;
        (frames > 0).then(|| Part { bytes: self.bytes.slice(begin..), frames })
    }

    /// The events after `seq`, in parts of at most so many bytes, unless a frame alone is longer;
    /// each with the seq of its last event.
    pub fn parts_after(&self, seq: Seq, most: usize) -> Vec<(Part, Seq)> {
        let had = self.marks.partition_point(|mark| mark.seq <= seq);
        let (before, marks) = self.marks.split_at(had);
        let mut begin = before.last().map_or(0, |mark| mark.end);
        let (mut parts, mut frames) = (Vec::new(), 0);
        for (at, mark) in marks.iter().enumerate() {
            frames += 1;
            if marks.get(at + 1).is_none_or(|next| next.end - begin > most) {
                let bytes = self.bytes.slice(begin..mark.end);
                parts.push((Part { bytes, frames }, mark.seq));
                (begin, frames) = (mark.end, 0);
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burst(seqs: std::ops::RangeInclusive<Seq>) -> Burst {
        Burst::of(seqs.map(|seq| (seq, Frame::text(&seq.to_string())))).unwrap()
    }

    fn text(seqs: std::ops::RangeInclusive<Seq>) -> Vec<u8> {
        seqs.flat_map(|seq| Frame::text(&seq.to_string()).bytes().to_vec()).collect()
    }

    #[test]
    fn a_burst_is_its_frames_one_after_the_other_and_any_tail_of_them() {
        let burst = burst(5..=8);
        assert_eq!(burst.whole_after(4).unwrap().as_ref(), text(5..=8));
        assert_eq!(burst.whole_after(5), None);
        for had in 0..=4 {
            assert_eq!(burst.after(had).unwrap().bytes.as_ref(), text(5..=8));
        }
        for had in 5..8 {
            let part = burst.after(had).unwrap();
            assert_eq!((part.frames as u64, part.bytes.to_vec()), (8 - had, text(had + 1..=8)));
        }
        assert_eq!(burst.after(8), None);
        assert_eq!(Burst::of([]), None);
    }

    #[test]
    fn a_long_burst_comes_in_parts_that_are_not() {
        let burst = burst(1..=9);
        let whole = burst.after(3).unwrap();
        for most in 0..=whole.bytes.len() {
            let parts = burst.parts_after(3, most);
            let lone = |part: &Part| part.frames == 1;
            assert!(parts.iter().all(|(part, _)| part.bytes.len() <= most || lone(part)));
            let bytes: Vec<_> = parts.iter().map(|(part, _)| part.bytes.as_ref()).collect();
            assert_eq!(bytes.concat(), whole.bytes);
            assert_eq!(parts.iter().map(|(part, _)| part.frames).sum::<usize>(), whole.frames);
            let ends = parts.iter().scan(3, |at, (part, _)| {
                *at += part.frames as u64;
                Some(*at)
            });
            assert!(ends.eq(parts.iter().map(|(_, seq)| *seq)));
        }
        assert_eq!(burst.parts_after(3, usize::MAX), [(whole, 9)]);
        assert_eq!(burst.parts_after(9, 100), []);
    }

    #[test]
    fn joined_bursts_are_as_one() {
        let joined = Burst::join(vec![burst(1..=2), burst(3..=3), burst(4..=6)]).unwrap();
        assert_eq!(joined, burst(1..=6));
        assert_eq!(joined.last_seq(), 6);
        assert_eq!(Burst::join(vec![burst(7..=9)]), Some(burst(7..=9)));
        assert_eq!(Burst::join(Vec::new()), None);
    }
}
