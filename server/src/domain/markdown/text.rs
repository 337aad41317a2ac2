//! A line of text between two elements: which parts of it are addresses and mentions. It is
//! gathered first, since the parser hands it over in pieces.

use super::{LINKED_MAX, LINKS_MAX, Mentions, Names, escape, links};
use crate::domain::mention::{MENTIONS_MAX, begins_word, names as spellings};
use shared::paths;
use std::ops::Range;

/// What was found so far in the whole text.
pub(super) struct Found {
    pub(super) mentions: Mentions,
    pub(super) links: Vec<String>,
    /// How many addresses may still become links.
    links_left: usize,
    looked_at: usize,
    /// Whether the text holds characters that are written from right to left or turn the direction:
    /// links, mentions and code then get an element that keeps it to themselves.
    turned: bool,
}

impl Found {
    pub(super) fn new(source: &str) -> Self {
        let turned = !source.is_ascii() && source.chars().any(turns);
        // Characters may be named by their number, too.
        let turned =
            turned || source.contains("&#") || source.contains("&rl") || source.contains("&lr");
        Self {
            mentions: Mentions::default(),
            links: Vec::new(),
            links_left: LINKED_MAX,
            looked_at: 0,
            turned,
        }
    }

    pub(super) fn is_turned(&self) -> bool {
        self.turned
    }

    /// Whether one more address may become a link.
    pub(super) fn may_link(&self) -> bool {
        self.links_left > 0
    }

    /// Notes an address that became a link, for previews.
    pub(super) fn link(&mut self, url: &str) {
        self.links_left = self.links_left.saturating_sub(1);
        let new = !self.links.iter().any(|known| known == url);
        if new && self.links.len() < LINKS_MAX && !links::is_mail(url) {
            self.links.push(url.to_owned());
        }
    }

    /// Writes text that keeps its direction to itself.
    pub(super) fn isolated(&self, out: &mut String, text: &str) {
        if self.turned {
            out.push_str("<bdi>");
        }
        escape::text(out, text);
        if self.turned {
            out.push_str("</bdi>");
        }
    }
}

/// Whether a character is written from right to left, or changes the direction of others.
fn turns(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// A line that is being gathered.
#[derive(Default)]
pub(super) struct Line {
    text: String,
    /// Where an `@` or `#` stands that was written as such: no backslash before it, no entity.
    sigils: Vec<usize>,
    /// Where the last piece ended in the source.
    source_end: usize,
}

impl Line {
    /// Appends what the source holds in this place.
    pub(super) fn push(&mut self, source: &str, text: &str, range: Range<usize>) {
        if source.get(range.clone()) == Some(text) {
            let joined = !self.text.is_empty() && self.source_end == range.start;
            let escaped = !joined && range.start > 0 && source.as_bytes()[range.start - 1] == b'\\';
            let places = text.match_indices(['@', '#']).map(|(at, _)| at);
            let places = places.filter(|at| !(escaped && *at == 0));
            self.sigils.extend(places.map(|at| self.text.len() + at));
        }
        self.text.push_str(text);
        self.source_end = range.end;
    }

    /// Whether nothing was gathered.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Writes the line and begins the next one.
    pub(super) fn end(
        &mut self,
        out: &mut String,
        found: &mut Found,
        names: &dyn Names,
        linked: bool,
    ) {
        if self.text.is_empty() {
            return;
        }
        if linked {
            escape::text(out, &self.text);
        } else {
            let mut from = 0;
            for link in links::find(&self.text, found.links_left) {
                self.mentions(out, found, names, from..link.range.start);
                from = link.range.end;
                links::open(out, &link.url, "", found.turned);
                escape::text(out, &self.text[link.range]);
                out.push_str(if found.turned { "</bdi></a>" } else { "</a>" });
                found.link(&link.url);
            }
            self.mentions(out, found, names, from..self.text.len());
        }
        self.text.clear();
        self.sigils.clear();
    }

    /// Writes a part of the line that holds no address.
    fn mentions(&self, out: &mut String, found: &mut Found, names: &dyn Names, part: Range<usize>) {
        let mut from = part.start;
        for at in self.sigils.iter().copied().filter(|at| part.contains(at)) {
            if at < from || found.looked_at == MENTIONS_MAX || !begins_word(&self.text, at) {
                continue;
            }
            found.looked_at += 1;
            let rest = &self.text[at + 1..part.end];
            let sigil = &self.text[at..=at];
            if let Some((name, who)) = mentioned(sigil, rest, names) {
                escape::text(out, &self.text[from..at]);
                from = at + 1 + name.len();
                found.chip(out, who, &self.text[at..from]);
            }
        }
        escape::text(out, &self.text[from..part.end]);
    }
}

/// Whom or what a mention means.
enum Who {
    User(shared::UserId),
    Channel(shared::ChannelId),
    Everyone,
    Here,
}

/// The longest name at the start of the text that is known, and whose it is. `channel` and `here`
/// are nobody's, whatever people are called.
fn mentioned<'a>(sigil: &str, rest: &'a str, names: &dyn Names) -> Option<(&'a str, Who)> {
    spellings(rest).into_iter().find_map(|name| {
        let who = if sigil == "#" {
            names.channel(name).map(Who::Channel)
        } else if name.eq_ignore_ascii_case("channel") {
            Some(Who::Everyone)
        } else if name.eq_ignore_ascii_case("here") {
            Some(Who::Here)
        } else {
            names.user(name).map(Who::User)
        };
        who.map(|who| (name, who))
    })
}

impl Found {
    /// Notes a mention and writes it.
    fn chip(&mut self, out: &mut String, who: Who, shown: &str) {
        let close = match who {
            Who::User(user) => {
                if !self.mentions.users.contains(&user) {
                    self.mentions.users.push(user);
                }
                out.push_str("<a class=\"mention\"");
                escape::pair(out, "data-user-id", &user.to_string());
                "</a>"
            }
            Who::Channel(channel) => {
                if !self.mentions.channels.contains(&channel) {
                    self.mentions.channels.push(channel);
                }
                out.push_str("<a class=\"mention\"");
                escape::pair(out, "data-channel-id", &channel.to_string());
                escape::pair(out, "href", &paths::channel_page(channel));
                "</a>"
            }
            Who::Everyone => {
                self.mentions.channel = true;
                out.push_str("<b class=\"mention all\" data-mention=\"channel\"");
                "</b>"
            }
            Who::Here => {
                self.mentions.here = true;
                out.push_str("<b class=\"mention all\" data-mention=\"here\"");
                "</b>"
            }
        };
        out.push('>');
        self.isolated(out, shown);
        out.push_str(close);
    }
}
