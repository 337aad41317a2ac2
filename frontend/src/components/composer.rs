//! Where people write. The box is cleared only once the outbox holds the text.

use super::avatar::name;
use super::icon::{self, icon};
use crate::browser::{dom, page};
use crate::commands::{Ctx, messages, reading};
use crate::state::rows::excerpt;
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

/// The composer of a channel.
#[component]
pub fn Composer(
    /// Which channel.
    channel: ChannelId,
) -> impl IntoView {
    let ctx = Ctx::get();
    let bytes = RwSignal::new(0_usize);
    let blank = RwSignal::new(true);
    let typed_at = StoredValue::new(0_u64);
    let measure = move |text: &str| {
        let _ = bytes.try_set(text.len());
        let _ = blank.try_set(text.trim().is_empty());
    };
    let label = Memo::new(move |_| {
        ctx.store.channels.track();
        ctx.store.people.track();
        ["Message ", &ctx.store.read(|state| state.title(channel))].concat()
    });
    let draft = ctx.store.read(|state| state.drafts.get(&channel).map(|d| d.text.clone()));
    spawn_local(async move {
        tick().await;
        if let Some(text) = draft {
            dom::set_value("composer", &text);
            measure(&text);
        }
        if !page::is_touch() && !dom::is_dialog_open() {
            dom::focus("#composer");
        }
    });
    Effect::new(move |_| {
        if let Some(text) = ctx.ui.compose.get() {
            dom::set_value("composer", &text);
            measure(&text);
            messages::save_draft(ctx, channel, text);
            ctx.ui.compose.set(None);
            dom::focus("#composer");
        }
    });
    let send = move || {
        let text = dom::value("composer");
        if messages::send(ctx, channel, &text) {
            dom::set_value("composer", "");
            measure("");
            typed_at.set_value(0);
        }
        dom::focus("#composer");
    };
    let typed = move |event: leptos::ev::Event| {
        let text = dom::event_value(&event);
        measure(&text);
        dom::autogrow("composer");
        if !text.is_empty() {
            messages::typing(ctx, channel, typed_at);
        }
        messages::save_draft(ctx, channel, text);
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
        } else if key == "ArrowUp" && dom::value("composer").is_empty() {
            if messages::edit_last(ctx, channel) {
                event.prevent_default();
            }
        } else if key == "Escape" {
            if ctx.ui.reply.get_untracked().is_some() {
                messages::reply(ctx, channel, None);
            } else {
                reading::mark_all(ctx, channel);
            }
            event.stop_propagation();
        }
    };
    let over = Memo::new(move |_| bytes.get() > MESSAGE_MAX_BYTES);
    let limit = move || {
        let bytes = bytes.get();
        let text = match MESSAGE_MAX_BYTES.checked_sub(bytes) {
            None => [&(bytes - MESSAGE_MAX_BYTES).to_string(), " bytes too long"].concat(),
            Some(left) if left < NEAR_BYTES => [&left.to_string(), " bytes left"].concat(),
            Some(_) => return None,
        };
        Some(view! { <small class="limit" id="composer-limit">{text}</small> })
    };
    view! {
        <form
            class="composer"
            aria-label=move || label.get()
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            {replying(ctx, channel)}
            <div class="box">
                <textarea
                    id="composer"
                    rows="1"
                    placeholder=move || label.get()
                    aria-label=move || label.get()
                    enterkeyhint="send"
                    aria-invalid=move || over.get().then_some("true")
                    aria-describedby=move || over.get().then_some("composer-limit")
                    on:input=typed
                    on:keydown=pressed
                ></textarea>
                {limit}
                <button
                    class="send"
                    id="send"
                    aria-label="Send"
                    disabled=move || blank.get() || over.get()
                    on:pointerdown=|event| event.prevent_default()
                >
                    {icon(icon::SEND)}
                </button>
            </div>
        </form>
    }
}

/// The strip above the box: which message is answered.
fn replying(ctx: Ctx, channel: ChannelId) -> impl Fn() -> Option<AnyView> {
    move || {
        let message = ctx.ui.reply.get()?;
        let (author, text) = ctx.store.read(|state| {
            let room = state.rooms.get(&channel)?;
            let message = room.timeline.message(message)?;
            Some((message.user_id, excerpt(&message.message)))
        })?;
        let strip = view! {
            <p class="replying">
                {icon(icon::REPLY)}
                <span>
                    "Replying to " <b>{move || name(ctx, author)}</b> " " <q>{text}</q>
                </span>
                <button
                    type="button"
                    class="icon small"
                    id="reply-cancel"
                    aria-label="Do not reply"
                    on:click=move |_| messages::reply(ctx, channel, None)
                >
                    {icon(icon::CLOSE)}
                </button>
            </p>
        };
        Some(strip.into_any())
    }
}
