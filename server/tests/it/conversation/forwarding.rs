//! Messages that repeat another one, with its origin.

use crate::harness::{Expect, TestServer};
use crate::uploads;
use shared::api::messages::PostMessage;
use shared::{ChatMessage, ErrorCode, Forward, MessageId, paths};

fn forward(channel_id: shared::ChannelId, message_id: MessageId) -> PostMessage {
    let forward = Some(Forward { channel_id, message_id });
    PostMessage { forward, ..PostMessage::default() }
}

#[tokio::test]
async fn a_forwarded_message_keeps_its_text_and_its_first_origin() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let from = ada.room("from", &[]).await.channel_id;
    let to = ada.room("to", &[&bob]).await.channel_id;
    let said = ada.say(from, "the plan").await;
    let sent: ChatMessage =
        ada.post(&paths::messages(to)).json(&forward(from, said.message_id)).gives(201).await;
    let origin = sent.forwarded.clone().unwrap();
    assert_eq!((sent.message.as_str(), sent.user_id), ("the plan", ada.id()));
    assert_eq!((origin.message_id, origin.seq), (said.message_id, said.seq));
    assert_eq!((origin.channel_id, origin.user_id), (from, ada.id()));
    // Bob can't read where it is from, and can pass on what he reads here.
    let own = bob.room("own", &[]).await.channel_id;
    let again: ChatMessage =
        bob.post(&paths::messages(own)).json(&forward(to, sent.message_id)).gives(201).await;
    assert_eq!((again.user_id, again.forwarded), (bob.id(), Some(origin)));
    let refused = bob.post(&paths::messages(own)).json(&forward(from, said.message_id));
    let problem = refused.fails(ErrorCode::Invalid).await;
    assert_eq!(problem.errors[0].pointer, "/forward");
}

#[tokio::test]
async fn what_is_deleted_or_said_beside_it_is_not_forwarded() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("ops", &[]).await.channel_id;
    let said = ada.say(room, "x").await.message_id;
    let both = PostMessage { message: "look".into(), ..forward(room, said) };
    ada.post(&paths::messages(room)).json(&both).fails(ErrorCode::Invalid).await;
    ada.delete(&paths::message(room, said)).succeeds().await;
    let gone = ada.post(&paths::messages(room)).json(&forward(room, said));
    gone.fails(ErrorCode::Invalid).await;
    assert_eq!(ada.history(room).await.len(), 1);
}

#[tokio::test]
async fn a_forwarded_message_carries_its_files_which_outlive_the_original() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let from = ada.room("from", &[]).await.channel_id;
    let to = ada.room("to", &[&bob]).await.channel_id;
    let file = uploads::upload(&ada, "plan.txt", b"first we rest").await;
    let said = uploads::send(&ada, from, &[file.upload_id]).await;
    let sent: ChatMessage =
        ada.post(&paths::messages(to)).json(&forward(from, said.message_id)).gives(201).await;
    let [copy] = sent.attachments.try_into().unwrap();
    assert_eq!((copy.filename.as_str(), copy.size), ("plan.txt", file.size));
    assert_ne!(copy.upload_id, file.upload_id, "who may read one may not read the other");
    ada.delete(&paths::message(from, said.message_id)).succeeds().await;
    assert_eq!(uploads::read(&bob, &copy, "").await, b"first we rest");
}
