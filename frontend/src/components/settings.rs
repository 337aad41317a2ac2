//! Settings: oneself, the password, the look, and where one is logged in.

use super::dialog::dialog;
use super::icon::{self, icon};
use crate::browser::{clock, dom, page};
use crate::commands::{Ctx, Dialog, account};
use crate::keep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ClientInfo, names};

/// The dialog. `leave` is called once this client is logged out.
pub fn settings(ctx: Ctx, leave: Callback<()>) -> AnyView {
    let out = move |_| {
        spawn_local(async move {
            if account::log_out(ctx).await {
                dom::close_dialog("settings");
                leave.run(());
            }
        });
    };
    let keys = move |_| {
        dom::close_dialog("settings");
        // The dialog's own closing clears what is open: after it, then.
        set_timeout(move || ctx.ui.open(Dialog::Shortcuts), std::time::Duration::ZERO);
    };
    let body = view! {
        <div class="form sections">
            {myself(ctx)}
            {password(ctx)}
            {look(ctx)}
            {clients(ctx, leave)}
            <footer class="dialog-foot">
                <button type="button" class="quiet" id="shortcuts-open" on:click=keys>
                    "Keyboard shortcuts"
                </button>
                <button type="button" class="quiet danger" id="log-out" on:click=out>
                    {icon(icon::EXIT)}
                    "Log out"
                </button>
            </footer>
        </div>
    };
    dialog(ctx, "settings", "Settings", "", body.into_any())
}

fn myself(ctx: Ctx) -> AnyView {
    let (shown, username) = ctx.store.read(|state| {
        let me = state.people.get(state.me);
        me.map(|me| (me.display_name.clone(), me.username.clone())).unwrap_or_default()
    });
    let error = RwSignal::new(None::<String>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = dom::field("settings-name", "display-name");
        let name = match names::display_name(&name) {
            Ok(name) => name.to_owned(),
            Err(why) => return error.set(Some(["The name ", why, "."].concat())),
        };
        error.set(None);
        spawn_local(async move {
            match account::set_display_name(ctx, name).await {
                Ok(()) => ctx.ui.toast("Your name is saved", false),
                Err(failure) => drop(error.try_set(Some(failure.say().to_owned()))),
            }
        });
    };
    view! {
        <form class="section" id="settings-name" on:submit=submit>
            <h3>"You"</h3>
            <label class="fieldset">
                "Name to show"
                <input name="display-name" autocomplete="name" maxlength="80" value=shown />
                {said(error)}
            </label>
            <p class="section-foot">
                <small>"You log in as " <b>{username}</b></small>
                <button class="soft">"Save"</button>
            </p>
        </form>
    }
    .into_any()
}

fn said(error: RwSignal<Option<String>>) -> impl Fn() -> Option<AnyView> {
    move || {
        let why = error.get()?;
        Some(view! { <small class="error" role="alert">{why}</small> }.into_any())
    }
}

fn password(ctx: Ctx) -> AnyView {
    let has = RwSignal::new(None::<bool>);
    let error = RwSignal::new(None::<String>);
    let username = ctx.store.read(|state| state.people.get(state.me).map(|me| me.username.clone()));
    spawn_local(async move {
        if let Ok(me) = account::me().await {
            let _ = has.try_set(Some(me.has_password));
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let new = dom::field("settings-password", "password");
        let current = dom::field("settings-password", "current-password");
        if let Err(why) = names::password(&new) {
            return error.set(Some(["The password ", why, "."].concat()));
        }
        error.set(None);
        spawn_local(async move {
            match account::set_password(current, new).await {
                Ok(()) => {
                    let _ = has.try_set(None);
                    let _ = has.try_set(Some(true));
                    ctx.ui.toast("Your password is set", false);
                }
                Err(failure) => drop(error.try_set(Some(failure.say().to_owned()))),
            }
        });
    };
    let fields = move || {
        let has = has.get()?;
        let note = (!has).then(|| {
            let text = "There is none yet: this account lives on this device alone. Set one to come back from another.";
            view! { <p class="note">{text}</p> }
        });
        let current = has.then(|| {
            view! {
                <label class="fieldset">
                    "Current password"
                    <input
                        type="password"
                        name="current-password"
                        autocomplete="current-password"
                        required=true
                    />
                </label>
            }
        });
        let label = if has { "Change password" } else { "Set password" };
        let fields = view! {
            {note}
            {current}
            <label class="fieldset">
                "New password"
                <input type="password" name="password" autocomplete="new-password" minlength="8" />
                {said(error)}
            </label>
            <p class="section-foot"><button class="soft">{label}</button></p>
        };
        Some(fields.into_any())
    };
    view! {
        <form class="section" id="settings-password" on:submit=submit>
            <h3>"Password"</h3>
            <input type="text" name="username" autocomplete="username" value=username hidden=true />
            {fields}
        </form>
    }
    .into_any()
}

fn look(ctx: Ctx) -> AnyView {
    let chosen = keep::theme();
    let choice = |value: Option<&'static str>, label: &'static str| {
        let on = chosen.as_deref() == value;
        let choose = move |_| {
            keep::set_theme(value);
            page::set_theme(value);
        };
        view! {
            <label>
                <input
                    type="radio"
                    name="theme"
                    value=value.unwrap_or("auto")
                    checked=on
                    on:change=choose
                />
                <span>{label}</span>
            </label>
        }
        .into_any()
    };
    let keys = move |event: leptos::ev::Event| {
        let on = dom::event_checked(&event);
        keep::set_single_keys(on);
        ctx.ui.single_keys.set(on);
    };
    view! {
        <section class="section">
            <h3>"Look"</h3>
            <fieldset class="segmented">
                <legend class="visually-hidden">"Theme"</legend>
                {choice(None, "As the system")}
                {choice(Some("light"), "Light")}
                {choice(Some("dark"), "Dark")}
            </fieldset>
            <label class="switch">
                <input
                    type="checkbox"
                    role="switch"
                    name="single-keys"
                    checked=ctx.ui.single_keys.get_untracked()
                    on:change=keys
                />
                <span>
                    "Single-key shortcuts"
                    <small>"R to reply, + to react, E to edit, U to mark unread"</small>
                </span>
            </label>
        </section>
    }
    .into_any()
}

fn clients(ctx: Ctx, leave: Callback<()>) -> AnyView {
    let list = RwSignal::new(None::<Vec<ClientInfo>>);
    let load = move || {
        spawn_local(async move {
            if let Some(clients) = ctx.check(account::clients().await) {
                let _ = list.try_set(Some(clients));
            }
        });
    };
    load();
    let revoke = move |client: &ClientInfo| {
        let (id, current) = (client.client_id, client.current);
        spawn_local(async move {
            if account::revoke(ctx, id).await {
                if current {
                    leave.run(());
                } else {
                    load();
                }
            }
        });
    };
    let entry = move |client: ClientInfo| {
        let small = ["iPhone", "Android", "Mobile"].iter().any(|w| client.device.contains(w));
        let used = if client.current {
            "This device · Now".to_owned()
        } else {
            ["Last used ", &clock::full(client.last_used_at)].concat()
        };
        let (id, device) = (client.client_id.to_string(), device(&client.device));
        view! {
            <li data-client-id=id>
                {icon(if small { icon::PHONE } else { icon::DEVICE })}
                <span class="who"><strong>{device}</strong><small>{used}</small></span>
                <button
                    type="button"
                    class="quiet"
                    data-action="revoke"
                    on:click=move |_| revoke(&client)
                >
                    "End"
                </button>
            </li>
        }
        .into_any()
    };
    let entries = move || list.get().map(|list| list.into_iter().map(entry).collect::<Vec<_>>());
    view! {
        <section class="section">
            <h3>"Where you are logged in"</h3>
            <ul class="clients">{entries}</ul>
        </section>
    }
    .into_any()
}

/// A browser's own long description, as people would say it; anything else as it is.
fn device(text: &str) -> String {
    let has = |word: &&str| text.contains(*word);
    let browsers = ["Edg/", "OPR/", "Firefox/", "Chrome/", "Safari/"];
    let systems = ["iPhone", "iPad", "Android", "Windows", "Mac OS X", "Linux"];
    match (browsers.into_iter().find(has), systems.into_iter().find(has)) {
        (Some(browser), Some(system)) => {
            let browser = match browser {
                "Edg/" => "Edge",
                "OPR/" => "Opera",
                other => other.trim_end_matches('/'),
            };
            let system = if system == "Mac OS X" { "a Mac" } else { system };
            [browser, " on ", system].concat()
        }
        _ => text.to_owned(),
    }
}
