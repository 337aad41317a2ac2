//! Settings: oneself, the password, the look, and where one is logged in.

use super::dialog::{dialog, field, line};
use super::icon::{self, icon};
use crate::browser::element::{El, el, many};
use crate::browser::{clock, dom, page};
use crate::commands::{Ctx, Dialog, account};
use crate::keep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ClientInfo, Role, names, paths};

/// The dialog. `leave` is called once this client is logged out.
pub fn settings(ctx: Ctx, leave: Callback<()>) -> El {
    let out = move || {
        spawn_local(async move {
            if account::log_out(ctx).await {
                dom::close_dialog("settings");
                leave.run(());
            }
        });
    };
    let keys = move || {
        dom::close_dialog("settings");
        // The dialog's own closing clears what is open: after it, then.
        set_timeout(move || ctx.ui.open(Dialog::Shortcuts), std::time::Duration::from_millis(50));
    };
    let keys = el("button", "quiet")
        .attr("type", "button")
        .id("shortcuts-open")
        .text("Keyboard shortcuts")
        .on_click(keys);
    let out = el("button", "quiet danger")
        .attr("type", "button")
        .id("log-out")
        .with(icon(icon::EXIT))
        .text("Log out")
        .on_click(out);
    let body = el("div", "form sections")
        .with(myself(ctx))
        .with(password(ctx))
        .with(look(ctx))
        .with(clients(ctx, leave))
        .with(pages(ctx))
        .with(el("footer", "dialog-foot").with(keys).with(out));
    dialog(ctx, "settings", "Settings", "", body)
}

/// The ways to what the server's own pages do.
fn pages(ctx: Ctx) -> El {
    let me = ctx.store.read(|state| state.people.get(state.me).map(|me| me.role));
    let keeps = matches!(me, Some(Role::Owner | Role::Admin));
    let link = |path: &str, text: &str| el("a", "link").attr("href", path).text(text);
    el("p", "section-foot")
        .with(link(paths::account::SETTINGS_PAGE, "Account, devices and passkeys"))
        .with_if(keeps.then(|| link(paths::desk::ADMIN, "Administration")))
}

fn section(tag: &str, title: &str) -> El {
    el(tag, "section").with(el("h3", "").text(title))
}

fn said(error: RwSignal<Option<String>>) -> impl Fn() -> Option<El> {
    move || error.get().map(|why| el("small", "error").attr("role", "alert").text(&why))
}

fn myself(ctx: Ctx) -> El {
    let (shown, username) = ctx.store.read(|state| {
        let me = state.people.get(state.me);
        me.map(|me| (me.display_name.clone(), me.username.clone())).unwrap_or_default()
    });
    let error = RwSignal::new(None::<String>);
    let submit = move |event: leptos::ev::Event| {
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
    let name = line("display-name", "80", "", &shown).attr("autocomplete", "name");
    let login = el("small", "").text("You log in as ").with(el("b", "").text(&username));
    let foot = el("p", "section-foot").with(login).with(el("button", "soft").text("Save"));
    section("form", "You")
        .id("settings-name")
        .on("submit", submit)
        .with(field("Name to show", "", name).live(said(error)))
        .with(foot)
}

fn secret(name: &str, autocomplete: &str) -> El {
    el("input", "").attr("type", "password").attr("name", name).attr("autocomplete", autocomplete)
}

fn password(ctx: Ctx) -> El {
    let has = RwSignal::new(None::<bool>);
    let error = RwSignal::new(None::<String>);
    let username = ctx.store.read(|state| state.people.get(state.me).map(|me| me.username.clone()));
    spawn_local(async move {
        if let Ok(me) = account::me().await {
            let _ = has.try_set(Some(me.has_password));
        }
    });
    let submit = move |event: leptos::ev::Event| {
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
                    let _ = has.try_set(Some(true));
                    ctx.ui.toast("Your password is set", false);
                }
                Err(failure) => drop(error.try_set(Some(failure.say().to_owned()))),
            }
        });
    };
    let fields = move || {
        let has = has.get()?;
        let note = "There is none yet: this account lives on this device alone. Set one to come back from another.";
        let current = secret("current-password", "current-password").attr("required", "");
        let first =
            if has { field("Current password", "", current) } else { el("p", "note").text(note) };
        let new = secret("password", "new-password").attr("minlength", "8");
        let label = if has { "Change password" } else { "Set password" };
        let foot = el("p", "section-foot").with(el("button", "soft").text(label));
        let new = field("New password", "", new).live(said(error));
        Some(many([first, new, foot]))
    };
    // Password managers want to know whose password it is.
    let whose = el("input", "")
        .attr("type", "text")
        .attr("name", "username")
        .attr("autocomplete", "username")
        .attr("value", &username.unwrap_or_default())
        .attr("hidden", "");
    section("form", "Password")
        .id("settings-password")
        .on("submit", submit)
        .with(whose)
        .live(fields)
}

fn look(ctx: Ctx) -> El {
    let chosen = keep::theme();
    let choice = |value: Option<&'static str>, label: &str| {
        let on = chosen.as_deref() == value;
        let choose = move |_| {
            keep::set_theme(value);
            page::set_theme(value);
        };
        let radio = el("input", "")
            .attr("type", "radio")
            .attr("name", "theme")
            .attr("value", value.unwrap_or("auto"))
            .attr_if("checked", on.then_some(""))
            .on("change", choose);
        el("label", "").with(radio).with(el("span", "").text(label))
    };
    let keys = move |event: leptos::ev::Event| {
        let on = dom::event_checked(&event);
        keep::set_single_keys(on);
        ctx.ui.single_keys.set(on);
    };
    let themes = el("fieldset", "segmented")
        .with(el("legend", "visually-hidden").text("Theme"))
        .with(choice(None, "As the system"))
        .with(choice(Some("light"), "Light"))
        .with(choice(Some("dark"), "Dark"));
    let on = ctx.ui.single_keys.get_untracked();
    let switch = el("input", "")
        .attr("type", "checkbox")
        .attr("role", "switch")
        .attr("name", "single-keys")
        .attr_if("checked", on.then_some(""))
        .on("change", keys);
    let note = "R to reply, + to react, E to edit, U to mark unread";
    let text = el("span", "").text("Single-key shortcuts").with(el("small", "").text(note));
    section("section", "Look").with(themes).with(el("label", "switch").with(switch).with(text))
}

fn clients(ctx: Ctx, leave: Callback<()>) -> El {
    let list = RwSignal::new(Vec::<ClientInfo>::new());
    load(ctx, list);
    let entry = move |client: &ClientInfo| {
        let small = ["iPhone", "Android", "Mobile"].iter().any(|w| client.device.contains(w));
        let used = if client.current {
            "This device · Now".to_owned()
        } else {
            ["Last used ", &clock::full(client.last_used_at)].concat()
        };
        let (id, current) = (client.client_id, client.current);
        let revoke = move || {
            spawn_local(async move {
                if account::revoke(ctx, id).await {
                    if current {
                        leave.run(());
                    } else {
                        load(ctx, list);
                    }
                }
            });
        };
        let who = el("span", "who")
            .with(el("strong", "").text(&device(&client.device)))
            .with(el("small", "").text(&used));
        let end = el("button", "quiet").attr("type", "button").attr("data-action", "revoke");
        el("li", "")
            .attr("data-client-id", &id.to_string())
            .with(icon(if small { icon::PHONE } else { icon::DEVICE }))
            .with(who)
            .with(end.text("End").on_click(revoke))
    };
    let entries = move || Some(many(list.with(|list| list.iter().map(entry).collect::<Vec<_>>())));
    section("section", "Where you are logged in").with(el("ul", "clients").live(entries))
}

fn load(ctx: Ctx, list: RwSignal<Vec<ClientInfo>>) {
    spawn_local(async move {
        if let Some(clients) = ctx.check(account::clients().await) {
            let _ = list.try_set(clients);
        }
    });
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
