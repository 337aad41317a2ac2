//! Everything that somebody sees who is logged in: the rail, the page at the address, dialogs and
//! notes. The store and the connection live as long as it does.

use super::channel::{outside, waiting};
use super::home::home;
use super::lost::lost;
use crate::browser::element::{El, el, many, memo, watch};
use crate::browser::{dom, history, page, press};
use crate::commands::{Ctx, Dialog, channels, panes};
use crate::components::announcer::announcer;
use crate::components::pane::pane;
use crate::components::rail::rail;
use crate::components::sheet::sheet;
use crate::components::toasts::toasts;
use crate::components::{
    browse, composer, confirm, create, emoji, forward, lightbox, settings, shortcuts, switcher,
    versions,
};
use crate::keep;
use crate::net::{Net, load};
use crate::state::Changes;
use crate::state::outbox::Outbox;
use crate::state::place::Place;
use crate::store::Store;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ChannelId;
use shared::api::account::Me;

/// What is drawn where the address leads.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Home,
    Waiting,
    Inside(ChannelId),
    Outside(ChannelId),
    Nothing,
}

/// The inside. `ended` is told when the session is over, with the reason for people; `leave` is
/// called when somebody logs out.
pub fn inside(me: Me, ended: RwSignal<Option<&'static str>>, leave: Callback<()>) -> El {
    let store = Store::new(me.user.user_id, me.client_id);
    let net = Net::new(store, ended);
    let ctx = Ctx::new(store, net);
    restore(ctx, me);
    net.start();
    begin(ctx);
    watch(move || {
        if let Some(text) = net.troubles().get() {
            untrack(|| ctx.complain(&text));
        }
    });
    listen(ctx);
    let path = RwSignal::new(history::path());
    travel(ctx, path);
    let place = move || path.with(|path| Place::at(path));
    let shown = memo(move || {
        let channel = match place() {
            Place::Home => return Shown::Home,
            Place::Nowhere => return Shown::Nothing,
            Place::Channel(channel, _) => channel,
        };
        ctx.store.channels.track();
        let member = ctx.store.read(|state| state.channels.get(channel).is_some());
        match (member, ctx.store.ready.get()) {
            (true, _) => Shown::Inside(channel),
            (false, false) => Shown::Waiting,
            (false, true) => Shown::Outside(channel),
        }
    });
    // Opening comes before the sheet is drawn, so that the sheet finds the room and the draft.
    watch(move || {
        let at = place();
        if let (Shown::Inside(channel), Place::Channel(_, seq)) = (shown.get(), at) {
            untrack(|| channels::open(ctx, channel, seq));
        }
    });
    watch(move || title(ctx, shown.get()));
    let main = move || {
        Some(match shown.get() {
            Shown::Home => home(ctx),
            Shown::Waiting => waiting(),
            Shown::Inside(channel) => untrack(|| sheet(ctx, channel)),
            Shown::Outside(channel) => outside(ctx, channel),
            Shown::Nothing => lost(),
        })
    };
    let skip_to = move || match shown.get() {
        Shown::Inside(_) => "#composer",
        _ => "#channel-name",
    };
    let skip = el("a", "skip").live_attr("href", move || Some(skip_to().to_owned()));
    let skip = skip.text("Skip to message box");
    let skip = skip.on("click", |event| {
        event.prevent_default();
        event.stop_propagation();
        dom::focus("#composer, #channel-name");
    });
    let view = move || if place() == Place::Home { "rail" } else { "channel" };
    let app = el("div", "app")
        .live_attr("data-connection", move || Some(store.link.get().word().to_owned()))
        .live_attr("data-view", move || Some(view().to_owned()))
        .live_flag("data-pane", move || ctx.ui.pane.get().is_some())
        .with(rail(ctx))
        .live(main)
        .live(pane(ctx));
    let dialog = move || ctx.ui.dialog.get().map(|dialog| dialog_view(ctx, dialog, leave));
    many([skip, announcer(ctx), app]).live(dialog).with(toasts(ctx))
}

/// Goes where commands, links and the browser's own buttons want to go.
fn travel(ctx: Ctx, path: RwSignal<String>) {
    let travel = move |to: String, replace: bool| {
        history::go(&to, replace);
        path.set(to);
    };
    let back = window_event_listener_untyped("popstate", move |_| {
        let here = path.get_untracked();
        if page::is_phone() && ctx.ui.pane.get_untracked().is_some() {
            // The pane fills the screen: going back leaves it, and nothing else.
            history::go(&here, false);
            panes::back(ctx);
        } else {
            path.set(history::path());
        }
    });
    on_cleanup(move || back.remove());
    let click = window_event_listener_untyped("click", move |event| {
        if let Some(to) = history::followed(&event) {
            event.prevent_default();
            let replace = path.with_untracked(|here| *here == to);
            travel(to, replace);
        }
    });
    on_cleanup(move || click.remove());
    watch(move || {
        if let Some(to) = ctx.ui.go.get() {
            let here = path.get_untracked();
            // From the home screen, going back must not come here again at once.
            let replace = here == "/" && !page::is_phone() || here == to;
            travel(to, replace);
        }
    });
}

/// Listens to what happens anywhere on the page.
fn listen(ctx: Ctx) {
    press::guard();
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        shortcuts::pressed(ctx, &event);
    });
    on_cleanup(move || keys.remove());
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let held = ctx.ui.tools.try_get_untracked().flatten();
        let inside = dom::nearest(event.target(), "data-tools").is_some();
        if held.is_some() && !inside {
            let _ = ctx.ui.tools.try_set(None);
        }
    });
    on_cleanup(move || outside.remove());
}

/// The title in the tab: where one is, with a dot when somebody asks for one's attention.
fn title(ctx: Ctx, shown: Shown) {
    ctx.store.channels.track();
    ctx.store.people.track();
    let wanted = ctx.store.read(|state| state.channels.iter().any(|channel| channel.mentions > 0));
    let dot = if wanted { "• " } else { "" };
    match shown {
        Shown::Inside(channel) => {
            let title = ctx.store.read(|state| state.title(channel));
            page::set_title(&[dot, &title, " · Hubbub"].concat());
        }
        Shown::Home => page::set_title(&[dot, "Hubbub"].concat()),
        Shown::Waiting | Shown::Outside(_) | Shown::Nothing => {}
    }
}

/// Puts in what the browser kept and who oneself is.
fn restore(ctx: Ctx, me: Me) {
    let id = me.user.user_id;
    ctx.store.write(|state| {
        state.people.put(me.user);
        state.outbox = Outbox::restore(keep::entries(id));
        state.drafts = keep::drafts(id);
        state.emoji.tone = keep::tone();
        state.emoji.recent = keep::recent_emoji();
        Changes { people: true, outbox: true, ..Changes::default() }
    });
}

/// Fetches what the first screen needs; while the server doesn't answer, tries again.
fn begin(ctx: Ctx) {
    spawn_local(async move {
        while load::channels(ctx.net).await.is_err() {
            gloo_timers::future::TimeoutFuture::new(1_000).await;
            if ctx.store.link.try_get_untracked().is_none() {
                return; // nobody is inside any more
            }
        }
        // Names that are missing are fetched one by one when they are needed.
        let _ = load::users(ctx.net, "").await;
    });
}

fn dialog_view(ctx: Ctx, dialog: Dialog, leave: Callback<()>) -> El {
    match dialog {
        Dialog::Create(picked) => create::create(ctx, picked),
        Dialog::Browse => browse::browse(ctx),
        Dialog::Switcher => switcher::switcher(ctx),
        Dialog::Settings => settings::settings(ctx, leave),
        Dialog::Shortcuts => shortcuts::shortcuts(ctx),
        Dialog::Commands => composer::commands::commands(ctx),
        Dialog::Emoji => emoji::emoji(ctx),
        Dialog::EditChannel(channel) => create::edit(ctx, channel),
        Dialog::AddPeople(channel) => create::add_people(ctx, channel),
        Dialog::Confirm(what) => confirm::confirm(ctx, what),
        Dialog::Forward(message, gist) => forward::forward(ctx, message, &gist),
        Dialog::Versions(channel, message) => versions::versions(ctx, channel, message),
        Dialog::Pictures(pictures, at) => lightbox::lightbox(ctx, pictures, at),
    }
}
