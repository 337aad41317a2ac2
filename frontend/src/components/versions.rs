//! Every text that a message had: nobody changes what they said without a trace.

use super::body::time_view;
use super::dialog::dialog;
use super::rich::rich;
use crate::browser::clock;
use crate::browser::element::{El, el};
use crate::commands::{Ctx, keeping};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::messages::Version;
use shared::{ChannelId, MessageId};

/// The dialog, newest text first.
pub fn versions(ctx: Ctx, channel: ChannelId, message: MessageId) -> El {
    let found = RwSignal::new(None::<Result<Vec<Version>, String>>);
    spawn_local(async move {
        let versions = keeping::versions(channel, message).await;
        let _ = found.try_set(Some(versions.map_err(|why| why.say().to_owned())));
    });
    let list = move || {
        let note = |text: &str| Some(el("p", "none").text(text));
        found.with(|found| match found {
            None => note("Loading…"),
            Some(Err(why)) => note(why),
            Some(Ok(versions)) if versions.is_empty() => {
                note("It was deleted, with all its texts.")
            }
            Some(Ok(versions)) => {
                let first = versions.len() - 1;
                let shown = versions.iter().enumerate().map(|(at, version)| {
                    let what = match at {
                        0 => "Now, since ",
                        _ if at == first => "At first, ",
                        _ => "",
                    };
                    version_view(ctx, version, what)
                });
                Some(el("ol", "versions").with_all(shown))
            }
        })
    };
    let body = el("div", "form").live_flag("aria-busy", move || found.with(Option::is_none));
    dialog(ctx, "versions", "Edits", "", body.live(list))
}

fn version_view(ctx: Ctx, version: &Version, what: &str) -> El {
    let text = match &version.html {
        Some(html) => rich(ctx, "text rich", html),
        None => el("div", "text").text(&version.message),
    };
    let when = time_view("", "", version.at, &clock::full(version.at));
    el("li", "").with(el("h3", "").text(what).with(when)).with(text)
}
