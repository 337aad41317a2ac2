//! One row of the feed. It is made once for its key and then only changes: what confirms, edits or
//! reacts sets its signal, and never makes it anew. Pointers and keys on rows are the feed's.

use super::avatar::{avatar, name};
use super::icon::{self, icon};
use super::reactions;
use crate::browser::element::{El, el, many, memo};
use crate::browser::{clock, dom, page};
use crate::commands::{Ctx, channels, messages, reading};
use crate::state::rows::{Quote, Row, RowState};
use crate::state::text::is_jumbo;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use shared::look::hue;
use shared::{ChannelId, Timestamp, UserId, paths};

/// What the feed holds of a row: signals that outlive the row's own drawing.
#[derive(Clone)]
pub struct Handle {
    /// What the row shows.
    pub row: ArcRwSignal<Row>,
    /// Whether somebody points at it or the keyboard is in it.
    pub near: ArcRwSignal<bool>,
}

/// What stands in a row's body.
#[derive(Clone, PartialEq)]
struct Content {
    head: bool,
    at: Timestamp,
    quote: Option<Quote>,
    text: String,
    edited: Option<Timestamp>,
    deleted: bool,
    editing: bool,
    state: RowState,
}

/// A row with what stands before it: the day, the "New" line. `arrived`: it just came live.
pub fn row_view(
    ctx: Ctx,
    channel: ChannelId,
    handle: &Handle,
    roving: Memo<String>,
    arrived: bool,
) -> El {
    let row = RwSignal::from(handle.row.clone());
    let near = RwSignal::from(handle.near.clone());
    let (key, author, own) = row.with_untracked(|row| (row.key.clone(), row.author, row.own));
    let same = move |at: &Option<String>| row.with_untracked(|row| at.as_ref() == Some(&row.key));
    let day = memo(move || row.with(|row| row.day));
    let new = memo(move || row.with(|row| row.new));
    let head = memo(move || row.with(|row| row.head));
    let open = memo(move || {
        let tools = ctx.ui.tools.with(|tools| tools.as_ref().map(|(at, _)| at.clone()));
        same(&tools)
    });
    let content = memo(move || {
        let editing = ctx.ui.editing.with(same);
        row.with(|row| Content {
            head: row.head,
            at: row.at,
            quote: row.quote.clone(),
            text: row.text.clone(),
            edited: row.edited,
            deleted: row.deleted,
            editing: editing && !row.deleted,
            state: row.state.clone(),
        })
    });
    let editing = move || content.with(|content| content.editing);
    let tools = memo(move || {
        let shown = near.get() || open.get();
        let whole = content.with(|content| !content.deleted && !content.editing);
        shown && whole && row.with(|row| row.message_id.is_some())
    });
    let before = move || {
        // A feed holds articles alone: what stands between them is read, and is nothing of its own.
        let line = |class: &str, text: &str| {
            el("p", class).attr("role", "none").with(el("span", "").text(text))
        };
        let day = day.get().then(|| {
            let at = row.with_untracked(|row| row.at);
            line("day", &clock::day(at))
        });
        let new = new.get().then(|| line("new", "New"));
        Some(many(day.into_iter().chain(new)))
    };
    let (author_id, time_id) = (["a-", &key].concat(), ["t-", &key].concat());
    let labelled = [&author_id, " ", &time_id].concat();
    let ids = (author_id, time_id.clone());
    let side = move || {
        Some(if head.get() {
            avatar(ctx, author, false, "")
        } else {
            let at = row.with_untracked(|row| row.at);
            time_view("aside", &time_id, at, &clock::short_time(at))
        })
    };
    let tab = move || {
        let here = roving.with(|at| row.with_untracked(|row| row.key == *at));
        Some(if here { "0" } else { "-1" }.to_owned())
    };
    let seq = move || row.with(|row| row.seq.map(|seq| seq.to_string()));
    let body = el("div", "body")
        .live(move || Some(content.with(|content| body(ctx, channel, row, content, &ids))))
        .live(reactions::chips(ctx, channel, row));
    let mut class = hue(&author.to_string()).to_owned();
    if own {
        class.push_str(" own");
    }
    if arrived {
        class.push_str(" arrived");
    }
    let article = el("article", &class)
        .live_class("head", move || head.get())
        .live_class("mention", move || row.with(|row| row.mention))
        .live_class("editing", editing)
        .live_class("highlight", move || {
            let seq = ctx.ui.highlight.get();
            seq.is_some() && row.with(|row| row.seq) == seq
        })
        .attr("data-key", &key)
        .live_attr("data-message-id", move || row.with(|row| row.message_id.map(|m| m.to_string())))
        .live_attr("data-seq", seq)
        .live_attr("data-nonce", move || row.with(|row| row.nonce.clone()))
        .live_attr("data-state", move || row.with(|row| Some(row.state.word().to_owned())))
        .live_attr("data-tools", move || open.get().then(|| "open".to_owned()))
        .live_attr("tabindex", tab)
        .attr("aria-labelledby", &labelled)
        .live_attr("aria-posinset", seq)
        .attr("aria-setsize", "-1")
        .live(side)
        .with(body)
        .live(move || tools.get().then(|| toolbar(ctx, channel, row)));
    many([]).live(before).with(article)
}

fn time_view(class: &str, id: &str, at: Timestamp, text: &str) -> El {
    el("time", class)
        .id(id)
        .attr("datetime", &at.to_rfc3339())
        .attr("title", &clock::full(at))
        .text(text)
}

fn body(
    ctx: Ctx,
    channel: ChannelId,
    row: RwSignal<Row>,
    content: &Content,
    (author_id, time_id): &(String, String),
) -> El {
    let author = row.with_untracked(|row| row.author);
    let top = if content.head {
        heading(ctx, author, author_id).with(time_view(
            "",
            time_id,
            content.at,
            &clock::time(content.at),
        ))
    } else {
        el("span", "visually-hidden").id(author_id).words(move || name(ctx, author))
    };
    let top = many([top]);
    if content.deleted {
        return top.with(el("p", "deleted").text("This message was deleted"));
    }
    let quote = content.quote.as_ref().map(|quote| quote_view(ctx, channel, quote));
    let top = top.with_if(quote);
    if content.editing {
        return top.with(editor(ctx, channel, row));
    }
    let class = if is_jumbo(&content.text) { "text jumbo" } else { "text" };
    let edited = content.edited.map(|at| {
        let title = ["Edited ", &clock::full(at)].concat();
        el("small", "edited").attr("title", &title).text("edited")
    });
    top.with(el("div", class).text(&content.text)).with_if(edited).with_if(send_state(
        ctx,
        row,
        &content.state,
    ))
}

fn heading(ctx: Ctx, author: UserId, id: &str) -> El {
    let class = ["name ", hue(&author.to_string())].concat();
    let name = el("button", &class)
        .attr("type", "button")
        .id(id)
        .attr("tabindex", "-1")
        .attr("title", "Message this person")
        .words(move || name(ctx, author))
        .on_click(move || channels::direct(ctx, author));
    el("h2", "").with(name)
}

fn quote_view(ctx: Ctx, channel: ChannelId, quote: &Quote) -> El {
    let block = el("blockquote", "quote");
    let Some((seq, author, text)) = quote.known.clone() else {
        return block.text("An earlier message");
    };
    let href = [&paths::channel_page(channel), "/", &seq.to_string()].concat();
    let link = el("a", "")
        .attr("href", &href)
        .on("click", move |event| {
            event.prevent_default();
            event.stop_propagation();
            reading::show(ctx, channel, seq);
        })
        .with(el("b", "").words(move || name(ctx, author)))
        .text(" ")
        .text(&text);
    block.with(link)
}

fn editor(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> El {
    let text = row.with_untracked(|row| row.text.clone());
    let lines = text.lines().count().clamp(1, 12).to_string();
    let save = move || {
        let text = dom::value("edit-text");
        let row = row.get_untracked();
        messages::save_edit(ctx, channel, &row, &text);
    };
    spawn_local(async move {
        tick().await;
        dom::set_value("edit-text", &text);
        dom::focus("#edit-text");
    });
    let area = el("textarea", "")
        .attr("name", "edit")
        .id("edit-text")
        .attr("rows", &lines)
        .attr("aria-label", "Edit message")
        .on("input", |_| dom::autogrow("edit-text"))
        .on_key(move |event| {
            event.stop_propagation();
            let composing = event.is_composing() || event.key_code() == 229;
            match event.key().as_str() {
                "Enter" if !composing && !event.shift_key() => {
                    event.prevent_default();
                    save();
                }
                "Escape" if !composing => {
                    event.prevent_default();
                    messages::end_edit(ctx);
                }
                _ => {}
            }
        });
    let keys = el("span", "")
        .with(el("kbd", "").text("Esc"))
        .text(" cancels, ")
        .with(el("kbd", "").text("Enter"))
        .text(" saves");
    let cancel = el("button", "quiet").attr("type", "button").text("Cancel");
    let foot = el("p", "edit-foot")
        .with(keys)
        .with(cancel.on_click(move || messages::end_edit(ctx)))
        .with(el("button", "primary small").text("Save"));
    let submit = move |event: leptos::ev::Event| {
        event.prevent_default();
        save();
    };
    el("form", "edit").attr("aria-label", "Edit message").on("submit", submit).with(area).with(foot)
}

fn send_state(ctx: Ctx, row: RwSignal<Row>, state: &RowState) -> Option<El> {
    let button = |action: &str, label: &str, run: fn(Ctx, &str)| {
        el("button", "").attr("type", "button").attr("data-action", action).text(label).on_click(
            move || {
                if let Some(nonce) = row.with_untracked(|row| row.nonce.clone()) {
                    run(ctx, &nonce);
                }
            },
        )
    };
    match state {
        RowState::Sent | RowState::Sending => None,
        RowState::Queued => {
            let text = "Waiting for the network. It will be sent by itself";
            Some(el("p", "state").with(icon(icon::CLOCK)).text(text))
        }
        RowState::Failed(why) => {
            let why = ["Not sent: ", why, "."].concat();
            let discard = |ctx: Ctx, nonce: &str| drop(messages::discard(ctx, nonce));
            Some(
                el("p", "state failed")
                    .attr("role", "alert")
                    .with(icon(icon::ALERT))
                    .with(el("span", "").text(&why))
                    .with(button("retry", "Retry", messages::retry))
                    .with(button("edit", "Edit", messages::edit_unsent))
                    .with(button("discard", "Discard", discard)),
            )
        }
    }
}

fn tool(action: &str, path: &str, label: &str) -> El {
    let class = if action == "delete" { "icon small danger" } else { "icon small" };
    el("button", class)
        .attr("type", "button")
        .attr("data-action", action)
        .attr("aria-label", label)
        .attr("title", label)
        .with(icon(path))
        .with(el("span", "label").text(label))
}

/// The row's toolbar: there only while somebody points at the row or the keyboard is in it.
fn toolbar(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> El {
    let own = row.with_untracked(|row| row.own);
    let removable = own || ctx.store.read(|state| state.people.is_owner(state.me));
    let choosing = memo(move || {
        ctx.ui.tools.with(|tools| {
            let here = |(at, quick): &(String, bool)| *quick && row.with(|row| row.key == *at);
            tools.as_ref().is_some_and(here)
        })
    });
    let clicked = move |event: leptos::ev::Event| {
        let Some(action) = dom::nearest(event.target(), "data-action") else { return };
        let row = row.get_untracked();
        act(ctx, channel, &row, &action);
    };
    let react =
        tool("react", icon::SMILE, "React").live_bool("aria-expanded", move || choosing.get());
    el("div", "tools")
        .attr("role", "toolbar")
        .attr("aria-label", "Message actions")
        .on("click", clicked)
        .live(move || choosing.get().then(|| reactions::choice(ctx, channel, row)))
        .with(react)
        .with(tool("reply", icon::REPLY, "Reply"))
        .with_if(own.then(|| tool("edit", icon::EDIT, "Edit")))
        .with(tool("copy-link", icon::LINK, "Copy link"))
        .with_if(removable.then(|| tool("delete", icon::TRASH, "Delete")))
}

/// Does what a button of the toolbar, or a key on the row, asks for.
pub fn act(ctx: Ctx, channel: ChannelId, row: &Row, action: &str) {
    let Some(message) = row.message_id.filter(|_| !row.deleted) else { return };
    match action {
        "react" => {
            let open = Some((row.key.clone(), true));
            let again = ctx.ui.tools.with_untracked(|tools| *tools == open);
            ctx.ui.tools.set(if again { None } else { open });
            if !again && !page::is_touch() {
                spawn_local(async {
                    tick().await;
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
