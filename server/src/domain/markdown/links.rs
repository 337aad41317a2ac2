//! Addresses: which may be links, where they stand in text that has no marks around them, and how
//! a link is written.

use super::{LINKED_MAX, escape};
use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{Event, Options, Parser, Tag};
use std::borrow::Cow;
use std::ops::Range;
use url::Url;

/// Longest address that is a link, in bytes; browsers shorten longer ones or refuse them.
const URL_MAX_BYTES: usize = 2048;

/// An address in a text.
pub(super) struct Link {
    pub(super) range: Range<usize>,
    pub(super) url: String,
}

/// Whether an address may be a link: `http`, `https` and `mailto`, written out, with a place behind
/// that exists by the rules of addresses, and nothing that a browser would drop before it reads the
/// scheme.
pub(super) fn is_allowed(url: &str) -> bool {
    let starts = |scheme: &str| {
        let start = url.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && url.len() > scheme.len()
    };
    let written = url.len() <= URL_MAX_BYTES
        && !url.contains(|c: char| c.is_control() || c == '\\')
        && ["https://", "http://", "mailto:"].into_iter().any(starts);
    written && (is_mail(url) || Url::parse(url).is_ok_and(|parsed| parsed.has_host()))
}

/// Whether an allowed address writes a mail.
pub(super) fn is_mail(url: &str) -> bool {
    url.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:"))
}

/// Opens a link to an allowed address.
pub(super) fn open(out: &mut String, url: &str, title: &str, turned: bool) {
    out.push_str("<a href=\"");
    escape::address(out, url);
    out.push_str("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\"");
    if !title.is_empty() {
        escape::pair(out, "title", title);
    }
    out.push_str(if turned { "><bdi>" } else { ">" });
}

/// The addresses in a text: `https://…`, `http://…`, `www.…` and those of mails, without the
/// punctuation that ends a sentence; at most so many.
pub(super) fn find(text: &str, most: usize) -> Vec<Link> {
    let telling = text.contains("://") || text.contains('@') || has_www(text);
    if !telling {
        return Vec::new();
    }
    let mut found = Vec::new();
    for span in LinkFinder::new().spans(text) {
        if found.len() >= most {
            break;
        }
        let (range, shown) = (span.start()..span.end(), span.as_str());
        match span.kind() {
            Some(LinkKind::Email) => add(&mut found, range.start, shown, "mailto:"),
            Some(_) => add(&mut found, range.start, shown, ""),
            None if has_www(shown) => www(text, range, most, &mut found),
            None => {}
        }
    }
    found
}

/// Adds an address, with what its scheme lacks, up to the first character that
/// isn't seen: those turn the direction of writing, or hide what follows.
fn add(found: &mut Vec<Link>, start: usize, shown: &str, scheme: &str) {
    let seen = shown.find(is_unseen).map_or(shown, |end| &shown[..end]);
    let url = [scheme, seen].concat();
    if is_allowed(&url) {
        found.push(Link { range: start..start + seen.len(), url });
    }
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn has_www(text: &str) -> bool {
    text.as_bytes().windows(4).any(|four| four.eq_ignore_ascii_case(b"www."))
}

/// Addresses that begin with `www.`, in a part of the text that holds no others.
fn www(text: &str, part: Range<usize>, most: usize, found: &mut Vec<Link>) {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
    for span in finder.links(&text[part.clone()]) {
        let range = part.start + span.start()..part.start + span.end();
        let shown = span.as_str();
        let begins = !text[..range.start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let after = shown.get(4..).filter(|_| has_www(&shown[..4]));
        // One dot more: `www.example` is no place.
        if found.len() < most && begins && after.is_some_and(|after| after.contains('.')) {
            add(found, range.start, shown, "http://");
        }
    }
}

/// Puts angle brackets around the addresses that hold what Markdown would read as marks, as in
/// `https://example.org/__init__.py`, unless they stand in code, a link or HTML.
pub(super) fn protect(source: &str) -> Cow<'_, str> {
    if !source.contains("://") {
        return Cow::Borrowed(source);
    }
    let mut endangered = LinkFinder::new()
        .links(source)
        .filter(|link| *link.kind() == LinkKind::Url)
        .map(|link| {
            let shown = link.as_str().trim_end_matches(['*', '_', '~', '\\']);
            link.start()..link.start() + shown.len()
        })
        .take(LINKED_MAX)
        .filter(|range| {
            let url = &source[range.clone()];
            is_allowed(url) && url.contains(['*', '_', '~'])
        })
        .peekable();
    if endangered.peek().is_none() {
        return Cow::Borrowed(source);
    }
    let taken = taken(source);
    let mut out = String::with_capacity(source.len() + 32);
    let (mut from, mut next) = (0, 0);
    for range in endangered {
        while taken.get(next).is_some_and(|taken| taken.end <= range.start) {
            next += 1;
        }
        if taken.get(next).is_none_or(|taken| taken.start >= range.end) {
            out.extend([&source[from..range.start], "<", &source[range.clone()], ">"]);
            from = range.end;
        }
    }
    out.push_str(&source[from..]);
    Cow::Owned(out)
}

/// Where code, links, images, HTML and definitions stand, in order.
fn taken(source: &str) -> Vec<Range<usize>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(source, options).into_offset_iter();
    let definitions = events.reference_definitions().iter().map(|(_, found)| found.span.clone());
    let mut taken: Vec<_> = definitions.collect();
    taken.extend(events.filter_map(|(event, range)| match event {
        Event::Code(_)
        | Event::Html(_)
        | Event::InlineHtml(_)
        | Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }) => Some(range),
        _ => None,
    }));
    taken.sort_unstable_by_key(|range| range.start);
    taken
}
