//! The files of the message that is being written: a tile each, with what became of it.

use crate::browser::element::{El, el, many, memo};
use crate::commands::{Ctx, uploads};
use crate::components::icon::{self, icon, icon_button};
use crate::state::Where;
use crate::state::uploads::{Progress, Upload, size};
use leptos::prelude::*;

/// The tiles, in the order in which the files were added.
pub(super) fn tiles(ctx: Ctx, at: Where) -> El {
    let keys = memo(move || {
        ctx.ui
            .files
            .list
            .with(|list| list.of(at).map(|file| file.id.to_string()).collect::<Vec<_>>())
    });
    let some = memo(move || keys.with(|keys| !keys.is_empty()));
    many([]).live(move || {
        some.get().then(|| {
            let list = el("ul", "tiles").attr("aria-label", "Files to send");
            list.each(move || keys.get(), move |key| tile(ctx, key))
        })
    })
}

fn tile(ctx: Ctx, key: &str) -> El {
    let Ok(id) = key.parse::<u32>() else { return many([]) };
    let shown = memo(move || ctx.ui.files.list.with(|list| list.get(id).cloned()));
    let Some(file) = shown.get_untracked() else { return many([]) };
    let picture = match ctx.ui.files.picture(id) {
        Some(address) => el("img", "").attr("src", &address).attr("alt", ""),
        None => el("span", "sheet-icon").with(icon(icon::FILE)),
    };
    let note = move || shown.with(|file| file.as_ref().map(told).unwrap_or_default());
    let why = move || shown.with(|file| file.as_ref().filter(|file| is_failed(file)).map(told));
    let failed = memo(move || shown.with(|file| file.as_ref().is_some_and(is_failed)));
    let going = memo(move || {
        let going = |file: &Upload| {
            matches!(file.progress, Progress::Waiting { .. } | Progress::Sending { .. })
        };
        shown.with(|file| file.as_ref().is_some_and(going))
    });
    let percent = move || shown.with(|file| file.as_ref().map(|f| f.percent().to_string()));
    let label = ["Uploading ", &file.name].concat();
    let bar = move || {
        let bar = el("progress", "").attr("max", "100").attr("aria-label", &label);
        going.get().then(|| bar.live_attr("value", percent))
    };
    let again = ["Try ", &file.name, " again"].concat();
    let again = move || {
        let retry = move || uploads::retry(ctx, id);
        failed.get().then(|| {
            icon_button("icon small", icon::RETRY, &again, retry).attr("data-action", "retry-file")
        })
    };
    let remove = ["Remove ", &file.name].concat();
    let remove = icon_button("icon small", icon::CLOSE, &remove, move || uploads::remove(ctx, id))
        .attr("data-action", "remove-file");
    let state = move || Some(shown.with(|file| file.as_ref().map_or("", word)).to_owned());
    let text = el("span", "who")
        .with(el("strong", "").attr("title", &file.name).text(&file.name))
        .with(el("small", "").live_attr("title", why).words(note));
    el("li", "")
        .live_attr("data-upload", state)
        .with(picture)
        .with(text)
        .live(again)
        .with(remove)
        .live(bar)
}

fn is_failed(file: &Upload) -> bool {
    matches!(file.progress, Progress::Failed { .. })
}

fn word(file: &Upload) -> &'static str {
    match file.progress {
        Progress::Waiting { .. } => "waiting",
        Progress::Sending { .. } => "sending",
        Progress::Failed { .. } => "failed",
        Progress::Done(_) => "done",
    }
}

fn told(file: &Upload) -> String {
    let size = if file.size > 0 { size(file.size) } else { String::new() };
    match &file.progress {
        Progress::Waiting { .. } if file.tries > 0 => "Waiting for the network".to_owned(),
        Progress::Waiting { .. } => "Waiting for its turn".to_owned(),
        Progress::Sending { .. } if file.percent() == 100 => "Being stored".to_owned(),
        Progress::Sending { .. } => [&file.percent().to_string(), " % of ", &size].concat(),
        Progress::Failed { why } => why.clone(),
        Progress::Done(_) => size,
    }
}
