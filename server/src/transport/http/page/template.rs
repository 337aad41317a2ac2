//! The Trunk-built `index.html`, cut at the marks between which the server writes.

use super::super::assets;
use std::sync::{Arc, PoisonError, RwLock};

/// What Trunk puts where each answer's nonce belongs (see `Trunk.toml`).
const NONCE: &str = "{{__TRUNK_NONCE__}}";
/// The end of a page that loads nothing.
const BARE_END: &str = "</body></html>";

/// The page around what the server writes: `start`, title and tags, `head`, first paint, `tail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    start: String,
    head: String,
    tail: String,
}

/// A template for one answer.
#[derive(Debug)]
pub(super) struct Filled {
    /// Up to the title.
    pub(super) start: String,
    /// From after the title into the body.
    pub(super) head: String,
    /// From after the first paint to the end.
    pub(super) tail: String,
}

type Parsed = ([u8; 32], Arc<Template>);
static PARSED: RwLock<Option<Parsed>> = RwLock::new(None);

/// The template of the bundle, parsed once per change. None without a bundle, or when its page has
/// lost its marks.
pub(super) fn current() -> Option<Arc<Template>> {
    let page = assets::page()?;
    let hash = page.metadata.sha256_hash();
    {
        let parsed = PARSED.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, template)) = &*parsed
            && *of == hash
        {
            return Some(Arc::clone(template));
        }
    }
    let template = std::str::from_utf8(&page.data).ok().and_then(Template::parse);
    let Some(template) = template.map(Arc::new) else {
        tracing::error!("index.html has lost the marks that the server needs");
        return None;
    };
    let mut parsed = PARSED.write().unwrap_or_else(PoisonError::into_inner);
    *parsed = Some((hash, Arc::clone(&template)));
    Some(template)
}

impl Template {
    /// Cuts the page at `<!--head-->`, `<!--title-->…<!--/title-->` and `<!--shell-->…<!--/shell-->`.
    fn parse(page: &str) -> Option<Self> {
        let (start, rest) = page.split_once("<!--head-->")?;
        let (before_title, rest) = rest.split_once("<!--title-->")?;
        let (_, rest) = rest.split_once("<!--/title-->")?;
        let (head, rest) = rest.split_once("<!--shell-->")?;
        let (_, tail) = rest.split_once("<!--/shell-->")?;
        let head = [before_title, head].concat();
        Some(Self { start: start.to_owned(), head, tail: tail.to_owned() })
    }

    /// The template with an answer's nonce; without everything that would load the app, if `bare`.
    pub(super) fn fill(&self, nonce: &str, bare: bool) -> Filled {
        let head = self.head.replace(NONCE, nonce);
        let (head, tail) = if bare {
            (without_app(&head), BARE_END.to_owned())
        } else {
            (head, self.tail.replace(NONCE, nonce))
        };
        Filled { start: self.start.clone(), head, tail }
    }
}

/// The head without scripts, and without links that fetch scripts and WebAssembly ahead.
fn without_app(head: &str) -> String {
    let mut out = String::with_capacity(head.len());
    let mut rest = head;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let tag = &rest[..end];
        if tag.starts_with("<script") {
            let close = "</script>";
            let end = rest.find(close).map_or(rest.len(), |at| at + close.len());
            rest = &rest[end..];
            continue;
        }
        let fetches = tag.contains("modulepreload") || tag.contains(".wasm") || tag.contains(".js");
        if !(tag.starts_with("<link") && fetches) {
            out.push_str(tag);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html><head><meta charset=utf-8><!--head--><!--title-->\
        <title>Hubbub</title><!--/title--><link rel=\"stylesheet\" href=\"/a.css\">\
        <script type=\"module\" nonce=\"{{__TRUNK_NONCE__}}\">import x from '/a.js';</script>\
        <link rel=\"modulepreload\" href=\"/a.js\" nonce=\"{{__TRUNK_NONCE__}}\">\
        <link rel=\"preload\" href=\"/a_bg.wasm\" as=\"fetch\"></head><body><!--shell-->\
        <div id=\"ssr-shell\">static</div><!--/shell--><script>tail</script></body></html>";

    #[test]
    fn the_page_is_cut_at_its_marks_and_the_nonce_filled_in() {
        let filled = Template::parse(PAGE).unwrap().fill("abc", false);
        assert_eq!(filled.start, "<!DOCTYPE html><html><head><meta charset=utf-8>");
        assert!(filled.head.contains("<script type=\"module\" nonce=\"abc\">"));
        assert!(filled.head.contains("<link rel=\"modulepreload\" href=\"/a.js\" nonce=\"abc\">"));
        assert!(filled.head.ends_with("</head><body>"));
        assert_eq!(filled.tail, "<script>tail</script></body></html>");
        let whole = [filled.start, filled.head, filled.tail].concat();
        assert!(!whole.contains("TRUNK_NONCE") && !whole.contains("static"));
    }

    #[test]
    fn a_bare_page_loads_styles_and_nothing_of_the_app() {
        let filled = Template::parse(PAGE).unwrap().fill("abc", true);
        assert_eq!(filled.head, "<link rel=\"stylesheet\" href=\"/a.css\"></head><body>");
        assert_eq!(filled.tail, BARE_END);
    }

    #[test]
    fn a_page_without_its_marks_is_no_template() {
        assert_eq!(Template::parse("<html><head></head><body></body></html>"), None);
    }
}
