//! Pins for everyone, bookmarks for oneself.

use crate::harness::{Expect, TestServer};
use shared::api::messages::MessageList;
use shared::limits::PINS_MAX;
use shared::{Bookmark, ClientMessage, ErrorCode, Pin, ServerMessage, paths};

#[tokio::test]
async fn a_pin_is_an_event_of_the_channel_and_in_its_list() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("ops", &[&bob]).await.channel_id;
    let message = ada.say(room, "the plan").await;
    let mut socket = bob.join(room, None).await;
    ada.put(&paths::pin(room, message.message_id)).succeeds().await;
    ada.put(&paths::pin(room, message.message_id)).succeeds().await;
    let pinned = socket
        .recv_until(|frame| match frame {
            ServerMessage::Pinned(event) => Some(event.clone()),
            _ => None,
        })
        .await;
    assert_eq!((pinned.on, pinned.user_id, pinned.seq), (true, ada.id(), message.seq + 1));
    let list: MessageList = bob.get(&paths::pins(room)).gives(200).await;
    assert_eq!(list.items[0].message.pinned_by, Some(ada.id()));
    assert_eq!(bob.channel(room).await.head_seq, pinned.seq, "twice is once");

    let nonce = Some("down".to_owned());
    let down = Pin { channel_id: None, message_id: message.message_id, on: false, nonce };
    socket.send(&ClientMessage::Pin(down)).await;
    let acked = socket
        .recv_until(|frame| match frame {
            ServerMessage::Ack(ack) => Some(ack.clone()),
            _ => None,
        })
        .await;
    assert_eq!((acked.nonce.as_str(), acked.seq), ("down", pinned.seq + 1));
    let list: MessageList = bob.get(&paths::pins(room)).gives(200).await;
    assert!(list.items.is_empty());
}

#[tokio::test]
async fn what_is_deleted_is_pinned_and_remembered_no_longer() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("ops", &[]).await.channel_id;
    let message = ada.say(room, "the plan").await.message_id;
    ada.put(&paths::pin(room, message)).succeeds().await;
    ada.put(&paths::bookmark(room, message)).succeeds().await;
    ada.delete(&paths::message(room, message)).succeeds().await;
    for path in [paths::pins(room), paths::BOOKMARKS.to_owned()] {
        let list: MessageList = ada.get(&path).gives(200).await;
        assert!(list.items.is_empty(), "{path}");
    }
    ada.put(&paths::pin(room, message)).fails(ErrorCode::Conflict).await;
    ada.put(&paths::bookmark(room, message)).fails(ErrorCode::Conflict).await;
}

#[tokio::test]
async fn pins_are_bounded() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("ops", &[]).await.channel_id;
    let mut last = None;
    for n in 0..=PINS_MAX {
        let message = ada.say(room, &n.to_string()).await.message_id;
        if n < PINS_MAX {
            ada.put(&paths::pin(room, message)).succeeds().await;
        }
        last = Some(message);
    }
    ada.put(&paths::pin(room, last.unwrap())).fails(ErrorCode::Conflict).await;
}

#[tokio::test]
async fn bookmarks_are_ones_own_on_every_device_and_nobody_elses() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("ops", &[&bob]).await.channel_id;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(ada.say(room, &n.to_string()).await.message_id);
    }
    let (mut of_bob, mut of_ada) = (bob.socket().await, ada.socket().await);
    for id in [ids[3], ids[0], ids[4]] {
        let bookmark = Bookmark { channel_id: Some(room), message_id: id, on: true };
        of_bob.send(&ClientMessage::Bookmark(bookmark)).await;
        let told = of_bob
            .recv_until(|frame| match frame {
                ServerMessage::Bookmarked(frame) => Some(frame.clone()),
                _ => None,
            })
            .await;
        assert_eq!((told.message_id, told.on), (id, true));
    }
    let path = format!("{}?limit=2", paths::BOOKMARKS);
    let first: MessageList = bob.get(&path).gives(200).await;
    let next = format!("{path}&before={}", first.before.unwrap());
    let second: MessageList = bob.get(&next).gives(200).await;
    let found: Vec<_> =
        first.items.iter().chain(&second.items).map(|item| item.message.message_id).collect();
    assert_eq!((found, second.before), (vec![ids[4], ids[0], ids[3]], None));
    let list: MessageList = ada.get(paths::BOOKMARKS).gives(200).await;
    assert!(list.items.is_empty());
    // Ada's socket, which a message reaches after all that, was told of none.
    bob.say(room, "after").await;
    let heard = of_ada
        .recv_until(|frame| match frame {
            ServerMessage::Bookmarked(_) => Some(false),
            ServerMessage::Message(event) if event.message == "after" => Some(true),
            _ => None,
        })
        .await;
    assert!(heard);
    ada.delete(&paths::member(room, bob.id())).succeeds().await;
    let list: MessageList = bob.get(paths::BOOKMARKS).gives(200).await;
    assert!(list.items.is_empty(), "of a channel that one has left");
}
