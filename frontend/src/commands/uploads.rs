//! What can be done with files before a message carries them: handing them over, trying them again,
//! letting go of them.

use super::Ctx;
use crate::browser::files::{self, File};
use crate::browser::{clock, random};
use crate::net::rest::{self, Failure};
use crate::net::upload::{self, Heard};
use crate::state::Where;
use crate::state::uploads::{Upload, Uploads};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::map::HashMap;
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

/// The files that no message carries yet. A handle: copying it copies nothing.
#[derive(Clone, Copy)]
pub struct Files {
    /// What became of them.
    pub list: RwSignal<Uploads>,
    held: StoredValue<HashMap<u32, Held>, LocalStorage>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Files {
    /// No file yet.
    pub fn new() -> Self {
        Self {
            list: RwSignal::new(Uploads::default()),
            held: StoredValue::new_local(HashMap::default()),
            timer: StoredValue::new_local(None),
        }
    }

    /// The address at which a picture among them can be seen.
    pub fn picture(self, id: u32) -> Option<String> {
        self.held.try_with_value(|held| held.get(&id)?.picture.clone()).flatten()
    }

    fn change<T: Default>(self, change: impl FnOnce(&mut Uploads) -> T) -> T {
        self.list.try_update(change).unwrap_or_default()
    }

    fn let_go(self, ids: &[u32]) {
        self.held.try_update_value(|held| ids.iter().for_each(|id| drop(held.remove(id))));
    }
}

impl Default for Files {
    fn default() -> Self {
        Self::new()
    }
}

/// Takes files for the message that is being written here, and begins to upload them. Gives what to
/// tell people about those that could not be taken.
pub fn add(ctx: Ctx, at: Where, files: Vec<File>) -> Option<String> {
    let mut refused = None;
    for file in files {
        let added = ctx
            .ui
            .files
            .change(|list| Some(list.add(at, &file.name(), file.size(), random::nonce())));
        match added {
            Some(Ok(id)) => {
                let held = Held { picture: file.picture(), file, upload: None };
                ctx.ui.files.held.try_update_value(|all| all.insert(id, held));
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
    ctx.ui.files.change(|list| list.retry(id));
    pump(ctx);
}

/// Lets go of one; if it is on its way, that ends, and if the server has it, it is taken back.
pub fn remove(ctx: Ctx, id: u32) {
    let done = ctx.ui.files.list.with_untracked(|list| list.get(id).and_then(Upload::done));
    if let Some(upload) = done {
        // One that stays there is swept by the server itself.
        spawn_local(async move { drop(rest::remove_upload(upload).await) });
    }
    ctx.ui.files.change(|list| list.remove(id));
    ctx.ui.files.let_go(&[id]);
    pump(ctx);
}

/// A message carries those of this place now.
pub fn take(ctx: Ctx, at: Where) {
    let taken = ctx.ui.files.change(|list| list.take(at));
    ctx.ui.files.let_go(&taken);
}

/// Takes back those of a message that was not sent.
pub fn restore(ctx: Ctx, at: Where, uploads: &[UploadId]) {
    ctx.ui.files.change(|list| uploads.iter().for_each(|upload| list.restore(at, *upload)));
}

/// Begins what may begin, and comes back when something is due later.
fn pump(ctx: Ctx) {
    let files = ctx.ui.files;
    let now = clock::now();
    for id in files.change(|list| list.due(now)) {
        begin(ctx, id);
    }
    let next = files.list.try_with_untracked(Uploads::next_due).flatten();
    let timer = next.map(|next| {
        let wait = next.saturating_sub(clock::now()).min(60_000) as u32;
        Timeout::new(wait.max(1), move || pump(ctx))
    });
    files.timer.try_set_value(timer);
}

fn begin(ctx: Ctx, id: u32) {
    let files = ctx.ui.files;
    let nonce = files.list.try_with_untracked(|list| list.get(id).map(|known| known.nonce.clone()));
    let file = files.held.try_with_value(|held| held.get(&id).map(|held| held.file.clone()));
    let (Some(Some(nonce)), Some(Some(file))) = (nonce, file) else { return };
    let upload = upload::begin(&file, &nonce, Rc::new(move |heard| hear(ctx, id, heard)));
    if upload.is_none() {
        files.change(|list| list.refused(id, "This browser could not read the file"));
    }
    files.held.try_update_value(|held| {
        if let Some(held) = held.get_mut(&id) {
            held.upload = upload;
        }
    });
}

fn hear(ctx: Ctx, id: u32, heard: Heard) {
    let files = ctx.ui.files;
    match heard {
        Heard::Sent(bytes) => return files.change(|list| list.sent(id, bytes)),
        Heard::Ended(Ok(upload)) => files.change(|list| list.done(id, upload)),
        Heard::Ended(Err(failure)) if passes(&failure) => {
            files.change(|list| list.broke(id, clock::now()));
        }
        Heard::Ended(Err(failure)) => files.change(|list| list.refused(id, failure.say())),
    }
    pump(ctx);
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
