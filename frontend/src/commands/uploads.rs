//! What can be done with files before a message carries them: handing them over, trying them again,
//! letting go of them.

use super::Ctx;
use crate::browser::files::{self, File};
use crate::browser::{clock, random};
use crate::net::rest::{self, Failure};
use crate::net::upload::{self, Heard};
use crate::state::uploads::{Upload, Uploads};
use crate::state::{Changes, Where};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ErrorCode, UploadId};
use std::rc::Rc;

/// What is held of a file for as long as its tile is there.
struct Held {
    file: File,
    picture: Option<String>,
    upload: Option<upload::Upload>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(picture) = &self.picture {
            files::release(picture);
        }
    }
}

/// The files themselves, as long as their tiles are there. What became of them is `State::uploads`.
/// A handle: copying it copies nothing.
#[derive(Clone, Copy)]
pub struct Files {
    held: StoredValue<Vec<(u32, Held)>, LocalStorage>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Files {
    /// No file yet.
    pub fn new() -> Self {
        Self { held: StoredValue::new_local(Vec::new()), timer: StoredValue::new_local(None) }
    }

    /// The address at which a picture among them can be seen.
    pub fn picture(self, id: u32) -> Option<String> {
        self.with(id, |held| held.picture.clone()).flatten()
    }

    fn with<T>(self, id: u32, with: impl FnOnce(&mut Held) -> T) -> Option<T> {
        let held = self.held.try_update_value(|held| {
            held.iter_mut().find(|(known, _)| *known == id).map(|(_, held)| with(held))
        });
        held.flatten()
    }

    fn let_go(self, ids: &[u32]) {
        self.held.try_update_value(|held| held.retain(|(known, _)| !ids.contains(known)));
    }
}

impl Default for Files {
    fn default() -> Self {
        Self::new()
    }
}

fn change<T>(ctx: Ctx, change: impl FnOnce(&mut Uploads) -> T) -> Option<T> {
    let mut changed = None;
    ctx.store.write(|state| {
        changed = Some(change(&mut state.uploads));
        Changes { uploads: true, ..Changes::default() }
    });
    changed
}

/// Takes files for the message that is being written here, and begins to upload them. Gives what to
/// tell people about those that could not be taken.
pub fn add(ctx: Ctx, at: Where, files: Vec<File>) -> Option<String> {
    let mut refused = None;
    for file in files {
        match change(ctx, |list| list.add(at, &file.name(), file.size(), random::nonce())) {
            Some(Ok(id)) => {
                let held = Held { picture: file.picture(), file, upload: None };
                ctx.ui.files.held.try_update_value(|all| all.push((id, held)));
            }
            Some(Err(why)) => refused = refused.or(Some(why)),
            None => {}
        }
    }
    pump(ctx);
    refused
}

/// Tries one again.
pub fn retry(ctx: Ctx, id: u32) {
    change(ctx, |list| list.retry(id));
    pump(ctx);
}

/// Lets go of one; if it is on its way, that ends, and if the server has it, it is taken back.
pub fn remove(ctx: Ctx, id: u32) {
    let done = ctx.store.read(|state| state.uploads.get(id).and_then(Upload::done));
    if let Some(upload) = done {
        // One that stays there is swept by the server itself.
        spawn_local(async move { drop(rest::remove_upload(upload).await) });
    }
    change(ctx, |list| list.remove(id));
    ctx.ui.files.let_go(&[id]);
    pump(ctx);
}

/// A message carries those of this place now.
pub fn take(ctx: Ctx, at: Where) {
    let taken = change(ctx, |list| list.take(at)).unwrap_or_default();
    ctx.ui.files.let_go(&taken);
}

/// Takes back those of a message that was not sent.
pub fn restore(ctx: Ctx, at: Where, uploads: &[UploadId]) {
    change(ctx, |list| uploads.iter().for_each(|upload| list.restore(at, *upload)));
}

/// Begins what may begin, and comes back when something is due later.
fn pump(ctx: Ctx) {
    let now = clock::now();
    for id in change(ctx, |list| list.due(now)).unwrap_or_default() {
        begin(ctx, id);
    }
    let next = ctx.store.read(|state| state.uploads.next_due());
    let timer = next.map(|next| {
        let wait = next.saturating_sub(clock::now()).min(60_000) as u32;
        Timeout::new(wait.max(1), move || pump(ctx))
    });
    ctx.ui.files.timer.try_set_value(timer);
}

fn begin(ctx: Ctx, id: u32) {
    let files = ctx.ui.files;
    let nonce = ctx.store.read(|state| state.uploads.get(id).map(|known| known.nonce.clone()));
    let file = files.with(id, |held| held.file.clone());
    let (Some(nonce), Some(file)) = (nonce, file) else { return };
    let upload = upload::begin(&file, &nonce, Rc::new(move |heard| hear(ctx, id, heard)));
    if upload.is_none() {
        change(ctx, |list| list.refused(id, "This browser could not read the file"));
    }
    files.with(id, |held| held.upload = upload);
}

fn hear(ctx: Ctx, id: u32, heard: Heard) {
    let over = matches!(heard, Heard::Ended(_));
    change(ctx, |list| match heard {
        Heard::Sent(bytes) => list.sent(id, bytes),
        Heard::Ended(Ok(upload)) => list.done(id, upload),
        Heard::Ended(Err(failure)) if passes(&failure) => list.broke(id, clock::now()),
        Heard::Ended(Err(failure)) => list.refused(id, failure.say()),
    });
    if over {
        pump(ctx);
    }
}

/// Whether trying again may help.
fn passes(failure: &Failure) -> bool {
    match failure.code() {
        None => true,
        Some(code) => matches!(
            code,
            ErrorCode::RateLimited
                | ErrorCode::StorageUnavailable
                | ErrorCode::Draining
                | ErrorCode::Timeout
                | ErrorCode::Internal
        ),
    }
}
