//! The table of all emoji, and that each can be reacted with.

use crate::harness::{Expect, TestServer, header};
use shared::api::emoji::EmojiTable;
use shared::{ErrorCode, paths};

#[tokio::test]
async fn the_table_holds_every_emoji_with_its_names() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let table: EmojiTable = ada.get(paths::EMOJI).gives(200).await;
    let thumb = table.emoji.iter().find(|known| known.emoji == "👍").unwrap();
    assert_eq!((thumb.name.as_str(), thumb.tones), ("thumbs up", true));
    assert!(thumb.shortcodes.contains(&"thumbsup".to_owned()), "{thumb:?}");
}

#[tokio::test]
async fn the_table_is_for_those_who_are_logged_in() {
    let server = TestServer::start().await;
    server.stranger().get(paths::EMOJI).fails(ErrorCode::NotLoggedIn).await;
}

#[tokio::test]
async fn the_table_is_small_on_the_way_and_sent_again_only_when_it_changed() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let plain = ada.get(paths::EMOJI).send().await.unwrap();
    assert_eq!(header(&plain, "cache-control"), "private, max-age=86400");
    assert_eq!(header(&plain, "content-type"), "application/json");
    assert_eq!(header(&plain, "vary"), "accept-encoding");
    let tag = header(&plain, "etag");
    let whole = plain.bytes().await.unwrap().len();

    let packed = ada.get(paths::EMOJI).header("accept-encoding", "gzip, br").send().await.unwrap();
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    let packed_tag = header(&packed, "etag");
    assert_ne!(packed_tag, tag, "each encoding has its own");
    let bytes = packed.bytes().await.unwrap();
    assert!(bytes.starts_with(&[0x1f, 0x8b]), "gzip begins so");
    assert!(bytes.len() * 4 < whole, "{} of {whole}", bytes.len());

    for (tag, encoding) in [(&tag, "identity"), (&packed_tag, "gzip")] {
        let request = ada.get(paths::EMOJI).header("if-none-match", tag);
        let again = request.header("accept-encoding", encoding).send().await.unwrap();
        assert_eq!(again.status().as_u16(), 304);
        assert_eq!(&header(&again, "etag"), tag);
        assert!(again.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_reaction_may_have_a_skin_tone() {
    let server = TestServer::start().await;
    let [ada, bob] = [server.user("ada").await, server.user("bob").await];
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let message = ada.say(room, "hello").await.message_id;
    for emoji in ["👍🏽", "🧑🏿‍🤝‍🧑🏿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "#️⃣"]
    {
        bob.react(room, message, emoji, true).await;
    }
    let history = ada.history(room).await;
    let last = history.last().unwrap();
    assert_eq!(last.reactions.len(), 4, "{last:?}");
}
