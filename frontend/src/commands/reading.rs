//! Moving through a channel's messages, and what that says about what is read.

use super::{Ctx, Land};
use crate::browser::{clock, page, scroll};
use crate::net::load;
use crate::net::rest::{self, Place};
use crate::state::room::{Room, WINDOW_MAX};
use crate::state::{Changes, Want, Where};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ChannelId, Seq};

/// Pixels from the end within which the feed sticks to it.
pub const STICK_PX: f64 = 100.0;

/// Loads older messages, if there are any and none are on their way.
pub fn older(ctx: Ctx, at: Where) {
    let from = ctx.store.read(|state| {
        let room = state.room(at)?;
        (room.timeline.has_before() && !room.loading).then(|| room.timeline.first_seq())?
    });
    if let Some(seq) = from {
        load(ctx, at, Place::Before(seq));
    }
}

/// Loads newer messages, if the window doesn't reach the present.
pub fn newer(ctx: Ctx, at: Where) {
    let from = ctx.store.read(|state| {
        let room = state.room(at)?;
        (room.timeline.has_after() && !room.loading).then(|| room.timeline.last_seq())?
    });
    if let Some(seq) = from {
        load(ctx, at, Place::After(seq));
    }
}

/// Loads a page of a channel, or of the thread on the screen.
pub fn load(ctx: Ctx, at: Where, place: Place) {
    spawn_local(async move {
        let loaded = match at.1 {
            Some(_) => load::thread(ctx.net, place).await,
            None => load::page(ctx.net, at.0, place).await,
        };
        ctx.check(loaded);
    });
}

/// Shows the newest messages.
pub fn to_present(ctx: Ctx, at: Where) {
    let stand = ctx.ui.stand(at);
    stand.land_at(Land::End);
    stand.missed.set(0);
    ctx.ui.highlight.set(None);
    if ctx.store.read(|state| state.room(at).is_some_and(Room::at_present)) {
        ctx.store.rows_at(at).give();
    } else {
        load(ctx, at, Place::Newest);
    }
}

/// Shows the first message of a local day, written as `2026-11-17`, or what came after it.
pub fn to_day(ctx: Ctx, channel: ChannelId, day: &str) {
    let Some(start) = clock::start_of_day(day) else { return };
    spawn_local(async move {
        let taken = ctx.check(load::page(ctx.net, channel, Place::Since(start)).await);
        if taken != Some(true) {
            return;
        }
        let first = ctx.store.read(|state| {
            let room = state.rooms.get(&channel)?;
            let first = room.timeline.messages().find(|message| message.sent_at >= start)?;
            Some((first.seq, first.sent_at))
        });
        let Some((seq, at)) = first else {
            to_present(ctx, (channel, None));
            ctx.ui.toast("Nothing was said since that day. These are the newest messages.", false);
            return;
        };
        if clock::day_of(at) != clock::day_of(start) {
            ctx.ui.toast("Nothing was said that day. This came next.", false);
        }
        ctx.ui.highlight.set(Some(seq));
        ctx.ui.land_at(Land::Seq(seq));
        ctx.store.rows.give();
    });
}

/// Marks as read what is shown, if somebody looks at it.
pub fn mark_shown(ctx: Ctx, at: Where) {
    let covered = at.1.is_none() && page::is_phone() && is_pane_open(ctx);
    if !page::is_attended() || covered {
        return;
    }
    let (present, held) = ctx.store.read(|state| {
        let room = state.room(at);
        (
            room.is_some_and(|room| room.at_present() && !room.loading),
            room.is_some_and(|r| r.unread_held),
        )
    });
    if held {
        return;
    }
    let feed = ctx.ui.stand(at).feed;
    if present && scroll::to_end(feed) < STICK_PX {
        let head = ctx.store.read(|state| match at.1 {
            Some(_) => state.room(at).and_then(|room| room.timeline.last_seq()),
            None => state.channels.get(at.0).map(|channel| channel.head),
        });
        mark(ctx, at, head.unwrap_or(0));
    } else if let Some(seq) = scroll::last_shown_seq(feed) {
        mark(ctx, at, seq);
    }
}

fn is_pane_open(ctx: Ctx) -> bool {
    ctx.ui.pane.try_get_untracked().flatten().is_some()
}

/// Marks all of the channel as read, and takes the "New" line away.
pub fn mark_all(ctx: Ctx, channel: ChannelId) {
    let mut head = 0;
    ctx.store.write(|state| {
        head = state.channels.get(channel).map_or(0, |channel| channel.head);
        if let Some(room) = state.rooms.get_mut(&channel) {
            room.new_after = None;
            room.unread_held = false;
        }
        Changes { rows: true, ..Changes::default() }
    });
    mark(ctx, (channel, None), head);
}

fn mark(ctx: Ctx, (channel, thread): Where, seq: Seq) {
    ctx.store.write(|state| {
        if let Some(root) = thread {
            let kept = seq > 0 && state.threads.read(channel, root, seq);
            let wants = if kept { vec![Want::ReadThread(channel, root, seq)] } else { Vec::new() };
            state.listed.threads += u32::from(kept);
            return Changes { kept, wants, ..Changes::default() };
        }
        let channels = state.channels.read(channel, seq);
        let wants = if channels { vec![Want::Read(channel, seq)] } else { Vec::new() };
        Changes { channels, wants, ..Changes::default() }
    });
    ctx.net.settle();
}

/// Puts the "New" line before this message and counts from there, as long as the channel is open.
/// The server's read position only grows, so this is the page's alone.
pub fn unread_from(ctx: Ctx, channel: ChannelId, seq: Seq) {
    ctx.store.write(|state| {
        if let Some(room) = state.rooms.get_mut(&channel) {
            room.new_after = Some(seq.saturating_sub(1));
            room.unread_held = true;
        }
        state.channels.unread_from(channel, seq);
        Changes { rows: true, channels: true, ..Changes::default() }
    });
}

/// Shows a message of the open channel and points it out, loading what is around it if need be.
pub fn show(ctx: Ctx, channel: ChannelId, seq: Seq) {
    ctx.ui.highlight.set(Some(seq));
    ctx.ui.land_at(Land::Seq(seq));
    let held = ctx.store.read(|state| {
        let room = state.rooms.get(&channel);
        room.is_some_and(|room| room.timeline.messages().any(|message| message.seq == seq))
    });
    if held {
        ctx.store.rows.give();
    } else {
        spawn_local(around(ctx, channel, seq));
    }
}

/// Loads what is around a message. One that stands in a thread alone is shown there.
pub async fn around(ctx: Ctx, channel: ChannelId, seq: Seq) {
    if ctx.check(load::page(ctx.net, channel, Place::Around(seq)).await) == Some(true) {
        find(ctx, channel, seq).await;
    }
}

/// Opens the thread of a message that the channel itself does not show.
async fn find(ctx: Ctx, channel: ChannelId, seq: Seq) {
    let shown = ctx.store.read(|state| {
        let room = state.rooms.get(&channel);
        room.is_none_or(|room| room.timeline.messages().any(|message| message.seq == seq))
    });
    if shown {
        return;
    }
    let Some(places) = ctx.check(rest::messages::at(channel, seq).await) else { return };
    let here = ctx.ui.highlight.try_get_untracked() == Some(Some(seq));
    let root = places.events.first().and_then(|event| event.thread_root);
    if let Some(root) = root.filter(|_| here) {
        super::panes::thread_at(ctx, channel, root, seq);
    }
}

/// Tidies the window once the rows are drawn: what is far from what is shown is let go.
pub fn trim(ctx: Ctx, at: Where, stuck: bool) {
    ctx.store.write(|state| {
        let Some(room) = state.held_mut(at) else { return Changes::default() };
        room.shown = clock::now();
        let spare = if stuck { 0 } else { WINDOW_MAX / 4 };
        let changed = room.timeline.len() > WINDOW_MAX + spare;
        if changed && stuck {
            room.trim_start();
        } else if changed {
            room.trim_end();
        }
        let thread = at.1.is_some();
        Changes { rows: changed && !thread, thread: changed && thread, ..Changes::default() }
    });
}
