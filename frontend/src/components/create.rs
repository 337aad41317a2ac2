//! The dialogs that make a channel, change its name and topic, and add people to it.

use super::dialog::{dialog, field, line};
use super::icon::{self, icon};
use super::picker::picker;
use crate::browser::dom;
use crate::browser::element::{El, el};
use crate::commands::{Ctx, channels};
use crate::net::rest::Failure;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::channels::{CreateChannel, UpdateChannel};
use shared::{ChannelId, UserId, Visibility, names};

/// The foot of a form: why it failed, the way back, and the button that does it.
fn foot(
    form: El,
    error: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    label: impl Fn() -> &'static str + 'static,
) -> El {
    let why = move || error.get().map(|why| el("p", "error").attr("role", "alert").text(&why));
    let cancel = el("button", "quiet").attr("type", "button").attr("data-close", "").text("Cancel");
    let submit = el("button", "primary")
        .attr("type", "submit")
        .live_flag("aria-busy", move || busy.get())
        .live_flag("disabled", move || busy.get())
        .words(move || label().to_owned());
    form.live(why).with(el("footer", "dialog-foot").with(cancel).with(submit))
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

fn visibility(chosen: Visibility) -> El {
    let option = |value: &str, path: &str, label: &str, on: bool| {
        let radio = el("input", "").attr("type", "radio").attr("name", "visibility");
        let radio = radio.attr("value", value).attr_if("checked", on.then_some(""));
        el("label", "").with(radio).with(icon(path)).with(el("span", "").text(label))
    };
    let private = chosen == Visibility::Private;
    el("fieldset", "segmented")
        .with(el("legend", "").text("Who can find it"))
        .with(option("private", icon::LOCK, "Only members", private))
        .with(option("public", icon::GLOBE, "Everyone here", !private))
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
pub fn create(ctx: Ctx, with: Vec<UserId>) -> El {
    let picked = RwSignal::new(with);
    let (error, busy) = (RwSignal::new(None), RwSignal::new(false));
    let named = RwSignal::new(false);
    let submit = move |event: leptos::ev::Event| {
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
    let name = line("name", "80", "release-crew", "").on("input", move |event| {
        named.set(!dom::event_value(&event).trim().is_empty());
    });
    let form = el("form", "form")
        .attr("method", "dialog")
        .id("create-form")
        .on("submit", submit)
        .with(field("Name ", "without one it is a conversation", name))
        .with(field("Topic ", "optional", line("topic", "250", "What is it about?", "")))
        .with(visibility(Visibility::Private))
        .with(picker(ctx, picked, Vec::new()));
    let form = foot(form, error, busy, label);
    dialog(ctx, "create-channel", "New channel", "#create-channel [name=name]", form)
}

/// Changes a channel's name, topic and visibility.
pub fn edit(ctx: Ctx, channel: ChannelId) -> El {
    let info = ctx.store.read(|state| state.channels.get(channel).map(|c| c.info.clone()));
    let (error, busy) = (RwSignal::new(None), RwSignal::new(false));
    let (name, topic) =
        info.as_ref().map(|i| (i.name.clone(), i.topic.clone())).unwrap_or_default();
    let seen = info.map_or(Visibility::Private, |info| info.visibility);
    let submit = move |event: leptos::ev::Event| {
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
    let form = el("form", "form")
        .attr("method", "dialog")
        .id("edit-form")
        .on("submit", submit)
        .with(field("Name", "", line("name", "80", "", &name.unwrap_or_default())))
        .with(field("Topic ", "optional", line("topic", "250", "", &topic.unwrap_or_default())))
        .with(visibility(seen));
    let form = foot(form, error, busy, || "Save");
    dialog(ctx, "edit-channel", "Name and topic", "#edit-channel [name=topic]", form)
}

/// Adds people to a channel.
pub fn add_people(ctx: Ctx, channel: ChannelId) -> El {
    let picked = RwSignal::new(Vec::new());
    let (error, busy) = (RwSignal::new(None), RwSignal::new(false));
    let members = ctx.store.read(|state| {
        state.channels.get(channel).map(|c| c.info.user_ids.clone()).unwrap_or_default()
    });
    let submit = move |event: leptos::ev::Event| {
        event.prevent_default();
        let users = picked.get_untracked();
        let work = async move { channels::add(ctx, channel, &users).await };
        finish("add-people-dialog", error, busy, work);
    };
    let form = el("form", "form")
        .attr("method", "dialog")
        .on("submit", submit)
        .with(picker(ctx, picked, members));
    let form = foot(form, error, busy, || "Add");
    dialog(ctx, "add-people-dialog", "Add people", "#people-query", form)
}
