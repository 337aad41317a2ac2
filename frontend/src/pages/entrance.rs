//! Signing up and logging in, on one calm page.

use crate::browser::dom;
use crate::commands::account;
use crate::components::icon::{self, icon};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::account::{Me, Setup, SignupPolicy};
use shared::{ErrorCode, names};

/// Where something is wrong, and what.
#[derive(Clone, PartialEq)]
enum Wrong {
    Username(String),
    Password(String),
    Form(String),
}

/// The entrance. `why` tells somebody who was inside why they see it.
#[component]
pub fn Entrance(
    /// Why somebody who was inside sees it.
    why: Option<&'static str>,
    /// Called with oneself once inside.
    enter: Callback<Me>,
) -> impl IntoView {
    let setup = RwSignal::new(None::<Setup>);
    // Who was inside before wants to come back; who is new wants to begin.
    let logging_in = RwSignal::new(why.is_some());
    let wrong = RwSignal::new(None::<Wrong>);
    let busy = RwSignal::new(false);
    spawn_local(async move {
        if let Ok(told) = account::setup().await {
            if told.signup != SignupPolicy::Open && !told.first_visitor {
                let _ = logging_in.try_set(true);
            }
            let _ = setup.try_set(Some(told));
        }
    });
    let first = move || setup.with(|setup| setup.as_ref().is_some_and(|s| s.first_visitor));
    let may_sign_up = move || {
        setup.with(|setup| {
            setup.as_ref().is_none_or(|s| s.first_visitor || s.signup == SignupPolicy::Open)
        })
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
    let submit = move |event: leptos::ev::SubmitEvent| {
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
                account::sign_up(username, password).await
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
    let form_error = move || match wrong.get() {
        Some(Wrong::Form(text)) => Some(alert(text)),
        Some(Wrong::Username(_) | Wrong::Password(_)) | None => None,
    };
    let name_error = move || match wrong.get() {
        Some(Wrong::Username(text)) => Some(text),
        Some(Wrong::Form(_) | Wrong::Password(_)) | None => None,
    };
    let password_error = move || match wrong.get() {
        Some(Wrong::Password(text)) => Some(text),
        Some(Wrong::Form(_) | Wrong::Username(_)) | None => None,
    };
    let name_note = move || match name_error() {
        Some(text) => {
            view! { <small class="error" id="username-error" role="alert">{text}</small> }
                .into_any()
        }
        None if logging_in.get() => ().into_any(),
        None => view! { <small>"How people will see and mention you"</small> }.into_any(),
    };
    let password_note = move || {
        password_error().map(|text| {
            view! { <small class="error" id="password-error" role="alert">{text}</small> }
        })
    };
    let switch = move || {
        (may_sign_up() && !(first() && !logging_in.get())).then(|| {
            let (question, answer) = if logging_in.get() {
                ("New here? ", "Sign up")
            } else {
                ("Been here before? ", "Log in")
            };
            let clicked = move |_| {
                wrong.set(None);
                logging_in.update(|on| *on = !*on);
            };
            view! {
                <p class="alt">
                    {question}
                    <button type="button" class="link" id="enter-switch" on:click=clicked>
                        {answer}
                    </button>
                </p>
            }
        })
    };
    view! {
        <div class="door">
            <main class="enter">
                <span class="mark big" aria-hidden="true"></span>
                <h1>{title}</h1>
                <p class="lead">{lead}</p>
                <form id="enter" on:submit=submit>
                    {why.map(|why| view! { <p class="note" role="status">{why}</p> })}
                    {form_error}
                    <label class="fieldset">
                        "Your name"
                        <input
                            name="username"
                            autocomplete="username"
                            autocapitalize="none"
                            spellcheck="false"
                            maxlength="64"
                            required=true
                            aria-invalid=move || name_error().map(|_| "true")
                            aria-describedby=move || name_error().map(|_| "username-error")
                        />
                        {name_note}
                    </label>
                    <label class="fieldset">
                        "Password "
                        {move || (!logging_in.get()).then(|| view! { <em>"optional"</em> })}
                        <input
                            type="password"
                            name="password"
                            autocomplete=move || {
                                if logging_in.get() { "current-password" } else { "new-password" }
                            }
                            required=move || logging_in.get()
                            placeholder=move || {
                                if logging_in.get() { "" } else { "To come back on another device" }
                            }
                            aria-invalid=move || password_error().map(|_| "true")
                            aria-describedby=move || password_error().map(|_| "password-error")
                        />
                        {password_note}
                    </label>
                    <button
                        type="submit"
                        class="primary"
                        aria-busy=move || busy.get().then_some("true")
                    >
                        {move || if logging_in.get() { "Log in" } else { "Come in" }}
                    </button>
                </form>
                {switch}
            </main>
        </div>
    }
}

fn alert(text: String) -> AnyView {
    view! { <p class="error banner" role="alert">{icon(icon::ALERT)}{text}</p> }.into_any()
}
