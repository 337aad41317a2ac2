//! What can be done with the pane beside the sheet: opening it, turning it to something else, and
//! closing it.

use super::{Ctx, Pane};
use crate::browser::scroll;
use crate::net::load;
use crate::net::rest::Place;
use crate::state::Changes;
use crate::state::threads::Thread;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use shared::{ChannelId, MessageId, Seq};

/// Shows this, or closes the pane if it shows it already.
pub fn toggle(ctx: Ctx, pane: Pane) {
    if ctx.ui.pane.get_untracked() == Some(pane) {
        close(ctx);
    } else {
        show(ctx, pane);
    }
}

/// Shows this.
pub fn show(ctx: Ctx, pane: Pane) {
    if !matches!(pane, Pane::Thread(_)) {
        leave_thread(ctx);
    }
    ctx.ui.pane.set(Some(pane));
}

/// Closes the pane.
pub fn close(ctx: Ctx) {
    leave_thread(ctx);
    ctx.ui.pane.set(None);
}

/// Shows the thread that a message of this channel begins.
pub fn thread(ctx: Ctx, channel: ChannelId, root: MessageId) {
    begin_thread(ctx, channel, root);
    spawn_local(async move {
        ctx.check(load::thread(ctx.net, Place::Newest).await);
    });
}

fn begin_thread(ctx: Ctx, channel: ChannelId, root: MessageId) {
    ctx.ui.tools.set(None);
    ctx.store.write(|state| {
        state.thread = Some(Thread::new(channel, root));
        Changes { thread: true, ..Changes::default() }
    });
    ctx.ui.pane.set(Some(Pane::Thread(root)));
}

/// Shows a message of a thread that is in no channel's window, and points it out.
pub fn thread_at(ctx: Ctx, channel: ChannelId, root: MessageId, seq: Seq) {
    begin_thread(ctx, channel, root);
    ctx.ui.highlight.set(Some(seq));
    spawn_local(async move {
        if ctx.check(load::thread(ctx.net, Place::Around(seq)).await).is_some() {
            tick().await;
            scroll::show(&["article[data-seq=\"", &seq.to_string(), "\"]"].concat(), true);
        }
    });
}

fn leave_thread(ctx: Ctx) {
    ctx.store.write(|state| {
        let thread = state.thread.take().is_some();
        Changes { thread, ..Changes::default() }
    });
}
