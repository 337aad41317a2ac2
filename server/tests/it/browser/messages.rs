//! What messages look like and what can be done with them: Markdown, edits, forwarding, pins,
//! threads, reactions, links to messages, pictures. Writing them is in `composing.rs`.

use super::{ada_and_a_script, user_called};
use crate::harness::browser::Browser;
use crate::harness::{Expect, TestClient, TestServer};
use fantoccini::key::Key;
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};
use shared::api::account::UpdateMe;
use shared::api::messages::PostMessage;
use shared::api::uploads::Uploaded;
use shared::{ChannelId, ChatMessage, MessageId, UploadId, paths};
use std::io::Cursor;

fn article(id: MessageId) -> String {
    format!("article[data-message-id=\"{id}\"]")
}

async fn post(who: &TestClient, room: ChannelId, message: &PostMessage) -> ChatMessage {
    who.post(&paths::messages(room)).json(message).gives(201).await
}

async fn reply(who: &TestClient, room: ChannelId, root: MessageId, text: &str) -> ChatMessage {
    let message =
        PostMessage { message: text.into(), thread_root: Some(root), ..PostMessage::default() };
    post(who, room, &message).await
}

/// Opens the menu behind a row's toolbar and picks from it.
async fn pick(browser: &Browser, id: MessageId, action: &str) {
    browser.point_at(&article(id)).await;
    browser.click(&format!("{} button[data-action=more]", article(id))).await;
    browser.click(&format!("{} .menu [data-action={action}]", article(id))).await;
}

/// Waits until an element of the row says this.
async fn says(browser: &Browser, id: MessageId, css: &str, text: &str) {
    let script = format!(
        "const e = document.querySelector({}); return !!e && e.innerText.includes({})",
        json!(format!("{} {css}", article(id))),
        json!(text)
    );
    browser.until(&format!("{css} to say {text}"), &script).await;
}

/// Ada and Bob in a browser each, in a room that Ada's script made.
async fn ada_and_bob(server: &TestServer) -> (Browser, Browser, TestClient, ChannelId) {
    let (ada, script, room) = ada_and_a_script(server).await;
    let bob = Browser::open(server).await;
    bob.sign_up("bob", "correct horse").await;
    let bob_id = user_called("bob", &script).await;
    script.put(&paths::member(room, bob_id)).succeeds().await;
    bob.chromium("Page.enable", json!({})).await;
    bob.chromium("Page.addScriptToEvaluateOnNewDocument", json!({ "source": LINE })).await;
    bob.reload().await;
    bob.live().await;
    bob.enter(&room.to_string()).await;
    (ada, bob, script, room)
}

/// Lets the line of one browser be cut: `__cut` closes its sockets and lets no new one through.
const LINE: &str = "const sockets = []; let cut = false;\
    window.WebSocket = class extends WebSocket { constructor(url, ...more) {\
        super(cut ? url.replace(/:\\d+/, ':9') : url, ...more); sockets.push(this); } };\
    window.__cut = on => { cut = on; if (on) sockets.forEach(s => s.close());\
        else dispatchEvent(new Event('online')); };";

async fn cut_off(browser: &Browser) {
    browser.js("__cut(true)", vec![]).await;
    let lost = "return document.querySelector('[data-connection]').dataset.connection !== 'live'";
    browser.until("the page to notice", lost).await;
}

async fn come_back(browser: &Browser) {
    browser.js("__cut(false)", vec![]).await;
    browser.live().await;
}

#[tokio::test]
async fn markdown_is_shown_and_long_code_is_folded_and_copied() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let lines: Vec<_> = (1..=30).map(|n| format!("let line_{n} = {n};")).collect();
    let code = lines.join("\n");
    let text = format!(
        "# A plan\n\n- one\n- **two**\n\n|a|b|\n|-|-:|\n|1|2|\n\n> said\n\n```rust\n{code}\n```"
    );
    let id = script.say(room, &text).await.message_id;
    ada.see(&article(id)).await;
    let parts = format!(
        "const t = document.querySelector('{} .text.rich'); return [t.querySelector('h3').innerText,\
         t.querySelectorAll('li').length, t.querySelector('li strong').innerText,\
         t.querySelector('.wide table td.right').innerText, t.querySelector('blockquote').innerText,\
         t.querySelector('.code-head span').innerText, t.querySelectorAll('pre.code .k').length > 9]",
        article(id)
    );
    let wanted = json!(["A plan", 2, "two", "2", "said", "rust", true]);
    assert_eq!(ada.js(&parts, vec![]).await, wanted);

    // It is folded until somebody asks for all of it; the keyboard is in it then.
    let pre = format!("{} pre", article(id));
    let high = format!("return document.querySelector('{pre}').getBoundingClientRect().height");
    let folded = ada.js(&high, vec![]).await.as_f64().unwrap();
    ada.click(&format!("{} .unfold", article(id))).await;
    let whole = ada.js(&high, vec![]).await.as_f64().unwrap();
    assert!(whole > folded + 100.0, "{folded} {whole}");
    ada.focus_on(&pre).await;

    let may = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    ada.chromium("Browser.grantPermissions", may).await;
    ada.point_at(&pre).await;
    ada.click(&format!("{} [data-do=copy]", article(id))).await;
    says(&ada, id, "[data-do=copy]", "Copied").await;
    let held = ada.js_later("navigator.clipboard.readText().then(done)", vec![]).await;
    assert_eq!(held, json!(code));
    ada.close().await;
}

#[tokio::test]
async fn mentions_show_the_names_of_today_and_lead_there() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let ada_id = user_called("ada", &script).await;
    let body = json!({ "userIds": [ada_id], "name": "garden" });
    let garden: shared::ChannelInfo =
        script.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
    let bob = server.user("bob").await;
    let name = UpdateMe { display_name: Some("Bobby T.".to_owned()), ..UpdateMe::default() };
    bob.patch(paths::ME).json(&name).succeeds().await;
    script.add(room, &bob).await;
    let told = script.say(room, "@ada and @bob, see #garden").await;
    ada.see(&format!("{}.mention", article(told.message_id))).await;
    says(&ada, told.message_id, "a.mention.me", "@ada").await;
    says(&ada, told.message_id, &format!("[data-user-id=\"{}\"]", bob.id()), "@Bobby T.").await;
    // The room's new name is told live.
    let renamed = json!({ "name": "orchard" });
    script.patch(&paths::channel(garden.channel_id)).json(&renamed).succeeds().await;
    says(&ada, told.message_id, "a[data-channel-id]", "#orchard").await;
    ada.click(&format!("{} a[data-channel-id]", article(told.message_id))).await;
    let there = format!("return location.pathname.endsWith('{}')", garden.channel_id);
    ada.until("the garden", &there).await;
    ada.close().await;
}

#[tokio::test]
async fn an_edit_says_so_and_shows_every_text_before_it() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let id = script.say(room, "teh draft").await.message_id;
    script.edit(room, id, "the **draft**").await;
    script.edit(room, id, "the *last* draft").await;
    says(&ada, id, ".text", "the last draft").await;
    ada.click(&format!("{} button.edited", article(id))).await;
    ada.see("dialog#versions .versions").await;
    let texts = "return [...document.querySelectorAll('.versions .text')].map(e => e.innerText)";
    let wanted = json!(["the last draft", "the draft", "teh draft"]);
    assert_eq!(ada.js(texts, vec![]).await, wanted);
    ada.press_key(Key::Escape).await;
    ada.until("the dialog to close", "return !document.querySelector('dialog[open]')").await;
    ada.focus_on(&format!("{} button.edited", article(id))).await;
    ada.close().await;
}

#[tokio::test]
async fn a_message_is_passed_on_with_its_origin_and_no_more_than_one_may_see() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let ada_id = user_called("ada", &script).await;
    let bob = Browser::open(&server).await;
    bob.sign_up("bob", "correct horse").await;
    let bob_id = user_called("bob", &script).await;
    let body = json!({ "userIds": [ada_id, bob_id], "name": "garden" });
    let garden: shared::ChannelInfo =
        script.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
    let garden = garden.channel_id;
    bob.enter(&garden.to_string()).await;
    let id = script.say(room, "the **news**").await.message_id;
    pick(&ada, id, "forward").await;
    ada.type_in("dialog#forward input", "gard").await;
    let found = format!("dialog#forward #sw-c{garden}[aria-selected=true]");
    ada.see(&found).await;
    ada.press_key(Key::Enter).await;
    ada.until("the dialog to close", "return !document.querySelector('dialog[open]')").await;
    let repeated = bob.row("the news", "sent").await;
    let repeated: MessageId = repeated.id.unwrap().parse().unwrap();
    says(&bob, repeated, ".origin", "Forwarded from another channel").await;
    says(&bob, repeated, ".origin", "script").await;
    assert_eq!(bob.js("return document.querySelectorAll('.origin a').length", vec![]).await, 0);
    ada.enter(&garden.to_string()).await;
    says(&ada, repeated, ".origin a", "tea").await;
    ada.click(&format!("{} .origin a", article(repeated))).await;
    ada.see(&format!("{}.highlight", article(id))).await;
    for browser in [ada, bob] {
        browser.close().await;
    }
}

#[tokio::test]
async fn a_pin_is_seen_at_once_and_by_who_was_away() {
    let server = TestServer::start().await;
    let (ada, bob, script, room) = ada_and_bob(&server).await;
    let id = script.say(room, "read this first").await.message_id;
    ada.see(&article(id)).await;
    pick(&ada, id, "pin").await;
    for browser in [&ada, &bob] {
        says(browser, id, ".pinned", "Pinned by ada").await;
    }
    cut_off(&bob).await;
    pick(&ada, id, "pin").await;
    let down = format!("return !document.querySelector('{} .pinned')", article(id));
    ada.until("it to be taken down", &down).await;
    assert_eq!(bob.js(&down, vec![]).await, json!(false), "who is away knows nothing of it");
    come_back(&bob).await;
    bob.until("what was missed", &down).await;

    // By its key, too; what one remembers is one's own.
    bob.js(&format!("document.querySelector('{}').focus()", article(id)), vec![]).await;
    bob.press("p").await;
    says(&ada, id, ".pinned", "Pinned by bob").await;
    bob.press("b").await;
    says(&bob, id, ".bookmarked", "Bookmarked").await;
    assert_eq!(ada.js("return document.querySelectorAll('.bookmarked').length", vec![]).await, 0);
    bob.reload().await;
    bob.live().await;
    says(&bob, id, ".bookmarked", "Bookmarked").await;
    for browser in [ada, bob] {
        browser.close().await;
    }
}

#[tokio::test]
async fn the_foot_of_a_thread_counts_as_people_write_in_it() {
    let server = TestServer::start().await;
    let (ada, bob, script, room) = ada_and_bob(&server).await;
    let root = script.say(room, "shall we?").await.message_id;
    ada.see(&article(root)).await;
    let first = reply(&script, room, root, "yes").await;
    for browser in [&ada, &bob] {
        says(browser, root, ".replies", "1 reply").await;
    }
    cut_off(&bob).await;
    reply(&script, room, root, "now").await;
    let also = PostMessage {
        message: "for all to see".into(),
        thread_root: Some(root),
        also_in_channel: true,
        ..PostMessage::default()
    };
    let also = post(&script, room, &also).await.message_id;
    says(&ada, root, ".replies", "3 replies").await;
    says(&ada, also, ".of-thread", "Replied in a thread").await;
    come_back(&bob).await;
    says(&bob, root, ".replies", "3 replies").await;
    script.unsay(room, first.message_id).await;
    for browser in [&ada, &bob] {
        says(browser, root, ".replies", "2 replies").await;
    }
    ada.click(&format!("{} .replies", article(root))).await;
    let within = "return [...document.querySelectorAll('aside.details article .text')]\
                  .map(e => e.innerText).join('|')";
    let script = format!("{within} === 'shall we?|now|for all to see'");
    ada.until("the thread beside the channel", &script).await;
    for browser in [ada, bob] {
        browser.close().await;
    }
}

#[tokio::test]
async fn two_people_react_at_once_and_both_count() {
    let server = TestServer::start().await;
    let (ada, bob, script, room) = ada_and_bob(&server).await;
    let id = script.say(room, "cake?").await.message_id;
    script.react(room, id, "🎂", true).await;
    let chip = format!("{} button[data-emoji=\"🎂\"]", article(id));
    for browser in [&ada, &bob] {
        browser.see(&chip).await;
    }
    tokio::join!(ada.click(&chip), bob.click(&chip));
    for browser in [&ada, &bob] {
        let three = format!(
            "const e = document.querySelector('{chip}'); return e.ariaPressed === 'true' \
             && e.querySelector('b').innerText === '3'"
        );
        browser.until("all three", &three).await;
    }
    for browser in [ada, bob] {
        browser.close().await;
    }
}

#[tokio::test]
async fn a_link_leads_to_its_message_from_a_cold_start_and_into_a_thread() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let first = script.say(room, "the very first").await;
    let inside = reply(&script, room, first.message_id, "said in the thread").await;
    let mut socket = script.join(room, None).await;
    for n in 1..=200 {
        socket.send(&crate::harness::said(room, &format!("n-{n}"), &format!("message {n}"))).await;
    }
    socket.ack("n-200").await;
    let answer = PostMessage {
        message: "as I said".into(),
        reply_to: Some(first.message_id),
        ..PostMessage::default()
    };
    let answer = post(&script, room, &answer).await;
    let (place, answer) = (answer.seq, answer.message_id);

    // What is answered is far from here, and told all the same; also after it was changed.
    ada.go(&format!("{}/{place}", paths::channel_page(room))).await;
    ada.live().await;
    says(&ada, answer, ".quote", "the very first").await;
    script.edit(room, first.message_id, "the very first, changed").await;
    says(&ada, answer, ".quote", "the very first, changed").await;
    ada.click(&format!("{} .quote a", article(answer))).await;
    ada.see(&format!("{}.highlight", article(first.message_id))).await;

    ada.go(&format!("{}/{}", paths::channel_page(room), inside.seq)).await;
    let script = format!(
        "const e = document.querySelector('aside.details article[data-seq=\"{}\"].highlight');\
         return e?.querySelector('.text').innerText === 'said in the thread'",
        inside.seq
    );
    ada.until("the thread, with the message pointed out", &script).await;
    ada.close().await;
}

async fn upload(who: &TestClient, filename: &str, bytes: Vec<u8>) -> UploadId {
    let url = format!("{}?filename={}", paths::UPLOADS, paths::percent_encode(filename));
    let stored: Uploaded = who.post(&url).body(bytes).gives(201).await;
    stored.uploads[0].upload_id
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn pictures_keep_their_room_and_are_looked_at_by_keys() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let ids = vec![
        upload(&script, "one.png", png(800, 600)).await,
        upload(&script, "two.png", png(300, 500)).await,
        upload(&script, "notes.txt", b"line 1\nline <2>\n".to_vec()).await,
    ];
    let message = PostMessage { attachment_ids: ids, ..PostMessage::default() };
    let id = post(&script, room, &message).await.message_id;
    let shots = format!("{} .shot", article(id));
    ada.see(&shots).await;
    let loaded = format!(
        "const all = [...document.querySelectorAll('{shots} img')];\
         return all.length === 2 && all.every(e => e.complete && e.naturalWidth > 0) \
         && all.map(e => e.alt).join()"
    );
    assert_eq!(ada.until("the pictures", &loaded).await, json!("one.png,two.png"));
    ada.click(&shots).await;
    ada.see("dialog#lightbox img").await;
    let at = |name: &str, place: &str| {
        format!(
            "const d = document.querySelector('dialog#lightbox'); const i = d.querySelector('img');\
             return i.alt === '{name}' && i.complete && i.naturalWidth > 0 \
             && d.querySelector('small').innerText === '{place}' \
             && d.querySelector('a[download]').download === '{name}'"
        )
    };
    ada.until("the first picture", &at("one.png", "1 of 2")).await;
    for (key, name, place) in [
        (Key::Right, "two.png", "2 of 2"),
        (Key::Right, "two.png", "2 of 2"),
        (Key::Left, "one.png", "1 of 2"),
    ] {
        ada.press_key(key).await;
        ada.until("the next picture", &at(name, place)).await;
    }
    ada.press_key(Key::Escape).await;
    ada.until("the dialog to close", "return !document.querySelector('dialog[open]')").await;
    ada.focus_on(&shots).await;

    ada.click(&format!("{} [data-action=preview]", article(id))).await;
    says(&ada, id, ".file-start pre", "line <2>").await;
    let file: Value = ada
        .js(
            &format!("return document.querySelector('{} .file strong').innerText", article(id)),
            vec![],
        )
        .await;
    assert_eq!(file, json!("notes.txt"));
    ada.close().await;
}
