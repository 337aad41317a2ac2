//! A feed's scroll position: where its end is, which row stands still, and how to keep it there.
//! Measured in rectangles, so that the direction in which the style sheet lays rows out is its own.
//! Feeds are named by selectors: there is one of the channel, and one of the thread beside it.

use super::page::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, NodeList, ScrollIntoViewOptions, ScrollLogicalPosition};

/// A row that shall stay where it is, and how far below the feed's top it was.
#[derive(Debug, Clone)]
pub struct Anchor {
    row: Element,
    top: f64,
}

fn find(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}

fn rows(feed: &str, which: &str) -> Option<NodeList> {
    document()?.query_selector_all(&[feed, " article", which].concat()).ok()
}

fn top(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}

fn with_column(feed: &str) -> Option<(Element, Element)> {
    find(feed).zip(find(&[feed, " > .column"].concat()))
}

/// Pixels between the lower edge of what is shown and the end of the rows.
pub fn to_end(feed: &str) -> f64 {
    let Some((feed, column)) = with_column(feed) else { return 0.0 };
    column.get_bounding_client_rect().bottom() - feed.get_bounding_client_rect().bottom()
}

/// Pixels between the upper edge of what is shown and the start of the rows.
pub fn to_start(feed: &str) -> f64 {
    let Some((feed, column)) = with_column(feed) else { return 0.0 };
    top(&feed) - top(&column)
}

/// Shows the end.
pub fn go_to_end(feed: &str) {
    if let Some(feed) = find(feed) {
        feed.set_scroll_top(feed.scroll_height());
    }
}

/// The first row that is shown, to hold still while rows come and go around it.
pub fn anchor(feed: &str) -> Option<Anchor> {
    let rows = rows(feed, "")?;
    let edge = top(&find(feed)?);
    // Rows are in order, so the first shown one is found by halving.
    let (mut low, mut high) = (0, rows.length());
    while low < high {
        let middle = (low + high) / 2;
        let row = rows.item(middle)?.dyn_into::<Element>().ok()?;
        if row.get_bounding_client_rect().bottom() > edge {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let row = rows.item(low)?.dyn_into::<Element>().ok()?;
    let top = top(&row) - edge;
    Some(Anchor { row, top })
}

/// Puts the anchor back to where it was.
pub fn hold(feed: &str, anchor: &Anchor) {
    let Some(feed) = find(feed) else { return };
    if !anchor.row.is_connected() {
        return;
    }
    let moved = top(&anchor.row) - top(&feed) - anchor.top;
    if moved.abs() >= 1.0 {
        feed.set_scroll_top(feed.scroll_top() + moved.round() as i32);
    }
}

/// Shows the first element that the selector finds, in the middle or at the upper third.
pub fn show(selector: &str, middle: bool) -> bool {
    let Some(element) = find(selector) else { return false };
    let options = ScrollIntoViewOptions::new();
    let block = if middle { ScrollLogicalPosition::Center } else { ScrollLogicalPosition::Start };
    options.set_block(block);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    true
}

/// Scrolls no more than it takes for the first element that the selector finds to be seen.
pub fn reveal(selector: &str) {
    if let Some(element) = find(selector) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// The highest `data-seq` of the rows whose lower edge is shown.
pub fn last_shown_seq(feed: &str) -> Option<u64> {
    let rows = rows(feed, "[data-seq]")?;
    let edge = find(feed)?.get_bounding_client_rect().bottom() + 1.0;
    (0..rows.length()).rev().find_map(|at| {
        let row = rows.item(at)?.dyn_into::<HtmlElement>().ok()?;
        let shown = row.get_bounding_client_rect().bottom() <= edge;
        shown.then(|| row.get_attribute("data-seq")?.parse().ok()).flatten()
    })
}
