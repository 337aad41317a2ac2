//! Reactions: the chips under a row, and the choice of emoji in its toolbar.

use crate::commands::{Ctx, messages};
use crate::state::rows::{Chip, Row};
use leptos::prelude::*;
use shared::ChannelId;

/// The reactions that are one click away.
pub const QUICK: [&str; 6] = ["👍", "❤️", "😂", "🎉", "👀", "✅"];

/// Further ones that people use often.
const MORE: [&str; 36] = [
    "👏", "🙏", "🙌", "💪", "🤝", "👌", "✌️", "👋", "🫡", "🤔", "😄", "😅", "🥲", "😍", "😎", "🤩",
    "😮", "😢", "😭", "😡", "🤯", "🥳", "😴", "🤷", "🔥", "🚀", "⭐", "💯", "💡", "⚡", "❓", "❗",
    "☕", "🍰", "🐛", "👎",
];

/// The chips under a row. A click joins in, or takes one's own back.
pub fn chips(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> impl Fn() -> Option<AnyView> {
    let chips = Memo::new(move |_| row.with(|row| row.chips.clone()));
    move || {
        let chips = chips.get();
        if chips.is_empty() {
            return None;
        }
        let buttons: Vec<AnyView> =
            chips.into_iter().map(|chip| chip_view(ctx, channel, row, chip)).collect();
        Some(view! { <p class="react">{buttons}</p> }.into_any())
    }
}

fn chip_view(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>, chip: Chip) -> AnyView {
    let count = chip.users.len().to_string();
    let emoji = chip.emoji.clone();
    let users = chip.users;
    let names = move || {
        ctx.store.people.track();
        ctx.store.read(|state| {
            let names: Vec<&str> = users
                .iter()
                .take(20)
                .map(|user| if *user == state.me { "you" } else { state.people.name(*user) })
                .collect();
            let more = users.len().saturating_sub(names.len());
            let mut text = names.join(", ");
            if more > 0 {
                text.push_str(&[" and ", &more.to_string(), " more"].concat());
            }
            text
        })
    };
    let label = {
        let (emoji, names) = (emoji.clone(), names.clone());
        move || [&emoji, " from ", &names()].concat()
    };
    let pressed = if chip.mine { "true" } else { "false" };
    let clicked = {
        let emoji = emoji.clone();
        move |_| row.with_untracked(|row| messages::react(ctx, channel, row, &emoji))
    };
    view! {
        <button
            type="button"
            data-emoji=chip.emoji
            aria-pressed=pressed
            aria-label=label
            title=names
            on:click=clicked
        >
            {emoji}
            " "
            <b>{count}</b>
        </button>
    }
    .into_any()
}

/// The choice of emoji: the quick ones, and the others behind one more button.
pub fn choice(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> AnyView {
    let more = RwSignal::new(false);
    let button = move |emoji: &'static str| {
        let clicked = move |_| row.with_untracked(|row| messages::react(ctx, channel, row, emoji));
        view! {
            <button
                type="button"
                data-react=emoji
                aria-label=["React with ", emoji].concat()
                on:click=clicked
            >
                {emoji}
            </button>
        }
        .into_any()
    };
    let others = move || {
        if more.get() {
            MORE.iter().map(|emoji| button(emoji)).collect::<Vec<_>>().into_any()
        } else {
            view! {
                <button
                    type="button"
                    aria-label="More reactions"
                    on:click=move |_| more.set(true)
                >
                    "…"
                </button>
            }
            .into_any()
        }
    };
    view! {
        <span class="quick" class:more=move || more.get() role="group" aria-label="React with">
            {QUICK.iter().map(|emoji| button(emoji)).collect::<Vec<_>>()}
            {others}
        </span>
    }
    .into_any()
}
