//! Messages that carry files.

use super::{form, on_disk, raw, read, send, until_on_disk, upload, url_of};
use crate::harness::{Expect, TestServer, unknown_id};
use shared::api::messages::PostMessage;
use shared::api::uploads::Uploaded;
use shared::{ChannelEvent, ErrorCode, Send, ServerMessage, UploadId, paths};

#[tokio::test]
async fn a_message_carries_files_in_its_order_wherever_it_is_read() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut listener = bob.join(room, None).await;
    ada.say(room, "before").await;
    let mut files = Vec::new();
    for n in 0..3 {
        files.push(upload(&ada, &format!("{n}.txt"), format!("file {n}").as_bytes()).await);
    }
    files.reverse();
    let ids: Vec<_> = files.iter().map(|file| file.upload_id).collect();
    let sent = send(&ada, room, &ids).await;
    assert_eq!((sent.message.as_str(), &sent.attachments), ("", &files));
    ada.say(room, "after").await;
    // Live, in the page, in the log, and by itself.
    let heard = listener
        .recv_until(|message| match message {
            ServerMessage::Message(message) if message.message.is_empty() => Some(message.clone()),
            _ => None,
        })
        .await;
    assert_eq!(heard.attachments, files);
    let page = bob.page(room, "").await.messages;
    let carried: Vec<_> = page.iter().map(|message| message.attachments.len()).collect();
    assert_eq!(carried, [0, 3, 0]);
    assert_eq!(page[1].attachments, files);
    let logged = bob.events(room, 0).await.into_iter().find_map(|event| match event {
        ChannelEvent::Message(message) if message.seq == sent.seq => Some(message.attachments),
        _ => None,
    });
    assert_eq!(logged, Some(files));
}

#[tokio::test]
async fn a_socket_sends_files_too() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let file = upload(&ada, "a.txt", b"hello").await;
    let mut socket = ada.socket().await;
    let frame = shared::ClientMessage::Message(Send {
        channel_id: Some(room),
        nonce: Some("n".to_owned()),
        message: "look".to_owned(),
        attachment_ids: vec![file.upload_id],
        ..Send::default()
    });
    socket.send(&frame).await;
    let told = socket
        .recv_until(|message| match message {
            ServerMessage::Message(message) => Some(message.clone()),
            _ => None,
        })
        .await;
    assert_eq!(told.attachments, [file]);
}

#[tokio::test]
async fn an_upload_is_taken_once_and_by_its_owner_alone() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let head = ada.channel(room).await.head_seq;
    let (mine, other) = (upload(&ada, "a.txt", b"a").await, upload(&bob, "b.txt", b"b").await);
    let post = |ids: Vec<UploadId>, text: &str| {
        let message = text.to_owned();
        let body = PostMessage { message, attachment_ids: ids, ..PostMessage::default() };
        ada.post(&paths::messages(room)).json(&body)
    };
    let mine = mine.upload_id;
    let wrong = vec![mine, other.upload_id, UploadId(unknown_id()), mine];
    let refused = post(wrong, "hi").fails(ErrorCode::Invalid).await;
    let places: Vec<_> = refused.errors.iter().map(|place| place.pointer.as_str()).collect();
    assert_eq!(places, ["/attachmentIds/1", "/attachmentIds/2", "/attachmentIds/3"]);
    assert_eq!(ada.channel(room).await.head_seq, head, "no seq is lost by a refusal");
    post(vec![mine; 11], "hi").fails(ErrorCode::Invalid).await;
    post(Vec::new(), "").fails(ErrorCode::Invalid).await;
    send(&ada, room, &[mine]).await;
    let refused = post(vec![mine], "again").fails(ErrorCode::Invalid).await;
    assert_eq!(refused.errors[0].pointer, "/attachmentIds/0");
    assert!(refused.errors[0].detail.contains("another message"), "{refused:?}");
}

#[tokio::test]
async fn a_message_that_is_sent_twice_takes_its_files_once() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let file = upload(&ada, "a.txt", b"hello").await;
    let nonce = Some("once".to_owned());
    let body =
        PostMessage { nonce, attachment_ids: vec![file.upload_id], ..PostMessage::default() };
    let post = || ada.post(&paths::messages(room)).json(&body);
    let first: shared::ChatMessage = post().gives(201).await;
    let again: shared::ChatMessage = post().gives(200).await;
    assert_eq!(first, again);
    assert_eq!(again.attachments, [file]);
}

#[tokio::test]
async fn what_carries_files_can_lose_its_text_and_nothing_else_can() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let file = upload(&ada, "a.txt", b"a").await;
    let body = PostMessage {
        message: "look".to_owned(),
        attachment_ids: vec![file.upload_id],
        ..PostMessage::default()
    };
    let sent: shared::ChatMessage = ada.post(&paths::messages(room)).json(&body).gives(201).await;
    ada.edit(room, sent.message_id, "").await;
    let bare = ada.say(room, "words alone").await;
    let path = paths::message(room, bare.message_id);
    let nothing = serde_json::json!({ "message": "" });
    ada.patch(&path).json(&nothing).fails(ErrorCode::Invalid).await;
    let blank = serde_json::json!({ "message": " " });
    let path = paths::message(room, sent.message_id);
    ada.patch(&path).json(&blank).fails(ErrorCode::Invalid).await;
    let page = ada.page(room, "").await.messages;
    let texts: Vec<_> = page.iter().map(|m| (m.message.as_str(), m.attachments.len())).collect();
    assert_eq!(texts, [("", 1), ("words alone", 0)]);
    assert!(page[0].edited_at.is_some());
}

#[tokio::test]
async fn a_deleted_messages_files_are_gone_from_everywhere() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let image = super::pictures::encoded(900, 900, image::ImageFormat::Png);
    let picture = upload(&ada, "a.png", &image).await;
    let text = upload(&ada, "a.txt", b"a secret text").await;
    let sent = send(&ada, room, &[picture.upload_id, text.upload_id]).await;
    assert_eq!(on_disk(&server).len(), 4);
    ada.unsay(room, sent.message_id).await;
    for file in [&picture, &text] {
        ada.get(&url_of(file)).fails(ErrorCode::NotFound).await;
    }
    assert!(ada.page(room, "").await.messages[0].attachments.is_empty());
    until_on_disk(&server, 0).await;
    assert!(!super::holds(&server.stored_bytes(), b"a secret text"));
}

#[tokio::test]
async fn a_deleted_channels_files_are_gone() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (tea, milk) =
        (ada.room("tea", &[]).await.channel_id, ada.room("milk", &[]).await.channel_id);
    let (first, second) = (upload(&ada, "1", b"one").await, upload(&ada, "2", b"two").await);
    send(&ada, tea, &[first.upload_id]).await;
    send(&ada, milk, &[second.upload_id]).await;
    ada.delete(&paths::channel(tea)).succeeds().await;
    until_on_disk(&server, 1).await;
    ada.get(&url_of(&first)).fails(ErrorCode::NotFound).await;
    assert_eq!(read(&ada, &second, "").await, b"two");
}

#[tokio::test]
async fn the_same_content_lies_there_once_and_stays_while_anyone_holds_it() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let (a, b) = (upload(&ada, "a.txt", b"same").await, upload(&bob, "b.txt", b"same").await);
    assert_ne!(a.upload_id, b.upload_id);
    assert_eq!(on_disk(&server).len(), 1);
    let first = send(&ada, room, &[a.upload_id]).await;
    let second = send(&bob, room, &[b.upload_id]).await;
    // Another one that goes: when its file is gone, this deletion has been dealt with, too.
    let marker = upload(&ada, "c", b"other").await;
    ada.unsay(room, first.message_id).await;
    ada.delete(&paths::upload_by_id(marker.upload_id)).succeeds().await;
    until_on_disk(&server, 1).await;
    assert_eq!(read(&ada, &b, "").await, b"same");
    bob.unsay(room, second.message_id).await;
    until_on_disk(&server, 0).await;
}

#[tokio::test]
async fn an_upload_can_be_taken_back_until_it_is_sent() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let (kept, gone) = (upload(&ada, "1", b"one").await, upload(&ada, "2", b"two").await);
    bob.delete(&paths::upload_by_id(gone.upload_id)).fails(ErrorCode::NotFound).await;
    ada.delete(&paths::upload_by_id(gone.upload_id)).succeeds().await;
    ada.delete(&paths::upload_by_id(gone.upload_id)).fails(ErrorCode::NotFound).await;
    ada.get(&url_of(&gone)).fails(ErrorCode::NotFound).await;
    until_on_disk(&server, 1).await;
    send(&ada, room, &[kept.upload_id]).await;
    ada.delete(&paths::upload_by_id(kept.upload_id)).fails(ErrorCode::Conflict).await;
    assert_eq!(read(&bob, &kept, "").await, b"one");
}

#[tokio::test]
async fn a_request_that_is_repeated_gives_its_first_outcome() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("file", Some("1"), b"one"), ("file", Some("2"), b"two")];
    let keyed = |client| form(client, &parts).header("idempotency-key", "once");
    let first: Uploaded = keyed(&ada).gives(201).await;
    let again: Uploaded = keyed(&ada).gives(200).await;
    assert_eq!(first, again);
    // Whatever is sent, and another's key is another.
    let other: Uploaded =
        raw(&ada, "x", &vec![7; 3_000_000]).header("idempotency-key", "once").gives(200).await;
    assert_eq!(other, first);
    let bobs: Uploaded = keyed(&bob).gives(201).await;
    assert_ne!(bobs, first);
    assert_eq!(on_disk(&server).len(), 2);
    raw(&ada, "x", b"x").header("idempotency-key", "no blanks").fails(ErrorCode::Invalid).await;
}
