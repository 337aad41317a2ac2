//! Where people write: in a channel, or in one of its threads. The box is cleared only once the
//! outbox holds the text, or the command is done.

pub mod commands;
pub mod completion;
mod drop;
mod marks;
mod offers;
mod replying;
mod tiles;

use super::icon::{self, icon, icon_button};
use crate::browser::element::{El, el, memo, watch};
use crate::browser::{area, dom, files, page};
use crate::commands::messages::{self, Parts};
use crate::commands::{Ctx, emoji, reading, slash, uploads};
use crate::state::Where;
use crate::state::commands::{Meaning, parse};
use completion::Completion;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use shared::UploadId;
use shared::limits::MESSAGE_MAX_BYTES;

/// Bytes before the limit at which it is named.
const NEAR_BYTES: usize = 2_000;

/// Whether this press of a key sends: Enter, but never while an input method composes, when Enter
/// only takes the proposed word.
pub fn sends(key: &str, code: u32, composing: bool, shift: bool, ctrl: bool) -> bool {
    key == "Enter" && !composing && code != 229 && (!shift || ctrl)
}

/// What a composer is made of, for its parts. A handle: copying it copies nothing.
#[derive(Clone, Copy)]
struct Writing {
    ctx: Ctx,
    at: Where,
    /// The text in bytes.
    bytes: RwSignal<usize>,
    /// Whether there is nothing but blanks.
    blank: RwSignal<bool>,
    /// Why it could not be sent, until something else is typed.
    wrong: RwSignal<Option<String>>,
    /// Whether a message of a thread is shown in the channel, too.
    also: RwSignal<bool>,
    /// Whether a command is being done.
    busy: RwSignal<bool>,
    typed_at: StoredValue<u64>,
}

impl Writing {
    /// The id of a part: of a thread's composer it ends differently, since both can be shown.
    fn id(self, part: &str) -> String {
        [part, if self.at.1.is_some() { "-thread" } else { "" }].concat()
    }

    fn area(self) -> String {
        self.id("composer")
    }

    fn focus(self) {
        dom::focus(&["#", &self.area()].concat());
    }

    fn measure(self, text: &str) {
        let _ = self.bytes.try_set(text.len());
        let _ = self.blank.try_set(text.trim().is_empty());
    }

    fn fill(self, text: &str) {
        dom::set_value(&self.area(), text);
        self.measure(text);
    }

    fn is_over(self) -> bool {
        self.bytes.get() > MESSAGE_MAX_BYTES
    }

    /// Why it can't be sent now, watched; nothing when it can.
    fn held(self) -> Option<&'static str> {
        self.ctx.store.uploads.track();
        self.ready().err()
    }

    fn ready(self) -> Result<Vec<UploadId>, &'static str> {
        self.ctx.store.read(|state| Some(state.uploads.ready(self.at))).unwrap_or(Ok(Vec::new()))
    }

    fn add(self, files: Vec<files::File>) {
        if !files.is_empty() {
            self.wrong.set(uploads::add(self.ctx, self.at, files));
            self.focus();
        }
    }

    fn send(self) {
        let text = dom::value(&self.area());
        let meant = parse(&text);
        match (meant, self.ready()) {
            (Err(why), _) => self.wrong.set(Some(why)),
            (Ok(Meaning::Text(text)), Ok(files)) => self.post(&text, false, files),
            (Ok(Meaning::Action(text)), Ok(files)) => self.post(&text, true, files),
            (Ok(Meaning::Text(_) | Meaning::Action(_)), Err(why)) => {
                self.wrong.set(Some(why.to_owned()));
            }
            (Ok(command), _) => self.run(command),
        }
        self.focus();
    }

    fn post(self, text: &str, action: bool, attachment_ids: Vec<UploadId>) {
        let also_in_channel = self.at.1.is_some() && self.also.get_untracked();
        let parts = Parts { also_in_channel, action, attachment_ids };
        if messages::send(self.ctx, self.at, text, parts) {
            uploads::take(self.ctx, self.at);
            self.cleared();
        }
    }

    fn cleared(self) {
        self.fill("");
        let _ = self.wrong.try_set(None);
        let _ = self.also.try_set(false);
        let _ = self.typed_at.try_set_value(0);
    }

    fn run(self, command: Meaning) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let before = dom::value(&self.area());
        spawn_local(async move {
            let done = slash::run(self.ctx, self.at.0, command).await;
            let _ = self.busy.try_set(false);
            match done {
                Err(why) => {
                    let _ = self.wrong.try_set(Some(why));
                }
                // What was typed meanwhile stays.
                Ok(())
                    if self.busy.try_get_untracked().is_some()
                        && dom::value(&self.area()) == before =>
                {
                    self.cleared();
                    messages::save_draft(self.ctx, self.at, String::new());
                }
                Ok(()) => {}
            }
        });
    }

    fn pressed(self, event: &KeyboardEvent, completion: Completion) {
        if completion.pressed(event) {
            return;
        }
        let ctrl = event.ctrl_key() || event.meta_key();
        let key = event.key();
        let composing = event.is_composing() || event.key_code() == 229;
        let ctx = self.ctx;
        if sends(&key, event.key_code(), composing, event.shift_key(), ctrl) {
            event.prevent_default();
            self.send();
        } else if composing {
            // The input method's own keys.
        } else if ctrl && !event.alt_key() && marks::mark(&self.area(), &key, event.shift_key()) {
            event.prevent_default();
        } else if key == "ArrowUp" && !event.alt_key() && dom::value(&self.area()).is_empty() {
            if messages::edit_last(ctx, self.at) {
                event.prevent_default();
            }
        } else if key == "Escape" && self.at.1.is_none() {
            if self.wrong.get_untracked().is_some() {
                self.wrong.set(None);
            } else if ctx.ui.reply.get_untracked().is_some() {
                messages::reply(ctx, self.at.0, None);
            } else {
                reading::mark_all(ctx, self.at.0);
            }
            event.stop_propagation();
        }
    }

    fn typed(self, event: &leptos::ev::Event, completion: Completion) {
        let text = dom::event_value(event);
        self.measure(&text);
        self.wrong.set(None);
        dom::autogrow(&self.area());
        // Threads have no line that tells who types, and a command is no message.
        if !text.is_empty() && self.at.1.is_none() && !text.starts_with('/') {
            messages::typing(self.ctx, self.at.0, self.typed_at);
        }
        messages::save_draft(self.ctx, self.at, text);
        completion.typed(event);
    }
}

/// The composer of a channel, or of the thread that this message begins. Its parts have ids:
/// `composer`, `send`, `attach` …, and `composer-thread` … for a thread's.
pub fn composer(ctx: Ctx, at: Where) -> El {
    let this = Writing {
        ctx,
        at,
        bytes: RwSignal::new(0),
        blank: RwSignal::new(true),
        wrong: RwSignal::new(None),
        also: RwSignal::new(false),
        busy: RwSignal::new(false),
        typed_at: StoredValue::new(0),
    };
    let title = memo(move || {
        ctx.store.channels.track();
        ctx.store.people.track();
        ctx.store.read(|state| state.title(at.0))
    });
    let label = memo(move || match at.1 {
        Some(_) => "Reply in the thread".to_owned(),
        None => ["Message ", &title.get()].concat(),
    });
    let label = move || Some(label.get());
    let draft = ctx.store.read(|state| state.drafts.get(&at).map(|draft| draft.text.clone()));
    spawn_local(async move {
        tick().await;
        if let Some(text) = draft {
            this.fill(&text);
        }
        if !page::is_touch() && !dom::is_dialog_open() {
            this.focus();
        }
    });
    watch(move || {
        if let Some((place, text)) = ctx.ui.compose.get().filter(|(place, _)| *place == at) {
            this.fill(&text);
            messages::save_draft(ctx, place, text);
            ctx.ui.compose.set(None);
            this.focus();
        }
    });
    let completion = Completion::new(ctx, at, &this.area(), true);
    let invalid = move || this.is_over() || this.wrong.with(Option::is_some);
    let area = el("textarea", "")
        .id(&this.area())
        .attr("rows", "1")
        .live_attr("placeholder", label)
        .live_attr("aria-label", label)
        .attr("enterkeyhint", "send")
        .live_flag("aria-invalid", invalid)
        .live_attr("aria-describedby", move || {
            let part =
                if this.wrong.with(Option::is_some) { "composer-error" } else { "composer-limit" };
            invalid().then(|| this.id(part))
        })
        .on("input", move |event| this.typed(&event, completion))
        .on("paste", move |event| {
            let pasted = files::pasted(&event);
            if !pasted.is_empty() {
                event.prevent_default();
                this.add(pasted);
            }
        })
        .on_key(move |event| this.pressed(&event, completion));
    let area = completion.of(area);
    let why = move || this.held().map(str::to_owned);
    let send = el("button", "send")
        .id(&this.id("send"))
        .attr("aria-label", "Send")
        .live_attr("title", why)
        .live_flag("disabled", move || {
            ctx.store.uploads.track();
            let files = ctx.store.read(|state| state.uploads.of(at).next().is_some());
            this.blank.get() && !files || this.is_over() || this.held().is_some() || this.busy.get()
        })
        // A press must not take the keyboard, and with it a phone's own, away from the box.
        .on("pointerdown", |event| event.prevent_default())
        .with(icon(icon::SEND));
    let inside = el("div", "box")
        .with(completion.list())
        .with(tiles::tiles(ctx, at))
        .with(attach(this))
        .with(area)
        .with(smile(this))
        .with(send)
        .live(move || line(this));
    let submit = move |event: leptos::ev::Event| {
        event.prevent_default();
        this.send();
    };
    el("form", "composer")
        .live_attr("aria-label", label)
        .on("submit", submit)
        .live(move || at.1.is_none().then(|| replying::replying(ctx, at.0)).flatten())
        .with(inside)
        .with_if(at.1.is_some().then(|| also(this, title)))
        .live(drop::zone(this, title))
}

/// The line below the text: what is wrong, or how much more fits.
fn line(this: Writing) -> Option<El> {
    if let Some(why) = this.wrong.get() {
        let line = el("small", "limit").id(&this.id("composer-error")).attr("role", "alert");
        return Some(line.text(&why));
    }
    let bytes = this.bytes.get();
    let text = match MESSAGE_MAX_BYTES.checked_sub(bytes) {
        None => [&(bytes - MESSAGE_MAX_BYTES).to_string(), " bytes too long"].concat(),
        Some(left) if left < NEAR_BYTES => [&left.to_string(), " bytes left"].concat(),
        Some(_) => return None,
    };
    Some(el("small", "limit").id(&this.id("composer-limit")).text(&text))
}

/// The button that opens the browser's choice of files, and the field behind it.
fn attach(this: Writing) -> El {
    let field = this.id("files");
    let input = el("input", "")
        .id(&field)
        .attr("type", "file")
        .attr("multiple", "")
        .attr("hidden", "")
        .attr("aria-label", "Files")
        .attr("tabindex", "-1")
        .on("change", move |event| this.add(files::chosen(&event)));
    let button = icon_button("icon", icon::CLIP, "Attach files", move || files::choose(&field));
    el("span", "attach").with(button.id(&this.id("attach"))).with(input)
}

/// The button that opens the choice of emoji.
fn smile(this: Writing) -> El {
    let id = this.id("emoji-open");
    let anchor = ["#", &id].concat();
    let open = move || {
        let place = area::selection(&this.area());
        emoji::choose(this.ctx, &anchor, move |emoji| {
            let at = place.unwrap_or_default();
            area::replace(&this.area(), at.0, at.1, emoji);
        });
    };
    icon_button("icon", icon::SMILE, "Emoji", open).id(&id).attr("aria-haspopup", "dialog")
}

/// The tick that shows a message of a thread in the channel, too.
fn also(this: Writing, title: Memo<String>) -> El {
    let tick = el("input", "")
        .attr("type", "checkbox")
        .attr("name", "also")
        .live_prop("checked", move || this.also.get())
        .on("change", move |event| this.also.set(dom::event_checked(&event)));
    let words = move || ["Also send to ", &title.get()].concat();
    el("label", "pick also").with(tick).with(el("span", "").words(words))
}
