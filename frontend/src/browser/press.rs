//! Long presses of a finger: the click that some browsers send when it is lifted means nothing, and
//! must not press what has just been opened under it.

use super::page::window;
use leptos::prelude::StoredValue;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::Event;

thread_local! {
    static HELD: Cell<bool> = const { Cell::new(false) };
}

/// A press was long enough to do something: its click does nothing more.
pub fn was_long() {
    HELD.set(true);
}

/// Listens before everything else, as long as the current owner lasts.
struct First {
    name: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl First {
    fn new(name: &'static str, listen: fn(Event)) -> Self {
        let closure = Closure::wrap(Box::new(listen) as Box<dyn FnMut(Event)>);
        if let Some(window) = window() {
            let listen = closure.as_ref().unchecked_ref();
            // Listening to an event of the window can't fail.
            let _ = window.add_event_listener_with_callback_and_bool(name, listen, true);
        }
        Self { name, closure }
    }
}

impl Drop for First {
    fn drop(&mut self) {
        if let Some(window) = window() {
            let listen = self.closure.as_ref().unchecked_ref();
            // Taking away a listener that is there can't fail.
            let _ = window.remove_event_listener_with_callback_and_bool(self.name, listen, true);
        }
    }
}

/// Swallows the clicks of long presses, as long as the current owner lasts.
pub fn guard() {
    StoredValue::new_local(First::new("pointerdown", |_| HELD.set(false)));
    StoredValue::new_local(First::new("click", |event| {
        if HELD.replace(false) {
            event.prevent_default();
            event.stop_propagation();
        }
    }));
}
