//! A message's files: pictures, sound and film as themselves, texts with their first lines, and
//! everything else as something to download. What opens a picture large is `lightbox.rs`.

use super::icon::{self, icon};
use super::rich::rich;
use crate::browser::element::{El, el, many};
use crate::commands::{Ctx, Dialog, keeping};
use crate::state::text::count;
use crate::state::uploads::size;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{Attachment, AttachmentKind, paths};

/// Pictures that are shown of one message; behind them is said how many more there are.
const SHOWN_MAX: usize = 4;
/// The largest room that a single picture takes, in pixels.
const ROOM: (u32, u32) = (400, 300);

/// Where a file is, as it is or as a smaller picture.
pub fn address(file: &Attachment, query: &str) -> String {
    [&paths::upload(file.upload_id, &file.filename), query].concat()
}

/// The files of a message; of one that is not sent yet, how many go with it.
pub fn attachments(ctx: Ctx, files: &[Attachment], uploads: usize) -> Option<El> {
    if files.is_empty() {
        let text = count(uploads as u64, "file", "files");
        let waiting = || el("p", "uploads").with(icon(icon::FILE)).text(&text);
        return (uploads > 0).then(waiting);
    }
    let seen = |file: &&Attachment| file.kind == AttachmentKind::Image && file.width.is_some();
    let pictures: Vec<Attachment> = files.iter().filter(seen).cloned().collect();
    let shots = (!pictures.is_empty()).then(|| shots(ctx, &pictures));
    let others = files.iter().filter(|file| !seen(file)).map(|file| other(ctx, file));
    Some(el("div", "attached").with_if(shots).with_all(others))
}

fn shots(ctx: Ctx, pictures: &[Attachment]) -> El {
    let one = pictures.len() == 1;
    let class = if one { "shots one" } else { "shots" };
    let shown = pictures.iter().take(SHOWN_MAX).enumerate().map(|(at, file)| {
        let (wide, high) = if one { fitted(file) } else { (240, 180) };
        let picture = el("img", "")
            .attr("src", &address(file, "?size=small"))
            .attr("alt", &file.filename)
            .attr("width", &wide.to_string())
            .attr("height", &high.to_string())
            .attr("loading", "lazy")
            .attr("decoding", "async");
        let more = pictures.len() - SHOWN_MAX.min(pictures.len());
        let more = (more > 0 && at + 1 == SHOWN_MAX)
            .then(|| el("span", "rest").text(&["+", &more.to_string()].concat()));
        let all = pictures.to_vec();
        el("button", "shot")
            .attr("type", "button")
            .attr("data-upload-id", &file.upload_id.to_string())
            .attr("aria-haspopup", "dialog")
            .attr("title", &file.filename)
            .with(picture)
            .with_if(more)
            .on_click(move || ctx.ui.open(Dialog::Pictures(all.clone(), at)))
    });
    el("div", class).with_all(shown)
}

/// The size in which a picture is shown, so that its room is kept before it is there.
fn fitted(file: &Attachment) -> (u32, u32) {
    let (wide, high) = (file.width.unwrap_or(1).max(1), file.height.unwrap_or(1).max(1));
    let (by_width, by_height) = (ROOM.0 * high, ROOM.1 * wide);
    if wide <= ROOM.0 && high <= ROOM.1 {
        (wide, high)
    } else if by_width <= by_height {
        (ROOM.0, (by_width / wide).max(1))
    } else {
        ((by_height / high).max(1), ROOM.1)
    }
}

fn other(ctx: Ctx, file: &Attachment) -> El {
    let plays = |tag: &str| {
        el(tag, "")
            .attr("controls", "")
            .attr("preload", "metadata")
            .attr("src", &address(file, ""))
            .attr("aria-label", &file.filename)
    };
    match file.kind {
        AttachmentKind::Audio => many([card(file, &[]), plays("audio")]),
        AttachmentKind::Video => many([card(file, &[]), plays("video")]),
        AttachmentKind::Text => text(ctx, file),
        AttachmentKind::Image | AttachmentKind::File => card(file, &[]),
    }
}

/// A file's name and size, with a way to have it.
fn card(file: &Attachment, further: &[El]) -> El {
    let download = el("a", "icon small")
        .attr("href", &address(file, ""))
        .attr("download", &file.filename)
        .attr("aria-label", &["Download ", &file.filename].concat())
        .with(icon(icon::DOWNLOAD));
    let who = el("span", "who")
        .with(el("strong", "").text(&file.filename))
        .with(el("small", "").text(&size(file.size)));
    el("div", "file")
        .attr("data-upload-id", &file.upload_id.to_string())
        .with(icon(icon::FILE))
        .with(who)
        .with_all(further.iter().cloned())
        .with(download)
}

/// A text, with its first lines once somebody asks for them.
fn text(ctx: Ctx, file: &Attachment) -> El {
    let shown = RwSignal::new(None::<(String, bool)>);
    let asked = file.clone();
    let toggle = move || {
        if shown.with_untracked(Option::is_some) {
            return shown.set(None);
        }
        let file = asked.clone();
        spawn_local(async move {
            if let Some(found) = ctx.check(keeping::text_preview(&file).await) {
                let _ = shown.try_set(Some(found));
            }
        });
    };
    let button = el("button", "quiet small")
        .attr("type", "button")
        .attr("data-action", "preview")
        .live_bool("aria-expanded", move || shown.with(Option::is_some))
        .words(move || if shown.with(Option::is_some) { "Hide" } else { "Preview" }.to_owned())
        .on_click(toggle);
    let start = move || {
        shown.with(|shown| {
            let (html, cut) = shown.as_ref()?;
            let note = cut.then(|| el("small", "").text("It goes on. Download it to read all."));
            Some(rich(ctx, "rich file-start", html).with_if(note))
        })
    };
    many([card(file, &[button])]).live(start)
}
