//! The server's HTML of what people wrote: the only place where HTML becomes elements. The server
//! alone makes it, and makes it safe; here it gets what only a page can do: code that is copied and
//! folded, tables with a scroll of their own, and mentions with the names of today.

use super::element::{El, el};
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, HtmlElement, Node};

/// What a mention is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A user.
    User,
    /// A channel.
    Channel,
}

impl Sort {
    fn attribute(self) -> &'static str {
        match self {
            Self::User => "data-user-id",
            Self::Channel => "data-channel-id",
        }
    }
}

impl El {
    /// Fills the element with the server's HTML.
    pub fn html(self, html: &str) -> Self {
        if let Some(element) = self.0.dyn_ref::<Element>() {
            element.set_inner_html(html);
            for code in found(element, "pre.code") {
                dress_code(&code);
            }
            for table in found(element, "table") {
                wrap(&table, el("div", "wide").attr("tabindex", "0"));
            }
            for chip in found(element, "a.mention[data-user-id]") {
                // It leads to no address: the keyboard reaches it as a button.
                El(chip.into()).attr("role", "button").attr("tabindex", "0");
            }
        }
        self
    }

    /// Gives the mentions of a sort the text and class that `name` tells for their ids; those that
    /// it knows nothing of stay as they were written.
    pub fn rename(&self, sort: Sort, name: &mut dyn FnMut(&str) -> Option<(String, bool)>) {
        let Some(element) = self.0.dyn_ref::<Element>() else { return };
        for chip in found(element, &["a.mention[", sort.attribute(), "]"].concat()) {
            let id = chip.get_attribute(sort.attribute()).unwrap_or_default();
            if let Some((text, marked)) = name(&id) {
                chip.set_text_content(Some(&text));
                // Fails only for class names with blanks in them.
                let _ = chip.class_list().toggle_with_force("me", marked);
            }
        }
    }
}

fn found(within: &Element, selector: &str) -> Vec<Element> {
    let Ok(list) = within.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.item(at)?.dyn_into().ok()).collect()
}

/// Puts an element around another one, where that stands.
fn wrap(inner: &Element, outer: El) -> El {
    let inner: &Node = inner;
    if let Some(parent) = inner.parent_node() {
        // Both are where they are said to be.
        let _ = parent.insert_before(&outer.0, Some(inner));
    }
    outer.with(El(inner.clone()))
}

/// Code with its language, a button that copies, and one that unfolds what is long.
fn dress_code(code: &Element) {
    let button = |action: &str| el("button", "").attr("type", "button").attr("data-do", action);
    let lang = code.get_attribute("data-lang").map(|lang| el("span", "").text(&lang));
    let head = el("p", "code-head").with_if(lang).with(button("copy").text("Copy"));
    let long = code.get_attribute("data-lines");
    let class = if long.is_some() { "code-box folded" } else { "code-box" };
    let unfold = long.map(|lines| {
        button("unfold").attr("class", "unfold").text(&["Show all ", &lines, " lines"].concat())
    });
    // What scrolls sideways is reached by the keyboard, too.
    El(code.clone().into()).attr("tabindex", "0");
    wrap(code, el("div", class)).with(head).with_if(unfold);
}

/// What a click within the server's HTML asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Copy this code.
    Copy(String),
    /// Nothing more: it was done.
    Done,
    /// To this user. To a channel leads its address.
    User(String),
}

/// What is asked for at this place, if anything is. Folded code is unfolded at once.
pub fn asked(target: Option<EventTarget>) -> Option<Asked> {
    let target = target?.dyn_into::<Element>().ok()?;
    let around = |selector: &str| target.closest(selector).ok().flatten();
    if let Some(button) = around("[data-do]") {
        let code = button.closest(".code-box").ok()??;
        if button.get_attribute("data-do").as_deref() == Some("copy") {
            let text = code.query_selector("pre").ok()??.text_content();
            return text.map(Asked::Copy);
        }
        // Fails only for class names with blanks in them.
        let _ = code.class_list().remove_1("folded");
        button.remove();
        let pre = code.query_selector("pre").ok()??.dyn_into::<HtmlElement>().ok()?;
        // The keyboard stands in what it opened.
        let _ = pre.focus();
        return Some(Asked::Done);
    }
    around("a.mention[data-user-id]")?.get_attribute("data-user-id").map(Asked::User)
}

/// Says for a moment on the button that was pressed that it was done.
pub fn say_done(target: Option<EventTarget>, text: &str) {
    let button = target.and_then(|target| target.dyn_into::<Element>().ok());
    let button = button.and_then(|target| target.closest("[data-do]").ok()?);
    let Some(button) = button else { return };
    let before = button.text_content();
    button.set_text_content(Some(text));
    let _ = button.set_attribute("data-done", "");
    gloo_timers::callback::Timeout::new(1_600, move || {
        button.set_text_content(before.as_deref());
        let _ = button.remove_attribute("data-done");
    })
    .forget();
}
