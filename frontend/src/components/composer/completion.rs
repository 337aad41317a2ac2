//! What is offered above the box while one types after `@`, `#`, `:` or `/`. What fits and in which
//! order is `state::completion`'s; here it is looked up, drawn, and accepted.

use crate::browser::element::{El, el, many, memo};
use crate::browser::{area, dom, page, scroll};
use crate::commands::{Ctx, channels, emoji};
use crate::components::avatar::avatar;
use crate::components::icon::{self, icon};
use crate::state::commands::{COMMANDS, parse, possible};
use crate::state::completion::{
    Candidate, Sign, Token, accept, byte_at, closed_shortcode, everyone, fit, people, rooms, token,
};
use crate::state::emoji::{by_shortcode, find};
use crate::state::{State, Where};
use gloo_timers::callback::Timeout;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::look::hue;
use shared::{ChannelKind, UserId};

/// Most offers that are shown.
const SHOWN_MAX: usize = 8;
/// Messages in which those who wrote lately are looked for.
const LATELY: usize = 200;
/// Milliseconds without a key after which the server is asked for more people.
const PAUSE_MS: u32 = 150;

/// What stands before an offer.
#[derive(Debug, Clone, PartialEq)]
enum Face {
    User(UserId),
    Room(String),
    Emoji(String),
    Icon(&'static str),
}

/// Something that can be accepted.
#[derive(Debug, Clone, PartialEq)]
struct Offer {
    key: String,
    insert: String,
    face: Face,
    title: String,
    note: String,
}

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
        area::replace(&area, change.from, change.to, &change.text);
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

fn offers(ctx: Ctx, at: Where, token: &Token) -> Vec<Offer> {
    let mut found = match token.sign {
        Sign::Person => {
            ctx.store.people.track();
            ctx.store.channels.track();
            ctx.store.read(|state| persons(state, at, &token.query))
        }
        Sign::Room => {
            ctx.store.channels.track();
            let public = ctx.ui.public.get().unwrap_or_default();
            ctx.store.read(|state| named_rooms(state, public, &token.query))
        }
        Sign::Emoji => signs(ctx, &token.query),
        Sign::Command => {
            let kind = ctx.store.read(|s| s.channels.get(at.0).map(|known| known.info.kind));
            commands(kind, &token.query)
        }
    };
    found.truncate(SHOWN_MAX);
    found
}

fn persons(state: &State, at: Where, query: &str) -> Vec<Offer> {
    let channel = state.channels.get(at.0);
    let members = channel.map(|known| known.info.user_ids.as_slice()).unwrap_or_default();
    let room = match &state.thread {
        Some(thread) if at.1 == Some(thread.root) => Some(&thread.room),
        _ => state.rooms.get(&at.0),
    };
    let mut lately: Vec<UserId> = Vec::new();
    for message in room.iter().flat_map(|room| room.timeline.messages().rev()).take(LATELY) {
        if !lately.contains(&message.user_id) {
            lately.push(message.user_id);
        }
    }
    let known = state.people.find("").into_iter().filter(|user| user.user_id != state.me);
    let known = known.map(|user| Candidate {
        id: user.user_id,
        username: user.username.clone(),
        name: user.display_name.clone(),
        member: members.contains(&user.user_id),
        wrote: lately.iter().position(|id| *id == user.user_id),
    });
    let found = people(query, known.collect());
    let members_found = found.iter().take_while(|who| who.member).count();
    let mut offers: Vec<Offer> = found.into_iter().map(person).collect();
    if channel.is_some_and(|known| !known.is_direct()) {
        // After a few members, so that they are found without being in the way.
        let mut place = members_found.min(SHOWN_MAX - 2);
        for word in everyone(query) {
            offers.insert(place, all(word));
            place += 1;
        }
    }
    offers
}

fn person(who: Candidate) -> Offer {
    let mut note = ["@", &who.username].concat();
    if !who.member {
        note.push_str(" · not in this channel");
    }
    Offer {
        key: who.id.to_string(),
        insert: ["@", &who.username, " "].concat(),
        face: Face::User(who.id),
        title: who.name,
        note,
    }
}

fn all(word: &str) -> Offer {
    let note =
        if word == "here" { "Everyone here who is online" } else { "Everyone in this channel" };
    Offer {
        key: word.to_owned(),
        insert: ["@", word, " "].concat(),
        face: Face::Icon(icon::PEOPLE),
        title: ["@", word].concat(),
        note: note.to_owned(),
    }
}

fn named_rooms(state: &State, public: Vec<String>, query: &str) -> Vec<Offer> {
    let mine = state.channels.iter().filter_map(|known| known.info.name.clone());
    let known = mine.map(|name| (name, true)).chain(public.into_iter().map(|name| (name, false)));
    let found = rooms(query, known.collect()).into_iter().map(|(name, mine)| {
        let id = state.channels.iter().find(|known| known.info.name.as_ref() == Some(&name));
        let id = id.map(|known| known.info.channel_id.to_string());
        Offer {
            key: name.replace(|c: char| !c.is_alphanumeric(), "_"),
            insert: ["#", &name, " "].concat(),
            face: id.map_or(Face::Icon(icon::GLOBE), Face::Room),
            title: name,
            note: if mine { String::new() } else { "Public".to_owned() },
        }
    });
    found.collect()
}

fn signs(ctx: Ctx, query: &str) -> Vec<Offer> {
    let Some(table) = ctx.ui.emoji.here() else { return Vec::new() };
    let found = find(&table, query).into_iter().take(SHOWN_MAX).filter_map(|at| table.get(at));
    let found = found.map(|known| {
        let emoji = ctx.ui.emoji.toned(known);
        // The one that is being typed, of those that it has.
        let codes = &known.shortcodes;
        let typed = codes.iter().find(|code| fit(code, query).is_some());
        let code = typed.or(codes.first()).map(String::as_str).unwrap_or_default();
        Offer {
            key: code.to_owned(),
            insert: emoji.clone(),
            face: Face::Emoji(emoji),
            title: [":", code, ":"].concat(),
            note: known.name.clone(),
        }
    });
    found.collect()
}

fn commands(kind: Option<ChannelKind>, query: &str) -> Vec<Offer> {
    let fits = COMMANDS.into_iter().filter(|usage| {
        let example = parse(&["/", usage.word, " ", usage.then].concat());
        let here = kind.zip(example.ok()).is_none_or(|(kind, what)| possible(&what, kind).is_ok());
        here && usage.word.starts_with(&query.to_lowercase())
    });
    let found = fits.map(|usage| Offer {
        key: usage.word.to_owned(),
        insert: ["/", usage.word, if usage.then.is_empty() { "" } else { " " }].concat(),
        face: Face::Icon(icon::SLASH),
        title: ["/", usage.word].concat(),
        note: usage.does.to_owned(),
    });
    found.collect()
}
