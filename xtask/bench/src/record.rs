//! The record that every measured text starts with, by which its deliveries are recognised: in the text itself, so that it
//! is found inside whatever a server wraps the text in.
//!
//! `~F`, then in hexadecimal the crowd (4), the room (4), the message's number in its room (8) and the time that it was
//! sent, or should have been sent, at (16).

use std::fmt::Write as _;

/// Bytes of a record; no measured text is shorter.
pub(crate) const RECORD: usize = 34;
/// Bytes at the start of a record that tell one crowd's from everyone else's.
pub(crate) const MARK: usize = 6;

/// What a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    /// The crowd that it was sent by.
    pub(crate) crowd: u16,
    /// The room's number in that crowd.
    pub(crate) room: u16,
    /// Counts from 0 in each room.
    pub(crate) number: u32,
    /// By [`crate::clock::now`].
    pub(crate) sent: u64,
}

impl Record {
    /// What the records of a crowd start with.
    pub(crate) fn mark(crowd: u16) -> String {
        format!("~F{crowd:04x}")
    }

    /// Appends the record, and after it letters up to `size` bytes in all.
    pub(crate) fn write(self, out: &mut String, size: usize) {
        let Self { crowd, room, number, sent } = self;
        let end = out.len() + size;
        // Writing to a string does not fail.
        let _ = write!(out, "~F{crowd:04x}{room:04x}{number:08x}{sent:016x}");
        out.extend((b'a'..=b'z').cycle().map(char::from).take(end.saturating_sub(out.len())));
    }

    /// Reads the record that `bytes` start with.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..RECORD)?;
        if !bytes.starts_with(b"~F") {
            return None;
        }
        Some(Self {
            crowd: hex(&bytes[2..6])? as u16,
            room: hex(&bytes[6..10])? as u16,
            number: hex(&bytes[10..18])? as u32,
            sent: hex(&bytes[18..34])?,
        })
    }

    /// A nonce that says the same, in the shape of a UUID as clients send them.
    pub(crate) fn nonce(self) -> String {
        let Self { crowd, room, number, sent } = self;
        let (high, low) = (sent >> 32, sent & 0xffff_ffff);
        format!(
            "{high:08x}-{:04x}-{:04x}-{crowd:04x}-{room:04x}{number:08x}",
            low >> 16,
            low & 0xffff
        )
    }

    /// The time that a [`nonce`](Self::nonce) was sent at.
    pub(crate) fn nonce_sent(nonce: &[u8]) -> Option<u64> {
        let part = |from: usize, to: usize| hex(nonce.get(from..to)?);
        Some(part(0, 8)? << 32 | part(9, 13)? << 16 | part(14, 18)?)
    }
}

/// The number that up to 16 lower-case hexadecimal digits say. Eight at a time: this is read for every delivery.
fn hex(bytes: &[u8]) -> Option<u64> {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut value = 0;
    for chunk in chunks {
        value = value << 32 | eight_digits(u64::from_be_bytes(*chunk))?;
    }
    if !rest.is_empty() {
        let mut chunk = [b'0'; 8];
        chunk[8 - rest.len()..].copy_from_slice(rest);
        value = value << (4 * rest.len()) | eight_digits(u64::from_be_bytes(chunk))?;
    }
    Some(value)
}

/// The number that eight digits say, the first one in the highest byte.
fn eight_digits(digits: u64) -> Option<u64> {
    /// The same byte eight times.
    const fn all(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    let high = all(0x80);
    if digits & high != 0 {
        return None;
    }
    // A byte's highest bit says whether it is at least the first, and not past the last.
    let decimal = (digits + all(0x80 - b'0')) & !(digits + all(0x80 - b'9' - 1));
    let letter = (digits + all(0x80 - b'a')) & !(digits + all(0x80 - b'f' - 1));
    if (decimal | letter) & high != high {
        return None;
    }
    let nibbles = (digits & all(0x0f)) + 9 * ((digits >> 6) & all(0x01));
    // Neighbours are pushed together: nibbles to bytes, bytes to halves, halves to the whole.
    let bytes = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff;
    let halves = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff;
    Some((halves | halves >> 16) & 0xffff_ffff)
}

/// The decimal number that `bytes` start with.
pub(crate) fn decimal(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
    let mut any = false;
    let value = digits.fold(0_u64, |value, byte| {
        any = true;
        value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'))
    });
    any.then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Record =
        Record { crowd: 0xbeef, room: 7, number: 1_000_000, sent: 0x1234_5678_9abc };

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let mut text = String::from("x");
        SOME.write(&mut text, 100);
        assert_eq!(text.len(), 101);
        assert!(text[1..].starts_with(&Record::mark(0xbeef)));
        assert_eq!(Record::read(&text.as_bytes()[1..]), Some(SOME));
        assert_eq!(Record::read(text.as_bytes()), None);
        assert_eq!(Record::read(&text.as_bytes()[1..RECORD]), None);
        text.replace_range(12..13, "g");
        assert_eq!(Record::read(&text.as_bytes()[1..]), None);
    }

    #[test]
    fn a_nonce_looks_like_a_uuid_and_tells_its_time() {
        let nonce = SOME.nonce();
        assert_eq!(nonce.len(), 36);
        assert_eq!(nonce.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(Record::nonce_sent(nonce.as_bytes()), Some(SOME.sent));
        assert_eq!(Record::nonce_sent(b"short"), None);
    }

    #[test]
    fn hexadecimal_is_read_in_any_length() {
        for value in [0_u64, 1, 0x9a, 0xffff, 0x0123_4567, 0x89ab_cdef, u64::MAX] {
            let text = format!("{value:016x}");
            assert_eq!(hex(text.as_bytes()), Some(value));
            assert_eq!(hex(&text.as_bytes()[8..]), Some(value & 0xffff_ffff));
            assert_eq!(hex(&text.as_bytes()[12..]), Some(value & 0xffff));
        }
        for byte in 0..=255_u8 {
            let digit = char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
            assert_eq!(hex(&[b'0', byte]), digit.map(u64::from), "{byte}");
            assert_eq!(hex(&[byte, b'0']), digit.map(|digit| u64::from(digit) << 4), "{byte}");
        }
    }

    #[test]
    fn numbers_end_where_their_digits_do() {
        assert_eq!(decimal(b"421,\"x\""), Some(421));
        assert_eq!(decimal(b",1"), None);
    }
}
