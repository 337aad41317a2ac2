//! Threads, over REST and sockets.

use crate::harness::{Expect, TestClient, TestServer};
use shared::api::channels::ReadPosition;
use shared::api::messages::{MessageList, PostMessage, ThreadPage};
use shared::{
    ChannelId, ChatMessage, ClientMessage, ErrorCode, Follow, MessageId, Send, ServerMessage,
    ThreadFrame, paths,
};

fn in_thread(root: MessageId, text: &str) -> PostMessage {
    PostMessage { message: text.into(), thread_root: Some(root), ..PostMessage::default() }
}

async fn reply(who: &TestClient, channel: ChannelId, root: MessageId, text: &str) -> ChatMessage {
    who.post(&paths::messages(channel)).json(&in_thread(root, text)).gives(201).await
}

async fn inbox(who: &TestClient) -> MessageList {
    who.get(paths::THREADS).gives(200).await
}

#[tokio::test]
async fn replies_stand_in_the_thread_and_are_counted_at_its_root() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("ops", &[&bob]).await.channel_id;
    let root = ada.say(room, "shall we?").await;
    let first = reply(&bob, room, root.message_id, "yes").await;
    let shown = PostMessage { also_in_channel: true, ..in_thread(first.message_id, "done") };
    let shown: ChatMessage = bob.post(&paths::messages(room)).json(&shown).gives(201).await;
    assert_eq!(shown.thread_root, Some(root.message_id), "a reply's thread is its root's");

    let texts: Vec<_> = ada.history(room).await.into_iter().map(|m| m.message).collect();
    assert_eq!(texts, ["shall we?", "done"]);
    let page: ThreadPage = ada.get(&paths::thread(room, root.message_id)).gives(200).await;
    assert_eq!(page.root.reply_count, Some(2));
    assert_eq!(page.root.replier_ids, [bob.id()]);
    assert_eq!(page.root.last_reply_at, Some(shown.sent_at));
    let texts: Vec<_> = page.messages.iter().map(|m| m.message.as_str()).collect();
    assert_eq!((texts, page.has_before, page.has_after), (vec!["yes", "done"], false, false));

    bob.delete(&paths::message(room, first.message_id)).succeeds().await;
    let page: ThreadPage = ada.get(&paths::thread(room, root.message_id)).gives(200).await;
    assert_eq!((page.root.reply_count, page.messages.len()), (Some(1), 2), "a tombstone stays");
}

#[tokio::test]
async fn a_thread_is_read_page_by_page() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("ops", &[]).await.channel_id;
    let root = ada.say(room, "0").await.message_id;
    for n in 1..=7 {
        ada.say(room, "between").await;
        reply(&ada, room, root, &n.to_string()).await;
    }
    let mut seen = Vec::new();
    let mut place = String::new();
    loop {
        let path = format!("{}?limit=3{place}", paths::thread(room, root));
        let page: ThreadPage = ada.get(&path).gives(200).await;
        assert_eq!(page.has_after, !seen.is_empty());
        place = format!("&before={}", page.messages[0].seq);
        seen.splice(0..0, page.messages.into_iter().map(|m| m.message));
        if !page.has_before {
            break;
        }
    }
    assert_eq!(seen, ["1", "2", "3", "4", "5", "6", "7"]);
}

#[tokio::test]
async fn who_writes_or_began_or_is_mentioned_follows_a_thread_until_they_say_no() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let (eve, dan) = (server.user("eve").await, server.user("dan").await);
    let room = ada.room("ops", &[&bob, &eve, &dan]).await.channel_id;
    let ChatMessage { message_id: root, seq, .. } = ada.say(room, "shall we?").await;
    let mut of_ada = ada.socket().await;
    let last = reply(&bob, room, root, "yes, @eve").await;
    let heard = of_ada
        .recv_until(|frame| match frame {
            ServerMessage::Thread(frame) => Some(frame.clone()),
            _ => None,
        })
        .await;
    let (channel_id, message_id) = (room, root);
    assert_eq!(heard, ThreadFrame { channel_id, message_id, following: true, read_seq: seq });

    for (who, unread) in [(&ada, Some(1)), (&bob, Some(0)), (&eve, Some(1)), (&dan, None)] {
        let found: Vec<_> = inbox(who).await.items.into_iter().map(|item| item.unread).collect();
        assert_eq!(found, unread.map(|n| vec![Some(n)]).unwrap_or_default(), "{}", who.name());
    }
    let read = ReadPosition { seq: last.seq };
    let stands: ReadPosition =
        ada.put(&paths::thread_read(room, root)).json(&read).gives(200).await;
    assert_eq!((stands.seq, inbox(&ada).await.items[0].unread), (last.seq, Some(0)));
    eve.delete(&paths::follow(room, root)).succeeds().await;
    reply(&bob, room, root, "and @eve?").await;
    assert!(inbox(&eve).await.items.is_empty(), "a no holds");
    dan.put(&paths::follow(room, root)).succeeds().await;
    assert_eq!(inbox(&dan).await.items[0].unread, Some(2));
}

#[tokio::test]
async fn sockets_write_read_and_follow_with_the_same_verbs() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("ops", &[&bob]).await.channel_id;
    let root = ada.say(room, "shall we?").await.message_id;
    let mut socket = bob.join(room, None).await;
    let send = Send {
        nonce: Some("n".into()),
        message: "yes".into(),
        thread_root: Some(root),
        ..Send::default()
    };
    socket.send(&ClientMessage::Message(send)).await;
    let event = socket
        .recv_until(|frame| match frame {
            ServerMessage::Message(event) => Some(event.clone()),
            _ => None,
        })
        .await;
    assert_eq!((event.thread_root, event.also_in_channel), (Some(root), false));
    let follow = Follow { channel_id: None, message_id: root, on: false };
    socket.send(&ClientMessage::Follow(follow)).await;
    let told = socket
        .recv_until(|frame| match frame {
            ServerMessage::Thread(frame) if !frame.following => Some(frame.clone()),
            _ => None,
        })
        .await;
    assert_eq!((told.message_id, told.read_seq), (root, event.seq));
}

#[tokio::test]
async fn threads_of_other_channels_and_of_nothing_are_refused() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let (room, other) = (ada.room("ops", &[&bob]).await, ada.room("own", &[]).await);
    let (room, other) = (room.channel_id, other.channel_id);
    let elsewhere = ada.say(other, "x").await.message_id;
    let refused = ada.post(&paths::messages(room)).json(&in_thread(elsewhere, "y"));
    let problem = refused.fails(ErrorCode::Invalid).await;
    assert_eq!(problem.errors[0].pointer, "/threadRoot");
    bob.get(&paths::thread(other, elsewhere)).fails(ErrorCode::NotFound).await;
    bob.put(&paths::follow(other, elsewhere)).fails(ErrorCode::NotFound).await;
    ada.get(&paths::thread(room, elsewhere)).fails(ErrorCode::NotFound).await;
    let alone = PostMessage { message: "x".into(), also_in_channel: true, ..Default::default() };
    let problem = ada.post(&paths::messages(room)).json(&alone).fails(ErrorCode::Invalid).await;
    assert_eq!(problem.errors[0].pointer, "/alsoInChannel");
}
