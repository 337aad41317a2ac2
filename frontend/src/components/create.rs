//! The dialogs that make a channel, change its name and topic, and add people to it.

use super::dialog::dialog;
use super::picker::picker;
use crate::browser::dom;
use crate::commands::{Ctx, channels};
use crate::net::rest::Failure;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::channels::{CreateChannel, UpdateChannel};
use shared::{ChannelId, UserId, Visibility, names};

/// The foot of a form: why it failed, the way back, and the button that does it.
fn foot(
    error: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    label: impl Fn() -> &'static str + Send + 'static,
) -> AnyView {
    let why = move || error.get().map(|why| view! { <p class="error" role="alert">{why}</p> });
    view! {
        {why}
        <footer class="dialog-foot">
            <button type="button" class="quiet" data-close="">"Cancel"</button>
            <button
                type="submit"
                class="primary"
                aria-busy=move || busy.get().then_some("true")
                disabled=move || busy.get()
            >
                {label}
            </button>
        </footer>
    }
    .into_any()
}

/// Waits for what a form asked for, and closes its dialog or says why not.
fn finish(
    dialog: &'static str,
    error: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    work: impl Future<Output = Result<(), Failure>> + 'static,
) {
    busy.set(true);
    error.set(None);
    spawn_local(async move {
        let done = work.await;
        let _ = busy.try_set(false);
        match done {
            Ok(()) => dom::close_dialog(dialog),
            Err(failure) => {
                let _ = error.try_set(Some(failure.say().to_owned()));
            }
        }
    });
}

fn visibility(chosen: Visibility) -> AnyView {
    let option = |value: &'static str, path: &'static str, label: &'static str, on: bool| {
        view! {
            <label>
                <input type="radio" name="visibility" value=value checked=on />
                {super::icon::icon(path)}
                <span>{label}</span>
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="segmented">
            <legend>"Who can find it"</legend>
            {option(
                "private",
                super::icon::LOCK,
                "Only members",
                chosen == Visibility::Private,
            )}
            {option(
                "public",
                super::icon::GLOBE,
                "Everyone here",
                chosen == Visibility::Public,
            )}
        </fieldset>
    }
    .into_any()
}

fn chosen_visibility() -> Visibility {
    match dom::chosen("visibility").as_deref() {
        Some("public") => Visibility::Public,
        _ => Visibility::Private,
    }
}

fn refused(what: &str, why: &str) -> Option<String> {
    Some([what, " ", why, "."].concat())
}

/// Creates a channel, or begins a conversation when the name is left empty.
pub fn create(ctx: Ctx, with: Vec<UserId>) -> AnyView {
    let picked = RwSignal::new(with);
    let (error, busy) = (RwSignal::new(None), RwSignal::new(false));
    let named = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (name, topic) = (dom::field("create-form", "name"), dom::field("create-form", "topic"));
        let user_ids = picked.get_untracked();
        let mut body = CreateChannel { user_ids, ..CreateChannel::default() };
        if name.trim().is_empty() {
            if body.user_ids.is_empty() {
                error.set(Some("Give it a name, or pick somebody to talk to.".to_owned()));
                return;
            }
        } else {
            match names::channel_name(&name) {
                Ok(name) => body.name = Some(name.to_owned()),
                Err(why) => return error.set(refused("The name", why)),
            }
            body.visibility = Some(chosen_visibility());
        }
        match names::topic(&topic) {
            Ok("") => {}
            Ok(topic) => body.topic = Some(topic.to_owned()),
            Err(why) => return error.set(refused("The topic", why)),
        }
        finish("create-channel", error, busy, channels::create(ctx, body));
    };
    let label = move || if named.get() { "Create channel" } else { "Start conversation" };
    let body = view! {
        <form method="dialog" class="form" id="create-form" on:submit=submit>
            <label class="fieldset">
                "Name " <em>"without one it is a conversation"</em>
                <input
                    name="name"
                    maxlength="80"
                    autocomplete="off"
                    placeholder="release-crew"
                    on:input=move |event| {
                        named.set(!dom::event_value(&event).trim().is_empty());
                    }
                />
            </label>
            <label class="fieldset">
                "Topic " <em>"optional"</em>
                <input
                    name="topic"
                    maxlength="250"
                    autocomplete="off"
                    placeholder="What is it about?"
                />
            </label>
            {visibility(Visibility::Private)}
            {picker(ctx, picked, Vec::new())}
            {foot(error, busy, label)}
        </form>
    };
    dialog(ctx, "create-channel", "New channel", "#create-channel [name=name]", body.into_any())
}

/// Changes a channel's name, topic and visibility.
pub fn edit(ctx: Ctx, channel: ChannelId) -> AnyView {
    let info = ctx.store.read(|state| state.channels.get(channel).map(|c| c.info.clone()));
    let (error, busy) = (RwSignal::new(None), RwSignal::new(false));
    let (name, topic) =
        info.as_ref().map(|i| (i.name.clone(), i.topic.clone())).unwrap_or_default();
    let seen = info.map_or(Visibility::Private, |info| info.visibility);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (name, topic) = (dom::field("edit-form", "name"), dom::field("edit-form", "topic"));
        let name = match names::channel_name(&name) {
            Ok(name) => name.to_owned(),
            Err(why) => return error.set(refused("The name", why)),
        };
        let topic = match names::topic(&topic) {
            Ok(topic) => topic.to_owned(),
            Err(why) => return error.set(refused("The topic", why)),
        };
        let body = UpdateChannel {
            name: Some(name),
            topic: Some(topic),
            visibility: Some(chosen_visibility()),
        };
        let work = async move { channels::update(channel, &body).await };
        finish("edit-channel", error, busy, work);
    };
    let body = view! {
        <form method="dialog" class="form" id="edit-form" on:submit=submit>
            <label class="fieldset">
                "Name"
                <input name="name" maxlength="80" autocomplete="off" value=name />
            </label>
            <label class="fieldset">
                "Topic " <em>"optional"</em>
                <input name="topic" maxlength="250" autocomplete="off" value=topic />
            </label>
            {visibility(seen)}
            {foot(error, busy, || "Save")}
        </form>
    };
    dialog(ctx, "edit-channel", "Name and topic", "#edit-channel [name=topic]", body.into_any())
}

/// Adds people to a channel.
pub fn add_people(ctx: Ctx, channel: ChannelId) -> AnyView {
    let picked = RwSignal::new(Vec::new());
    let (error, busy) = (RwSignal::new(None), RwSignal::new(false));
    let members = ctx.store.read(|state| {
        state.channels.get(channel).map(|c| c.info.user_ids.clone()).unwrap_or_default()
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let users = picked.get_untracked();
        let work = async move { channels::add(ctx, channel, &users).await };
        finish("add-people-dialog", error, busy, work);
    };
    let body = view! {
        <form method="dialog" class="form" on:submit=submit>
            {picker(ctx, picked, members)}
            {foot(error, busy, || "Add")}
        </form>
    };
    dialog(ctx, "add-people-dialog", "Add people", "#people-query", body.into_any())
}
