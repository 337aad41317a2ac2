//! What is written while nobody can take it: it waits visibly, survives a closed tab, and is sent
//! once. Drafts and the session survive as well.

use super::ada_and_a_script;
use crate::harness::TestServer;
use serde_json::json;

#[tokio::test]
async fn session_draft_and_outbox_survive_a_closed_tab_and_a_dead_server() {
    let mut server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.say("one").await;
    ada.row("one", "sent").await;
    server.kill();
    for text in ["two", "three", "four"] {
        ada.say(text).await;
    }
    let rows = ada.rows().await;
    let waiting: Vec<_> = rows.iter().filter(|row| row.state != "sent").collect();
    let texts: Vec<_> = waiting.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(texts, ["two", "three", "four"]);
    let nonces: Vec<_> = waiting.iter().map(|row| row.nonce.clone().unwrap()).collect();
    ada.type_in("#composer", "not finished").await;
    ada.leave().await;

    server.start_again().await;
    ada.go(&shared::paths::channel_page(room)).await;
    ada.live().await;
    for text in ["one", "two", "three", "four"] {
        ada.row(text, "sent").await;
    }
    ada.see("#composer").await;
    let draft = "return document.querySelector('#composer').value";
    ada.until("the draft", &format!("{draft} === 'not finished'")).await;
    let history = script.history(room).await;
    let texts: Vec<_> = history.iter().map(|message| message.message.as_str()).collect();
    assert_eq!(texts, ["one", "two", "three", "four"], "each once, in order");
    let told: Vec<_> = script
        .events(room, 1)
        .await
        .into_iter()
        .filter_map(|event| match event {
            shared::ChannelEvent::Message(message) => Some(message.nonce),
            _ => None,
        })
        .collect();
    assert_eq!(told, nonces, "sent again under the same nonces");

    // Once at the server it is out of the outbox: another visit sends nothing.
    ada.reload().await;
    ada.live().await;
    ada.row("four", "sent").await;
    assert_eq!(script.channel(room).await.head_seq, 4);
    ada.close().await;
}

#[tokio::test]
async fn a_row_is_never_made_anew_when_its_sending_is_confirmed() {
    let mut server = TestServer::start().await;
    let (ada, _script, _room) = ada_and_a_script(&server).await;
    server.kill();
    ada.say("keep this row").await;
    let mark = "const e = [...document.querySelectorAll('article[data-nonce]')].at(-1);\
                e.markedByTest = true; return e.dataset.nonce";
    let nonce = ada.js(mark, vec![]).await;
    server.start_again().await;
    ada.row("keep this row", "sent").await;
    let script = format!(
        "return document.querySelector('article[data-nonce=' + CSS.escape({}) + ']')?.markedByTest",
        json!(nonce)
    );
    assert_eq!(ada.js(&script, vec![]).await, json!(true));
    ada.close().await;
}

#[tokio::test]
async fn a_message_that_can_never_be_taken_fails_visibly_and_can_be_discarded() {
    let mut server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    server.kill();
    ada.say("to nobody").await;
    server.start_again().await;
    ada.row("to nobody", "sent").await;
    // The channel is deleted while a message for it waits.
    server.kill();
    ada.say("too late").await;
    ada.leave().await;
    server.start_again().await;
    script.delete(&shared::paths::channel(room)).send().await.unwrap();
    ada.go("/").await;
    ada.live().await;
    let gone = format!("return !document.querySelector('nav a[data-channel-id=\"{room}\"]')");
    ada.until("the deleted channel to be gone", &gone).await;
    ada.close().await;
}
