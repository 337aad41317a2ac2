//! Signing up and logging in, on one calm page.

use crate::browser::dom;
use crate::browser::element::{El, el};
use crate::browser::history;
use crate::commands::account;
use crate::components::icon::{self, icon};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::account::{Me, Setup, SignupPolicy};
use shared::{ErrorCode, names, paths};

/// Where something is wrong, and what.
#[derive(Clone, PartialEq)]
enum Wrong {
    Username(String),
    Password(String),
    Form(String),
}

/// The entrance. `why` tells somebody who was inside why they see it; `enter` is called with
/// oneself once inside.
pub fn entrance(why: Option<&'static str>, enter: Callback<Me>) -> El {
    let setup = RwSignal::new(None::<Setup>);
    // Who was inside before wants to come back; who is new wants to begin.
    let logging_in = RwSignal::new(why.is_some());
    let wrong = RwSignal::new(None::<Wrong>);
    let busy = RwSignal::new(false);
    // Who comes with an invite may sign up, whoever else may.
    let invited = || paths::invite_of(&history::path()).map(str::to_owned);
    spawn_local(async move {
        if let Ok(told) = account::setup().await {
            if told.signup != SignupPolicy::Open && !told.first_visitor && invited().is_none() {
                let _ = logging_in.try_set(true);
            }
            let _ = setup.try_set(Some(told));
        }
    });
    let first = move || setup.with(|setup| setup.as_ref().is_some_and(|s| s.first_visitor));
    let may_sign_up = move || {
        let open = |s: &Setup| s.first_visitor || s.signup == SignupPolicy::Open;
        invited().is_some() || setup.with(|setup| setup.as_ref().is_none_or(open))
    };
    let title = move || match (logging_in.get(), first()) {
        (true, _) => "Good to see you",
        (false, true) => "Welcome to Hubbub",
        (false, false) => "Hubbub",
    };
    let lead = move || match (logging_in.get(), first(), setup.get().map(|s| s.signup)) {
        (false, true, _) => {
            "You are the first one here, so it will be yours: you become its owner."
        }
        (false, false, _) => "A name is all it takes.",
        (true, false, Some(SignupPolicy::Invite)) => {
            "Log in to carry on. New people come in with an invite here: ask somebody inside."
        }
        (true, false, Some(SignupPolicy::Closed)) => {
            "Log in to carry on. This place takes no new people."
        }
        (true, _, _) => "Log in to carry on.",
    };
    let submit = move |event: leptos::ev::Event| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let (username, password) =
            (dom::field("enter", "username"), dom::field("enter", "password"));
        let log_in = logging_in.get_untracked();
        let username = match names::username(&username) {
            Ok(username) => username.to_owned(),
            Err(why) => {
                return wrong.set(Some(Wrong::Username(["The name ", why, "."].concat())));
            }
        };
        if !log_in
            && !password.is_empty()
            && let Err(why) = names::password(&password)
        {
            return wrong.set(Some(Wrong::Password(["The password ", why, "."].concat())));
        }
        wrong.set(None);
        busy.set(true);
        spawn_local(async move {
            let entered = if log_in {
                account::log_in(username, password).await
            } else {
                account::sign_up(username, password, invited()).await
            };
            let _ = busy.try_set(false);
            match entered {
                Ok(me) => enter.run(me),
                Err(failure) => {
                    let text = failure.say().to_owned();
                    let kind = match failure.code() {
                        Some(ErrorCode::UsernameTaken) => Wrong::Username(
                            "That name is taken, or looks like one that is.".to_owned(),
                        ),
                        Some(ErrorCode::BadCredentials) => {
                            Wrong::Form("Wrong name or password.".to_owned())
                        }
                        _ => Wrong::Form(text),
                    };
                    let _ = wrong.try_set(Some(kind));
                }
            }
        });
    };
    let told = move |at: fn(&Wrong) -> Option<&String>| {
        move || wrong.with(|wrong| wrong.as_ref().and_then(at).cloned())
    };
    let form_error = told(|wrong| match wrong {
        Wrong::Form(text) => Some(text),
        Wrong::Username(_) | Wrong::Password(_) => None,
    });
    let name_error = told(|wrong| match wrong {
        Wrong::Username(text) => Some(text),
        Wrong::Form(_) | Wrong::Password(_) => None,
    });
    let password_error = told(|wrong| match wrong {
        Wrong::Password(text) => Some(text),
        Wrong::Form(_) | Wrong::Username(_) => None,
    });
    let alert = |id: &str, text: &str| el("small", "error").id(id).attr("role", "alert").text(text);
    let form_note = move || {
        let banner = el("p", "error banner").attr("role", "alert");
        form_error().map(|text| banner.with(icon(icon::ALERT)).text(&text))
    };
    let name_note = move || match name_error() {
        Some(text) => Some(alert("username-error", &text)),
        None if logging_in.get() => None,
        None => Some(el("small", "").text("How people will see and mention you")),
    };
    let password_note = move || password_error().map(|text| alert("password-error", &text));
    let switch = move || {
        let useless = first() && !logging_in.get();
        (may_sign_up() && !useless).then(|| {
            let (question, answer) = if logging_in.get() {
                ("New here? ", "Sign up")
            } else {
                ("Been here before? ", "Log in")
            };
            let clicked = move || {
                wrong.set(None);
                logging_in.update(|on| *on = !*on);
            };
            let button = el("button", "link").attr("type", "button").id("enter-switch");
            el("p", "alt").text(question).with(button.text(answer).on_click(clicked))
        })
    };
    let username = el("input", "")
        .attr("name", "username")
        .attr("autocomplete", "username")
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
        .attr("maxlength", "64")
        .attr("required", "")
        .live_flag("aria-invalid", move || name_error().is_some())
        .live_attr("aria-describedby", move || name_error().map(|_| "username-error".to_owned()));
    let password = el("input", "")
        .attr("type", "password")
        .attr("name", "password")
        .live_attr("autocomplete", move || {
            let word = if logging_in.get() { "current-password" } else { "new-password" };
            Some(word.to_owned())
        })
        .live_attr("required", move || logging_in.get().then(String::new))
        .live_attr("placeholder", move || {
            (!logging_in.get()).then(|| "To come back on another device".to_owned())
        })
        .live_flag("aria-invalid", move || password_error().is_some())
        .live_attr("aria-describedby", move || {
            password_error().map(|_| "password-error".to_owned())
        });
    let optional = move || (!logging_in.get()).then(|| el("em", "").text("optional"));
    let button = el("button", "primary")
        .attr("type", "submit")
        .live_flag("aria-busy", move || busy.get())
        .words(move || if logging_in.get() { "Log in" } else { "Come in" }.to_owned());
    let form = el("form", "")
        .id("enter")
        .on("submit", submit)
        .with_if(why.map(|why| el("p", "note").attr("role", "status").text(why)))
        .live(form_note)
        .with(el("label", "fieldset").text("Your name").with(username).live(name_note))
        .with(
            el("label", "fieldset")
                .text("Password ")
                .live(optional)
                .with(password)
                .live(password_note),
        )
        .with(button);
    let passkey = el("a", "link").attr("href", paths::account::PASSKEY_PAGE).text("Use a passkey");
    let main = el("main", "enter")
        .with(el("span", "mark big").attr("aria-hidden", "true"))
        .with(el("h1", "").words(move || title().to_owned()))
        .with(el("p", "lead").words(move || lead().to_owned()))
        .with(form)
        .live(switch)
        .with(el("p", "alt").with(passkey));
    el("div", "door").with(main)
}
