//! Reading frames (RFC 6455): bytes go in as they come, messages come out. A connection holds only
//! the bytes of its incomplete message, and never trusts a length before the bytes are there.

use crate::domain::frame::opcode;
use shared::limits::FRAME_MAX_BYTES;

/// A whole message, or a control frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Incoming {
    Text(String),
    Ping(Vec<u8>),
    Pong,
    /// The peer ends the conversation, with this code if it gave one.
    Close(Option<u16>),
}

/// Why what came can't be read. The connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Against RFC 6455: a reserved bit, an unmasked frame, a wrong length, a stray fragment.
    Protocol(&'static str),
    /// Text that is not UTF-8.
    NotUtf8,
    /// A binary message: Hubbub speaks text.
    Binary,
    /// A message over the bound.
    TooLarge,
}

/// The incomplete frame and message of one connection.
#[derive(Debug, Default)]
pub(super) struct Reader {
    header: [u8; 14],
    header_len: usize,
    frame: Option<Frame>,
    /// The payload of the frames of an unfinished message.
    message: Vec<u8>,
    /// Whether `message` is an unfinished text message.
    fragmented: bool,
    control: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    opcode: u8,
    last: bool,
    mask: [u8; 4],
    len: usize,
    taken: usize,
}

impl Reader {
    /// Takes bytes; appends the messages that they complete.
    pub(super) fn read(&mut self, mut bytes: &[u8], out: &mut Vec<Incoming>) -> Result<(), Fault> {
        loop {
            let frame = match self.frame {
                Some(frame) => frame,
                None => match self.read_header(&mut bytes)? {
                    Some(frame) => frame,
                    None => return Ok(()),
                },
            };
            let part = bytes.len().min(frame.len - frame.taken);
            let control = frame.opcode & 0x8 != 0;
            let into = if control { &mut self.control } else { &mut self.message };
            into.extend(
                bytes[..part].iter().zip(frame.taken..).map(|(b, at)| b ^ frame.mask[at & 3]),
            );
            bytes = &bytes[part..];
            let taken = frame.taken + part;
            if taken < frame.len {
                self.frame = Some(Frame { taken, ..frame });
                return Ok(());
            }
            self.frame = None;
            if let Some(incoming) = self.finish(frame)? {
                out.push(incoming);
            }
        }
    }

    /// Collects a header byte by byte; the frame once it is whole and allowed.
    fn read_header(&mut self, bytes: &mut &[u8]) -> Result<Option<Frame>, Fault> {
        loop {
            let wanted = match (self.header_len, self.header[1] & 0x7F) {
                (0 | 1, _) => 2,
                (_, 126) => 8,
                (_, 127) => 14,
                _ => 6,
            };
            let part = bytes.len().min(wanted - self.header_len);
            self.header[self.header_len..self.header_len + part].copy_from_slice(&bytes[..part]);
            self.header_len += part;
            *bytes = &bytes[part..];
            if self.header_len < wanted {
                return Ok(None);
            }
            if wanted > 2 {
                break;
            }
            self.check_start()?;
        }
        let header = &self.header[..self.header_len];
        self.header_len = 0;
        let (len, mask) = match header {
            [_, _, a, b, mask @ ..] if header.len() == 8 => {
                (u64::from(u16::from_be_bytes([*a, *b])), mask)
            }
            [_, _, a, b, c, d, e, f, g, h, mask @ ..] if header.len() == 14 => {
                (u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]), mask)
            }
            [_, len, mask @ ..] => (u64::from(len & 0x7F), mask),
            _ => return Err(Fault::Protocol("a header of a wrong length")),
        };
        let frame = Frame {
            opcode: header[0] & 0x0F,
            last: header[0] & 0x80 != 0,
            mask: mask.try_into().map_err(|_| Fault::Protocol("a header without a mask"))?,
            len: usize::try_from(len).map_err(|_| Fault::TooLarge)?,
            taken: 0,
        };
        let control = frame.opcode & 0x8 != 0;
        if !control && self.message.len().saturating_add(frame.len) > FRAME_MAX_BYTES {
            return Err(Fault::TooLarge);
        }
        self.frame = Some(frame);
        Ok(Some(frame))
    }

    /// Checks the first two bytes of a header, which say what may follow.
    fn check_start(&self) -> Result<(), Fault> {
        let (first, second) = (self.header[0], self.header[1]);
        if first & 0x70 != 0 {
            return Err(Fault::Protocol("a reserved bit is set"));
        }
        if second & 0x80 == 0 {
            return Err(Fault::Protocol("a client's frames must be masked"));
        }
        match first & 0x0F {
            opcode::TEXT if self.fragmented => {
                Err(Fault::Protocol("a new message inside an unfinished one"))
            }
            opcode::CONTINUATION if !self.fragmented => {
                Err(Fault::Protocol("a continuation of nothing"))
            }
            opcode::TEXT | opcode::CONTINUATION => Ok(()),
            opcode::BINARY => Err(Fault::Binary),
            opcode::CLOSE | opcode::PING | opcode::PONG => {
                if first & 0x80 == 0 || second & 0x7F > 125 {
                    Err(Fault::Protocol("a control frame must be whole and short"))
                } else {
                    Ok(())
                }
            }
            _ => Err(Fault::Protocol("an unknown opcode")),
        }
    }

    fn finish(&mut self, frame: Frame) -> Result<Option<Incoming>, Fault> {
        match frame.opcode {
            opcode::PING => Ok(Some(Incoming::Ping(std::mem::take(&mut self.control)))),
            opcode::PONG => {
                self.control = Vec::new();
                Ok(Some(Incoming::Pong))
            }
            opcode::CLOSE => close(&std::mem::take(&mut self.control)).map(Some),
            _ if !frame.last => {
                self.fragmented = true;
                Ok(None)
            }
            _ => {
                self.fragmented = false;
                let text = String::from_utf8(std::mem::take(&mut self.message));
                text.map(|text| Some(Incoming::Text(text))).map_err(|_| Fault::NotUtf8)
            }
        }
    }
}

fn close(payload: &[u8]) -> Result<Incoming, Fault> {
    match payload {
        [] => Ok(Incoming::Close(None)),
        [_] => Err(Fault::Protocol("a close frame with half a code")),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            let allowed = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
            if !allowed {
                return Err(Fault::Protocol("a close code that must not be sent"));
            }
            if std::str::from_utf8(reason).is_err() {
                return Err(Fault::NotUtf8);
            }
            Ok(Incoming::Close(Some(code)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut out = vec![first];
        match payload.len() {
            len @ 0..=125 => out.push(0x80 | len as u8),
            len @ 126..=0xFFFF => {
                out.push(0x80 | 126);
                out.extend((len as u16).to_be_bytes());
            }
            len => {
                out.push(0x80 | 127);
                out.extend((len as u64).to_be_bytes());
            }
        }
        out.extend(mask);
        out.extend(payload.iter().enumerate().map(|(at, b)| b ^ mask[at & 3]));
        out
    }

    fn read_all(bytes: &[u8], step: usize) -> Result<Vec<Incoming>, Fault> {
        let (mut reader, mut out) = (Reader::default(), Vec::new());
        for part in bytes.chunks(step.max(1)) {
            reader.read(part, &mut out)?;
        }
        Ok(out)
    }

    #[test]
    fn a_message_may_come_in_any_pieces_with_control_frames_between_its_fragments() {
        let bytes = [
            masked(0x01, "h\u{e9}".as_bytes()),
            masked(0x89, b"p"),
            masked(0x80, b"llo"),
            masked(0x8A, b""),
            masked(0x88, &[0x03, 0xE8]),
        ]
        .concat();
        for step in 1..bytes.len() {
            assert_eq!(
                read_all(&bytes, step).unwrap(),
                [
                    Incoming::Ping(b"p".to_vec()),
                    Incoming::Text("h\u{e9}llo".into()),
                    Incoming::Pong,
                    Incoming::Close(Some(1000)),
                ]
            );
        }
    }

    #[test]
    fn what_is_against_the_rules_is_refused() {
        let refused = |bytes: &[u8]| read_all(bytes, 7).unwrap_err();
        assert!(matches!(refused(b"\x81\x02hi"), Fault::Protocol(_)), "unmasked");
        assert!(matches!(refused(&masked(0xC1, b"hi")), Fault::Protocol(_)), "reserved bit");
        assert!(matches!(refused(&masked(0x83, b"hi")), Fault::Protocol(_)), "opcode");
        assert!(matches!(refused(&masked(0x80, b"hi")), Fault::Protocol(_)), "stray fragment");
        assert!(matches!(refused(&masked(0x09, b"")), Fault::Protocol(_)), "fragmented ping");
        assert!(matches!(refused(&masked(0x89, &[0; 126])), Fault::Protocol(_)), "long ping");
        assert!(matches!(refused(&masked(0x88, &[3])), Fault::Protocol(_)), "half a code");
        assert!(matches!(refused(&masked(0x88, &[3, 0xED])), Fault::Protocol(_)), "code 1005");
        assert_eq!(refused(&masked(0x82, b"hi")), Fault::Binary);
        assert_eq!(refused(&masked(0x81, b"\xff")), Fault::NotUtf8);
        let twice = [masked(0x01, b"a"), masked(0x01, b"b")].concat();
        assert!(matches!(refused(&twice), Fault::Protocol(_)), "message in a message");
    }

    #[test]
    fn a_lying_length_is_refused_before_its_bytes_come() {
        let mut lie = vec![0x81, 0x80 | 127];
        lie.extend(u64::MAX.to_be_bytes());
        lie.extend([0; 4]);
        assert_eq!(read_all(&lie, 3), Err(Fault::TooLarge));
        let half = vec![b'x'; FRAME_MAX_BYTES / 2 + 1];
        let fragments = [masked(0x01, &half), masked(0x80, &half)].concat();
        assert_eq!(read_all(&fragments, 4096), Err(Fault::TooLarge));
        let whole = masked(0x81, &vec![b'x'; FRAME_MAX_BYTES]);
        assert!(read_all(&whole, 4096).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_without_panic_and_alike_in_any_pieces(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            step in 1_usize..50,
        ) {
            prop_assert_eq!(read_all(&bytes, step), read_all(&bytes, 400));
        }
    }
}
