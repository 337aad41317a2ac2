//! The feed's scroll position: where its end is, which row stands still, and how to keep it there.
//! Measured in rectangles, so that the direction in which the style sheet lays rows out is its own.

use super::page::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

const FEED: &str = ".feed";
const COLUMN: &str = ".feed > .column";
const ROWS: &str = ".feed article";

/// A row that shall stay where it is, and how far below the feed's top it was.
#[derive(Debug, Clone)]
pub struct Anchor {
    row: Element,
    top: f64,
}

fn find(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}

fn top(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}

/// Pixels between the lower edge of what is shown and the end of the rows.
pub fn to_end() -> f64 {
    let Some((feed, column)) = find(FEED).zip(find(COLUMN)) else { return 0.0 };
    column.get_bounding_client_rect().bottom() - feed.get_bounding_client_rect().bottom()
}

/// Pixels between the upper edge of what is shown and the start of the rows.
pub fn to_start() -> f64 {
    let Some((feed, column)) = find(FEED).zip(find(COLUMN)) else { return 0.0 };
    top(&feed) - top(&column)
}

/// Shows the end.
pub fn go_to_end() {
    if let Some(feed) = find(FEED) {
        feed.set_scroll_top(feed.scroll_height());
    }
}

/// The first row that is shown, to hold still while rows come and go around it.
pub fn anchor() -> Option<Anchor> {
    let feed = find(FEED)?;
    let edge = top(&feed);
    let rows = document()?.query_selector_all(ROWS).ok()?;
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
pub fn hold(anchor: &Anchor) {
    let Some(feed) = find(FEED) else { return };
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
pub fn last_shown_seq() -> Option<u64> {
    let edge = find(FEED)?.get_bounding_client_rect().bottom() + 1.0;
    let rows = document()?.query_selector_all(".feed article[data-seq]").ok()?;
    (0..rows.length()).rev().find_map(|at| {
        let row = rows.item(at)?.dyn_into::<HtmlElement>().ok()?;
        let shown = row.get_bounding_client_rect().bottom() <= edge;
        shown.then(|| row.get_attribute("data-seq")?.parse().ok()).flatten()
    })
}
