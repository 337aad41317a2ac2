//! The list above the box while one types after `@`, `#`, `:` or `/`: when it is there, its keys, and
//! what accepting does. What stands in it is `offers.rs`', where and what to look for
//! `state::completion`'s.

use super::offers::{Face, Offer, offers};
use crate::browser::element::{El, el, many, memo};
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
    token: RwSignal<Option<Token>>,
    /// Where the sign stands for which nothing more is offered: it was accepted, or declined.
    shut: StoredValue<Option<usize>>,
    active: RwSignal<usize>,
    offers: Memo<Vec<Offer>>,
    pause: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Completion {
    /// For the text area with this id, in which somebody writes here. `commands`: whether commands
    /// are offered, too.
    pub fn new(ctx: Ctx, at: Where, area: &str, commands: bool) -> Self {
        let token = RwSignal::new(None::<Token>);
        let offers = memo(move || match token.get() {
            Some(token) if commands || token.sign != Sign::Command => offers(ctx, at, &token),
            Some(_) | None => Vec::new(),
        });
        Self {
            ctx,
            area: StoredValue::new(area.to_owned()),
            token,
            shut: StoredValue::new(None),
            active: RwSignal::new(0),
            offers,
            pause: StoredValue::new_local(None),
        }
    }

    fn is_open(self) -> bool {
        self.offers.with(|offers| !offers.is_empty())
    }

    fn id(self) -> String {
        self.area.with_value(|area| [area, "-offers"].concat())
    }

    /// Looks what stands at the caret, after typing or moving it.
    pub fn look(self) {
        let area = self.area.get_value();
        let caret = area::selection(&area).filter(|(from, to)| from == to).map(|(from, _)| from);
        let text = dom::value(&area);
        let found = caret.and_then(|caret| token(&text, byte_at(&text, caret)));
        let shut = self.shut.get_value();
        if found.as_ref().map(|found| found.start) != shut {
            self.shut.set_value(None);
        }
        let found = found.filter(|found| Some(found.start) != shut);
        if self.token.with_untracked(|known| *known == found) {
            return;
        }
        if let Some(found) = &found {
            self.fetch(found);
        }
        self.active.set(0);
        self.token.set(found);
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
        let Some(table) = untrack(|| ctx.ui.emoji.here()) else { return false };
        let Some(emoji) = by_shortcode(&table, &code.query) else { return false };
        let emoji = untrack(|| ctx.ui.emoji.toned(emoji));
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
        let start = self.token.try_with_untracked(|token| token.as_ref().map(|t| t.start));
        if let Some(start) = start.flatten() {
            self.shut.set_value(Some(start));
            self.token.set(None);
        }
    }

    /// Takes a key, if it is for the list.
    pub fn pressed(self, event: &KeyboardEvent) -> bool {
        let count = self.offers.with_untracked(Vec::len);
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
        let option = self.offers.with_untracked(|offers| {
            offers.get(to).map(|offer| ["[id=\"", &self.id(), "-", &offer.key, "\"]"].concat())
        });
        if let Some(option) = option {
            scroll::reveal(&option);
        }
    }

    fn accept(self, at: usize) {
        let offer = self.offers.with_untracked(|offers| offers.get(at).cloned());
        let (Some(offer), Some(token)) = (offer, self.token.get_untracked()) else { return };
        let area = self.area.get_value();
        let text = dom::value(&area);
        let caret = area::selection(&area).map_or(text.len(), |(_, to)| byte_at(&text, to));
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
            self.offers
                .with(|offers| offers.get(at).map(|offer| [&self.id(), "-", &offer.key].concat()))
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
        let keys = move || {
            self.offers.with(|offers| offers.iter().map(|offer| offer.key.clone()).collect())
        };
        el("ul", "offers")
            .id(&self.id())
            .attr("role", "listbox")
            .attr("aria-label", "Suggestions")
            // Pressing must not take the keyboard away from the box.
            .on("pointerdown", |event| event.prevent_default())
            .each(keys, move |key| self.option(key))
    }

    fn option(self, key: &str) -> El {
        let found = self
            .offers
            .with_untracked(|offers| offers.iter().find(|offer| offer.key == key).cloned());
        let Some(offer) = found else { return many([]) };
        let this = offer.key.clone();
        let place =
            move || self.offers.with(|offers| offers.iter().position(|offer| offer.key == this));
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
