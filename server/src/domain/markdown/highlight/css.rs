//! Style sheets, with what SCSS and Less add: selectors and declarations, told apart by what ends
//! them.

use super::Paint;
use super::tokens::{comment_end, name, string_end};
use std::ops::Range;

/// Marks a style sheet from a place to its end.
pub(super) fn scan(code: &str, from: usize, paint: &mut Paint<'_>) {
    let mut at = from;
    while at < code.len() {
        let rest = &code[at..];
        if let Some(bytes) = comment(rest) {
            paint.mark('c', at..at + bytes);
            at += bytes;
        } else if rest.starts_with(|c: char| c.is_whitespace() || "{};".contains(c)) {
            at += rest.chars().next().map_or(1, char::len_utf8);
        } else {
            let (end, opens) = statement(rest);
            let part = at..at + end;
            let declares = ["@", "$", "--"].iter().any(|start| rest.starts_with(start));
            if opens && !declares {
                selector(code, part, paint);
            } else {
                declaration(code, part, paint);
            }
            at += end;
        }
    }
}

fn comment(text: &str) -> Option<usize> {
    if text.starts_with("/*") {
        Some(comment_end(text, "/*", "*/", false))
    } else if text.starts_with("//") {
        Some(text.find('\n').unwrap_or(text.len()))
    } else {
        None
    }
}

/// Where a statement ends, and whether it opens a block.
fn statement(text: &str) -> (usize, bool) {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { break };
        match c {
            '{' if !text[..at].ends_with('#') => return (at, true),
            // `#{…}` stands in for a name.
            '{' => at += rest.find('}').unwrap_or(0) + 1,
            ';' | '}' => return (at, false),
            '"' | '\'' => at += string(rest),
            '/' if rest.starts_with("/*") => at += comment_end(rest, "/*", "*/", false),
            _ => at += c.len_utf8(),
        }
    }
    (text.len(), false)
}

/// How long a string is, or its mark alone if it has no end in its line.
fn string(text: &str) -> usize {
    let (mark, inner) = text.split_at(1);
    string_end(inner, mark, true, false).map_or(1, |end| 1 + end)
}

fn selector(code: &str, part: Range<usize>, paint: &mut Paint<'_>) {
    let mut at = part.start;
    while at < part.end {
        let rest = &code[at..part.end];
        let Some(c) = rest.chars().next() else { break };
        let (class, bytes) = match c {
            '.' => (Some('t'), 1 + name(&rest[1..], "-")),
            '#' => (Some('f'), 1 + name(&rest[1..], "-")),
            ':' => {
                let colons = rest.len() - rest.trim_start_matches(':').len();
                (Some('m'), colons + name(&rest[colons..], "-"))
            }
            '[' => (Some('a'), rest.find(']').map_or(1, |end| end + 1)),
            '>' | '+' | '~' | '*' | '&' => (Some('p'), 1),
            '/' if rest.starts_with("/*") => (Some('c'), comment_end(rest, "/*", "*/", false)),
            _ if c.is_alphabetic() => (Some('k'), name(rest, "-")),
            _ => (None, c.len_utf8()),
        };
        if let Some(class) = class {
            paint.mark(class, at..at + bytes);
        }
        at += bytes;
    }
}

fn declaration(code: &str, part: Range<usize>, paint: &mut Paint<'_>) {
    let mut at = part.start;
    let mut in_value = false;
    while at < part.end {
        let rest = &code[at..part.end];
        let Some(c) = rest.chars().next() else { break };
        let begins_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let (class, bytes) = match c {
            ':' => {
                in_value = true;
                (None, 1)
            }
            '"' | '\'' => (Some('s'), string(rest)),
            '@' => (Some('k'), 1 + name(&rest[1..], "-")),
            '$' => (Some('v'), 1 + name(&rest[1..], "-")),
            '!' => (Some('k'), 1 + name(&rest[1..], "-")),
            '#' if in_value => (Some('n'), 1 + name(&rest[1..], "")),
            '/' if rest.starts_with("/*") => (Some('c'), comment_end(rest, "/*", "*/", false)),
            '.' | '-' if begins_number(&rest[1..]) => (Some('n'), 1 + name(&rest[1..], ".%")),
            '+' | '*' | '/' | '<' | '>' | '=' => (Some('p'), 1),
            _ if begins_number(rest) => (Some('n'), name(rest, ".%")),
            _ if c.is_alphabetic() || "-_".contains(c) => {
                let bytes = name(rest, "-").max(1);
                let call = rest[bytes..].starts_with('(');
                let class = match (in_value, call) {
                    (_, true) => Some('f'),
                    (false, _) => Some('a'),
                    (true, _) if rest.starts_with("--") => Some('v'),
                    (true, _) => None,
                };
                (class, bytes)
            }
            _ => (None, c.len_utf8()),
        };
        if let Some(class) = class {
            paint.mark(class, at..at + bytes);
        }
        at += bytes;
    }
}
