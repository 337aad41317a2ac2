//! Files that nobody holds are removed, whatever came between; and no other is.

use super::{on_disk, read, send, until_on_disk, upload, url_of};
use crate::harness::{Expect, TestServer, patiently};
use rusqlite::Connection;
use shared::{Attachment, ErrorCode, paths};
use uuid::Uuid;

fn database(server: &TestServer) -> Connection {
    Connection::open(server.database()).unwrap()
}

fn id_of(attachment: &Attachment) -> Uuid {
    attachment.upload_id.0
}

#[tokio::test]
async fn what_was_never_sent_is_removed_after_a_day() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let (old, new, sent) = (
        upload(&ada, "old", b"old").await,
        upload(&ada, "new", b"new").await,
        upload(&ada, "sent", b"sent").await,
    );
    send(&ada, room, &[sent.upload_id]).await;
    server.terminate().await;
    let day = 24 * 3_600_000_i64;
    let age = "UPDATE uploads SET created_at = created_at - ?2 WHERE upload_id = ?1";
    for (file, by) in [(&old, day), (&new, day - 600_000), (&sent, 99 * day)] {
        database(&server).execute(age, (id_of(file).as_bytes(), by)).unwrap();
    }
    server.start_again().await;
    until_on_disk(&server, 2).await;
    let ada = ada.at(&server.url());
    ada.get(&url_of(&old)).fails(ErrorCode::NotFound).await;
    assert_eq!(read(&ada, &new, "").await, b"new");
    assert_eq!(read(&ada, &sent, "").await, b"sent");
}

#[tokio::test]
async fn a_crash_between_a_deletion_and_the_removal_of_its_file_loses_no_track_of_it() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (gone, kept) = (upload(&ada, "a", b"gone").await, upload(&ada, "b", b"kept").await);
    server.kill();
    // The commit of the deletion, and nothing after it.
    let delete = "DELETE FROM uploads WHERE upload_id = ?1";
    database(&server).execute(delete, [id_of(&gone).as_bytes()]).unwrap();
    let freed = "SELECT count(*) FROM blobs WHERE refs = 0";
    let freed: i64 = database(&server).query_row(freed, [], |row| row.get(0)).unwrap();
    assert_eq!((freed, on_disk(&server).len()), (1, 2));
    server.start_again().await;
    until_on_disk(&server, 1).await;
    assert_eq!(read(&ada.at(&server.url()), &kept, "").await, b"kept");
    let forgotten = async {
        let rows = "SELECT count(*) FROM blobs";
        while database(&server).query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap() != 1 {
            server.stranger().get(paths::HEALTHZ).succeeds().await;
        }
    };
    patiently("the file to be forgotten", forgotten).await;
}

#[tokio::test]
async fn what_a_crash_left_of_an_upload_is_removed_and_what_is_none_of_ours_is_not() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let kept = upload(&ada, "b", b"kept").await;
    server.kill();
    let files = server.data().join("files");
    // Placed, and the commit never came; half written; and a stranger's.
    std::fs::create_dir_all(files.join("ab")).unwrap();
    std::fs::write(files.join("ab").join("c".repeat(62)), b"orphan").unwrap();
    std::fs::write(files.join("new/half"), b"half").unwrap();
    std::fs::write(files.join("ab/notes.txt"), b"not ours").unwrap();
    server.start_again().await;
    until_on_disk(&server, 2).await;
    assert!(files.join("ab/notes.txt").exists());
    assert_eq!(read(&ada.at(&server.url()), &kept, "").await, b"kept");
}

#[tokio::test]
async fn files_survive_a_kill_once_they_are_acknowledged() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let image = super::pictures::encoded(700, 500, image::ImageFormat::Png);
    let (text, picture) =
        (upload(&ada, "a.txt", b"hello").await, upload(&ada, "a.png", &image).await);
    server.kill();
    server.start_again().await;
    let ada = ada.at(&server.url());
    assert_eq!(read(&ada, &text, "").await, b"hello");
    assert_eq!(read(&ada, &picture, "").await, image);
    assert!(!read(&ada, &picture, "?size=small").await.is_empty());
}

#[tokio::test]
async fn uploads_and_removals_of_the_same_content_never_lose_it() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    // Each round frees the file that the next one places, at the same moment.
    let mut last = upload(&ada, "a", b"the same").await;
    for _ in 0..40 {
        let path = paths::upload_by_id(last.upload_id);
        let (next, _) = tokio::join!(upload(&ada, "a", b"the same"), ada.delete(&path).succeeds());
        assert_eq!(read(&ada, &next, "").await, b"the same");
        last = next;
    }
    until_on_disk(&server, 1).await;
    assert_eq!(read(&ada, &last, "").await, b"the same");
}
