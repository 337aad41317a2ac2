//! What can be done with the pane beside the sheet: opening it, turning it to something else, and
//! closing it. What the lists in it hold is `lists.rs`'.

use super::{Ctx, Land, Pane, reading};
use crate::browser::{dom, page};
use crate::net::rest::Place;
use crate::state::Changes;
use crate::state::threads::Thread;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use shared::{ChannelId, MessageId, Seq};

/// Where the keyboard begins in the pane, whatever it shows.
const BEGINNING: &str = "aside.details [data-begin], #composer-thread";

/// What the pane is called.
const TITLE: &str = "aside.details h2";

/// Shows this, or closes the pane if it shows it already.
pub fn toggle(ctx: Ctx, pane: Pane) {
    if ctx.ui.pane.get_untracked() == Some(pane) {
        close(ctx);
    } else {
        show(ctx, pane);
    }
}

/// Shows this. The keyboard goes there.
pub fn show(ctx: Ctx, pane: Pane) {
    if !matches!(pane, Pane::Thread(_)) {
        leave_thread(ctx);
    }
    begin(ctx, pane, None);
}

fn begin(ctx: Ctx, pane: Pane, from: Option<Pane>) {
    let ui = ctx.ui;
    if ui.pane.get_untracked().is_none() {
        ui.pane_opener.set_value(Some(dom::focused()));
    }
    ui.pane_from.set(from);
    ui.pane.set(Some(pane));
    spawn_local(async move {
        tick().await;
        // Where fingers point, writing would open a keyboard over what was opened to be read.
        let read = page::is_touch() && matches!(pane, Pane::Thread(_));
        dom::focus(if read { TITLE } else { BEGINNING });
    });
}

/// Closes the pane; what opened it has the focus again.
pub fn close(ctx: Ctx) {
    let inside = dom::focus_within("aside.details");
    leave_thread(ctx);
    ctx.ui.pane_from.set(None);
    ctx.ui.pane.set(None);
    let opener = ctx.ui.pane_opener.try_update_value(Option::take).flatten();
    if inside && !opener.is_some_and(|opener| opener.give_back()) && !page::is_touch() {
        dom::focus("#composer, #channel-name");
    }
}

/// Goes back to the list from which the thread was opened, or closes the pane.
pub fn back(ctx: Ctx) {
    match ctx.ui.pane_from.get_untracked() {
        Some(pane) => show(ctx, pane),
        None => close(ctx),
    }
}

/// Closes what belongs to another channel than this one.
pub(super) fn keep_to(ctx: Ctx, channel: Option<ChannelId>) {
    let thread = ctx.store.read(|state| state.thread.as_ref().map(|thread| thread.channel_id));
    let of_channel = matches!(ctx.ui.pane.get_untracked(), Some(Pane::Details | Pane::Pins));
    if thread.is_some() && thread != channel || of_channel && channel.is_none() {
        close(ctx);
    }
}

/// Shows the thread that a message of this channel begins.
pub fn thread(ctx: Ctx, channel: ChannelId, root: MessageId) {
    begin_thread(ctx, channel, root, None, None);
}

/// Shows a message of a thread that is in no channel's window, and points it out.
pub fn thread_at(ctx: Ctx, channel: ChannelId, root: MessageId, seq: Seq) {
    begin_thread(ctx, channel, root, Some(seq), None);
}

/// Shows a thread, from its "New" line or around a message; a list that it was opened from is gone
/// back to.
pub(super) fn begin_thread(
    ctx: Ctx,
    channel: ChannelId,
    root: MessageId,
    at: Option<Seq>,
    from: Option<Pane>,
) {
    ctx.ui.tools.set(None);
    ctx.store.write(|state| {
        state.thread = Some(Thread::new(channel, root));
        Changes { thread: true, ..Changes::default() }
    });
    ctx.ui.thread.begin(at.map_or(Land::New, Land::Seq));
    if at.is_some() {
        ctx.ui.highlight.set(at);
    }
    begin(ctx, Pane::Thread(root), from);
    load_thread(ctx, at);
}

/// Loads the thread on the screen, again if that failed.
pub fn load_thread(ctx: Ctx, at: Option<Seq>) {
    let place = ctx.store.read(|state| state.thread.as_ref().map(|t| (t.channel_id, t.root)));
    if let Some((channel, root)) = place {
        let page = at.map_or(Place::Newest, Place::Around);
        reading::load(ctx, (channel, Some(root)), page);
    }
}

fn leave_thread(ctx: Ctx) {
    ctx.store.write(|state| {
        let thread = state.thread.take().is_some();
        Changes { thread, ..Changes::default() }
    });
}
