//! Moving through a channel's messages, and what that says about what is read.

use super::{Ctx, Land};
use crate::browser::{clock, page, scroll};
use crate::net::load;
use crate::net::rest::{self, Place};
use crate::state::{Changes, Want};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ChannelId, Seq};

/// Pixels from the end within which the feed sticks to it.
pub const STICK_PX: f64 = 100.0;

/// Loads older messages, if there are any and none are on their way.
pub fn older(ctx: Ctx, channel: ChannelId) {
    let from = ctx.store.read(|state| {
        let room = state.rooms.get(&channel)?;
        (room.timeline.has_before() && !room.loading).then(|| room.timeline.first_seq())?
    });
    if let Some(seq) = from {
        spawn_local(async move {
            ctx.check(load::page(ctx.net, channel, Place::Before(seq)).await);
        });
    }
}

/// Loads newer messages, if the window doesn't reach the present.
pub fn newer(ctx: Ctx, channel: ChannelId) {
    let from = ctx.store.read(|state| {
        let room = state.rooms.get(&channel)?;
        (room.timeline.has_after() && !room.loading).then(|| room.timeline.last_seq())?
    });
    if let Some(seq) = from {
        spawn_local(async move {
            ctx.check(load::page(ctx.net, channel, Place::After(seq)).await);
        });
    }
}

/// Marks as read what is shown, if somebody looks at it.
pub fn mark_shown(ctx: Ctx, channel: ChannelId) {
    if !page::is_attended() {
        return;
    }
    let (present, held) = ctx.store.read(|state| {
        let room = state.rooms.get(&channel);
        (
            room.is_some_and(|room| room.at_present() && !room.loading),
            room.is_some_and(|r| r.unread_held),
        )
    });
    if held {
        return;
    }
    if present && scroll::to_end() < STICK_PX {
        let head = ctx.store.read(|state| state.channels.get(channel).map(|c| c.head));
        mark(ctx, channel, head.unwrap_or(0));
    } else if let Some(seq) = scroll::last_shown_seq() {
        mark(ctx, channel, seq);
    }
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
    mark(ctx, channel, head);
}

fn mark(ctx: Ctx, channel: ChannelId, seq: Seq) {
    ctx.store.write(|state| {
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
    if ctx.check(load::page(ctx.net, channel, Place::Around(seq)).await).is_some() {
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
pub fn trim(ctx: Ctx, channel: ChannelId, stuck: bool) {
    use crate::state::room::WINDOW_MAX;
    ctx.store.write(|state| {
        let room = state.room_mut(channel, clock::now());
        let spare = if stuck { 0 } else { WINDOW_MAX / 4 };
        let rows = room.timeline.len() > WINDOW_MAX + spare;
        if rows && stuck {
            room.trim_start();
        } else if rows {
            room.trim_end();
        }
        Changes { rows, ..Changes::default() }
    });
}
