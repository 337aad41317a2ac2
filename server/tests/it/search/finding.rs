//! What a search finds, and how it shows it.

use super::{found, search_with};
use crate::harness::{Expect, TestClient, TestServer, said};
use crate::uploads;
use shared::{ChannelId, ErrorCode, paths};

const NOTHING: [&str; 0] = [];

async fn room_of(server: &TestServer) -> (TestClient, ChannelId) {
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    (ada, room)
}

#[tokio::test]
async fn words_phrases_beginnings_and_exclusions_find_the_newest_first() {
    let server = TestServer::start().await;
    let (ada, room) = room_of(&server).await;
    for text in ["green tea", "tea, Green with milk", "black coffee", "teapot"] {
        ada.say(room, text).await;
    }
    assert_eq!(found(&ada, "tea ").await, ["tea, Green with milk", "green tea"]);
    assert_eq!(found(&ada, "tea").await, ["teapot", "tea, Green with milk", "green tea"]);
    assert_eq!(found(&ada, "GREEN te").await, ["tea, Green with milk", "green tea"]);
    assert_eq!(found(&ada, "\"green tea\"").await, ["green tea"]);
    assert_eq!(found(&ada, "“tea green”").await, ["tea, Green with milk"]);
    assert_eq!(found(&ada, "tea -milk ").await, ["green tea"]);
    assert_eq!(found(&ada, "-tea ").await, ["teapot", "black coffee"]);
    assert_eq!(found(&ada, "tea coffee ").await, NOTHING);
}

#[tokio::test]
async fn accents_scripts_code_and_emoji_are_found() {
    let server = TestServer::start().await;
    let (ada, room) = room_of(&server).await;
    for text in [
        "Crème brûlée à Zürich",
        "我们明天讨论全文搜索的问题",
        "明日の会議は東京タワーで",
        "한국어로 검색합니다",
        "call `snake_case` in src/foo.bar() now",
        "great 👍🏽",
    ] {
        ada.say(room, text).await;
    }
    for (query, text) in [
        ("creme BRULEE", "Crème"),
        ("zur", "Zürich"),
        ("全文", "全文搜索"),
        ("搜索 讨论", "全文搜索"),
        ("题", "全文搜索"),
        ("タワー", "タワー"),
        ("ﾀﾜｰ", "タワー"),
        ("검색", "검색"),
        ("snake_case", "snake_case"),
        ("foo.bar()", "foo.bar()"),
        ("src/foo", "src/foo"),
        ("👍", "great"),
    ] {
        let texts = found(&ada, query).await;
        assert_eq!(texts.len(), 1, "{query}: {texts:?}");
        assert!(texts[0].contains(text), "{query}: {texts:?}");
    }
    assert_eq!(found(&ada, "文全").await, NOTHING);
}

#[tokio::test]
async fn operators_narrow_by_author_channel_content_and_time() {
    let server = TestServer::start().await;
    let (ada, tea) = room_of(&server).await;
    let bob = server.user("Bob").await;
    bob.patch(paths::ME).json(&serde_json::json!({ "displayName": "Bob Stone" })).succeeds().await;
    ada.add(tea, &bob).await;
    let ops = ada.room("ops team", &[&bob]).await.channel_id;
    ada.say(tea, "plan: https://hubbub.example/plan").await;
    bob.say(tea, "plan b").await;
    bob.say(ops, "plan `c`").await;
    assert_eq!(found(&ada, "from:bob plan").await, ["plan `c`", "plan b"]);
    assert_eq!(found(&ada, "from:\"bob stone\"").await, ["plan `c`", "plan b"]);
    assert_eq!(found(&ada, "from:me").await.len(), 1);
    assert_eq!(found(&ada, "-from:me plan ").await, ["plan `c`", "plan b"]);
    assert_eq!(found(&ada, "from:ada from:bob").await.len(), 3);
    assert_eq!(found(&ada, "in:#tea plan -from:@bob ").await.len(), 1);
    assert_eq!(found(&ada, "in:\"Ops Team\"").await, ["plan `c`"]);
    assert_eq!(found(&ada, "-in:tea").await, ["plan `c`"]);
    assert_eq!(found(&ada, "has:link").await.len(), 1);
    assert_eq!(found(&ada, "has:code plan").await, ["plan `c`"]);
    assert_eq!(found(&ada, "plan -has:code -has:link ").await, ["plan b"]);
    assert_eq!(found(&ada, "has:image").await, NOTHING);
    assert_eq!(found(&ada, "has:file").await, NOTHING);
    let file = uploads::upload(&ada, "Quarterly report.txt", b"numbers").await;
    let sent = uploads::send(&ada, tea, &[file.upload_id]).await;
    assert_eq!(found(&ada, "has:file").await.len(), 1);
    assert_eq!(found(&ada, "quarter").await.len(), 1, "by the name of its file");
    ada.delete(&paths::message(tea, sent.message_id)).succeeds().await;
    assert_eq!(found(&ada, "quarterly").await, NOTHING);
    assert_eq!(found(&ada, "plan after:2020").await.len(), 3);
    assert_eq!(found(&ada, "before:2020-01-01").await, NOTHING);
    assert_eq!(found(&ada, "from:nobody").await, NOTHING);
    assert_eq!(found(&ada, "in:nowhere").await, NOTHING);

    let with = |more: &'static [(&str, &str)]| search_with(&ada, "plan", more);
    assert_eq!(with(&[("from", "bob")]).await.items.len(), 2);
    assert_eq!(with(&[("from", "me")]).await.items.len(), 1);
    let id = bob.id().to_string();
    assert_eq!(search_with(&ada, "plan", &[("from", &id)]).await.items.len(), 2);
    assert_eq!(search_with(&ada, "from:ada", &[("from", &id)]).await.items.len(), 0);
    let channel = ops.to_string();
    let list = search_with(&ada, "plan", &[("channelId", &channel)]).await;
    assert_eq!(list.items.len(), 1);
    assert_eq!(list.items[0].message.channel_id, ops);
}

#[tokio::test]
async fn hits_are_marked_and_nothing_of_a_text_becomes_markup() {
    let server = TestServer::start().await;
    let (ada, room) = room_of(&server).await;
    ada.say(room, "<img src=x onerror=alert('Évil')> & <mark>\"quoted\"</mark>").await;
    let list = search_with(&ada, "evil quot", &[]).await;
    assert_eq!(
        list.items[0].marked.as_deref(),
        Some(
            "&lt;img src=x onerror=alert(&#39;<mark>Évil</mark>&#39;)&gt; &amp; \
             &lt;mark&gt;&quot;<mark>quot</mark>ed&quot;&lt;/mark&gt;"
        )
    );
    ada.say(room, &format!("{} needle {}", "hay ".repeat(2_000), "<b>".repeat(2_000))).await;
    let marked = search_with(&ada, "needle", &[]).await.items[0].marked.clone().unwrap();
    assert!(marked.contains("<mark>needle</mark>") && marked.len() < 1_500, "{marked}");
    assert!(marked.starts_with('…') && marked.ends_with('…') && !marked.contains("<b>"));
}

#[tokio::test]
async fn edits_and_deletions_are_seen_at_once_and_leave_no_trace() {
    let mut server = TestServer::start().await;
    let (ada, room) = room_of(&server).await;
    let first = ada.say(room, "the firstsecretword").await.message_id;
    let second = ada.say(room, "the secondsecretword").await.message_id;
    ada.edit(room, first, "the better word").await;
    assert_eq!(found(&ada, "firstsecretword").await, NOTHING);
    assert_eq!(found(&ada, "better").await, ["the better word"]);
    ada.edit(room, first, "the best word").await;
    ada.unsay(room, first).await;
    ada.unsay(room, second).await;
    for query in ["firstsecretword", "secondsecretword", "better", "best", "the", "from:me"] {
        assert_eq!(found(&ada, query).await, NOTHING, "{query}");
    }
    ada.say(room, "others stay").await;
    assert!(server.terminate().await.success());
    let bytes = server.stored_bytes();
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("others") && !holds("secondsecretword") && !holds("firstsecretword"));
}

#[tokio::test]
async fn what_is_acknowledged_is_found_at_once() {
    let server = TestServer::start().await;
    let (ada, room) = room_of(&server).await;
    let mut socket = ada.socket().await;
    for n in 0..40 {
        socket.say(room, &format!("n{n}"), &format!("word{n} same")).await;
        assert_eq!(found(&ada, &format!("word{n} ")).await.len(), 1);
        assert_eq!(found(&ada, "same").await.len(), n + 1);
    }
    // Edited in the same moment as others are sent: all in one transaction.
    for n in 40..80 {
        socket.send(&said(room, &format!("n{n}"), &format!("word{n} same"))).await;
    }
    let ack = socket.ack("n79").await;
    ada.edit(room, ack.message_id, "word79 changed").await;
    assert_eq!(found(&ada, "same").await.len(), 79);
    assert_eq!(found(&ada, "changed").await, ["word79 changed"]);
}

#[tokio::test]
async fn answers_of_threads_and_forwarded_messages_are_found() {
    let server = TestServer::start().await;
    let (ada, room) = room_of(&server).await;
    let root = ada.say(room, "the root").await.message_id;
    let answer = serde_json::json!({ "message": "an answer", "threadRoot": root });
    ada.post(&paths::messages(room)).json(&answer).succeeds().await;
    let other = ada.room("other", &[]).await.channel_id;
    let forward = serde_json::json!({ "forward": { "channelId": room, "messageId": root } });
    ada.post(&paths::messages(other)).json(&forward).succeeds().await;
    assert_eq!(found(&ada, "answer").await, ["an answer"]);
    assert_eq!(found(&ada, "root").await, ["the root", "the root"]);
}

#[tokio::test]
async fn a_search_that_cannot_be_is_refused_with_its_place() {
    let server = TestServer::start().await;
    let (ada, room) = room_of(&server).await;
    ada.say(room, "x").await;
    let long = "x".repeat(501);
    for q in ["", "   ", "\"\"", "!?", "-", &long] {
        let request = ada.get(&paths::search(q, &[]));
        let problem = request.fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, "/q", "{q}");
    }
    ada.get(paths::SEARCH).fails(ErrorCode::Invalid).await;
    let nobody = ada.get(&paths::search("x", &[("from", "")]));
    assert_eq!(nobody.fails(ErrorCode::Invalid).await.errors[0].pointer, "/from");
    let nowhere = ada.get(&paths::search("x", &[("channelId", "x")]));
    nowhere.fails(ErrorCode::Malformed).await;
    server.stranger().get(&paths::search("x", &[])).fails(ErrorCode::NotLoggedIn).await;
    for q in ["a AND", "NEAR(a b", "\"", "x*", "^x", "{a b}: x", "x:y:z", "a OR NOT b", "\u{0}"] {
        let _ = ada.get(&paths::search(q, &[])).send().await.unwrap();
        assert!(found(&ada, "x ").await.len() == 1, "{q}");
    }
    ada.get(&paths::search("a AND", &[])).gives::<serde_json::Value>(200).await;
}
