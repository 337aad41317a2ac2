//! A frame's header (RFC 6455, section 5.2): what it must be, and what it says.

use super::{Fault, Limits};
use crate::domain::frame::opcode;

/// The longest header: two bytes, eight of the length, four of the mask.
pub(super) const HEADER_MAX_BYTES: usize = 14;

/// A frame whose payload has not come, or not all of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) opcode: u8,
    /// Whether its message ends with it.
    pub(super) last: bool,
    /// Turned so that its first byte belongs to the next byte of the payload.
    pub(super) mask: [u8; 4],
    /// How much of the payload is still to come.
    pub(super) left: usize,
}

impl Frame {
    /// Whether it may stand between the fragments of a message.
    pub(super) fn is_control(&self) -> bool {
        self.opcode & 0x8 != 0
    }
}

/// Reads the header that `bytes` begin with, and checks it against RFC 6455, section 5.2, and the
/// limits. `message` is how many bytes came of an unfinished message, if there is one.
///
/// The frame and the header's length; None while the header is not whole. Lengths that are written
/// in more bytes than they need are read all the same.
///
/// # Errors
/// When no frame may begin like this, or its message would be over the bound.
pub(super) fn read_header(
    bytes: &[u8],
    limits: Limits,
    message: Option<usize>,
) -> Result<Option<(Frame, usize)>, Fault> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    check_start(*first, *second, limits, message.is_some())?;
    let (len, rest) = match second & 0x7F {
        126 => match rest.split_first_chunk() {
            Some((len, rest)) => (u64::from(u16::from_be_bytes(*len)), rest),
            None => return Ok(None),
        },
        127 => match rest.split_first_chunk() {
            Some((len, rest)) => (u64::from_be_bytes(*len), rest),
            None => return Ok(None),
        },
        len => (u64::from(len), rest),
    };
    let Some((mask, rest)) = rest.split_first_chunk() else { return Ok(None) };
    let left = usize::try_from(len).map_err(|_| Fault::TooLarge)?;
    let frame = Frame { opcode: first & 0x0F, last: first & 0x80 != 0, mask: *mask, left };
    if !frame.is_control() && left.saturating_add(message.unwrap_or(0)) > limits.max_bytes {
        return Err(Fault::TooLarge);
    }
    Ok(Some((frame, bytes.len() - rest.len())))
}

/// Checks the first two bytes of a header, which say what may follow.
fn check_start(first: u8, second: u8, limits: Limits, unfinished: bool) -> Result<(), Fault> {
    if first & 0x70 != 0 {
        return Err(Fault::Protocol("a reserved bit is set"));
    }
    if second & 0x80 == 0 {
        return Err(Fault::Protocol("a client's frames must be masked"));
    }
    match first & 0x0F {
        opcode::BINARY if !limits.binary => Err(Fault::Binary),
        opcode::TEXT | opcode::BINARY if unfinished => {
            Err(Fault::Protocol("a new message inside an unfinished one"))
        }
        opcode::CONTINUATION if !unfinished => Err(Fault::Protocol("a continuation of nothing")),
        opcode::TEXT | opcode::BINARY | opcode::CONTINUATION => Ok(()),
        opcode::CLOSE | opcode::PING | opcode::PONG if first & 0x80 == 0 || second & 0x7F > 125 => {
            Err(Fault::Protocol("a control frame must be whole and short"))
        }
        opcode::CLOSE | opcode::PING | opcode::PONG => Ok(()),
        _ => Err(Fault::Protocol("an unknown opcode")),
    }
}
