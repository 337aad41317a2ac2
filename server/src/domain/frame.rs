//! A frame as it leaves: the complete bytes of one WebSocket message (RFC 6455, unmasked), encoded
//! once and shared by every socket that gets it.

use bytes::Bytes;
use shared::ServerMessage;

/// Opcodes of RFC 6455, section 5.2.
pub mod opcode {
    /// A further part of a fragmented message.
    pub const CONTINUATION: u8 = 0x0;
    /// UTF-8 text.
    pub const TEXT: u8 = 0x1;
    /// Bytes.
    pub const BINARY: u8 = 0x2;
    /// The end of the conversation.
    pub const CLOSE: u8 = 0x8;
    /// "Are you there?"
    pub const PING: u8 = 0x9;
    /// "I am."
    pub const PONG: u8 = 0xA;
}

/// The complete bytes of one frame. Cloning shares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame(Bytes);

impl Frame {
    /// A whole, final frame of the given opcode.
    pub fn new(opcode: u8, payload: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(payload.len() + 10);
        bytes.push(0x80 | opcode);
        match payload.len() {
            len @ 0..=125 => bytes.push(len as u8),
            len @ 126..=0xFFFF => {
                bytes.push(126);
                bytes.extend_from_slice(&(len as u16).to_be_bytes());
            }
            len => {
                bytes.push(127);
                bytes.extend_from_slice(&(len as u64).to_be_bytes());
            }
        }
        bytes.extend_from_slice(payload);
        Self(bytes.into())
    }

    /// A text frame.
    pub fn text(text: &str) -> Self {
        Self::new(opcode::TEXT, text.as_bytes())
    }

    /// A close frame with its code and a reason of at most 123 bytes.
    pub fn close(code: u16, reason: &str) -> Self {
        let mut payload = code.to_be_bytes().to_vec();
        payload.extend(reason.bytes().take(123));
        Self::new(opcode::CLOSE, &payload)
    }

    /// The bytes to write.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The bytes to write, without another reference to them.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// How many bytes it is.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no bytes; a frame always has some.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// How many bytes the server's frame at the beginning of `bytes` takes, its header included. None if
/// there is no whole header.
pub fn frame_len(bytes: &[u8]) -> Option<usize> {
    let (header, payload) = match *bytes.get(1)? {
        126 => (4, u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)),
        len => (2, u64::from(len)),
    };
    usize::try_from(payload).ok()?.checked_add(header)
}

impl From<&ServerMessage> for Frame {
    fn from(message: &ServerMessage) -> Self {
        Self::text(&message.to_json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_one_three_or_nine_bytes() {
        for (len, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let frame = Frame::new(opcode::TEXT, &vec![b'x'; len]);
            assert_eq!(frame.len(), header + len);
            assert_eq!(frame_len(frame.bytes()), Some(header + len));
        }
        assert_eq!(Frame::text("hi").bytes().as_ref(), b"\x81\x02hi");
        assert_eq!(Frame::close(4008, "slow").bytes().as_ref(), b"\x88\x06\x0f\xa8slow");
    }
}
