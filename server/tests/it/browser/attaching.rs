//! Files handed over with a message: dropped, pasted and chosen.

use super::ada_and_a_script;
use crate::harness::TestServer;
use crate::harness::browser::Browser;
use fantoccini::key::Key;
use serde_json::json;

/// A picture as a file, and a `DataTransfer` that holds it, in `window.handed`.
const PICTURE: &str = "
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [30, 20];
    canvas.getContext('2d').fillRect(0, 0, 30, 20);
    canvas.toBlob(blob => {
        window.handed = new DataTransfer();
        window.handed.items.add(new File([blob], arguments[0], { type: 'image/png' }));
        done(true);
    }, 'image/png');";

/// Does what the browser does with files that are dragged, dropped or pasted.
const HAND: &str = "
    const target = document.querySelector(arguments[1]);
    const given = { bubbles: true, cancelable: true };
    target.dispatchEvent(arguments[0] === 'paste'
        ? new ClipboardEvent('paste', { ...given, clipboardData: window.handed })
        : new DragEvent(arguments[0], { ...given, dataTransfer: window.handed }));";

async fn hand(browser: &Browser, how: &str, to: &str) {
    browser.js(HAND, vec![json!(how), json!(to)]).await;
}

async fn uploaded(browser: &Browser, count: usize) {
    let script =
        format!("return document.querySelectorAll('.tiles [data-upload=done]').length === {count}");
    browser.until(&format!("{count} uploaded files"), &script).await;
}

#[tokio::test]
async fn a_dropped_and_a_pasted_picture_are_sent_with_the_message() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.js_later(PICTURE, vec![json!("kettle.png")]).await;
    hand(&ada, "dragenter", "main.sheet .feed").await;
    hand(&ada, "dragover", "main.sheet .feed").await;
    let told = "return document.querySelector('.dropzone')?.innerText.includes('tea')";
    ada.until("the zone to say where it goes", told).await;
    hand(&ada, "drop", "main.sheet .feed").await;
    ada.until("the zone to go", "return !document.querySelector('.dropzone')").await;
    ada.see(".tiles img[src^=blob]").await;
    ada.js_later(PICTURE, vec![json!("cup.png")]).await;
    hand(&ada, "paste", "#composer").await;
    uploaded(&ada, 2).await;
    ada.focus_on("#composer").await;
    ada.type_in("#composer", "look").await;
    ada.press_key(Key::Enter).await;
    ada.until("the tiles to go", "return !document.querySelector('.tiles')").await;
    ada.row("look", "sent").await;
    let history = script.history(room).await;
    let names: Vec<_> = history[0].attachments.iter().map(|file| file.filename.as_str()).collect();
    assert_eq!(names, ["kettle.png", "cup.png"]);
    ada.close().await;
}

#[tokio::test]
async fn a_file_can_be_taken_away_again_and_files_wait_for_their_channel() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let other = script.room("other", &[]).await.channel_id;
    let member = shared::paths::member(other, super::user_called("ada", &script).await);
    script.put(&member).send().await.unwrap();
    for name in ["one.png", "two.png"] {
        ada.js_later(PICTURE, vec![json!(name)]).await;
        hand(&ada, "drop", "main.sheet .feed").await;
    }
    uploaded(&ada, 2).await;
    ada.enter(&other.to_string()).await;
    ada.until("no file here", "return !document.querySelector('.tiles')").await;
    ada.enter(&room.to_string()).await;
    uploaded(&ada, 2).await;
    ada.click("button[aria-label=\"Remove one.png\"]").await;
    uploaded(&ada, 1).await;
    // A message may be files and nothing else.
    ada.click("#send").await;
    ada.until("the tile to go", "return !document.querySelector('.tiles')").await;
    ada.until("the row", "return !!document.querySelector('article[data-state=sent]')").await;
    let history = script.history(room).await;
    let names: Vec<_> = history[0].attachments.iter().map(|file| file.filename.as_str()).collect();
    assert_eq!((names, history[0].message.as_str()), (vec!["two.png"], ""));
    ada.close().await;
}

#[tokio::test]
async fn an_upload_goes_on_when_the_server_is_back() {
    let mut server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.js_later(PICTURE, vec![json!("late.png")]).await;
    server.kill();
    hand(&ada, "paste", "#composer").await;
    ada.see(".tiles [data-upload=waiting]").await;
    ada.type_in("#composer", "late").await;
    ada.press_key(Key::Enter).await;
    ada.see("#composer-error[role=alert]").await;
    assert_eq!(
        ada.js("return document.querySelector('#send').disabled", vec![]).await,
        json!(true)
    );
    server.start_again().await;
    uploaded(&ada, 1).await;
    ada.click("#send").await;
    ada.row("late", "sent").await;
    assert_eq!(script.history(room).await[0].attachments.len(), 1);
    ada.close().await;
}

#[tokio::test]
async fn what_is_too_much_is_told_before_anything_is_sent() {
    let server = TestServer::start().await;
    let (ada, _script, _room) = ada_and_a_script(&server).await;
    let large = "const file = new File(['x'], 'film.mkv');\
        Object.defineProperty(file, 'size', { value: 65 * 1024 * 1024 });\
        window.handed = { types: ['Files'], files: Object.assign([file], { item: at => file }) };\
        const event = new Event('paste', { bubbles: true, cancelable: true });\
        Object.setPrototypeOf(event, ClipboardEvent.prototype);\
        Object.defineProperty(event, 'clipboardData', { value: window.handed });\
        document.querySelector('#composer').dispatchEvent(event)";
    ada.js(large, vec![]).await;
    let told = "return document.querySelector('#composer-error')?.innerText.includes('64 MB')";
    ada.until("the limit to be told", told).await;
    let none = "return !document.querySelector('.tiles')";
    assert_eq!(ada.js(none, vec![]).await, json!(true));
    ada.close().await;
}
