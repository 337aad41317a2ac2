//! The root: who is here decides whether the entrance or the inside is shown.

use crate::browser::element::{El, el, many, watch};
use crate::browser::page;
use crate::commands::account;
use crate::keep;
use crate::pages::entrance::entrance;
use crate::pages::inside::inside;
use leptos::prelude::*;
use leptos::task::spawn_local;
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

/// The page. It draws itself into the body (see `browser::element`).
pub fn app() {
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
    watch(move || {
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
        Session::Starting => None,
        Session::Unreachable => Some(unreachable(ask)),
        Session::Out(why) => Some(entrance(why, enter)),
        Session::In(me) => Some(untrack(|| inside(me, ended, leave))),
    };
    many([]).live(shown).show();
}

fn unreachable(ask: impl Fn() + Copy + 'static) -> El {
    set_timeout(ask, std::time::Duration::from_secs(3));
    let again = el("button", "primary").attr("type", "button").text("Try now").on_click(ask);
    let main = el("main", "enter")
        .with(el("span", "mark big").attr("aria-hidden", "true"))
        .with(el("h1", "").text("Hubbub"))
        .with(el("p", "lead").text("The server does not answer. Trying again by itself."))
        .with(again);
    el("div", "door").with(main)
}
