//! Messages over REST: posting, pages, editing, deleting, reacting. Over sockets: `sockets`.

use crate::harness::{Expect, TestServer, everyone};
use serde_json::{Value, json};
use shared::api::messages::MessagePage;
use shared::{ChatMessage, ErrorCode, MessageId, Seq, ServerMessage, limits, paths};

fn seqs(page: &MessagePage) -> Vec<Seq> {
    page.messages.iter().map(|message| message.seq).collect()
}

#[tokio::test]
async fn a_posted_message_is_what_everyone_reads() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut socket = bob.socket().await;
    let posted = ada.say(room, "hi\n<b>\u{1F44B} 'quoted' \\ \u{2028}").await;
    assert_eq!((posted.seq, posted.user_id, posted.channel_id), (1, ada.id(), room));
    assert_eq!(posted.message, "hi\n<b>\u{1F44B} 'quoted' \\ \u{2028}");
    assert!(posted.reactions.is_empty() && posted.edited_at.is_none());
    assert_eq!(bob.history(room).await, std::slice::from_ref(&posted));
    let shared::ChannelEvent::Message(told) = socket.event().await else { panic!() };
    assert_eq!((told.message_id, told.seq, told.user_id), (posted.message_id, 1, ada.id()));
    assert_eq!((&told.message, told.sent_at), (&posted.message, posted.sent_at));
    assert!(!told.nonce.is_empty(), "the server makes a nonce when none is given");
}

#[tokio::test]
async fn a_repeated_post_gives_the_original_for_ever() {
    let mut server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let other = ada.room("other", &[]).await.channel_id;
    let path = paths::messages(room);
    let body = json!({ "message": "once", "nonce": "n-1" });
    let first: ChatMessage = ada.post(&path).json(&body).gives(201).await;
    let again: ChatMessage = ada.post(&path).json(&body).gives(200).await;
    assert_eq!(again, first);
    let keyed = ada.post(&path).header("idempotency-key", "n-1").json(&json!({ "message": "x" }));
    assert_eq!(keyed.gives::<ChatMessage>(200).await, first);
    let elsewhere: ChatMessage = ada.post(&paths::messages(other)).json(&body).gives(200).await;
    assert_eq!(elsewhere, first, "the nonce is the user's, whatever the channel");
    let of_bob: ChatMessage = bob.post(&path).json(&body).gives(201).await;
    assert_ne!(of_bob.message_id, first.message_id, "another user's nonce is another");
    server.kill();
    server.start_again().await;
    assert_eq!(ada.post(&path).json(&body).gives::<ChatMessage>(200).await, first);
    assert_eq!(ada.history(room).await.len(), 2);
    assert!(ada.history(other).await.is_empty());
}

#[tokio::test]
async fn many_repeats_at_once_make_one_message() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let tries = (0..16).map(|_| {
        let request = ada.post(&paths::messages(room)).header("idempotency-key", "same");
        let request = request.json(&json!({ "message": "once" }));
        tokio::spawn(async move { request.send().await.unwrap() })
    });
    let (mut statuses, mut ids) = (Vec::new(), Vec::new());
    for task in tries.collect::<Vec<_>>() {
        let answer = task.await.unwrap();
        statuses.push(answer.status().as_u16());
        ids.push(answer.json::<ChatMessage>().await.unwrap().message_id);
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1], *statuses.last().unwrap()), (200, 200, 201));
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(ada.history(room).await.len(), 1);
}

#[tokio::test]
async fn nonces_that_cannot_be_are_refused() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let path = paths::messages(room);
    let long = "x".repeat(limits::NONCE_MAX_CHARS + 1);
    for nonce in ["", "a b", "é", &long] {
        let body = json!({ "message": "hi", "nonce": nonce });
        let problem = ada.post(&path).json(&body).fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, "/nonce");
    }
    let keyed = ada.post(&path).header("idempotency-key", &long).json(&json!({ "message": "hi" }));
    let status = keyed.send().await.unwrap().status().as_u16();
    assert!([400, 422].contains(&status), "{status}");
    assert!(ada.history(room).await.is_empty());
}

#[tokio::test]
async fn a_message_is_bounded_in_bytes_and_not_blank() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let path = paths::messages(room);
    let fits = "é".repeat(limits::MESSAGE_MAX_BYTES / 2);
    let posted = ada.say(room, &fits).await;
    assert_eq!(posted.message.len(), limits::MESSAGE_MAX_BYTES);
    let long = serde_json::json!({ "message": format!("{fits}x") });
    let id = posted.message_id;
    ada.post(&path).json(&long).fails(ErrorCode::TooLarge).await;
    ada.patch(&paths::message(room, id)).json(&long).fails(ErrorCode::TooLarge).await;
    for bad in ["", " \n\t", "\u{200b}", "a\0b"] {
        let request = ada.post(&path).json(&json!({ "message": bad }));
        let problem = request.fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, "/message");
        let request = ada.patch(&paths::message(room, id)).json(&json!({ "message": bad }));
        assert_eq!(request.fails(ErrorCode::Invalid).await.errors[0].pointer, "/message");
    }
    assert_eq!(ada.history(room).await, [posted]);
}

#[tokio::test]
async fn pages_go_back_forth_and_around_and_say_what_lies_beyond() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let empty = ada.page(room, "").await;
    assert_eq!((seqs(&empty), empty.head_seq), (vec![], 0));
    assert!(!empty.has_before && !empty.has_after);
    for n in 1..=60 {
        ada.say(room, &n.to_string()).await;
    }
    for (query, wanted, has_before, has_after) in [
        ("", (11..=60).collect::<Vec<Seq>>(), true, false),
        ("limit=3", vec![58, 59, 60], true, false),
        ("limit=60", (1..=60).collect(), false, false),
        ("before=58&limit=3", vec![55, 56, 57], true, true),
        ("before=3&limit=3", vec![1, 2], false, true),
        ("before=1", vec![], false, true),
        ("before=1000&limit=2", vec![59, 60], true, false),
        ("after=0&limit=2", vec![1, 2], false, true),
        ("after=57&limit=3", vec![58, 59, 60], true, false),
        ("after=60", vec![], true, false),
        ("after=1000", vec![], true, false),
        ("around=30&limit=5", vec![28, 29, 30, 31, 32], true, true),
        ("around=60&limit=4", vec![57, 58, 59, 60], true, false),
        ("around=1&limit=4", vec![1, 2, 3, 4], false, true),
    ] {
        let page = ada.page(room, query).await;
        if query.starts_with("around=60") || query.starts_with("around=1&") {
            // At an end a page around a place may be shorter; it holds the place all the same.
            let at = if query.contains("60") { 60 } else { 1 };
            assert!(seqs(&page).contains(&at), "{query}: {:?}", seqs(&page));
        } else {
            assert_eq!(seqs(&page), wanted, "{query}");
        }
        assert_eq!((page.has_before, page.has_after), (has_before, has_after), "{query}");
        assert_eq!(page.head_seq, 60, "{query}");
    }
    assert_eq!(ada.history(room).await.len(), 60);
}

#[tokio::test]
async fn pages_asked_for_wrongly_are_refused() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let bad = ["limit=x", "limit=", "before=-1", "after=1.5", "around=", "before=1&after=1"];
    for query in bad {
        let path = format!("{}?{query}", paths::messages(room));
        let status = ada.get(&path).send().await.unwrap().status().as_u16();
        assert!([400, 422].contains(&status), "{query}: {status}");
    }
    ada.say(room, "hi").await;
    for limit in [0, limits::PAGE_MAX + 1, usize::MAX] {
        assert_eq!(seqs(&ada.page(room, &format!("limit={limit}")).await), [1], "{limit}");
    }
    for seq in [u64::MAX, i64::MAX.cast_unsigned()] {
        for way in ["before", "after", "around"] {
            let path = format!("{}?{way}={seq}", paths::messages(room));
            let status = ada.get(&path).send().await.unwrap().status().as_u16();
            assert!([200, 400, 422].contains(&status), "{way}={seq}: {status}");
        }
    }
}

#[tokio::test]
async fn only_the_author_edits_and_everyone_reads_the_new_text() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (owner, ada, bob) = (&people[0], &people[1], &people[2]);
    let room = bob.room("tea", &[ada, owner]).await.channel_id;
    let id = ada.say(room, "teh").await.message_id;
    let path = paths::message(room, id);
    for other in [owner, bob] {
        let request = other.patch(&path).json(&json!({ "message": "mine" }));
        request.fails(ErrorCode::Forbidden).await;
    }
    let mut socket = bob.socket().await;
    ada.edit(room, id, "the").await;
    let shared::ChannelEvent::Edited(told) = socket.event().await else { panic!() };
    assert_eq!((told.message_id, told.seq, told.message.as_str()), (id, 2, "the"));
    let page = bob.page(room, "").await;
    let message = &page.messages[0];
    assert_eq!((message.message.as_str(), message.seq, page.head_seq), ("the", 1, 2));
    assert_eq!(message.edited_at, Some(told.edited_at));
}

#[tokio::test]
async fn a_repeated_edit_or_deletion_takes_one_seq() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let id = ada.say(room, "teh").await.message_id;
    let path = paths::message(room, id);
    for _ in 0..3 {
        let body = json!({ "message": "the", "nonce": "edit-1" });
        ada.patch(&path).json(&body).succeeds().await;
    }
    assert_eq!(ada.channel(room).await.head_seq, 2);
    for _ in 0..3 {
        ada.delete(&path).header("idempotency-key", "delete-1").succeeds().await;
    }
    assert_eq!(ada.channel(room).await.head_seq, 3);
}

#[tokio::test]
async fn a_deletion_leaves_a_tombstone_without_text_or_reactions() {
    let mut server = TestServer::start().await;
    let people = everyone(&server, "p", 5).await;
    let (owner, creator, ada, bob, eve) =
        (&people[0], &people[1], &people[2], &people[3], &people[4]);
    let room = creator.room("tea", &[owner, ada, bob]).await.channel_id;
    let mut ids = Vec::new();
    for text in ["unspeakable-1", "unspeakable-2", "unspeakable-3"] {
        let id = ada.say(room, text).await.message_id;
        bob.react(room, id, "👍", true).await;
        ids.push(id);
    }
    bob.delete(&paths::message(room, ids[0])).fails(ErrorCode::Forbidden).await;
    eve.delete(&paths::message(room, ids[0])).fails(ErrorCode::NotFound).await;
    for (by, id) in [(ada, ids[0]), (creator, ids[1]), (owner, ids[2])] {
        by.unsay(room, id).await;
    }
    for message in bob.history(room).await {
        assert_eq!(message.message, "");
        assert!(message.deleted_at.is_some() && message.reactions.is_empty());
        assert!(message.html.is_none());
    }
    let raw = serde_json::to_string(&bob.events(room, 0).await).unwrap();
    assert!(!raw.contains("unspeakable"), "the log still tells: {raw}");
    let body = json!({ "message": "back" });
    let status =
        ada.patch(&paths::message(room, ids[0])).json(&body).send().await.unwrap().status();
    assert!([404, 409].contains(&status.as_u16()), "{status}");
    let react = ada.put(&paths::reaction(room, ids[0], "👍")).send().await.unwrap().status();
    assert!([404, 409].contains(&react.as_u16()), "{react}");
    assert_eq!(server.terminate().await.code(), Some(0));
    let stored = server.stored_bytes();
    let secret = b"unspeakable";
    assert!(!stored.windows(secret.len()).any(|bytes| bytes == secret), "still on the disk");
}

#[tokio::test]
async fn reactions_are_counted_by_who_set_them_in_order() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let id = ada.say(room, "hi").await.message_id;
    bob.react(room, id, "👍", true).await;
    ada.react(room, id, "👩‍👩‍👧‍👦", true).await;
    ada.react(room, id, "👍", true).await;
    ada.react(room, id, "👍", true).await;
    let page = ada.page(room, "").await;
    assert_eq!(page.head_seq, 4, "setting twice is no event");
    let reactions = &page.messages[0].reactions;
    let seen: Vec<_> = reactions.iter().map(|r| (r.emoji.as_str(), r.user_ids.clone())).collect();
    assert_eq!(seen, [("👍", vec![bob.id(), ada.id()]), ("👩‍👩‍👧‍👦", vec![ada.id()])]);
    bob.react(room, id, "👍", false).await;
    bob.react(room, id, "👍", false).await;
    ada.react(room, id, "👍", false).await;
    let page = ada.page(room, "").await;
    assert_eq!((page.head_seq, page.messages[0].reactions.len()), (6, 1));
}

#[tokio::test]
async fn what_is_no_emoji_is_no_reaction() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let id = ada.say(room, "hi").await.message_id;
    for bad in ["a", "1", "<b>", "👍a", &"👍".repeat(17), "%00"] {
        let answer = ada.put(&paths::reaction(room, id, bad)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 422, "{bad}");
    }
    assert_eq!(ada.channel(room).await.head_seq, 1);
}

#[tokio::test]
async fn a_reply_names_a_message_of_the_same_channel() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (room, other) = (ada.room("a", &[]).await.channel_id, ada.room("b", &[]).await.channel_id);
    let first = ada.say(room, "why?").await.message_id;
    let foreign = ada.say(other, "elsewhere").await.message_id;
    let body = json!({ "message": "because", "replyTo": first });
    let reply: ChatMessage = ada.post(&paths::messages(room)).json(&body).gives(201).await;
    assert_eq!(reply.reply_to, Some(first));
    assert_eq!(ada.history(room).await[1].reply_to, Some(first));
    for unknown in [foreign, MessageId(crate::harness::unknown_id())] {
        let body = json!({ "message": "because", "replyTo": unknown });
        let request = ada.post(&paths::messages(room)).json(&body);
        assert_eq!(request.fails(ErrorCode::Invalid).await.errors[0].pointer, "/replyTo");
    }
    assert_eq!(ada.channel(room).await.head_seq, 2);
}

#[tokio::test]
async fn a_message_is_found_only_in_its_own_channel() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (room, other) = (ada.room("a", &[]).await.channel_id, ada.room("b", &[]).await.channel_id);
    let id = ada.say(room, "hi").await.message_id;
    let wrong = paths::message(other, id);
    ada.patch(&wrong).json(&json!({ "message": "x" })).fails(ErrorCode::NotFound).await;
    ada.delete(&wrong).fails(ErrorCode::NotFound).await;
    ada.put(&paths::reaction(other, id, "👍")).fails(ErrorCode::NotFound).await;
    assert_eq!((ada.channel(room).await.head_seq, ada.channel(other).await.head_seq), (1, 0));
}

#[tokio::test]
async fn who_is_no_member_neither_reads_nor_writes_in_a_public_room_before_joining() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, eve) = (&people[1], &people[2]);
    let room = ada.public_room("tea", &[]).await.channel_id;
    let id = ada.say(room, "hi").await.message_id;
    eve.get(&paths::messages(room)).fails(ErrorCode::NotFound).await;
    let body = json!({ "message": "me too" });
    eve.post(&paths::messages(room)).json(&body).fails(ErrorCode::NotFound).await;
    eve.put(&paths::reaction(room, id, "👍")).fails(ErrorCode::NotFound).await;
    assert_eq!(ada.channel(room).await.head_seq, 1);
    eve.add(room, eve).await;
    assert_eq!(eve.history(room).await.len(), 1);
    assert_eq!(eve.say(room, "me too").await.seq, 3);
}

#[tokio::test]
async fn no_rendering_of_a_message_carries_code() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    assert_eq!(ada.say(room, "plain words").await.html, None);
    for attack in [
        "**x** <script>alert(1)</script>",
        "**x** <img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "**x** <a href=\"vbscript:x\">",
        "[x](https://a.example \"\\\" onmouseover=alert(1) \\\"\")",
    ] {
        let html = ada.say(room, attack).await.html.unwrap_or_default();
        // What stands between `<` and `>` is an element; what was written by people has neither.
        for element in html.split('<').skip(1) {
            let element = element.split_once('>').unwrap().0;
            let name = element.split(' ').next().unwrap().trim_start_matches('/');
            assert!(["p", "strong", "a", "br", "bdi"].contains(&name), "{attack} became {html}");
            let safe = !element.contains("href=") || element.contains("href=\"https://a.example");
            let names: String = element.split('"').step_by(2).collect();
            assert!(safe && !names.contains(" on"), "{attack} became {html}");
        }
    }
}

#[tokio::test]
async fn a_message_frame_and_a_message_of_a_page_say_the_same() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut socket = ada.socket().await;
    ada.say(room, "*hi* there").await;
    let frame = socket
        .recv_until(|message| match message {
            ServerMessage::Message(_) => Some(message.to_json()),
            _ => None,
        })
        .await;
    let frame: Value = serde_json::from_str(&frame).unwrap();
    let page: Value = ada.get(&paths::messages(room)).gives(200).await;
    for field in ["messageId", "channelId", "seq", "userId", "message", "html", "sentAt"] {
        assert_eq!(frame[field], page["messages"][0][field], "{field}");
    }
}
