//! The details of a channel: what it is about, who is in it, and the ways out.

use super::avatar::{avatar, name, online};
use super::icon::{self, icon};
use crate::browser::dom;
use crate::commands::{Confirm, Ctx, Dialog, channels};
use leptos::prelude::*;
use shared::{ChannelId, ChannelInfo, ChannelKind, UserId, Visibility};

/// Most members that are listed at once.
const LISTED_MAX: usize = 300;

/// The pane beside the sheet.
#[component]
pub fn Details(
    /// Of which channel.
    channel: ChannelId,
) -> impl IntoView {
    let ctx = Ctx::get();
    let info = Memo::new(move |_| {
        ctx.store.channels.track();
        ctx.store.read(|state| state.channels.get(channel).map(|channel| channel.info.clone()))
    });
    // Members of rooms are named only once somebody looks.
    ask_names(ctx, channel);
    let close = move || {
        ctx.ui.details.set(false);
        dom::focus("#details");
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close();
        }
    };
    view! {
        <aside class="details" aria-label="Details" on:keydown=pressed>
            <header class="pane-head">
                <h2>"Details"</h2>
                <button
                    type="button"
                    class="icon"
                    id="details-close"
                    aria-label="Close details"
                    on:click=move |_| close()
                >
                    {icon(icon::CLOSE)}
                </button>
            </header>
            <div class="pane">
                {move || info.get().map(|info| pane(ctx, &info))}
            </div>
        </aside>
    }
}

fn ask_names(ctx: Ctx, channel: ChannelId) {
    ctx.store.write(|state| {
        let users = state.channels.get(channel).map(|channel| channel.info.user_ids.clone());
        let mut changes = crate::state::Changes::default();
        for user in users.unwrap_or_default().into_iter().take(LISTED_MAX) {
            if state.people.ask(user) {
                changes.wants.push(crate::state::Want::User(user));
            }
        }
        changes
    });
    ctx.net.settle();
}

fn pane(ctx: Ctx, info: &ChannelInfo) -> AnyView {
    let id = info.channel_id;
    let me = ctx.store.me;
    let room = info.kind == ChannelKind::Room;
    let group = info.kind != ChannelKind::Direct;
    let may_delete =
        group && (info.created_by == me || ctx.store.read(|state| state.people.is_owner(me)));
    let topic = info.topic.clone().unwrap_or_else(|| "Nothing is said about it yet.".to_owned());
    let (sign, seen) = match info.visibility {
        Visibility::Private => (icon::LOCK, "Private: only members can find it"),
        Visibility::Public => (icon::GLOBE, "Public: everyone here can find and join it"),
    };
    let count = info.user_ids.len();
    let created_by = info.created_by;
    let mut users: Vec<UserId> = info.user_ids.clone();
    ctx.store.read(|state| {
        users.sort_by_cached_key(|user| {
            (!state.people.is_online(*user), state.people.name(*user).to_lowercase())
        });
    });
    let members: Vec<_> = users
        .into_iter()
        .take(LISTED_MAX)
        .map(|user| member(ctx, id, user, created_by, room))
        .collect();
    let about = room.then(|| {
        view! {
            <section>
                <h3>
                    "Topic "
                    <button
                        type="button"
                        class="icon small"
                        data-action="edit-channel"
                        aria-label="Edit name and topic"
                        on:click=move |_| ctx.ui.open(Dialog::EditChannel(id))
                    >
                        {icon(icon::EDIT)}
                    </button>
                </h3>
                <p>{topic}</p>
            </section>
            <section>
                <h3>"Visibility"</h3>
                <p class="fact">{icon(sign)}{seen}</p>
            </section>
        }
    });
    let add = group.then(|| {
        view! {
            <button
                type="button"
                class="icon small"
                id="add-people"
                aria-label="Add people"
                on:click=move |_| ctx.ui.open(Dialog::AddPeople(id))
            >
                {icon(icon::PLUS)}
            </button>
        }
    });
    let leave = group.then(|| {
        view! {
            <button
                type="button"
                class="row-button"
                id="leave-channel"
                on:click=move |_| ctx.ui.open(Dialog::Confirm(Confirm::Leave(id)))
            >
                {icon(icon::EXIT)}
                "Leave channel"
            </button>
        }
    });
    let delete = may_delete.then(|| {
        view! {
            <button
                type="button"
                class="row-button danger"
                id="delete-channel"
                on:click=move |_| ctx.ui.open(Dialog::Confirm(Confirm::DeleteChannel(id)))
            >
                {icon(icon::TRASH)}
                "Delete channel…"
            </button>
        }
    });
    view! {
        {about}
        <section>
            <h3>"Members " <small>{count.to_string()}</small> {add}</h3>
            <ul class="members">{members}</ul>
        </section>
        <section class="pane-actions">{leave}{delete}</section>
    }
    .into_any()
}

fn member(ctx: Ctx, channel: ChannelId, user: UserId, creator: UserId, room: bool) -> AnyView {
    let me = ctx.store.me;
    let removable =
        room && user != me && (creator == me || ctx.store.read(|state| state.people.is_owner(me)));
    let presence = move || {
        let here = if online(ctx, user) { "Online" } else { "Offline" };
        let owner = ctx.store.read(|state| state.people.is_owner(user));
        let role = match (owner, user == creator) {
            (true, _) => " · Owner",
            (false, true) => " · Made this channel",
            (false, false) => "",
        };
        [here, role].concat()
    };
    let who = move || {
        let mut name = name(ctx, user);
        if user == me {
            name.push_str(" (you)");
        }
        name
    };
    let remove = removable.then(|| {
        view! {
            <button
                type="button"
                class="icon small"
                data-action="remove"
                aria-label=move || ["Remove ", &name(ctx, user)].concat()
                on:click=move |_| {
                    ctx.ui.open(Dialog::Confirm(Confirm::Remove(channel, user)));
                }
            >
                {icon(icon::CLOSE)}
            </button>
        }
    });
    let talk = (user != me).then(|| {
        view! {
            <button
                type="button"
                class="icon small"
                data-action="message"
                aria-label=move || ["Message ", &name(ctx, user)].concat()
                on:click=move |_| channels::direct(ctx, user)
            >
                {icon(icon::WAVE)}
            </button>
        }
    });
    view! {
        <li class="member" data-member-id=user.to_string()>
            {avatar(ctx, user, true, "")}
            <span class="who"><strong>{who}</strong><small>{presence}</small></span>
            {talk}
            {remove}
        </li>
    }
    .into_any()
}
