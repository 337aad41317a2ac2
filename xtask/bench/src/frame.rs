//! WebSocket framing (RFC 6455), as much as a load test and its floor need: no fragments, no extensions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

/// Opcode of a text message.
pub(crate) const TEXT: u8 = 1;
/// Opcode of the end of the conversation.
pub(crate) const CLOSE: u8 = 8;
/// Opcode of "are you there?".
pub(crate) const PING: u8 = 9;
/// Opcode of the answer to [`PING`].
pub(crate) const PONG: u8 = 10;

/// The mask of every client frame here. A constant one is allowed, and costs the generator least.
pub(crate) const MASK: [u8; 4] = [0x4b, 0x1d, 0x77, 0x2a];

/// What RFC 6455 appends to the client's key.
const KEY_SUFFIX: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The start of a frame.
pub(crate) struct Header {
    /// One of the opcodes above, or one that is passed over.
    pub(crate) opcode: u8,
    /// Bytes before the payload.
    pub(crate) header_len: usize,
    /// Bytes of the payload.
    pub(crate) payload_len: usize,
    /// What the payload is masked with, in a client's frame.
    pub(crate) mask: Option<[u8; 4]>,
}

impl Header {
    /// The header of the frame that `bytes` start with, if all of it is there.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (&first, &second) = (bytes.first()?, bytes.get(1)?);
        let (mut at, payload_len) = match second & 0x7f {
            126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
            127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize),
            len => (2, usize::from(len)),
        };
        let mut mask = None;
        if second & 0x80 != 0 {
            at += 4;
            mask = Some(bytes.get(at - 4..at)?.try_into().ok()?);
        }
        Some(Self { opcode: first & 0x0f, header_len: at, payload_len, mask })
    }

    /// Bytes of the whole frame.
    pub(crate) fn frame_len(&self) -> usize {
        self.header_len + self.payload_len
    }
}

/// Appends one whole frame; a `mask` makes it a client's.
pub(crate) fn push(out: &mut Vec<u8>, opcode: u8, payload: &[u8], mask: Option<[u8; 4]>) {
    let bit = if mask.is_some() { 0x80 } else { 0 };
    out.push(0x80 | opcode);
    match payload.len() {
        len @ 0..=125 => out.push(bit | len as u8),
        len @ 126..=0xffff => {
            out.push(bit | 126);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            out.push(bit | 127);
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    match mask {
        None => out.extend_from_slice(payload),
        Some(mask) => {
            out.extend_from_slice(&mask);
            let start = out.len();
            out.extend_from_slice(payload);
            apply_mask(&mut out[start..], mask);
        }
    }
}

/// Masks, or unmasks, a payload.
pub(crate) fn apply_mask(payload: &mut [u8], mask: [u8; 4]) {
    for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

/// The `Sec-WebSocket-Accept` of a `Sec-WebSocket-Key`.
pub(crate) fn accept_key(key: &str) -> String {
    let digest = Sha1::new().chain_update(key.trim()).chain_update(KEY_SUFFIX).finalize();
    STANDARD.encode(digest)
}

/// A client's upgrade request. `headers` are whole lines, each with its `\r\n`.
pub(crate) fn upgrade_request(host: &str, path: &str, headers: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_rfc_is_accepted() {
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn frames_are_read_as_they_were_written() {
        for len in [0, 1, 125, 126, 65_535, 65_536] {
            for mask in [None, Some([1, 2, 3, 4])] {
                let payload: Vec<u8> = (0..len).map(|at| at as u8).collect();
                let mut bytes = Vec::new();
                push(&mut bytes, TEXT, &payload, mask);
                let header = Header::read(&bytes).unwrap();
                assert_eq!((header.opcode, header.mask), (TEXT, mask));
                assert_eq!(header.frame_len(), bytes.len());
                let mut got = bytes[header.header_len..].to_vec();
                if let Some(mask) = header.mask {
                    apply_mask(&mut got, mask);
                }
                assert_eq!(got, payload);
                for cut in 0..header.header_len {
                    assert!(Header::read(&bytes[..cut]).is_none());
                }
            }
        }
    }
}
