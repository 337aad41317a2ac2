//! Two people talk in two browsers, a script and `curl` talk to both, and the server is killed in the
//! middle of it.

use super::{ada_and_a_script, user_called};
use crate::harness::browser::{Browser, ShownRow};
use crate::harness::{Expect, TestServer, said};
use fantoccini::key::Key;
use shared::{ChannelId, ChatMessage, MessageId, paths};
use std::process::Command;

/// Posts with the real `curl`, as the README shows it.
fn curl_says(server: &TestServer, token: &str, channel: ChannelId, text: &str) -> ChatMessage {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--fail-with-body", "--max-time", "30"])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--header", "Content-Type: application/json"])
        .args(["--data", &serde_json::json!({ "message": text }).to_string()])
        .arg(format!("{}{}", server.url(), paths::messages(channel)))
        .output()
        .expect("curl");
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Reads the channel with the real `curl`.
fn curl_reads(server: &TestServer, token: &str, channel: ChannelId) -> Vec<ChatMessage> {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--fail-with-body", "--max-time", "30"])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .arg(format!("{}{}?limit=200", server.url(), paths::messages(channel)))
        .output()
        .expect("curl");
    assert!(output.status.success(), "{output:?}");
    let page: shared::api::messages::MessagePage = serde_json::from_slice(&output.stdout).unwrap();
    page.messages
}

fn article(id: MessageId) -> String {
    format!("article[data-message-id=\"{id}\"]")
}

/// What a browser shows, as the history would tell it.
fn shown(rows: &[ShownRow]) -> Vec<(u64, String)> {
    rows.iter().map(|row| (row.seq.unwrap_or(0), row.text.clone())).collect()
}

fn told(history: &[ChatMessage]) -> Vec<(u64, String)> {
    history.iter().map(|message| (message.seq, message.message.clone())).collect()
}

/// Waits until the browser shows exactly the history: nothing missing, doubled or out of order.
async fn shows_the_history(browser: &Browser, history: &[ChatMessage]) {
    let last = history.last().unwrap();
    let script = format!(
        "return document.querySelectorAll('article[data-state=sent]').length === {} \
         && !!document.querySelector('{}')",
        history.len(),
        article(last.message_id)
    );
    browser.until("the whole history to be shown", &script).await;
    assert_eq!(shown(&browser.rows().await), told(history));
}

#[tokio::test]
async fn two_people_a_script_and_curl_talk_through_a_kill_of_the_server() {
    let mut server = TestServer::start().await;
    let ada = Browser::open(&server).await;
    ada.sign_up("ada", "correct horse").await;
    let bob = Browser::open(&server).await;
    bob.sign_up("bob", "correct horse").await;
    let script = server.user("script").await;
    let bob_id = user_called("bob", &script).await;

    // One creates a channel with the other, and the script.
    ada.click("button#new-channel").await;
    ada.type_in("dialog#create-channel input[name=name]", "tea").await;
    for user in [bob_id, script.id()] {
        ada.click(&format!("dialog#create-channel [data-user-id=\"{user}\"]")).await;
    }
    ada.click("dialog#create-channel button[type=submit]").await;
    let named = "return document.querySelector('h1#channel-name')?.innerText.includes('tea')";
    ada.until("the new channel to be open", named).await;
    let channel = script.channels().await[0].channel_id;
    bob.enter(&channel.to_string()).await;
    let mut socket = script.join(channel, Some(0)).await;

    // They talk.
    ada.say("hello bob").await;
    bob.row("hello bob", "sent").await;
    bob.say("hello ada, how's teh tea?").await;
    ada.row("hello ada, how's teh tea?", "sent").await;
    assert_eq!(socket.text().await, "hello bob");
    socket.say(channel, "script-1", "a script was here").await;
    let by_curl = curl_says(&server, script.token(), channel, "and so was curl");
    for browser in [&ada, &bob] {
        browser.row("a script was here", "sent").await;
        browser.row("and so was curl", "sent").await;
    }

    // They edit and react.
    let history = script.history(channel).await;
    let (first, second) = (history[0].message_id, history[1].message_id);
    bob.point_at(&article(second)).await;
    bob.click(&format!("{} button[data-action=edit]", article(second))).await;
    bob.see("textarea[name=edit]").await;
    let select_all = format!("{}a{}", char::from(Key::Control), char::from(Key::Null));
    bob.type_in("textarea[name=edit]", &select_all).await;
    bob.type_in("textarea[name=edit]", "hello ada, how's the tea?").await;
    bob.press_key(Key::Enter).await;
    for browser in [&ada, &bob] {
        assert!(browser.row("hello ada, how's the tea?", "sent").await.edited);
    }
    bob.point_at(&article(first)).await;
    bob.click(&format!("{} button[data-action=react]", article(first))).await;
    bob.click("[data-react=\"👍\"]").await;
    let chip = |pressed: bool, count: usize| {
        format!(
            "const b = document.querySelector('{} button[data-emoji=\"👍\"]');\
             return !!b && b.getAttribute('aria-pressed') === '{pressed}' \
             && b.querySelector('b').innerText === '{count}'",
            article(first)
        )
    };
    bob.until("bob's own reaction", &chip(true, 1)).await;
    ada.until("bob's reaction at ada's", &chip(false, 1)).await;
    ada.click(&format!("{} button[data-emoji=\"👍\"]", article(first))).await;
    for browser in [&ada, &bob] {
        browser.until("both reactions", &chip(true, 2)).await;
    }

    // The server dies in the middle of it; what is written meanwhile waits visibly.
    ada.say("before the kill").await;
    server.kill();
    for n in 1..=3 {
        ada.say(&format!("ada, while it is down {n}")).await;
    }
    bob.say("bob, while it is down").await;
    for browser in [&ada, &bob] {
        let lost = "const c = document.querySelector('[data-connection]').dataset.connection;\
                    return c !== 'live'";
        browser.until("the page to notice", lost).await;
    }
    let waiting = |rows: Vec<ShownRow>| {
        let down = rows.into_iter().filter(|row| row.text.contains("while it is down"));
        down.map(|row| row.state).collect::<Vec<_>>()
    };
    let of_ada = waiting(ada.rows().await);
    assert_eq!(of_ada.len(), 3, "every unsent row is shown");
    assert!(of_ada.iter().all(|state| state != "sent"), "{of_ada:?}");
    assert!(waiting(bob.rows().await).iter().all(|state| state != "sent"));
    ada.screenshot("server-down").await;

    // It comes back, and both carry on by themselves.
    server.start_again().await;
    let mut last = 0;
    for message in socket.log.iter().cloned() {
        last = message.into_event().map_or(last, |event| event.seq().max(last));
    }
    let mut socket = script.join(channel, Some(last)).await;
    for browser in [&ada, &bob] {
        browser.live().await;
        browser.row("bob, while it is down", "sent").await;
        browser.row("ada, while it is down 3", "sent").await;
    }
    ada.say("we are back").await;
    bob.row("we are back", "sent").await;
    bob.say("so we are").await;
    ada.row("so we are", "sent").await;
    socket.send(&said(channel, "script-2", "me too")).await;
    socket.ack("script-2").await;
    curl_says(&server, script.token(), channel, "and me");
    for browser in [&ada, &bob] {
        browser.row("and me", "sent").await;
    }

    // Nothing is missing, doubled or out of order: on neither screen, on no socket.
    let history = curl_reads(&server, script.token(), channel);
    assert_eq!(history, script.history(channel).await);
    let mut texts: Vec<_> = history.iter().map(|message| message.message.as_str()).collect();
    assert!(texts.contains(&by_curl.message.as_str()));
    texts.sort_unstable();
    let mut wanted = [
        "hello bob",
        "hello ada, how's the tea?",
        "a script was here",
        "and so was curl",
        "before the kill",
        "ada, while it is down 1",
        "ada, while it is down 2",
        "ada, while it is down 3",
        "bob, while it is down",
        "we are back",
        "so we are",
        "me too",
        "and me",
    ];
    wanted.sort_unstable();
    assert_eq!(texts, wanted);
    for browser in [&ada, &bob] {
        shows_the_history(browser, &history).await;
    }
    let ada_down = history.iter().filter(|m| m.message.starts_with("ada, while"));
    let order: Vec<_> = ada_down.map(|m| m.message.chars().last().unwrap()).collect();
    assert_eq!(
        order,
        ['1', '2', '3'],
        "what one wrote stands in the order in which it was written"
    );
    ada.screenshot("talking").await;

    // The same after everything is fetched anew.
    ada.reload().await;
    ada.live().await;
    shows_the_history(&ada, &history).await;
    ada.until("the reactions after a reload", &chip(true, 2)).await;
    ada.close().await;
    bob.close().await;
}

#[tokio::test]
async fn a_deleted_message_leaves_a_tombstone() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.say("never mind").await;
    ada.row("never mind", "sent").await;
    let id = script.history(room).await[0].message_id;
    ada.point_at(&article(id)).await;
    ada.click(&format!("{} button[data-action=more]", article(id))).await;
    ada.click(&format!("{} .menu [data-action=delete]", article(id))).await;
    ada.click("dialog#confirm button[data-action=confirm]").await;
    let gone = format!("return !!document.querySelector('{} .deleted')", article(id));
    ada.until("the tombstone", &gone).await;
    let history = script.history(room).await;
    assert!(history[0].deleted_at.is_some() && history[0].message.is_empty());
    let page = ada.js("return document.body.innerText", vec![]).await;
    assert!(!page.as_str().unwrap().contains("never mind"));
    ada.close().await;
}

#[tokio::test]
async fn unread_typing_and_presence_are_shown_as_they_happen() {
    let server = TestServer::start().await;
    let script = server.user("script").await;
    let ada = Browser::open(&server).await;
    ada.sign_up("ada", "correct horse").await;
    let ada_id = user_called("ada", &script).await;
    let mut rooms = Vec::new();
    for name in ["one", "two"] {
        let body = serde_json::json!({ "userIds": [ada_id], "name": name });
        let room: shared::ChannelInfo =
            script.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
        rooms.push(room.channel_id);
    }
    ada.enter(&rooms[0].to_string()).await;
    script.say(rooms[1], "over here").await;
    let link = format!("nav a[data-channel-id=\"{}\"]", rooms[1]);
    let unread = format!("return document.querySelector('{link}').classList.contains('unread')");
    ada.until("the other channel to be unread", &unread).await;
    ada.enter(&rooms[1].to_string()).await;
    ada.row("over here", "sent").await;
    let read = format!("return !document.querySelector('{link}').classList.contains('unread')");
    ada.until("it to be read", &read).await;

    let mut socket = script.join(rooms[1], None).await;
    socket.send_text(r#"{"type":"typing"}"#).await;
    let typing = "return document.querySelector('#typing')?.innerText.includes('script')";
    ada.until("that somebody is typing", typing).await;
    socket.send_text(r#"{"type":"message","message":"typed"}"#).await;
    ada.row("typed", "sent").await;
    let stopped = "return !document.querySelector('#typing')?.innerText.includes('script')";
    ada.until("that they stopped", stopped).await;
    ada.close().await;
}
