//! The root: who is here decides whether the entrance or the inside is shown.

use crate::browser::page;
use crate::commands::account;
use crate::keep;
use crate::pages::entrance::Entrance;
use crate::pages::inside::Inside;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::Router;
use shared::ErrorCode;
use shared::api::account::Me;

/// Who is here.
#[derive(Clone)]
enum Session {
    /// The server is being asked.
    Starting,
    /// The server doesn't answer.
    Unreachable,
    /// Nobody; with the reason, for somebody who was inside.
    Out(Option<&'static str>),
    /// This user.
    In(Me),
}

/// The page.
#[component]
pub fn App() -> impl IntoView {
    page::set_theme(keep::theme().as_deref());
    let session = RwSignal::new(Session::Starting);
    let ended = RwSignal::new(None::<&'static str>);
    let ask = move || {
        spawn_local(async move {
            let next = match account::me().await {
                Ok(me) => Session::In(me),
                Err(failure) if failure.code() == Some(ErrorCode::NotLoggedIn) => {
                    Session::Out(None)
                }
                Err(_) => Session::Unreachable,
            };
            session.set(next);
        });
    };
    ask();
    Effect::new(move |_| {
        if let Some(why) = ended.get() {
            session.set(Session::Out(Some(why)));
        }
    });
    let enter = Callback::new(move |me| {
        ended.set(None);
        session.set(Session::In(me));
    });
    let leave = Callback::new(move |()| {
        page::set_title("Hubbub");
        session.set(Session::Out(None));
    });
    let shown = move || match session.get() {
        Session::Starting => ().into_any(),
        Session::Unreachable => unreachable(ask),
        Session::Out(why) => view! { <Entrance why enter /> }.into_any(),
        Session::In(me) => view! { <Inside me ended leave /> }.into_any(),
    };
    view! { <Router>{shown}</Router> }
}

fn unreachable(ask: impl Fn() + Copy + 'static) -> AnyView {
    set_timeout(ask, std::time::Duration::from_secs(3));
    view! {
        <div class="door">
            <main class="enter">
                <span class="mark big" aria-hidden="true"></span>
                <h1>"Hubbub"</h1>
                <p class="lead">"The server does not answer. Trying again by itself."</p>
                <button type="button" class="primary" on:click=move |_| ask()>"Try now"</button>
            </main>
        </div>
    }
    .into_any()
}
