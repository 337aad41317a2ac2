//! What only a browser can show: that an input method's Enter sends nothing, that a row survives
//! its confirmation as the same element, that storage keeps what it is given. Everything else
//! about the page is tested natively, in `state/`.

#![allow(clippy::unwrap_used, reason = "a test says best where it fails by failing there")]

use crate::browser::element::many;
use crate::browser::{clock, dom, random, storage};
use crate::commands::{Ctx, channels};
use crate::components::composer::composer;
use crate::components::feed::feed;
use crate::keep;
use crate::net::Net;
use crate::state::outbox::{Entry, SendState};
use crate::state::{Changes, Draft};
use crate::store::Store;
use leptos::prelude::*;
use leptos::task::tick;
use shared::api::messages::MessagePage;
use shared::{
    ChannelId, ChannelInfo, ChannelKind, Message, ServerMessage, Timestamp, UserId, Visibility,
};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const CHANNEL: &str = "00000000-0000-7000-8000-000000000001";
const ME: &str = "00000000-0000-7000-8000-000000000002";

fn channel() -> ChannelId {
    CHANNEL.parse().unwrap()
}

fn me() -> UserId {
    ME.parse().unwrap()
}

/// Draws the feed and the composer of an empty channel in which nobody is connected. It stays until
/// the tests end, like a page.
fn draw() -> Ctx {
    let slot = Rc::new(Cell::new(None));
    let told = Rc::clone(&slot);
    leptos::mount::mount_to_body(move || {
        let ctx = enter();
        many([feed(ctx, (channel(), None)), composer(ctx, (channel(), None))]).show();
        told.set(Some(ctx));
    });
    slot.take().unwrap()
}

fn enter() -> Ctx {
    let store = Store::new(me(), "00000000-0000-7000-8000-000000000003".parse().unwrap());
    let ctx = Ctx::new(store, Net::new(store, RwSignal::new(None)));
    store.write(|state| {
        state.channels.put(ChannelInfo {
            channel_id: channel(),
            kind: ChannelKind::Room,
            name: Some("garden".to_owned()),
            topic: None,
            visibility: Visibility::Private,
            user_ids: vec![me()],
            created_by: me(),
            created_at: Timestamp(0),
            head_seq: 1,
            read_seq: Some(1),
            unread: None,
            mentions: None,
        });
        let page =
            MessagePage { messages: Vec::new(), head_seq: 1, has_before: false, has_after: false };
        state.room_mut(channel(), 0).timeline.reset(page);
        Changes::default()
    });
    channels::open(ctx, channel(), None);
    ctx
}

fn js(code: &str) -> String {
    let value = js_sys::eval(code).unwrap();
    value.as_string().unwrap_or_else(|| if value.is_truthy() { "yes".into() } else { "no".into() })
}

fn clear() {
    // Only what an earlier test drew: the page is the test runner's, too.
    js(
        "document.querySelectorAll('.feed, form.composer').forEach(e => e.remove()); localStorage.clear()",
    );
}

async fn settled() {
    for _ in 0..3 {
        tick().await;
        gloo_timers::future::TimeoutFuture::new(20).await;
    }
}

fn press_enter(composing: bool) {
    let composing = if composing { "true" } else { "false" };
    js(&[
        "document.querySelector('#composer').dispatchEvent(new KeyboardEvent('keydown', \
         {key: 'Enter', bubbles: true, cancelable: true, isComposing: ",
        composing,
        "}))",
    ]
    .concat());
}

#[wasm_bindgen_test]
async fn enter_sends_but_not_while_an_input_method_composes() {
    clear();
    let ctx = draw();
    settled().await;
    dom::set_value("composer", "にほん");
    press_enter(true);
    settled().await;
    assert_eq!(dom::value("composer"), "にほん");
    assert!(keep::entries(me()).is_empty());
    press_enter(false);
    settled().await;
    assert_eq!(dom::value("composer"), "");
    assert_eq!(ctx.store.read(|state| state.outbox.waiting()), 1);
    assert_eq!(keep::entries(me()).len(), 1, "kept before the box is cleared");
    assert_eq!(js("document.querySelector('article').dataset.state"), "queued");
}

#[wasm_bindgen_test]
async fn a_row_is_the_same_element_before_and_after_its_confirmation() {
    clear();
    let ctx = draw();
    settled().await;
    dom::set_value("composer", "hello");
    press_enter(false);
    settled().await;
    js("window.row = document.querySelector('article[data-nonce]')");
    assert_eq!(js("window.row.hasAttribute('data-message-id')"), "no");
    let nonce = js("window.row.dataset.nonce");
    let message = Message {
        channel_id: channel(),
        seq: 2,
        message_id: "00000000-0000-7000-8000-000000000009".parse().unwrap(),
        user_id: me(),
        nonce,
        sent_at: clock::wall(),
        message: "hello".to_owned(),
        html: None,
        reply_to: None,
        thread_root: None,
        also_in_channel: false,
        action: false,
        forwarded: None,
        attachments: Vec::new(),
    };
    ctx.store.write(|state| state.apply(ServerMessage::Message(message), 0));
    settled().await;
    assert_eq!(js("window.row.isConnected"), "yes");
    assert_eq!(js("window.row.dataset.state"), "sent");
    assert_eq!(js("window.row.hasAttribute('data-message-id')"), "yes");
    assert_eq!(js("String(document.querySelectorAll('article').length)"), "1");
}

#[wasm_bindgen_test]
fn the_outbox_and_drafts_come_back_from_the_storage() {
    clear();
    let entry = Entry {
        nonce: random::nonce(),
        channel_id: channel(),
        message: "wait for me 👋".to_owned(),
        reply_to: None,
        thread_root: None,
        also_in_channel: false,
        action: false,
        attachment_ids: Vec::new(),
        created: 7,
        attempts: 2,
        state: SendState::Queued { not_before: 0 },
    };
    keep::put_entry(me(), &entry).unwrap();
    assert_eq!(keep::entries(me()), std::slice::from_ref(&entry));
    keep::remove_entry(me(), &entry.nonce);
    assert!(keep::entries(me()).is_empty());
    let draft = Draft { text: "almost".to_owned(), reply_to: None };
    keep::put_draft(me(), (channel(), None), &draft).unwrap();
    assert_eq!(keep::drafts(me()).get(&(channel(), None)), Some(&draft));
    keep::put_draft(me(), (channel(), None), &Draft::default()).unwrap();
    assert!(keep::drafts(me()).is_empty());
}

#[wasm_bindgen_test]
fn a_full_storage_says_so_and_loses_nothing() {
    clear();
    storage::set("hubbub.test", "kept").unwrap();
    let huge = "x".repeat(11 * 1024 * 1024);
    assert_eq!(storage::set("hubbub.test", &huge), Err(storage::StorageFull));
    assert_eq!(storage::get("hubbub.test").as_deref(), Some("kept"));
    clear();
}

#[wasm_bindgen_test]
fn nonces_are_valid_and_times_are_short() {
    let nonce = random::nonce();
    assert!(shared::names::nonce(&nonce).is_ok(), "{nonce}");
    assert_ne!(nonce, random::nonce());
    let short = clock::short_time(Timestamp(0));
    assert!(short.chars().next().is_some_and(char::is_numeric), "{short}");
    assert!(short.chars().count() <= 5, "{short}");
}
