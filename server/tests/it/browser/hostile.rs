//! Nothing that people write becomes more than what they wrote: every attack of the corpus as a
//! message, a name, a room and a topic, in a real browser under the real policy.

use super::{ada_and_a_script, user_called};
use crate::harness::browser::Browser;
use crate::harness::{Expect, TestClient, TestServer};
use serde_json::json;
use shared::api::account::SignUp;
use shared::{ChannelId, paths};

/// The attacks of the corpus.
fn attacks() -> Vec<String> {
    let corpus = include_str!("../../corpus/xss.txt");
    let blocks = corpus.split("\n%% ").skip(1);
    let attacks: Vec<_> =
        blocks.map(|block| characters(block.split_once('\n').unwrap().1)).collect();
    assert!(attacks.len() >= 120, "{}", attacks.len());
    attacks
}

/// The text with its `\u{…}` replaced.
fn characters(text: &str) -> String {
    let mut parts = text.trim_end_matches('\n').split("\\u{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('}').unwrap();
        out.push(char::from_u32(u32::from_str_radix(number, 16).unwrap()).unwrap());
        out.push_str(rest);
    }
    out
}

/// The start of a text, of so many characters.
fn start(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// Notes every way in which foreign code would show, before anything of the page runs.
const WATCH: &str = "window.__ran = [];\
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])\
        window[name] = () => { __ran.push(name); };\
    addEventListener('securitypolicyviolation', e => __ran.push(e.violatedDirective + ' ' + e.blockedURI));\
    addEventListener('error', e => { if (e instanceof ErrorEvent) __ran.push(e.message); });";

/// What must not be anywhere on the page: code, foreign elements, addresses that run, requests to
/// elsewhere.
const FOUND: &str = "const bad = [...__ran];\
    for (const e of document.querySelectorAll('body *')) {\
        const tag = e.localName;\
        if (['script', 'iframe', 'object', 'embed', 'base', 'meta', 'link', 'style', 'math', 'portal']\
            .includes(tag) && !e.closest('head') && !e.nonce) bad.push(e.outerHTML.slice(0, 200));\
        if (tag === 'svg' && e.querySelector(':not(path)')) bad.push(e.outerHTML.slice(0, 200));\
        for (const a of e.attributes) {\
            if (a.name.startsWith('on') || a.name === 'srcdoc' || a.name === 'formaction'\
                || (a.name === 'style' && e.closest('article'))) bad.push(tag + ' ' + a.name);\
            if (['href', 'src', 'action', 'xlink:href'].includes(a.name)\
                && !/^(https?:\\/\\/|mailto:|\\/(?!\\/)|#)/.test(a.value)) bad.push(a.name + ' ' + a.value);\
        }\
    }\
    for (const r of performance.getEntriesByType('resource'))\
        if (new URL(r.name).origin !== location.origin && !r.name.startsWith('data:')) bad.push(r.name);\
    return bad";

async fn is_clean(browser: &Browser, what: &str) {
    assert_eq!(browser.js(FOUND, vec![]).await, json!([]), "{what}");
    let dialogs = "return document.querySelectorAll('dialog[open]').length";
    assert_eq!(browser.js(dialogs, vec![]).await, json!(0), "{what} opened a dialog");
}

async fn opens_clean(browser: &Browser, room: ChannelId, count: usize, what: &str) {
    browser.go(&paths::channel_page(room)).await;
    browser.live().await;
    let all = format!("return document.querySelectorAll('.sheet article').length >= {count}");
    browser.until(what, &all).await;
    is_clean(browser, what).await;
}

#[tokio::test]
async fn no_message_name_room_or_topic_runs_anything() {
    let server = TestServer::start().await;
    let (ada, script, _) = ada_and_a_script(&server).await;
    let ada_id = user_called("ada", &script).await;
    ada.chromium("Page.enable", json!({})).await;
    ada.chromium("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
    let attacks = attacks();
    let mut accepted = 0;
    for (part, chunk) in attacks.chunks(40).enumerate() {
        let mut user_ids = vec![ada_id];
        let mut people: Vec<TestClient> = Vec::new();
        for (n, attack) in chunk.iter().enumerate() {
            // A name that the server refuses never reaches a page.
            let sign_up = SignUp {
                username: format!("mallory-{part}-{n}"),
                display_name: Some(start(attack, 80)),
                ..SignUp::default()
            };
            let made = script.post(paths::USER).json(&sign_up).send().await.unwrap();
            if made.status().as_u16() == 201 {
                let who = server.stranger().with(made.json().await.unwrap());
                user_ids.push(who.id());
                people.push(who);
            }
        }
        accepted += people.len();
        let room = json!({ "userIds": user_ids, "name": format!("part {part}") });
        let room: shared::ChannelInfo =
            script.post(paths::CREATE_CHANNEL).json(&room).gives(201).await;
        let room = room.channel_id;
        let mut said = 0;
        for (n, attack) in chunk.iter().enumerate() {
            let author = people.get(n % people.len().max(1)).unwrap_or(&script);
            let message = json!({ "message": attack });
            let sent = author.post(&paths::messages(room)).json(&message).send().await.unwrap();
            said += usize::from(sent.status().as_u16() == 201);
        }
        assert!(said + 3 > chunk.len(), "the server takes almost all of part {part}: {said}");
        opens_clean(&ada, room, said, &format!("part {part}")).await;
        // Each as the room's name and topic, as far as the server takes them, and the last edited in.
        let mut named = 0;
        for attack in chunk {
            let change = json!({ "name": start(attack, 80), "topic": start(attack, 250) });
            let changed = script.patch(&paths::channel(room)).json(&change).send().await.unwrap();
            named += usize::from(changed.status().is_success());
        }
        assert!(named > 0, "no attack of part {part} can be a name");
        is_clean(&ada, &format!("names of part {part}")).await;
    }
    assert!(accepted > attacks.len() / 2, "most attacks can be display names: {accepted}");

    // Pointing, focusing and following does not run anything either.
    let touch = "for (const e of document.querySelectorAll('article *'))\
        for (const name of ['mouseover', 'mouseenter', 'focus', 'pointerenter', 'load', 'error',\
            'toggle', 'animationstart'])\
            e.dispatchEvent(new Event(name, { bubbles: false }));";
    ada.js(touch, vec![]).await;
    is_clean(&ada, "pointing at everything").await;
    ada.close().await;
}
