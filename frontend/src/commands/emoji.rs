//! What can be done with emoji: looking one up, choosing one, and remembering which were used and in
//! which skin tone.

use super::{Ctx, Dialog};
use crate::keep;
use crate::net::rest;
use crate::state::emoji::used;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::emoji::{Emoji, with_tone};
use std::rc::Rc;
use std::sync::Arc;

/// Where the table is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Table {
    /// Nobody has asked for it.
    #[default]
    Absent,
    /// The server is being asked.
    Asked,
    /// The server did not answer.
    Failed,
    /// Here.
    Here(Arc<Vec<Emoji>>),
}

/// What is done with the one that is chosen.
type Chosen = Rc<dyn Fn(&str)>;

/// The emoji: the table, and what this browser remembers. A handle: copying it copies nothing.
#[derive(Clone, Copy)]
pub struct Emojis {
    /// The table.
    pub table: RwSignal<Table>,
    /// The skin tone that is chosen: 0 for none, then 1 to 5 from light to dark.
    pub tone: RwSignal<u8>,
    /// Those that were used last, the newest first.
    pub recent: RwSignal<Vec<String>>,
    chosen: StoredValue<Option<Chosen>, LocalStorage>,
    anchor: StoredValue<String>,
}

impl Emojis {
    /// What this browser remembers.
    pub fn new() -> Self {
        Self {
            table: RwSignal::new(Table::Absent),
            tone: RwSignal::new(keep::tone()),
            recent: RwSignal::new(keep::recent_emoji()),
            chosen: StoredValue::new_local(None),
            anchor: StoredValue::new(String::new()),
        }
    }

    /// The table, watched; nothing as long as it isn't here.
    pub fn here(self) -> Option<Arc<Vec<Emoji>>> {
        match self.table.get() {
            Table::Here(table) => Some(table),
            Table::Absent | Table::Asked | Table::Failed => None,
        }
    }

    /// What the choice was opened from: a selector.
    pub fn anchor(self) -> String {
        self.anchor.get_value()
    }

    /// An emoji of the table in the chosen skin tone, watched.
    pub fn toned(self, emoji: &Emoji) -> String {
        let tone = self.tone.get();
        with_tone(&emoji.emoji, if emoji.tones { tone } else { 0 })
    }
}

impl Default for Emojis {
    fn default() -> Self {
        Self::new()
    }
}

/// Fetches the table, unless it is here or on its way.
pub fn fetch(ctx: Ctx) {
    let table = ctx.ui.emoji.table;
    if !matches!(table.get_untracked(), Table::Absent | Table::Failed) {
        return;
    }
    table.set(Table::Asked);
    spawn_local(async move {
        let _ = table.try_set(match rest::emoji().await {
            Ok(found) => Table::Here(Arc::new(found.emoji)),
            Err(_) => Table::Failed,
        });
    });
}

/// Opens the choice of emoji beside what the selector finds. `chosen` is called with the one that is
/// chosen, and not at all when none is.
pub fn choose(ctx: Ctx, anchor: &str, chosen: impl Fn(&str) + 'static) {
    fetch(ctx);
    ctx.ui.emoji.anchor.set_value(anchor.to_owned());
    ctx.ui.emoji.chosen.set_value(Some(Rc::new(chosen)));
    ctx.ui.open(Dialog::Emoji);
}

/// One is chosen.
pub fn chose(ctx: Ctx, emoji: &str) {
    remember(ctx, emoji);
    if let Some(chosen) = ctx.ui.emoji.chosen.get_value() {
        chosen(emoji);
    }
}

/// One was used.
pub fn remember(ctx: Ctx, emoji: &str) {
    let recent = used(ctx.ui.emoji.recent.get_untracked(), emoji);
    keep::set_recent_emoji(&recent);
    ctx.ui.emoji.recent.set(recent);
}

/// From now on in this skin tone.
pub fn set_tone(ctx: Ctx, tone: u8) {
    keep::set_tone(tone);
    ctx.ui.emoji.tone.set(tone);
}
