//! Sending a file, with its progress. The one place with `XMLHttpRequest`: `fetch` tells nothing of
//! what has gone out.

use super::rest::{Failure, answered};
use crate::browser::files::File;
use shared::api::uploads::Uploaded;
use shared::{UploadId, json, paths};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, FormData, ProgressEvent, XmlHttpRequest, XmlHttpRequestEventTarget};

/// What is heard of an upload.
#[derive(Debug)]
pub enum Heard {
    /// So many bytes have gone out.
    Sent(u64),
    /// It is over.
    Ended(Result<UploadId, Failure>),
}

/// An upload under way. Dropping it ends it.
pub struct Upload {
    request: XmlHttpRequest,
    _listeners: Vec<Closure<dyn FnMut(Event)>>,
}

impl Drop for Upload {
    fn drop(&mut self) {
        let targets: [Option<XmlHttpRequestEventTarget>; 2] =
            [Some(self.request.clone().into()), self.request.upload().ok().map(Into::into)];
        for target in targets.into_iter().flatten() {
            target.set_onload(None);
            target.set_onerror(None);
            target.set_onprogress(None);
        }
        // Ending what is over already does nothing.
        let _ = self.request.abort();
    }
}

/// Begins to send a file. `nonce` is the sender's own id of it: the same for every try. None when
/// the browser can't even begin.
pub fn begin(file: &File, nonce: &str, tell: Rc<dyn Fn(Heard)>) -> Option<Upload> {
    let form = FormData::new().ok()?;
    form.append_with_blob_and_filename("file", &file.0, &file.name()).ok()?;
    let request = XmlHttpRequest::new().ok()?;
    request.open("POST", paths::UPLOADS).ok()?;
    request.set_request_header("idempotency-key", nonce).ok()?;
    let progress: Closure<dyn FnMut(Event)> = Closure::wrap(Box::new({
        let tell = tell.clone();
        move |event: Event| {
            if let Some(event) = event.dyn_ref::<ProgressEvent>() {
                tell(Heard::Sent(event.loaded() as u64));
            }
        }
    }));
    let loaded: Closure<dyn FnMut(Event)> = Closure::wrap(Box::new({
        let (tell, request) = (tell.clone(), request.clone());
        move |_| tell(Heard::Ended(ended(&request)))
    }));
    let failed: Closure<dyn FnMut(Event)> =
        Closure::wrap(Box::new(move |_| tell(Heard::Ended(Err(Failure::Unreachable)))));
    request.upload().ok()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    request.set_onload(Some(loaded.as_ref().unchecked_ref()));
    request.set_onerror(Some(failed.as_ref().unchecked_ref()));
    request.send_with_opt_form_data(Some(&form)).ok()?;
    Some(Upload { request, _listeners: vec![progress, loaded, failed] })
}

fn ended(request: &XmlHttpRequest) -> Result<UploadId, Failure> {
    let status = request.status().unwrap_or(0);
    let text = request.response_text().ok().flatten().unwrap_or_default();
    let text = answered((200..300).contains(&status), text)?;
    let uploaded: Uploaded = json::from_str(&text).map_err(|_| Failure::Unreachable)?;
    uploaded.uploads.first().map(|upload| upload.upload_id).ok_or(Failure::Unreachable)
}
