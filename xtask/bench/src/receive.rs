//! Reading what a crowd's sockets receive. The path of a delivery is short: its record and its sequence number are looked
//! for where the ones before were found, and nothing else of the frame is read.

use memchr::memmem;

use crate::clock;
use crate::crowd::{Crowd, READ, Speech, State};
use crate::frame::{self, Header};
use crate::record::{MARK, RECORD, Record, decimal};
use crate::socket::{self, Io};

/// What each of Hubbub's deliveries starts with.
const MESSAGE: &[u8] = br#"{"type":"message","#;
const SEQ: &[u8] = br#""seq":"#;
/// How far into a frame [`SEQ`] is looked for: past the type and the room's id, before anything that a person wrote.
const SEQ_WITHIN: usize = 128;

impl Crowd {
    /// Reads what a socket has got, `to_the_end` if it was closed.
    pub(crate) fn readable(&mut self, at: usize, to_the_end: bool) {
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            let conn = &self.conns[at];
            let Some(socket) = &conn.socket else { break };
            let held = conn.carry.len();
            if buffer.len() < held + READ {
                buffer.resize(held + READ, 0);
            }
            let count = match socket::read(socket, &mut buffer[held..held + READ]) {
                Io::Done(count) => count,
                Io::Again => break,
                Io::Closed => {
                    self.lost(at);
                    break;
                }
            };
            buffer[..held].copy_from_slice(&conn.carry);
            let used = self.consume(at, &buffer[..held + count], clock::now());
            let conn = &mut self.conns[at];
            conn.carry.clear();
            conn.carry.extend_from_slice(&buffer[used..held + count]);
            if conn.state == State::Closed || (count < READ && !to_the_end) {
                break;
            }
        }
        self.buffer = buffer;
    }

    /// Handles what is whole in `data`; returns how much that was.
    fn consume(&mut self, from: usize, data: &[u8], now: u64) -> usize {
        let mut at = 0;
        if matches!(self.conns[from].state, State::Connecting | State::Upgrading) {
            let Some(end) = memmem::find(data, b"\r\n\r\n") else { return 0 };
            if !data.starts_with(b"HTTP/1.1 101") {
                let answer = String::from_utf8_lossy(data);
                self.tally.fault(|| format!("an upgrade was refused: {answer:.300}"));
                self.lost(from);
                return data.len();
            }
            at = end + 4;
            match self.speech {
                Speech::Plain => self.arrived(from),
                Speech::Hubbub(_) => self.conns[from].state = State::Welcoming,
            }
        }
        while let Some(header) = Header::read(&data[at..]) {
            let end = at + header.frame_len();
            if data.len() < end {
                break;
            }
            let payload = &data[at + header.header_len..end];
            match header.opcode {
                frame::TEXT => self.text(from, payload, now),
                frame::PING => self.send(from, frame::PONG, payload),
                frame::CLOSE => {
                    let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                    self.conns[from].close_code = code;
                    self.lost(from);
                }
                _ => {}
            }
            if self.conns[from].state == State::Closed {
                return data.len();
            }
            at = end;
        }
        at
    }

    fn text(&mut self, from: usize, payload: &[u8], now: u64) {
        if matches!(self.speech, Speech::Plain) {
            return self.record(from, payload, now);
        }
        if !payload.starts_with(MESSAGE) {
            return self.answer(from, payload, now);
        }
        let Some(seq) = self.seq(payload) else {
            return self.tally.fault(|| "a message without seq".to_owned());
        };
        let conn = &mut self.conns[from];
        let last = conn.last;
        if conn.resuming && seq <= last {
            return;
        }
        if conn.resuming && last != 0 && seq > last + 1 {
            conn.held = conn.held.max(seq);
            return;
        }
        conn.last = seq;
        if last != 0 && seq != last + 1 {
            let room = conn.room;
            let what = if seq > last { "loses" } else { "doubles or reorders" };
            self.tally.fault(|| format!("room {room} {what}: seq {seq} after {last} on a socket"));
        }
        self.record(from, payload, now);
    }

    /// The sequence number of a delivery.
    fn seq(&mut self, payload: &[u8]) -> Option<u64> {
        let here = payload.get(self.seq_at..)?;
        if !here.starts_with(SEQ) {
            self.seq_at = memmem::find(&payload[..payload.len().min(SEQ_WITHIN)], SEQ)?;
        }
        decimal(payload.get(self.seq_at + SEQ.len()..)?)
    }

    /// Counts a delivery of one of our messages. Others', from before, are passed over.
    fn record(&mut self, from: usize, payload: &[u8], now: u64) {
        let here = |at: usize| payload.get(at..at + MARK) == Some(self.mark.needle());
        let at = if here(self.record_at) {
            self.record_at
        } else {
            let Some(at) = self.mark.find(payload) else { return };
            at
        };
        self.record_at = at;
        let record = payload.get(at..at + RECORD).and_then(Record::read);
        let conn = &self.conns[from];
        let Some(record) = record.filter(|record| usize::from(record.room) == conn.room) else {
            return self
                .tally
                .fault(|| "a message in a wrong room, or with a wrong text".to_owned());
        };
        // What is left of a warm-up, and what a slow reader gets late, does not count.
        if record.number < self.base[conn.room] || conn.slow || conn.resuming {
            return;
        }
        self.tally.payload_len = payload.len();
        self.tally.delivered += 1;
        self.tally.latency.record(now.saturating_sub(record.sent));
    }

    /// Everything but deliveries.
    fn answer(&mut self, from: usize, payload: &[u8], now: u64) {
        let kind = text_field(payload, "type").unwrap_or_default();
        let conn = &mut self.conns[from];
        match kind {
            b"ack" => {
                conn.in_flight = conn.in_flight.saturating_sub(1);
                let sent = text_field(payload, "nonce").and_then(Record::nonce_sent);
                self.tally.acked += 1;
                self.tally.acks.record(now.saturating_sub(sent.unwrap_or(now)));
            }
            b"welcome" => self.arrived(from),
            b"caught_up" => {
                conn.caught_up = now;
                conn.resuming = false;
                if conn.held > conn.last {
                    let (held, last) = (conn.held, conn.last);
                    self.tally.fault(|| format!("caught up at {last}, though {held} had come"));
                }
            }
            b"reset" => conn.reset = Some(number_field(payload, "headSeq").unwrap_or(0)),
            b"rejected" => {
                let why = String::from_utf8_lossy(payload).into_owned();
                self.tally.fault(|| format!("rejected: {why:.300}"));
            }
            _ => {}
        }
    }
}

fn after_name<'a>(json: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let name = format!("\"{name}\":");
    let at = memmem::find(json, name.as_bytes())?;
    json.get(at + name.len()..)
}

/// A text field of flat JSON, for those that hold nothing escaped: types, ids and nonces.
pub(crate) fn text_field<'a>(json: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let value = after_name(json, name)?.strip_prefix(b"\"")?;
    value.split(|byte| *byte == b'"').next()
}

/// A number of flat JSON.
pub(crate) fn number_field(json: &[u8], name: &str) -> Option<u64> {
    decimal(after_name(json, name)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crowd::Seat;
    use std::net::{Ipv4Addr, SocketAddrV4};

    /// Two sockets in one room, which are told what they receive.
    fn crowd(speech: Speech) -> Crowd {
        let nowhere = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1);
        let seat = Seat { room: 0, request: Vec::new(), receive_buffer: None };
        let mut crowd = Crowd::assemble(nowhere, speech, vec![seat.clone(), seat]).unwrap();
        (0..2).for_each(|at| crowd.arrived(at));
        crowd.tally.expected = 100;
        crowd
    }

    fn hubbub() -> Crowd {
        crowd(Speech::Hubbub(["room".to_owned()].into()))
    }

    fn message(crowd: &Crowd, seq: u64, number: u32) -> Vec<u8> {
        let record = Record { crowd: crowd.id, room: 0, number, sent: 5 };
        let mut text = format!(
            r#"{{"type":"message","channelId":"room","seq":{seq},"nonce":"{}","message":""#,
            record.nonce()
        );
        record.write(&mut text, 40);
        framed(&(text + "\"}"))
    }

    fn framed(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        frame::push(&mut bytes, frame::TEXT, text.as_bytes(), None);
        bytes
    }

    #[test]
    fn deliveries_are_counted_however_they_are_cut() {
        let bytes: Vec<u8> = {
            let crowd = hubbub();
            (0..20).flat_map(|number| message(&crowd, u64::from(number) + 98, number)).collect()
        };
        let id = Record::read(&bytes[bytes.windows(2).position(|two| two == b"~F").unwrap()..]);
        for step in [1, 7, 150, bytes.len()] {
            let mut crowd = hubbub();
            crowd.id = id.unwrap().crowd;
            crowd.mark = memmem::Finder::new(&Record::mark(crowd.id)).into_owned();
            let mut carry = Vec::new();
            for part in bytes.chunks(step) {
                carry.extend_from_slice(part);
                let used = crowd.consume(0, &carry, 10);
                carry.drain(..used);
            }
            assert_eq!((crowd.tally.delivered, carry.len()), (20, 0), "cut every {step}");
            assert_eq!((crowd.tally.verdict(), crowd.conns[0].last), (None, 117));
        }
    }

    #[test]
    fn what_is_lost_doubled_or_reordered_is_noticed() {
        for (seqs, word) in [([1, 2, 4], "loses"), ([1, 2, 2], "doubles"), ([2, 3, 1], "reorders")]
        {
            let mut crowd = hubbub();
            for (seq, number) in seqs.into_iter().zip(0..) {
                let bytes = message(&crowd, seq, number);
                crowd.consume(1, &bytes, 10);
            }
            let verdict = crowd.tally.verdict().unwrap();
            assert!(verdict.contains(word), "{seqs:?}: {verdict}");
        }
    }

    #[test]
    fn a_resume_may_overlap_but_must_not_leave_a_gap() {
        for (seqs, good) in [(&[9_u64, 4, 5, 6, 7, 8, 9][..], true), (&[9, 4, 5, 6, 7], false)] {
            let mut crowd = hubbub();
            crowd.conns[0].last = 5;
            crowd.conns[0].resuming = true;
            for seq in seqs {
                let bytes = message(&crowd, *seq, 0);
                crowd.consume(0, &bytes, 10);
            }
            crowd.consume(0, &framed(r#"{"type":"caught_up","channelId":"room","seq":9}"#), 11);
            assert_eq!(crowd.tally.verdict().is_none(), good, "{seqs:?}");
            assert_eq!(crowd.conns[0].caught_up, 11);
        }
    }

    #[test]
    fn answers_are_understood() {
        let mut crowd = hubbub();
        crowd.conns[0].in_flight = 2;
        let nonce = Record { crowd: 1, room: 0, number: 3, sent: 1_000 }.nonce();
        crowd.consume(0, &framed(&format!(r#"{{"type":"ack","nonce":"{nonce}","seq":4}}"#)), 1_500);
        assert_eq!((crowd.conns[0].in_flight, crowd.tally.acked), (1, 1));
        assert_eq!(crowd.tally.acks.max(), 500);
        crowd.consume(0, &framed(r#"{"type":"reset","reason":"too_far","headSeq":77}"#), 1);
        assert_eq!(crowd.conns[0].reset, Some(77));
        let mut close = Vec::new();
        frame::push(&mut close, frame::CLOSE, &4008_u16.to_be_bytes(), None);
        crowd.consume(0, &close, 1);
        assert_eq!((crowd.conns[0].close_code, crowd.tally.closed), (Some(4008), 1));
        crowd.consume(1, &framed(r#"{"type":"rejected","code":"rate_limited"}"#), 1);
        assert!(crowd.tally.verdict().unwrap().contains("rate_limited"));
    }

    #[test]
    fn the_floor_sends_bare_records() {
        let mut crowd = crowd(Speech::Plain);
        let mut text = String::new();
        Record { crowd: crowd.id, room: 0, number: 0, sent: 5 }.write(&mut text, 100);
        crowd.consume(0, &framed(&text), 10);
        assert_eq!((crowd.tally.delivered, crowd.tally.payload_len), (1, 100));
    }
}
