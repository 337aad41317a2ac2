//! Channels that keep their messages for some time: what is older is gone with all that belongs to it,
//! the log begins behind it without a gap, and the disk has its room back.

use crate::harness::{Expect, TestClient, TestServer, command, patiently};
use rusqlite::Connection;
use shared::api::channels::Retention;
use shared::api::messages::{MessageList, PostMessage, ThreadPage};
use shared::api::uploads::Uploaded;
use shared::{
    ChannelEvent, ChannelId, ClientMessage, ErrorCode, ResetReason, Resume, Seq, ServerMessage,
    paths,
};
use std::collections::BTreeMap;
use std::path::Path;

const DAYS_40: i64 = 40 * 24 * 60 * 60 * 1000;

/// Makes everything up to a seq 40 days older, while no server runs.
fn age(server: &TestServer, upto: Seq) {
    let db = Connection::open(server.database()).unwrap();
    let last = 1_i64 << 32 | upto.cast_signed();
    for sql in [
        "UPDATE messages SET sent_at = sent_at - ?1 WHERE pos <= ?2",
        "UPDATE events SET at = at - ?1 WHERE pos <= ?2 AND kind <> 4",
    ] {
        db.execute(sql, (DAYS_40, last)).unwrap();
    }
    // The index knows when messages were sent, and is made anew.
    db.execute("DELETE FROM meta WHERE key = 'search_rules'", []).unwrap();
}

fn bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { bytes(&path) } else { path.metadata().unwrap().len() })
        .sum()
}

async fn says(by: &TestClient, room: ChannelId, new: PostMessage) -> shared::ChatMessage {
    by.post(&paths::messages(room)).json(&new).gives(201).await
}

async fn until_history_is(by: &TestClient, room: ChannelId, wanted: &[&str]) {
    let waiting = async {
        loop {
            let history = by.history(room).await;
            if history.iter().map(|message| message.message.as_str()).eq(wanted.iter().copied()) {
                return;
            }
        }
    };
    patiently("old messages to go", waiting).await;
}

async fn reset(by: &TestClient, room: ChannelId, cursor: Seq) -> Option<ResetReason> {
    let mut socket = by.socket().await;
    let cursors = BTreeMap::from([(room, cursor)]);
    socket.send(&ClientMessage::Resume(Resume { cursors })).await;
    socket
        .recv_until(|message| match message {
            ServerMessage::Reset(reset) => Some(Some(reset.reason)),
            ServerMessage::CaughtUp(_) => Some(None),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn what_is_older_than_a_channel_keeps_is_gone_with_everything_and_the_log_has_no_gap() {
    let mut server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut socket = ada.socket().await;
    let long = format!("bulk @bob {}", "word ".repeat(900));
    for n in 0..400 {
        socket.say(room, &format!("n{n}"), &long).await;
        socket.log.clear();
    }
    socket.close().await;
    let first = ada.history(room).await.remove(0).message_id;
    let in_thread = |root, text: &str| PostMessage {
        message: text.to_owned(),
        thread_root: Some(root),
        ..PostMessage::default()
    };
    let over = ada.say(room, "a thread that is over").await.message_id;
    says(&bob, room, in_thread(over, "its reply")).await;
    let going_on = ada.say(room, "a thread that goes on").await.message_id;
    says(&bob, room, in_thread(going_on, "an old reply")).await;
    let url = format!("{}?filename=a.txt", paths::UPLOADS);
    let stored: Uploaded = ada.post(&url).body("bytes ".repeat(100_000)).gives(201).await;
    let attachment_ids = vec![stored.uploads[0].upload_id];
    says(&ada, room, PostMessage { attachment_ids, ..PostMessage::default() }).await;
    ada.put(&paths::pin(room, first)).succeeds().await;
    ada.put(&paths::bookmark(room, first)).succeeds().await;
    bob.react(room, first, "👍", true).await;
    let old = ada.channel(room).await.head_seq;
    says(&bob, room, in_thread(going_on, "a new reply")).await;
    ada.edit(room, first, "edited since").await;
    ada.say(room, "new").await;
    let head = ada.channel(room).await.head_seq;
    server.terminate().await;
    let before = bytes(server.data());
    age(&server, old);
    server.start_again().await;

    let retention = paths::retention(room);
    let days = |days: Option<u32>| serde_json::json!({ "days": days });
    bob.put(&retention).json(&days(Some(30))).fails(ErrorCode::Forbidden).await;
    ada.put(&retention).json(&days(Some(0))).fails(ErrorCode::Invalid).await;
    let direct = ada.direct(&bob).await.channel_id;
    let of_direct = ada.put(&paths::retention(direct)).json(&days(Some(1)));
    of_direct.fails(ErrorCode::Conflict).await;
    assert_eq!(ada.history(room).await.len(), 404, "kept for ever until somebody says otherwise");
    let set: Retention = ada.put(&retention).json(&days(Some(30))).gives(200).await;
    assert_eq!(set, Retention { days: Some(30), server_days: None });
    assert_eq!(bob.get(&retention).gives::<Retention>(200).await, set);

    until_history_is(&ada, room, &["a thread that goes on", "new"]).await;
    let page = ada.page(room, "limit=50").await;
    assert_eq!((page.has_before, page.has_after, page.head_seq), (false, false, head));
    let thread: ThreadPage = bob.get(&paths::thread(room, going_on)).gives(200).await;
    assert_eq!(thread.messages.len(), 2, "a thread stays whole");
    ada.get(&paths::thread(room, over)).fails(ErrorCode::NotFound).await;
    ada.get(&paths::message(room, first)).fails(ErrorCode::NotFound).await;
    let log = ada.events(room, 0).await;
    let seqs: Vec<Seq> = log.iter().map(ChannelEvent::seq).collect();
    assert_eq!(seqs, (old + 1..=head).collect::<Vec<_>>());
    assert!(log.iter().all(|event| match event {
        ChannelEvent::Edited(edited) => edited.message.is_empty(),
        _ => true,
    }));
    assert_eq!(reset(&ada, room, 1).await, Some(ResetReason::TooFar));
    assert_eq!(reset(&ada, room, old).await, None);
    assert!(ada.get(&paths::pins(room)).gives::<MessageList>(200).await.items.is_empty());
    assert!(ada.get(paths::BOOKMARKS).gives::<MessageList>(200).await.items.is_empty());
    let found: serde_json::Value = ada.get(&format!("{}?q=bulk", paths::SEARCH)).gives(200).await;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(0), "{found}");
    assert_eq!(bob.channel(room).await.mentions, Some(0));
    assert_eq!(ada.say(room, "and on it goes").await.seq, head + 1);
    let check = async |server: &TestServer| {
        let checked = command(&["check", "--data", server.data().to_str().unwrap()]).await;
        assert_eq!(checked.code, Some(0), "{checked:?}");
    };
    check(&server).await;
    patiently("the file to be removed", async {
        while bytes(&server.data().join("files")) > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    server.terminate().await;
    let after = bytes(server.data());
    assert!(after < before / 3, "{before} bytes became {after}");

    // The thread is over, too, some day.
    age(&server, head);
    server.start_again().await;
    until_history_is(&ada, room, &["and on it goes"]).await;
    ada.get(&paths::message(room, going_on)).fails(ErrorCode::NotFound).await;
    check(&server).await;
}
