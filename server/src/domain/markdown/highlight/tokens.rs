//! How far a number, a string, a comment and the like go that begin at the start of a text, in
//! bytes. What they mean is for the scanners to say.

/// Longest attribute that is looked through for its end, in bytes.
const ATTRIBUTE_MAX_BYTES: usize = 1_000;

/// How many bytes of a name are at the start.
pub(super) fn name(text: &str, more: &str) -> usize {
    let ends = |c: char| c != '_' && !c.is_alphanumeric() && !more.contains(c);
    text.find(ends).unwrap_or(text.len())
}

/// How many bytes of a number are at the start.
pub(super) fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let hex = text.starts_with("0x");
    let mut end = 1;
    while let Some(byte) = bytes.get(end) {
        let signed = matches!(bytes[end - 1], b'e' | b'E') && !hex;
        let part = match byte {
            b'.' => bytes.get(end + 1).is_some_and(u8::is_ascii_digit),
            b'+' | b'-' => signed && bytes.get(end + 1).is_some_and(u8::is_ascii_digit),
            _ => byte.is_ascii_alphanumeric() || *byte == b'_',
        };
        if !part {
            break;
        }
        end += 1;
    }
    end
}

/// Where a string ends, its closing mark included, if it does.
pub(super) fn string_end(inner: &str, close: &str, escapes: bool, lines: bool) -> Option<usize> {
    let bytes = inner.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 1,
            b'\n' if !lines => return None,
            _ if bytes[at..].starts_with(close.as_bytes()) => return Some(at + close.len()),
            _ => {}
        }
        at += 1;
    }
    lines.then_some(inner.len())
}

/// Where a comment ends that begins here.
pub(super) fn comment_end(text: &str, open: &str, close: &str, nests: bool) -> usize {
    if !nests {
        return text[open.len()..]
            .find(close)
            .map_or(text.len(), |at| open.len() + at + close.len());
    }
    let (bytes, mut depth, mut at) = (text.as_bytes(), 0_usize, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(open.as_bytes()) {
            depth += 1;
            at += open.len();
        } else if bytes[at..].starts_with(close.as_bytes()) {
            depth -= 1;
            at += close.len();
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// `#[…]` or `#![…]`.
pub(super) fn attribute(text: &str) -> Option<usize> {
    let start = if text.starts_with("#![") { 3 } else { 2 };
    if start == 2 && !text.starts_with("#[") {
        return None;
    }
    let mut depth = 1;
    for (at, byte) in text.bytes().enumerate().skip(start).take(ATTRIBUTE_MAX_BYTES) {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// `'a`, unless it is a character: `'a'`.
pub(super) fn lifetime(text: &str) -> Option<usize> {
    let bytes = name(&text[1..], "");
    let character = text[1 + bytes..].starts_with('\'');
    (bytes > 0 && !character).then_some(1 + bytes)
}

/// `$x`, `${…}`, `$1` and the shell's own.
pub(super) fn variable(text: &str) -> Option<usize> {
    let inner = &text[1..];
    if inner.starts_with(['{', '(']) && !inner.starts_with("((") {
        let close = if inner.starts_with('{') { '}' } else { return None };
        let line = inner.lines().next().unwrap_or_default();
        return line.find(close).map(|end| end + 2);
    }
    let bytes = name(inner, ":");
    let bytes = if inner[..bytes].ends_with(':') { name(inner, "") } else { bytes };
    match bytes {
        0 => inner.starts_with(['@', '#', '?', '$', '!', '*', '<', '^']).then_some(2),
        _ => Some(1 + bytes),
    }
}

/// `/…/` with its flags, in one line.
pub(super) fn regex(text: &str) -> Option<usize> {
    let line = text.lines().next().unwrap_or_default();
    let inner = line[1..].strip_prefix(['*', '/']).is_none().then_some(&line[1..])?;
    let (mut class, mut escaped) = (false, false);
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '/' if !class => {
                let flags = inner[at + 1..].bytes().take_while(u8::is_ascii_lowercase).count();
                return Some(at + 2 + flags);
            }
            _ => {}
        }
    }
    None
}

/// `<<WORD` and the lines up to `WORD`, if they aren't more than one has the patience for.
pub(super) fn heredoc(text: &str, patience: &mut usize) -> Option<usize> {
    let word = text.trim_start_matches('<').trim_start_matches(['-', '~']);
    let word = word.strip_prefix(['"', '\'']).unwrap_or(word);
    let word = &word[..name(word, "")];
    if !word.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') {
        return None;
    }
    let mut end = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        *patience = patience.checked_sub(1)?;
        end += line.len();
        if number > 0 && line.trim().trim_end_matches(';') == word {
            return Some(end - (line.len() - line.trim_end().len()));
        }
    }
    None
}
