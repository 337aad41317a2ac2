//! What can be done with emoji: looking one up, choosing one, and remembering which were used and in
//! which skin tone.

use super::{Ctx, Dialog};
use crate::keep;
use crate::net::rest;
use crate::state::Changes;
use crate::state::emoji::{Emojis, Table, used};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use std::sync::Arc;

/// What is being chosen: beside what (a selector), and what is done with the one that is.
#[derive(Clone)]
pub struct Choice {
    /// What the choice was opened from.
    pub anchor: String,
    chosen: Rc<dyn Fn(&str)>,
}

fn change(ctx: Ctx, change: impl FnOnce(&mut Emojis)) {
    ctx.store.write(|state| {
        change(&mut state.emoji);
        Changes { emoji: true, ..Changes::default() }
    });
}

/// Fetches the table, unless it is here or on its way.
pub fn fetch(ctx: Ctx) {
    let missing = |table: &Table| matches!(table, Table::Absent | Table::Failed);
    if !ctx.store.read(|state| missing(&state.emoji.table)) {
        return;
    }
    change(ctx, |emoji| emoji.table = Table::Asked);
    spawn_local(async move {
        let table = match rest::emoji().await {
            Ok(found) => Table::Here(Arc::new(found.emoji)),
            Err(_) => Table::Failed,
        };
        change(ctx, |emoji| emoji.table = table);
    });
}

/// Opens the choice of emoji beside what the selector finds. `chosen` is called with the one that is
/// chosen, and not at all when none is.
pub fn choose(ctx: Ctx, anchor: &str, chosen: impl Fn(&str) + 'static) {
    fetch(ctx);
    let choice = Choice { anchor: anchor.to_owned(), chosen: Rc::new(chosen) };
    ctx.ui.choice.set_value(Some(choice));
    ctx.ui.open(Dialog::Emoji);
}

/// One is chosen.
pub fn chose(ctx: Ctx, emoji: &str) {
    remember(ctx, emoji);
    if let Some(choice) = ctx.ui.choice.get_value() {
        (choice.chosen)(emoji);
    }
}

/// One was used.
pub fn remember(ctx: Ctx, used_now: &str) {
    change(ctx, |emoji| {
        emoji.recent = used(std::mem::take(&mut emoji.recent), used_now);
        keep::set_recent_emoji(&emoji.recent);
    });
}

/// From now on in this skin tone.
pub fn set_tone(ctx: Ctx, tone: u8) {
    keep::set_tone(tone);
    change(ctx, |emoji| emoji.tone = tone);
}
