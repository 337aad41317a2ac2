//! `hubbub check`: each thing that can be wrong is done to a good directory and must be named.

use crate::harness::{Expect, Ran, TestClient, TestServer, command};
use rusqlite::Connection;
use shared::api::messages::PostMessage;
use shared::api::uploads::Uploaded;
use shared::{ChannelId, paths};
use std::path::{Path, PathBuf};

async fn check(data: &Path) -> Ran {
    command(&["check", "--data", data.to_str().unwrap()]).await
}

async fn file(by: &TestClient, room: ChannelId) {
    let url = format!("{}?filename=tea.txt", paths::UPLOADS);
    let stored: Uploaded = by.post(&url).body("bytes of a file").gives(201).await;
    let attachment_ids = vec![stored.uploads[0].upload_id];
    let new = PostMessage { attachment_ids, ..PostMessage::default() };
    by.post(&paths::messages(room)).json(&new).succeeds().await;
}

/// A directory with some of everything.
async fn talk(server: &TestServer) {
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let first = ada.say(room, "hello @bob, see https://example.org/ and `code`").await;
    bob.react(room, first.message_id, "👍", true).await;
    ada.edit(room, first.message_id, "hello @bob, again").await;
    for n in 0..3 {
        let (message, thread_root) = (format!("reply {n}"), Some(first.message_id));
        let new = PostMessage { message, thread_root, ..PostMessage::default() };
        bob.post(&paths::messages(room)).json(&new).succeeds().await;
    }
    let gone = bob.say(room, "soon gone").await;
    bob.unsay(room, gone.message_id).await;
    file(&ada, room).await;
    let pin = ada.put(&paths::pin(room, first.message_id));
    pin.succeeds().await;
    ada.put(&paths::bookmark(room, first.message_id)).succeeds().await;
    ada.remove(room, &bob).await;
}

/// The one file that was uploaded.
fn stored_file(data: &Path) -> PathBuf {
    let folders = std::fs::read_dir(data.join("files")).unwrap().map(|entry| entry.unwrap().path());
    let mut files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    files.next().unwrap().unwrap().path()
}

fn change(data: &Path, sql: &str) {
    let db = Connection::open(data.join("hubbub.db")).unwrap();
    db.pragma_update(None, "foreign_keys", false).unwrap();
    db.execute_batch(sql).unwrap_or_else(|cause| panic!("{sql}: {cause}"));
}

#[tokio::test]
async fn all_is_well_while_people_talk_and_when_nobody_does() {
    let mut server = TestServer::start().await;
    talk(&server).await;
    let running = check(server.data()).await;
    assert_eq!(running.code, Some(0), "{running:?}");
    assert!(running.stdout.starts_with("all is well: 2 users, 1 channels"), "{running:?}");
    let ada = server.user("eve").await;
    let room = ada.room("more", &[]).await.channel_id;
    let mut socket = ada.socket().await;
    for n in 0..50 {
        socket.say(room, &format!("n{n}"), "text").await;
    }
    assert_eq!(check(server.data()).await.code, Some(0));
    server.kill();
    let killed = check(server.data()).await;
    assert_eq!(killed.code, Some(0), "with what is in the journal: {killed:?}");
}

#[tokio::test]
async fn whatever_is_wrong_is_named() {
    let mut server = TestServer::start().await;
    talk(&server).await;
    server.terminate().await;
    let harms: &[(&str, &str)] = &[
        ("gap in a log", "DELETE FROM messages WHERE pos = 1 << 32 | 4"),
        ("wrong head", "UPDATE channels SET head_seq = head_seq + 1"),
        ("wrong head", "UPDATE channels SET head_seq = head_seq - 1"),
        ("two in one place", "UPDATE events SET pos = 1 << 32 | 1 WHERE kind = 3"),
        ("log without a channel", "UPDATE events SET pos = 9 << 32 | 1 WHERE kind = 3"),
        ("change of nothing", "UPDATE events SET target = target + 70 WHERE kind = 3"),
        ("read position", "UPDATE members SET read_seq = 700"),
        ("mention", "UPDATE mentions SET pos = pos + 70"),
        ("thread", "UPDATE threads SET replies = 2"),
        ("thread", "DELETE FROM threads"),
        ("thread without a beginning", "UPDATE messages SET thread = 77 WHERE thread IS NOT NULL"),
        ("beside no message", "UPDATE reactions SET pos = 77"),
        ("beside no message", "UPDATE bookmarks SET pos = 77"),
        ("count of a file", "UPDATE blobs SET refs = 2"),
        ("damaged file", "UPDATE blobs SET size = 2"),
        ("search", "DELETE FROM search_docs WHERE doc = (SELECT max(doc) FROM search_docs)"),
        ("search", "UPDATE messages SET edited = 'other words' WHERE edited IS NOT NULL"),
        ("search", "INSERT INTO search (rowid, terms) VALUES (7, 'word')"),
        (
            "reference",
            "UPDATE members SET user_id = zeroblob(16) WHERE user_id IN
                       (SELECT user_id FROM members LIMIT 1)",
        ),
        (
            "audit log",
            "DROP TRIGGER audit_unchanged; UPDATE audit SET detail = 'else' WHERE no = 1",
        ),
        (
            "database",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql =
                      replace(sql, 'WHERE pinned_by IS NOT NULL', 'WHERE pinned_by IS NULL')
                      WHERE name = 'messages_pinned'",
        ),
    ];
    // By way of a backup, which leaves a line in the audit log that can be harmed.
    let (folder, good) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = folder.path().join("a.tar");
    let archive = archive.to_str().unwrap();
    let from = server.data().to_str().unwrap();
    assert_eq!(command(&["backup", archive, "--data", from]).await.code, Some(0));
    let to = good.path().to_str().unwrap();
    assert_eq!(command(&["restore", archive, "--data", to]).await.code, Some(0));
    for (named, harm) in harms {
        let data = copy(good.path());
        change(data.path(), harm);
        let found = check(data.path()).await;
        assert_eq!(found.code, Some(1), "{harm}: {found:?}");
        let line = format!("{named}: ");
        assert!(found.stdout.lines().any(|said| said.starts_with(&line)), "{harm}: {found:?}");
    }
    let data = copy(good.path());
    let stored = stored_file(data.path());
    std::fs::write(&stored, "bytes of a fill").unwrap();
    assert!(check(data.path()).await.stdout.contains("damaged file: "));
    let unknown = stored.with_file_name("0".repeat(62));
    std::fs::rename(&stored, &unknown).unwrap();
    let found = check(data.path()).await;
    assert!(found.stdout.contains("missing file: "), "{found:?}");
    assert!(!found.stdout.contains("unknown file: "), "it may be an upload under way: {found:?}");
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let opened = std::fs::File::options().write(true).open(&unknown).unwrap();
    opened.set_modified(long_ago).unwrap();
    let found = check(data.path()).await;
    assert!(found.stdout.contains("unknown file: "), "{found:?}");
}

#[tokio::test]
async fn a_search_index_that_is_wrong_is_made_anew() {
    let mut server = TestServer::start().await;
    talk(&server).await;
    let data = server.data().to_str().unwrap().to_owned();
    let refused = command(&["check", "--rebuild-search", "--data", &data]).await;
    assert!(refused.stderr.contains("in use"), "{refused:?}");
    server.terminate().await;
    change(server.data(), "INSERT INTO search (rowid, terms) VALUES (7, 'word')");
    assert_eq!(check(server.data()).await.code, Some(1));
    let done = command(&["check", "--rebuild-search", "--data", &data]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    server.start_again().await;
    server.terminate().await;
    let checked = check(server.data()).await;
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    copy_into(from, to.path());
    to
}

fn copy_into(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir(&place).unwrap();
            copy_into(&path, &place);
        } else {
            std::fs::copy(&path, &place).unwrap();
        }
    }
}
