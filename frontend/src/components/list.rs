//! A list of messages, of one channel or of many: what is pinned, remembered or found, and the
//! threads that one follows. It loads itself, and again when what it shows has changed; what one
//! message looks like is `listed.rs`'.

use super::feed::ghosts;
use super::icon::{self, icon};
use super::listed::{Place, listed};
use super::pane::frame;
use crate::browser::element::{El, el, many, memo, watch};
use crate::browser::{clock, dom};
use crate::commands::lists::{self, Failure, List};
use crate::commands::{Ctx, Pane};
use crate::state::Listed;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::messages::{ListedMessage, MessageList};
use shared::map::HashMap;
use shared::{ChannelId, ChatMessage, ErrorCode};

/// What the arrow keys go through.
const CARDS: &str = "aside.details .card";

/// What a list says where it holds nothing.
pub struct Nothing {
    /// What it is drawn with.
    pub icon: &'static str,
    /// That there is nothing.
    pub title: &'static str,
    /// How something gets there.
    pub hint: &'static str,
}

/// Where a list is.
#[derive(Clone, PartialEq)]
enum Status {
    /// Nothing is asked for.
    Blank,
    /// Its beginning is on its way, and nothing is shown.
    Loading,
    /// It is shown.
    Here,
    /// Loading failed, and why.
    Failed(String),
    /// What is asked for makes no sense, and why.
    Senseless(String),
}

/// A list on the screen. A handle: copying it copies nothing.
#[derive(Clone, Copy)]
pub struct Shelf {
    ctx: Ctx,
    pane: Pane,
    items: StoredValue<HashMap<String, ListedMessage>>,
    keys: RwSignal<Vec<String>>,
    before: RwSignal<Option<u64>>,
    status: RwSignal<Status>,
    /// Counts what was asked: only the newest answer is shown.
    asked: StoredValue<u32>,
}

impl Shelf {
    fn new(ctx: Ctx, pane: Pane) -> Self {
        Self {
            ctx,
            pane,
            items: StoredValue::new(HashMap::default()),
            keys: RwSignal::new(Vec::new()),
            before: RwSignal::new(None),
            status: RwSignal::new(Status::Loading),
            asked: StoredValue::new(0),
        }
    }

    /// How many messages are shown, watched.
    pub fn count(self) -> usize {
        self.keys.with(Vec::len)
    }

    /// Asks for the list from its beginning, or for what follows.
    fn ask(self, list: List, before: Option<u64>) {
        let mut ticket = 0;
        self.asked.update_value(|asked| {
            *asked = asked.wrapping_add(1);
            ticket = *asked;
        });
        let shown = self.keys.with_untracked(Vec::len);
        // What is shown stays until the answer is here: nothing flickers while somebody types.
        if self.status.get_untracked() == Status::Blank {
            self.status.set(Status::Loading);
        }
        spawn_local(async move {
            let part = lists::part(self.ctx, list, before, shown).await;
            if self.asked.try_get_value() != Some(ticket) {
                return; // something else is asked by now, or nobody looks any more
            }
            match part {
                Ok(part) => self.take(part, before.is_some()),
                Err(failure) => self.fail(&failure, before.is_some()),
            }
        });
    }

    fn fail(self, failure: &Failure, more: bool) {
        if self.pane == Pane::Search && !more {
            self.keys.set(Vec::new());
            self.before.set(None);
        }
        self.status.set(if failure.code() == Some(ErrorCode::Invalid) {
            Status::Senseless(["This search ", failure.say()].concat())
        } else {
            Status::Failed(failure.say().to_owned())
        });
    }

    fn take(self, part: MessageList, more: bool) {
        let mut keys = if more { self.keys.get_untracked() } else { Vec::new() };
        let mut fresh = HashMap::default();
        let by_day = self.pane == Pane::Search;
        let mut day = self.items.with_value(|items| {
            let last = keys.last().and_then(|key| items.get(key));
            last.map(|item| clock::day_of(item.message.sent_at))
        });
        for item in part.items {
            let this = clock::day_of(item.message.sent_at);
            let head = by_day && day.replace(this) != Some(this);
            let key = key(&item, head);
            keys.push(key.clone());
            fresh.insert(key, item);
        }
        self.items.update_value(|items| {
            if !more {
                items.clear();
            }
            items.extend(fresh);
        });
        self.before.set(part.before);
        self.status.set(Status::Here);
        if self.keys.with_untracked(|known| *known != keys) {
            self.keys.set(keys);
        }
    }

    /// Shows nothing, and takes no answer to what was asked.
    fn clear(self) {
        self.asked.update_value(|asked| *asked = asked.wrapping_add(1));
        self.keys.set(Vec::new());
        self.before.set(None);
        self.status.set(Status::Blank);
    }
}

/// What an item is known by: one that has changed is another one. A mark at the end tells that the
/// day stands before it.
fn key(item: &ListedMessage, day: bool) -> String {
    let ListedMessage { message, marked, unread } = item;
    let ChatMessage { edited_at, deleted_at, reply_count, last_reply_at, .. } = message;
    let times = [edited_at, deleted_at, last_reply_at].map(|at| at.map_or(0, |at| at.0));
    let counts = [reply_count, unread].map(|count| count.map_or(0, |count| count + 1));
    let mut key = message.message_id.to_string();
    for time in times {
        key.push_str(&[".", &time.to_string()].concat());
    }
    for count in counts {
        key.push_str(&[".", &count.to_string()].concat());
    }
    key.push_str(marked.as_deref().unwrap_or_default());
    key.push(if day { '^' } else { '.' });
    key
}

/// The list that `what` names; None while there is nothing to ask. `stale` tells how often it has
/// changed.
pub fn list(
    ctx: Ctx,
    pane: Pane,
    what: Memo<Option<List>>,
    stale: fn(&Listed) -> u32,
    nothing: &'static Nothing,
) -> (Shelf, El) {
    let shelf = Shelf::new(ctx, pane);
    let changed = memo(move || {
        ctx.store.kept.track();
        ctx.store.read(|state| stale(&state.listed))
    });
    watch(move || {
        let _ = changed.get();
        match what.get() {
            Some(list) => untrack(|| shelf.ask(list, None)),
            None => untrack(|| shelf.clear()),
        }
    });
    (shelf, draw(shelf, what, nothing))
}

fn draw(shelf: Shelf, what: Memo<Option<List>>, nothing: &'static Nothing) -> El {
    let Shelf { ctx, pane, items, keys, before, status, .. } = shelf;
    let at = RwSignal::new(String::new());
    let roving = memo(move || {
        let at = at.get();
        keys.with(
            |keys| if keys.contains(&at) { at } else { keys.first().cloned().unwrap_or_default() },
        )
    });
    let item = move |key: &str| match items.with_value(|items| items.get(key).cloned()) {
        Some(item) => {
            let place = Place { pane, roving, day: key.ends_with('^') };
            listed(ctx, item, key, place)
        }
        None => many([]),
    };
    let note = move || match status.get() {
        Status::Blank => None,
        Status::Loading => Some(el("div", "skeleton").with(ghosts())),
        Status::Failed(why) => {
            let again = move || {
                if let Some(list) = what.get_untracked() {
                    shelf.clear();
                    shelf.ask(list, None);
                }
            };
            let button = el("button", "soft small").attr("type", "button").text("Try again");
            let text = el("span", "").text(&why);
            let wrong = el("p", "list-error").attr("role", "alert").with(icon(icon::ALERT));
            Some(wrong.with(text).with(button.on_click(again)))
        }
        Status::Senseless(why) => {
            let hint = el("p", "list-error hint").attr("role", "alert").with(icon(icon::ALERT));
            Some(hint.with(el("span", "").text(&why)))
        }
        Status::Here => keys.with(Vec::is_empty).then(|| {
            el("section", "list-empty")
                .attr("role", "status")
                .with(icon(nothing.icon))
                .with(el("h3", "").text(nothing.title))
                .with(el("p", "").text(nothing.hint))
        }),
    };
    let more = move || {
        let from = before.get()?;
        let button = el("button", "soft small more").attr("type", "button").text("Show more");
        Some(button.on_click(move || {
            if let Some(list) = what.get_untracked() {
                shelf.ask(list, Some(from));
            }
        }))
    };
    let list = el("ul", "list")
        .on_key(|event| arrow_keys(&event))
        .on("focusin", move |event| {
            if let Some(key) = dom::nearest(event.target(), "data-listed") {
                at.set(key);
            }
        })
        .each(move || keys.get(), item);
    el("div", "list-box")
        .live_bool("aria-busy", move || status.get() == Status::Loading)
        .live(note)
        .with(list)
        .live(more)
}

fn arrow_keys(event: &KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "Home" => -10_000,
        "End" => 10_000,
        _ => return,
    };
    if dom::focus_step(CARDS, step) {
        event.prevent_default();
    }
}

/// Goes from what stands over a list into it.
pub fn enter(event: &KeyboardEvent) {
    if event.key() == "ArrowDown" && dom::focus(&[CARDS, "[tabindex=\"0\"]"].concat()) {
        event.prevent_default();
    }
}

fn heading(text: &str) -> El {
    el("h2", "").attr("data-begin", "").on_key(|event| enter(&event)).text(text)
}

/// What is pinned in a channel.
pub fn pins(ctx: Ctx, channel: ChannelId) -> El {
    const NOTHING: Nothing = Nothing {
        icon: icon::PIN,
        title: "Nothing is pinned yet",
        hint: "Pin what everybody here should find again: decisions, addresses, house rules. The pin is among the actions of each message.",
    };
    let what = memo(move || Some(List::Pins(channel)));
    let (shelf, list) = list(ctx, Pane::Pins, what, |listed| listed.pins, &NOTHING);
    let count = move || match shelf.count() {
        0 => String::new(),
        count => count.to_string(),
    };
    let heading = heading("Pinned ").with(el("small", "").words(count));
    frame(ctx, "Pinned messages", heading, None).with(el("div", "pane lists").with(list))
}

/// What the user remembers.
pub fn bookmarks(ctx: Ctx) -> El {
    const NOTHING: Nothing = Nothing {
        icon: icon::BOOKMARK,
        title: "No bookmarks yet",
        hint: "Bookmark a message to come back to it later, from any device. Nobody else sees it.",
    };
    let what = memo(move || Some(List::Bookmarks));
    let (_, list) = list(ctx, Pane::Bookmarks, what, |listed| listed.bookmarks, &NOTHING);
    frame(ctx, "Bookmarks", heading("Bookmarks"), None).with(el("div", "pane lists").with(list))
}

/// The threads that the user follows.
pub fn threads(ctx: Ctx) -> El {
    const NOTHING: Nothing = Nothing {
        icon: icon::THREAD,
        title: "You follow no threads yet",
        hint: "Threads that you begin, write in or are mentioned in gather here, with what is new in them.",
    };
    let what = memo(move || Some(List::Threads));
    let (_, list) = list(ctx, Pane::Threads, what, |listed| listed.threads, &NOTHING);
    frame(ctx, "Threads", heading("Threads"), None).with(el("div", "pane lists").with(list))
}
