//! Page by page, newest first, without holes or repeats.

use super::search_with;
use crate::harness::{TestServer, said};
use std::collections::HashSet;

#[tokio::test]
async fn pages_go_back_without_holes_or_repeats_while_messages_arrive() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let mut rooms = Vec::new();
    for n in 0..3 {
        rooms.push(ada.room(&format!("room {n}"), &[]).await.channel_id);
    }
    let mut socket = ada.socket().await;
    for n in 0..150 {
        socket.send(&said(rooms[n % 3], &format!("n{n}"), &format!("plum {n}"))).await;
    }
    socket.ack("n149").await;
    let (mut before, mut all, mut later) = (None::<u64>, Vec::new(), 0);
    loop {
        let cursor = before.unwrap_or(u64::MAX).to_string();
        let more = [("before", cursor.as_str()), ("limit", "20")];
        let list = search_with(&ada, "plum", &more).await;
        all.extend(list.items.into_iter().map(|item| item.message));
        before = list.before;
        if before.is_none() {
            break;
        }
        later += 1;
        socket.say(rooms[later % 3], &format!("later{later}"), "plum later").await;
    }
    let ids: HashSet<_> = all.iter().map(|message| message.message_id).collect();
    assert_eq!((all.len(), ids.len()), (150, 150));
    assert!(all.iter().all(|message| !message.message.contains("later")));
    assert!(all.is_sorted_by(|a, b| a.sent_at >= b.sent_at));
    for room in rooms {
        let seqs = all.iter().filter(|message| message.channel_id == room);
        assert!(seqs.map(|message| message.seq).is_sorted_by(|a, b| a > b));
    }
    assert!(later >= 7);
}

#[tokio::test]
async fn a_page_has_as_many_as_asked_for_within_bounds() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut socket = ada.socket().await;
    for n in 0..110 {
        socket.send(&said(room, &format!("n{n}"), "plum")).await;
    }
    socket.ack("n109").await;
    for (limit, size) in [("1", 1), ("100", 100), ("1000", 100), ("0", 1)] {
        let list = search_with(&ada, "plum", &[("limit", limit)]).await;
        assert_eq!(list.items.len(), size);
        assert!(list.before.is_some_and(|before| before < 1 << 53), "exact as floating point, too");
    }
    assert_eq!(search_with(&ada, "plum", &[]).await.items.len(), 20);
    assert!(search_with(&ada, "plum", &[("before", "0")]).await.items.is_empty());
}
