//! What a message's Markdown looks like: the one place where text that people wrote becomes HTML.
//! CommonMark with tables, task lists, strikethrough, addresses that link themselves, and line
//! breaks as they are typed; mentions; code in colours.
//!
//! Safe by construction: only the tags and attributes named in `render.rs`, `text.rs` and `code.rs`
//! are ever written, each closed by who opened it, and what people wrote goes through `escape.rs`.
//! HTML in a message is shown as the text that it is, images are links, and only `http`, `https`
//! and `mailto` addresses are links at all. The tests let a sanitizer read every output again.
//!
//! Bounded: containers deeper than [`DEPTH_MAX`] are flattened, and a text whose HTML would pass
//! [`html_max`] or that nests lists and quotations without end is shown as plain lines instead.
//! Nothing here knows who may be mentioned, stores anything, or fetches what a link leads to.

mod code;
mod escape;
mod highlight;
mod links;
mod plain;
mod render;
/// A text as HTML that shows it and nothing else, between tags.
pub fn as_html(words: &str) -> String {
    let mut html = String::with_capacity(words.len());
    escape::text(&mut html, words);
    html
}

#[cfg(test)]
mod safety_tests;
#[cfg(test)]
mod tests;
mod text;
#[cfg(test)]
mod written_tests;

pub use code::{FILE_SHOWN_MAX_BYTES, highlight_file};
use shared::{ChannelId, UserId};

/// Most links of one message that are listed for previews.
pub const LINKS_MAX: usize = 5;
/// Most addresses of one message that become links; the others stay text.
pub const LINKED_MAX: usize = 500;
/// How deep the elements of a message may stand in each other; what is deeper keeps its text and
/// loses its element.
pub const DEPTH_MAX: usize = 24;
/// Most marks of quotations and lists that one line may begin with.
const MARKS_MAX: usize = 32;

/// Most bytes of HTML for a text of so many bytes: 12 times as many, and 64 KiB for its links and
/// mentions.
pub const fn html_max(text_bytes: usize) -> usize {
    12 * text_bytes + 64 * 1024
}

/// Who and what a text may mention. Asked for up to eight spellings of each of the first
/// [`MENTIONS_MAX`](super::mention::MENTIONS_MAX) mentions.
pub trait Names {
    /// The user of this name, folded as names are, if the mention is to count.
    fn user(&self, name: &str) -> Option<UserId>;
    /// The channel of this name that readers of the text may see.
    fn channel(&self, name: &str) -> Option<ChannelId>;
}

/// Nobody and nothing: texts that mention no one.
pub struct NoNames;

impl Names for NoNames {
    fn user(&self, _: &str) -> Option<UserId> {
        None
    }

    fn channel(&self, _: &str) -> Option<ChannelId> {
        None
    }
}

/// Whom and what a text mentions. Nothing in code counts, nor in links, nor behind a backslash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// The users, each once, in the order of the text.
    pub users: Vec<UserId>,
    /// Everyone in the channel: `@channel`.
    pub channel: bool,
    /// Everyone who is there now: `@here`.
    pub here: bool,
    /// The channels, each once, in the order of the text.
    pub channels: Vec<ChannelId>,
}

/// What a text became.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Safe HTML of at most [`html_max`] bytes, or none if it would only repeat the text: one
    /// paragraph without anything in it.
    pub html: Option<String>,
    /// Whom and what it mentions.
    pub mentions: Mentions,
    /// Its `http` and `https` addresses outside code, in order, each once, at most [`LINKS_MAX`].
    pub links: Vec<String>,
    /// Whether it holds a block of code.
    pub has_code: bool,
}

/// Renders a text. Takes time in proportion to its length, and allocates nothing when the text is
/// surely plain.
pub fn render(text: &str, names: &dyn Names) -> Rendered {
    if plain::is_plain(text) {
        return Rendered::default();
    }
    let protected = links::protect(text);
    let markdown = if nests_without_end(&protected) {
        Err(render::TooLong)
    } else {
        render::as_markdown(&protected, names)
    };
    let mut rendered =
        markdown.or_else(|_| render::as_lines(text, names)).unwrap_or_else(|_| render::bare(text));
    if rendered.html.as_deref().is_some_and(|html| only_repeats(html, text)) {
        rendered.html = None;
    }
    rendered
}

/// Whether a line begins with more marks of quotations and lists than anyone writes. The parser
/// would go over all of them again for each line that follows.
fn nests_without_end(text: &str) -> bool {
    text.lines().any(|line| {
        let mut rest = line.trim_start();
        let mut marks = 0;
        while let Some(inner) = after_mark(rest) {
            marks += 1;
            rest = inner.trim_start();
            if marks > MARKS_MAX {
                return true;
            }
        }
        false
    })
}

/// What follows the mark of a quotation or a list at the start of a line.
fn after_mark(line: &str) -> Option<&str> {
    if let Some(quoted) = line.strip_prefix('>') {
        return Some(quoted);
    }
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let marks: &[char] = if number.len() < line.len() { &['.', ')'] } else { &['-', '+', '*'] };
    let item = number.strip_prefix(marks)?;
    (item.is_empty() || item.starts_with([' ', '\t'])).then_some(item)
}

/// Whether the HTML is one paragraph of the text itself.
fn only_repeats(html: &str, text: &str) -> bool {
    let inner = html.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    inner.is_some_and(|inner| {
        // Only what Markdown takes for blanks is dropped at the ends.
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
        let mut escaped = String::with_capacity(text.len());
        escape::text(&mut escaped, text);
        inner == escaped
    })
}
