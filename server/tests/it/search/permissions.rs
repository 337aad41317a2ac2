//! Nobody finds what they may not read, nor learns that it is there.

use super::{found, search_with};
use crate::harness::{Expect, TestServer, everyone, unknown_id};
use shared::{ChannelId, ErrorCode, paths};

const NOTHING: [&str; 0] = [];

#[tokio::test]
async fn members_find_and_strangers_do_not() {
    let server = TestServer::start().await;
    let people = everyone(&server, "user", 3).await;
    let [ada, bob, eve] = people.as_slice() else { panic!() };
    let private = ada.room("private", &[bob]).await.channel_id;
    let public = ada.public_room("public", &[bob]).await.channel_id;
    let direct = ada.direct(bob).await.channel_id;
    for channel in [private, public, direct] {
        ada.say(channel, "plum jam").await;
    }
    assert_eq!(found(ada, "plum").await.len(), 3);
    assert_eq!(found(bob, "plum").await.len(), 3);
    assert_eq!(found(eve, "plum").await, NOTHING);
    // Reading a public channel takes joining it, and so does searching it.
    eve.add(public, eve).await;
    assert_eq!(found(eve, "plum").await.len(), 1);
    let list = search_with(eve, "plum", &[]).await;
    assert_eq!((list.items[0].message.channel_id, list.before), (public, None));
    eve.remove(public, eve).await;
    assert_eq!(found(eve, "plum").await, NOTHING);
}

#[tokio::test]
async fn a_channel_that_one_may_not_read_answers_like_none() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.user("ada").await, server.user("eve").await);
    let private = ada.room("private", &[]).await.channel_id;
    let public = ada.public_room("public", &[]).await.channel_id;
    ada.say(private, "plum").await;
    let none = ChannelId(unknown_id());
    let mut details = Vec::new();
    for channel in [private, public, none] {
        let channel = channel.to_string();
        let request = eve.get(&paths::search("plum", &[("channelId", &channel)]));
        details.push(request.fails(ErrorCode::NotFound).await.detail);
    }
    assert!(details.iter().all(|detail| *detail == details[0]), "{details:?}");
    // By name, too: what one may not see is as good as unknown.
    for name in ["private", "public", "nothing"] {
        assert_eq!(found(&eve, &format!("in:{name}")).await, NOTHING);
        assert_eq!(found(&eve, &format!("in:{name} plum")).await, NOTHING);
    }
    assert_eq!(found(&eve, "from:ada").await, NOTHING);
    assert_eq!(found(&eve, "-in:private -from:eve ").await, NOTHING);
}

#[tokio::test]
async fn who_is_removed_finds_nothing_any_more_and_all_of_it_once_back() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    bob.say(room, "plum by bob").await;
    ada.say(room, "plum by ada").await;
    assert_eq!(found(&bob, "plum").await.len(), 2);
    ada.remove(room, &bob).await;
    assert_eq!(found(&bob, "plum").await, NOTHING);
    assert_eq!(found(&bob, "from:me").await, NOTHING);
    ada.add(room, &bob).await;
    assert_eq!(found(&bob, "plum").await.len(), 2);
}

#[tokio::test]
async fn a_deleted_channel_is_gone_from_searches_and_others_stay() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let (gone, stays) = (ada.room("gone", &[&bob]).await, ada.room("stays", &[&bob]).await);
    for n in 0..30 {
        ada.say(gone.channel_id, &format!("plum {n} gonechannelword")).await;
        ada.say(stays.channel_id, &format!("plum {n}")).await;
    }
    ada.delete(&paths::channel(gone.channel_id)).succeeds().await;
    for client in [&ada, &bob] {
        assert_eq!(found(client, "plum").await.len(), 30);
        assert_eq!(found(client, "gonechannelword").await, NOTHING);
        assert_eq!(found(client, "in:gone").await, NOTHING);
    }
}

#[tokio::test]
async fn pages_and_cursors_tell_nothing_of_what_others_say() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.user("ada").await, server.user("eve").await);
    let secret = ada.room("secret", &[]).await.channel_id;
    let shared = ada.room("shared", &[&eve]).await.channel_id;
    for n in 0..12 {
        for _ in 0..5 {
            ada.say(secret, "plum").await;
        }
        ada.say(shared, &format!("plum {n}")).await;
    }
    // Every page is full, whatever is between its messages that eve may not read.
    let (mut before, mut sizes) = (None::<u64>, Vec::new());
    loop {
        let cursor = before.map(|before| before.to_string());
        let more: Vec<(&str, &str)> =
            cursor.iter().map(|cursor| ("before", cursor.as_str())).collect();
        let list = search_with(&eve, "plum", &[&more[..], &[("limit", "5")]].concat()).await;
        sizes.push(list.items.len());
        assert!(list.items.iter().all(|item| item.message.channel_id == shared));
        // The cursor is made of what the last message tells by itself: its time, channel and seq.
        let last = &list.items.last().unwrap().message;
        before = list.before;
        let Some(cursor) = before else { break };
        assert_eq!(cursor >> 10, last.sent_at.0.cast_unsigned());
        let of_channel = shared.0.as_u128() as u64;
        assert_eq!(cursor & 1023, of_channel.wrapping_add(last.seq) & 1023);
    }
    assert_eq!(sizes, [5, 5, 2]);
}
