//! What a page says of itself: its title, what it is about, whose it is, and its picture. Read with
//! a tokenizer, so that it is read as browsers do however broken it is, and never as a tree: no
//! page can make that grow. What comes out is plain text.

use super::text::clean;
use encoding_rs::{Encoding, UTF_8};
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};
use shared::limits::{PREVIEW_SITE_MAX_CHARS, PREVIEW_TEXT_MAX_CHARS, PREVIEW_TITLE_MAX_CHARS};
use url::Url;

/// Bytes at the beginning of a page in which it may name its encoding (as the HTML standard has it).
const ENCODING_WITHIN: usize = 1_024;

/// What a page says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Its title; a page without one has no preview.
    pub(super) title: Option<String>,
    /// What it is about.
    pub(super) text: Option<String>,
    /// The site's name.
    pub(super) site: Option<String>,
    /// Where its picture is.
    pub(super) picture: Option<Url>,
}

/// What was said so far, by whom it is believed first.
#[derive(Debug, Default)]
struct Said {
    title: [Option<String>; 3],
    text: [Option<String>; 3],
    site: [Option<String>; 2],
    picture: [Option<String>; 4],
}

/// Reads the beginning of a page. `charset` is what the answer's header calls its encoding.
pub(super) fn read(bytes: &[u8], charset: Option<&str>, at: &Url) -> Page {
    let (html, ..) = encoding(bytes, charset).decode(bytes);
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut said = Said::default();
    let mut in_title = false;
    for token in Tokenizer::new_with_emitter(&*html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => match &**tag.name {
                b"title" => in_title = said.title[2].is_none(),
                b"meta" => said.meta(&tag),
                // What follows is what people wrote, not what the page says of itself.
                b"body" if said.has_title() => break,
                _ => {}
            },
            Token::String(text) if in_title => {
                let title = said.title[2].get_or_insert_default();
                title.push_str(&String::from_utf8_lossy(&text));
            }
            Token::EndTag(_) => in_title = false,
            _ => {}
        }
    }
    said.page(at)
}

impl Said {
    fn meta(&mut self, tag: &StartTag<()>) {
        let value = |name: &[u8]| {
            let found = tag.attributes.get(name)?;
            Some(String::from_utf8_lossy(found).into_owned())
        };
        let Some(content) = value(b"content").filter(|content| !content.trim().is_empty()) else {
            return;
        };
        let Some(name) = value(b"property").or_else(|| value(b"name")) else { return };
        let place = match name.trim().to_ascii_lowercase().as_str() {
            "og:title" => &mut self.title[0],
            "twitter:title" => &mut self.title[1],
            "og:description" => &mut self.text[0],
            "twitter:description" => &mut self.text[1],
            "description" => &mut self.text[2],
            "og:site_name" => &mut self.site[0],
            "application-name" => &mut self.site[1],
            "og:image" | "og:image:url" => &mut self.picture[0],
            "og:image:secure_url" => &mut self.picture[1],
            "twitter:image" => &mut self.picture[2],
            "twitter:image:src" => &mut self.picture[3],
            _ => return,
        };
        place.get_or_insert(content);
    }

    fn has_title(&self) -> bool {
        self.title.iter().any(Option::is_some)
    }

    fn page(self, at: &Url) -> Page {
        fn first<const N: usize>(said: [Option<String>; N], max_chars: usize) -> Option<String> {
            said.into_iter().flatten().find_map(|text| clean(&text, max_chars))
        }
        let picture = self.picture.into_iter().flatten().next();
        let title = first(self.title, PREVIEW_TITLE_MAX_CHARS);
        let text = first(self.text, PREVIEW_TEXT_MAX_CHARS);
        Page {
            text: text.filter(|text| Some(text) != title.as_ref()),
            title,
            site: first(self.site, PREVIEW_SITE_MAX_CHARS),
            picture: picture.and_then(|picture| at.join(picture.trim()).ok()),
        }
    }
}

/// A page's encoding: what the answer's header says goes before what the page says itself. (A mark
/// at its beginning goes before both, which decoding sees to.)
fn encoding(bytes: &[u8], charset: Option<&str>) -> &'static Encoding {
    let told = charset.and_then(|label| Encoding::for_label(label.as_bytes()));
    told.or_else(|| own_encoding(bytes)).unwrap_or(UTF_8)
}

/// The first `charset=…` of a page's beginning, in either kind of `<meta>`.
fn own_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(ENCODING_WITHIN)].to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    let after = head.split("charset").skip(1).find_map(|rest| rest.trim_start().strip_prefix('='));
    let label = after?.trim_start().trim_start_matches(['"', '\'']);
    let end = label.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c));
    let found = Encoding::for_label(&label.as_bytes()[..end.unwrap_or(label.len())])?;
    // Bytes in which this could be read are not UTF-16, whatever they say (as browsers have it).
    let wide = found == encoding_rs::UTF_16LE || found == encoding_rs::UTF_16BE;
    Some(if wide { UTF_8 } else { found })
}

#[cfg(test)]
mod tests;
