//! The strip above the box: which message is answered.

use crate::browser::element::{El, el};
use crate::commands::{Ctx, messages};
use crate::components::avatar::name;
use crate::components::icon::{self, icon, icon_button};
use crate::state::text::excerpt;
use leptos::prelude::*;
use shared::ChannelId;

/// The strip, while a message is being answered.
pub(super) fn replying(ctx: Ctx, channel: ChannelId) -> Option<El> {
    let message = ctx.ui.reply.get()?;
    let (author, text) = ctx.store.read(|state| {
        let room = state.rooms.get(&channel)?;
        let message = room.timeline.message(message)?;
        Some((message.user_id, excerpt(&message.message)))
    })?;
    let to = el("span", "")
        .text("Replying to ")
        .with(el("b", "").words(move || name(ctx, author)))
        .text(" ")
        .with(el("q", "").text(&text));
    let cancel = move || messages::reply(ctx, channel, None);
    let cancel = icon_button("icon small", icon::CLOSE, "Do not reply", cancel).id("reply-cancel");
    Some(el("p", "replying").with(icon(icon::REPLY)).with(to).with(cancel))
}
