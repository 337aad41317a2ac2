//! What stands around each of these pages: the head, the places one can go to, who one is, and what
//! is said above the content. Looks are `style/desk.css`.

use super::visitor::Visitor;
use super::{Notice, Secret, style};
use crate::transport::http::page::icons::{self, icon};
use crate::transport::http::page::views::title_of;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use shared::look::{hue, initials};
use shared::{Role, UserInfo, paths};

/// A page's place among the others.
#[derive(Debug)]
pub(in crate::transport::http) struct Frame<'a> {
    /// What these pages are together.
    pub(in crate::transport::http) section: &'static str,
    /// The pages beside each other: path, name, drawing.
    pub(in crate::transport::http) places: Vec<Place>,
    /// The path of the one that is open.
    pub(in crate::transport::http) here: &'static str,
    /// What the page is called.
    pub(in crate::transport::http) title: String,
    /// What it is for.
    pub(in crate::transport::http) lead: &'static str,
    /// What is said above it.
    pub(in crate::transport::http) notice: Option<Notice>,
    /// The script that it cannot do without, if there is one.
    pub(in crate::transport::http) script: Option<String>,
    /// Who looks.
    pub(in crate::transport::http) visitor: &'a Visitor,
}

/// One of the pages that stand beside each other.
#[derive(Debug, Clone, Copy)]
pub(in crate::transport::http) struct Place {
    /// Its path.
    pub(in crate::transport::http) path: &'static str,
    /// Its name.
    pub(in crate::transport::http) name: &'static str,
    /// Its drawing, a line on a field of 20 by 20.
    pub(in crate::transport::http) icon: &'static str,
}

const PEOPLE: &str = "M7.5 9.5a3 3 0 1 0 0-6a3 3 0 1 0 0 6M2 16.5c.4-3.2 2.5-5 5.5-5s5.1 1.8 5.5 5\
     M13 4a2.8 2.8 0 0 1 0 5.2M15 12c1.7.7 2.7 2.3 3 4.5";
const INVITE: &str = "M3 5.5h14v9.5H3zM3.3 6l6.7 5.2L16.7 6";
const CHANNELS: &str = "M8 3.5 6.5 16.5M13.5 3.5 12 16.5M4 7.5h13M3 12.5h13";
const BOTS: &str = "M4 8h12v8H4zM10 8V4.5M7.5 11.5v1M12.5 11.5v1M8.8 4.5h2.4";
const LOG: &str = "M5 3.5h10v13H5zM7.5 7h5M7.5 10h5M7.5 13h3";

impl<'a> Frame<'a> {
    /// A page of the administration.
    pub(super) fn administration(
        visitor: &'a Visitor,
        here: &'static str,
        title: impl Into<String>,
        lead: &'static str,
        notice: Option<Notice>,
    ) -> Self {
        let place = |path, name, icon| Place { path, name, icon };
        let mut places = vec![
            place(paths::desk::ADMIN, "People", PEOPLE),
            place(paths::desk::ADMIN_INVITES, "Invites", INVITE),
            place(paths::desk::ADMIN_CHANNELS, "Channels", CHANNELS),
            place(paths::desk::ADMIN_BOTS, "Bots", BOTS),
        ];
        if visitor.me.role == Role::Owner {
            places.push(place(paths::desk::ADMIN_LOG, "Log", LOG));
        }
        let title = title.into();
        let script = None;
        Self { section: "Administration", places, here, title, lead, notice, script, visitor }
    }
}

/// The whole page.
pub(super) fn document(frame: Frame<'_>, content: AnyView) -> impl IntoView {
    let Frame { section, places, here, title, lead, notice, script, visitor } = frame;
    let tab = format!("{title} · {section} · Hubbub");
    let me = visitor.me.clone();
    (
        InertElement::new("<!DOCTYPE html>"),
        view! {
            <html lang="en">
                {head(tab, script)}
                <body class="desk">
                    <a class="skip" href="#content">"Skip to the page"</a>
                    <Rail section places here me/>
                    <main id="content" tabindex="-1">
                        <div class="column">
                            <header class="title">
                                <h1>{title}</h1>
                                <p>{lead}</p>
                            </header>
                            {notice.map(|notice| view! { <Said notice/> })}
                            {content}
                        </div>
                    </main>
                </body>
            </html>
        },
    )
}

/// What comes before all that is seen. Nothing of the app is loaded.
pub(in crate::transport::http) fn head(tab: String, script: Option<String>) -> AnyView {
    view! {
        <head>
            <meta charset="utf-8"/>
            {title_of(&tab)}
            <meta
                name="viewport"
                content="width=device-width, initial-scale=1, viewport-fit=cover"
            />
            <meta name="color-scheme" content="light dark"/>
            <meta name="robots" content="noindex"/>
            <link rel="stylesheet" href=style::sheet()/>
            <link rel="icon" href=style::icon() type="image/svg+xml"/>
            {script.map(|script| view! { <script type="module" src=script></script> })}
        </head>
    }
    .into_any()
}

#[component]
fn Rail(section: &'static str, places: Vec<Place>, here: &'static str, me: UserInfo) -> AnyView {
    let link = |place: Place| {
        view! {
            <li>
                <a href=place.path aria-current=(place.path == here).then_some("page")>
                    {icon(place.icon)}
                    {place.name}
                </a>
            </li>
        }
    };
    view! {
        <header class="rail">
            <a class="home" href="/">
                <span class="mark" aria-hidden="true"></span>
                <strong>"Hubbub"</strong>
                <small>{section}</small>
            </a>
            <nav aria-label=section>
                <ul>{places.into_iter().map(link).collect_view()}</ul>
            </nav>
            <a class="back" href="/">{icon(icons::BACK)} "Back to the chat"</a>
            <p class="self">
                {face(&me.display_name, &me.user_id.to_string())}
                <span><strong>{me.display_name}</strong><small>{role_name(me.role)}</small></span>
            </p>
        </header>
    }
    .into_any()
}

/// What is said above a page.
pub(in crate::transport::http) fn said(notice: Notice) -> AnyView {
    view! { <Said notice/> }.into_any()
}

#[component]
fn Said(notice: Notice) -> AnyView {
    match notice {
        Notice::Done(text) => {
            view! { <p class="said" role="status">{icon(DONE)} <span>{text}</span></p> }.into_any()
        }
        Notice::Wrong(error) => {
            let detail = sentence(&error.detail);
            view! { <p class="said wrong" role="alert">{icon(WRONG)} <span>{detail}</span></p> }
                .into_any()
        }
        Notice::Told(Secret { title, hint, text }) => view! {
            <section class="told" role="status">
                <h2>{title.clone()}</h2>
                <p>{hint}</p>
                <input type="text" readonly value=text aria-label=title autofocus/>
            </section>
        }
        .into_any(),
    }
}

const DONE: &str = "m4.5 10.5 3.7 3.7 7.3-8";
const WRONG: &str = "M10 5.5v5.5M10 14v.2M3 10a7 7 0 1 0 14 0a7 7 0 1 0-14 0";

/// The drawing of what closes something.
pub(super) fn cross() -> AnyView {
    icon("M5.5 5.5l9 9M14.5 5.5l-9 9").into_any()
}

/// The drawing of a way on; the stylesheet turns it round.
pub(super) fn chevron() -> AnyView {
    icon(icons::BACK).into_any()
}

/// A detail of an error as a sentence: with a capital and a full stop.
fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let mut text: String = first.into_iter().chain(letters).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// Initials on the hue of an id.
pub(super) fn face(name: &str, id: &str) -> AnyView {
    let class = ["avatar ", hue(id)].concat();
    view! { <span class=class aria-hidden="true">{initials(name)}</span> }.into_any()
}

/// A role's name.
pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::Member => "Member",
        Role::Guest => "Guest",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_become_sentences() {
        assert_eq!(sentence("only the owner may"), "Only the owner may.");
        assert_eq!(sentence("Done!"), "Done!");
        assert_eq!(sentence(""), ".");
    }
}
