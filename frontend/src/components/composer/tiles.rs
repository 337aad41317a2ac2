//! The files of the message that is being written: a tile each, with what became of it.

use crate::browser::element::{El, el, many, memo};
use crate::commands::{Ctx, uploads};
use crate::components::icon::{self, icon, icon_button};
use crate::state::uploads::{Progress, Upload, size};
use crate::state::{State, Where};
use leptos::prelude::*;

/// The tiles, in the order in which the files were added.
pub(super) fn tiles(ctx: Ctx, at: Where) -> El {
    let keys = memo(move || {
        ctx.store.uploads.track();
        let ids = |state: &State| state.uploads.of(at).map(|file| file.id.to_string()).collect();
        ctx.store.read(|state| -> Vec<String> { ids(state) })
    });
    let some = memo(move || keys.with(|keys| !keys.is_empty()));
    many([]).live(move || {
        some.get().then(|| {
            let list = el("ul", "tiles").attr("aria-label", "Files to send");
            list.each(move || keys.get(), move |key| tile(ctx, key))
        })
    })
}

/// Something about a file, watched.
fn of(ctx: Ctx, id: u32, tell: fn(&Upload) -> String) -> String {
    ctx.store.uploads.track();
    ctx.store.read(|state| state.uploads.get(id).map(tell).unwrap_or_default())
}

fn tile(ctx: Ctx, key: &str) -> El {
    let Ok(id) = key.parse::<u32>() else { return many([]) };
    let name = untrack(|| of(ctx, id, |file| file.name.clone()));
    let word = memo(move || of(ctx, id, word));
    let is = move |words: &[&str]| word.with(|word| words.contains(&word.as_str()));
    let picture = match ctx.ui.files.picture(id) {
        Some(address) => el("img", "").attr("src", &address).attr("alt", ""),
        None => el("span", "sheet-icon").with(icon(icon::FILE)),
    };
    let note = move || of(ctx, id, told);
    let label = ["Uploading ", &name].concat();
    let bar = move || {
        let bar = el("progress", "").attr("max", "100").attr("aria-label", &label);
        let percent = move || Some(of(ctx, id, |file| file.percent().to_string()));
        is(&["waiting", "sending"]).then(|| bar.live_attr("value", percent))
    };
    let again = ["Try ", &name, " again"].concat();
    let again = move || {
        let retry = move || uploads::retry(ctx, id);
        is(&["failed"]).then(|| {
            icon_button("icon small", icon::RETRY, &again, retry).attr("data-action", "retry-file")
        })
    };
    let remove = ["Remove ", &name].concat();
    let remove = icon_button("icon small", icon::CLOSE, &remove, move || uploads::remove(ctx, id))
        .attr("data-action", "remove-file");
    let text = el("span", "who")
        .with(el("strong", "").attr("title", &name).text(&name))
        .with(el("small", "").live_attr("title", move || Some(note())).words(note));
    el("li", "")
        .live_attr("data-upload", move || Some(word.get()))
        .with(picture)
        .with(text)
        .live(again)
        .with(remove)
        .live(bar)
}

fn word(file: &Upload) -> String {
    let word = match file.progress {
        Progress::Waiting { .. } => "waiting",
        Progress::Sending { .. } => "sending",
        Progress::Failed { .. } => "failed",
        Progress::Done(_) => "done",
    };
    word.to_owned()
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
