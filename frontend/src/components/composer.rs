//! Where people write. The box is cleared only once the outbox holds the text.

use super::avatar::name;
use super::icon::{self, icon, icon_button};
use crate::browser::element::{El, el, memo, watch};
use crate::browser::{dom, page};
use crate::commands::messages::{self, Parts};
use crate::commands::{Ctx, reading};
use crate::state::Where;
use crate::state::text::excerpt;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use shared::ChannelId;
use shared::limits::MESSAGE_MAX_BYTES;

/// Bytes before the limit at which it is named.
const NEAR_BYTES: usize = 2_000;

/// Whether this press of a key sends: Enter, but never while an input method composes, when Enter
/// only takes the proposed word.
pub fn sends(key: &str, code: u32, composing: bool, shift: bool, ctrl: bool) -> bool {
    key == "Enter" && !composing && code != 229 && (!shift || ctrl)
}

/// The composer of a channel, or of the thread beside it.
pub fn composer(ctx: Ctx, at: Where) -> El {
    let (channel, thread) = at;
    let (area_id, send_id) = match thread {
        Some(_) => ("thread-composer", "thread-send"),
        None => ("composer", "send"),
    };
    let area = ["#", area_id].concat();
    let bytes = RwSignal::new(0_usize);
    let blank = RwSignal::new(true);
    let typed_at = StoredValue::new(0_u64);
    let measure = move |text: &str| {
        let _ = bytes.try_set(text.len());
        let _ = blank.try_set(text.trim().is_empty());
    };
    let label = memo(move || {
        ctx.store.channels.track();
        ctx.store.people.track();
        let title = ctx.store.read(|state| state.title(channel));
        [if thread.is_some() { "Reply in the thread in " } else { "Message " }, &title].concat()
    });
    let label = move || Some(label.get());
    let draft = ctx.store.read(|state| state.drafts.get(&at).map(|d| d.text.clone()));
    let focus = move || dom::focus(&area);
    let first = focus.clone();
    spawn_local(async move {
        tick().await;
        if let Some(text) = draft {
            dom::set_value(area_id, &text);
            measure(&text);
        }
        if !page::is_touch() && !dom::is_dialog_open() {
            first();
        }
    });
    let again = focus.clone();
    watch(move || {
        if let Some((_, text)) = ctx.ui.compose.get().filter(|(to, _)| *to == at) {
            dom::set_value(area_id, &text);
            measure(&text);
            messages::save_draft(ctx, at, text);
            ctx.ui.compose.set(None);
            again();
        }
    });
    let send = move || {
        let text = dom::value(area_id);
        let also_in_channel = thread.is_some() && ctx.ui.also.get_untracked();
        if messages::send(ctx, at, &text, Parts { also_in_channel, ..Parts::default() }) {
            dom::set_value(area_id, "");
            measure("");
            typed_at.set_value(0);
            ctx.ui.also.set(false);
        }
        focus();
    };
    let sent = send.clone();
    let typed = move |event: leptos::ev::Event| {
        let text = dom::event_value(&event);
        measure(&text);
        dom::autogrow(area_id);
        // Typing is told of channels alone.
        if !text.is_empty() && thread.is_none() {
            messages::typing(ctx, channel, typed_at);
        }
        messages::save_draft(ctx, at, text);
    };
    let pressed = move |event: KeyboardEvent| {
        let ctrl = event.ctrl_key() || event.meta_key();
        let key = event.key();
        let composing = event.is_composing();
        if sends(&key, event.key_code(), composing, event.shift_key(), ctrl) {
            event.prevent_default();
            send();
        } else if composing {
            // The input method's own keys.
        } else if key == "ArrowUp" && !event.alt_key() && dom::value(area_id).is_empty() {
            if messages::edit_last(ctx, at) {
                event.prevent_default();
            }
        } else if key == "Escape" && thread.is_none() {
            if ctx.ui.reply.get_untracked().is_some() {
                messages::reply(ctx, channel, None);
            } else {
                reading::mark_all(ctx, channel);
            }
            event.stop_propagation();
        }
    };
    let over = move || bytes.get() > MESSAGE_MAX_BYTES;
    let limit = move || {
        let bytes = bytes.get();
        let text = match MESSAGE_MAX_BYTES.checked_sub(bytes) {
            None => [&(bytes - MESSAGE_MAX_BYTES).to_string(), " bytes too long"].concat(),
            Some(left) if left < NEAR_BYTES => [&left.to_string(), " bytes left"].concat(),
            Some(_) => return None,
        };
        Some(el("small", "limit").id(limit_id(thread.is_some())).text(&text))
    };
    let area = el("textarea", "")
        .id(area_id)
        .attr("rows", "1")
        .live_attr("placeholder", label)
        .live_attr("aria-label", label)
        .attr("enterkeyhint", "send")
        .live_flag("aria-invalid", over)
        .live_attr("aria-describedby", move || {
            over().then(|| limit_id(thread.is_some()).to_owned())
        })
        .attr_if("data-begin", thread.map(|_| ""))
        .on("input", typed)
        .on_key(pressed);
    let button = el("button", "send")
        .id(send_id)
        .attr("aria-label", "Send")
        .live_flag("disabled", move || blank.get() || over())
        // A press must not take the keyboard, and with it a phone's own, away from the box.
        .on("pointerdown", |event| event.prevent_default())
        .with(icon(icon::SEND));
    let submit = move |event: leptos::ev::Event| {
        event.prevent_default();
        sent();
    };
    el("form", "composer")
        .live_attr("aria-label", label)
        .on("submit", submit)
        .live(move || if thread.is_none() { replying(ctx, channel) } else { None })
        .with(el("div", "box").with(area).live(limit).with(button))
}

fn limit_id(thread: bool) -> &'static str {
    if thread { "thread-limit" } else { "composer-limit" }
}

/// The strip above the box: which message is answered.
fn replying(ctx: Ctx, channel: ChannelId) -> Option<El> {
    let message = ctx.ui.reply.get()?;
    let (author, text) = ctx.store.read(|state| {
        let room = state.rooms.get(&channel)?;
        let message = room.timeline.message(message)?;
        Some((message.user_id, excerpt(&message.message)))
    })?;
    let to = el("span", "")
        .text("Replying to ")
        .with(el("b", "").words(move || name(ctx, author)))
        .text(" ")
        .with(el("q", "").text(&text));
    let cancel = move || messages::reply(ctx, channel, None);
    let cancel = icon_button("icon small", icon::CLOSE, "Do not reply", cancel).id("reply-cancel");
    Some(el("p", "replying").with(icon(icon::REPLY)).with(to).with(cancel))
}
