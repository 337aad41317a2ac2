//! How the pages look: Leptos components with the classes of `style/`. No script and no inline
//! style is in them.

use super::icons::{self, icon};
use super::scene::{Content, Inside, Place, Scene};
use super::template::Filled;
use crate::domain::markdown::as_html;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use shared::look::{hue, initials};
use shared::{UserInfo, paths};

/// The whole page: the template's parts as they are, and between them what the server knows.
pub(super) fn document(filled: Filled, scene: Scene) -> impl IntoView {
    let Scene { title, topic, content } = scene;
    (
        InertElement::new(filled.start),
        view! { <Tags title topic/> },
        InertElement::new(filled.head),
        view! { <Shell content/> },
        InertElement::new(filled.tail),
    )
}

/// The title, and the Open Graph tags that other programs show for a shared link.
#[component]
fn Tags(title: String, topic: Option<String>) -> impl IntoView {
    let tab = if title.contains("Hubbub") { title.clone() } else { format!("{title} · Hubbub") };
    let topic = topic.unwrap_or_else(|| "A real-time chat that your team runs itself.".to_owned());
    view! {
        {title_of(&tab)}
        {open_graph("og:site_name", "Hubbub".to_owned())}
        {open_graph("og:type", "website".to_owned())}
        {open_graph("og:title", title)}
        {open_graph("og:description", topic)}
    }
}

/// What the tab is called. Not an element of a view: its text would end with a view's mark, which is no
/// comment in a title.
pub(in crate::transport::http) fn title_of(tab: &str) -> InertElement {
    InertElement::new(["<title>", &as_html(tab), "</title>"].concat())
}

fn open_graph(property: &'static str, content: String) -> impl IntoView {
    leptos::html::meta().attr("property", property).content(content)
}

/// What is there until the app mounts, and removes it.
#[component]
fn Shell(content: Content) -> impl IntoView {
    let content = match content {
        Content::Door => view! { <Door/> }.into_any(),
        Content::Inside(inside) => view! { <House inside=*inside/> }.into_any(),
        Content::Lost => view! { <Lost/> }.into_any(),
    };
    view! { <div id="ssr-shell">{content}</div> }
}

#[component]
fn Door() -> impl IntoView {
    view! {
        <div class="door">
            <main class="enter" aria-busy="true">
                <span class="mark big" aria-hidden="true"></span>
                <h1>"Hubbub"</h1>
                <p class="lead">"Loading…"</p>
                <NeedsScripts/>
            </main>
        </div>
    }
}

#[component]
fn Lost() -> impl IntoView {
    view! {
        <div class="door">
            <main class="enter lost">
                <span class="mark big" aria-hidden="true"></span>
                <h1>"Nothing here"</h1>
                <p class="lead">"This page does not exist, or it is not for you to see."</p>
                <a class="primary" href="/">"Back to Hubbub"</a>
            </main>
        </div>
    }
}

#[component]
fn NeedsScripts() -> impl IntoView {
    view! {
        <noscript>
            <p class="banner">
                <span>
                    "Hubbub needs JavaScript and WebAssembly. Scripts can use its "
                    <a class="link" href=paths::DOCS>"API"</a>
                    " without a browser."
                </span>
            </p>
        </noscript>
    }
}

#[component]
fn House(inside: Inside) -> impl IntoView {
    let Inside { rooms, talks, here, me } = inside;
    let open = here.as_ref().map(|here| here.id);
    let links = move |places: Vec<Place>| -> Vec<_> {
        let link = |place: Place| view! { <Link current=open == Some(place.id) place/> };
        places.into_iter().map(link).collect()
    };
    // On a phone either the rail or the channel is in view.
    let shown = if here.is_some() { "channel" } else { "rail" };
    view! {
        <div class="app" data-connection="connecting" data-view=shown>
            <nav class="rail" aria-label="Channels">
                <header class="rail-head">
                    <span class="mark" aria-hidden="true"></span>
                    <strong>"Hubbub"</strong>
                    {icons::place("icon", icons::SEARCH)}
                </header>
                <div class="rail-lists">
                    <h2>
                        "Channels "
                        <span class="rail-actions">
                            {icons::place("icon small", icons::COMPASS)}
                            {icons::place("icon small", icons::PLUS)}
                        </span>
                    </h2>
                    <ul>{links(rooms)}</ul>
                    <h2>
                        "People "
                        <span class="rail-actions">{icons::place("icon small", icons::PLUS)}</span>
                    </h2>
                    <ul>{links(talks)}</ul>
                </div>
                {me.map(|me| view! { <Oneself me/> })}
            </nav>
            {match here {
                Some(here) => view! { <Sheet here/> }.into_any(),
                None => view! { <Empty/> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Link(place: Place, current: bool) -> impl IntoView {
    let kind = if place.is_room { "room " } else { "person " };
    let unread = if place.unread { " unread" } else { "" };
    let class = [kind, hue(&place.id.to_string()), unread].concat();
    view! {
        <li>
            <a
                class=class
                href=paths::channel_page(place.id)
                aria-current=current.then_some("page")
            >
                {picture(&place)}
                <span class="label">{place.title}</span>
            </a>
        </li>
    }
}

/// The bar of a room's hue, the picture of the one other person, or the number of several.
fn picture(place: &Place) -> AnyView {
    match place.others.as_slice() {
        _ if place.is_room => view! { <i aria-hidden="true"></i> }.into_any(),
        [one] if place.count == 1 => view! { <Avatar user=one.clone()/> }.into_any(),
        _ => {
            let class = ["avatar ", hue(&place.id.to_string())].concat();
            let count = place.count.max(1).to_string();
            view! { <span class=class aria-hidden="true">{count}</span> }.into_any()
        }
    }
}

#[component]
fn Avatar(user: UserInfo) -> impl IntoView {
    let class = ["avatar ", hue(&user.user_id.to_string())].concat();
    let dot = if user.online { "on" } else { "" };
    view! {
        <span class=class aria-hidden="true">
            {initials(&user.display_name)}
            <em class=dot></em>
        </span>
    }
}

#[component]
fn Oneself(me: UserInfo) -> impl IntoView {
    let name = me.display_name.clone();
    view! {
        <footer class="self">
            <Avatar user=me/>
            <span class="who"><strong>{name}</strong><small>"Connecting…"</small></span>
            {icons::place("icon", icons::SETTINGS)}
        </footer>
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <main class="sheet h12" aria-busy="true" aria-label="Loading">
            <div class="waiting"><span class="mark big" aria-hidden="true"></span></div>
            <NeedsScripts/>
        </main>
    }
}

/// How many lines each message of the skeleton has.
const BONES: [usize; 5] = [3, 1, 2, 2, 3];

#[component]
fn Sheet(here: Place) -> impl IntoView {
    let class = ["sheet ", hue(&here.id.to_string())].concat();
    let ghosts = BONES.map(|lines| {
        let bones: Vec<_> = (0..lines).map(|_| view! { <span class="bone"></span> }).collect();
        view! {
            <div class="ghost" aria-hidden="true">
                <span class="bone face"></span>
                <div><span class="bone name"></span>{bones}</div>
            </div>
        }
    });
    let placeholder = ["Message ", &here.title].concat();
    view! {
        <main class=class aria-busy="true" aria-labelledby="channel-name">
            <header class="bar">
                <a class="icon back" href="/" aria-label="Back to channels">{icon(icons::BACK)}</a>
                <div>
                    <h1 id="channel-name">{here.title}</h1>
                    {here.topic.map(|topic| view! { <p>{topic}</p> })}
                </div>
            </header>
            <div class="feed">
                <div class="column skeleton">{ghosts.into_iter().collect_view()}</div>
            </div>
            <NeedsScripts/>
            <div class="dock">
                <p class="typing"></p>
                <div class="composer">
                    <div class="box">
                        <textarea
                            rows="1"
                            placeholder=placeholder.clone()
                            aria-label=placeholder
                            disabled
                        ></textarea>
                        <button type="button" class="send" aria-label="Send" disabled>
                            {icon(icons::SEND)}
                        </button>
                    </div>
                </div>
            </div>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::http::page::scene::Scene;

    fn html(scene: Scene) -> String {
        let filled = Filled {
            start: "<html><head>".to_owned(),
            head: "</head><body>".to_owned(),
            tail: "</body></html>".to_owned(),
        };
        let owner = Owner::new();
        owner.with(|| document(filled, scene).to_html())
    }

    #[test]
    fn what_people_wrote_is_text_and_never_markup() {
        let mut scene = Scene::closed();
        scene.title = "</title><script>alert(1)</script>".to_owned();
        scene.topic = Some("\"><img src=x onerror=alert(1)>".to_owned());
        let html = html(scene);
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert!(html.contains("&lt;/title&gt;&lt;script&gt;"), "{html}");
    }

    #[test]
    fn the_parts_stand_in_their_places() {
        let html = html(Scene::closed());
        assert!(html.starts_with("<html><head><title>Hubbub</title><meta"), "{html}");
        // Between them may stand the marks of views, which are comments.
        let html = html.replace("<!>", "");
        assert!(html.contains("</head><body><div id=\"ssr-shell\"><div class=\"door\">"), "{html}");
        assert!(html.ends_with("</div></body></html>"), "{html}");
        assert!(!html.contains("style="), "{html}");
    }
}
