//! Writing with an input method: Enter takes the proposed word and never sends.

use super::ada_and_a_script;
use crate::harness::TestServer;
use crate::harness::browser::Browser;
use fantoccini::key::Key;
use serde_json::{Value, json};

async fn compose(browser: &Browser, text: &str) {
    let at = text.chars().count();
    let parameters = json!({ "text": text, "selectionStart": at, "selectionEnd": at });
    browser.chromium("Input.imeSetComposition", parameters).await;
}

/// Enter as Chromium passes it on while an input method holds the keyboard.
async fn enter_while_composing(browser: &Browser) {
    for code in [229, 13] {
        for kind in ["rawKeyDown", "keyUp"] {
            let key = json!({
                "type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": code
            });
            browser.chromium("Input.dispatchKeyEvent", key).await;
        }
    }
}

async fn value(browser: &Browser, css: &str) -> String {
    let script = format!("return document.querySelector({})?.value ?? null", json!(css));
    browser.js(&script, vec![]).await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn enter_while_an_input_method_composes_does_not_send() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.click("#composer").await;
    let listen = "window.composed = []; const c = document.querySelector('#composer');\
        c.addEventListener('keydown', e => window.composed.push([e.key, e.isComposing]), true)";
    ada.js(listen, vec![]).await;
    compose(&ada, "こんにちは").await;
    enter_while_composing(&ada).await;
    let heard: Value = ada.js("return window.composed", vec![]).await;
    assert!(heard.as_array().unwrap().contains(&json!(["Enter", true])), "{heard}");
    assert_eq!(value(&ada, "#composer").await, "こんにちは");
    assert!(ada.rows().await.is_empty());

    // The word is taken; then Enter sends, once.
    ada.chromium("Input.insertText", json!({ "text": "今日は" })).await;
    assert_eq!(value(&ada, "#composer").await, "今日は");
    ada.press_key(Key::Enter).await;
    ada.row("今日は", "sent").await;
    assert_eq!(value(&ada, "#composer").await, "");
    let history = script.history(room).await;
    let texts: Vec<_> = history.iter().map(|message| message.message.as_str()).collect();
    assert_eq!(texts, ["今日は"]);

    // The same holds where a message is edited.
    ada.press_key(Key::Up).await;
    ada.focus_on("textarea[name=edit]").await;
    compose(&ada, "こんばんは").await;
    enter_while_composing(&ada).await;
    assert!(value(&ada, "textarea[name=edit]").await.contains("こんばんは"), "still editing");
    assert_eq!(script.channel(room).await.head_seq, 1);
    ada.close().await;
}

#[tokio::test]
async fn enter_sends_shift_enter_breaks_the_line_and_blank_text_is_not_sent() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.press_key(Key::Enter).await;
    ada.type_in("#composer", "   ").await;
    ada.press_key(Key::Enter).await;
    assert!(ada.rows().await.is_empty());
    let (shift, enter, end) =
        (char::from(Key::Shift), char::from(Key::Enter), char::from(Key::Null));
    ada.js("document.querySelector('#composer').value = ''", vec![]).await;
    ada.type_in("#composer", &format!("one{shift}{enter}{end}two")).await;
    assert_eq!(value(&ada, "#composer").await, "one\ntwo");
    ada.press_key(Key::Enter).await;
    ada.row("one\ntwo", "sent").await;
    ada.type_in("#composer", "with the button").await;
    ada.click("#send").await;
    ada.row("with the button", "sent").await;
    let texts: Vec<_> = script.history(room).await.into_iter().map(|m| m.message).collect();
    assert_eq!(texts, ["one\ntwo", "with the button"]);
    ada.close().await;
}

#[tokio::test]
async fn what_looks_like_code_is_shown_as_text() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let text =
        "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
    script.say(room, text).await;
    script.say(room, "after").await;
    ada.row("after", "sent").await;
    ada.row(text, "sent").await;
    let title = ada.js("return document.title", vec![]).await;
    assert!(!title.as_str().unwrap().contains("owned"));
    let made =
        ada.js("return document.querySelectorAll('article img, article script').length", vec![]);
    assert_eq!(made.await, json!(0));
    ada.close().await;
}
