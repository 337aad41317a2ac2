//! Files that people hand over: chosen, dropped or pasted. What is done with them is decided above.

use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, Element, Event, FileList, HtmlInputElement, Url};

/// A file. A handle: cloning it copies nothing.
#[derive(Clone)]
pub struct File(pub(crate) web_sys::File);

impl File {
    /// Its name.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.0.size() as u64
    }

    /// An address within this page at which it can be seen, if it is a picture. Let go of it with
    /// [`release`].
    pub fn picture(&self) -> Option<String> {
        let picture = self.0.type_().starts_with("image/");
        picture.then(|| Url::create_object_url_with_blob(&self.0).ok()).flatten()
    }
}

/// Nothing shows this picture any more.
pub fn release(picture: &str) {
    // Fails only for what is no address.
    let _ = Url::revoke_object_url(picture);
}

fn all(list: Option<FileList>) -> Vec<File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.item(at).map(File)).collect()
}

/// What was chosen in a field for files. The field is empty again, so that the same can be chosen
/// once more.
pub fn chosen(event: &Event) -> Vec<File> {
    let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(input) = input else { return Vec::new() };
    let files = all(input.files());
    input.set_value("");
    files
}

fn dragged(event: &Event) -> Option<DataTransfer> {
    event.dyn_ref::<web_sys::DragEvent>()?.data_transfer()
}

fn kinds(data: &DataTransfer) -> Vec<String> {
    data.types().iter().filter_map(|kind| kind.as_string()).collect()
}

/// Whether files are dragged.
pub fn are_dragged(event: &Event) -> bool {
    dragged(event).is_some_and(|data| kinds(&data).iter().any(|kind| kind == "Files"))
}

/// Takes what is dragged, instead of the browser leaving the page for it.
pub fn accept(event: &Event, copy: bool) {
    event.prevent_default();
    if let Some(data) = dragged(event) {
        data.set_drop_effect(if copy { "copy" } else { "none" });
    }
}

/// What was dropped.
pub fn dropped(event: &Event) -> Vec<File> {
    all(dragged(event).and_then(|data| data.files()))
}

/// Files that are pasted. None when the same is there as written text, too: programs that write put
/// a picture of it beside it.
pub fn pasted(event: &Event) -> Vec<File> {
    let data = event.dyn_ref::<web_sys::ClipboardEvent>().and_then(|event| event.clipboard_data());
    let Some(data) = data else { return Vec::new() };
    let kinds = kinds(&data);
    let has = |kind: &str| kinds.iter().any(|known| known == kind);
    if has("text/plain") && has("text/html") { Vec::new() } else { all(data.files()) }
}

/// Whether what is dragged leaves the page.
pub fn leaves_page(event: &Event) -> bool {
    event.dyn_ref::<web_sys::MouseEvent>().is_some_and(|event| event.related_target().is_none())
}

/// Whether an event happened within what the selector finds.
pub fn is_within(event: &Event, selector: &str) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Opens the browser's own choice of files for the field with this id.
pub fn choose(id: &str) {
    let input = super::page::document().and_then(|document| document.get_element_by_id(id));
    if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
        input.click();
    }
}
