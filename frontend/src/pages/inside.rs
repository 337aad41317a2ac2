//! Everything that somebody sees who is logged in: the rail, the page at the address, dialogs and
//! notes. The store and the connection live as long as it does.

use super::channel::ChannelPage;
use super::home::Home;
use super::lost::Lost;
use crate::browser::dom;
use crate::commands::{Ctx, Dialog, Ui};
use crate::components::announcer::Announcer;
use crate::components::rail::Rail;
use crate::components::toasts::Toasts;
use crate::components::{browse, confirm, create, settings, shortcuts, switcher};
use crate::keep;
use crate::net::{Net, load};
use crate::state::Changes;
use crate::state::outbox::Outbox;
use crate::store::Store;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{Route, Routes};
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::{NavigateOptions, path};
use shared::api::account::Me;

/// The inside. `ended` is told when the session is over, with the reason for people.
#[component]
pub fn Inside(
    /// Who came in.
    me: Me,
    /// Told when the session is over.
    ended: RwSignal<Option<&'static str>>,
    /// Called when somebody logs out.
    leave: Callback<()>,
) -> impl IntoView {
    let store = Store::new(me.user.user_id, me.client_id);
    let net = Net::new(store, ended);
    let ctx = Ctx { store, net, ui: Ui::new() };
    provide_context(ctx);
    restore(ctx, me);
    net.start();
    begin(ctx);
    Effect::new(move |_| {
        if let Some(text) = net.troubles().get() {
            ctx.complain(&text);
        }
    });
    let location = use_location();
    let path = location.pathname;
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(to) = ctx.ui.go.get() {
            let here = path.get_untracked();
            // From the home screen, going back must not come here again at once.
            let replace = here == "/" && !crate::browser::page::is_phone() || here == to;
            navigate(&to, NavigateOptions { replace, scroll: false, ..Default::default() });
        }
    });
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
    let link = move || store.link.get().word();
    let home = move || if path.get() == "/" { "rail" } else { "channel" };
    view! {
        <a class="skip" href="#composer" on:click=skip>"Skip to message box"</a>
        <Announcer />
        <div class="app" data-connection=link data-view=home>
            <Rail />
            <Routes fallback=|| view! { <Lost /> }>
                <Route path=path!("/") view=Home />
                <Route path=path!("/c/:channelId/:seq?") view=ChannelPage />
            </Routes>
        </div>
        {move || ctx.ui.dialog.get().map(|dialog| dialog_view(ctx, dialog, leave))}
        <Toasts />
    }
}

fn skip(event: leptos::ev::MouseEvent) {
    event.prevent_default();
    event.stop_propagation();
    dom::focus("#composer, #channel-name");
}

/// Puts in what the browser kept and who oneself is.
fn restore(ctx: Ctx, me: Me) {
    let id = me.user.user_id;
    ctx.store.write(|state| {
        state.people.put(me.user);
        state.outbox = Outbox::restore(keep::entries(id));
        state.drafts = keep::drafts(id);
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

fn dialog_view(ctx: Ctx, dialog: Dialog, leave: Callback<()>) -> AnyView {
    match dialog {
        Dialog::Create(picked) => create::create(ctx, picked),
        Dialog::Browse => browse::browse(ctx),
        Dialog::Switcher => switcher::switcher(ctx),
        Dialog::Settings => settings::settings(ctx, leave),
        Dialog::Shortcuts => shortcuts::shortcuts(ctx),
        Dialog::EditChannel(channel) => create::edit(ctx, channel),
        Dialog::AddPeople(channel) => create::add_people(ctx, channel),
        Dialog::Confirm(what) => confirm::confirm(ctx, what),
    }
}
