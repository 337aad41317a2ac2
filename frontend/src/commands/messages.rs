//! What can be done with messages.

use super::{Confirm, Ctx, Dialog, Land, uploads};
use crate::browser::{clipboard, clock, dom, page, random};
use crate::keep;
use crate::net::rest;
use crate::state::commands::typed;
use crate::state::outbox::{Entry, SendState};
use crate::state::rows::Row;
use crate::state::{Changes, Draft, Where};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::messages::EditMessage;
use shared::{ChannelId, ClientMessage, MessageId, Typing, UploadId, names, paths};

/// What a message has beside its text.
#[derive(Default)]
pub struct Parts {
    /// Whether one of a thread is shown in the channel, too.
    pub also_in_channel: bool,
    /// Whether it tells what the user does.
    pub action: bool,
    /// The uploads that it carries.
    pub attachment_ids: Vec<UploadId>,
}

/// Sends a text, or puts it where it waits for the network. True once the outbox holds it and the
/// composer may be cleared; otherwise people are told why not, and the text stays.
pub fn send(ctx: Ctx, at: Where, text: &str, parts: Parts) -> bool {
    let (channel, thread_root) = at;
    let text = text.trim_end();
    let alone = text.is_empty() && !parts.attachment_ids.is_empty();
    if let Err(why) = if alone { Ok(()) } else { names::message(text) } {
        if !text.is_empty() {
            ctx.complain(&["The message ", why, "."].concat());
        }
        return false;
    }
    let entry = Entry {
        nonce: random::nonce(),
        channel_id: channel,
        message: text.to_owned(),
        reply_to: if thread_root.is_none() { ctx.ui.reply.get_untracked() } else { None },
        thread_root,
        also_in_channel: parts.also_in_channel,
        action: parts.action,
        attachment_ids: parts.attachment_ids,
        created: clock::wall().0,
        attempts: 0,
        state: SendState::Queued { not_before: 0 },
    };
    if ctx.store.read(|state| state.outbox.is_full()) {
        ctx.complain("Too many messages wait for the network. This one stays in the box.");
        return false;
    }
    if keep::put_entry(ctx.store.me, &entry).is_err() {
        ctx.complain(keep::FULL);
        return false;
    }
    ctx.ui.stand(at).land_at(Land::End);
    if thread_root.is_none() {
        ctx.ui.reply.set(None);
    }
    let mut refused = None;
    let mut present = true;
    ctx.store.write(|state| {
        refused = state.outbox.push(entry).err();
        state.drafts.remove(&at);
        if let Some(room) = state.held_mut(at) {
            room.new_after = None;
            present = room.at_present();
        }
        Changes { rows: true, thread: true, outbox: true, ..Changes::default() }
    });
    if let Some(why) = refused {
        ctx.complain(why);
        return false;
    }
    // An empty draft is only removed, which always works.
    let _ = keep::put_draft(ctx.store.me, at, &Draft::default());
    if !present {
        super::reading::to_present(ctx, at);
    }
    ctx.net.flush();
    true
}

/// Keeps what is typed, as it is typed.
pub fn save_draft(ctx: Ctx, at: Where, text: String) {
    let reply_to = if at.1.is_none() { ctx.ui.reply.get_untracked() } else { None };
    let draft = Draft { text, reply_to };
    // A full storage is told when it matters: at sending. The text is in the box until then.
    let _ = keep::put_draft(ctx.store.me, at, &draft);
    ctx.store.write(|state| {
        state.drafts.insert(at, draft);
        Changes::default()
    });
}

/// Tells the others that one types. Call it as often as keys are pressed.
pub fn typing(ctx: Ctx, channel: ChannelId, last: StoredValue<u64>) {
    let now = clock::now();
    if last.get_value() == 0 || now > last.get_value() + 3_000 {
        last.set_value(now);
        ctx.net.send(&ClientMessage::Typing(Typing { channel_id: Some(channel) }));
    }
}

/// Tries a refused message again.
pub fn retry(ctx: Ctx, nonce: &str) {
    ctx.store.write(|state| {
        state.outbox.retry(nonce);
        Changes { rows: true, thread: true, outbox: true, ..Changes::default() }
    });
    if let Some(entry) = ctx.store.read(|state| state.outbox.get(nonce).cloned())
        && keep::put_entry(ctx.store.me, &entry).is_err()
    {
        ctx.complain(keep::FULL);
    }
    ctx.net.flush();
}

/// Lets go of a message that was not sent; gives it.
pub fn discard(ctx: Ctx, nonce: &str) -> Option<Entry> {
    let mut entry = None;
    ctx.store.write(|state| {
        entry = state.outbox.remove(nonce);
        Changes { rows: true, thread: true, outbox: true, ..Changes::default() }
    });
    keep::remove_entry(ctx.store.me, nonce);
    ctx.net.flush();
    entry
}

/// Puts a message that was not sent back to where it was written, with all that it had.
pub fn edit_unsent(ctx: Ctx, nonce: &str) {
    if let Some(entry) = discard(ctx, nonce) {
        let at = (entry.channel_id, entry.thread_root);
        uploads::restore(ctx, at, &entry.attachment_ids);
        if entry.thread_root.is_none() {
            ctx.ui.reply.set(entry.reply_to);
        }
        ctx.ui.compose.set(Some((at, typed(&entry.message, entry.action))));
    }
}

/// Begins to edit a row in its place.
pub fn begin_edit(ctx: Ctx, row: &Row) {
    if row.own && !row.deleted && row.message_id.is_some() {
        ctx.ui.tools.set(None);
        ctx.ui.editing.set(Some(row.key.clone()));
    }
}

/// Begins to edit one's last message in the channel or thread. False if there is none.
pub fn edit_last(ctx: Ctx, at: Where) -> bool {
    let rows = ctx.store.read(|state| state.rows_at(at, &clock::day_of));
    let last = rows.iter().rev().find(|row| row.own && !row.deleted && row.message_id.is_some());
    if let Some(row) = last {
        begin_edit(ctx, row);
    }
    last.is_some()
}

/// Ends editing, and gives the keyboard back to the composer.
pub fn end_edit(ctx: Ctx) {
    let thread = dom::focus_within("aside");
    ctx.ui.editing.set(None);
    dom::focus(if thread { "#composer-thread" } else { "#composer" });
}

/// Saves an edited text. The row stays in its editor, with the text, if that fails.
pub fn save_edit(ctx: Ctx, channel: ChannelId, row: &Row, text: &str) {
    let text = text.trim_end().to_owned();
    let Some(message) = row.message_id else { return };
    if text == row.text {
        end_edit(ctx);
        return;
    }
    let wordless = text.is_empty() && !(row.attachments.is_empty() && row.forwarded.is_none());
    if let Some(why) = names::message(&text).err().filter(|_| !wordless) {
        if text.is_empty() {
            confirm_delete(ctx, channel, message);
        } else {
            ctx.complain(&["The message ", why, "."].concat());
        }
        return;
    }
    let key = row.key.clone();
    spawn_local(async move {
        let body = EditMessage { message: text, nonce: Some(random::nonce()) };
        let saved = ctx.check(rest::edit(channel, message, &body).await);
        if saved.is_some() && ctx.ui.editing.try_get_untracked() == Some(Some(key)) {
            end_edit(ctx);
        }
    });
}

/// Asks whether a message shall be deleted.
pub fn confirm_delete(ctx: Ctx, channel: ChannelId, message: MessageId) {
    ctx.ui.tools.set(None);
    ctx.ui.open(Dialog::Confirm(Confirm::DeleteMessage(channel, message)));
}

/// Deletes a message. The keyboard moves on to the row after it.
pub async fn delete(ctx: Ctx, channel: ChannelId, message: MessageId) -> bool {
    let deleted = ctx.check(rest::delete(channel, message).await).is_some();
    if deleted {
        ctx.ui.editing.set(None);
    }
    deleted
}

/// Sets a reaction, or takes one's own back.
pub fn react(ctx: Ctx, channel: ChannelId, row: &Row, emoji: &str) {
    let Some(message) = row.message_id else { return };
    ctx.ui.tools.set(None);
    let on = !row.chips.iter().any(|chip| chip.emoji == emoji && chip.mine);
    let emoji = emoji.to_owned();
    spawn_local(async move {
        ctx.check(rest::react(channel, message, &emoji, on).await);
    });
}

/// The composer answers this message.
pub fn reply(ctx: Ctx, channel: ChannelId, message: Option<MessageId>) {
    ctx.ui.tools.set(None);
    ctx.ui.reply.set(message);
    let text = ctx.store.read(|state| {
        state.drafts.get(&(channel, None)).map(|draft| draft.text.clone()).unwrap_or_default()
    });
    save_draft(ctx, (channel, None), text);
    dom::focus("#composer");
}

/// Copies the address of a message.
pub fn copy_link(ctx: Ctx, channel: ChannelId, row: &Row) {
    let Some(seq) = row.seq else { return };
    ctx.ui.tools.set(None);
    let path = [&paths::channel_page(channel), "/", &seq.to_string()].concat();
    spawn_local(async move {
        let address = page::address(&path);
        if clipboard::copy(&address).await {
            ctx.ui.toast("Link copied", false);
        } else {
            ctx.complain(
                &["This browser does not let pages copy. The link is ", &address].concat(),
            );
        }
    });
}
