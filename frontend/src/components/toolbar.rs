//! What can be done with a message: the toolbar of its row, the menu behind it, and the keys. The
//! toolbar is there only while somebody points at the row or the keyboard is in it; with a finger
//! it is a sheet at the foot of the page, with the menu in it.

use super::icon::{self, icon};
use super::reactions;
use crate::browser::element::{El, el, memo};
use crate::browser::{dom, page};
use crate::commands::{Ctx, Dialog, keeping, messages, panes, reading};
use crate::state::rows::Row;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use shared::ChannelId;

/// The menu of the row whose toolbar is held open, and what opened it.
const MENU: &str = "article[data-tools] > .tools > .menu";
const MORE: &str = "article[data-tools] > .tools > [data-action=more]";
/// An entry of it.
const ITEM: &str = "article[data-tools] > .tools > .menu > .item";

fn tool(class: &str, action: &str, path: &str, label: &str) -> El {
    el("button", class)
        .attr("type", "button")
        .attr("data-action", action)
        .with(icon(path))
        .with(el("span", "label").text(label))
}

fn quick(action: &str, path: &str, label: &str) -> El {
    tool("icon small", action, path, label).attr("aria-label", label).attr("title", label)
}

/// The row's toolbar.
pub fn toolbar(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> El {
    let (own, in_thread) = row.with_untracked(|row| (row.own, row.in_thread));
    let choosing = memo(move || {
        ctx.ui.tools.with(|tools| {
            let here = |(at, quick): &(String, bool)| *quick && row.with(|row| row.key == *at);
            tools.as_ref().is_some_and(here)
        })
    });
    let clicked = move |event: leptos::ev::Event| {
        let Some(action) = dom::nearest(event.target(), "data-action") else { return };
        let row = row.get_untracked();
        if dom::nearest(event.target(), "role").is_some_and(|role| role == "menuitem") {
            // What is opened now gives the keyboard back to the row.
            close_menu(ctx, &row);
        }
        act(ctx, channel, &row, &action);
    };
    let react =
        quick("react", icon::SMILE, "React").live_bool("aria-expanded", move || choosing.get());
    let touch = page::is_touch();
    let more = quick("more", icon::MORE, "More").attr("aria-haspopup", "menu");
    el("div", "tools")
        .attr("role", "toolbar")
        .attr("aria-label", "Message actions")
        .on("click", clicked)
        .live(move || choosing.get().then(|| reactions::choice(ctx, channel, row)))
        .with(react)
        .with_if((!in_thread).then(|| quick("reply", icon::REPLY, "Reply")))
        .with_if((!in_thread).then(|| quick("thread", icon::THREAD, "Reply in thread")))
        .with_if(own.then(|| quick("edit", icon::EDIT, "Edit")))
        .with_if((!touch).then_some(more))
        .with(menu(ctx, row, touch))
}

/// What can be done with this message beside what stands in the toolbar: word, icon and label.
fn entries(ctx: Ctx, row: &Row) -> Vec<(&'static str, &'static str, &'static str)> {
    let Some(message) = row.message_id else { return Vec::new() };
    let root = row.thread.unwrap_or(message);
    let (bookmarked, following, owner) = ctx.store.read(|state| {
        let owner = state.people.is_owner(state.me);
        (state.bookmarks.contains(&message), state.threads.get(root).following, owner)
    });
    let either = |on: bool, yes, no| if on { yes } else { no };
    let threaded = row.thread.is_some() || row.replies.is_some();
    let pin = either(row.pinned.is_some(), "Unpin", "Pin to channel");
    let bookmark = either(bookmarked, "Remove bookmark", "Bookmark");
    let all = [
        (!row.text.is_empty(), "copy-text", icon::COPY, "Copy text"),
        (true, "copy-link", icon::LINK, "Copy link"),
        (true, "forward", icon::FORWARD, "Forward…"),
        (true, "pin", icon::PIN, pin),
        (true, "bookmark", icon::BOOKMARK, bookmark),
        (!row.in_thread, "unread", icon::UNREAD, "Mark unread from here"),
        (threaded, "follow", icon::BELL, either(following, "Unfollow thread", "Follow thread")),
        (row.edited.is_some(), "versions", icon::CLOCK, "Show edits"),
        (row.own && !row.previews.is_empty(), "remove-previews", icon::CLOSE, "Remove previews"),
        (row.own || owner, "delete", icon::TRASH, "Delete…"),
    ];
    let shown = all.into_iter().filter(|(shown, ..)| *shown);
    shown.map(|(_, action, path, label)| (action, path, label)).collect()
}

fn menu(ctx: Ctx, row: RwSignal<Row>, touch: bool) -> El {
    let items = move || {
        ctx.store.kept.track();
        let entries = row.with(|row| entries(ctx, row));
        let item = |(action, path, label): (&str, &str, &str)| {
            let class = if action == "delete" { "item danger" } else { "item" };
            tool(class, action, path, label).attr("role", "menuitem").attr("tabindex", "-1")
        };
        Some(crate::browser::element::many(entries.into_iter().map(item)))
    };
    let pressed = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "Home" => i32::MIN / 2,
            "End" => i32::MAX / 2,
            "Escape" | "Tab" => {
                close_menu(ctx, &row.get_untracked());
                0
            }
            // Single keys are not the row's as long as the menu is open.
            _ => return event.stop_propagation(),
        };
        event.prevent_default();
        event.stop_propagation();
        if step != 0 {
            dom::focus_step(ITEM, step);
        }
    };
    let closed = move |event: leptos::ev::Event| {
        if dom::is_closing(&event) {
            let _ = ctx.ui.tools.try_set(None);
        }
    };
    let menu = el("div", "menu").attr("role", "menu").attr("aria-label", "More actions");
    let menu = menu.on_key(pressed).on("toggle", closed).live(items);
    if touch { menu } else { menu.attr("popover", "auto") }
}

fn open_menu(ctx: Ctx, row: &Row) {
    ctx.ui.tools.set(Some((row.key.clone(), false)));
    spawn_local(async {
        tick().await;
        dom::show_popover(MENU, MORE);
        dom::focus(ITEM);
    });
}

/// Closes the menu; the keyboard goes back to the row.
fn close_menu(ctx: Ctx, row: &Row) {
    dom::hide_popover(MENU);
    dom::focus(&["article[data-key=\"", &row.key, "\"]"].concat());
    ctx.ui.tools.set(None);
}

fn choose_reaction(ctx: Ctx, row: &Row) {
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

/// Does what a button of the toolbar, or a key on the row, asks for.
pub fn act(ctx: Ctx, channel: ChannelId, row: &Row, action: &str) {
    let Some(message) = row.message_id.filter(|_| !row.deleted) else { return };
    match action {
        "react" => return choose_reaction(ctx, row),
        "more" => return open_menu(ctx, row),
        _ => {}
    }
    // Whatever it is: the sheet of a finger has done its work.
    ctx.ui.tools.set(None);
    let root = row.thread.unwrap_or(message);
    match action {
        // In a thread one writes in that thread, and answers nobody in the channel.
        "reply" | "thread" if row.in_thread => {
            dom::focus("#composer-thread");
        }
        "reply" => messages::reply(ctx, channel, Some(message)),
        "thread" => panes::thread(ctx, channel, root),
        "edit" => messages::begin_edit(ctx, row),
        "copy-text" => keeping::copy(ctx, row.text.clone(), "Text"),
        "copy-link" => messages::copy_link(ctx, channel, row),
        "forward" => keeping::begin_forward(ctx, channel, row),
        "pin" => keeping::pin(ctx, channel, message, row.pinned.is_none()),
        "bookmark" => {
            let on = ctx.store.read(|state| !state.bookmarks.contains(&message));
            keeping::bookmark(ctx, channel, message, on);
        }
        "follow" => {
            let on = ctx.store.read(|state| !state.threads.get(root).following);
            keeping::follow(ctx, channel, root, on);
        }
        "versions" => ctx.ui.open(Dialog::Versions(channel, message)),
        "remove-previews" => keeping::remove_previews(ctx, channel, message),
        "delete" => messages::confirm_delete(ctx, channel, message),
        "unread" => {
            if let Some(seq) = row.seq {
                reading::unread_from(ctx, channel, seq);
            }
        }
        _ => {}
    }
}
