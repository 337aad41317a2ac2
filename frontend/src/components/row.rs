//! One row of the feed. It is made once for its key and then only changes: what confirms, edits or
//! reacts sets its signal, and never makes it anew.

use super::avatar::{avatar, name};
use super::icon::{self, icon};
use super::reactions;
use crate::browser::{clock, dom, page};
use crate::commands::{Ctx, channels, messages, reading};
use crate::state::look::hue;
use crate::state::rows::{Row, RowState, is_jumbo};
use gloo_timers::callback::Timeout;
use leptos::ev::{FocusEvent, KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use shared::ChannelId;

/// Milliseconds after which a press on touch opens the toolbar.
const LONG_PRESS_MS: u32 = 450;

/// What stands in the row's body.
#[derive(Clone, Copy, PartialEq)]
enum Body {
    Text,
    Deleted,
    Editor,
}

/// A row with what stands before it: the day, the "New" line.
pub fn row_view(
    ctx: Ctx,
    channel: ChannelId,
    row: RwSignal<Row>,
    roving: Memo<Option<String>>,
) -> AnyView {
    let (key, author, own) = row.with_untracked(|row| (row.key.clone(), row.author, row.own));
    let day = Memo::new(move |_| row.with(|row| row.day.then_some(row.at)));
    let new = Memo::new(move |_| row.with(|row| row.new));
    let head = Memo::new(move |_| row.with(|row| row.head));
    let at = Memo::new(move |_| row.with(|row| row.at));
    let open = Memo::new({
        let key = key.clone();
        move |_| ctx.ui.tools.with(|tools| tools.as_ref().is_some_and(|(at, _)| *at == key))
    });
    let body = Memo::new({
        let key = key.clone();
        move |_| match row.with(|row| row.deleted) {
            true => Body::Deleted,
            false if ctx.ui.editing.with(|at| at.as_ref() == Some(&key)) => Body::Editor,
            false => Body::Text,
        }
    });
    let highlighted = Memo::new(move |_| {
        let seq = ctx.ui.highlight.get();
        seq.is_some() && row.with(|row| row.seq) == seq
    });
    let near = RwSignal::new(false);
    let focused = RwSignal::new(false);
    // A memo: made anew on each change of the row, the toolbar would lose the keyboard that is in it.
    let shown = Memo::new(move |_| {
        (near.get() || focused.get() || open.get())
            && body.get() == Body::Text
            && row.with(|row| row.message_id.is_some())
    });
    let tools = move || shown.get().then(|| toolbar(ctx, channel, row));
    let day_line = move || {
        day.get().map(|at| {
            view! { <p class="day" role="separator"><span>{clock::day(at)}</span></p> }
        })
    };
    let new_line =
        move || new.get().then(|| view! { <p class="new" role="separator"><span>"New"</span></p> });
    let (author_id, time_id) = (["a-", &key].concat(), ["t-", &key].concat());
    let labelled = [&author_id, " ", &time_id].concat();
    let top = {
        let (author_id, time_id) = (author_id.clone(), time_id.clone());
        move || heading(ctx, head.get(), author, at, &author_id, &time_id)
    };
    let side = move || {
        if head.get() {
            avatar(ctx, author, false, "")
        } else {
            time_view("aside", time_id.clone(), at)
        }
    };
    let mention = move || row.with(|row| row.mention);
    let press = StoredValue::new_local(None::<Timeout>);
    let release = move |_: PointerEvent| press.set_value(None);
    let pressed = {
        let key = key.clone();
        move |event: PointerEvent| {
            if event.pointer_type() != "mouse" {
                let key = key.clone();
                let held = Timeout::new(LONG_PRESS_MS, move || {
                    let _ = ctx.ui.tools.try_set(Some((key, false)));
                });
                press.set_value(Some(held));
            }
        }
    };
    let focus_in = {
        let key = key.clone();
        move |_: FocusEvent| {
            focused.set(true);
            if ctx.ui.row.with_untracked(|row| row.as_ref() != Some(&key)) {
                ctx.ui.row.set(Some(key.clone()));
            }
        }
    };
    let focus_out = {
        let key = key.clone();
        move |event: FocusEvent| {
            let to = dom::nearest(event.related_target(), "data-key");
            focused.set(to.as_ref() == Some(&key));
        }
    };
    let tab = {
        let key = key.clone();
        move || if roving.with(|at| at.as_ref() == Some(&key)) { "0" } else { "-1" }
    };
    view! {
        {day_line}
        {new_line}
        <article
            class=hue(&author.to_string())
            class:head=move || head.get()
            class:own=own
            class:mention=mention
            class:editing=move || body.get() == Body::Editor
            class:highlight=move || highlighted.get()
            data-key=key
            data-message-id=move || row.with(|row| row.message_id.map(|id| id.to_string()))
            data-seq=move || row.with(|row| row.seq.map(|seq| seq.to_string()))
            data-nonce=move || row.with(|row| row.nonce.clone())
            data-state=move || row.with(|row| row.state.word())
            data-tools=move || open.get().then_some("open")
            tabindex=tab
            aria-labelledby=labelled
            aria-posinset=move || row.with(|row| row.seq.map(|seq| seq.to_string()))
            aria-setsize="-1"
            on:pointerenter=move |event| near.set(event.pointer_type() == "mouse")
            on:pointerleave=move |_| near.set(false)
            on:pointerdown=pressed
            on:pointerup=release
            on:pointermove=release
            on:pointercancel=release
            on:focusin=focus_in
            on:focusout=focus_out
        >
            {side}
            <div class="body">
                {top}
                {quote(ctx, channel, row)}
                {move || body_view(ctx, channel, row, body.get())}
                {reactions::chips(ctx, channel, row)}
                {send_state(ctx, row)}
            </div>
            {tools}
        </article>
    }
    .into_any()
}

fn time_view(class: &'static str, id: String, at: Memo<shared::Timestamp>) -> AnyView {
    view! {
        <time
            class=class
            id=id
            datetime=move || at.get().to_rfc3339()
            title=move || clock::full(at.get())
        >
            {move || if class.is_empty() { clock::time(at.get()) } else { clock::short_time(at.get()) }}
        </time>
    }
    .into_any()
}

fn heading(
    ctx: Ctx,
    head: bool,
    author: shared::UserId,
    at: Memo<shared::Timestamp>,
    author_id: &str,
    time_id: &str,
) -> AnyView {
    let id = author_id.to_owned();
    if !head {
        let name = move || name(ctx, author);
        return view! { <span class="visually-hidden" id=id>{name}</span> }.into_any();
    }
    let class = ["name ", hue(&author.to_string())].concat();
    view! {
        <h3>
            <button
                type="button"
                class=class
                id=id
                tabindex="-1"
                title="Message this person"
                on:click=move |_| channels::direct(ctx, author)
            >
                {move || name(ctx, author)}
            </button>
            {time_view("", time_id.to_owned(), at)}
        </h3>
    }
    .into_any()
}

fn quote(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> impl Fn() -> Option<AnyView> {
    let quote = Memo::new(move |_| row.with(|row| row.quote.clone().filter(|_| !row.deleted)));
    move || {
        let (seq, author, text) = match quote.get()?.known {
            Some(known) => known,
            None => {
                let text = "An earlier message";
                return Some(view! { <blockquote class="quote">{text}</blockquote> }.into_any());
            }
        };
        let href = [&shared::paths::channel_page(channel), "/", &seq.to_string()].concat();
        let clicked = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            event.stop_propagation();
            reading::show(ctx, channel, seq);
        };
        let quoted = view! {
            <blockquote class="quote">
                <a href=href on:click=clicked>
                    <b>{move || name(ctx, author)}</b>
                    " "
                    {text}
                </a>
            </blockquote>
        };
        Some(quoted.into_any())
    }
}

fn body_view(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>, body: Body) -> AnyView {
    match body {
        Body::Deleted => view! { <p class="deleted">"This message was deleted"</p> }.into_any(),
        Body::Editor => editor(ctx, channel, row),
        Body::Text => {
            let text = Memo::new(move |_| row.with(|row| row.text.clone()));
            let edited = move || {
                row.with(|row| row.edited).map(|at| {
                    let title = ["Edited ", &clock::full(at)].concat();
                    view! { <small class="edited" title=title>"edited"</small> }
                })
            };
            view! {
                <div class="text" class:jumbo=move || text.with(|text| is_jumbo(text))>
                    {move || text.get()}
                </div>
                {edited}
            }
            .into_any()
        }
    }
}

fn editor(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> AnyView {
    let text = row.with_untracked(|row| row.text.clone());
    let (lines, begin) = (text.lines().count().min(12).to_string(), text);
    let save = move || {
        let text = dom::value("edit-text");
        row.with_untracked(|row| messages::save_edit(ctx, channel, row, &text));
    };
    let keys = move |event: KeyboardEvent| {
        event.stop_propagation();
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        match event.key().as_str() {
            "Enter" if !event.shift_key() => {
                event.prevent_default();
                save();
            }
            "Escape" => {
                event.prevent_default();
                messages::end_edit(ctx);
            }
            _ => {}
        }
    };
    leptos::task::spawn_local(async move {
        leptos::task::tick().await;
        dom::set_value("edit-text", &begin);
        dom::focus("#edit-text");
    });
    view! {
        <form
            class="edit"
            aria-label="Edit message"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <textarea
                name="edit"
                id="edit-text"
                rows=lines
                aria-label="Edit message"
                on:keydown=keys
                on:input=move |_| dom::autogrow("edit-text")
            ></textarea>
            <p class="edit-foot">
                <span><kbd>"Esc"</kbd> " cancels, " <kbd>"Enter"</kbd> " saves"</span>
                <button
                    type="button"
                    class="quiet"
                    on:click=move |_| messages::end_edit(ctx)
                >
                    "Cancel"
                </button>
                <button class="primary small">"Save"</button>
            </p>
        </form>
    }
    .into_any()
}

fn send_state(ctx: Ctx, row: RwSignal<Row>) -> impl Fn() -> Option<AnyView> {
    let state = Memo::new(move |_| row.with(|row| row.state.clone()));
    let act = move |action: fn(Ctx, &str)| {
        move |_: leptos::ev::MouseEvent| {
            if let Some(nonce) = row.with_untracked(|row| row.nonce.clone()) {
                action(ctx, &nonce);
            }
        }
    };
    move || match state.get() {
        RowState::Sent | RowState::Sending => None,
        RowState::Queued => Some(
            view! {
                <p class="state">
                    {icon(icon::CLOCK)}
                    "Waiting for the network. It will be sent by itself"
                </p>
            }
            .into_any(),
        ),
        RowState::Failed(why) => Some(
            view! {
                <p class="state failed" role="alert">
                    {icon(icon::ALERT)}
                    <span>"Not sent: " {why} "."</span>
                    <button type="button" data-action="retry" on:click=act(messages::retry)>
                        "Retry"
                    </button>
                    <button type="button" data-action="edit" on:click=act(messages::edit_unsent)>
                        "Edit"
                    </button>
                    <button
                        type="button"
                        data-action="discard"
                        on:click=act(|ctx, nonce| {
                            messages::discard(ctx, nonce);
                        })
                    >
                        "Discard"
                    </button>
                </p>
            }
            .into_any(),
        ),
    }
}

fn tool(action: &'static str, path: &'static str, label: &'static str) -> AnyView {
    view! {
        <button
            type="button"
            class="icon small"
            class:danger=action == "delete"
            data-action=action
            aria-label=label
            title=label
        >
            {icon(path)}
            <span class="label">{label}</span>
        </button>
    }
    .into_any()
}

/// The row's toolbar: there only while somebody points at the row or the keyboard is in it.
fn toolbar(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> AnyView {
    let key = row.with_untracked(|row| row.key.clone());
    let own = row.with_untracked(|row| row.own);
    let removable = own || ctx.store.read(|state| state.people.is_owner(state.me));
    let choosing = Memo::new({
        let key = key.clone();
        move |_| ctx.ui.tools.with(|t| t.as_ref().is_some_and(|(at, quick)| *at == key && *quick))
    });
    let expanded = move || if choosing.get() { "true" } else { "false" };
    let clicked = move |event: leptos::ev::MouseEvent| {
        let Some(action) = dom::nearest(event.target(), "data-action") else { return };
        row.with_untracked(|row| act(ctx, channel, row, &action));
    };
    view! {
        <div class="tools" role="toolbar" aria-label="Message actions" on:click=clicked>
            {move || choosing.get().then(|| reactions::choice(ctx, channel, row))}
            <button
                type="button"
                class="icon small"
                data-action="react"
                aria-label="React"
                title="React"
                aria-expanded=expanded
            >
                {icon(icon::SMILE)}
                <span class="label">"React"</span>
            </button>
            {tool("reply", icon::REPLY, "Reply")}
            {own.then(|| tool("edit", icon::EDIT, "Edit"))}
            {tool("copy-link", icon::LINK, "Copy link")}
            {removable.then(|| tool("delete", icon::TRASH, "Delete"))}
        </div>
    }
    .into_any()
}

/// Does what a button of the toolbar, or a key on the row, asks for.
pub fn act(ctx: Ctx, channel: ChannelId, row: &Row, action: &str) {
    let Some(message) = row.message_id.filter(|_| !row.deleted) else { return };
    match action {
        "react" => {
            let key = row.key.clone();
            let open = Some((key, true));
            let again = ctx.ui.tools.with_untracked(|tools| *tools == open);
            ctx.ui.tools.set(if again { None } else { open });
            if !again && !page::is_touch() {
                leptos::task::spawn_local(async {
                    leptos::task::tick().await;
                    dom::focus(".quick button");
                });
            }
        }
        "reply" => messages::reply(ctx, channel, Some(message)),
        "edit" => messages::begin_edit(ctx, row),
        "copy-link" => messages::copy_link(ctx, channel, row),
        "delete" => messages::confirm_delete(ctx, channel, message),
        "unread" => {
            if let Some(seq) = row.seq {
                reading::unread_from(ctx, channel, seq);
            }
        }
        _ => {}
    }
}
