//! The list above the box while one types after `@`, `#`, `:` or `/`: when it is there, its keys, and
//! what accepting does. What stands in it is `offers.rs`', where and what to look for
//! `state::completion`'s.

use super::offers::{Face, Offer, offers};
use crate::browser::element::{El, el, many, memo, watch};
use crate::browser::{area, dom, page, scroll};
use crate::commands::{Ctx, channels, emoji};
use crate::components::avatar::avatar;
use crate::components::icon::icon;
use crate::state::Where;
use crate::state::completion::{Sign, Token, accept, byte_at, closed_shortcode, token};
use crate::state::emoji::by_shortcode;
use gloo_timers::callback::Timeout;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::look::hue;

/// Milliseconds without a key after which the server is asked for more people.
const PAUSE_MS: u32 = 150;

/// The completion of one text area. A handle: copying it copies nothing.
#[derive(Clone, Copy)]
pub struct Completion {
    ctx: Ctx,
    area: StoredValue<String>,
    /// What is being typed, with its sign; empty when that is nothing to look for.
    typed: RwSignal<String>,
    /// The place after the sign for which nothing more is offered, since that was accepted or
    /// declined; 0 for none.
    shut: StoredValue<u64>,
    active: RwSignal<usize>,
    /// The keys of what is offered.
    keys: RwSignal<Vec<String>>,
    offers: StoredValue<Vec<Offer>>,
    pause: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Completion {
    /// For the text area with this id, in which somebody writes here. `commands`: whether commands
    /// are offered, too.
    pub fn new(ctx: Ctx, at: Where, area: &str, commands: bool) -> Self {
        let this = Self {
            ctx,
            area: StoredValue::new(area.to_owned()),
            typed: RwSignal::new(String::new()),
            shut: StoredValue::new(0),
            active: RwSignal::new(0),
            keys: RwSignal::new(Vec::new()),
            offers: StoredValue::new(Vec::new()),
            pause: StoredValue::new_local(None),
        };
        watch(move || {
            let typed = this.typed.get();
            let token = token(&typed, typed.len());
            let token = token.filter(|token| commands || token.sign != Sign::Command);
            let found = token.map(|token| offers(ctx, at, &token)).unwrap_or_default();
            let keys: Vec<String> = found.iter().map(|offer| offer.key.clone()).collect();
            this.offers.set_value(found);
            if this.keys.with_untracked(|known| *known != keys) {
                this.keys.set(keys);
            }
        });
        this
    }

    fn is_open(self) -> bool {
        self.keys.with(|keys| !keys.is_empty())
    }

    fn id(self) -> String {
        self.area.with_value(|area| [area, "-offers"].concat())
    }

    /// What is being typed at the caret, with the whole text and the caret's place in it.
    fn at_caret(self) -> Option<(Token, String, usize)> {
        let area = self.area.get_value();
        let (caret, _) = area::selection(&area).filter(|(from, to)| from == to)?;
        let text = dom::value(&area);
        let caret = byte_at(&text, caret);
        Some((token(&text, caret)?, text, caret))
    }

    /// Looks what stands at the caret, after typing or moving it.
    pub fn look(self) {
        let found = self.at_caret().map(|(token, text, caret)| {
            (token.start as u64 + 1, text[token.start..caret].to_owned(), token)
        });
        let place = found.as_ref().map_or(0, |(place, ..)| *place);
        if place != self.shut.get_value() {
            self.shut.set_value(0);
        }
        let found = found.filter(|_| self.shut.get_value() == 0);
        let typed = found.as_ref().map(|(_, typed, _)| typed.clone()).unwrap_or_default();
        if self.typed.with_untracked(|known| *known == typed) {
            return;
        }
        if let Some((.., token)) = &found {
            self.fetch(token);
        }
        self.active.set(0);
        self.typed.set(typed);
    }

    /// Looks after typing: a shortcode that was closed becomes its emoji at once.
    pub fn typed(self, event: &leptos::ev::Event) {
        // On touch every word is composed. With a real keyboard the input method has a list of its
        // own then, in the same place.
        if area::is_composing(event) && !page::is_touch() {
            self.close();
            return;
        }
        if !self.close_shortcode() {
            self.look();
        }
    }

    fn close_shortcode(self) -> bool {
        let ctx = self.ctx;
        let area = self.area.get_value();
        let text = dom::value(&area);
        let Some((caret, _)) = area::selection(&area).filter(|(from, to)| from == to) else {
            return false;
        };
        let caret = byte_at(&text, caret);
        let Some(code) = closed_shortcode(&text, caret) else { return false };
        let emoji = ctx.store.read(|state| {
            let table = state.emoji.here()?;
            by_shortcode(&table, &code.query).map(|emoji| state.emoji.toned(emoji))
        });
        let Some(emoji) = emoji else { return false };
        let change = accept(&text, caret, &code, &emoji);
        self.close();
        emoji::remember(ctx, &emoji);
        // Not at once: it tells `input` itself, and that is being heard right now.
        spawn_local(async move {
            area::replace(&area, change.from, change.to, &change.text);
        });
        true
    }

    fn fetch(self, token: &Token) {
        let ctx = self.ctx;
        match token.sign {
            Sign::Person => {
                let query = token.query.clone();
                let ask = Timeout::new(PAUSE_MS, move || channels::find_people(ctx, query));
                self.pause.set_value(Some(ask));
            }
            Sign::Room => channels::find_public(ctx),
            Sign::Emoji => emoji::fetch(ctx),
            Sign::Command => {}
        }
    }

    /// Offers nothing more for what stands there.
    pub fn close(self) {
        if self.typed.try_with_untracked(|typed| !typed.is_empty()) == Some(true) {
            let place = self.at_caret().map_or(0, |(token, ..)| token.start as u64 + 1);
            self.shut.set_value(place);
            self.typed.set(String::new());
        }
    }

    /// Takes a key, if it is for the list.
    pub fn pressed(self, event: &KeyboardEvent) -> bool {
        let count = self.keys.with_untracked(Vec::len);
        let composing = event.is_composing() || event.key_code() == 229;
        if count == 0 || composing || event.alt_key() || event.ctrl_key() || event.meta_key() {
            return false;
        }
        match event.key().as_str() {
            "ArrowDown" => self.go((self.active.get_untracked() + 1) % count),
            "ArrowUp" => self.go((self.active.get_untracked() + count - 1) % count),
            "Enter" | "Tab" if !event.shift_key() => self.accept(self.active.get_untracked()),
            "Escape" => {
                event.stop_propagation();
                self.close();
            }
            _ => return false,
        }
        event.prevent_default();
        true
    }

    fn go(self, to: usize) {
        self.active.set(to);
        if let Some(key) = self.keys.with_untracked(|keys| keys.get(to).cloned()) {
            scroll::reveal(&["[id=\"", &self.id(), "-", &key, "\"]"].concat());
        }
    }

    fn accept(self, at: usize) {
        let offer = self.offers.with_value(|offers| offers.get(at).cloned());
        let (Some(offer), Some((token, text, caret))) = (offer, self.at_caret()) else { return };
        let area = self.area.get_value();
        let change = accept(&text, caret, &token, &offer.insert);
        self.close();
        if let Face::Emoji(emoji) = &offer.face {
            emoji::remember(self.ctx, emoji);
        }
        area::replace(&area, change.from, change.to, &change.text);
    }

    /// The text area, told what is offered for as long as something is.
    pub fn of(self, area: El) -> El {
        let when = move |value: &'static str| move || self.is_open().then(|| value.to_owned());
        let active = move || {
            let at = self.active.get();
            self.keys.with(|keys| keys.get(at).map(|key| [&self.id(), "-", key].concat()))
        };
        let seen = move |_| self.look();
        area.live_attr("role", when("combobox"))
            .live_attr("aria-expanded", when("true"))
            .live_attr("aria-autocomplete", when("list"))
            .live_attr("aria-controls", move || self.is_open().then(|| self.id()))
            .live_attr("aria-activedescendant", active)
            // The word of an input method is taken, and no further `input` tells so.
            .on("compositionend", seen)
            .on("click", seen)
            .on("blur", move |_| self.close())
            .on("keyup", move |event| {
                if dom::event_key(&event).starts_with("Arrow") {
                    self.look();
                }
            })
    }

    /// The list, to stand above the box.
    pub fn list(self) -> El {
        let open = memo(move || self.is_open());
        many([]).live(move || open.get().then(|| untrack(|| self.listbox())))
    }

    fn listbox(self) -> El {
        el("ul", "offers")
            .id(&self.id())
            .attr("role", "listbox")
            .attr("aria-label", "Suggestions")
            // Pressing must not take the keyboard away from the box.
            .on("pointerdown", |event| event.prevent_default())
            .each(move || self.keys.get(), move |key| self.option(key))
    }

    fn option(self, key: &str) -> El {
        let found =
            self.offers.with_value(|offers| offers.iter().find(|offer| offer.key == key).cloned());
        let Some(offer) = found else { return many([]) };
        let this = offer.key.clone();
        let place = move || self.keys.with(|keys| keys.iter().position(|key| *key == this));
        let (clicked, selected) = (place.clone(), move || place() == Some(self.active.get()));
        let face = match &offer.face {
            Face::User(user) => avatar(self.ctx, *user, true, ""),
            Face::Room(id) => {
                let class = ["swatch ", hue(id)].concat();
                el("i", &class).attr("aria-hidden", "true")
            }
            Face::Emoji(emoji) => el("span", "sign").attr("aria-hidden", "true").text(emoji),
            Face::Icon(path) => el("span", "sign").with(icon(path)),
        };
        let note = (!offer.note.is_empty()).then(|| el("small", "").text(&offer.note));
        el("li", "")
            .id(&[&self.id(), "-", &offer.key].concat())
            .attr("role", "option")
            .live_bool("aria-selected", selected)
            .with(face)
            .with(el("span", "label").text(&offer.title))
            .with_if(note)
            .on_click(move || {
                if let Some(at) = untrack(&clicked) {
                    self.accept(at);
                }
            })
    }
}
