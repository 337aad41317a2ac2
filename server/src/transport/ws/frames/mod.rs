//! Reading frames (RFC 6455): bytes go in as they come, messages come out.
//!
//! Between two reads a connection holds only what is incomplete, in a box that is made when there is
//! such a thing and freed when there is none. A length is never believed before its bytes are there:
//! what is held is at most about twice what came, whatever was announced.

mod header;
mod utf8;

use crate::domain::frame::opcode;
use header::{Frame, HEADER_MAX_BYTES, read_header};
use shared::limits::FRAME_MAX_BYTES;
use utf8::Text;

/// Most empty fragments that one message may have. The bound on a message's bytes bounds how many
/// of the others there can be.
const EMPTY_FRAGMENTS_MAX: u16 = 16_384;
/// How much of an incomplete text is unmasked and checked at once. A multiple of the mask's length.
const PIECE_BYTES: usize = 1_024;

/// A whole message, or a control frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Incoming {
    /// A text message.
    Text(String),
    /// A binary message, where they are accepted.
    Binary(Vec<u8>),
    /// To be answered by a pong with the same payload, at most 125 bytes.
    Ping(Vec<u8>),
    /// The peer is there.
    Pong,
    /// The peer ends the conversation, with this code if it gave one. Nothing comes after it.
    Close(Option<u16>),
}

/// Why what came can't be read. The connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Against RFC 6455: a reserved bit, an unmasked frame, a wrong length, a stray fragment.
    Protocol(&'static str),
    /// Text that is not UTF-8, told as soon as no further byte could make it so.
    NotUtf8,
    /// A binary message where only text is spoken.
    Binary,
    /// A message over the bound, told by its header.
    TooLarge,
}

/// Which messages a connection accepts. The default is the chat's: text, at most
/// [`FRAME_MAX_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Whether binary messages are accepted, too.
    pub(super) binary: bool,
    /// The longest message, in bytes of its payload over all fragments.
    pub(super) max_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { binary: false, max_bytes: FRAME_MAX_BYTES }
    }
}

/// Reads what one client sends.
#[derive(Debug, Default)]
pub(super) struct Reader {
    limits: Limits,
    /// After a fault or a close frame.
    ended: bool,
    partial: Option<Box<Partial>>,
}

/// What has come of a header, a frame and a message that are not complete.
#[derive(Debug, Default)]
struct Partial {
    header: [u8; HEADER_MAX_BYTES],
    header_len: usize,
    frame: Option<Frame>,
    /// The payload of an incomplete control frame, unmasked.
    control: Vec<u8>,
    /// The payload of an incomplete message. There is one between frames only if it is fragmented.
    message: Option<Message>,
}

#[derive(Debug)]
struct Message {
    content: Content,
    empty_fragments: u16,
}

#[derive(Debug)]
enum Content {
    Text(Text),
    Binary(Vec<u8>),
}

impl Reader {
    /// A reader of a new connection.
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes bytes; appends the messages that they complete. Into which pieces the bytes are cut
    /// makes no difference. After a fault or a close frame whatever comes is passed over.
    ///
    /// # Errors
    /// When what came can't be read; the messages before it have been appended.
    pub(super) fn read(&mut self, bytes: &[u8], out: &mut Vec<Incoming>) -> Result<(), Fault> {
        if self.ended {
            return Ok(());
        }
        let read = self.read_frames(bytes, out);
        if read.is_err() {
            self.end();
        }
        read
    }

    fn read_frames(&mut self, mut bytes: &[u8], out: &mut Vec<Incoming>) -> Result<(), Fault> {
        while !bytes.is_empty() {
            let Some(frame) = self.next_frame(&mut bytes)? else {
                return Ok(());
            };
            let (payload, rest) = bytes.split_at(frame.left.min(bytes.len()));
            bytes = rest;
            if payload.len() < frame.left {
                return self.keep(frame, payload);
            }
            let Some(incoming) = self.finish(frame, payload)? else { continue };
            let closed = matches!(incoming, Incoming::Close(_));
            out.push(incoming);
            if closed {
                self.end();
                return Ok(());
            }
        }
        Ok(())
    }

    /// The frame whose payload is next, once its header is whole. Takes the header off `bytes`.
    fn next_frame(&mut self, bytes: &mut &[u8]) -> Result<Option<Frame>, Fault> {
        let limits = self.limits;
        let Some(partial) = self.partial.as_deref_mut() else {
            if let Some((frame, len)) = read_header(bytes, limits, None)? {
                *bytes = &bytes[len..];
                return Ok(Some(frame));
            }
            let partial = self.partial();
            partial.header[..bytes.len()].copy_from_slice(bytes);
            partial.header_len = bytes.len();
            return Ok(None);
        };
        if let Some(frame) = partial.frame.take() {
            return Ok(Some(frame));
        }
        let message = partial.message.as_ref().map(Message::len);
        let held = partial.header_len;
        let more = bytes.len().min(HEADER_MAX_BYTES - held);
        partial.header[held..held + more].copy_from_slice(&bytes[..more]);
        let Some((frame, len)) = read_header(&partial.header[..held + more], limits, message)?
        else {
            partial.header_len = held + more;
            return Ok(None);
        };
        partial.header_len = 0;
        *bytes = &bytes[len - held..];
        Ok(Some(frame))
    }

    /// Keeps the part that came of a frame's payload.
    fn keep(&mut self, mut frame: Frame, part: &[u8]) -> Result<(), Fault> {
        let partial = self.partial();
        if frame.is_control() {
            append(&mut partial.control, part, frame.mask);
        } else if !part.is_empty() {
            let message = partial.message.get_or_insert_with(|| Message::new(frame.opcode));
            message.push(part, frame.mask)?;
        }
        frame.left -= part.len();
        frame.mask.rotate_left(part.len() & 3);
        partial.frame = Some(frame);
        Ok(())
    }

    /// Takes the last part of a frame's payload; a message if that completes one.
    fn finish(&mut self, frame: Frame, part: &[u8]) -> Result<Option<Incoming>, Fault> {
        if frame.is_control() {
            let mut payload = self.partial.as_deref_mut().map(|p| std::mem::take(&mut p.control));
            let payload = payload.take().unwrap_or_default();
            return self.finish_control(frame, payload, part).map(Some);
        }
        let begun = self.partial.as_deref_mut().and_then(|partial| partial.message.take());
        if begun.is_none() && frame.last {
            self.partial = None;
            let mut payload = Vec::new();
            append(&mut payload, part, frame.mask);
            return Ok(Some(if frame.opcode == opcode::BINARY {
                Incoming::Binary(payload)
            } else {
                Incoming::Text(String::from_utf8(payload).map_err(|_| Fault::NotUtf8)?)
            }));
        }
        let mut message = begun.unwrap_or_else(|| Message::new(frame.opcode));
        message.push(part, frame.mask)?;
        if frame.last {
            self.partial = None;
            return message.finish().map(Some);
        }
        // Only an empty frame ends without a part: one that is begun waits for a byte at least.
        if part.is_empty() {
            message.empty_fragments += 1;
            if message.empty_fragments > EMPTY_FRAGMENTS_MAX {
                return Err(Fault::Protocol("too many empty fragments"));
            }
        }
        self.partial().message = Some(message);
        Ok(None)
    }

    fn finish_control(
        &mut self,
        frame: Frame,
        mut payload: Vec<u8>,
        part: &[u8],
    ) -> Result<Incoming, Fault> {
        append(&mut payload, part, frame.mask);
        if self.partial.as_deref().is_some_and(|partial| partial.message.is_none()) {
            self.partial = None;
        }
        match frame.opcode {
            opcode::PING => Ok(Incoming::Ping(payload)),
            opcode::PONG => Ok(Incoming::Pong),
            _ => read_close(&payload),
        }
    }

    fn partial(&mut self) -> &mut Partial {
        self.partial.get_or_insert_default()
    }

    fn end(&mut self) {
        self.ended = true;
        self.partial = None;
    }
}

impl Message {
    fn new(opcode: u8) -> Self {
        let content = if opcode == opcode::BINARY {
            Content::Binary(Vec::new())
        } else {
            Content::Text(Text::default())
        };
        Self { content, empty_fragments: 0 }
    }

    /// The bytes that came so far.
    fn len(&self) -> usize {
        match &self.content {
            Content::Text(text) => text.len(),
            Content::Binary(bytes) => bytes.len(),
        }
    }

    fn push(&mut self, masked: &[u8], mask: [u8; 4]) -> Result<(), Fault> {
        match &mut self.content {
            Content::Binary(bytes) => append(bytes, masked, mask),
            Content::Text(text) => {
                let mut buffer = [0; PIECE_BYTES];
                for piece in masked.chunks(PIECE_BYTES) {
                    let clear = &mut buffer[..piece.len()];
                    clear.copy_from_slice(piece);
                    unmask(clear, mask);
                    text.push(clear).map_err(|_| Fault::NotUtf8)?;
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Incoming, Fault> {
        match self.content {
            Content::Text(text) => text.finish().map(Incoming::Text).map_err(|_| Fault::NotUtf8),
            Content::Binary(bytes) => Ok(Incoming::Binary(bytes)),
        }
    }
}

/// Reads the payload of a close frame (RFC 6455, sections 5.5.1 and 7.4).
fn read_close(payload: &[u8]) -> Result<Incoming, Fault> {
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

/// Appends what is masked, unmasked.
fn append(to: &mut Vec<u8>, masked: &[u8], mask: [u8; 4]) {
    let from = to.len();
    to.extend_from_slice(masked);
    unmask(&mut to[from..], mask);
}

/// Takes the mask off bytes that begin where it does (RFC 6455, section 5.3), eight at a time.
fn unmask(bytes: &mut [u8], [a, b, c, d]: [u8; 4]) {
    let twice = [a, b, c, d, a, b, c, d];
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ u64::from_ne_bytes(twice)).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(twice) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
