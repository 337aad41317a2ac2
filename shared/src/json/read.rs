//! Reading JSON (RFC 8259): a text becomes a flat list of its values, in the order in which they
//! stand there, and nothing is copied before somebody asks for it. What a value means to a type is
//! in `wire.rs`.

use crate::limits::JSON_MAX_DEPTH;
use std::cell::Cell;
use std::fmt;

/// A text that is not one JSON value, or one nested deeper than `limits::JSON_MAX_DEPTH`; or one
/// that does not fit the type that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotJson;

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not JSON, or not what was expected")
    }
}

impl std::error::Error for NotJson {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    True,
    False,
    Number,
    Text,
    List,
    /// Its keys and values follow it in turns.
    Object,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    /// Where it starts and ends in the text, in bytes; a text without its quotes.
    from: usize,
    to: usize,
    /// The place of the value that follows it and all that is in it.
    next: usize,
}

/// A text that is JSON.
#[derive(Debug)]
pub struct Document<'a> {
    text: &'a str,
    nodes: Vec<Node>,
    refused: Cell<bool>,
}

impl<'a> Document<'a> {
    /// Reads a text.
    ///
    /// # Errors
    /// When it is not JSON, or nested too deep.
    pub fn parse(text: &'a str) -> Result<Self, NotJson> {
        let mut parser = Parser { text: text.as_bytes(), at: 0, nodes: Vec::new() };
        parser.value(JSON_MAX_DEPTH).ok_or(NotJson)?;
        parser.blanks();
        if parser.at < text.len() {
            return Err(NotJson);
        }
        Ok(Self { text, nodes: parser.nodes, refused: Cell::new(false) })
    }

    /// The value that it is.
    pub fn root(&self) -> Json<'_> {
        Json { document: self, at: 0 }
    }

    /// Whether a reader found that a value doesn't fit.
    pub fn is_refused(&self) -> bool {
        self.refused.get()
    }
}

/// A value of a document, or the absence of one. A handle: copying it copies nothing.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a> {
    document: &'a Document<'a>,
    at: usize,
}

/// Where there is no value.
const ABSENT: usize = usize::MAX;

impl<'a> Json<'a> {
    fn node(self) -> Option<Node> {
        self.document.nodes.get(self.at).copied()
    }

    fn is(self, kind: Kind) -> bool {
        self.node().is_some_and(|node| node.kind == kind)
    }

    /// Says that it doesn't fit: what is read from its document is thrown away then. Reading goes on
    /// for as long, so that no reader needs a way out in its middle.
    pub fn refuse(self) {
        self.document.refused.set(true);
    }

    /// Whether there is no such value at all.
    pub fn is_absent(self) -> bool {
        self.node().is_none()
    }

    /// Whether there is no such value, or it is `null`.
    pub fn is_nothing(self) -> bool {
        self.is_absent() || self.is(Kind::Null)
    }

    /// `true` or `false`; refused if it is neither.
    pub fn bool(self) -> bool {
        let is = self.is(Kind::True);
        if !is && !self.is(Kind::False) {
            self.refuse();
        }
        is
    }

    /// The digits of a number as they stand there; empty, and refused, if it isn't one.
    pub fn number(self) -> &'a str {
        self.raw(Kind::Number)
    }

    /// A text; empty, and refused, if it isn't one.
    pub fn text(self) -> String {
        let raw = self.raw(Kind::Text);
        if raw.contains('\\') { unescaped(raw) } else { raw.to_owned() }
    }

    fn raw(self, kind: Kind) -> &'a str {
        let node = self.node().filter(|node| node.kind == kind);
        let raw = node.and_then(|node| self.document.text.get(node.from..node.to));
        raw.unwrap_or_else(|| {
            self.refuse();
            ""
        })
    }

    /// The values of a list; none, and refused, if it isn't one.
    pub fn items(self) -> impl Iterator<Item = Self> {
        self.inside(Kind::List)
    }

    /// What an object holds under a key, the first of that name; absent if nothing, and refused if
    /// it isn't an object.
    pub fn get(self, key: &str) -> Self {
        let mut inside = self.inside(Kind::Object);
        while let (Some(name), Some(value)) = (inside.next(), inside.next()) {
            let raw = name.raw(Kind::Text);
            if raw == key || (raw.contains('\\') && unescaped(raw) == key) {
                return value;
            }
        }
        Self { at: ABSENT, ..self }
    }

    /// The keys and values of an object, in their order; none, and refused, if it isn't one.
    pub fn entries(self) -> impl Iterator<Item = (String, Self)> {
        let mut inside = self.inside(Kind::Object);
        std::iter::from_fn(move || Some((inside.next()?.text(), inside.next()?)))
    }

    fn inside(self, kind: Kind) -> Inside<'a> {
        let node = self.node().filter(|node| node.kind == kind);
        if node.is_none() {
            self.refuse();
        }
        let end = node.map_or(0, |node| node.next);
        Inside { document: self.document, at: self.at.saturating_add(1), end }
    }
}

/// The values directly in a list or an object.
struct Inside<'a> {
    document: &'a Document<'a>,
    at: usize,
    end: usize,
}

impl<'a> Iterator for Inside<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Json<'a>> {
        if self.at >= self.end {
            return None;
        }
        let found = Json { document: self.document, at: self.at };
        self.at = found.node()?.next;
        Some(found)
    }
}

/// A text without its escapes. Half of a surrogate pair becomes U+FFFD, as it does in browsers.
fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    // Numbers (`\u…`) in a row, of which two can be one sign.
    let mut units = Vec::new();
    let mut signs = raw.chars();
    while let Some(sign) = signs.next() {
        let escaped = if sign == '\\' { signs.next() } else { None };
        if escaped == Some('u') {
            let (hex, rest) = signs.as_str().split_at_checked(4).unwrap_or_default();
            units.push(u16::from_str_radix(hex, 16).unwrap_or(0xFFFD));
            signs = rest.chars();
            continue;
        }
        out.push_str(&String::from_utf16_lossy(&std::mem::take(&mut units)));
        out.push(match escaped {
            None => sign,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(itself) => itself,
        });
    }
    out.push_str(&String::from_utf16_lossy(&units));
    out
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
}

/// Every step answers None where the text is no JSON, and then the parser is done with it.
impl Parser<'_> {
    fn peek(&self) -> u8 {
        // No value holds a byte of zero as it is, so that it can stand for the end.
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        let is = self.peek() == byte;
        self.at += usize::from(is);
        is.then_some(())
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, kind: Kind) -> Option<Kind> {
        let rest = self.text.get(self.at..)?;
        self.at += word.len();
        rest.starts_with(word.as_bytes()).then_some(kind)
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        self.blanks();
        let (place, mut from) = (self.nodes.len(), self.at);
        self.nodes.push(Node { kind: Kind::Null, from, to: from, next: place });
        let kind = match self.peek() {
            b'n' => self.word("null", Kind::Null)?,
            b't' => self.word("true", Kind::True)?,
            b'f' => self.word("false", Kind::False)?,
            b'"' => {
                from += 1;
                self.text()?
            }
            b'[' => self.all(depth.checked_sub(1)?, b']', Kind::List)?,
            b'{' => self.all(depth.checked_sub(1)?, b'}', Kind::Object)?,
            _ => self.number()?,
        };
        let to = self.at - usize::from(kind == Kind::Text);
        let next = self.nodes.len();
        *self.nodes.get_mut(place)? = Node { kind, from, to, next };
        Some(())
    }

    /// What is between brackets.
    fn all(&mut self, depth: usize, end: u8, kind: Kind) -> Option<Kind> {
        self.at += 1;
        self.blanks();
        if self.take(end).is_some() {
            return Some(kind);
        }
        loop {
            if kind == Kind::Object {
                self.blanks();
                if self.peek() != b'"' {
                    return None;
                }
                self.value(depth)?;
                self.blanks();
                self.take(b':')?;
            }
            self.value(depth)?;
            self.blanks();
            if self.take(end).is_some() {
                return Some(kind);
            }
            self.take(b',')?;
        }
    }

    fn text(&mut self) -> Option<Kind> {
        self.at += 1;
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return Some(Kind::Text),
                b'\\' => {
                    let escape = self.peek();
                    self.at += 1;
                    match escape {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => {
                            let digits = self.text.get(self.at..self.at + 4)?;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return None;
                            }
                            self.at += 4;
                        }
                        _ => return None,
                    }
                }
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    fn number(&mut self) -> Option<Kind> {
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            let _ = self.take(b'+').or_else(|| self.take(b'-'));
            self.digits()?;
        }
        Some(Kind::Number)
    }

    /// At least one digit.
    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }
}
