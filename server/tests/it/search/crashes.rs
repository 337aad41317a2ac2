//! What was acknowledged is found after a kill in the middle of everything.

use super::{found, search_with};
use crate::harness::{TestServer, said};
use std::collections::HashSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_acknowledged_is_found_after_kills() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (tea, ops) = (ada.room("tea", &[]).await.channel_id, ada.room("ops", &[]).await.channel_id);
    let mut acked = HashSet::new();
    for round in 0..4 {
        let mut socket = ada.at(&server.url()).socket().await;
        for n in 0..1_500 {
            let room = if n % 2 == 0 { tea } else { ops };
            let text = format!("plum word{round}x{n}");
            socket.send(&said(room, &format!("{round}-{n}"), &text)).await;
        }
        // Killed with some acknowledged and more on their way.
        let last = socket.ack(&format!("{round}-{}", 400 + round * 300)).await;
        acked.insert(last.message_id);
        server.kill();
        while let Ok(frame) = socket.next().await {
            if let shared::ServerMessage::Ack(ack) = frame {
                acked.insert(ack.message_id);
            }
        }
        server.start_again().await;
    }
    let ada = ada.at(&server.url());
    let (mut before, mut all) = (None::<u64>, Vec::new());
    loop {
        let cursor = before.unwrap_or(u64::MAX).to_string();
        let list = search_with(&ada, "plum", &[("before", &cursor), ("limit", "100")]).await;
        all.extend(list.items.into_iter().map(|item| item.message.message_id));
        before = list.before;
        if before.is_none() {
            break;
        }
    }
    let ids: HashSet<_> = all.iter().copied().collect();
    assert_eq!(all.len(), ids.len(), "none twice");
    assert!(acked.is_subset(&ids));
    let stored = ada.history(tea).await.len() + ada.history(ops).await.len();
    assert_eq!(all.len(), stored, "what is stored is found, and nothing else");
    assert!(!found(&ada, "word3x").await.is_empty());
}

#[tokio::test]
async fn a_clean_end_and_a_new_start_change_nothing() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    ada.say(room, "plum one").await;
    let two = ada.say(room, "plum two").await.message_id;
    ada.edit(room, two, "plum deux").await;
    let before = found(&ada, "plum").await;
    assert!(server.terminate().await.success());
    server.start_again().await;
    assert_eq!(found(&ada.at(&server.url()), "plum").await, before);
    assert_eq!(before, ["plum deux", "plum one"]);
}
