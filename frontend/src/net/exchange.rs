//! One exchange with the server: a request, and the text of its answer. What is asked and what an
//! answer means is `rest.rs`'.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

/// What a request does, by the names that HTTP has for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Method(&'static str);

impl Method {
    pub(super) const GET: Self = Self("GET");
    pub(super) const POST: Self = Self("POST");
    pub(super) const PUT: Self = Self("PUT");
    pub(super) const PATCH: Self = Self("PATCH");
    pub(super) const DELETE: Self = Self("DELETE");
}

/// What came back.
pub(super) struct Answer {
    /// Whether the server did what it was asked: a status from 200 to 299.
    pub(super) ok: bool,
    /// The body.
    pub(super) text: String,
}

/// Sends a request, with a body of JSON if there is one, and waits for the whole answer; None when
/// the server can't be reached.
pub(super) async fn exchange(method: Method, path: &str, body: Option<String>) -> Option<Answer> {
    let response = JsFuture::from(begin(method, path, body)?).await.ok()?;
    let response = response.dyn_into::<Response>().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    Some(Answer { ok: response.ok(), text })
}

fn begin(method: Method, path: &str, body: Option<String>) -> Option<js_sys::Promise> {
    let init = RequestInit::new();
    init.set_method(method.0);
    if let Some(body) = body {
        let headers = web_sys::Headers::new().ok()?;
        headers.set("content-type", "application/json").ok()?;
        init.set_headers(&headers);
        init.set_body(&JsValue::from(body));
    }
    Some(web_sys::window()?.fetch_with_str_and_init(path, &init))
}
