//! What stands in a row: who says it and when, where it is from and what it answers, its text, its
//! files and previews, and the thread under it. Each part is drawn anew only when it changes.

use super::attachments::attachments;
use super::avatar::{avatar, name};
use super::editor::editor;
use super::icon::{self, icon};
use super::previews::previews;
use super::reactions;
use super::rich::rich;
use crate::browser::clock;
use crate::browser::element::{El, el, many, memo};
use crate::commands::{Ctx, Dialog, channels, keeping, messages, panes, reading};
use crate::state::rows::{Quote, Replies, Row, RowState};
use crate::state::text::{count, is_jumbo};
use leptos::prelude::*;
use shared::look::hue;
use shared::{ChannelId, Forwarded, MessageId, Timestamp, UserId, paths};

/// Faces that are shown under the first message of a thread.
const FACES_MAX: usize = 4;

/// The ids by which a row is called: its author's and its time's.
pub type Ids = (String, String);

/// What stands above the text.
#[derive(PartialEq)]
struct Above {
    head: bool,
    at: Timestamp,
    action: bool,
    deleted: bool,
    quote: Option<Quote>,
    forwarded: Option<Forwarded>,
    pinned: Option<UserId>,
    thread: Option<MessageId>,
    bookmarked: bool,
}

/// The text.
#[derive(PartialEq)]
struct Text {
    text: String,
    html: Option<String>,
    action: bool,
    at: Timestamp,
    edited: Option<Timestamp>,
    deleted: bool,
    editing: bool,
}

/// Everything in a row beside the avatar.
pub fn body(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>, editing: Memo<bool>, ids: Ids) -> El {
    let bookmarked = move || {
        ctx.store.kept.track();
        let id = row.with(|row| row.message_id.filter(|_| !row.deleted));
        id.is_some_and(|id| ctx.store.read(|state| state.bookmarks.contains(&id)))
    };
    let above = memo(move || {
        let bookmarked = bookmarked();
        row.with(|row| Above {
            head: row.head,
            at: row.at,
            action: row.action,
            deleted: row.deleted,
            quote: row.quote.clone(),
            forwarded: row.forwarded.clone(),
            pinned: row.pinned,
            thread: row.thread.filter(|_| !row.in_thread),
            bookmarked,
        })
    });
    let text = memo(move || {
        let editing = editing.get();
        row.with(|row| Text {
            text: row.text.clone(),
            html: row.html.clone(),
            action: row.action,
            at: row.at,
            edited: row.edited,
            deleted: row.deleted,
            editing,
        })
    });
    let files = memo(move || row.with(|row| (row.attachments.clone(), row.uploads)));
    let links = memo(move || row.with(|row| row.previews.clone()));
    let foot = memo(move || {
        row.with(|row| (row.state.clone(), row.replies.clone().filter(|_| !row.in_thread)))
    });
    let time_id = ids.1.clone();
    el("div", "body")
        .live(move || Some(above.with(|above| above_view(ctx, channel, row, above, &ids))))
        .live(move || Some(text.with(|text| text_view(ctx, channel, row, text, &time_id))))
        .live(move || files.with(|(files, uploads)| attachments(ctx, files, *uploads)))
        .live(move || links.with(|links| previews(ctx, channel, row, links)))
        .live(reactions::chips(ctx, channel, row))
        .live(move || {
            foot.with(|(state, replies)| {
                let state = send_state(ctx, row, state);
                let replies =
                    replies.as_ref().map(|replies| thread_foot(ctx, channel, row, replies));
                (state.is_some() || replies.is_some())
                    .then(|| many(state.into_iter().chain(replies)))
            })
        })
}

/// A moment, in short; in full where one points at it.
pub fn time_view(class: &str, id: &str, at: Timestamp, text: &str) -> El {
    el("time", class)
        .attr_if("id", Some(id).filter(|id| !id.is_empty()))
        .attr("datetime", &at.to_rfc3339())
        .attr("title", &clock::full(at))
        .text(text)
}

fn above_view(
    ctx: Ctx,
    channel: ChannelId,
    row: RwSignal<Row>,
    above: &Above,
    (author_id, time_id): &Ids,
) -> El {
    let author = row.with_untracked(|row| row.author);
    let told = above.head && (!above.action || above.deleted);
    let top = if told {
        let time = time_view("", time_id, above.at, &clock::time(above.at));
        el("h2", "").with(name_button(ctx, author, author_id)).with(time)
    } else {
        el("span", "visually-hidden").id(author_id).words(move || name(ctx, author))
    };
    let top = many([top]);
    if above.deleted {
        return top;
    }
    top.with_if(marks(ctx, channel, above))
        .with_if(above.forwarded.as_ref().map(|origin| origin_view(ctx, origin)))
        .with_if(above.quote.as_ref().map(|quote| quote_view(ctx, channel, quote)))
}

fn name_button(ctx: Ctx, author: UserId, id: &str) -> El {
    let class = ["name ", hue(&author.to_string())].concat();
    el("button", &class)
        .attr("type", "button")
        .id(id)
        .attr("tabindex", "-1")
        .attr("title", "Message this person")
        .words(move || name(ctx, author))
        .on_click(move || channels::direct(ctx, author))
}

/// That it is pinned, remembered, or of a thread.
fn marks(ctx: Ctx, channel: ChannelId, above: &Above) -> Option<El> {
    let mark = |class: &str, path: &str| el("span", class).with(icon(path));
    let pinned = above.pinned.map(|user| {
        mark("pinned", icon::PIN)
            .text("Pinned by ")
            .with(el("b", "").words(move || name(ctx, user)))
    });
    let bookmarked =
        above.bookmarked.then(|| mark("bookmarked", icon::BOOKMARK).text("Bookmarked"));
    let thread = above.thread.map(|root| {
        let to = el("button", "link").attr("type", "button").attr("data-action", "to-thread");
        let to = to.text("thread").on_click(move || panes::thread(ctx, channel, root));
        mark("of-thread", icon::THREAD).text("Replied in a ").with(to)
    });
    let marks: Vec<El> = pinned.into_iter().chain(bookmarked).chain(thread).collect();
    (!marks.is_empty()).then(|| el("p", "marks").with_all(marks))
}

/// Where a message was forwarded from. Who may not see that place only hears that there is one.
fn origin_view(ctx: Ctx, origin: &Forwarded) -> El {
    let (channel, author) = (origin.channel_id, origin.user_id);
    let mine = ctx.store.read(|state| state.channels.get(channel).is_some());
    let place = if mine {
        let href = [&paths::channel_page(channel), "/", &origin.seq.to_string()].concat();
        let title = move || {
            ctx.store.channels.track();
            ctx.store.people.track();
            ctx.store.read(|state| state.title(channel))
        };
        el("a", "link").attr("href", &href).words(title)
    } else {
        el("span", "").text("another channel")
    };
    el("p", "origin").with(icon(icon::FORWARD)).with(
        el("span", "")
            .text("Forwarded from ")
            .with(place)
            .text(" · ")
            .with(el("b", "").words(move || name(ctx, author)))
            .text(", ")
            .with(time_view("", "", origin.sent_at, &clock::full(origin.sent_at))),
    )
}

fn quote_view(ctx: Ctx, channel: ChannelId, quote: &Quote) -> El {
    let block = el("blockquote", "quote");
    let Some(gist) = quote.known.clone() else {
        keeping::find_answered(ctx, channel, quote.message_id);
        return block.with(el("span", "").text("…"));
    };
    let (seq, author) = (gist.seq, gist.author);
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
        .text(&gist.text);
    block.with(link)
}

fn text_view(
    ctx: Ctx,
    channel: ChannelId,
    row: RwSignal<Row>,
    content: &Text,
    time_id: &str,
) -> El {
    if content.deleted {
        return el("p", "deleted").text("This message was deleted");
    }
    if content.editing {
        return editor(ctx, channel, row);
    }
    let text = match &content.html {
        Some(html) if is_jumbo(&content.text) => Some(rich(ctx, "text rich jumbo", html)),
        Some(html) => Some(rich(ctx, "text rich", html)),
        None if content.text.is_empty() => None,
        None if is_jumbo(&content.text) => Some(el("div", "text jumbo").text(&content.text)),
        None => Some(el("div", "text").text(&content.text)),
    };
    let edited = content.edited.map(|at| {
        let title = ["Edited ", &clock::full(at), ". Show what it was"].concat();
        el("button", "edited").attr("type", "button").attr("title", &title).text("edited").on_click(
            move || {
                if let Some(message) = row.with_untracked(|row| row.message_id) {
                    ctx.ui.open(Dialog::Versions(channel, message));
                }
            },
        )
    });
    if !content.action {
        return many(text.into_iter().chain(edited));
    }
    let author = row.with_untracked(|row| row.author);
    el("div", "act")
        .with(name_button(ctx, author, ""))
        .text(" ")
        .with_if(text)
        .with_if(edited)
        .text(" ")
        .with(time_view("", time_id, content.at, &clock::time(content.at)))
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
            let discard = |ctx: Ctx, nonce: &str| {
                messages::discard(ctx, nonce);
            };
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

/// What stands under the first message of a thread: who wrote in it, how much, and when last.
fn thread_foot(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>, replies: &Replies) -> El {
    let root = row.with_untracked(|row| row.message_id);
    let faces = replies.faces.iter().take(FACES_MAX).map(|user| avatar(ctx, *user, false, ""));
    let last = match clock::day(replies.last).as_str() {
        "Today" => ["last at ", &clock::time(replies.last)].concat(),
        "Yesterday" => "last yesterday".to_owned(),
        day => ["last on ", day].concat(),
    };
    let unread = move || {
        ctx.store.kept.track();
        root.is_some_and(|root| {
            let at = ctx.store.read(|state| state.threads.get(root));
            at.following && at.unread > 0
        })
    };
    el("button", "replies")
        .attr("type", "button")
        .attr("data-action", "thread")
        .live_class("unread", unread)
        .with(el("span", "faces").attr("aria-hidden", "true").with_all(faces))
        .with(el("b", "").text(&count(replies.count, "reply", "replies")))
        .text(" ")
        .with(el("small", "").text(&last))
        .on_click(move || {
            if let Some(root) = root {
                panes::thread(ctx, channel, root);
            }
        })
}
