//! Threads: two people talk in one while a line is cut and a page is loaded again; what is unread in
//! them is counted and cleared on every device.

use super::{ada_and_a_script, adas_other_device, can_be_cut, cut, mend, user_called};
use crate::harness::browser::Browser;
use crate::harness::{Expect, TestClient, TestServer};
use fantoccini::key::Key;
use serde_json::json;
use shared::api::messages::{PostMessage, ThreadPage};
use shared::{ChannelId, ChatMessage, MessageId, paths};

/// The texts of the thread beside the channel, the first message's first.
const THREAD: &str = "return [...document.querySelectorAll('#thread-feed article[data-state=sent]')]\
                      .map(e => e.querySelector('.text')?.innerText)";

/// Opens the thread of a message by the keyboard.
async fn open_thread(browser: &Browser, message: MessageId) {
    let row = format!("#feed article[data-message-id=\"{message}\"]");
    browser.see(&row).await;
    browser.js(&format!("document.querySelector('{row}').focus()"), vec![]).await;
    browser.press("t").await;
    browser.see("#composer-thread").await;
    browser.see(&format!("#thread-feed article[data-message-id=\"{message}\"]")).await;
}

async fn reply(browser: &Browser, text: &str) {
    browser.type_in("#composer-thread", text).await;
    browser.press_key(Key::Enter).await;
}

/// Waits until the thread beside the channel shows exactly these messages, in this order.
async fn thread_shows(browser: &Browser, texts: &[&str]) {
    let same = format!(
        "const t = (() => {{ {THREAD} }})(); return JSON.stringify(t) === {}",
        json!(json!(texts).to_string())
    );
    browser.until(&format!("the thread to show {texts:?}"), &same).await;
}

async fn say_in(
    client: &TestClient,
    channel: ChannelId,
    root: MessageId,
    text: &str,
) -> ChatMessage {
    let message = text.to_owned();
    let body = PostMessage { message, thread_root: Some(root), ..Default::default() };
    client.post(&paths::messages(channel)).json(&body).gives(201).await
}

/// Waits until the rail counts so many threads with something unread.
async fn unread_threads(browser: &Browser, count: usize) {
    let script = format!(
        "return (document.querySelector('#threads .count')?.innerText ?? '0') === '{count}'"
    );
    browser.until(&format!("{count} unread threads"), &script).await;
}

#[tokio::test]
async fn two_people_talk_in_a_thread_through_a_cut_line_and_a_reload() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let bob = Browser::open(&server).await;
    bob.sign_up("bob", "correct horse").await;
    let bob_id = user_called("bob", &script).await;
    script.put(&paths::member(room, bob_id)).succeeds().await;
    bob.enter(&room.to_string()).await;
    can_be_cut(&bob).await;
    let root = script.say(room, "who waters the beans?").await.message_id;
    script.say(room, "something else").await;

    open_thread(&ada, root).await;
    reply(&ada, "I can on Monday").await;
    open_thread(&bob, root).await;
    thread_shows(&bob, &["who waters the beans?", "I can on Monday"]).await;
    reply(&bob, "and I on Tuesday").await;
    let both = ["who waters the beans?", "I can on Monday", "and I on Tuesday"];
    thread_shows(&ada, &both).await;

    // Bob's line is cut: what he writes waits in its place, and what Ada writes is not lost on him.
    cut(&bob).await;
    reply(&bob, "Wednesday, too").await;
    let waits = "return document.querySelector('#thread-feed article:last-of-type .state') \
                 ?.innerText.includes('Waiting')";
    bob.until("his message to wait", waits).await;
    reply(&ada, "thank you").await;
    thread_shows(&ada, &[&both[..], &["thank you"]].concat()).await;
    mend(&bob).await;
    let all = [&both[..], &["thank you", "Wednesday, too"]].concat();
    for browser in [&ada, &bob] {
        thread_shows(browser, &all).await;
    }
    let line = "return document.querySelector('#thread-feed .replies-line').innerText";
    assert_eq!(ada.js(line, vec![]).await, json!("4 replies"));

    // Nothing of it stands in the channel, and all of it is there after a reload.
    let rows = "return document.querySelectorAll('#feed article').length";
    assert_eq!(ada.js(rows, vec![]).await, json!(2));
    ada.reload().await;
    ada.live().await;
    open_thread(&ada, root).await;
    thread_shows(&ada, &all).await;
    let page: ThreadPage = script.get(&paths::thread(room, root)).gives(200).await;
    let told: Vec<_> = page.messages.iter().map(|message| message.message.as_str()).collect();
    assert_eq!(told, all[1..], "each once, in the same order for everyone");
    ada.screenshot("thread").await;
    ada.close().await;
    bob.close().await;
}

#[tokio::test]
async fn a_draft_of_a_thread_is_its_own_and_survives_a_reload() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let root = script.say(room, "tea?").await.message_id;
    open_thread(&ada, root).await;
    ada.type_in("#composer-thread", "not yet").await;
    ada.type_in("#composer", "something else").await;
    ada.reload().await;
    ada.live().await;
    open_thread(&ada, root).await;
    for (id, text) in [("composer-thread", "not yet"), ("composer", "something else")] {
        let script = format!("return document.getElementById('{id}').value === '{text}'");
        ada.until(&format!("the draft in {id}"), &script).await;
    }
    // Sending one leaves the other.
    ada.press_key(Key::Enter).await;
    thread_shows(&ada, &["tea?", "not yet"]).await;
    let values = "return [document.querySelector('#composer-thread').value, \
                  document.querySelector('#composer').value]";
    assert_eq!(ada.js(values, vec![]).await, json!(["", "something else"]));
    ada.close().await;
}

#[tokio::test]
async fn what_is_also_sent_to_the_channel_stands_in_both() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let root = script.say(room, "tea?").await.message_id;
    open_thread(&ada, root).await;
    reply(&ada, "yes").await;
    ada.click(".also input").await;
    reply(&ada, "in the kitchen, now").await;
    thread_shows(&ada, &["tea?", "yes", "in the kitchen, now"]).await;
    let channel = "return [...document.querySelectorAll('#feed article[data-state=sent] .text')]\
                   .map(e => e.innerText).join('|') === 'tea?|in the kitchen, now'";
    ada.until("it in the channel, too", channel).await;
    let off = "return document.querySelector('.also input').checked";
    assert_eq!(ada.js(off, vec![]).await, json!(false), "asked for each message anew");
    let ids = "const ids = [...document.querySelectorAll('[id]')].map(e => e.id); \
               return ids.filter((id, at) => ids.indexOf(id) !== at)";
    assert_eq!(ada.js(ids, vec![]).await, json!([]), "no id is there twice");
    ada.close().await;
}

#[tokio::test]
async fn the_list_of_threads_counts_what_is_new_until_it_is_read_or_no_longer_followed() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.say("who has the key?").await;
    ada.row("who has the key?", "sent").await;
    let root = script.history(room).await[0].message_id;
    let other = script.say(room, "an aside").await.message_id;
    say_in(&script, room, other, "not for ada").await;
    say_in(&script, room, root, "I do").await;
    say_in(&script, room, root, "or I did").await;
    unread_threads(&ada, 1).await;

    // What is unread is there after a reload as well, and is read where it is looked at.
    ada.reload().await;
    ada.live().await;
    unread_threads(&ada, 1).await;
    ada.click("#threads").await;
    ada.see(&format!(".listed[data-message-id=\"{root}\"]")).await;
    let new = "return document.querySelector('.list').innerText.includes('2 new')";
    ada.until("two new replies", new).await;
    let count = "return document.querySelectorAll('.listed').length";
    assert_eq!(ada.js(count, vec![]).await, json!(1), "what she does not follow is not there");
    ada.click(".card").await;
    thread_shows(&ada, &["who has the key?", "I do", "or I did"]).await;
    ada.see("#thread-feed .new").await;
    unread_threads(&ada, 0).await;
    ada.click("#pane-back").await;
    let read = "return !document.querySelector('.listed.unread') \
                && !!document.querySelector('.listed')";
    ada.until("nothing new in the list", read).await;

    // A reply comes while the list is shown.
    say_in(&script, room, root, "found it").await;
    ada.see(".listed.unread").await;
    unread_threads(&ada, 1).await;

    // She follows it no longer.
    ada.click(".card").await;
    thread_shows(&ada, &["who has the key?", "I do", "or I did", "found it"]).await;
    ada.click("#follow[aria-pressed=true]").await;
    ada.see("#follow[aria-pressed=false]").await;
    ada.click("#pane-back").await;
    ada.see(".list-empty").await;
    say_in(&script, room, root, "never mind").await;
    let seen = "return document.querySelector('#feed') !== null";
    ada.until("the page", seen).await;
    open_thread(&ada, root).await;
    unread_threads(&ada, 0).await;
    ada.close().await;
}

#[tokio::test]
async fn mentions_and_threads_that_came_while_away_are_counted_and_cleared_on_both_devices() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.say("a question").await;
    ada.row("a question", "sent").await;
    let root = script.history(room).await[0].message_id;
    // Another room is open on both, so that nothing is read by being shown.
    let ada_id = user_called("ada", &script).await;
    let body = json!({ "userIds": [ada_id], "name": "quiet" });
    let quiet: shared::ChannelInfo =
        script.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
    let other = adas_other_device(&server).await;
    for browser in [&ada, &other] {
        browser.enter(&quiet.channel_id.to_string()).await;
        can_be_cut(browser).await;
    }
    let mentions = format!("nav a[data-channel-id=\"{room}\"] .count");
    let counted = |count: usize| {
        format!("return (document.querySelector('{mentions}')?.innerText ?? '0') === '{count}'")
    };
    script.say(room, "@ada one").await;
    for browser in [&ada, &other] {
        browser.until("the first mention", &counted(1)).await;
        cut(browser).await;
    }
    script.say(room, "@ada two").await;
    script.say(room, "nothing for her").await;
    script.say(room, "@ada three").await;
    say_in(&script, room, root, "an answer").await;
    for browser in [&ada, &other] {
        mend(browser).await;
        browser.until("every mention, once", &counted(3)).await;
        unread_threads(browser, 1).await;
    }
    // One device reads; the other follows by itself.
    ada.enter(&room.to_string()).await;
    ada.row("@ada three", "sent").await;
    for browser in [&ada, &other] {
        browser.until("no mention to be left", &counted(0)).await;
        unread_threads(browser, 1).await;
    }
    open_thread(&ada, root).await;
    thread_shows(&ada, &["a question", "an answer"]).await;
    for browser in [&ada, &other] {
        unread_threads(browser, 0).await;
    }
    ada.close().await;
    other.close().await;
}
