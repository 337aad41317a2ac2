//! Building elements, and keeping parts of them up to date with signals.
//!
//! Everything here is free of type parameters once it is past its first line. Views whose types
//! spell out every element and closure were two thirds of the page's bytes; these are plain calls.
//! What is live runs as a render effect of the current owner and ends with it.

use super::page::document;
use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::reactive::owner::Owner;
use shared::map::HashMap;
use std::any::Any;
use std::cell::RefCell;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, KeyboardEvent, Node, PointerEvent};

/// An element, or several without one around them.
#[derive(Clone)]
pub struct El(pub(super) Node);

/// Something that stays as long as the current owner.
fn keep(thing: Box<dyn Any>) {
    StoredValue::new_local(thing);
}

/// Runs now, and again whenever a signal that it read has changed.
pub fn watch(run: impl Fn() + 'static) {
    watch_boxed(Box::new(run));
}

fn watch_boxed(run: Box<dyn Fn()>) {
    keep(Box::new(RenderEffect::new(move |_: Option<()>| run())));
}

/// A value computed from signals, told on only when it differs.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    let compute: Box<dyn Fn() -> T + Send + Sync> = Box::new(compute);
    Memo::new(move |_| compute())
}

/// The document is there as long as the page is; without one nothing can be shown at all, and the
/// node stands in for itself.
fn comment() -> Node {
    document().map_or_else(|| JsValue::NULL.unchecked_into(), |d| d.create_comment("").into())
}

/// A new element with these classes.
pub fn el(tag: &str, class: &str) -> El {
    let made = document().and_then(|document| document.create_element(tag).ok());
    let made = made.map_or_else(comment, Into::into);
    let el = El(made);
    if class.is_empty() { el } else { el.attr("class", class) }
}

/// Several elements without one around them.
pub fn many(elements: impl IntoIterator<Item = El>) -> El {
    let all =
        document().map_or_else(comment, |document| document.create_document_fragment().into());
    let mut all = El(all);
    for element in elements {
        all = all.with(element);
    }
    all
}

/// A drawing of one path on a field of 20 by 20.
pub fn drawing(path: &str) -> El {
    const SVG: Option<&str> = Some("http://www.w3.org/2000/svg");
    let make = |tag: &str| {
        let made = document().and_then(|document| document.create_element_ns(SVG, tag).ok());
        El(made.map_or_else(comment, Into::into))
    };
    let line = make("path").attr("d", path);
    make("svg").attr("viewBox", "0 0 20 20").attr("aria-hidden", "true").with(line)
}

fn between(start: &Node, end: &Node) {
    while let Some(next) = start.next_sibling().filter(|next| next != end) {
        remove(&next);
    }
}

fn remove(node: &Node) {
    if let Some(parent) = node.parent_node() {
        // Removing a child from its own parent can't fail.
        let _ = parent.remove_child(node);
    }
}

fn insert(node: &Node, before: &Node) {
    if let Some(parent) = before.parent_node() {
        // Inserting before a child of that very parent can't fail.
        let _ = parent.insert_before(node, Some(before));
    }
}

fn set(node: &Node, name: &str, value: Option<&str>) {
    if let Some(element) = node.dyn_ref::<Element>() {
        // Names of attributes are literals of this page, and valid.
        let _ = match value {
            Some(value) => element.set_attribute(name, value),
            None => element.remove_attribute(name),
        };
    }
}

impl El {
    /// Sets an attribute.
    pub fn attr(self, name: &str, value: &str) -> Self {
        set(&self.0, name, Some(value));
        self
    }

    /// Sets an attribute if there is a value.
    pub fn attr_if(self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            set(&self.0, name, Some(value));
        }
        self
    }

    /// Sets the id.
    pub fn id(self, id: &str) -> Self {
        self.attr("id", id)
    }

    /// Keeps an attribute at what is computed; without a value it is not there.
    pub fn live_attr(
        self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        self.live_attr_boxed(name, Box::new(value))
    }

    fn live_attr_boxed(self, name: &'static str, value: Box<dyn Fn() -> Option<String>>) -> Self {
        let node = self.0.clone();
        let last = RefCell::new(None);
        watch_boxed(Box::new(move || {
            let value = value();
            if *last.borrow() != value {
                set(&node, name, value.as_deref());
                *last.borrow_mut() = value;
            }
        }));
        self
    }

    /// Keeps an attribute at "true" or "false".
    pub fn live_bool(self, name: &'static str, value: impl Fn() -> bool + 'static) -> Self {
        self.live_attr(name, move || Some(if value() { "true" } else { "false" }.to_owned()))
    }

    /// Keeps an attribute there, as "true", or away.
    pub fn live_flag(self, name: &'static str, value: impl Fn() -> bool + 'static) -> Self {
        self.live_attr(name, move || value().then(|| "true".to_owned()))
    }

    /// Keeps a class on the element, or off it.
    pub fn live_class(self, class: &'static str, on: impl Fn() -> bool + 'static) -> Self {
        self.live_class_boxed(class, Box::new(on))
    }

    fn live_class_boxed(self, class: &'static str, on: Box<dyn Fn() -> bool>) -> Self {
        if let Some(element) = self.0.dyn_ref::<Element>() {
            let list = element.class_list();
            watch_boxed(Box::new(move || {
                // Fails only for class names with blanks in them, and these are literals.
                let _ = list.toggle_with_force(class, on());
            }));
        }
        self
    }

    /// Keeps a property, which no attribute tells, at what is computed.
    pub fn live_prop(self, name: &'static str, value: impl Fn() -> bool + 'static) -> Self {
        let node = self.0.clone();
        watch_boxed(Box::new(move || {
            // Setting a property of an element can't fail.
            let _ = js_sys::Reflect::set(&node, &name.into(), &value().into());
        }));
        self
    }

    /// Adds an element at the end.
    pub fn with(self, child: El) -> Self {
        // Appending to a node that takes children can't fail.
        let _ = self.0.append_child(&child.0);
        self
    }

    /// Adds an element at the end, if there is one.
    pub fn with_if(self, child: Option<El>) -> Self {
        match child {
            Some(child) => self.with(child),
            None => self,
        }
    }

    /// Adds elements at the end.
    pub fn with_all(self, children: impl IntoIterator<Item = El>) -> Self {
        children.into_iter().fold(self, El::with)
    }

    /// Adds a text at the end.
    pub fn text(self, text: &str) -> Self {
        match document() {
            Some(document) => self.with(El(document.create_text_node(text).into())),
            None => self,
        }
    }

    /// Adds a text at the end that stays what is computed.
    pub fn words(self, text: impl Fn() -> String + 'static) -> Self {
        self.words_boxed(Box::new(text))
    }

    fn words_boxed(self, text: Box<dyn Fn() -> String>) -> Self {
        let Some(document) = document() else { return self };
        let node: Node = document.create_text_node("").into();
        let shown = node.clone();
        watch_boxed(Box::new(move || shown.set_node_value(Some(&text()))));
        self.with(El(node))
    }

    /// Adds a part at the end that is made anew whenever a signal has changed that it read.
    pub fn live(self, make: impl Fn() -> Option<El> + 'static) -> Self {
        self.live_boxed(Box::new(make))
    }

    fn live_boxed(self, make: Box<dyn Fn() -> Option<El>>) -> Self {
        let (start, end) = (comment(), comment());
        let this = self.with(El(start.clone())).with(El(end.clone()));
        watch_boxed(Box::new(move || {
            let made = make();
            between(&start, &end);
            if let Some(made) = made {
                insert(&made.0, &end);
            }
        }));
        this
    }

    /// Adds a list at the end: one item for each key, made once and kept for as long as its key is
    /// there, wherever it moves.
    pub fn each(
        self,
        keys: impl Fn() -> Vec<String> + 'static,
        make: impl Fn(&str) -> El + 'static,
    ) -> Self {
        self.each_boxed(Box::new(keys), Box::new(make))
    }

    fn each_boxed(self, keys: Box<dyn Fn() -> Vec<String>>, make: Box<dyn Fn(&str) -> El>) -> Self {
        let (start, end) = (comment(), comment());
        let this = self.with(El(start.clone())).with(El(end.clone()));
        let list = RefCell::new(List { items: HashMap::default(), start, end });
        let owner = Owner::current().unwrap_or_default();
        watch_boxed(Box::new(move || {
            let keys = keys();
            // Items outlive this run: they belong to whom the list belongs to.
            untrack(|| list.borrow_mut().update(keys, &make, &owner));
        }));
        this
    }

    /// Listens to an event.
    pub fn on(self, name: &str, listen: impl FnMut(Event) + 'static) -> Self {
        self.on_boxed(name, Box::new(listen))
    }

    fn on_boxed(self, name: &str, listen: Box<dyn FnMut(Event)>) -> Self {
        let closure = Closure::wrap(listen);
        // Listening to an event of one's own element can't fail.
        let _ = self.0.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        keep(Box::new(Listener { node: self.0.clone(), name: name.to_owned(), closure }));
        self
    }

    /// Does something when clicked.
    pub fn on_click(self, mut run: impl FnMut() + 'static) -> Self {
        self.on("click", move |_| run())
    }

    /// Listens to keys.
    pub fn on_key(self, mut listen: impl FnMut(KeyboardEvent) + 'static) -> Self {
        self.on("keydown", move |event| listen(event.unchecked_into()))
    }

    /// Listens to an event of a mouse, a pen or a finger.
    pub fn on_pointer(self, name: &str, mut listen: impl FnMut(PointerEvent) + 'static) -> Self {
        self.on(name, move |event| listen(event.unchecked_into()))
    }

    /// Puts it at the end of the page, for as long as the current owner lasts.
    pub fn show(self) {
        let Some(body) = document().and_then(|document| document.body()) else { return };
        let (start, end) = (comment(), comment());
        for node in [&start, &self.0, &end] {
            // Appending to the body can't fail.
            let _ = body.append_child(node);
        }
        keep(Box::new(Shown { start, end }));
    }
}

/// What stands between two marks, and goes with them.
struct Shown {
    start: Node,
    end: Node,
}

impl Drop for Shown {
    fn drop(&mut self) {
        between(&self.start, &self.end);
        remove(&self.start);
        remove(&self.end);
    }
}

/// Listens until it is dropped: what leaves the page with the focus in it tells so while it goes.
struct Listener {
    node: Node,
    name: String,
    closure: Closure<dyn FnMut(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let listen = self.closure.as_ref().unchecked_ref();
        // Taking away a listener that is there can't fail.
        let _ = self.node.remove_event_listener_with_callback(&self.name, listen);
    }
}

struct Item {
    owner: Owner,
    start: Node,
    end: Node,
}

struct List {
    items: HashMap<String, Item>,
    start: Node,
    end: Node,
}

impl List {
    fn update(&mut self, keys: Vec<String>, make: &dyn Fn(&str) -> El, owner: &Owner) {
        let mut old = std::mem::take(&mut self.items);
        let mut next = Vec::with_capacity(keys.len());
        for key in keys {
            let item = old.remove(&key);
            next.push((key, item));
        }
        for item in old.into_values() {
            item.owner.cleanup();
            between(&item.start, &item.end);
            remove(&item.start);
            remove(&item.end);
        }
        let mut at = self.start.next_sibling();
        for (key, item) in next {
            if self.items.contains_key(&key) {
                continue; // a key that comes twice is shown once
            }
            let before = at.clone().unwrap_or_else(|| self.end.clone());
            let item = match item {
                Some(item) if item.start == before => item,
                Some(item) => {
                    move_before(&item, &before);
                    item
                }
                None => {
                    let owner = owner.child();
                    let made = owner.with(|| make(&key));
                    let item = Item { owner, start: comment(), end: comment() };
                    for node in [&item.start, &made.0, &item.end] {
                        insert(node, &before);
                    }
                    item
                }
            };
            at = item.end.next_sibling();
            self.items.insert(key, item);
        }
    }
}

fn move_before(item: &Item, before: &Node) {
    let mut node = Some(item.start.clone());
    while let Some(this) = node {
        node = this.next_sibling().filter(|_| this != item.end);
        insert(&this, before);
    }
}
