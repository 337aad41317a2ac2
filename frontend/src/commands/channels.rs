//! What can be done with channels: opening, creating, joining, leaving, changing.

use super::{Ctx, Dialog, Land};
use crate::browser::{clock, page};
use crate::keep;
use crate::net::load;
use crate::net::rest::{self, Failure, Place};
use crate::state::Changes;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::channels::{CreateChannel, UpdateChannel};
use shared::{ChannelId, ChannelInfo, Seq, UserId, paths};

/// Unread events up to which the newest page is loaded and not the place where reading stopped.
const NEWEST_MAX: u64 = 40;

/// Shows a channel: where reading stopped, or around a message.
pub fn open(ctx: Ctx, channel: ChannelId, at: Option<Seq>) {
    let mut place = None;
    let (mut draft, mut again) = (None, false);
    ctx.store.write(|state| {
        again = state.open == Some(channel);
        state.open = Some(channel);
        draft = state.drafts.get(&(channel, None)).cloned();
        let known = state.channels.get(channel).map(|c| (c.read, c.unread()));
        let (read, unread) = known.unwrap_or_default();
        let room = state.room_mut(channel, clock::now());
        room.new_after = (unread > 0).then_some(read);
        room.unread_held = false;
        let first = room.timeline.first_seq();
        let held = match at {
            Some(seq) => room.timeline.messages().any(|message| message.seq == seq),
            None => {
                let reaches =
                    first.is_some_and(|first| first <= read + 1) || !room.timeline.has_before();
                room.timeline.cursor() > 0 && room.at_present() && (unread == 0 || reaches)
            }
        };
        if !held {
            place = Some(match at {
                Some(seq) => Place::Around(seq),
                None if unread > NEWEST_MAX => Place::Around(read + 1),
                None => Place::Newest,
            });
        }
        Changes { rows: true, channels: true, typing: true, ..Changes::default() }
    });
    let ui = ctx.ui;
    // A thread that is gone to together with its channel points out its own.
    if at.is_some() || !matches!(ui.thread.land.get_value(), Some(Land::Seq(_))) {
        ui.highlight.set(at);
    }
    let (land, row) = (at.map_or(Land::New, Land::Seq), ui.feed.row.get_untracked());
    ui.feed.begin(land);
    if again {
        ui.feed.row.set(row);
    } else {
        ui.editing.set(None);
        ui.tools.set(None);
        super::panes::keep_to(ctx, Some(channel));
    }
    ui.reply.set(draft.and_then(|draft| draft.reply_to));
    keep::set_last_channel(ctx.store.me, channel);
    match place {
        Some(Place::Around(seq)) if at.is_some() => {
            spawn_local(super::reading::around(ctx, channel, seq));
        }
        Some(place) => spawn_local(async move {
            ctx.check(load::page(ctx.net, channel, place).await);
        }),
        None => {}
    }
}

/// No channel is shown.
pub fn close(ctx: Ctx) {
    super::panes::keep_to(ctx, None);
    ctx.store.write(|state| {
        state.open = None;
        Changes { channels: true, ..Changes::default() }
    });
}

/// The channel that the home screen opens on a wide screen: the last one, or the first.
pub fn home(ctx: Ctx) -> Option<ChannelId> {
    if page::is_phone() {
        return None;
    }
    let last = keep::last_channel(ctx.store.me);
    ctx.store.read(|state| {
        let last = last.filter(|id| state.channels.get(*id).is_some());
        last.or_else(|| state.in_order().first().copied())
    })
}

/// Goes to a channel's page.
pub fn go(ctx: Ctx, channel: ChannelId) {
    ctx.ui.go_to(paths::channel_page(channel));
}

/// Goes to the next or previous channel of the rail, or the next with something unread.
pub fn go_by(ctx: Ctx, forward: bool, unread: bool) {
    if let Some(channel) = ctx.store.read(|state| state.neighbour(forward, unread)) {
        go(ctx, channel);
    }
}

fn enter(ctx: Ctx, info: ChannelInfo) {
    let channel = info.channel_id;
    ctx.store.write(|state| {
        state.channels.put(info);
        Changes { channels: true, ..Changes::default() }
    });
    go(ctx, channel);
}

/// Creates a channel and goes there.
///
/// # Errors
/// When the server says no or doesn't answer: nothing was created.
pub async fn create(ctx: Ctx, body: CreateChannel) -> Result<(), Failure> {
    let info = rest::create_channel(&body).await?;
    enter(ctx, info);
    Ok(())
}

/// Goes to the conversation with one person; it begins if there is none.
pub fn direct(ctx: Ctx, user: UserId) {
    let known = ctx.store.read(|state| state.channels.direct_with(state.me, user));
    if let Some(channel) = known {
        go(ctx, channel);
        return;
    }
    spawn_local(async move {
        let body = CreateChannel { user_ids: vec![user], ..CreateChannel::default() };
        ctx.check(create(ctx, body).await);
    });
}

/// Joins a public channel and goes there.
pub fn join(ctx: Ctx, channel: ChannelId) {
    spawn_local(async move {
        if ctx.check(rest::add_member(channel, ctx.store.me).await).is_some()
            && let Some(info) = ctx.check(rest::channel(channel).await)
        {
            enter(ctx, info);
        }
    });
}

/// Removes somebody from a channel; oneself to leave. What follows comes as a frame.
pub async fn remove(ctx: Ctx, channel: ChannelId, user: UserId) -> bool {
    let removed = ctx.check(rest::remove_member(channel, user).await).is_some();
    if removed && user == ctx.store.me {
        forget(ctx, channel);
    }
    removed
}

/// Deletes a channel for everyone.
pub async fn delete(ctx: Ctx, channel: ChannelId) -> bool {
    let deleted = ctx.check(rest::delete_channel(channel).await).is_some();
    if deleted {
        forget(ctx, channel);
    }
    deleted
}

fn forget(ctx: Ctx, channel: ChannelId) {
    super::panes::close(ctx);
    ctx.store.write(|state| {
        state.channels.remove(channel);
        state.rooms.remove(&channel);
        Changes { channels: true, rows: true, ..Changes::default() }
    });
    ctx.ui.go_to("/".to_owned());
}

/// Adds people to a channel.
///
/// # Errors
/// With the first one that could not be added; those before it were.
pub async fn add(ctx: Ctx, channel: ChannelId, users: &[UserId]) -> Result<(), Failure> {
    for user in users {
        rest::add_member(channel, *user).await?;
        ctx.store.write(|state| {
            state.channels.member(channel, *user, true);
            Changes { channels: true, ..Changes::default() }
        });
    }
    Ok(())
}

/// Changes a channel's name and topic.
///
/// # Errors
/// When the server says no or doesn't answer.
pub async fn update(channel: ChannelId, body: &UpdateChannel) -> Result<(), Failure> {
    rest::update_channel(channel, body).await
}

/// The public channels.
///
/// # Errors
/// When the server says no or doesn't answer.
pub async fn discover() -> Result<Vec<ChannelInfo>, Failure> {
    Ok(rest::discover().await?.channels)
}

/// What is known of a channel that the user is no member of: it may be public.
///
/// # Errors
/// When it doesn't exist, or is not for the user to see.
pub async fn look(channel: ChannelId) -> Result<ChannelInfo, Failure> {
    rest::channel(channel).await
}

/// Loads the people whose names start like the query, for pickers and the switcher.
pub fn find_people(ctx: Ctx, query: String) {
    spawn_local(async move {
        // What is known already stays on the screen; a failure is said once by the connection.
        let _ = load::users(ctx.net, query.trim().trim_start_matches('@')).await;
    });
}

/// Fetches the names of the public channels, once.
pub fn find_public(ctx: Ctx) {
    let known = move |names: Option<Vec<String>>| {
        ctx.store.write(|state| {
            state.public = names;
            Changes { channels: true, ..Changes::default() }
        });
    };
    if ctx.store.read(|state| state.public.is_some()) {
        return;
    }
    known(Some(Vec::new()));
    spawn_local(async move {
        let found = rest::discover().await.map(|found| found.channels);
        let names = found.map(|list| list.into_iter().filter_map(|info| info.name).collect());
        // Without an answer one's own channels are offered, and the next time it is asked again.
        known(names.ok());
    });
}

/// Opens the dialog that creates a channel.
pub fn begin_create(ctx: Ctx, picked: Vec<UserId>) {
    ctx.ui.open(Dialog::Create(picked));
}
