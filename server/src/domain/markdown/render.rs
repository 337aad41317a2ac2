//! From the parser's events to HTML: which element each becomes, and that each is closed. What
//! stands in a line of text (addresses, mentions) is in `text.rs`, blocks of code in `code.rs`.

use super::text::{Found, Line};
use super::{DEPTH_MAX, Names, Rendered, code, escape, html_max, links};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser};
use pulldown_cmark::{Tag, TagEnd};
use std::collections::BTreeSet;
use std::ops::Range;

/// Why a text isn't rendered as Markdown: its HTML would be longer than [`html_max`].
#[derive(Debug)]
pub(super) struct TooLong;

/// Renders Markdown.
pub(super) fn as_markdown(source: &str, names: &dyn Names) -> Result<Rendered, TooLong> {
    let (rendered, unused) = once(source, names)?;
    if unused.is_empty() {
        return Ok(rendered);
    }
    // A definition that nothing refers to would vanish, and `[note]: look` is one: it is text.
    let mut shown = String::with_capacity(source.len() + unused.len());
    let mut from = 0;
    for at in unused {
        shown.extend([&source[from..at], "\\"]);
        from = at;
    }
    shown.push_str(&source[from..]);
    once(&shown, names).map(|(rendered, _)| rendered)
}

/// Whether HTML of so many bytes is too long for a text of so many.
fn fits(html_bytes: usize, source: &str) -> Result<(), TooLong> {
    if html_bytes > html_max(source.len()) { Err(TooLong) } else { Ok(()) }
}

/// Renders the lines as they are, with their addresses and mentions.
pub(super) fn as_lines(source: &str, names: &dyn Names) -> Result<Rendered, TooLong> {
    let mut page = Page::new(source, names);
    let mut at = 0;
    page.open("<p>", "</p>");
    for line in source.split_inclusive('\n') {
        let shown = line.trim_end_matches(['\n', '\r']);
        page.line.push(source, shown, at..at + shown.len());
        page.end_line();
        at += line.len();
        if at < source.len() && shown.len() < line.len() {
            page.out.push_str("<br>");
        }
        fits(page.out.len(), source)?;
    }
    page.into_rendered()
}

/// The text and nothing else: at most six times as long.
pub(super) fn bare(source: &str) -> Rendered {
    let mut html = String::from("<p>");
    for (at, line) in source.lines().enumerate() {
        if at > 0 {
            html.push_str("<br>");
        }
        escape::text(&mut html, line);
    }
    html.push_str("</p>");
    Rendered { html: Some(html), ..Rendered::default() }
}

/// Renders, and says where definitions begin that no link refers to.
fn once(source: &str, names: &dyn Names) -> Result<(Rendered, Vec<usize>), TooLong> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut events = Parser::new_ext(source, options).into_offset_iter();
    let mut page = Page::new(source, names);
    let mut used = BTreeSet::new();
    while let Some((event, range)) = events.next() {
        if let Event::Start(Tag::Link { id, .. } | Tag::Image { id, .. }) = &event
            && let Some(definition) = events.reference_definitions().get(id)
        {
            used.insert(definition.span.start);
        }
        page.event(event, range);
        fits(page.out.len(), source)?;
    }
    let definitions = events.reference_definitions().iter().map(|(_, found)| found.span.start);
    let mut unused: Vec<_> = definitions
        .filter(|start| !used.contains(start))
        .filter_map(|start| source[start..].find('[').map(|bracket| start + bracket))
        .collect();
    unused.sort_unstable();
    Ok((page.into_rendered()?, unused))
}

/// The HTML as it grows.
struct Page<'a> {
    source: &'a str,
    names: &'a dyn Names,
    out: String,
    /// What closes each open element, or nothing if it was left out.
    open: Vec<&'static str>,
    /// How many of them were not left out.
    depth: usize,
    /// The line of text that is being gathered.
    line: Line,
    found: Found,
    /// How many links the text stands in: a link never holds another, nor a mention.
    in_links: usize,
    /// Where the text of the link begins that is open, and its address.
    link: Option<(usize, String)>,
    /// Whether anything can be seen so far: `-` alone would be an empty list.
    is_seen: bool,
    /// The block of code that is being gathered, with the word behind its fence.
    code: Option<(String, String)>,
    has_code: bool,
    in_table: bool,
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
    has_rows: bool,
}

impl<'a> Page<'a> {
    fn new(source: &'a str, names: &'a dyn Names) -> Self {
        Self {
            source,
            names,
            out: String::with_capacity(source.len() + source.len() / 2 + 16),
            open: Vec::new(),
            depth: 0,
            line: Line::default(),
            found: Found::new(source),
            in_links: 0,
            link: None,
            is_seen: false,
            code: None,
            has_code: false,
            in_table: false,
            columns: Vec::new(),
            column: 0,
            in_head: false,
            has_rows: false,
        }
    }

    fn into_rendered(mut self) -> Result<Rendered, TooLong> {
        self.end_line();
        while !self.open.is_empty() {
            self.close();
        }
        let Found { mentions, links, .. } = self.found;
        fits(self.out.len(), self.source)?;
        let html = self.is_seen.then_some(self.out);
        Ok(Rendered { html, mentions, links, has_code: self.has_code })
    }

    fn end_line(&mut self) {
        self.is_seen |= !self.line.is_empty();
        let linked = self.in_links > 0;
        self.line.end(&mut self.out, &mut self.found, self.names, linked);
    }

    fn open(&mut self, tag: &str, close: &'static str) {
        if close.is_empty() || self.depth < DEPTH_MAX {
            self.nest(tag, close);
        } else {
            // What it held is not to run into what stands before.
            self.nest(" ", "");
        }
    }

    /// Opens an element however deep it stands.
    fn nest(&mut self, tag: &str, close: &'static str) {
        self.depth += usize::from(!close.is_empty());
        self.out.push_str(tag);
        self.open.push(close);
    }

    /// Opens a part of a table, which is only complete or not at all.
    fn part(&mut self, tag: &str, close: &'static str) {
        if self.in_table {
            self.nest(tag, close);
        } else {
            self.nest(" ", "");
        }
    }

    fn close(&mut self) {
        let close = self.open.pop().unwrap_or_default();
        self.depth -= usize::from(!close.is_empty());
        self.out.push_str(close);
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Text(text) => match &mut self.code {
                Some((code, _)) => code.push_str(&text),
                None => self.line.push(self.source, &text, range),
            },
            // HTML is text. A block of it holds the ends of its lines.
            Event::Html(html) | Event::InlineHtml(html) => self.lines(&html, range.start),
            Event::SoftBreak | Event::HardBreak => {
                self.end_line();
                self.out.push_str("<br>");
            }
            Event::Code(code) => {
                self.end_line();
                self.is_seen = true;
                self.out.push_str("<code>");
                self.found.isolated(&mut self.out, &code);
                self.out.push_str("</code>");
            }
            Event::Rule => {
                self.is_seen = true;
                self.out.push_str("<hr>");
            }
            Event::TaskListMarker(done) => self.out.push_str(if done {
                "<span class=\"task done\">☑</span> "
            } else {
                "<span class=\"task\">☐</span> "
            }),
            Event::Start(tag) => {
                self.end_line();
                self.start(tag);
            }
            Event::End(tag) => {
                self.end_line();
                self.end(tag);
            }
            // Switched off above; shown as what was written, should they ever come.
            Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                let written = &self.source[range.clone()];
                self.line.push(self.source, written, range);
            }
        }
    }

    /// Text that may be of several lines.
    fn lines(&mut self, text: &str, mut at: usize) {
        for line in text.split_inclusive('\n') {
            let shown = line.trim_end_matches(['\n', '\r']);
            self.line.push(self.source, shown, at..at + shown.len());
            at += line.len();
            if shown.len() < line.len() {
                self.end_line();
                self.out.push_str("<br>");
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.open("<p>", "</p>"),
            // The page has its own first and second level.
            Tag::Heading { level, .. } => match level {
                HeadingLevel::H1 => self.open("<h3>", "</h3>"),
                HeadingLevel::H2 => self.open("<h4>", "</h4>"),
                HeadingLevel::H3 => self.open("<h5>", "</h5>"),
                _ => self.open("<h6>", "</h6>"),
            },
            Tag::BlockQuote(_) => self.open("<blockquote>", "</blockquote>"),
            Tag::CodeBlock(kind) => {
                let word = match &kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next(),
                    CodeBlockKind::Indented => None,
                };
                self.code = Some((String::new(), word.unwrap_or_default().to_owned()));
                self.has_code = true;
            }
            Tag::List(None) => self.open("<ul>", "</ul>"),
            Tag::List(Some(1)) => self.open("<ol>", "</ol>"),
            Tag::List(Some(first)) => self.open(&format!("<ol start=\"{first}\">"), "</ol>"),
            Tag::Item => self.open("<li>", "</li>"),
            Tag::Emphasis => self.open("<em>", "</em>"),
            Tag::Strong => self.open("<strong>", "</strong>"),
            Tag::Strikethrough => self.open("<del>", "</del>"),
            Tag::Table(columns) => {
                (self.columns, self.has_rows) = (columns, false);
                self.in_table = self.depth < DEPTH_MAX;
                self.open("<table>", "</table>");
            }
            Tag::TableHead => {
                (self.in_head, self.column) = (true, 0);
                self.part("<thead><tr>", "</tr></thead>");
            }
            Tag::TableRow => {
                self.column = 0;
                if !self.has_rows {
                    self.has_rows = true;
                    self.part("<tbody>", "</tbody>");
                }
                self.part("<tr>", "</tr>");
            }
            Tag::TableCell => self.start_cell(),
            Tag::Link { link_type, dest_url, title, .. } => {
                self.start_link(link_type, &dest_url, &title);
            }
            Tag::Image { dest_url, title, .. } => {
                self.start_link(LinkType::Inline, &dest_url, &title);
            }
            // Switched off above.
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => self.open("", ""),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::CodeBlock => {
                self.is_seen = true;
                if let Some((code, word)) = self.code.take() {
                    code::block(&mut self.out, &word, &code);
                }
                return;
            }
            TagEnd::HtmlBlock => {
                let shown = self.out.trim_end_matches("<br>").len();
                self.out.truncate(shown);
            }
            TagEnd::Table if self.has_rows => self.close(),
            TagEnd::TableHead => self.in_head = false,
            TagEnd::Link | TagEnd::Image => {
                self.in_links = self.in_links.saturating_sub(1);
                if self.in_links == 0
                    && let Some((begins, url)) = self.link.take()
                    && begins == self.out.len()
                {
                    // Without a text of its own it would not be seen.
                    self.is_seen = true;
                    escape::text(&mut self.out, &url);
                }
            }
            _ => {}
        }
        self.close();
    }

    fn start_cell(&mut self) {
        let align = self.columns.get(self.column).copied().unwrap_or(Alignment::None);
        self.column += 1;
        match (self.in_head, align) {
            (true, Alignment::Right) => self.part("<th class=\"right\">", "</th>"),
            (true, Alignment::Center) => self.part("<th class=\"center\">", "</th>"),
            (true, _) => self.part("<th>", "</th>"),
            (false, Alignment::Right) => self.part("<td class=\"right\">", "</td>"),
            (false, Alignment::Center) => self.part("<td class=\"center\">", "</td>"),
            (false, _) => self.part("<td>", "</td>"),
        }
    }

    /// A link, unless it stands in one already or leads where none may: then its text stays. An
    /// address between angle brackets that is no link keeps them.
    fn start_link(&mut self, kind: LinkType, url: &str, title: &str) {
        let mail = kind == LinkType::Email;
        let url = if mail { ["mailto:", url].concat() } else { url.to_owned() };
        let allowed = self.found.may_link() && links::is_allowed(&url);
        if allowed {
            self.found.link(&url);
        }
        if allowed && self.in_links == 0 {
            let mut tag = String::with_capacity(url.len() + 96);
            links::open(&mut tag, &url, title, self.found.is_turned());
            let close = if self.found.is_turned() { "</bdi></a>" } else { "</a>" };
            let opened = self.depth < DEPTH_MAX;
            self.open(&tag, close);
            self.link = opened.then_some((self.out.len(), url));
        } else if !allowed && matches!(kind, LinkType::Autolink | LinkType::Email) {
            self.open("&lt;", "&gt;");
        } else {
            self.open("", "");
        }
        self.in_links += 1;
    }
}
