//! Data directories that earlier versions wrote. `fixtures/schema-2.db` was written by the version that
//! brought the journal, which was killed with three messages in it.

use crate::harness::{Expect, TestServer};
use serde_json::json;
use shared::api::account::Session;
use shared::api::messages::Versions;
use shared::{ChannelEvent, paths};

const SCHEMA_2: &[u8] = include_bytes!("../fixtures/schema-2.db");

#[tokio::test]
async fn everything_that_an_earlier_version_stored_is_read_as_if_it_were_sent_today() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("hubbub.db"), SCHEMA_2).unwrap();
    let server = TestServer::on(data, &[]).await;
    let stranger = server.stranger();
    let login = json!({ "username": "ada", "password": "correct horse 1" });
    let session: Session = stranger.post(paths::LOGIN).json(&login).gives(200).await;
    let ada = stranger.with(session);
    let channels = ada.channels().await;
    let garden = channels.iter().find(|c| c.name.as_deref() == Some("garden")).unwrap();
    assert_eq!((garden.head_seq, channels.len()), (17, 2), "with what was in the journal");
    let room = garden.channel_id;

    let history = ada.history(room).await;
    assert_eq!(history.len(), 14);
    assert_eq!((history[0].message.as_str(), &history[0].html), ("plain words", &None));
    let html = history[1].html.as_deref().unwrap();
    assert!(html.contains("<code>code</code>") && html.contains("data-user-id"), "{html}");
    assert_eq!(history[1].reactions[0].emoji, "👍");
    assert_eq!(history[2].reply_to, Some(history[1].message_id));
    assert!(history[3].deleted_at.is_some());
    let path = paths::versions(room, history[1].message_id);
    let found: Versions = ada.get(&path).gives(200).await;
    let first = found.versions[0].html.as_deref().unwrap();
    assert!(first.contains("<strong>bold</strong>") && first.contains("&lt;b"), "{first}");

    let seqs: Vec<_> = ada.events(room, 0).await.iter().map(ChannelEvent::seq).collect();
    assert_eq!(seqs, (1..=17).collect::<Vec<_>>());
    let again = json!({ "message": "again", "nonce": "kept" });
    let original: shared::ChatMessage =
        ada.post(&paths::messages(room)).json(&again).gives(200).await;
    assert_eq!(original.message_id, history[1].message_id, "a nonce holds for ever");
    assert_eq!(ada.say(room, "and on it goes").await.seq, 18);
}
