//! What a message's links lead to, as the server found it. Nothing here loads anything from
//! elsewhere: the pictures are the server's own copies.

use super::icon::{self, icon_button};
use crate::browser::element::{El, el};
use crate::commands::{Ctx, keeping};
use crate::state::rows::Row;
use leptos::prelude::*;
use shared::{ChannelId, Preview};

/// The previews under a message; its author can remove them.
pub fn previews(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>, links: &[Preview]) -> Option<El> {
    if links.is_empty() {
        return None;
    }
    let remove = row.with_untracked(|row| row.message_id.filter(|_| row.own)).map(|message| {
        let remove = move || keeping::remove_previews(ctx, channel, message);
        icon_button("icon small", icon::CLOSE, "Remove previews", remove)
            .attr("data-action", "remove-previews")
    });
    Some(el("div", "previews").with_all(links.iter().map(card)).with_if(remove))
}

fn card(link: &Preview) -> El {
    let picture =
        link.image.as_deref().filter(|path| path.starts_with('/') && !path.starts_with("//"));
    let picture = picture.map(|path| {
        let side = |pixels: Option<u32>| pixels.unwrap_or(88).to_string();
        el("img", "")
            .attr("src", path)
            .attr("alt", "")
            .attr("width", &side(link.width))
            .attr("height", &side(link.height))
            .attr("loading", "lazy")
            .attr("decoding", "async")
    });
    let line = |tag: &str, text: Option<&str>| text.map(|text| el(tag, "").text(text));
    let text = el("span", "")
        .with(el("strong", "").text(&link.title))
        .with_if(line("span", link.text.as_deref()))
        .with_if(line("small", link.site.as_deref()));
    let web = ["https://", "http://"].iter().any(|scheme| link.url.starts_with(scheme));
    el("a", "preview")
        .attr_if("href", Some(link.url.as_str()).filter(|_| web))
        .attr("target", "_blank")
        .attr("rel", "noopener noreferrer nofollow")
        .with_if(picture)
        .with(text)
}
