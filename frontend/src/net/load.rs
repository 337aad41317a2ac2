//! Fetches what the state lacks and puts it in: pages of messages, the list of channels, users.

use super::driver::Net;
use super::rest::{self, Failure, List, Place};
use crate::browser::clock;
use crate::state::room::Room;
use crate::state::{Changes, State, Want};
use leptos::prelude::{GetUntracked, Set};
use shared::api::messages::{MessageList, MessagePage, ThreadPage};
use shared::{ChannelId, ThreadFrame, UserId};
use std::collections::BTreeMap;

/// Messages on a page.
const PAGE: usize = 60;

/// Whether a page replaces what is there, and does not extend it.
fn is_anew(place: Place) -> bool {
    !matches!(place, Place::Before(_) | Place::After(_))
}

/// Loads a page of a channel: the newest and those around a place start anew, the others extend
/// what is there and wait while another page is on its way. Tells whether the page was taken: one
/// is not when something else was asked for meanwhile.
///
/// # Errors
/// When the server says no or doesn't answer; the window stays as it was.
pub async fn page(net: Net, channel: ChannelId, place: Place) -> Result<bool, Failure> {
    let mut turn = None;
    net.store().write(|state| {
        turn = state.room_mut(channel, clock::now()).ask(is_anew(place));
        Changes::default()
    });
    let Some(turn) = turn else { return Ok(false) };
    let page = rest::page(channel, place, PAGE).await;
    let mut done = Ok(false);
    net.store().write(|state| {
        if !state.room_mut(channel, clock::now()).answered(turn) {
            return Changes::default();
        }
        match page {
            Ok(page) => {
                done = Ok(true);
                take(state, channel, place, page)
            }
            Err(why) => {
                done = Err(why);
                Changes { rows: true, ..Changes::default() }
            }
        }
    });
    net.settle();
    done
}

/// As `page`, of the thread on the screen.
///
/// # Errors
/// When the server says no or doesn't answer; the window stays as it was.
pub async fn thread(net: Net, place: Place) -> Result<bool, Failure> {
    let mut at = None;
    net.store().write(|state| {
        let Some(thread) = &mut state.thread else { return Changes::default() };
        let turn = thread.room.ask(is_anew(place));
        at = turn.map(|turn| (thread.channel_id, thread.root, turn));
        let begins = thread.room.timeline.cursor() == 0;
        Changes { thread: begins, ..Changes::default() }
    });
    let Some((channel, root, turn)) = at else { return Ok(false) };
    let page = rest::thread(channel, root, place, PAGE).await;
    let mut done = Ok(false);
    net.store().write(|state| {
        let mut changes = Changes { thread: true, kept: true, ..Changes::default() };
        // Another thread may be on the screen by now.
        let here = state.thread.as_mut().filter(|thread| thread.root == root);
        let Some(thread) = here else { return Changes::default() };
        if !thread.room.answered(turn) {
            return Changes::default();
        }
        thread.room.filling = false;
        let page = match page {
            Ok(page) => page,
            Err(why) => {
                done = Err(why);
                return changes;
            }
        };
        done = Ok(true);
        if thread.room.timeline.cursor() == 0 && page.following {
            let unread = page.messages.last().is_some_and(|last| last.seq > page.read_seq);
            thread.room.new_after = unread.then_some(page.read_seq);
        }
        for message in page.messages.iter().chain([&page.root]) {
            state.ask_named(message, &mut changes.wants);
        }
        let ThreadPage { root: first, messages, head_seq, has_before, has_after, .. } = page;
        let standing = ThreadFrame {
            channel_id: channel,
            message_id: root,
            following: page.following,
            read_seq: page.read_seq,
        };
        state.threads.told(&standing);
        if let Some(last) = messages.last().filter(|_| !has_after) {
            state.threads.reaches(channel, root, last.seq);
        }
        let mut page = MessagePage { messages, head_seq, has_before, has_after };
        if !has_before {
            page.messages.insert(0, first);
        }
        let known = state.channels.get(channel).map_or(0, |channel| channel.head);
        if let Some(thread) = &mut state.thread {
            extend(&mut thread.room, place, page);
            // It moved on while nobody listened, and nothing will tell.
            if is_anew(place) && thread.room.timeline.cursor() < known {
                thread.room.filling = true;
                changes.wants.push(Want::Thread);
            }
        }
        changes
    });
    net.settle();
    done
}

/// Loads a part of a list, with everybody whose names it needs; what it tells of threads and of
/// what is remembered is known from then on.
///
/// # Errors
/// When the server says no or doesn't answer.
pub async fn list(
    net: Net,
    list: &List,
    before: Option<u64>,
    limit: usize,
) -> Result<MessageList, Failure> {
    let found = rest::list(list, before, limit).await?;
    net.store().write(|state| {
        let mut changes = Changes { kept: true, ..Changes::default() };
        // Without an end before it, and with none after it, it is all of it.
        if *list == List::Bookmarks && before.is_none() && found.before.is_none() {
            state.bookmarks.clear();
        }
        for item in &found.items {
            let message = &item.message;
            if *list == List::Bookmarks {
                state.bookmarks.insert(message.message_id);
            }
            state.threads.listed(item);
            let repliers = message.replier_ids.iter().copied();
            for user in repliers.chain([message.user_id]).chain(message.pinned_by) {
                if state.people.ask(user) {
                    changes.wants.push(Want::User(user));
                }
            }
        }
        changes
    });
    net.settle();
    Ok(found)
}

fn take(state: &mut State, channel: ChannelId, place: Place, page: MessagePage) -> Changes {
    let mut changes = Changes { rows: state.open == Some(channel), ..Changes::default() };
    for message in &page.messages {
        state.ask_named(message, &mut changes.wants);
    }
    let head = page.head_seq;
    changes.channels = state.channels.advance(channel, head);
    let known = state.channels.get(channel).map_or(head, |channel| channel.head);
    let Some(room) = state.rooms.get_mut(&channel) else { return changes };
    extend(room, place, page);
    let cursor = room.timeline.cursor();
    if cursor < known {
        // It moved on between the answer and now.
        room.filling = true;
        changes.wants.push(Want::Resume(BTreeMap::from([(channel, cursor)])));
    }
    state.outbox.settle(channel, cursor);
    changes
}

fn extend(room: &mut Room, place: Place, page: MessagePage) {
    match place {
        Place::Newest | Place::Around(_) | Place::Since(_) => room.timeline.reset(page),
        Place::Before(_) => {
            room.timeline.prepend(page);
            room.trim_end();
        }
        Place::After(_) => {
            room.timeline.append(page);
            room.trim_start();
        }
    }
}

/// Loads the list of channels and everybody whose names it needs.
///
/// # Errors
/// When the server says no or doesn't answer; the list stays as it was.
pub async fn channels(net: Net) -> Result<(), Failure> {
    let store = net.store();
    let list = rest::channels().await?.channels;
    store.write(|state| {
        let mut changes = Changes { channels: true, ..Changes::default() };
        // The names of conversations are their people's; the members of rooms can wait.
        let named = list.iter().filter(|info| info.name.is_none());
        for user in named.flat_map(|info| info.user_ids.iter().take(8)) {
            if state.people.ask(*user) {
                changes.wants.push(Want::User(*user));
            }
        }
        state.channels.replace(list);
        changes
    });
    if store.ready.try_get_untracked() == Some(false) {
        let _ = store.ready.try_set(true);
    }
    net.settle();
    Ok(())
}

/// Loads the users whose names start like the query.
///
/// # Errors
/// When the server says no or doesn't answer.
pub async fn users(net: Net, query: &str) -> Result<(), Failure> {
    let users = rest::users(query).await?.users;
    net.store().write(|state| {
        let mut people = false;
        for user in users {
            people |= state.people.put(user);
        }
        Changes { people, channels: people, rows: people, ..Changes::default() }
    });
    Ok(())
}

/// Loads one user.
pub async fn user(net: Net, user: UserId) {
    let info = rest::user(user).await;
    net.store().write(|state| match info {
        Ok(info) => {
            let people = state.people.put(info);
            Changes { people, channels: people, ..Changes::default() }
        }
        Err(_) => {
            // The next thing that names the user asks again.
            state.people.unask(user);
            Changes::default()
        }
    });
}
