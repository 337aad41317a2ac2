//! The same reading, written to be believed instead of to be fast: all bytes at once, everything
//! copied and looked at again and again. The reader is compared with it by tests and fuzzing.

use super::{Fault, Incoming, Limits};

/// What these bytes say, and why the rest can't be read. A protocol fault has no text: that one is
/// found counts, not how it is told.
pub(super) fn read(limits: Limits, bytes: &[u8]) -> (Vec<Incoming>, Result<(), Fault>) {
    let mut out = Vec::new();
    let read = read_into(limits, bytes, &mut out);
    (out, read)
}

/// Takes the text off a protocol fault, for comparison with what [`read`] finds.
pub(super) fn without_text(read: Result<(), Fault>) -> Result<(), Fault> {
    read.map_err(|fault| match fault {
        Fault::Protocol(_) => Fault::Protocol(""),
        other => other,
    })
}

fn read_into(limits: Limits, bytes: &[u8], out: &mut Vec<Incoming>) -> Result<(), Fault> {
    const PROTOCOL: Fault = Fault::Protocol("");
    let mut at = 0;
    // The opcode of the unfinished message, its payload, and how many of its fragments were empty.
    let mut message: Option<(u8, Vec<u8>, usize)> = None;
    loop {
        let (Some(first), Some(second)) = (bytes.get(at), bytes.get(at + 1)) else {
            return Ok(());
        };
        let (last, reserved, opcode) = (first & 0x80 != 0, first & 0x70, first & 0x0F);
        let (masked, short_len) = (second & 0x80 != 0, second & 0x7F);
        if reserved != 0 || !masked || !matches!(opcode, 0 | 1 | 2 | 8 | 9 | 10) {
            return Err(PROTOCOL);
        }
        let control = opcode >= 8;
        if opcode == 2 && !limits.binary {
            return Err(Fault::Binary);
        }
        if control && (!last || short_len > 125) {
            return Err(PROTOCOL);
        }
        if !control && (opcode == 0) != message.is_some() {
            return Err(PROTOCOL);
        }
        let len_bytes = match short_len {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let begin = at + 2 + len_bytes + 4;
        if bytes.len() < begin {
            return Ok(());
        }
        let long_len = bytes[at + 2..at + 2 + len_bytes]
            .iter()
            .fold(0_u128, |len, byte| len * 256 + u128::from(*byte));
        let len = if len_bytes == 0 { u128::from(short_len) } else { long_len };
        let before = message.as_ref().map_or(0, |(_, payload, _)| payload.len());
        if !control && len + before as u128 > limits.max_bytes as u128 {
            return Err(Fault::TooLarge);
        }
        let mask = &bytes[begin - 4..begin];
        let end = begin.saturating_add(usize::try_from(len).unwrap_or(usize::MAX));
        let came: Vec<u8> = bytes[begin..end.min(bytes.len())]
            .iter()
            .enumerate()
            .map(|(index, byte)| byte ^ mask[index % 4])
            .collect();
        let whole = bytes.len() >= end;
        at = end;

        if control {
            match opcode {
                _ if !whole => return Ok(()),
                9 => out.push(Incoming::Ping(came)),
                10 => out.push(Incoming::Pong),
                _ => {
                    out.push(Incoming::Close(read_close(&came)?));
                    return Ok(());
                }
            }
            continue;
        }
        let (kind, mut payload, mut empty) = message.take().unwrap_or((opcode, Vec::new(), 0));
        payload.extend(&came);
        if kind == 1
            && let Err(e) = std::str::from_utf8(&payload)
            && (e.error_len().is_some() || (whole && last))
        {
            return Err(Fault::NotUtf8);
        }
        if !whole {
            return Ok(());
        }
        if last {
            out.push(match String::from_utf8(payload) {
                Ok(text) if kind == 1 => Incoming::Text(text),
                Ok(text) => Incoming::Binary(text.into_bytes()),
                Err(e) => Incoming::Binary(e.into_bytes()),
            });
            continue;
        }
        empty += usize::from(came.is_empty());
        if empty > 16_384 {
            return Err(PROTOCOL);
        }
        message = Some((kind, payload, empty));
    }
}

fn read_close(payload: &[u8]) -> Result<Option<u16>, Fault> {
    if payload.is_empty() {
        return Ok(None);
    }
    if payload.len() == 1 {
        return Err(Fault::Protocol(""));
    }
    let code = u16::from(payload[0]) * 256 + u16::from(payload[1]);
    // RFC 6455, section 7.4: below 1000 nothing is used; 1004 is reserved; 1005, 1006 and 1015 are
    // never sent; the rest below 3000 is not given out.
    let used = (1000..=1014).contains(&code) && ![1004, 1005, 1006].contains(&code);
    if !used && !(3000..=4999).contains(&code) {
        return Err(Fault::Protocol(""));
    }
    match std::str::from_utf8(&payload[2..]) {
        Ok(_) => Ok(Some(code)),
        Err(_) => Err(Fault::NotUtf8),
    }
}
