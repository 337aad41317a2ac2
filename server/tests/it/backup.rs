//! Backups, taken while many write, and put back: nothing is lost that was acknowledged before the
//! backup began, nothing is there twice, and everything can be read.

use crate::faults::{Acked, Answer, ask, text_of};
use crate::harness::{Expect, Ran, TestServer, command, everyone};
use shared::api::messages::PostMessage;
use shared::api::uploads::Uploaded;
use shared::{ChannelId, ResetReason, Resume, ServerMessage, UploadId, paths};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const WRITERS: usize = 6;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn backup(server: &TestServer, file: &Path) -> Ran {
    command(&["backup", text(file), "--data", text(server.data())]).await
}

async fn restore(file: &Path, data: &Path, more: &[&str]) -> Ran {
    command(&[&["restore", text(file), "--data", text(data)], more].concat()).await
}

async fn upload(by: &crate::harness::TestClient, room: ChannelId, bytes: &str) -> UploadId {
    let url = format!("{}?filename=a.txt", paths::UPLOADS);
    let stored: Uploaded = by.post(&url).body(bytes.to_owned()).gives(201).await;
    let id = stored.uploads[0].upload_id;
    let new = PostMessage { attachment_ids: vec![id], ..PostMessage::default() };
    by.post(&paths::messages(room)).json(&new).succeeds().await;
    id
}

/// What is in a folder, at any depth.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(listed(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn a_backup_under_load_holds_all_that_was_acknowledged_before_it_and_cursors_past_it_are_reset()
 {
    let server = TestServer::start().await;
    let people = everyone(&server, "writer", WRITERS).await;
    let others: Vec<_> = people[1..].iter().collect();
    let room = people[0].room("tea", &others).await.channel_id;
    let file = upload(&people[0], room, "kept").await;
    let enough = Arc::new(AtomicBool::new(false));
    let (told, mut acked_so_far) = tokio::sync::mpsc::channel(100_000);
    let mut writers = Vec::new();
    for (who, person) in people.iter().cloned().enumerate() {
        let (enough, told) = (enough.clone(), told.clone());
        writers.push(tokio::spawn(async move {
            let mut socket = person.socket().await;
            for n in 0.. {
                let Answer::Acked(ack) = ask(&mut socket, room, &format!("{who}-{n}")).await else {
                    panic!("refused")
                };
                socket.log.clear();
                told.try_send(ack).unwrap();
                if enough.load(Ordering::Relaxed) {
                    return;
                }
            }
        }));
    }
    let mut before = Acked::default();
    while before.count() < 300 {
        before.note(acked_so_far.recv().await.unwrap());
    }
    while let Ok(ack) = acked_so_far.try_recv() {
        before.note(ack);
    }
    let folder = tempfile::tempdir().unwrap();
    let (plain, small) = (folder.path().join("a.tar"), folder.path().join("a.tar.gz"));
    let taken = backup(&server, &plain).await;
    assert_eq!(taken.code, Some(0), "{taken:?}");
    assert!(taken.stdout.contains("6 users, 1 channels"), "{}", taken.stdout);
    let taken = backup(&server, &small).await;
    assert_eq!(taken.code, Some(0), "{taken:?}");
    let size = |path: &Path| std::fs::metadata(path).unwrap().len();
    assert!(size(&small) < size(&plain) / 2);
    enough.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    people[0].say(room, "after the backup").await;
    let past = people[0].channel(room).await.head_seq;
    let epoch = people[0].socket().await.welcome.epoch.clone();

    for archive in [&plain, &small] {
        let place = tempfile::tempdir().unwrap();
        let put_back = restore(archive, place.path(), &[]).await;
        assert_eq!(put_back.code, Some(0), "{put_back:?}");
        let data = text(place.path());
        let checked = command(&["check", "--data", data]).await;
        assert_eq!(checked.code, Some(0), "{checked:?}");
        let restored = TestServer::on(place, &[]).await;
        let ada = people[0].at(&restored.url());
        before.check(&ada, room, text_of).await;
        let bytes = ada.get(&paths::upload(file, "a.txt")).succeeds().await.text().await.unwrap();
        assert_eq!(bytes, "kept");

        let mut socket = ada.socket().await;
        assert_ne!(socket.welcome.epoch, epoch, "another life of the history");
        let cursors = BTreeMap::from([(room, past)]);
        socket.send(&shared::ClientMessage::Resume(Resume { cursors })).await;
        let reason = socket
            .recv_until(|message| match message {
                ServerMessage::Reset(reset) => Some(reset.reason),
                _ => None,
            })
            .await;
        assert_eq!(reason, ResetReason::Epoch);
        let head = ada.channel(room).await.head_seq;
        assert_eq!(ada.say(room, "and on it goes").await.seq, head + 1);
    }
}

#[tokio::test]
async fn files_that_are_deleted_while_a_backup_is_taken_are_in_it_and_go_afterwards() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    upload(&ada, room, "soon deleted").await;
    let files = || listed(&server.data().join("files"));
    assert_eq!(files().len(), 1);
    // As a backup does that takes its time.
    let lock = std::fs::File::options().write(true).open(server.data().join("files.lock"));
    let lock = lock.unwrap();
    lock.lock_shared().unwrap();
    let message = ada.history(room).await.pop().unwrap();
    ada.unsay(room, message.message_id).await;
    // Whoever uploads does not wait for it, and by then the sweep has been asked for.
    upload(&ada, room, "another").await;
    assert_eq!(files().len(), 2, "nothing is removed");
    drop(lock);
    crate::harness::patiently("the file to be removed", async {
        while files().len() > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_backup_is_taken_of_a_directory_without_a_server_too_and_never_over_another_file() {
    let mut server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse 1").await;
    let room = ada.room("tea", &[]).await.channel_id;
    ada.say(room, "hello").await;
    server.kill();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tar");
    assert_eq!(backup(&server, &file).await.code, Some(0));
    let bytes = std::fs::read(&file).unwrap();
    let again = backup(&server, &file).await;
    assert_ne!(again.code, Some(0));
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    assert_eq!(listed(folder.path()), std::slice::from_ref(&file), "nothing else is left");
    let nowhere = command(&["backup", "x.tar", "--data", text(folder.path())]).await;
    assert!(nowhere.stderr.contains("no hubbub.db"), "{}", nowhere.stderr);

    // Not over what is there, unless it is asked for; and then that is kept.
    let refused = restore(&file, server.data(), &[]).await;
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("--replace"), "{}", refused.stderr);
    let replaced = restore(&file, server.data(), &["--replace"]).await;
    assert_eq!(replaced.code, Some(0), "{replaced:?}");
    assert!(replaced.stdout.contains("what was there before"), "{}", replaced.stdout);
    server.start_again().await;
    assert_eq!(ada.history(room).await.len(), 1);
    let in_use = restore(&file, server.data(), &["--replace"]).await;
    assert!(in_use.stderr.contains("in use"), "{}", in_use.stderr);
    assert_eq!(ada.history(room).await.len(), 1);
}

#[tokio::test]
async fn a_backup_that_is_cut_off_or_changed_is_refused_and_nothing_is_made_of_it() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    upload(&ada, room, "the bytes of the file").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tar");
    assert_eq!(backup(&server, &file).await.code, Some(0));
    let whole = std::fs::read(&file).unwrap();
    let at = |needle: &[u8]| whole.windows(needle.len()).position(|part| part == needle).unwrap();
    let mut other_file = whole.clone();
    other_file[at(b"the bytes of the file")] ^= 1;
    let mut other_database = whole.clone();
    other_database[at(b"SQLite format 3") + 8192] ^= 1;
    let mut newer = whole.clone();
    let schema = at(b"\"schema\": ") + 10;
    assert!(newer[schema..schema + 2].iter().all(u8::is_ascii_digit), "a schema of two digits");
    newer[schema..schema + 2].copy_from_slice(b"99");
    let text_file = b"not a backup at all".to_vec();
    let wrong = [
        ("cut off", whole[..whole.len() / 2].to_vec(), "whole backup"),
        ("without its end", whole[..at(b"manifest.json")].to_vec(), "whole backup"),
        ("a file changed", other_file, "checksum"),
        ("the database changed", other_database, "checksum"),
        ("another schema", newer, "newer hubbub"),
        ("something else", text_file, "whole backup"),
    ];
    for (what, bytes, said) in wrong {
        let (path, place) = (folder.path().join("wrong.tar"), folder.path().join("place"));
        std::fs::write(&path, bytes).unwrap();
        let refused = restore(&path, &place, &[]).await;
        assert_ne!(refused.code, Some(0), "{what}");
        assert!(refused.stderr.contains(said), "{what}: {}", refused.stderr);
        let left: Vec<_> = listed(&place);
        assert!(left.iter().all(|path| path.ends_with("hubbub.lock")), "{what}: {left:?}");
    }
}
